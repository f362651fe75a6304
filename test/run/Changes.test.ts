import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Bridge from "../kit/Bridge.ts"

const brief = (
  changes: ReadonlyArray<{
    readonly op: string
    readonly cause: string
    readonly group: { readonly name: string }
    readonly customer?: { readonly email: string | null }
  }>
) => changes.map((change) => `${change.op} ${change.group.name} ${change.customer?.email ?? ""} ${change.cause}`.replaceAll("  ", " ")).sort()

/** The small account after its first sync. */
const synced = Effect.gen(function* () {
  const bridge = yield* Bridge.small
  const first = yield* bridge.sync()
  assert.strictEqual(first.status, "done")
  return bridge
})

describe("what changes at the source", () => {
  it.scopedLive("is brought over with its cause, and nothing else", () =>
    Effect.gen(function* () {
      const bridge = yield* synced
      const source = bridge.zendesk.source!
      source.leave("3", "101")
      source.join("6", "103")
      source.renameOrganization("102", "Initech GmbH")
      source.untag("2", "vip")
      const { changes, result } = yield* bridge.plan()
      assert.deepStrictEqual(brief(changes), [
        "assignment.add Hooli c6@x.io joined",
        "assignment.remove Globex c3@x.io left",
        "assignment.remove Plan vip c2@x.io untagged",
        "group.create Hooli new",
        "group.update Initech GmbH renamed"
      ])
      assert.strictEqual(result.estimate.calls, 6)
      const writes = bridge.target.writes()
      const run = yield* bridge.sync()
      assert.strictEqual(run.status, "done")
      assert.strictEqual(bridge.target.writes() - writes, 6)
      assert.deepStrictEqual(bridge.held(), {
        Globex: ["c1@x.io", "c2@x.io"],
        Hooli: ["c6@x.io"],
        "Initech GmbH": ["c1@x.io", "c4@x.io", "c5@x.io"],
        "Plan vip": ["c1@x.io"]
      })
      assert.strictEqual((yield* bridge.plan()).result.status, "none")
    })
  )

  it.scopedLive("a deleted customer, one made staff, and a deleted organization", () =>
    Effect.gen(function* () {
      const bridge = yield* synced
      const source = bridge.zendesk.source!
      const strangers = ["11", "12", "13", "14", "15", "16"]
      source.load({
        customers: strangers.map((id) => ({ id, email: `s${id}@x.io`, name: id })),
        organizations: [{ id: "104", name: "Umbrella" }],
        memberships: strangers.map((customer) => ({ customer, organization: "104" }))
      })
      yield* bridge.sync()
      source.deleteCustomer("3")
      source.makeStaff("2")
      const { changes } = yield* bridge.plan()
      assert.deepStrictEqual(brief(changes), [
        "assignment.remove Globex c2@x.io excluded",
        "assignment.remove Globex c3@x.io customer-gone",
        "assignment.remove Plan vip c2@x.io excluded"
      ])
      yield* bridge.sync()
      source.deleteOrganization("102")
      assert.deepStrictEqual(brief((yield* bridge.plan()).changes), [
        "assignment.remove Initech c1@x.io group-gone",
        "assignment.remove Initech c4@x.io group-gone",
        "assignment.remove Initech c5@x.io group-gone"
      ])
      yield* bridge.sync()
      assert.deepStrictEqual(bridge.held(), { Globex: ["c1@x.io"], Initech: [], "Plan vip": ["c1@x.io"] })
    })
  )

  it.scopedLive("a changed e-mail address loses nobody a group", () =>
    Effect.gen(function* () {
      const bridge = yield* synced
      bridge.zendesk.source!.changeEmail("1", "new@elsewhere.io")
      assert.strictEqual((yield* bridge.sync()).status, "none")
      bridge.zendesk.source!.changeEmail("1", null)
      assert.strictEqual((yield* bridge.sync()).status, "none")
    })
  )

  it.scopedLive("a tag on an organization reaches its members", () =>
    Effect.gen(function* () {
      const bridge = yield* Bridge.small
      bridge.configure(`\n    rules:\n      - { kind: tag, of: organizations, include: ["gold"], name: "Gold" }`)
      bridge.zendesk.source!.tagOrganization("101", "gold")
      yield* bridge.sync()
      assert.deepStrictEqual(bridge.held(), { Gold: ["c1@x.io", "c2@x.io", "c3@x.io"] })
      bridge.zendesk.source!.untagOrganization("101", "gold")
      assert.deepStrictEqual(brief((yield* bridge.plan()).changes), [
        "assignment.remove Gold c1@x.io untagged",
        "assignment.remove Gold c2@x.io untagged",
        "assignment.remove Gold c3@x.io untagged"
      ])
    })
  )

  it.scopedLive("into: joins several groups, and a member stays while one of them holds him", () =>
    Effect.gen(function* () {
      const bridge = yield* Bridge.small
      bridge.configure(`\n    rules:\n      - { kind: organization, into: Everybody }`)
      yield* bridge.sync()
      assert.deepStrictEqual(bridge.held(), { Everybody: ["c1@x.io", "c2@x.io", "c3@x.io", "c4@x.io", "c5@x.io"] })
      bridge.zendesk.source!.leave("1", "101")
      assert.strictEqual((yield* bridge.sync()).status, "none")
      bridge.zendesk.source!.leave("1", "102")
      assert.deepStrictEqual(brief((yield* bridge.plan()).changes), ["assignment.remove Everybody c1@x.io left"])
    })
  )
})

describe("what others put there", () => {
  it.scopedLive("is never removed: a membership that was there, and a group that nothing maps to", () =>
    Effect.gen(function* () {
      const bridge = yield* Bridge.small
      const [c1, , , , , c6] = [...bridge.emails.keys()]
      bridge.cstar.target!.addGroup({ name: "Handmade", members: [c6!] })
      bridge.cstar.target!.addGroup({ name: "Globex", externalId: "101", members: [c1!, c6!] })
      bridge.cstar.behave({ showsExternalId: true })
      const first = yield* bridge.sync()
      assert.strictEqual(first.summary.groups.create, 2)
      bridge.zendesk.source!.leave("1", "101")
      const { result } = yield* bridge.plan()
      assert.strictEqual(result.status, "none")
      assert.strictEqual(result.foundRows, 2)
      assert.deepStrictEqual(bridge.held()["Globex"], ["c1@x.io", "c2@x.io", "c3@x.io", "c6@x.io"])
      assert.deepStrictEqual(bridge.held()["Handmade"], ["c6@x.io"])
    })
  )

  it.scopedLive("adopt.members: confirmed takes over what the source confirms", () =>
    Effect.gen(function* () {
      const bridge = yield* Bridge.small
      bridge.configure(`${Bridge.usualRules}\n    adopt: { groups: [externalId], members: confirmed }`)
      const [c1, , , , , c6] = [...bridge.emails.keys()]
      bridge.cstar.target!.addGroup({ name: "Globex", externalId: "101", members: [c1!, c6!] })
      bridge.cstar.behave({ showsExternalId: true })
      yield* bridge.sync()
      bridge.zendesk.source!.leave("1", "101")
      assert.deepStrictEqual(brief((yield* bridge.plan()).changes), ["assignment.remove Globex c1@x.io left"])
    })
  )

  it.scopedLive("a group of the same name is held as a proposal, and not made twice", () =>
    Effect.gen(function* () {
      const bridge = yield* Bridge.small
      bridge.cstar.target!.addGroup({ name: "globex " })
      const run = yield* bridge.sync()
      assert.strictEqual(run.status, "held")
      assert.deepStrictEqual(
        run.held.map((part) => [part.guard, part.changes]),
        [["adoption", 4]]
      )
      assert.deepStrictEqual(bridge.held()["globex "] ?? bridge.held()["globex"], [])
      assert.isUndefined(bridge.held()["Globex"])
    })
  )

  it.scopedLive("a row taken out by hand is held, not put back", () =>
    Effect.gen(function* () {
      const bridge = yield* synced
      const globex = bridge.cstar.target!.groups().find((group) => group.name === "Globex")!
      bridge.cstar.target!.removeMember(globex.id, globex.members[0]!)
      const run = yield* bridge.sync({ depth: "counts" })
      assert.deepStrictEqual(
        run.held.map((part) => [part.guard, part.changes]),
        [["drift", 1]]
      )
      assert.deepStrictEqual(
        run.plan?.byHand.map((row) => row.what),
        ["taken-out"]
      )
      assert.strictEqual(bridge.held()["Globex"]!.length, 2)
      const again = yield* bridge.sync({ depth: "counts" })
      assert.strictEqual(again.held[0]?.id, run.held[0]?.id)
    })
  )

  it.scopedLive("drift: restore puts it back, drift: accept leaves it", () =>
    Effect.gen(function* () {
      for (const [drift, members] of [
        ["restore", 3],
        ["accept", 2]
      ] as const) {
        const bridge = yield* synced
        bridge.configure(`${Bridge.usualRules}\n    drift: ${drift}`)
        const globex = bridge.cstar.target!.groups().find((group) => group.name === "Globex")!
        bridge.cstar.target!.removeMember(globex.id, globex.members[0]!)
        const run = yield* bridge.sync({ depth: "counts" })
        assert.deepStrictEqual(run.held, [])
        assert.strictEqual(bridge.held()["Globex"]!.length, members)
      }
    })
  )

  it.scopedLive("a linked group that was deleted is held, not made again", () =>
    Effect.gen(function* () {
      const bridge = yield* synced
      const globex = bridge.cstar.target!.groups().find((group) => group.name === "Globex")!
      bridge.cstar.target!.deleteGroup(globex.id)
      const run = yield* bridge.sync({ depth: "counts" })
      assert.deepStrictEqual(
        run.held.map((part) => [part.guard, part.changes]),
        [["drift", 4]]
      )
      assert.isUndefined(bridge.held()["Globex"])
      assert.deepStrictEqual(run.summary.assignments, { add: 0, remove: 0 })
    })
  )

  it.scopedLive("under removals: all stays theirs once nothing maps to the group any more", () =>
    Effect.gen(function* () {
      const bridge = yield* Bridge.small
      bridge.configure(
        `${Bridge.usualRules}\n    removals: all\n    adopt: { groups: [name] }\n    guards: { removalPercent: 100, groupRemovalPercent: 100, emptiedGroups: 9, sourceShrink: 100 }`
      )
      const theirs = [...bridge.emails].find(([, email]) => email === "c4@x.io")?.[0] ?? ""
      bridge.cstar.target.addGroup({ name: "Initech", members: [theirs] })
      yield* bridge.sync({ depth: "full" })
      assert.deepStrictEqual(bridge.held()["Initech"], ["c1@x.io", "c4@x.io", "c5@x.io"])
      bridge.zendesk.source!.deleteOrganization("102")
      yield* bridge.sync({ depth: "full" })
      yield* bridge.sync({ depth: "full" })
      assert.deepStrictEqual(bridge.held()["Initech"], ["c4@x.io"])
    })
  )
})
