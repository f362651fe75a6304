/** What every source must do, whatever its vendor. */
import { assert, describe } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import type { Part, SourceDeclaration, SourcePage, SourceRecord } from "../../src/contract/Source.ts"
import { partText } from "../../src/read/SnapshotStore.ts"
import type { SourceEdits, SourceWorld } from "../../src/sandbox/Sandbox.ts"
import * as Changes from "./Changes.ts"
import { everyEdit, small } from "./Edits.ts"
import * as Faults from "./Faults.ts"
import { type Connected, conforms, type Subject } from "./Harness.ts"
import * as WireRows from "./WireRows.ts"
import * as World from "./World.ts"

const edits = ({ sandbox }: Connected): SourceEdits => {
  if (sandbox.source === undefined)
    throw new Error("the sandbox has no `source`: give it the SourceEdits of src/sandbox/Sandbox.ts, because the connector is a source")
  return sandbox.source
}

const pages = ({ source, reported }: Connected) =>
  Effect.forEach(source.streams, (stream) => Effect.map(reported(Stream.runCollect(stream.pages)), (pages): ReadonlyArray<SourcePage> => [...pages]))

const records = (connected: Connected) => Effect.map(pages(connected), (streams): ReadonlyArray<SourceRecord> => streams.flat().flatMap((page) => page.records))

/** Compares what was read with what was loaded. */
const assertShows = (read: ReadonlyArray<SourceRecord>, world: SourceWorld, declaration: SourceDeclaration, what: string) =>
  assert.deepStrictEqual(
    World.found(read),
    World.expected(world, declaration),
    `${what}: what was read is not what the sandbox was loaded with. Each line below is one record, told once; who is not of the loaded world (the token's own user, records that every account has) is either no customer to the connector or shown by the sandbox only on demand`
  )

/** What of a record decides who is in which group. */
const essence = (record: SourceRecord): ReadonlyArray<unknown> => {
  switch (record._tag) {
    case "Customer": {
      const { email, excluded, externalId, id, role, suspended } = record.customer
      return [[id, email, externalId, role, suspended, excluded]]
    }
    case "Group":
      return [[partOf(record), record.group.id, record.group.name]]
    case "Membership":
    case "Inclusion":
    case "Gone":
      return [record]
  }
}

const customerOf = (all: ReadonlyArray<SourceRecord>, name: string) =>
  all.flatMap((record) => (record._tag === "Customer" && record.customer.name === name ? [record.customer] : []))[0]

/** Where changes go on follows the clock. */
const withoutNext = ({ end, ...page }: SourcePage) => ({ ...page, end: end === null ? null : { reached: end.reached, count: end.count } })

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
          answer: Effect.map(Stream.runCollect(stream.pages), (pages) => [...pages].map(withoutNext))
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
            assertShows(
              streams.flat().flatMap((page) => page.records),
              world,
              declaration,
              `${size} of each`
            )
            for (const [index, read] of streams.entries()) {
              const name = connected.source.streams[index]?.declaration.name
              assert.deepStrictEqual(
                read.map(({ end }) => end?.reached ?? false),
                read.map((_, place) => place === read.length - 1),
                `${name}: the last page, and no other, carries an end, and it was reached by the vendor's own sign`
              )
              const count = read.at(-1)?.end?.count
              if (count?.exact === true)
                assert.strictEqual(
                  count.value,
                  read.reduce((sum, { rows }) => sum + rows, 0),
                  `${name}: a count that is not always the number of rows is no exact one: say exact: false`
                )
              const cursors = read.flatMap(({ cursor }) => cursor ?? [])
              assert.strictEqual(new Set(cursors).size, cursors.length, `${name}: a cursor repeats`)
              assert.deepStrictEqual(
                read.flatMap(({ unknown }) => unknown),
                [],
                `${name}: says of a world that is wholly told that something is unknown, so that nobody would ever be removed`
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
          assertShows(
            streams.flat().flatMap((page) => page.records),
            small,
            declaration,
            "a world with everything in it"
          )
          assert.deepStrictEqual(
            connected.source.streams.map((stream) => stream.declaration),
            declaration.streams,
            "with the sandbox's options the streams are those declared, in their order"
          )
          for (const [index, { name, parts }] of declaration.streams.entries()) {
            const reported = new Set((streams[index] ?? []).flatMap((page) => page.records.map(partOf)))
            for (const part of parts) assert(reported.has(partText(part)), `stream "${name}" declares ${partText(part)} and tells none`)
            for (const part of reported) assert(part === null || parts.map(partText).includes(part), `stream "${name}" tells ${part} and does not declare it`)
          }
        })
    })
  })

  describe("reads rows whatever stands in fields that nobody needs", () => {
    const { app, needed } = subject.make()
    for (const [what, value] of WireRows.strangeValues) {
      let isStrange = false
      conforms(what, {
        subject,
        off: app === undefined ? "its sandbox has no app, for the connector calls nobody" : null,
        app: (inner) => (request) => {
          const strange = WireRows.strange(new Set(needed?.(request.path)), value)
          return isStrange ? WireRows.changing(strange)(inner)(request) : inner(request)
        },
        body: (connected) =>
          Effect.gen(function* () {
            if (needed === undefined) return assert.fail("the sandbox does not say which fields of its rows are needed: give it `needed`")
            edits(connected).load(small)
            const usual = yield* records(connected)
            isStrange = true
            const strange = yield* records(connected)
            assert.deepStrictEqual(strange.flatMap(essence), usual.flatMap(essence), "a field that neither identity nor rules need decided over the read")
          })
      })
    }
  })

  describe("leaves in doubt", () => {
    const { doubtful } = subject.make()
    conforms("one customer alone, where one row alone does not tell all, and is sure of all others", {
      subject,
      off: doubtful === undefined ? "no row of its vendor can leave one customer's groups in doubt" : null,
      ...(doubtful === undefined ? {} : { app: WireRows.changing(WireRows.ofAddress("ann@x.example", doubtful)) }),
      body: (connected) =>
        Effect.gen(function* () {
          edits(connected).load(small)
          const streams = yield* pages(connected)
          const all = streams.flat().flatMap((page) => page.records)
          const doubts = streams.flat().flatMap(({ unknown }) => unknown)
          const ann = customerOf(all, "Ann")?.id ?? doubts[0]?.row
          assert.isAbove(doubts.length, 0, "the row is in doubt, and nothing says so")
          assert.deepStrictEqual(
            doubts.filter(({ row }) => row !== ann),
            [],
            "doubt about one customer must name that customer's row, or nobody else is ever removed from a group"
          )
          for (const { reason } of doubts) assert.notStrictEqual(reason.trim(), "")
          const others = (facts: World.Facts) => facts.memberships.filter((line) => !line.endsWith(": Ann"))
          assert.deepStrictEqual(others(World.found(all)), others(World.expected(small, declaration)))
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
            assertShows(yield* records(connected), { ...small, ...world }, declaration, `after ${what}`)
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

  if (declaration.streams.some(({ changes }) => changes !== undefined)) Changes.suite(subject, declaration)

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
            assert.deepStrictEqual(
              yield* connected.reported(connected.source.customer(listed.id)),
              Option.some(listed),
              `${name}: looked up and listed are the same record: make both by one function`
            )
          }
          edits(connected).deleteCustomer("1")
          assert.deepStrictEqual(
            yield* connected.reported(connected.source.customer(customerOf(before, "Ann")?.id ?? "")),
            Option.none(),
            "who was deleted is None"
          )
          assert(Option.isSome(yield* connected.reported(connected.source.customer(customerOf(before, "Bob")?.id ?? ""))))
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
