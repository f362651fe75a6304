/** Contacts with their tags and companies: one listing, or what a search shows as changed, and calls of their own for those whose nested lists are cut. */
import * as Effect from "effect/Effect"
import * as Ref from "effect/Ref"
import * as Stream from "effect/Stream"
import type { ConnectorError } from "../../src/contract/ConnectorError.ts"
import type { SourcePage, SourceRecord, SourceStream, StreamDeclaration } from "../../src/contract/Source.ts"
import type { VendorClient } from "../../src/http/VendorClient.ts"
import type { GroupKey } from "../../src/model/Group.ts"
import * as IntercomApi from "./IntercomApi.ts"
import * as IntercomBelongings from "./IntercomBelongings.ts"
import * as IntercomChanges from "./IntercomChanges.ts"
import * as IntercomPaging from "./IntercomPaging.ts"
import * as IntercomRecords from "./IntercomRecords.ts"

export const declaration = {
  name: "contacts",
  parts: ["customers", { groups: "tag", carrier: "customer" }, IntercomBelongings.tagMemberships, IntercomBelongings.companyMemberships],
  end: "pages.next is null or absent; a walk that showed fewer than the count at its start does not count",
  canLoseRows: false,
  pageSize: IntercomPaging.pageSize,
  changes: IntercomChanges.declaration
} as const satisfies StreamDeclaration

export interface Access {
  readonly client: VendorClient
  readonly connection: string
  readonly policy: IntercomRecords.Policy
  /** Addresses of the admins as last read, so that look-ups after a read cost one call each. */
  readonly staff: Ref.Ref<ReadonlySet<string> | null>
}

interface Admins {
  readonly all: ReadonlyArray<IntercomApi.Admin>
  /** The server's time of their answer, in milliseconds; null where it told none. */
  readonly reportedAt: number | null
}

/** All admins, in one call. */
const admins = ({ client, staff }: Access): Effect.Effect<Admins, ConnectorError> =>
  Effect.gen(function* () {
    const { body, serverTime } = yield* client.read({ path: "/admins", schema: IntercomApi.Admins })
    const all = body.admins.filter((admin) => admin !== null)
    yield* Ref.set(staff, IntercomRecords.addressesOf(all))
    return { all, reportedAt: serverTime }
  })

/** Addresses of the admins; asks for them where no read did. */
export const staffOf = (access: Access): Effect.Effect<ReadonlySet<string>, ConnectorError> =>
  Effect.flatMap(Ref.get(access.staff), (known) =>
    known === null ? Effect.map(admins(access), ({ all }) => IntercomRecords.addressesOf(all)) : Effect.succeed(known)
  )

/** Names of all tags by id, in one call: a contact's row shows only ids. */
const tagNames = ({ client }: Access): Effect.Effect<ReadonlyMap<string, string>, ConnectorError> =>
  Effect.map(client.read({ path: "/tags", schema: IntercomApi.Tags }), ({ body }) => new Map(body.data.map(({ id, name }) => [id, name])))

/** What one read knows, besides the page at hand. */
interface Reading {
  readonly names: ReadonlyMap<string, string>
  readonly staff: ReadonlySet<string>
  /** Tags whose group was told. */
  readonly seen: Set<string>
  /** Ids of companies that somebody is in. */
  readonly named: Set<string>
}

const belongs = (customer: string, { tags, companies }: IntercomBelongings.Belongings, { seen, named }: Reading): ReadonlyArray<SourceRecord> => {
  const link = (group: GroupKey): SourceRecord => ({ _tag: "Membership", group, customer })
  for (const id of companies) named.add(id)
  return [...IntercomRecords.tagged("customer", tags, seen, link), ...companies.map((id) => link(IntercomRecords.companyKey(id)))]
}

/** What a page's rows say. Staff and contacts left out are told without their groups, so that no call is made for them. */
const reported = (
  access: Access,
  rows: ReadonlyArray<IntercomApi.Contact>,
  reading: Reading
): Effect.Effect<Pick<SourcePage, "records" | "unknown">, ConnectorError> =>
  Effect.gen(function* () {
    const customers = rows.map((row) => IntercomRecords.contact(row, access.policy, reading.staff))
    const active = new Set(customers.flatMap(({ id, role, excluded }) => (role === "customer" && excluded === null ? [id] : [])))
    const mine = rows.filter(({ id }) => active.has(id))
    const belongings = yield* IntercomBelongings.of(access, mine, reading.names)
    const records = customers.flatMap((customer): ReadonlyArray<SourceRecord> => {
      const itself: ReadonlyArray<SourceRecord> = [{ _tag: "Customer", customer }]
      const found = belongings.get(customer.id)
      if (found === null) return [{ _tag: "Gone", record: "customer", id: customer.id, cause: "deleted" }]
      return found === undefined ? itself : itself.concat(belongs(customer.id, found, reading))
    })
    return { records, unknown: [...belongings.values()].flatMap((found) => found?.unknown ?? []) }
  })

interface State extends IntercomPaging.Progress {
  /** Admins of whom no contact was seen yet. */
  readonly admins: ReadonlyArray<IntercomApi.Admin>
}

/** The admins come first: the next reading goes on from the time of their answer. */
const begin = (access: Access, all: Admins["all"], named: Set<string>): Effect.Effect<Reading, ConnectorError> =>
  Effect.map(tagNames(access), (names) => ({ names, staff: IntercomRecords.addressesOf(all), seen: new Set<string>(), named }))

/** Admins are told as staff: through their contact where they have one, by themselves with the last page where they have none. */
const listed = (access: Access, named: Set<string>): SourceStream["pages"] =>
  Stream.unwrap(
    Effect.gen(function* () {
      named.clear()
      const { all, reportedAt } = yield* admins(access)
      const reading = yield* begin(access, all, named)
      const { client, connection } = access
      const found = IntercomPaging.pages(connection, "GET /contacts", (place) =>
        Effect.map(
          client.read({ path: "/contacts", params: { per_page: IntercomPaging.pageSize, ...place }, schema: IntercomApi.Contacts }),
          ({ body }) => body
        )
      )
      return Stream.mapAccumEffect(found, undefined as State | undefined, (before, { body, next }) =>
        Effect.gen(function* () {
          const shown = IntercomRecords.addressesOf(body.data)
          const state: State = {
            ...IntercomPaging.advance(before, body.data.length, body),
            admins: (before?.admins ?? all).filter((admin) => !IntercomRecords.isStaff(admin, shown))
          }
          const page: SourcePage = {
            ...(yield* reported(access, body.data, reading)),
            rows: body.data.length,
            cursor: next === null ? null : JSON.stringify(next),
            end: null
          }
          return [
            state,
            next === null ? ended(page, state, body, () => IntercomChanges.onward(reportedAt, IntercomChanges.adminsMark(all), named)) : page
          ] as const
        })
      )
    })
  )

/** Without `pages` and without a count an answer just stops. `onward`: where changes go on. */
const ended = (page: SourcePage, state: State, { pages, total_count }: IntercomApi.Paging, onward: () => IntercomChanges.Onward): SourcePage => {
  const reached = pages !== null || total_count !== null
  return {
    ...page,
    records: [...page.records, ...state.admins.map((admin): SourceRecord => ({ _tag: "Customer", customer: IntercomRecords.admin(admin) }))],
    end: { reached, count: state.total === null ? null : { value: state.total, exact: false }, ...(reached ? onward() : {}) },
    unknown: [...page.unknown, ...IntercomPaging.unknown(declaration.parts, IntercomPaging.shortage(state, "contacts"))]
  }
}

/** Of the admins nothing is told: they are the same ones, or all is read. */
const changed = (access: Access, named: Set<string>, since: string): SourceStream["pages"] =>
  Stream.unwrap(
    Effect.gen(function* () {
      const unreported = (reason: string) => Stream.make(IntercomChanges.unreported(declaration.parts, reason))
      const place = IntercomChanges.placeOf(since)
      if (place === null) return unreported("where the last reading ended is not known any more")
      const { all, reportedAt } = yield* admins(access)
      const mark = IntercomChanges.adminsMark(all)
      const objection = IntercomChanges.objection(place, mark, reportedAt)
      if (objection !== null) return unreported(objection)
      named.clear()
      for (const id of place.companies) named.add(id)
      const reading = yield* begin(access, all, named)
      return IntercomChanges.contacts({
        client: access.client,
        connection: access.connection,
        parts: declaration.parts,
        since: place,
        tell: (rows) => reported(access, rows, reading),
        // Where the server told no time it goes on from where it was.
        next: () => IntercomChanges.onward(reportedAt ?? place.at * 1000, mark, named)
      })
    })
  )

/** `named` is filled with the ids of companies that somebody is in, by a reading of what changed with those known before too. */
export const stream = (access: Access, named: Set<string>): SourceStream => ({
  declaration,
  pages: listed(access, named),
  changes: (since) => changed(access, named, since)
})
