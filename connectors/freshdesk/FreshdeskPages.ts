/** Freshdesk's lists: bare arrays, numbered pages, and a Link header as the only sign that more follows (vendor docs, read 2026-11). */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { ConnectorError } from "../../src/contract/ConnectorError.ts"
import type { QueryParams, VendorClient } from "../../src/http/VendorClient.ts"

/** Larger ones are refused. */
export const pageSize = 100

/** What is declared of every list. */
export const listed = { end: 'no rel="next" in the Link header', canLoseRows: true, pageSize } as const

/** The limit of its own that the list of contacts has (vendor docs, "Rate limit"). */
export const contactsList = "contacts list"

export interface List<Row, Encoded> {
  readonly path: string
  readonly params?: QueryParams
  /** The limit of its own that the list has. */
  readonly endpoint?: string
  readonly schema: Schema.Schema<ReadonlyArray<Row>, Encoded>
}

/** `end` null: page `number + 1` follows. Not `reached`: the answer contradicts itself, so nobody knows whether this was all. */
export interface Page<Row> {
  readonly number: number
  readonly rows: ReadonlyArray<Row>
  readonly end: { readonly reached: boolean } | null
  /** The server's time of this answer, epoch milliseconds; null where it told none. */
  readonly serverTime: number | null
}

interface Position {
  readonly number: number
  /** The id that the page before began with. */
  readonly before: string | null
}

type Step<Row> = readonly [Page<Row>, Option.Option<Position>]

const hasNext = (link: string | undefined): boolean => link !== undefined && /;\s*rel\s*=\s*["']?\s*next\b/i.test(link)

/** Headers that are on every answer of Freshdesk (vendor docs). An empty array without them may be anybody's. */
const signatures = ["x-freshdesk-api-version", "x-ratelimit-total", "x-ratelimit-remaining"]

/**
 * All pages of a list. The next one is asked for by its number on our own host; the link only tells that there is one. A full page
 * without a link gets one more call, for a proxy may have dropped the header; a short page with a link is not the end.
 */
export const pages = <Row extends { readonly id: string }, Encoded>(
  client: VendorClient,
  connection: string,
  { path, params, endpoint, schema }: List<Row, Encoded>
): Stream.Stream<Page<Row>, ConnectorError> =>
  Stream.paginateEffect({ number: 1, before: null } as Position, ({ number, before }) =>
    Effect.gen(function* () {
      const call = { path, params: { ...params, page: number, per_page: pageSize }, schema, ...(endpoint === undefined ? {} : { endpoint }) }
      const { body: rows, headers, serverTime } = yield* client.read(call)
      const last = (rows: ReadonlyArray<Row>, reached: boolean): Step<Row> => [{ number, rows, end: { reached }, serverTime }, Option.none()]
      const [first] = rows
      const next = hasNext(headers["link"])
      if (first === undefined) {
        if (!signatures.some((name) => headers[name] !== undefined)) return yield* unsigned(connection, path)
        return last(rows, !next)
      }
      if (first.id === before) return last(rows, false)
      if (!next && rows.length < pageSize) return last(rows, true)
      return [{ number, rows, end: null, serverTime }, Option.some({ number: number + 1, before: first.id })] satisfies Step<Row>
    })
  )

const unsigned = (connection: string, path: string) =>
  new ConnectorError({
    connection,
    call: `GET ${path}`,
    reason: "Malformed",
    detail: "the answer is an empty list without the headers that Freshdesk puts on every answer, so it may come from something in between",
    status: 200,
    effect: "none"
  })
