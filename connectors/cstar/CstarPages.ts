/** cStar's lists, page by page, in either envelope. */
import * as Effect from "effect/Effect"
import type * as Schema from "effect/Schema"
import type * as Stream from "effect/Stream"
import type { ConnectorError } from "../../src/contract/ConnectorError.ts"
import type { ListPage } from "../../src/contract/Target.ts"
import type { QueryParams, VendorClient } from "../../src/http/VendorClient.ts"
import * as NumberedPages from "../kit/NumberedPages.ts"
import * as CstarApi from "./CstarApi.ts"

/** Rows asked for per page, the documented maximum (vendor docs, read 2026-11). An answer may hold fewer without being the last. */
export const size = 100

export interface ListCall {
  readonly path: string
  readonly template?: string
  readonly params?: QueryParams
}

/** The pages of a list, by the number, size and end that the answers themselves give. */
export const stream = <Row extends { readonly id: string }, I, A>(
  client: VendorClient,
  call: ListCall,
  row: Schema.Schema<Row, I>,
  read: (row: Row) => A
): Stream.Stream<ListPage<A>, ConnectorError> => {
  const schema = CstarApi.list(row)
  return NumberedPages.stream(
    (page) =>
      Effect.map(client.read({ ...call, params: { ...call.params, page, pageSize: size }, schema }), ({ body }) => ({
        rows: body.data,
        number: CstarApi.pageNumber(body),
        total: CstarApi.total(body),
        last: CstarApi.isLast(body, page)
      })),
    read
  )
}
