/** cStar's lists, page by page, in either envelope. */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import type { ConnectorError } from "../../src/contract/ConnectorError.ts"
import type { ListPage } from "../../src/contract/Target.ts"
import type { QueryParams, VendorClient } from "../../src/http/VendorClient.ts"
import * as CstarApi from "./CstarApi.ts"

/** Rows asked for per page, the documented maximum (vendor docs, read 2026-11). An answer may hold fewer without being the last. */
export const size = 100

export interface ListCall {
  readonly path: string
  readonly template?: string
  readonly params?: QueryParams
}

interface At {
  readonly page: number
  /** Ids of the page before, to notice a vendor that goes round in circles. */
  readonly before: string
}

/**
 * The pages of a list. Only a page that the vendor calls the last has `end: true`; where the vendor goes on without giving new rows, the
 * stream stops at a page with `end: false`.
 */
export const stream = <Row extends { readonly id: string }, I, A>(
  client: VendorClient,
  call: ListCall,
  row: Schema.Schema<Row, I>,
  read: (row: Row) => A
): Stream.Stream<ListPage<A>, ConnectorError> => {
  const schema = CstarApi.list(row)
  const start: At = { page: 1, before: "" }
  return Stream.paginateEffect(start, ({ before, page }) =>
    Effect.map(client.read({ ...call, params: { ...call.params, page, pageSize: size }, schema }), ({ body }) => {
      const ids = body.data.map((row) => row.id).join("\n")
      const stuck = (CstarApi.pageNumber(body) ?? page) !== page || (page > 1 && ids !== "" && ids === before)
      const end = !stuck && CstarApi.isLast(body, page)
      const listed: ListPage<A> = {
        items: body.data.map(read),
        total: CstarApi.total(body),
        end
      }
      const next: At = { page: page + 1, before: ids }
      return [listed, end || stuck || ids === "" ? Option.none() : Option.some(next)] as const
    })
  )
}
