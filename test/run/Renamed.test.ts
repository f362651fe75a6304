import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as TestClock from "effect/TestClock"
import type { SyncResult } from "../../src/model/Result.ts"
import * as Crowd from "../kit/Crowd.ts"
import { approve } from "../kit/Deciding.ts"
import { passing } from "../kit/Time.ts"

const tags = (previously: string) =>
  `\n    rules:\n      - kind: organization\n      - kind: tag\n        include: ["vip*"]\n        previously: [${previously}]`

const idOf = (bridge: Crowd.Running, name: string) => bridge.cstar.target!.groups().filter((group) => group.name === name)

const retag = (bridge: Crowd.Running, ids: ReadonlyArray<string>, from: string, to: string) => {
  for (const id of ids) {
    bridge.zendesk.source!.untag(id, from)
    bridge.zendesk.source!.tag(id, to)
  }
}

const only = (run: SyncResult) => {
  assert.lengthOf(run.held, 1)
  return run.held[0]!
}

describe("a tag that was renamed", () => {
  it.scopedLive("is a rename also while a few still carry the old one: nobody who moved leaves their group", () =>
    Effect.gen(function* () {
      const bridge = yield* Crowd.make(60, tags("old"))
      yield* bridge.sync()
      const [before] = idOf(bridge, "vip")
      retag(bridge, Crowd.people(27), "vip", "vip_2026")
      const run = yield* bridge.sync()
      assert.deepInclude(only(run).proposal, { code: "previously", from: "vip" })
      assert.strictEqual(only(run).leave, 27)
      bridge.configure(tags("vip"))
      const renamed = yield* bridge.sync()
      assert.strictEqual(renamed.summary.assignments.remove, 0)
      const [after] = idOf(bridge, "vip_2026")
      assert.strictEqual(after?.id, before?.id)
      assert.includeMembers(
        [...bridge.held()["vip_2026"]!],
        Crowd.people(27).map((id) => `c${id}@x.io`)
      )
    })
  )

  it.scopedLive("is not proposed again where the config says so already", () =>
    Effect.gen(function* () {
      const bridge = yield* Crowd.make(60, tags("vip"))
      bridge.zendesk.source!.tag("60", "vip_2026")
      yield* bridge.sync()
      retag(bridge, Crowd.people(30), "vip", "vip_2026")
      const run = yield* bridge.sync()
      assert.deepStrictEqual(
        run.held.map(({ proposal }) => proposal),
        run.held.map(() => null)
      )
      assert.isTrue(run.held.some(({ guard }) => guard === "groupRemovalPercent"))
    })
  )
})

describe("an organization that was deleted and made again", () => {
  const remake = (bridge: Crowd.Running, members: ReadonlyArray<string>) => {
    bridge.zendesk.source!.deleteOrganization("100001")
    bridge.zendesk.source!.load({
      customers: [],
      organizations: [{ id: "100003", name: "Globex" }],
      memberships: members.map((customer) => ({ customer, organization: "100003" }))
    })
  }

  it.scopedLive("is proposed as the same group; approved, its people stay and who is not in it any more leaves", () =>
    Effect.gen(function* () {
      const bridge = yield* Crowd.make(20)
      yield* bridge.sync()
      const [before] = idOf(bridge, "Globex")
      remake(bridge, Crowd.people(18))
      const run = yield* bridge.sync()
      const part = only(run)
      assert.deepStrictEqual([part.guard, part.leave, part.join, part.groupCounts.create], ["adoption", 20, 18, 1])
      assert.include(
        part.why.map(({ code }) => code),
        "recreated"
      )
      assert.deepStrictEqual(run.summary.assignments, { add: 0, remove: 0 })
      assert.deepStrictEqual(only(yield* bridge.sync()).id, part.id)
      const approved = yield* approve(bridge, part.id)
      assert.deepStrictEqual(approved.summary, { groups: { create: 0, update: 0, delete: 0 }, assignments: { add: 0, remove: 2 } })
      assert.deepStrictEqual(
        idOf(bridge, "Globex").map(({ id, members }) => [id, members.length]),
        [[before?.id, 18]]
      )
      assert.strictEqual((yield* bridge.sync()).status, "none")
      bridge.zendesk.source!.leave("18", "100003")
      assert.deepStrictEqual((yield* bridge.sync()).summary.assignments, { add: 0, remove: 1 })
    })
  )

  it.scoped("is proposed too where the source's changes report the new one, and not yet that the old one is gone", () =>
    Effect.gen(function* () {
      const guards = "guards: { removals: 100, removalPercent: 100, groupRemovalPercent: 100, emptiedGroups: 10, sourceShrink: 100 }"
      const bridge = yield* Crowd.make(20, `\n    rules:\n      - kind: organization\n    ${guards}`)
      yield* passing(bridge.sync())
      const [before] = idOf(bridge, "Globex")
      yield* TestClock.adjust("5 minutes")
      remake(bridge, Crowd.people(18))
      const part = only(yield* passing(bridge.sync()))
      assert.deepStrictEqual([part.guard, part.leave, part.join, part.groupCounts.create], ["adoption", 20, 18, 1])
      assert.strictEqual(only(yield* passing(bridge.sync())).id, part.id)
      const approved = yield* passing(approve(bridge, part.id))
      assert.deepStrictEqual(approved.summary, { groups: { create: 0, update: 0, delete: 0 }, assignments: { add: 0, remove: 2 } })
      assert.deepStrictEqual(
        idOf(bridge, "Globex").map(({ id, members }) => [id, members.length]),
        [[before?.id, 18]]
      )
      assert.strictEqual((yield* passing(bridge.sync())).status, "none")
      assert.strictEqual((yield* passing(bridge.sync({ depth: "full" }))).status, "none")
    })
  )

  it.scopedLive("is not proposed for a group that several share", () =>
    Effect.gen(function* () {
      const bridge = yield* Crowd.make(20)
      yield* bridge.sync()
      remake(bridge, Crowd.people(20))
      bridge.configure("\n    rules:\n      - { kind: organization, into: Everyone }")
      const run = yield* bridge.sync()
      assert.notInclude(
        run.held.flatMap(({ why }) => why.map(({ code }) => code)),
        "recreated"
      )
    })
  )

  it.scopedLive("with other people in it is another group", () =>
    Effect.gen(function* () {
      const bridge = yield* Crowd.make(20)
      yield* bridge.sync()
      remake(bridge, Crowd.people(5))
      const run = yield* bridge.sync()
      assert.notInclude(
        run.held.map(({ guard }) => guard),
        "adoption"
      )
    })
  )
})

describe("a rename into a name that is taken", () => {
  const names = (bridge: Crowd.Running) => bridge.cstar.target!.groups().map(({ name }) => name)

  it.scopedLive("by another source group is not written, and reported", () =>
    Effect.gen(function* () {
      const bridge = yield* Crowd.make(6)
      bridge.zendesk.source!.join("6", "100002")
      yield* bridge.sync()
      bridge.zendesk.source!.renameOrganization("100002", "GLOBEX")
      const run = yield* bridge.sync()
      assert.deepStrictEqual(run.summary.groups, { create: 0, update: 0, delete: 0 })
      assert.deepStrictEqual(
        run.plan?.blocked.map(({ reason }) => reason),
        [{ code: "name-taken", name: "GLOBEX" }]
      )
      assert.strictEqual(names(bridge).filter((name) => name.toLowerCase() === "globex").length, 1)
      bridge.zendesk.source!.renameOrganization("100002", "Hooli GmbH")
      assert.strictEqual((yield* bridge.sync()).summary.groups.update, 1)
    })
  )

  it.scopedLive("by a group at the target that is not ours is not written either", () =>
    Effect.gen(function* () {
      const bridge = yield* Crowd.make(6)
      yield* bridge.sync()
      bridge.cstar.target!.addGroup({ name: "Initech" })
      bridge.zendesk.source!.renameOrganization("100001", "Initech")
      const run = yield* bridge.sync({ depth: "full" })
      assert.strictEqual(run.summary.groups.update, 0)
      assert.strictEqual(names(bridge).filter((name) => name === "Initech").length, 1)
    })
  )

  it.scopedLive("of which the other one is renamed in the same run is written", () =>
    Effect.gen(function* () {
      const bridge = yield* Crowd.make(6)
      bridge.zendesk.source!.join("6", "100002")
      yield* bridge.sync()
      bridge.zendesk.source!.renameOrganization("100001", "Umbrella")
      bridge.zendesk.source!.renameOrganization("100002", "Globex")
      assert.strictEqual((yield* bridge.sync()).summary.groups.update, 2)
      assert.deepStrictEqual(names(bridge).toSorted(), ["Globex", "Plan vip", "Umbrella"])
    })
  )
})
