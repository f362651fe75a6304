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
  /** The server's time of the list's first answer, epoch milliseconds; null where it told none. */
  readonly begunAt: number | null
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

/** A 200 from which it cannot be told how to go on. */
export const unreadable = (connection: string, path: string, detail: string): ConnectorError =>
  new ConnectorError({
    connection,
    call: `GET ${path}`,
    reason: "Malformed",
    detail,
    status: 200,
    effect: "none"
  })

const endless = "the answer does not tell whether more rows follow (neither meta.has_more with a cursor nor next_page)"

interface Place {
  readonly params: QueryParams
  /** Undefined before the first answer. */
  readonly begunAt: number | null | undefined
}

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
  return Stream.paginateEffect({ params: first, begunAt: undefined } as Place, ({ params, begunAt: before }) =>
    Effect.gen(function* () {
      const { body, serverTime } = yield* client.read({ ...call, params })
      const next = onward(body, first)
      if (next === "unreadable") return yield* unreadable(connection, call.template ?? call.path, endless)
      const begunAt = before === undefined ? serverTime : before
      const page: Page<Body> = { body, cursor: next?.cursor ?? null, byOffset: body.meta === undefined, begunAt }
      return [page, Option.map(Option.fromNullable(next), ({ params }): Place => ({ params, begunAt }))] as const
    })
  )
}
