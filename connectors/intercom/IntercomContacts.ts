/** Contacts with their tags and companies: one listing, and calls of their own for those whose nested lists are cut. */
import * as Effect from "effect/Effect"
import * as Ref from "effect/Ref"
import * as Stream from "effect/Stream"
import type { ConnectorError } from "../../src/contract/ConnectorError.ts"
import type { Part, SourcePage, SourceRecord, SourceStream, StreamDeclaration } from "../../src/contract/Source.ts"
import type { VendorClient } from "../../src/http/VendorClient.ts"
import * as IntercomApi from "./IntercomApi.ts"
import * as IntercomPaging from "./IntercomPaging.ts"
import * as IntercomRecords from "./IntercomRecords.ts"

const companyMemberships: Part = { memberships: "organization", carrier: "customer" }

export const declaration = {
  name: "contacts",
  parts: ["customers", { groups: "tag", carrier: "customer" }, { memberships: "tag", carrier: "customer" }, companyMemberships],
  end: "pages.next is null or absent; a walk that showed fewer than the count at its start does not count",
  canLoseRows: false,
  pageSize: IntercomPaging.pageSize
} as const satisfies StreamDeclaration

export interface Access {
  readonly client: VendorClient
  readonly connection: string
  readonly policy: IntercomRecords.Policy
  /** Addresses of the admins as last read, so that look-ups after a read cost one call each. */
  readonly staff: Ref.Ref<ReadonlySet<string> | null>
}

/** All admins, in one call. */
const admins = ({ client, staff }: Access): Effect.Effect<ReadonlyArray<IntercomApi.Admin>, ConnectorError> =>
  Effect.map(client.read({ path: "/admins", schema: IntercomApi.Admins }), ({ body }) => body.admins.filter((admin) => admin !== null)).pipe(
    Effect.tap((all) => Ref.set(staff, IntercomRecords.addressesOf(all)))
  )

/** Addresses of the admins; asks for them where no read did. */
export const staffOf = (access: Access): Effect.Effect<ReadonlySet<string>, ConnectorError> =>
  Effect.flatMap(Ref.get(access.staff), (known) => (known === null ? Effect.map(admins(access), IntercomRecords.addressesOf) : Effect.succeed(known)))

/** Names of all tags by id, in one call: a contact's row shows only ids. */
const tagNames = ({ client }: Access): Effect.Effect<ReadonlyMap<string, string>, ConnectorError> =>
  Effect.map(client.read({ path: "/tags", schema: IntercomApi.Tags }), ({ body }) => new Map(body.data.map(({ id, name }) => [id, name])))

/** Where a nested list does not say whether it is cut, ten entries are what it holds at most. */
const longest = 10

/** The ids of a nested list; null where the row does not show all of them. */
const whole = (list: IntercomApi.Contact["tags"]): ReadonlyArray<string> | null => {
  const data = list?.data ?? null
  if (list === null || data === null) return null
  const isCut = (list.has_more ?? data.length >= longest) || (list.total_count ?? 0) > data.length
  return isCut ? null : data.map(({ id }) => id)
}

const pathOf = (contact: IntercomApi.Contact, what: string) => ({
  path: `/contacts/${encodeURIComponent(contact.id)}/${what}`,
  template: `/contacts/{id}/${what}`
})

/** Tags by name: from the row, or asked for where the row is cut or has a tag that was made since the names were read. */
const tagsOf = ({ client }: Access, contact: IntercomApi.Contact, names: ReadonlyMap<string, string>): Effect.Effect<ReadonlyArray<string>, ConnectorError> => {
  const known = whole(contact.tags)?.map((id) => names.get(id))
  if (known?.every((name) => name !== undefined) === true) return Effect.succeed(known)
  return Effect.map(client.read({ ...pathOf(contact, "tags"), schema: IntercomApi.Tags }), ({ body }) => body.data.map(({ name }) => name))
}

interface Companies {
  readonly ids: ReadonlyArray<string>
  /** Why some may be missing. */
  readonly doubt: string | null
}

/** Stops where a page shows nothing new, so that a link in a circle ends; the count then speaks. */
const askCompanies = ({ client, connection }: Access, contact: IntercomApi.Contact): Effect.Effect<Companies, ConnectorError> =>
  Effect.gen(function* () {
    const { path, template } = pathOf(contact, "companies")
    const ids = new Set<string>()
    let total: number | null = null
    const pages = IntercomPaging.pages(connection, `GET ${template}`, (params) =>
      Effect.map(client.read({ path, template, params, schema: IntercomApi.ContactCompanies }), ({ body }) => body)
    )
    yield* Stream.runForEachWhile(pages, ({ body }) =>
      Effect.sync(() => {
        const before = ids.size
        for (const { id } of body.data ?? body.companies ?? []) ids.add(id)
        total = body.total_count
        return ids.size > before
      })
    )
    return { ids: [...ids], doubt: IntercomPaging.shortage({ rows: ids.size, total }, `companies of contact ${contact.id}`) }
  })

const companiesOf = (access: Access, contact: IntercomApi.Contact): Effect.Effect<Companies, ConnectorError> => {
  const ids = whole(contact.companies)
  return ids === null ? askCompanies(access, contact) : Effect.succeed({ ids, doubt: null })
}

interface Told {
  readonly records: ReadonlyArray<SourceRecord>
  readonly doubt: string | null
}

/** What one read knows, besides the page at hand. */
interface Reading {
  readonly names: ReadonlyMap<string, string>
  readonly staff: ReadonlySet<string>
  /** Tags whose group was told. */
  readonly seen: Set<string>
  /** Ids of companies that somebody is in. */
  readonly named: Set<string>
}

/** Staff and contacts left out are told without their groups, so that no call is made for them. Who vanishes between two calls is gone. */
const told = (access: Access, contact: IntercomApi.Contact, reading: Reading): Effect.Effect<Told, ConnectorError> => {
  const customer = IntercomRecords.contact(contact, access.policy, reading.staff)
  const itself: SourceRecord = { _tag: "Customer", customer }
  if (customer.role === "staff" || customer.excluded !== null) return Effect.succeed({ records: [itself], doubt: null })
  return Effect.gen(function* () {
    const tags = yield* tagsOf(access, contact, reading.names)
    const companies = yield* companiesOf(access, contact)
    for (const id of companies.ids) reading.named.add(id)
    const link = (group: Parameters<Parameters<typeof IntercomRecords.tagged>[3]>[0]): SourceRecord => ({ _tag: "Membership", group, customer: customer.id })
    const records = [
      itself,
      ...IntercomRecords.tagged("customer", tags, reading.seen, link),
      ...companies.ids.map((id) => link(IntercomRecords.companyKey(id)))
    ]
    return { records, doubt: companies.doubt }
  }).pipe(
    Effect.catchIf(IntercomPaging.isGone, () =>
      Effect.succeed<Told>({ records: [{ _tag: "Gone", record: "customer", id: contact.id, cause: "deleted" }], doubt: null })
    )
  )
}

interface State extends IntercomPaging.Progress {
  /** Admins of whom no contact was seen yet. */
  readonly admins: ReadonlyArray<IntercomApi.Admin>
}

/** Calls for cut rows that are under way at once. */
const concurrency = 4

/**
 * Admins are told as staff: through their contact where they have one, by themselves with the last page where they have none. `named` is
 * filled with the ids of companies that somebody is in.
 */
export const stream = (access: Access, named: Set<string>): SourceStream => ({
  declaration,
  pages: Stream.unwrap(
    Effect.gen(function* () {
      named.clear()
      const all = yield* admins(access)
      const reading: Reading = { names: yield* tagNames(access), staff: IntercomRecords.addressesOf(all), seen: new Set(), named }
      const { client, connection } = access
      const listed = IntercomPaging.pages(connection, "GET /contacts", (place) =>
        Effect.map(
          client.read({ path: "/contacts", params: { per_page: IntercomPaging.pageSize, ...place }, schema: IntercomApi.Contacts }),
          ({ body }) => body
        )
      )
      return Stream.mapAccumEffect(listed, undefined as State | undefined, (before, { body, next }) =>
        Effect.gen(function* () {
          const rows = yield* Effect.forEach(body.data, (contact) => told(access, contact, reading), { concurrency })
          const shown = IntercomRecords.addressesOf(body.data)
          const state: State = {
            ...IntercomPaging.advance(before, body.data.length, body),
            admins: (before?.admins ?? all).filter((admin) => !IntercomRecords.isStaff(admin, shown))
          }
          const records = rows.flatMap((row) => row.records)
          const unknown = IntercomPaging.unknown([companyMemberships], rows.find(({ doubt }) => doubt !== null)?.doubt ?? null)
          const page: SourcePage = { records, rows: body.data.length, cursor: next === null ? null : JSON.stringify(next), end: null, unknown }
          return [state, next === null ? ended(page, state, body) : page] as const
        })
      )
    })
  )
})

/** Without `pages` and without a count an answer just stops. */
const ended = (page: SourcePage, state: State, { pages, total_count }: IntercomApi.Paging): SourcePage => ({
  ...page,
  records: [...page.records, ...state.admins.map((admin): SourceRecord => ({ _tag: "Customer", customer: IntercomRecords.admin(admin) }))],
  end: { reached: pages !== null || total_count !== null, count: state.total === null ? null : { value: state.total, exact: false } },
  unknown: [...page.unknown, ...IntercomPaging.unknown(declaration.parts, IntercomPaging.shortage(state, "contacts"))]
})
