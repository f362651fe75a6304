/** Intercom's lists: where an answer says to go on, and whether rows may have slipped past on the way. */
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { ConnectorError } from "../../src/contract/ConnectorError.ts"
import type { Part, SourcePage } from "../../src/contract/Source.ts"
import type * as IntercomApi from "./IntercomApi.ts"

/** Rows asked for per page, the documented maximum. What an endpoint gives unasked differs by version. */
export const pageSize = 150

/** Parameters that lead to a page; none for the first. */
export type Place = Readonly<Record<string, string>>

export interface Answered<Body> {
  readonly body: Body
  /** Null: this is the end. */
  readonly next: Place | null
}

/** Only the query of a link is used, never its host. A `next` that names no place is none. */
const onward = ({ pages }: IntercomApi.Paging): Either.Either<Place | null, string> => {
  const next = pages?.next ?? null
  if (next === null) return Either.right(null)
  if (typeof next !== "string") return Either.right(next.starting_after === null || next.starting_after === "" ? null : { starting_after: next.starting_after })
  const place = URL.canParse(next, "https://api.intercom.io") ? Object.fromEntries(new URL(next, "https://api.intercom.io").searchParams) : {}
  if (place["page"] === undefined && place["starting_after"] === undefined) return Either.left("pages.next is a link without page or starting_after")
  return Either.right(place)
}

/** The pages of a list, one call each. `call` names it in errors. */
export const pages = <Body extends IntercomApi.Paging>(
  connection: string,
  call: string,
  ask: (place: Place) => Effect.Effect<Body, ConnectorError>
): Stream.Stream<Answered<Body>, ConnectorError> =>
  Stream.paginateEffect({} as Place, (place) =>
    Effect.gen(function* () {
      const body = yield* ask(place)
      const next = onward(body)
      if (Either.isLeft(next)) return yield* malformed(connection, call, next.left)
      return [{ body, next: next.right }, Option.fromNullable(next.right)] as const
    })
  )

export const malformed = (connection: string, call: string, detail: string): ConnectorError =>
  new ConnectorError({ connection, call, reason: "Malformed", detail, status: 200, effect: "none" })

/** How far a list was read: its rows so far, and how many there were said to be at the start. */
export interface Progress {
  readonly rows: number
  readonly total: number | null
}

/** `total` undefined: nothing was read yet. */
export const advance = (before: Progress | undefined, rows: number, { total_count }: IntercomApi.Paging): Progress => ({
  rows: (before?.rows ?? 0) + rows,
  total: before === undefined ? total_count : before.total
})

/**
 * The order of Intercom's cursors is not documented, and in an order by the last change a row that changes can slip past. So a walk counts
 * only if it showed as many rows as there were at its start. Who comes meanwhile does not matter; who goes costs this one read.
 */
export const shortage = ({ rows, total }: Progress, what: string): string | null => {
  if (total === null) return `Intercom did not tell how many ${what} there are, so that a missed one would not be noticed`
  return rows < total ? `Intercom counted ${total} ${what} and showed ${rows}` : null
}

/** The same of one contact alone: what its own lists leave in doubt says nothing of any other. */
export const unknownOf = (row: string, part: Part, reason: string | null): SourcePage["unknown"] => (reason === null ? [] : [{ part, row, reason }])

export const unknown = (parts: ReadonlyArray<Part>, reason: string | null): SourcePage["unknown"] =>
  reason === null ? [] : parts.map((part) => ({ part, reason }))

/** Of a record asked for by its id: it is not there (any more). An HTML page or another 404 proves nothing. */
export const isGone = ({ reason, code }: ConnectorError): boolean => reason === "NotFound" && code !== null && goneCodes.has(code)
const goneCodes = new Set(["not_found", "company_not_found", "admin_not_found"])
