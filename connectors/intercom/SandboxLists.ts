/** Lists of the sandbox, each paged in Intercom's way for it: by cursor, by number with links, or searched. */
import type { SandboxRequest, SandboxResponse } from "../../src/sandbox/Sandbox.ts"
import * as SandboxShow from "./SandboxShow.ts"
import type { Contact } from "./SandboxWorkspace.ts"

export const longestPage = 150

export const json = (status: number, body: unknown): SandboxResponse => ({
  status,
  headers: { "content-type": "application/json; charset=utf-8" },
  body: JSON.stringify(body)
})

export const error = (status: number, code: string, message: string): SandboxResponse =>
  json(status, { type: "error.list", request_id: "5ef5682e-f66e-40a4-b828-8592175f83b8", errors: [{ code, message }] })

const invalid = (message: string): SandboxResponse => error(400, "parameter_invalid", message)

/** Leads to the rows made after the one that it names, whatever is deleted meanwhile. */
const cursorAt = ({ place }: Contact) => Buffer.from(JSON.stringify([place, "id"])).toString("base64")
const placeIn = (cursor: string): number => Number(/^\[(\d+),"id"\]$/.exec(Buffer.from(cursor, "base64").toString())?.[1])

export const byCursor = (rows: ReadonlyArray<Contact>, perPage: unknown, after: unknown, usual: number): SandboxResponse => {
  const size = perPage === null || perPage === undefined ? usual : Number(perPage)
  if (!(size >= 1 && size <= longestPage)) return invalid(`per_page must be a number between 1 and ${longestPage}`)
  const start = typeof after === "string" ? placeIn(after) : -1
  if (Number.isNaN(start)) return invalid("starting_after is invalid")
  const left = rows.filter(({ place }) => place > start)
  const shown = left.slice(0, size)
  const last = shown.at(-1)
  const next = last !== undefined && left.length > size ? { next: { per_page: size, starting_after: cursorAt(last) } } : {}
  const pages = { type: "pages", ...next, page: 1, per_page: size, total_pages: Math.ceil(rows.length / size) }
  return json(200, { type: "list", data: shown.map(SandboxShow.contact), total_count: rows.length, pages })
}

/** `pages.next` is a URL here, and null on the last page. */
export const byNumber = <A>(request: SandboxRequest, rows: ReadonlyArray<A>, usual: number, show: (row: A) => unknown): SandboxResponse => {
  const [page, size] = [Number(request.query.get("page") ?? 1), Number(request.query.get("per_page") ?? usual)]
  if (!(page >= 1 && size >= 1)) return invalid("page and per_page are numbers from 1")
  const more = page * size < rows.length
  const next = more ? `https://${request.headers["host"] ?? "api.intercom.io"}${request.path}?per_page=${size}&page=${page + 1}` : null
  const pages = { type: "pages", next, page, per_page: size, total_pages: Math.ceil(rows.length / size) }
  return json(200, { type: "list", data: rows.slice((page - 1) * size, page * size).map(show), pages, total_count: rows.length })
}

interface Query {
  readonly field?: string
  readonly operator?: string
  readonly value?: unknown
}

const fields: Readonly<Record<string, (contact: Contact) => ReadonlyArray<string>>> = {
  role: ({ role }) => [role],
  segment_id: ({ segments }) => segments,
  tag_id: ({ tags }) => tags
}

/** Null for what it cannot search by. */
const predicate = (query: Query): ((contact: Contact) => boolean) | null => {
  const { operator, value } = query
  if (operator === "AND" && Array.isArray(value)) {
    const all = value.map((part: Query) => predicate(part))
    return all.includes(null) ? null : (contact) => all.every((holds) => holds?.(contact))
  }
  const read = fields[query.field ?? ""]
  return read === undefined || operator !== "=" || typeof value !== "string" ? null : (contact) => read(contact).includes(value)
}

const parsed = (
  text: string
): { readonly query?: Query; readonly pagination?: { readonly per_page?: number; readonly starting_after?: string | null } } | null => {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

export const search = (request: SandboxRequest, rows: ReadonlyArray<Contact>): SandboxResponse => {
  const asked = parsed(request.body)
  const holds = predicate(asked?.query ?? {})
  if (holds === null) return invalid("query is invalid")
  return byCursor(rows.filter(holds), asked?.pagination?.per_page, asked?.pagination?.starting_after, 50)
}
