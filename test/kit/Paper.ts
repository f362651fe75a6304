/** A source whose every answer a test writes: for what a vendor could do and no sandbox does. */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import type { Connector } from "../../src/contract/Connector.ts"
import { ConnectorError } from "../../src/contract/ConnectorError.ts"
import type { Identity } from "../../src/contract/Identity.ts"
import type { SourcePage, SourceRecord, StreamDeclaration } from "../../src/contract/Source.ts"

export type Listed = "people" | "tags"

/** What the source holds, and how it answers. `pages` may change what a reading of a list shows: the number of the reading counts from 1. */
export interface Paper {
  readonly connector: Connector<object, object>
  readonly tags: Map<string, ReadonlyArray<string>>
  identity: Identity
  pages: (list: Listed, whole: ReadonlyArray<SourcePage>, reading: number) => ReadonlyArray<SourcePage | "unavailable" | "refused">
}

const declaration = (name: Listed, parts: StreamDeclaration["parts"]): StreamDeclaration => ({
  name,
  parts,
  end: "a last page",
  canLoseRows: true,
  pageSize: 3
})

const people = declaration("people", ["customers"])
const tags = declaration("tags", [
  { groups: "tag", carrier: "customer" },
  { memberships: "tag", carrier: "customer" }
])

const failure = (reason: "Unavailable" | "NotAllowed") =>
  new ConnectorError({
    connection: "paper",
    call: "GET /list",
    reason,
    detail: "as the test wants it",
    effect: "none"
  })

/** Pages of at most three records, the last of which tells the end and how many rows there were. */
const paged = (rows: ReadonlyArray<ReadonlyArray<SourceRecord>>): ReadonlyArray<SourcePage> => {
  const starts = rows.length === 0 ? [0] : rows.flatMap((_, index) => (index % 3 === 0 ? [index] : []))
  return starts.map((start, index) => {
    const some = rows.slice(start, start + 3)
    const last = index === starts.length - 1
    return {
      records: some.flat(),
      rows: some.length,
      cursor: last ? null : `after ${start + 3}`,
      end: last ? { reached: true, count: { value: rows.length, exact: true } } : null,
      unknown: []
    }
  })
}

/** Customers by id with their tags; each has the address `cID@x.io`. Its paging can lose rows. */
export const make = (given: Readonly<Record<string, ReadonlyArray<string>>>): Paper => {
  const readings = { people: 0, tags: 0 }
  const held = new Map(Object.entries(given))
  const key = (id: string) => ({ kind: "tag", carrier: "customer", id }) as const
  const whole = (list: Listed): ReadonlyArray<SourcePage> =>
    list === "people"
      ? paged(
          [...held.keys()].map((id): ReadonlyArray<SourceRecord> => [
            {
              _tag: "Customer",
              customer: { id, email: `c${id}@x.io`, externalId: null, name: id, role: "customer", suspended: false, verified: true, excluded: null, fields: {} }
            }
          ])
        )
      : paged(
          [...held].flatMap(([customer, names]) =>
            names.map((tag): ReadonlyArray<SourceRecord> => [
              { _tag: "Group", group: { ...key(tag), name: tag, externalId: null, fields: {} } },
              { _tag: "Membership", group: key(tag), customer }
            ])
          )
        )
  const read = (list: Listed) =>
    Stream.suspend(() => {
      readings[list] += 1
      return Stream.mapEffect(Stream.fromIterable(paper.pages(list, whole(list), readings[list])), (page) =>
        page === "unavailable" ? failure("Unavailable") : page === "refused" ? failure("NotAllowed") : Effect.succeed(page)
      )
    })
  const paper: Paper = {
    connector: {
      name: "paper",
      title: "Paper",
      options: Schema.Struct({}) as unknown as Schema.Schema<object, object>,
      limits: [],
      source: {
        declaration: { streams: [people, tags], customerWord: "person", deletionsSeen: false, lookup: false },
        make: () =>
          Effect.succeed({
            identify: Effect.suspend(() => Effect.succeed(paper.identity)),
            streams: [
              { declaration: people, pages: read("people") },
              { declaration: tags, pages: read("tags") }
            ],
            customer: () => Effect.succeed(Option.none())
          })
      }
    },
    tags: held,
    identity: { account: "paper", label: "paper", actor: "petra", role: "admin", missing: [], allowance: null },
    pages: (_, pages) => pages
  }
  return paper
}
