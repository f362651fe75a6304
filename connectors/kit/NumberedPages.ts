/** Lists whose pages are numbered from 1, and whose answers say which page they are and whether it is the last. */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import type { ConnectorError } from "../../src/contract/ConnectorError.ts"
import type { ListPage } from "../../src/contract/Target.ts"

export interface NumberedPage<Row> {
  readonly rows: ReadonlyArray<Row>
  /** The number that the answer gives itself; null where it gives none. */
  readonly number: number | null
  readonly total: number | null
  readonly last: boolean
}

/**
 * The pages of a list. Only a page that the vendor calls the last has `end: true`; where the vendor repeats a page or gives no new rows, the stream stops at
 * a page with `end: false`.
 */
export const stream = <Row extends { readonly id: string }, A>(
  read: (page: number) => Effect.Effect<NumberedPage<Row>, ConnectorError>,
  toItem: (row: Row) => A
): Stream.Stream<ListPage<A>, ConnectorError> =>
  Stream.paginateEffect({ page: 1, before: "" }, ({ before, page }) =>
    Effect.map(read(page), ({ last, number, rows, total }) => {
      const ids = rows.map(({ id }) => id).join("\n")
      const stuck = (number ?? page) !== page || (page > 1 && ids !== "" && ids === before)
      const end = !stuck && last
      const listed: ListPage<A> = { items: rows.map(toItem), total, end }
      return [listed, end || stuck || ids === "" ? Option.none() : Option.some({ page: page + 1, before: ids })] as const
    })
  )
