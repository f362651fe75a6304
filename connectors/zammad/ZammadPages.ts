/** Zammad's lists: bare arrays in numbered pages, with no sign of the end but a page that is empty (vendor docs, read 2026-11). */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import type { ConnectorError } from "../../src/contract/ConnectorError.ts"
import type { VendorClient } from "../../src/http/VendorClient.ts"
import * as ZammadFailure from "./ZammadFailure.ts"

/** Far below every cap known (500), which cuts pages without a word. */
export const pageSize = 100

/** What is declared of every list. */
export const listed = { end: "an empty page, also in the form of full=true", canLoseRows: true, pageSize } as const

/** `end` null: page `number + 1` follows. Not `reached`: the list contradicts itself, so nobody knows whether this was all. */
export interface Page<Row> {
  readonly number: number
  readonly rows: ReadonlyArray<Row>
  readonly end: { readonly reached: boolean } | null
}

/** What the page before showed. */
interface Position {
  readonly number: number
  readonly lastId: number
  readonly short: boolean
}

const ids = Schema.optional(Schema.Array(Schema.Int))

/** The form of an answer that `full=true` asks for. The key of its ids is `record_ids` or named after the list. */
export const Full = Schema.Struct({
  assets: Schema.Record({ key: Schema.String, value: Schema.Unknown }),
  record_ids: ids,
  user_ids: ids,
  organization_ids: ids
})

/** Every id is larger than the one before. Another order would let rows slip through between pages. */
const ascends = (rows: ReadonlyArray<{ readonly id: string }>, after: number): boolean =>
  rows.every(({ id }, index) => Number(id) > Number(rows[index - 1]?.id ?? after))

/**
 * All pages of a list, by ascending id. A short page is not the end: a cap may have cut it. Rows after a short page, or out of order (as from
 * a server that ignores `page` or `sort_by`), end the walk without its end reached.
 *
 * Any proxy can answer `[]`, so that an empty page is asked for once more in the form that only Zammad has.
 */
export const pages = <Row extends { readonly id: string }, Encoded>(
  client: VendorClient,
  connection: string,
  { path, row }: { readonly path: string; readonly row: Schema.Schema<Row, Encoded> }
): Stream.Stream<Page<Row>, ConnectorError> => {
  const params = (page: number) => ({ page, per_page: pageSize, sort_by: "id", order_by: "asc" })
  const isEmpty = (page: number) =>
    Effect.flatMap(client.read({ path, params: { ...params(page), full: "true" }, schema: Full }), ({ body }) => {
      const reported = body.record_ids ?? body.user_ids ?? body.organization_ids
      if (reported === undefined)
        return ZammadFailure.make(connection, path, "Malformed", "the answer in full tells no ids, so the end of the list is not proved")
      return Effect.succeed(reported.length === 0)
    })
  return Stream.paginateEffect({ number: 1, lastId: 0, short: false } as Position, ({ number, lastId, short }) =>
    Effect.gen(function* () {
      const { body: rows } = yield* client.read({ path, params: params(number), schema: Schema.Array(row) })
      const last = rows.at(-1)
      const step = (end: Page<Row>["end"], next: Option.Option<Position>): readonly [Page<Row>, Option.Option<Position>] => [{ number, rows, end }, next]
      if (last === undefined) return step({ reached: yield* isEmpty(number) }, Option.none())
      if (short || !ascends(rows, lastId)) return step({ reached: false }, Option.none())
      return step(null, Option.some({ number: number + 1, lastId: Number(last.id), short: rows.length < pageSize }))
    })
  )
}
