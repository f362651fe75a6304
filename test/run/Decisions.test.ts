/** Approvals and rejections: what they cover, and what they outlive. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { json, offline, to } from "../kit/Answers.ts"
import * as Bridge from "../kit/Bridge.ts"
import * as Crowd from "../kit/Crowd.ts"
import { approve, heldBy, reject, rows } from "../kit/Deciding.ts"
import { passing } from "../kit/Time.ts"

/** Sixty people, thirty of them tagged, twenty of whom lose the tag: held. */
const asked = Effect.gen(function* () {
  const bridge = yield* Crowd.make(60)
  yield* bridge.sync()
  Crowd.untag(bridge, Crowd.people(20))
  const run = yield* bridge.sync()
  assert.deepStrictEqual(heldBy(run), [["groupRemovalPercent", 20]])
  return { bridge, id: run.held[0]!.id }
})

describe("an approval", () => {
  it.scopedLive("covers the rows that are still true, no later ones, and not the same ones another time", () =>
    Effect.gen(function* () {
      const { bridge, id } = yield* asked
      Crowd.untag(bridge, ["21", "22"])
      Crowd.tag(bridge, ["1"])
      assert.strictEqual((yield* approve(bridge, id)).summary.assignments.remove, 19)
      assert.includeMembers([...bridge.held()["Plan vip"]!], ["c1@x.io", "c21@x.io"])
      Crowd.tag(bridge, Crowd.people(20))
      yield* bridge.sync({ lifted: new Map([["groupGrowthPercent", 999]]) })
      Crowd.untag(bridge, Crowd.people(20))
      const again = yield* bridge.sync()
      assert.deepStrictEqual([again.held[0]?.guard, again.summary.assignments.remove], ["groupRemovalPercent", 0])
    })
  )

  it.scoped("waits for a read that proves its rows, and the question keeps its id until then", () =>
    passing(
      Effect.gen(function* () {
        const { bridge, id } = yield* asked
        bridge.zendesk.setTagsEnabled(false)
        assert.deepStrictEqual(
          (yield* bridge.sync()).held.map((part) => part.id),
          [id]
        )
        assert.strictEqual((yield* approve(bridge, id)).summary.assignments.remove, 0)
        bridge.zendesk.setTagsEnabled(true)
        assert.strictEqual((yield* bridge.sync()).summary.assignments.remove, 20)
      })
    )
  )

  it.scoped("given while the source is down is carried out when it is back", () =>
    passing(
      Effect.gen(function* () {
        const { bridge, id } = yield* asked
        bridge.source.inject(Array.from({ length: 40 }, () => offline))
        assert.strictEqual((yield* approve(bridge, id)).status, "failed")
        for (let times = 0; times < 12; times++) if ((yield* bridge.sync()).status === "done") break
        assert.strictEqual(bridge.held()["Plan vip"]!.length, 10)
      })
    )
  )

  it.scopedLive("of an adoption takes the group over and fills it; who was in it stays theirs", () =>
    Effect.gen(function* () {
      const bridge = yield* Bridge.small
      bridge.cstar.target.addGroup({ name: "globex", members: [Crowd.idOf(bridge, "c1@x.io"), Crowd.idOf(bridge, "c6@x.io")] })
      const run = yield* bridge.sync()
      assert.deepStrictEqual(heldBy(run), [["adoption", 4]])
      assert.strictEqual((yield* approve(bridge, run.held[0]!.id)).summary.assignments.add, 2)
      assert.deepStrictEqual(bridge.held()["globex"], ["c1@x.io", "c2@x.io", "c3@x.io", "c6@x.io"])
      yield* bridge.sync({ depth: "full" })
      bridge.zendesk.source.leave("1", "101")
      bridge.zendesk.source.leave("2", "101")
      yield* bridge.sync()
      assert.deepStrictEqual(bridge.held()["globex"], ["c1@x.io", "c3@x.io", "c6@x.io"])
      assert.strictEqual((yield* bridge.sync()).status, "none")
    })
  )

  it.scopedLive("of a group that was deleted by hand makes it again", () =>
    Effect.gen(function* () {
      const bridge = yield* Bridge.small
      yield* bridge.sync()
      bridge.cstar.target.deleteGroup(Crowd.groupOf(bridge, "Globex").id)
      const run = yield* bridge.sync({ depth: "counts" })
      yield* approve(bridge, run.held[0]!.id)
      assert.deepStrictEqual(bridge.held()["Globex"], ["c1@x.io", "c2@x.io", "c3@x.io"])
      assert.strictEqual((yield* bridge.sync({ depth: "full" })).status, "none")
    })
  )

  it.scopedLive("of a row taken out by hand puts it back, and it is ours again", () =>
    Effect.gen(function* () {
      const bridge = yield* Bridge.small
      yield* bridge.sync()
      bridge.cstar.target.removeMember(Crowd.groupOf(bridge, "Globex").id, Crowd.idOf(bridge, "c2@x.io"))
      const run = yield* bridge.sync({ depth: "counts" })
      assert.strictEqual((yield* approve(bridge, run.held[0]!.id)).summary.assignments.add, 1)
      assert.strictEqual((yield* bridge.sync({ depth: "full" })).status, "none")
      bridge.zendesk.source.leave("2", "101")
      assert.strictEqual((yield* bridge.sync()).summary.assignments.remove, 1)
    })
  )
})

describe("a rejection", () => {
  it.scopedLive("asks no more, until the source takes the change back and makes it again", () =>
    Effect.gen(function* () {
      const { bridge, id } = yield* asked
      yield* reject(bridge, id)
      assert.strictEqual((yield* bridge.sync()).status, "none")
      Crowd.tag(bridge, Crowd.people(18))
      assert.strictEqual((yield* bridge.sync()).status, "none")
      Crowd.untag(bridge, Crowd.people(18))
      assert.deepStrictEqual(heldBy(yield* bridge.sync()), [["groupRemovalPercent", 18]])
      assert.strictEqual(bridge.held()["Plan vip"]!.length, 30)
    })
  )

  it.scopedLive("outlives a list that lies, and so does what was taken out by hand", () =>
    Effect.gen(function* () {
      const bridge = yield* Bridge.small
      bridge.configure(`${Bridge.usualRules}\n    drift: accept\n    guards: { additions: 8 }`)
      yield* bridge.sync()
      bridge.cstar.target.removeMember(Crowd.groupOf(bridge, "Globex").id, Crowd.idOf(bridge, "c3@x.io"))
      yield* bridge.sync({ depth: "full" })
      bridge.zendesk.source!.join("6", "101")
      const [part] = (yield* bridge.sync()).held
      assert.deepStrictEqual([part?.guard, part?.changes], ["additions", 1])
      yield* reject(bridge, part!.id)
      const nobody = { organization_memberships: [], meta: { has_more: false, after_cursor: null, before_cursor: null }, links: { next: null, prev: null } }
      bridge.source.inject(json(200, nobody), to("/organization_memberships"))
      assert.strictEqual((yield* bridge.sync()).summary.assignments.remove, 0)
      bridge.configure(`${Bridge.usualRules}\n    drift: accept`)
      const honest = yield* bridge.sync()
      assert.deepStrictEqual([honest.summary.assignments, bridge.held()["Globex"]], [{ add: 0, remove: 0 }, ["c1@x.io", "c2@x.io"]])
    })
  )

  it.scopedLive("at the target itself, while a list lies, is not undone by the next that does not", () =>
    Effect.gen(function* () {
      const bridge = yield* Bridge.small
      bridge.configure(`${Bridge.usualRules}\n    drift: accept`)
      yield* bridge.sync()
      const nobody = { organization_memberships: [], meta: { has_more: false, after_cursor: null, before_cursor: null }, links: { next: null, prev: null } }
      bridge.source.inject(json(200, nobody), to("/organization_memberships"))
      assert.strictEqual((yield* bridge.sync()).status, "held")
      bridge.cstar.target.removeMember(Crowd.groupOf(bridge, "Globex").id, Crowd.idOf(bridge, "c3@x.io"))
      const honest = yield* bridge.sync({ depth: "full" })
      assert.deepStrictEqual([honest.summary.assignments, bridge.held()["Globex"]], [{ add: 0, remove: 0 }, ["c1@x.io", "c2@x.io"]])
    })
  )

  it.scoped("outlives a run in which the source was not read whole", () =>
    passing(
      Effect.gen(function* () {
        const { bridge, id } = yield* asked
        yield* reject(bridge, id)
        bridge.zendesk.setTagsEnabled(false)
        yield* bridge.sync()
        bridge.zendesk.setTagsEnabled(true)
        assert.strictEqual((yield* bridge.sync()).status, "none")
        assert.strictEqual(bridge.held()["Plan vip"]!.length, 30)
      })
    )
  )

  it.scopedLive("of a row taken out by hand leaves it out, until the source asks for it anew", () =>
    Effect.gen(function* () {
      const bridge = yield* Bridge.small
      yield* bridge.sync()
      bridge.cstar.target.removeMember(Crowd.groupOf(bridge, "Globex").id, Crowd.idOf(bridge, "c1@x.io"))
      yield* reject(bridge, (yield* bridge.sync({ depth: "counts" })).held[0]!.id)
      for (let times = 0; times < 2; times++) assert.strictEqual((yield* bridge.sync({ depth: "full" })).status, "none")
      assert.deepStrictEqual(bridge.held()["Globex"], ["c2@x.io", "c3@x.io"])
      bridge.zendesk.source.leave("1", "101")
      yield* bridge.sync()
      bridge.zendesk.source.join("1", "101")
      assert.strictEqual((yield* bridge.sync()).summary.assignments.add, 1)
    })
  )
})

const decided =
  "claim customer_link held_part held_row baseline baseline_read baseline_stream baseline_group assignment manual_removal planned_change run decision undo_pin task refused call"

describe("a dry run", () => {
  it.scopedLive("leaves every wish, match, hold and baseline as it was, and writes nothing", () =>
    Effect.gen(function* () {
      const { bridge } = yield* asked
      const dump = () => decided.split(" ").map((table) => [table, rows(bridge, `SELECT * FROM ${table}`)])
      const before = dump()
      const { source } = bridge.zendesk
      source.leave("1", "100001")
      source.deleteCustomer("2")
      source.join("5", "100002")
      Crowd.tagged(bridge, ["77"])
      Crowd.known(bridge, ["77"])
      Crowd.tag(bridge, ["3", "4"])
      bridge.cstar.target.removeMember(Crowd.groupOf(bridge, "Globex").id, Crowd.idOf(bridge, "c9@x.io"))
      const writes = bridge.target.writes()
      const { changes } = yield* bridge.plan()
      assert.isAbove(changes.length, 20)
      assert.deepStrictEqual(dump(), before)
      assert.strictEqual(bridge.target.writes(), writes)
    })
  )
})
