/** What every target must do when it is written to, whatever its vendor. */
import { assert, describe } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import type { ConnectorError } from "../../src/contract/ConnectorError.ts"
import type { Pack, RowReceipt, TargetDeclaration } from "../../src/contract/Target.ts"
import type { GroupDraft, GroupMark } from "../../src/model/Group.ts"
import type { TargetEdits } from "../../src/sandbox/Sandbox.ts"
import { type Connected, conforms, type Subject } from "./Harness.ts"
import * as Writes from "./Writes.ts"

const edits = ({ sandbox }: Connected): TargetEdits => {
  if (sandbox.target === undefined) throw new Error("the sandbox has no `target`")
  return sandbox.target
}

const mark: GroupMark = { state: "7f3a", sync: "customers", key: "source/organization:5512" }
const draft = (values: Partial<GroupDraft> = {}): GroupDraft => ({
  name: "Globex",
  slug: undefined,
  description: undefined,
  externalId: undefined,
  customFields: {},
  ...values
})

/** `count` memberships that one call may carry: one group and many customers, or one customer and many groups. */
const scene = (connected: Connected, by: "group" | "customer", count: number) => {
  const target = edits(connected)
  const many = <A>(make: (number: number) => A) => Array.from({ length: count }, (_, index) => make(index + 1))
  const customer = (number: number) => target.addCustomers([{ email: `p${number}@x.example`, name: `Person ${number}` }])[0]?.id ?? ""
  const group = (number: number) => target.addGroup({ name: `Group ${number}` })
  const pack: Pack = by === "group" ? { by, group: group(1), customers: many(customer) } : { by, customer: customer(1), groups: many(group) }
  const pairs =
    pack.by === "group" ? pack.customers.map((customer) => ({ group: pack.group, customer })) : pack.groups.map((group) => ({ group, customer: pack.customer }))
  return {
    pack,
    put: () => pairs.forEach(({ customer, group }) => target.addMember(group, customer)),
    size: () => target.groups().reduce((sum, { members }) => sum + members.length, 0)
  }
}

const exitOf = <A>(connected: Connected, effect: Effect.Effect<A, ConnectorError>) =>
  Effect.exit(Effect.flatMap(connected.ask(Effect.suspend(() => effect)), Either.match({ onLeft: Effect.fail, onRight: Effect.succeed })))

const groups = (subject: Subject, { groups }: TargetDeclaration): void => {
  const off = groups.create === "explicit" ? null : `the target declares that groups are made ${groups.create === "none" ? "by nobody" : groups.create}`
  const changing = off ?? (groups.update ? null : "the target declares that groups cannot be changed")
  const made = (connected: Connected, values: Partial<GroupDraft> = {}) => connected.reported(connected.target.createGroup(draft(values), mark))
  const one = (connected: Connected, id: string) => connected.reported(connected.target.group(id))

  conforms("a group that is made stands there once, by one call, with its mark", {
    subject,
    off,
    body: (connected) =>
      Effect.gen(function* () {
        const group = yield* made(connected, { description: "From the helpdesk", externalId: "5512", customFields: { tier: "gold" } })
        assert.strictEqual(connected.faulty.writes(), 1)
        assert.deepStrictEqual(
          edits(connected)
            .groups()
            .map(({ id, name, members }) => ({ id, name, members })),
          [{ id: group.id, name: "Globex", members: [] }]
        )
        const shown = Option.getOrUndefined(yield* one(connected, group.id))
        assert.deepStrictEqual([shown?.id, shown?.name], [group.id, "Globex"])
        if (groups.externalId !== "none") assert.strictEqual(edits(connected).groups()[0]?.externalId, "5512")
        if (groups.externalId === "shown") assert.strictEqual(shown?.externalId, "5512")
        if (groups.mark) assert.deepStrictEqual(shown?.mark, mark)
      })
  })
  conforms("a group that a person made carries no mark of ours", {
    subject,
    off: groups.mark ? null : "the target declares that groups carry no mark",
    body: (connected) =>
      Effect.gen(function* () {
        const shown = Option.getOrUndefined(yield* one(connected, edits(connected).addGroup({ name: "By hand" })))
        assert.deepStrictEqual([shown?.mark, shown?.marksShown], [undefined, true])
      })
  })
  conforms("a change touches what is given, and keeps the mark and the members", {
    subject,
    off: changing,
    body: (connected) =>
      Effect.gen(function* () {
        const group = yield* made(connected, { description: "From the helpdesk" })
        const [ann] = edits(connected).addCustomers([{ email: "ann@x.example", name: "Ann" }])
        const member = ann?.id ?? ""
        edits(connected).addMember(group.id, member)
        for (const values of [{ name: "Globex GmbH" }, { customFields: { tier: "gold" } }])
          yield* connected.reported(connected.target.updateGroup(group.id, values))
        const shown = Option.getOrUndefined(yield* one(connected, group.id))
        assert.strictEqual(shown?.name, "Globex GmbH")
        assert.include([undefined, "From the helpdesk"], shown?.description)
        if (groups.mark) assert.deepStrictEqual(shown?.mark, mark)
        assert.deepStrictEqual(edits(connected).groups()[0]?.members, [member])
      })
  })
  const marking = off ?? (groups.mark && groups.update ? null : "the target declares that groups carry no mark, or cannot be changed")
  const newer: GroupMark = { ...mark, writer: { run: 7, machine: "3f", at: 1_767_225_600_000 } }
  const remarkable = (connected: Connected, id: string) => {
    const { remark } = connected.target
    if (remark === undefined) throw new Error("the target declares marks and changes of groups, and has no `remark`")
    return Effect.suspend(() => remark(id))
  }
  conforms("a group's mark is seen, and another one written with one call, which keeps all else", {
    subject,
    off: marking,
    body: (connected) =>
      Effect.gen(function* () {
        const { id } = yield* made(connected, { description: "From the helpdesk", externalId: "5512", customFields: { tier: "gold" } })
        const [ann] = edits(connected).addCustomers([{ email: "ann@x.example", name: "Ann" }])
        edits(connected).addMember(id, ann?.id ?? "")
        const before = edits(connected).groups()
        const found = yield* Effect.orDie(Effect.flatten(connected.reported(remarkable(connected, id))))
        assert.deepStrictEqual([found.group.id, found.group.mark], [id, mark])
        const writes = connected.faulty.writes()
        yield* connected.reported(found.write(newer))
        assert.strictEqual(connected.faulty.writes(), writes + 1)
        assert.deepStrictEqual(Option.getOrUndefined(yield* one(connected, id))?.mark, newer)
        assert.deepStrictEqual(edits(connected).groups(), before)
        assert.deepStrictEqual(yield* connected.reported(remarkable(connected, "99999999")), Option.none())
      })
  })
  describe("another mark", () => {
    Writes.failures(subject, marking, (connected) => {
      const id = edits(connected).addGroup({ name: "Marked" })
      return () =>
        Effect.flatMap(remarkable(connected, id), Option.match({ onNone: () => Effect.die("the group is gone"), onSome: ({ write }) => write(newer) }))
    })
  })
  conforms("a deleted group is gone, and deleting it again is fine", {
    subject,
    off: off ?? (groups.delete ? null : "the target declares that groups cannot be deleted"),
    body: (connected) =>
      Effect.gen(function* () {
        const group = yield* made(connected)
        edits(connected).addGroup({ name: "Other" })
        yield* connected.reported(connected.target.deleteGroup(group.id))
        yield* connected.reported(connected.target.deleteGroup(group.id))
        assert.deepStrictEqual(yield* one(connected, group.id), Option.none())
        assert.deepStrictEqual(
          edits(connected)
            .groups()
            .map(({ name }) => name),
          ["Other"]
        )
      })
  })
  for (const { fault, what } of Writes.lostAnswers) {
    conforms(`making a group is not repeated when ${what}: whether it was made is unknown`, {
      subject,
      off,
      body: (connected) =>
        Effect.gen(function* () {
          connected.faulty.inject(fault, connected.faulty.isWrite)
          const result = yield* connected.ask(connected.target.createGroup(draft(), mark))
          assert(Either.isLeft(result))
          assert.strictEqual(result.left.effect, "unknown")
          assert.deepStrictEqual([connected.faulty.writes(), edits(connected).groups().length], [1, 1])
        })
    })
  }
  Writes.failures(subject, off, () => (connected) => connected.target.createGroup(draft(), mark))
}

const assignments = (subject: Subject, { assignments, groups }: TargetDeclaration): void => {
  const { add, remove } = assignments
  const removeOff = remove === "none" ? "the target declares that nobody can be removed" : null
  const removing = remove === "none" ? { by: add.by, pack: 1 } : remove

  conforms(`adds a whole pack of ${add.pack} by one call, and adding them again changes nothing`, {
    subject,
    body: (connected) =>
      Effect.gen(function* () {
        const { pack, size } = scene(connected, add.by, add.pack)
        assert.notStrictEqual((yield* connected.reported(connected.target.add(pack))).changed, "none")
        assert.deepStrictEqual([connected.faulty.writes(), size()], [1, add.pack])
        assert.notStrictEqual((yield* connected.reported(connected.target.add(pack))).changed, "all")
        assert.deepStrictEqual([connected.faulty.writes(), size()], [2, add.pack])
      })
  })
  conforms(`removes a whole pack of ${removing.pack} by one call, and removing who is not in is fine`, {
    subject,
    off: removeOff,
    body: (connected) =>
      Effect.gen(function* () {
        const { pack, put, size } = scene(connected, removing.by, removing.pack)
        put()
        assert.notStrictEqual((yield* connected.reported(connected.target.remove(pack))).changed, "none")
        assert.deepStrictEqual([connected.faulty.writes(), size()], [1, 0])
        assert.notStrictEqual((yield* connected.reported(connected.target.remove(pack))).changed, "all")
        assert.strictEqual(size(), 0)
      })
  })
  conforms("a pack that is larger than declared is not done", {
    subject,
    beyondLimits: true,
    body: (connected) =>
      Effect.gen(function* () {
        const adding = scene(connected, add.by, add.pack + 1)
        assert(
          Exit.isFailure(yield* exitOf(connected, connected.target.add(adding.pack))),
          "more rows than the declared pack were added: declare the larger pack"
        )
        assert.strictEqual(adding.size(), 0)
        if (removeOff !== null) return
        const taking = scene(connected, removing.by, removing.pack + 1)
        taking.put()
        assert(
          Exit.isFailure(yield* exitOf(connected, connected.target.remove(taking.pack))),
          "more rows than the declared pack were removed: declare the larger pack"
        )
        assert.strictEqual(taking.size(), removing.pack + 1)
      })
  })
  conforms("a customer who is gone does not pass for the group: the row is refused, or the others are added", {
    subject,
    off:
      add.pack === 1
        ? "the target declares packs of one"
        : add.by === "customer" && groups.create === "on-first-use"
          ? "the target declares that a group that is gone comes back by its use"
          : null,
    body: (connected) =>
      Effect.gen(function* () {
        const { pack, size } = scene(connected, add.by, 2)
        const gone = pack.by === "group" ? pack.customers[0] : undefined
        if (gone === undefined) edits(connected).deleteGroup(pack.by === "customer" ? (pack.groups[0] ?? "") : "")
        else edits(connected).deleteCustomer(gone)
        const result = yield* connected.ask(connected.target.add(pack))
        if (Either.isRight(result) && result.right.changed === "named") {
          const receipts = [...(result.right.rows ?? [])].map(([id, receipt]) => [id === gone ? "gone" : "there", receipt])
          return assert.deepStrictEqual([size(), Object.fromEntries(receipts)], [1, { gone: "dropped", there: "changed" }])
        }
        if (Either.isRight(result)) return assert.deepStrictEqual([size(), result.right.changed], [1, "unnamed"])
        assert.deepStrictEqual([result.left.reason, result.left.effect, size()], ["Invalid", "none", 0])
      })
  })
  conforms("two calls at once that add the same customers to two groups lose none of them", {
    subject,
    off:
      add.by === "customer"
        ? "the target declares additions by customer"
        : assignments.oneAtATime === true
          ? "the target declares that calls at once overwrite each other"
          : null,
    body: (connected) =>
      Effect.gen(function* () {
        const { pack } = scene(connected, add.by, add.pack)
        const other = edits(connected).addGroup({ name: "Other" })
        const both = pack.by === "group" ? [pack, { ...pack, group: other }] : []
        yield* connected.reported(Effect.forEach(both, (one) => connected.target.add(one), { concurrency: "unbounded" }))
        assert.deepStrictEqual(
          edits(connected)
            .groups()
            .map(({ members }) => members.length),
          [add.pack, add.pack]
        )
      })
  })
  conforms("an answer that names rows says of each whether it was so before", {
    subject,
    off: add.by === "customer" || add.pack === 1 ? "the target declares additions by customer, or packs of one" : null,
    body: (connected) =>
      Effect.gen(function* () {
        const { pack } = scene(connected, add.by, 2)
        const [first = "", second = ""] = pack.by === "group" ? pack.customers : []
        if (pack.by === "group") edits(connected).addMember(pack.group, first)
        const { changed, rows } = yield* connected.reported(connected.target.add(pack))
        assert.notInclude(["all", "none"], changed, "one of two was in already")
        const named = new Map<string, RowReceipt>([
          [first, "so"],
          [second, "changed"]
        ])
        if (changed === "named") assert.deepStrictEqual(rows, named)
      })
  })
  for (const { fault, what } of Writes.lostAnswers) {
    conforms(`adding is not repeated when ${what}: whether they were added is unknown`, {
      subject,
      body: (connected) =>
        Effect.gen(function* () {
          const { pack, size } = scene(connected, add.by, 1)
          connected.faulty.inject(fault, connected.faulty.isWrite)
          const result = yield* connected.ask(connected.target.add(pack))
          assert(Either.isLeft(result))
          assert.strictEqual(result.left.effect, "unknown")
          assert.deepStrictEqual([connected.faulty.writes(), size()], [1, 1])
        })
    })
    conforms(`removing tells the truth when ${what}`, {
      subject,
      off: removeOff,
      body: (connected) =>
        Effect.gen(function* () {
          const { pack, put, size } = scene(connected, removing.by, 1)
          put()
          connected.faulty.inject(fault, connected.faulty.isWrite)
          const result = yield* connected.ask(connected.target.remove(pack))
          if (Either.isLeft(result)) assert.strictEqual(result.left.effect, "unknown")
          else assert.strictEqual(result.right.changed, "unnamed", "of a call that had to be repeated nobody knows which try changed something")
          assert.strictEqual(size(), 0)
        })
    })
  }
  Writes.failures(subject, null, (connected) => {
    const { pack } = scene(connected, add.by, 1)
    return () => connected.target.add(pack)
  })
  Writes.credentials(subject, (connected) => {
    const { pack, size } = scene(connected, add.by, 1)
    return { write: () => connected.target.add(pack), untouched: () => size() === 0 }
  })
}

export const suite = (subject: Subject, declaration: TargetDeclaration): void => {
  describe("groups", () => {
    groups(subject, declaration)
  })
  describe("memberships", () => {
    assignments(subject, declaration)
  })
}
