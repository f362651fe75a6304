/** How the next page of a described list is asked for, and what the answer says of the end. A short page says nothing. */
import type { QueryParams } from "../http/VendorClient.ts"
import type * as Manifest from "./Manifest.ts"
import * as Template from "./Template.ts"

/** What is asked: `path` below the base URL. */
export interface Ask {
  readonly path: string
  readonly params: QueryParams
  readonly body: unknown
}

export interface Answer {
  readonly body: unknown
  readonly headers: Readonly<Record<string, string>>
}

/** One page, and how many rows came with it and before it. */
export interface Seen {
  readonly ask: Ask
  readonly answer: Answer
  readonly rows: number
  readonly before: number
  /** Of this page, from 0. */
  readonly number: number
}

/**
 * `Next`: what to ask for. `End`: no page follows; `sure` where the vendor's own sign says so, `full` where that sign is one left out and the page is full.
 * `Wrong`: the answer cannot be followed.
 */
export type Step =
  | { readonly _tag: "Next"; readonly ask: Ask; readonly cursor: string }
  | { readonly _tag: "End"; readonly sure: boolean; readonly full?: true }
  | { readonly _tag: "Wrong"; readonly why: string }

const end: Step = { _tag: "End", sure: true }
const unconfirmed: Step = { _tag: "End", sure: false }
const wrong = (why: string): Step => ({ _tag: "Wrong", why })

export const withParam = (ask: Ask, name: string, value: string | number): Ask =>
  name.startsWith("/") ? { ...ask, body: Template.put(ask.body, name, value) } : { ...ask, params: { ...ask.params, [name]: value } }

/** A URL is followed only below the base URL, so that credentials go nowhere else; parameters that carry them are sent by the client itself. */
export const within = (baseUrl: string, url: string, secretParams: ReadonlyArray<string>): Omit<Ask, "body"> | null => {
  const base = new URL(baseUrl)
  const root = base.pathname.replace(/\/+$/, "")
  if (!URL.canParse(url, baseUrl)) return null
  const next = new URL(url, baseUrl)
  if (next.origin !== base.origin || !next.pathname.startsWith(`${root}/`)) return null
  const params: Record<string, ReadonlyArray<string>> = {}
  for (const name of new Set(next.searchParams.keys())) if (!secretParams.includes(name)) params[name] = next.searchParams.getAll(name)
  return { path: next.pathname.slice(root.length), params }
}

const linked = (header: string | undefined): string | undefined =>
  header
    ?.split(/,\s*(?=<)/)
    .map((link) => /^<([^>]*)>(.*)$/s.exec(link.trim()))
    .find((found) => /;\s*rel="?(?:[^"]*\s)?next(?:\s[^"]*)?"?\s*(?:;|$)/i.test(found?.[2] ?? ""))?.[1]

export interface Place {
  readonly baseUrl: string
  readonly secretParams: ReadonlyArray<string>
}

/** A sign that is left out at the end is also missing where an answer lost it: a page that is full is then no end. */
const leftOut = (full: boolean, documented: boolean): Step => (documented ? (full ? { _tag: "End", sure: false, full: true } : end) : unconfirmed)

interface Following {
  readonly documented: boolean
  readonly what: string
  readonly take?: string | undefined
}

const followed = (url: unknown, { ask, rows }: Seen, pageSize: number, { documented, take, what }: Following, place: Place): Step => {
  if (url === undefined) return leftOut(rows >= pageSize, documented)
  if (url === null || url === "") return end
  if (take !== undefined) {
    const token = typeof url === "string" && URL.canParse(url, place.baseUrl) ? new URL(url, place.baseUrl).searchParams.get(take) : null
    return token === null || token === "" ? wrong(`${what} carries no ${take}`) : { _tag: "Next", ask: withParam(ask, take, token), cursor: token }
  }
  const next = typeof url === "string" ? within(place.baseUrl, url, place.secretParams) : null
  return next === null ? wrong(`${what} is no address below ${place.baseUrl}`) : { _tag: "Next", ask: { ...next, body: ask.body }, cursor: String(url) }
}

const byCursor = (paging: Extract<Manifest.Paging, { readonly cursor: string }>, seen: Seen, pageSize: number): Step => {
  const cursor = Template.at(seen.answer.body, paging.cursor)
  const more = paging.more === undefined ? undefined : Template.at(seen.answer.body, paging.more)
  if (paging.more !== undefined) {
    if (more === false) return end
    if (more !== true) return unconfirmed
  }
  if (cursor === undefined && paging.more === undefined) return leftOut(seen.rows >= pageSize, paging.absentEnds ?? false)
  const text = typeof cursor === "boolean" ? null : Template.idOf(cursor)
  if (text !== null) return { _tag: "Next", ask: withParam(seen.ask, paging.into, typeof cursor === "number" ? cursor : text), cursor: text }
  if (cursor !== null && cursor !== "") return wrong(`${paging.cursor} holds no cursor`)
  return paging.more === undefined ? end : wrong(`${paging.more} says that more follows, and ${paging.cursor} holds no cursor`)
}

/** What comes after a page. Numbered pages and offsets end at an empty page alone. */
export const step = (list: Pick<Manifest.List, "paging" | "pageSize">, seen: Seen, place: Place): Step => {
  const { pageSize, paging } = list
  if (paging === undefined) return unconfirmed
  if ("cursor" in paging) return byCursor(paging, seen, pageSize)
  if ("next" in paging) {
    const following = { documented: paging.absentEnds ?? false, what: paging.next, take: paging.take }
    return followed(Template.at(seen.answer.body, paging.next), seen, pageSize, following, place)
  }
  if ("link" in paging) {
    return followed(linked(seen.answer.headers["link"]), seen, pageSize, { documented: true, what: "the Link header to the next page" }, place)
  }
  if (seen.rows === 0) return end
  if ("page" in paging) {
    const number = (paging.first ?? 1) + seen.number + 1
    return { _tag: "Next", ask: withParam(seen.ask, paging.page, number), cursor: `page ${number}` }
  }
  const offset = seen.before + seen.rows
  return { _tag: "Next", ask: withParam(seen.ask, paging.offset, offset), cursor: `row ${offset}` }
}
