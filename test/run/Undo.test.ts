/** Taking runs back: exactly what they changed, nothing of what others did since, and for good until released. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Bridge from "../kit/Bridge.ts"
import * as Crowd from "../kit/Crowd.ts"
import * as Deciding from "../kit/Deciding.ts"
import { passing } from "../kit/Time.ts"

const synced = Effect.gen(function* () {
  const bridge = yield* Bridge.small
  const first = yield* bridge.sync()
  assert.strictEqual(first.status, "done")
  return { bridge, first, source: bridge.zendesk.source!, target: bridge.cstar.target! }
})

type Bridged = Effect.Effect.Success<typeof Bridge.small>

/** Method and last part of the path of the write calls since `from`. */
const writes = ({ target }: Pick<Bridged, "target">, from: number): ReadonlyArray<string> =>
  target.log
    .filter(({ method }) => method !== "GET")
    .slice(from)
    .map(({ method, path }) => `${method} ${/(?<kind>customer-groups|members)(\/[^/]*)?$/.exec(path)?.groups?.["kind"] ?? path}`)
    .toSorted()

const origins = (bridge: Bridged) =>
  Deciding.rows(
    bridge,
    "SELECT g.name AS 'group', c.email AS customer, a.origin FROM assignment a JOIN target_group g ON g.id = a.group_id JOIN target_customer c ON c.id = a.target_customer_id ORDER BY 1, 2"
  )

describe("undoing", () => {
  it.scopedLive("the run that made groups deletes them with one call each, and no sync makes them again until it is released", () =>
    Effect.gen(function* () {
      const { bridge, first } = yield* synced
      const full = bridge.held()
      const before = bridge.target.writes()
      const undone = yield* bridge.undo(first.run)
      assert.strictEqual(undone.status, "done")
      assert.deepStrictEqual(undone.summary, { groups: { create: 0, update: 0, delete: 3 }, assignments: { add: 0, remove: 8 } })
      assert.deepStrictEqual(writes(bridge, before), ["DELETE customer-groups", "DELETE customer-groups", "DELETE customer-groups"])
      assert.deepStrictEqual([undone.plan?.estimate.calls, undone.plan?.pinned], [3, [{ run: "r-1", changes: 11 }]])
      assert.deepStrictEqual(bridge.held(), {})

      const idle = yield* bridge.sync({ depth: "full" })
      assert.deepStrictEqual([idle.status, bridge.held()], ["none", {}])
      assert.deepStrictEqual(
        idle.plan?.pinned.map(({ run }) => run),
        ["r-1"]
      )
      assert.isAbove(yield* Deciding.release(bridge, first.run), 0)
      assert.strictEqual((yield* bridge.sync()).status, "done")
      assert.deepStrictEqual(bridge.held(), full)
      assert.strictEqual((yield* bridge.sync()).status, "none")
    })
  )

  it.scoped("a run for the second time leaves groups that a later run made anew, though nobody is in them yet", () =>
    passing(
      Effect.gen(function* () {
        const { bridge, first } = yield* synced
        yield* bridge.undo(first.run)
        yield* Deciding.release(bridge, first.run)
        bridge.target.inject(
          Array.from({ length: 50 }, () => ({ _tag: "Reset", when: "before" }) as const),
          ({ method, path }) => method === "POST" && path.endsWith("/members")
        )
        assert.strictEqual((yield* bridge.sync()).status, "failed")
        const made = Object.keys(bridge.held())
        assert.isAbove(made.length, 0)
        const again = yield* bridge.undo(first.run)
        assert.deepStrictEqual([again.status, Object.keys(bridge.held())], ["none", made])
        assert.include(again.plan?.warnings.join("\n"), `"${made[0]}"`)
      })
    )
  )

  it.scopedLive("leaves what others put in since: their group stays, and only our members leave it", () =>
    Effect.gen(function* () {
      const { bridge, first, target } = yield* synced
      target.addMember(Crowd.groupOf(bridge, "Globex").id, Crowd.idOf(bridge, "c6@x.io"))
      const undone = yield* bridge.undo(first.run)
      assert.deepStrictEqual(bridge.held(), { Globex: ["c6@x.io"] })
      assert.deepStrictEqual(undone.summary, { groups: { create: 0, update: 0, delete: 2 }, assignments: { add: 0, remove: 8 } })
      assert.include(undone.plan?.warnings.join("\n"), '"Globex" stays: others are in it too')
      assert.strictEqual((yield* bridge.sync()).status, "none")
      assert.deepStrictEqual(bridge.held(), { Globex: ["c6@x.io"] })
    })
  )

  it.scopedLive("looks who is in a group before it is deleted: one taken out and another put in do not show in its number", () =>
    Effect.gen(function* () {
      const { bridge, first, target } = yield* synced
      const { id, members } = Crowd.groupOf(bridge, "Globex")
      target.removeMember(id, members[0]!)
      target.addMember(id, Crowd.idOf(bridge, "c6@x.io"))
      yield* bridge.undo(first.run)
      assert.deepStrictEqual(bridge.held(), { Globex: ["c6@x.io"] })
    })
  )

  it.scopedLive("takes note of who was taken out by hand, so that a release does not put them back unasked", () =>
    Effect.gen(function* () {
      const { bridge, target, source } = yield* synced
      source.join("6", "101")
      source.join("5", "101")
      const second = yield* bridge.sync()
      const { id } = Crowd.groupOf(bridge, "Globex")
      target.removeMember(id, Crowd.idOf(bridge, "c6@x.io"))
      target.addMember(id, Crowd.idOf(bridge, "c4@x.io"))
      assert.strictEqual((yield* bridge.undo(second.run)).summary.assignments.remove, 1)
      yield* Deciding.release(bridge, second.run)
      const after = yield* bridge.sync({ depth: "full" })
      assert.deepStrictEqual(
        after.held.map(({ guard }) => guard),
        ["drift"]
      )
      assert.notInclude(bridge.held()["Globex"] ?? [], "c6@x.io")
    })
  )

  it.scopedLive("puts back who was let go, with the origin that they had; a release lets them go again", () =>
    Effect.gen(function* () {
      const { bridge, source } = yield* synced
      const before = { held: bridge.held(), origins: origins(bridge) }
      source.leave("3", "101")
      source.untag("2", "vip")
      const run = yield* bridge.sync()
      const after = bridge.held()
      assert.notDeepEqual(after, before.held)
      const undone = yield* bridge.undo(run.run)
      assert.deepStrictEqual(undone.summary.assignments, { add: 2, remove: 0 })
      assert.deepStrictEqual({ held: bridge.held(), origins: origins(bridge) }, before)
      assert.strictEqual((yield* bridge.sync()).status, "none")
      assert.deepStrictEqual(bridge.held(), before.held)
      yield* Deciding.release(bridge, run.run)
      assert.deepStrictEqual((yield* bridge.sync()).summary.assignments, { add: 0, remove: 2 })
      assert.deepStrictEqual(bridge.held(), after)
    })
  )

  it.scopedLive("gives an adopted row its origin back, and one that was never ours stays theirs", () =>
    Effect.gen(function* () {
      const bridge = yield* Bridge.small
      bridge.configure(`${Bridge.usualRules}\n    removals: all\n    adopt: { groups: [name], members: confirmed }`)
      const [first, second, third] = ["c1@x.io", "c2@x.io", "c6@x.io"].map((email) => Crowd.idOf(bridge, email))
      bridge.cstar.target!.addGroup({ name: "Globex", members: [first!, second!, third!] })
      yield* bridge.sync({ depth: "full" })
      const before = { held: bridge.held(), origins: origins(bridge) }
      bridge.zendesk.source!.leave("2", "101")
      const run = yield* bridge.sync({ depth: "full" })
      assert.notInclude(bridge.held()["Globex"] ?? [], "c2@x.io")
      yield* bridge.undo(run.run)
      assert.deepStrictEqual({ held: bridge.held(), origins: origins(bridge) }, before)
    })
  )

  it.scopedLive("gives a renamed group its name back, and leaves one that was renamed again", () =>
    Effect.gen(function* () {
      const { bridge, source } = yield* synced
      source.renameOrganization("102", "Initech GmbH")
      const renamed = yield* bridge.sync()
      assert.deepStrictEqual(Object.keys(bridge.held()), ["Globex", "Initech GmbH", "Plan vip"])
      assert.strictEqual((yield* bridge.undo(renamed.run)).summary.groups.update, 1)
      assert.deepStrictEqual(Object.keys(bridge.held()), ["Globex", "Initech", "Plan vip"])
      assert.strictEqual((yield* bridge.sync()).status, "none")
      yield* Deciding.release(bridge, renamed.run)
      const again = yield* bridge.sync()
      source.renameOrganization("102", "Initech AG")
      yield* bridge.sync()
      const late = yield* bridge.undo(again.run)
      assert.deepStrictEqual([late.status, Object.keys(bridge.held())], ["none", ["Globex", "Initech AG", "Plan vip"]])
    })
  )

  it.scopedLive("leaves rows that a later run changed again", () =>
    Effect.gen(function* () {
      const { bridge, source } = yield* synced
      source.join("6", "101")
      const joined = yield* bridge.sync()
      source.leave("6", "101")
      yield* bridge.sync()
      source.join("6", "101")
      yield* bridge.sync()
      const undone = yield* bridge.undo(joined.run)
      assert.strictEqual(undone.status, "none")
      assert.include(undone.plan?.warnings.join("\n"), "1 of its memberships were changed again since")
      assert.include(bridge.held()["Globex"] ?? [], "c6@x.io")
    })
  )

  it.scopedLive("keeps out of an undone group those too who want in only later, and takes the group as a whole on release", () =>
    Effect.gen(function* () {
      const { bridge, source } = yield* synced
      source.join("6", "103")
      const made = yield* bridge.sync()
      assert.deepStrictEqual(bridge.held()["Hooli"], ["c6@x.io"])
      yield* bridge.undo(made.run)
      source.join("5", "103")
      assert.strictEqual((yield* bridge.sync()).status, "none")
      assert.notProperty(bridge.held(), "Hooli")
      yield* Deciding.release(bridge, made.run)
      yield* bridge.sync()
      assert.deepStrictEqual(bridge.held()["Hooli"], ["c5@x.io", "c6@x.io"])
    })
  )

  it.scopedLive("of an approved part asks anew once it is released", () =>
    Effect.gen(function* () {
      const bridge = yield* Crowd.make(60)
      yield* bridge.sync({ lifted: new Map([["first-run", 1000]]) })
      const full = bridge.held()
      Crowd.untag(bridge, Crowd.people(30))
      const [part] = (yield* bridge.sync()).held
      const approved = yield* Deciding.approve(bridge, part!.id)
      assert.strictEqual(approved.summary.assignments.remove, 30)
      yield* bridge.undo(approved.run)
      assert.deepStrictEqual(bridge.held(), full)
      assert.strictEqual((yield* bridge.sync()).status, "none")
      yield* Deciding.release(bridge, approved.run)
      const asked = yield* bridge.sync()
      assert.deepStrictEqual([asked.status, Deciding.heldBy(asked).length], ["held", 1])
      assert.deepStrictEqual(bridge.held(), full)
    })
  )

  it.scopedLive("that broke off goes on with the same command", () =>
    Effect.gen(function* () {
      const { bridge, first } = yield* synced
      const refuse = { _tag: "Answer", response: { status: 401, headers: {}, body: "{}" } } as const
      let deletes = 0
      bridge.target.inject(refuse, ({ method }) => method === "DELETE" && ++deletes > 1)
      const broken = yield* bridge.undo(first.run)
      assert.strictEqual(broken.status, "failed")
      assert.notDeepEqual(bridge.held(), {})
      const idle = yield* bridge.sync()
      assert.deepStrictEqual(idle.summary.assignments, { add: 0, remove: 0 })
      const rest = yield* bridge.undo(first.run)
      assert.strictEqual(rest.status, "done")
      assert.deepStrictEqual(bridge.held(), {})
      assert.strictEqual((yield* bridge.sync()).status, "none")
    })
  )

  it.scopedLive("takes a deletion whose answer was lost as done", () =>
    Effect.gen(function* () {
      const { bridge, first } = yield* synced
      bridge.target.inject({ _tag: "Reset", when: "after" }, ({ method }) => method === "DELETE")
      const undone = yield* bridge.undo(first.run)
      assert.deepStrictEqual([undone.status, undone.summary.groups.delete, bridge.held()], ["done", 3, {}])
      assert.strictEqual((yield* bridge.sync()).status, "none")
    })
  )

  it.scopedLive("makes a group again that the run had deleted as empty", () =>
    Effect.gen(function* () {
      const { bridge, source } = yield* synced
      bridge.configure(
        `${Bridge.usualRules}\n    deleteEmptyGroups: true\n    guards: { groupRemovalPercent: 100, emptiedGroups: 9, removalPercent: 100, sourceShrink: 100 }`
      )
      for (const customer of ["1", "4", "5"]) source.leave(customer, "102")
      let run = yield* bridge.sync()
      for (let more = 0; more < 3 && run.summary.groups.delete === 0; more++) run = yield* bridge.sync({ depth: "full" })
      assert.notProperty(bridge.held(), "Initech")
      assert.strictEqual((yield* bridge.undo(run.run)).summary.groups.create, 1)
      assert.deepStrictEqual(bridge.held()["Initech"], [])
      assert.strictEqual((yield* bridge.sync({ depth: "full" })).status, "none")
      yield* Deciding.release(bridge, run.run)
      yield* bridge.sync({ depth: "full" })
      assert.notProperty(bridge.held(), "Initech")
    })
  )

  it.scopedLive("takes nobody for taken out by hand who was deleted at the target and made again", () =>
    Effect.gen(function* () {
      const { bridge, first, target } = yield* synced
      const full = bridge.held()
      target.deleteCustomer(Crowd.idOf(bridge, "c1@x.io"))
      for (const [id, email] of bridge.emails) if (email === "c1@x.io") bridge.emails.delete(id)
      for (const { id } of target.addCustomers([{ email: "c1@x.io", name: "Customer 1" }])) bridge.emails.set(id, "c1@x.io")
      assert.strictEqual((yield* bridge.undo(first.run)).status, "done")
      yield* Deciding.release(bridge, first.run)
      assert.deepStrictEqual((yield* bridge.sync()).held, [])
      yield* bridge.sync()
      assert.deepStrictEqual(bridge.held(), full)
      assert.strictEqual((yield* bridge.sync()).status, "none")
    })
  )
})
