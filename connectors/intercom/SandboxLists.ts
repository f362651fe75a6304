/** Lists of the sandbox, each paged in Intercom's way for it: by cursor, or by number with links. */
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

export const invalid = (message: string): SandboxResponse => error(400, "parameter_invalid", message)

/** An order of contacts, and the only one in which a row never moves. */
export type Order = (contact: Contact) => readonly [first: number, then: number]
export const byCreation: Order = ({ place }) => [0, place]

/** Leads to the rows after the one that it names, whatever is deleted meanwhile. */
const cursorAt = (at: ReturnType<Order>) => Buffer.from(JSON.stringify([...at, "id"])).toString("base64")
const placeIn = (cursor: string): ReturnType<Order> | null => {
  const [, first, then] = /^\[(-?\d+),(\d+),"id"\]$/.exec(Buffer.from(cursor, "base64").toString()) ?? []
  return first === undefined || then === undefined ? null : [Number(first), Number(then)]
}
const compare = (left: ReturnType<Order>, right: ReturnType<Order>): number => left[0] - right[0] || left[1] - right[1]

export const byCursor = (all: ReadonlyArray<Contact>, perPage: unknown, after: unknown, usual: number, order: Order = byCreation): SandboxResponse => {
  const rows = all.toSorted((left, right) => compare(order(left), order(right)))
  const size = perPage === null || perPage === undefined ? usual : Number(perPage)
  if (!(size >= 1 && size <= longestPage)) return invalid(`per_page must be a number between 1 and ${longestPage}`)
  const start = typeof after === "string" ? placeIn(after) : undefined
  if (start === null) return invalid("starting_after is invalid")
  const left = start === undefined ? rows : rows.filter((row) => compare(order(row), start) > 0)
  const shown = left.slice(0, size)
  const last = shown.at(-1)
  const next = last !== undefined && left.length > size ? { next: { per_page: size, starting_after: cursorAt(order(last)) } } : {}
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
