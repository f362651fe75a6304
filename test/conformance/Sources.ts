/** What every source must do, whatever its vendor. */
import { assert, describe } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import type { Part, SourceDeclaration, SourcePage, SourceRecord } from "../../src/contract/Source.ts"
import { partText } from "../../src/read/SnapshotStore.ts"
import type { SourceEdits, SourceWorld } from "../../src/sandbox/Sandbox.ts"
import * as Faults from "./Faults.ts"
import { type Connected, conforms, type Subject } from "./Harness.ts"
import * as World from "./World.ts"

const edits = ({ sandbox }: Connected): SourceEdits => {
  if (sandbox.source === undefined)
    throw new Error("the sandbox has no `source`: give it the SourceEdits of src/sandbox/Sandbox.ts, because the connector is a source")
  return sandbox.source
}

const pages = ({ source, told }: Connected) =>
  Effect.forEach(source.streams, (stream) => Effect.map(told(Stream.runCollect(stream.pages)), (pages): ReadonlyArray<SourcePage> => [...pages]))

const records = (connected: Connected) => Effect.map(pages(connected), (streams): ReadonlyArray<SourceRecord> => streams.flat().flatMap((page) => page.records))

const customerOf = (all: ReadonlyArray<SourceRecord>, name: string) =>
  all.flatMap((record) => (record._tag === "Customer" && record.customer.name === name ? [record.customer] : []))[0]

const small: SourceWorld = {
  customers: [
    { id: "1", email: "ann@x.example", name: "Ann", tags: ["vip"], segments: ["Active"] },
    { id: "2", email: "bob@x.example", name: "Bob", tags: ["vip", "beta"], segments: ["Active", "New"] },
    { id: "3", email: "cy@x.example", name: "Cy" },
    { id: "4", email: "dee@x.example", name: "Dee", suspended: true },
    { id: "5", email: "eve@x.example", name: "Eve", staff: true, tags: ["vip"] },
    { id: "6", email: null, name: "Fay" }
  ],
  organizations: [
    { id: "101", name: "Globex", externalId: "gx-1", tags: ["gold"] },
    { id: "102", name: "Initech", tags: ["gold", "vip"] },
    { id: "103", name: "Hooli" }
  ],
  memberships: [
    { customer: "1", organization: "101" },
    { customer: "2", organization: "101" },
    { customer: "2", organization: "102" },
    { customer: "4", organization: "102" },
    { customer: "5", organization: "102" },
    { customer: "6", organization: "103" }
  ]
}

interface Edit {
  readonly what: string
  /** The part that must show it. */
  readonly part: Part
  readonly suspension?: true
  readonly apply: (edits: SourceEdits) => void
  readonly world: Partial<SourceWorld>
}

const changed = <A extends { readonly id: string }>(rows: ReadonlyArray<A>, id: string, values: Partial<A>) =>
  rows.map((row) => (row.id === id ? { ...row, ...values } : row))
const { customers, memberships, organizations } = small
const without = <A>(rows: ReadonlyArray<A>, gone: (row: A) => boolean) => rows.filter((row) => !gone(row))

const everyEdit: ReadonlyArray<Edit> = [
  {
    what: "somebody who joins an organization",
    part: World.memberships,
    apply: ({ join }) => join("3", "101"),
    world: { memberships: [...memberships, { customer: "3", organization: "101" }] }
  },
  {
    what: "somebody who leaves one of two organizations",
    part: World.memberships,
    apply: ({ leave }) => leave("2", "101"),
    world: { memberships: without(memberships, (row) => row.customer === "2" && row.organization === "101") }
  },
  { what: "a tag", part: World.tags, apply: ({ tag }) => tag("3", "new_tag"), world: { customers: changed(customers, "3", { tags: ["new_tag"] }) } },
  { what: "a tag taken away", part: World.tags, apply: ({ untag }) => untag("2", "vip"), world: { customers: changed(customers, "2", { tags: ["beta"] }) } },
  {
    what: "an organization's tag",
    part: World.organizationTags,
    apply: ({ tagOrganization }) => tagOrganization("103", "gold"),
    world: { organizations: changed(organizations, "103", { tags: ["gold"] }) }
  },
  {
    what: "an organization's tag taken away",
    part: World.organizationTags,
    apply: ({ untagOrganization }) => untagOrganization("102", "gold"),
    world: { organizations: changed(organizations, "102", { tags: ["vip"] }) }
  },
  {
    what: "an organization's new name",
    part: World.organizations,
    apply: ({ renameOrganization }) => renameOrganization("101", "Globex GmbH"),
    world: { organizations: changed(organizations, "101", { name: "Globex GmbH" }) }
  },
  {
    what: "a deleted organization",
    part: World.organizations,
    apply: ({ deleteOrganization }) => deleteOrganization("102"),
    world: { organizations: without(organizations, ({ id }) => id === "102"), memberships: without(memberships, ({ organization }) => organization === "102") }
  },
  {
    what: "a deleted customer",
    part: "customers",
    apply: ({ deleteCustomer }) => deleteCustomer("2"),
    world: { customers: without(customers, ({ id }) => id === "2"), memberships: without(memberships, ({ customer }) => customer === "2") }
  },
  {
    what: "another address",
    part: "customers",
    apply: ({ changeEmail }) => changeEmail("1", "ann@new.example"),
    world: { customers: changed(customers, "1", { email: "ann@new.example" }) }
  },
  {
    what: "an address taken away",
    part: "customers",
    apply: ({ changeEmail }) => changeEmail("1", null),
    world: { customers: changed(customers, "1", { email: null }) }
  },
  {
    what: "a suspension",
    part: "customers",
    suspension: true,
    apply: ({ suspend }) => suspend("1", true),
    world: { customers: changed(customers, "1", { suspended: true }) }
  },
  {
    what: "an end of a suspension",
    part: "customers",
    suspension: true,
    apply: ({ suspend }) => suspend("4", false),
    world: { customers: changed(customers, "4", { suspended: false }) }
  },
  {
    what: "a customer who became staff",
    part: "customers",
    apply: ({ makeStaff }) => makeStaff("1"),
    world: { customers: changed(customers, "1", { staff: true }) }
  }
]

/** Ids are kept as loaded wherever the vendor's own look like them: numbers. */
const prepare =
  (lookup: boolean) =>
  (connected: Connected): Effect.Effect<ReadonlyArray<Faults.Reading>> =>
    Effect.sync(() => {
      const { sandbox, source } = connected
      edits(connected).load(World.ofSize(sandbox.pageSize + 1))
      return [
        { name: "identify", list: false, answer: Effect.map(source.identify, Faults.lasting) },
        ...source.streams.map((stream) => ({
          name: stream.declaration.name,
          list: true,
          answer: Effect.map(Stream.runCollect(stream.pages), (pages) => [...pages])
        })),
        ...(lookup ? [{ name: "the look-up of one customer", list: false, answer: source.customer("1") }] : [])
      ]
    })

export const suite = (subject: Subject, declaration: SourceDeclaration): void => {
  const lookupOff = declaration.lookup ? null : "the source declares that it cannot look up one customer"
  const suspensionsOff = (declaration.suspensionsSeen ?? true) ? null : "the source declares that its vendor knows no suspended customers"
  const partOff = (part: Part) => (World.declares(declaration, part) ? null : `no stream of the source declares ${partText(part)}`)

  describe("reads", () => {
    const { pageSize } = subject.make()
    for (const size of [0, 1, pageSize - 1, pageSize, pageSize + 1]) {
      conforms(`${size} customers, organizations and memberships, each once, to the vendor's end`, {
        subject,
        body: (connected) =>
          Effect.gen(function* () {
            const world = World.ofSize(size)
            edits(connected).load(world)
            const streams = yield* pages(connected)
            assert.deepStrictEqual(World.found(streams.flat().flatMap((page) => page.records)), World.expected(world, declaration))
            for (const [index, read] of streams.entries()) {
              const name = connected.source.streams[index]?.declaration.name
              assert.deepStrictEqual(
                read.map(({ end }) => end?.reached ?? false),
                read.map((_, place) => place === read.length - 1),
                `${name}: the last page, and no other, carries the end`
              )
              const count = read.at(-1)?.end?.count
              if (count?.exact === true)
                assert.strictEqual(
                  count.value,
                  read.reduce((sum, { rows }) => sum + rows, 0),
                  name
                )
              const cursors = read.flatMap(({ cursor }) => cursor ?? [])
              assert.strictEqual(new Set(cursors).size, cursors.length, `${name}: a cursor repeats`)
              assert.deepStrictEqual(
                read.flatMap(({ unknown }) => unknown),
                [],
                name
              )
            }
          })
      })
    }

    conforms("every part that is declared, in the stream that declares it", {
      subject,
      body: (connected) =>
        Effect.gen(function* () {
          edits(connected).load(small)
          const streams = yield* pages(connected)
          assert.deepStrictEqual(World.found(streams.flat().flatMap((page) => page.records)), World.expected(small, declaration))
          assert.deepStrictEqual(
            connected.source.streams.map((stream) => stream.declaration),
            declaration.streams
          )
          for (const [index, { name, parts }] of declaration.streams.entries()) {
            const told = new Set((streams[index] ?? []).flatMap((page) => page.records.map(partOf)))
            for (const part of parts) assert(told.has(partText(part)), `stream "${name}" declares ${partText(part)} and tells none`)
            for (const part of told) assert(part === null || parts.map(partText).includes(part), `stream "${name}" tells ${part} and does not declare it`)
          }
        })
    })
  })

  describe("sees in the next read", () => {
    for (const { apply, part, suspension, what, world } of everyEdit) {
      conforms(what, {
        subject,
        off: partOff(part) ?? (suspension === true ? suspensionsOff : null),
        body: (connected) =>
          Effect.gen(function* () {
            edits(connected).load(small)
            yield* records(connected)
            apply(edits(connected))
            assert.deepStrictEqual(World.found(yield* records(connected)), World.expected({ ...small, ...world }, declaration))
          })
      })
    }

    conforms("a renamed organization under the key that it had", {
      subject,
      off: partOff(World.organizations),
      body: (connected) =>
        Effect.gen(function* () {
          const keys = (name: string) =>
            Effect.map(records(connected), (all) => all.flatMap((record) => (record._tag === "Group" && record.group.name === name ? [record.group.id] : [])))
          edits(connected).load(small)
          const before = yield* keys("Globex")
          edits(connected).renameOrganization("101", "Globex GmbH")
          assert.deepStrictEqual(yield* keys("Globex GmbH"), before)
          assert.strictEqual(before.length, 1)
        })
    })
  })

  describe("looks up one customer", () => {
    conforms("as the list shows them, and None once deleted", {
      subject,
      off: lookupOff,
      body: (connected) =>
        Effect.gen(function* () {
          edits(connected).load(small)
          const before = yield* records(connected)
          for (const { name } of small.customers) {
            const listed = customerOf(before, name)
            assert(listed !== undefined, name)
            assert.deepStrictEqual(yield* connected.told(connected.source.customer(listed.id)), Option.some(listed))
          }
          edits(connected).deleteCustomer("1")
          assert.deepStrictEqual(yield* connected.told(connected.source.customer(customerOf(before, "Ann")?.id ?? "")), Option.none())
          assert(Option.isSome(yield* connected.told(connected.source.customer(customerOf(before, "Bob")?.id ?? ""))))
        })
    })
  })

  describe("when something fails", () => {
    Faults.suite({ subject, prepare: prepare(declaration.lookup) })
  })
}

const partOf = (record: SourceRecord): string | null => {
  switch (record._tag) {
    case "Customer":
      return "customers"
    case "Group":
      return partText({ groups: record.group.kind, carrier: record.group.carrier })
    case "Membership":
      return partText({ memberships: record.group.kind, carrier: "customer" })
    case "Inclusion":
      return partText({ inclusions: record.group.kind, carrier: "organization" })
    case "Gone":
      return null
  }
}
