/** Freshdesk as a source: contacts in all their states, or those of them who changed, agents and companies. */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import type { ConnectorError } from "../../src/contract/ConnectorError.ts"
import type { Part, Source, SourceDeclaration, SourcePage, SourceRecord, SourceStream, StreamDeclaration } from "../../src/contract/Source.ts"
import * as Unreported from "../../src/contract/Unreported.ts"
import type { VendorClient } from "../../src/http/VendorClient.ts"
import * as FreshdeskAgents from "./FreshdeskAgents.ts"
import * as FreshdeskApi from "./FreshdeskApi.ts"
import * as FreshdeskChanges from "./FreshdeskChanges.ts"
import * as FreshdeskContact from "./FreshdeskContact.ts"
import { listed, type Page, pages } from "./FreshdeskPages.ts"

const people = {
  ...listed,
  name: "contacts",
  parts: ["customers", { memberships: "organization", carrier: "customer" }],
  changes: FreshdeskChanges.declaration
} as const satisfies StreamDeclaration

const tagParts = [
  { groups: "tag", carrier: "customer" },
  { memberships: "tag", carrier: "customer" }
] as const satisfies ReadonlyArray<Part>

const contacts: StreamDeclaration = { ...people, parts: [...people.parts, ...tagParts] }

/**
 * Read in full every time, although this list can be narrowed too: it takes a call for a hundred companies, no answer but its own end tells that one is
 * deleted, and a contact may be told in a company so new that the narrowed list does not show it yet.
 */
const companies = { ...listed, name: "companies", parts: [{ groups: "organization", carrier: "customer" }] } as const satisfies StreamDeclaration

export const declaration: SourceDeclaration = {
  streams: [contacts, companies],
  customerWord: "contact",
  deletionsSeen: true,
  lookup: true,
  agents: FreshdeskAgents.declaration
}

export interface Settings extends FreshdeskApi.Policy {
  readonly tags: "read" | "skip"
}

type Unknown = SourcePage["unknown"]

const tagsUnreported = {
  reason: "Freshdesk did not tell the tags of contacts: not even the view of a contact shows them",
  one: (id: string) => `Freshdesk did not tell the tags of contact ${id}: it was deleted while we read, or even the view of it shows none`
}

const staffUnread = (detail: string): Unknown => [
  { part: "customers", reason: `agents may only be listed by an administrator ("${detail}"), so who became one is not known` }
]

/** One of the lists that the stream of contacts is made of. */
interface Section {
  readonly name: string
  readonly pages: Stream.Stream<Pick<SourcePage, "records" | "rows" | "unknown"> & Omit<Page<never>, "rows" | "serverTime">, ConnectorError>
}

/** Contacts asked for at the same time: what one call after the other takes is longer than most allowances want. */
const askedAtOnce = 4

/** The first alone: it may show that the others need not be asked for. */
const eachAsked = <Row, A>(
  rows: ReadonlyArray<Row>,
  reported: (row: Row) => Effect.Effect<A, ConnectorError>
): Effect.Effect<ReadonlyArray<A>, ConnectorError> =>
  Effect.zipWith(Effect.forEach(rows.slice(0, 1), reported), Effect.forEach(rows.slice(1), reported, { concurrency: askedAtOnce }), (first, others) => [
    ...first,
    ...others
  ])

/** What a row tells. `silent`: the id of a contact whose tags are not among it. */
interface Reported {
  readonly records: ReadonlyArray<SourceRecord>
  readonly silent: string | null
}

const section = <Row>(
  name: string,
  rows: Stream.Stream<Page<Row>, ConnectorError>,
  reported: (row: Row) => Effect.Effect<Reported, ConnectorError>
): Section => ({
  name,
  pages: Stream.mapEffect(rows, ({ number, rows, end }) =>
    Effect.map(eachAsked(rows, reported), (all) => ({
      number,
      end,
      rows: rows.length,
      records: all.flatMap(({ records }) => records),
      unknown: Unreported.byRows({
        rows: all,
        isReported: ({ silent }) => silent === null,
        id: ({ silent }) => silent ?? "",
        parts: tagParts,
        ...tagsUnreported
      })
    }))
  )
})

/** The sections one after the other; only the last one's end is the stream's, and a section that ends without reason ends it all. */
const inTurn = (sections: ReadonlyArray<Section>, next: FreshdeskChanges.Lists["next"] = () => undefined): SourceStream["pages"] =>
  sections
    .map(({ name, pages }, index) => {
      const following = sections[index + 1]?.name
      return Stream.map(pages, ({ number, records, rows, unknown, end }): SourcePage => {
        if (end === null) return { records, rows, unknown, cursor: `${name}, page ${number + 1}`, end: null }
        if (end.reached && following !== undefined) return { records, rows, unknown, cursor: `${following}, page 1`, end: null }
        const goesOn = end.reached ? next() : undefined
        return { records, rows, unknown, cursor: null, end: { reached: end.reached, count: null, ...(goesOn === undefined ? {} : { next: goesOn }) } }
      })
    })
    .reduce((before, next) => Stream.concat(before, next))
    .pipe(Stream.takeUntil(({ end }) => end !== null))

const plain = (records: ReadonlyArray<SourceRecord>): Effect.Effect<Reported> => Effect.succeed({ records, silent: null })

/** Contacts that are neither blocked nor deleted, those who are, and the staff: a contact who changes sides meanwhile is met again later in the walk. */
const reading = (client: VendorClient, connection: string, settings: Settings, { list, next }: FreshdeskChanges.Lists): SourceStream["pages"] => {
  const seen = new Set<string>()
  const whole = FreshdeskContact.whole(client, settings.tags)
  const alive = (blocked: boolean) => (row: FreshdeskApi.Contact) =>
    Effect.map(whole(row), ({ contact, tagsReported }) => ({
      records: contact.deleted
        ? FreshdeskApi.deletedRecords(contact)
        : FreshdeskApi.contactRecords(settings.tags === "read" ? contact : { ...contact, tags: [] }, blocked, settings, seen),
      silent: tagsReported ? null : contact.id
    }))
  // No parameter tells which agents changed, and nothing else tells who became one.
  const agents = pages(client, connection, { path: "/agents", schema: FreshdeskApi.Agents })
  const staff = section("agents", agents, (agent) => plain([{ _tag: "Customer", customer: FreshdeskApi.staff(agent) }]))
  return inTurn(
    [
      section("contacts", list("usual"), alive(false)),
      section("blocked contacts", list("blocked"), alive(true)),
      section("deleted contacts", list("deleted"), (row) => plain(FreshdeskApi.deletedRecords(row))),
      {
        ...staff,
        pages: Stream.catchSome(staff.pages, ({ reason, detail }) =>
          reason === "NotAllowed"
            ? Option.some(Stream.make({ number: 1, end: { reached: true }, rows: 0, records: [], unknown: staffUnread(detail) }))
            : Option.none()
        )
      }
    ],
    next
  )
}

const contactsStream = (client: VendorClient, connection: string, settings: Settings): SourceStream => ({
  declaration: settings.tags === "read" ? contacts : people,
  pages: Stream.suspend(() => reading(client, connection, settings, FreshdeskChanges.whole(client, connection))),
  changes: (since) => Stream.unwrap(Effect.map(FreshdeskChanges.since(client, connection, since), (changed) => reading(client, connection, settings, changed)))
})

const companiesStream = (client: VendorClient, connection: string): SourceStream => {
  const list = pages(client, connection, { path: "/companies", schema: FreshdeskApi.Companies })
  return { declaration: companies, pages: inTurn([section("companies", list, (company) => plain(FreshdeskApi.companyRecords(company)))]) }
}

export const streams = (client: VendorClient, connection: string, settings: Settings): Source["streams"] => [
  contactsStream(client, connection, settings),
  companiesStream(client, connection)
]
