/** What every target must do when it is read, whatever its vendor. */
import { assert, describe } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import type { ConnectorError } from "../../src/contract/ConnectorError.ts"
import type { ListPage, TargetDeclaration } from "../../src/contract/Target.ts"
import type { TargetEdits } from "../../src/sandbox/Sandbox.ts"
import * as Faults from "./Faults.ts"
import { type Connected, conforms, type Subject } from "./Harness.ts"
import * as TargetWrites from "./TargetWrites.ts"
import * as WireRows from "./WireRows.ts"

export const edits = ({ sandbox }: Connected): TargetEdits => {
  if (sandbox.target === undefined)
    throw new Error("the sandbox has no `target`: give it the TargetEdits of src/sandbox/Sandbox.ts, because the connector is a target")
  return sandbox.target
}

const people = (count: number) => Array.from({ length: count }, (_, index) => ({ email: `p${index + 1}@x.example`, name: `Person ${index + 1}` }))

const collect = <A>(stream: Stream.Stream<ListPage<A>, ConnectorError>) =>
  Effect.map(Stream.runCollect(stream), (pages): ReadonlyArray<ListPage<A>> => [...pages])

/** The rows of a list that was read to the vendor's end. */
const whole = <A>({ reported }: Connected, stream: Stream.Stream<ListPage<A>, ConnectorError>, rows: number) =>
  Effect.map(reported(collect(stream)), (pages) => {
    assert.deepStrictEqual(
      pages.map(({ end }) => end),
      pages.map((_, place) => place === pages.length - 1),
      "the last page, and no other, is the end"
    )
    for (const { total } of pages) assert.include([null, rows], total)
    return pages.flatMap(({ items }) => items)
  })

const sizes = (page: number) => [0, 1, page - 1, page, page + 1]
const sorted = (texts: ReadonlyArray<string>) => texts.toSorted()

const lists = (subject: Subject, { assignments, customers, groups }: TargetDeclaration): void => {
  const off = (can: boolean, what: string) => (can ? null : `the target declares that ${what} cannot be listed`)

  for (const size of sizes(groups.pageSize)) {
    conforms(`${size} groups, each once, to the vendor's end`, {
      subject,
      off: off(groups.list, "groups"),
      body: (connected) =>
        Effect.gen(function* () {
          const ids = people(size).map(({ name }) => edits(connected).addGroup({ name }))
          const found = yield* whole(connected, connected.target.groups, size)
          assert.deepStrictEqual(sorted(found.map(({ id }) => id)), sorted(ids))
          assert.deepStrictEqual(sorted(found.map(({ name }) => name)), sorted(people(size).map(({ name }) => name)))
          if (groups.count) assert(found.every(({ count }) => count === 0))
        })
    })
  }
  for (const size of sizes(customers.pageSize)) {
    conforms(`${size} customers, each once, to the vendor's end`, {
      subject,
      off: off(customers.list, "customers"),
      body: (connected) =>
        Effect.gen(function* () {
          const added = edits(connected).addCustomers(people(size))
          const found = yield* whole(connected, connected.target.customers, size)
          const line = ({ email, id, name }: (typeof added)[number]) => `${id} ${name} <${email}>`
          assert.deepStrictEqual(sorted(found.map(line)), sorted(added.map(line)))
        })
    })
  }
  for (const size of sizes(assignments.pageSize)) {
    conforms(`${size} members of a group, each once, to the vendor's end`, {
      subject,
      off: off(assignments.listedBy === "group", "a group's members"),
      body: (connected) =>
        Effect.gen(function* () {
          const members = edits(connected)
            .addCustomers(people(size))
            .map(({ id }) => id)
          edits(connected).addCustomers([{ email: "other@x.example", name: "Other" }])
          const group = edits(connected).addGroup({ name: "Globex", members })
          edits(connected).addGroup({ name: "Initech", members: members.slice(0, 1) })
          const found = yield* whole(connected, connected.target.members(group), size)
          assert.deepStrictEqual(sorted(found.map(({ customer }) => customer.id)), sorted(members))
          if (assignments.joinedAt) assert(found.every(({ joinedAt }) => joinedAt !== null))
          const shown = yield* connected.reported(connected.target.group(group))
          if (groups.count) assert.strictEqual(Option.getOrUndefined(shown)?.count, size)
        })
    })
  }
}

/** What a customer is in, where customers are what memberships are listed by. */
const ofCustomers = (subject: Subject, { assignments, groups }: TargetDeclaration): void => {
  const off = assignments.listedBy === "customer" ? null : "the target declares that a customer's groups cannot be listed"
  for (const size of [0, 1, 2, groups.pageSize + 1]) {
    conforms(`${size} groups of one customer, each once, and nobody else's`, {
      subject,
      off,
      body: (connected) =>
        Effect.gen(function* () {
          const [ann, ben] = edits(connected).addCustomers(people(2))
          const ids = people(size).map(({ name }) => edits(connected).addGroup({ name, members: [ann?.id ?? ""] }))
          const other = edits(connected).addGroup({ name: "Other", members: [ben?.id ?? ""] })
          assert.deepStrictEqual(sorted(yield* connected.reported(connected.target.groupsOf(ann?.id ?? ""))), sorted(ids))
          assert.deepStrictEqual(yield* connected.reported(connected.target.groupsOf(ben?.id ?? "")), [other])
        })
    })
  }
  conforms("a customer who is not there is told, not taken for one without groups", {
    subject,
    off,
    body: (connected) =>
      Effect.gen(function* () {
        const [ann] = edits(connected).addCustomers(people(1))
        edits(connected).deleteCustomer(ann?.id ?? "")
        const result = yield* connected.ask(connected.target.groupsOf(ann?.id ?? ""))
        assert(Either.isLeft(result))
        assert.strictEqual(result.left.reason, "NotFound")
      })
  })
}

const untestable = (subject: Subject, { testable }: TargetDeclaration): void =>
  conforms("tells account and key without a call, where no call that reads proves them", {
    subject,
    off: testable ? "the target declares that a call that reads proves the credential" : null,
    body: (connected) =>
      Effect.gen(function* () {
        const identity = yield* connected.reported(connected.target.identify)
        assert.notStrictEqual(identity.account, "")
        assert.deepStrictEqual(connected.faulty.log, [])
      })
  })

const search = (subject: Subject, { customers }: TargetDeclaration): void => {
  const off = customers.search ? null : "the target declares that customers cannot be found by address"
  conforms("a customer by exactly their address, whatever its case, among more near misses than a page holds", {
    subject,
    off,
    body: (connected) =>
      Effect.gen(function* () {
        const misses = people(customers.pageSize + 1).map(({ name }, index) => ({ email: `m${index}.ann@x.example`, name }))
        edits(connected).addCustomers(misses)
        const [ann] = edits(connected).addCustomers([
          { email: "Ann@x.example", name: "Ann" },
          { email: "ann@x.example.org", name: "ann@x.example" },
          { email: "ann+1@x.example", name: "Ann Other" },
          { email: "zann@x.example", name: "Zann" }
        ])
        const { target, reported } = connected
        for (const address of ["ann@x.example", " ANN@X.Example "]) {
          assert.deepStrictEqual(
            (yield* reported(target.customersByAddress(address))).map(({ id }) => id),
            [ann?.id]
          )
        }
        for (const address of ["an@x.example", "ann@x.exampl", "Ann", "@x.example", ""])
          assert.deepStrictEqual(yield* reported(target.customersByAddress(address)), [], address)
      })
  })
  conforms("nobody once the customer is deleted", {
    subject,
    off,
    body: (connected) =>
      Effect.gen(function* () {
        const [ann] = edits(connected).addCustomers([{ email: "ann@x.example", name: "Ann" }])
        edits(connected).deleteCustomer(ann?.id ?? "")
        assert.deepStrictEqual(yield* connected.reported(connected.target.customersByAddress("ann@x.example")), [])
      })
  })
}

/** What of a target's lists decides who is in which group. */
const essence = ({ reported, target }: Connected, { assignments, customers, groups }: TargetDeclaration, group: string, ann: string) =>
  Effect.all({
    groups: groups.list
      ? Effect.map(reported(collect(target.groups)), (pages) =>
          pages.flatMap(({ items }) => items.map(({ externalId, id, mark, name }) => ({ externalId, id, mark, name })))
        )
      : Effect.succeed([]),
    members:
      assignments.listedBy === "group"
        ? Effect.map(reported(collect(target.members(group))), (pages) =>
            pages.flatMap(({ items }) => items.map(({ customer: { email, id } }) => ({ email, id })))
          )
        : Effect.succeed([]),
    groupsOf: assignments.listedBy === "customer" ? reported(target.groupsOf(ann)) : Effect.succeed([]),
    customers: customers.list
      ? Effect.map(reported(collect(target.customers)), (pages) =>
          pages.flatMap(({ items }) => items.map(({ email, externalId, id }) => ({ email, externalId, id })))
        )
      : Effect.succeed([]),
    found: customers.search
      ? Effect.map(reported(target.customersByAddress("ann@x.example")), (found) => found.map(({ email, id }) => ({ email, id })))
      : Effect.succeed([])
  })

const oddRows = (subject: Subject, declaration: TargetDeclaration): void => {
  const { app, needed } = subject.make()
  const { assignments, customers, groups } = declaration
  const lists = groups.list || customers.list || customers.search || assignments.listedBy !== "none"
  for (const [what, value] of WireRows.strangeValues) {
    let isStrange = false
    conforms(what, {
      subject,
      off:
        app === undefined ? "its sandbox has no app, for the connector calls no vendor" : lists ? null : "the target declares that nothing of it can be listed",
      app: (inner) => (request) => (isStrange ? WireRows.changing(WireRows.strange(new Set(needed?.(request.path)), value))(inner)(request) : inner(request)),
      body: (connected) =>
        Effect.gen(function* () {
          if (needed === undefined) return assert.fail("the sandbox does not say which fields of its rows are needed: give it `needed`")
          const [ann, ben] = edits(connected).addCustomers([
            { email: "ann@x.example", name: "Ann" },
            { email: "ben@x.example", name: "Ben" }
          ])
          const group = edits(connected).addGroup({ name: "Globex", members: [ann?.id ?? "", ben?.id ?? ""] })
          const read = essence(connected, declaration, group, ann?.id ?? "")
          const usual = yield* read
          isStrange = true
          assert.deepStrictEqual(yield* read, usual, "a field that neither identity nor ownership needs decided over the read")
        })
    })
  }
}

const prepare =
  ({ assignments, customers, groups, testable }: TargetDeclaration) =>
  (connected: Connected): Effect.Effect<ReadonlyArray<Faults.Reading>> =>
    Effect.sync(() => {
      const { target } = connected
      const size = Math.max(groups.pageSize, assignments.pageSize, customers.pageSize) + 1
      const members = edits(connected)
        .addCustomers(people(size))
        .map(({ id }) => id)
      const group = edits(connected).addGroup({ name: "Globex", members })
      for (const { name } of people(size)) edits(connected).addGroup({ name })
      return [
        ...(testable ? [{ name: "identify", list: false, answer: Effect.map(target.identify, Faults.lasting) }] : []),
        ...(assignments.listedBy === "customer" ? [{ name: "a customer's groups", list: false, bare: true, answer: target.groupsOf(members[0] ?? "") }] : []),
        ...(groups.list ? [{ name: "one group", list: false, answer: target.group(group) }] : []),
        ...(groups.list ? [{ name: "the list of groups", list: true, answer: collect(target.groups) }] : []),
        ...(assignments.listedBy === "group" ? [{ name: "a group's members", list: true, answer: collect(target.members(group)) }] : []),
        ...(customers.list ? [{ name: "the list of customers", list: true, answer: collect(target.customers) }] : []),
        ...(customers.search
          ? [
              { name: "the search of one customer", list: false, answer: target.customersByAddress("p1@x.example") },
              { name: "a search with many near misses", list: true, answer: target.customersByAddress("@x.example") }
            ]
          : [])
      ]
    })

export const suite = (subject: Subject, declaration: TargetDeclaration): void => {
  describe("lists", () => {
    lists(subject, declaration)
  })
  describe("tells", () => {
    ofCustomers(subject, declaration)
    untestable(subject, declaration)
  })
  describe("finds", () => {
    search(subject, declaration)
  })
  describe("reads rows whatever stands in fields that no decision needs", () => {
    oddRows(subject, declaration)
  })
  describe("writes", () => {
    TargetWrites.suite(subject, declaration)
  })
  describe("when something fails in reading", () => {
    Faults.suite({ subject, prepare: prepare(declaration) })
  })
}
