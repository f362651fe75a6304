/** The sandbox's search for contacts, with its traps: dates are days of the workspace's calendar, and it knows a change late (OpenAPI 2.14, read 2026-11). */
import * as DateTime from "effect/DateTime"
import * as Option from "effect/Option"
import type { SandboxRequest, SandboxResponse } from "../../src/sandbox/Sandbox.ts"
import * as SandboxLists from "./SandboxLists.ts"
import type { Contact } from "./SandboxWorkspace.ts"

interface Query {
  readonly field?: string
  readonly operator?: string
  readonly value?: unknown
}

interface Asked {
  readonly query?: Query
  readonly pagination?: { readonly per_page?: number; readonly starting_after?: string | null }
  readonly sort?: { readonly field?: string; readonly order?: string }
}

type Predicate = (contact: Contact) => boolean

const texts: Readonly<Record<string, (contact: Contact) => ReadonlyArray<string>>> = {
  role: ({ role }) => [role],
  segment_id: ({ segments }) => segments,
  tag_id: ({ tags }) => tags
}

/** The day on which a second falls, as text that compares as days do. */
const dayIn = (timezone: string) => (seconds: number) => DateTime.formatIsoDate(Option.getOrThrow(DateTime.makeZoned(seconds * 1000, { timeZone: timezone })))

/** `>` begins with the next day. Other operators are refused on dates. */
const byDay = ({ operator, value }: Query, timezone: string): Predicate | null => {
  const seconds = typeof value === "number" ? value : typeof value === "string" && value !== "" ? Number(value) : Number.NaN
  if (!Number.isInteger(seconds)) return null
  const dayOf = dayIn(timezone)
  const day = dayOf(seconds)
  switch (operator) {
    case "=":
      return ({ updated }) => dayOf(updated) === day
    case ">":
      return ({ updated }) => dayOf(updated) > day
    case "<":
      return ({ updated }) => dayOf(updated) < day
    default:
      return null
  }
}

/** Null for what it cannot search by. */
const predicate = (query: Query, timezone: string): Predicate | null => {
  const { field, operator, value } = query
  if ((operator === "AND" || operator === "OR") && Array.isArray(value)) {
    const parts = value.map((part: Query) => predicate(part, timezone))
    if (parts.includes(null)) return null
    return operator === "AND" ? (contact) => parts.every((holds) => holds?.(contact)) : (contact) => parts.some((holds) => holds?.(contact))
  }
  if (field === "updated_at") return byDay(query, timezone)
  const read = texts[field ?? ""]
  return read === undefined || operator !== "=" || typeof value !== "string" ? null : (contact) => read(contact).includes(value)
}

const parsed = (text: string): Asked | null => {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

/** Sorting goes by the full second. Null for an order that it does not have. */
const order = (sort: Asked["sort"]): SandboxLists.Order | null => {
  if (sort === undefined) return SandboxLists.byCreation
  if (sort.field !== "updated_at") return null
  if (sort.order === "ascending") return ({ place, updated }) => [updated, place]
  return sort.order === "descending" ? ({ place, updated }) => [-updated, place] : null
}

/** `rows`: as the search knows them by now. */
export const answer = (request: SandboxRequest, rows: ReadonlyArray<Contact>, timezone: string): SandboxResponse => {
  const asked = parsed(request.body)
  const holds = predicate(asked?.query ?? {}, timezone)
  if (holds === null) return SandboxLists.invalid("query is invalid")
  const by = order(asked?.sort)
  if (by === null) return SandboxLists.error(400, "invalid_sort_order", "sort is invalid")
  return SandboxLists.byCursor(rows.filter(holds), asked?.pagination?.per_page, asked?.pagination?.starting_after, 50, by)
}
