/** Zendesk's lists: by cursor, or where an endpoint ignores the cursor's parameters by offset (vendor docs and recordings, read 2026-11). */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { ConnectorError } from "../../src/contract/ConnectorError.ts"
import type { CallOptions, QueryParams, VendorClient } from "../../src/http/VendorClient.ts"
import type * as ZendeskApi from "./ZendeskApi.ts"

export const size = 100
export const end = "meta.has_more is false (the last page still carries a next link)"

export interface Page<Body> {
  readonly body: Body
  /** What leads to the next page; null: this is the end. */
  readonly cursor: string | null
  /** In paging by offset rows can be missed while data changes. */
  readonly byOffset: boolean
}

interface Onward {
  readonly params: QueryParams
  readonly cursor: string
}

/** Where an answer says to go on; null: it says that this is the end. Of a link only the query is used, never the host. */
const onward = (body: ZendeskApi.Paging, asked: QueryParams): Onward | "unreadable" | null => {
  if (body.meta !== undefined) {
    // The last page of a list still carries a cursor and a link.
    if (!body.meta.has_more) return null
    const cursor = body.meta.after_cursor
    return cursor === null || cursor === "" ? "unreadable" : { params: { ...asked, "page[after]": cursor }, cursor }
  }
  if (body.next_page === undefined) return "unreadable"
  if (body.next_page === null) return null
  if (!URL.canParse(body.next_page)) return "unreadable"
  const query = new URL(body.next_page).searchParams
  const names = [...new Set(query.keys())]
  return { params: Object.fromEntries(names.map((name) => [name, query.getAll(name)])), cursor: query.toString() }
}

const unreadable = (connection: string, path: string) =>
  new ConnectorError({
    connection,
    call: `GET ${path}`,
    reason: "Malformed",
    detail: "the answer does not tell whether more rows follow (neither meta.has_more with a cursor nor next_page)",
    status: 200,
    code: null,
    retryAt: null,
    effect: "none"
  })

interface List<Body extends ZendeskApi.Paging, Encoded> {
  readonly path: string
  readonly template?: string
  /** Beside the page's size. */
  readonly params?: QueryParams
  readonly schema: CallOptions<Body, Encoded>["schema"]
}

/** All pages of a list, one call each. */
export const pages = <Body extends ZendeskApi.Paging, Encoded>(
  client: VendorClient,
  connection: string,
  { params: own = {}, ...call }: List<Body, Encoded>
): Stream.Stream<Page<Body>, ConnectorError> => {
  const first: QueryParams = { ...own, "page[size]": size }
  return Stream.paginateEffect(first, (params) =>
    Effect.gen(function* () {
      const { body } = yield* client.read({ ...call, params })
      const next = onward(body, first)
      if (next === "unreadable") return yield* unreadable(connection, call.template ?? call.path)
      return [{ body, cursor: next?.cursor ?? null, byOffset: body.meta === undefined }, Option.fromNullable(next?.params)] as const
    })
  )
}
