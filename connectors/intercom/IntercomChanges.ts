/**
 * Contacts that changed since they were last read: a search by the day of their last change (OpenAPI 2.14 and docs, read 2026-11). That day is one
 * of the workspace's calendar, whose timezone nobody needs to know here: what is asked for begins so early that it holds in each.
 */
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { createHash } from "node:crypto"
import type { ConnectorError } from "../../src/contract/ConnectorError.ts"
import type { Part, SourcePage, StreamDeclaration } from "../../src/contract/Source.ts"
import type { VendorClient } from "../../src/http/VendorClient.ts"
import * as IntercomApi from "./IntercomApi.ts"
import * as IntercomPaging from "./IntercomPaging.ts"
import * as IntercomRecords from "./IntercomRecords.ts"

/** Who vanished is only not found any more. The search knows a contact "a few minutes" late, which a reading at once would take for what is so now. */
export const declaration = {
  end: "pages.next is null or absent, and as many contacts were shown as counted",
  deletions: false,
  pageSize: IntercomPaging.pageSize,
  lag: 600_000
} as const satisfies StreamDeclaration["changes"]

const hour = 3600

/**
 * How long before the last reading the search asks for, in seconds. It answers from the day after the one asked for on: two days, one of which may
 * be longer by an hour, so that the whole day before the last reading is in it by any timezone's calendar.
 */
const overlap = 49 * hour

/** More companies than this are not carried from one reading to the next: then all is read every time. */
const mostCompanies = 20_000

/** What a reading leaves to the next one. */
const Place = Schema.Struct({
  /** The server's time of the first answer, in Unix seconds. */
  at: Schema.Int,
  /** Who worked there. No address, which somebody may ask to be forgotten. */
  admins: Schema.String,
  /** Companies that somebody is in, so that one which no list shows is still looked up. */
  companies: Schema.Array(Schema.String)
})
const PlaceText = Schema.parseJson(Place)
export type Place = typeof Place.Type

/** Who works there makes staff of contacts that need not change for it. */
export const adminsMark = (admins: ReadonlyArray<IntercomApi.Admin>): string => {
  const rows = admins.map((admin) => JSON.stringify(IntercomRecords.admin(admin)))
  return createHash("sha256").update(rows.toSorted().join("\n")).digest("base64url").slice(0, 22)
}

export type Onward = Pick<NonNullable<SourcePage["end"]>, "next">

/** What `end` says of where changes go on. `begunAt`: the server's time of the first answer in milliseconds, null where it told none. */
export const onward = (begunAt: number | null, admins: string, companies: ReadonlySet<string>): Onward =>
  begunAt === null || companies.size > mostCompanies
    ? {}
    : { next: Schema.encodeSync(PlaceText)({ at: Math.floor(begunAt / 1000), admins, companies: [...companies] }) }

/** Null for what no reading of this version left. */
export const placeOf = (since: string): Place | null => Either.getOrNull(Schema.decodeEither(PlaceText)(since))

/** Why what changed cannot be told, where that is so before anybody is asked for it. */
export const objection = ({ admins, at }: Place, mark: string, begunAt: number | null): string | null => {
  if (mark !== admins) return "the admins of the workspace changed, and whose contact is staff's by that is not told"
  return begunAt !== null && begunAt < at * 1000 ? "Intercom's clock went back since the last reading" : null
}

/** A feed that tells nothing, so that all is read. */
export const unreported = (parts: ReadonlyArray<Part>, reason: string): SourcePage => ({
  records: [],
  rows: 0,
  cursor: null,
  end: { reached: true, count: null },
  unknown: IntercomPaging.unknown(parts, reason)
})

interface Asked {
  readonly client: VendorClient
  readonly connection: string
  readonly parts: ReadonlyArray<Part>
  readonly since: Place
  readonly tell: (rows: ReadonlyArray<IntercomApi.Contact>) => Effect.Effect<Pick<SourcePage, "records" | "unknown">, ConnectorError>
  /** Asked once all was told. */
  readonly next: () => Onward
}

/**
 * All that the search shows, also what did not change since: whether tags and companies move the day of a contact is not documented. A contact that
 * changes on the way moves to the end and may be shown twice, while another slips past: those shown are told apart before they are counted.
 */
export const contacts = ({ client, connection, next: goesOn, parts, since, tell }: Asked): Stream.Stream<SourcePage, ConnectorError> =>
  Stream.suspend(() => {
    const path = "/contacts/search"
    const query = { field: "updated_at", operator: ">", value: since.at - overlap }
    const sort = { field: "updated_at", order: "ascending" }
    const found = IntercomPaging.pages(connection, `POST ${path}`, (place) => {
      const body = { query, pagination: { per_page: IntercomPaging.pageSize, ...place }, sort }
      return Effect.map(client.read({ path, body, schema: IntercomApi.Contacts }), (answer) => answer.body)
    })
    const shown = new Set<string>()
    return Stream.mapAccumEffect(found, undefined as IntercomPaging.Progress | undefined, (before, { body, next }) =>
      Effect.gen(function* () {
        const rows = [...new Map(body.data.map((row) => [row.id, row])).values()]
        const fresh = rows.filter(({ id }) => !shown.has(id))
        for (const { id } of fresh) shown.add(id)
        const progress = IntercomPaging.advance(before, fresh.length, body)
        const { records, unknown } = yield* tell(rows)
        const page: SourcePage = { records, rows: rows.length, cursor: next === null ? null : JSON.stringify(next), end: null, unknown }
        if (next !== null) return [progress, page] as const
        const end = { reached: body.pages !== null || body.total_count !== null, count: null, ...goesOn() }
        return [
          progress,
          { ...page, end, unknown: [...unknown, ...IntercomPaging.unknown(parts, IntercomPaging.shortage(progress, "changed contacts"))] }
        ] as const
      })
    )
  })
