/** What changed at Zendesk since a list was read: its incremental exports (vendor docs and public recordings, read 2026-11). */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import type { ConnectorError } from "../../src/contract/ConnectorError.ts"
import type { SourcePage, SourceRecord, StreamDeclaration } from "../../src/contract/Source.ts"
import type { VendorClient } from "../../src/http/VendorClient.ts"
import * as ZendeskApi from "./ZendeskApi.ts"

/** The export of users by cursor has an allowance of its own, 20 calls a minute since 2025-06-27; the others share 10 (vendor docs, read 2026-11). */
export const endpoints = { users: "cursor export of users", organizations: "incremental exports" } as const

/** Of both exports. The newest minute is not told, and nobody may ask for it. */
export const declaration = {
  end: "end_of_stream is true",
  deletions: true,
  pageSize: 1000,
  lag: 60_000
} as const satisfies StreamDeclaration["changes"]

/** Changes are read once more from so long before what is known, in seconds: a list takes its time, and a second may be told in two parts. */
const overlap = { list: 300, second: 60 }

/** Where changes go on after a list whose first answer came at this time of the server. */
export const afterList = (serverTime: number): number => Math.max(0, Math.floor(serverTime / 1000) - overlap.list)

/** How an export's rows are told. */
export interface Telling<Row> {
  readonly records: (row: Row) => ReadonlyArray<SourceRecord>
  readonly unknown: (rows: ReadonlyArray<Row>) => SourcePage["unknown"]
}

/** A row may be repeated; what it says last is so now. */
const page = <Row extends { readonly id: string }>(
  found: ReadonlyArray<Row>,
  { records, unknown }: Telling<Row>,
  onward: Pick<SourcePage, "cursor" | "end">
): SourcePage => {
  const rows = [...new Map(found.map((row) => [row.id, row])).values()]
  return { records: rows.flatMap(records), rows: rows.length, ...onward, unknown: unknown(rows) }
}

type Feed = Stream.Stream<SourcePage, ConnectorError>

const from = "since "
const after = "after "

/** Where `users` begins after a list. */
export const usersFrom = (seconds: number): string => `${from}${seconds}`

/** Users by cursor, deleted ones too. */
export const users = (client: VendorClient, unreadable: (detail: string) => ConnectorError, telling: Telling<ZendeskApi.User>, since: string): Feed =>
  Stream.paginateEffect(since, (place) =>
    Effect.gen(function* () {
      const params = place.startsWith(from) ? { start_time: place.slice(from.length) } : { cursor: place.slice(after.length) }
      const { body } = yield* client.read({ path: "/incremental/users/cursor", params, schema: ZendeskApi.ChangedUsers, endpoint: endpoints.users })
      const cursor = body.after_cursor === "" ? null : body.after_cursor
      // Where nothing is told there may be no cursor either: it goes on from where it was.
      const next = cursor === null ? place : `${after}${cursor}`
      if (body.end_of_stream) return [page(body.users, telling, { cursor: null, end: { reached: true, count: null, next } }), Option.none()] as const
      if (cursor === null) return yield* unreadable("more changed users follow, and the answer has no cursor")
      return [page(body.users, telling, { cursor, end: null }), Option.some(next)] as const
    })
  )

/** Organizations by time: a page begins with the second in which the last one ended, and a second of more rows than a page is never left. */
export const organizations = (
  client: VendorClient,
  unreadable: (detail: string) => ConnectorError,
  telling: Telling<ZendeskApi.Organization>,
  since: string
): Feed =>
  Stream.paginateEffect(Number(since), (start) =>
    Effect.gen(function* () {
      const { body } = yield* client.read({
        path: "/incremental/organizations",
        params: { start_time: start },
        schema: ZendeskApi.ChangedOrganizations,
        endpoint: endpoints.organizations
      })
      const { end_of_stream, end_time, organizations } = body
      if (end_time !== null && end_time < start) return yield* unreadable("the changed organizations end before they begin")
      if (end_of_stream) {
        const next = String(Math.max(Number(since), (end_time ?? start) - overlap.second))
        return [page(organizations, telling, { cursor: null, end: { reached: true, count: null, next } }), Option.none()] as const
      }
      if (end_time === null || end_time === start) return yield* unreadable("more organizations changed in one second than a page shows")
      return [page(organizations, telling, { cursor: String(end_time), end: null }), Option.some(end_time)] as const
    })
  )
