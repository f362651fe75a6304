/** Whom a sync of staff removes, over a team in memory: only whom it invited, and only by complete lists. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Deciding from "../kit/Deciding.ts"
import * as Staffed from "../kit/Staffed.ts"
import { passing } from "../kit/Time.ts"

const counts = (invite: number, role: number, remove: number) => ({ invite, role, remove })

describe("a removal", () => {
  /** Two whom we invited and one who was there. */
  const joined = Effect.gen(function* () {
    const staffed = yield* Staffed.make
    staffed.configure(`${Staffed.usual}\n      remove: ours`)
    staffed.put("eva", "agent")
    staffed.put("olga", "owner")
    for (const name of ["ann", "bob", "eva", "olga"]) staffed.hire(name)
    yield* staffed.sync()
    staffed.accept()
    const run = yield* staffed.sync()
    assert.deepStrictEqual([run.status, staffed.team()], ["none", { ann: "agent", bob: "agent", eva: "agent", olga: "owner" }])
    return staffed
  })

  it.scoped("takes whom we invited, and nobody else", () =>
    Effect.gen(function* () {
      const staffed = yield* joined
      staffed.agent("ann", { active: false })
      for (const name of ["eva", "olga"]) staffed.fire(name)
      const run = yield* staffed.sync()
      assert.deepStrictEqual([run.status, run.summary.members, staffed.team()], ["done", counts(0, 0, 1), { bob: "agent", eva: "agent", olga: "owner" }])
      assert.deepStrictEqual(run.plan?.warnings.slice(0, 1), ["still in the team of crew, and at no source any more: eva@x.io (not invited by us)"])
      assert.strictEqual((yield* staffed.sync()).calls.write, 0)
      // Back again, they are invited as anybody is.
      staffed.agent("ann", { active: true })
      assert.deepStrictEqual((yield* staffed.sync()).summary.members, counts(1, 0, 0))
    })
  )

  it.scoped("never happens without `remove: ours`, nor for a role that is not mapped any more", () =>
    Effect.gen(function* () {
      const staffed = yield* joined
      staffed.agent("ann", { roles: ["trainee"] })
      assert.strictEqual((yield* staffed.sync()).calls.write, 0)
      staffed.configure(Staffed.usual)
      staffed.fire("ann")
      const run = yield* staffed.sync()
      assert.deepStrictEqual([run.calls.write, run.plan?.warnings[0]], [0, "still in the team of crew, and at no source any more: ann@x.io (remove: never)"])
    })
  )

  it.scoped("is not concluded from a list that is cut, empty, refused, or seen with another role", () =>
    Effect.gen(function* () {
      const staffed = yield* joined
      staffed.faults.agentsCut = true
      const cut = yield* staffed.sync()
      assert.deepStrictEqual([cut.status, cut.calls.write, cut.withheld.map(({ changes }) => changes)], ["partial", 0, [0]])
      staffed.faults.agentsCut = false
      staffed.agent("ann", { active: false })
      staffed.faults.agentsCut = true
      assert.deepStrictEqual(
        (yield* staffed.sync()).withheld.map(({ changes }) => changes),
        [1]
      )
      staffed.faults.agentsCut = false
      staffed.faults.agentsFail = "Unauthorized"
      assert.deepStrictEqual((yield* staffed.sync()).error?.kind, "credential")
      staffed.faults.agentsFail = null
      staffed.deskRole("agent")
      assert.deepStrictEqual((yield* staffed.sync()).calls.write, 0)
      staffed.deskRole("admin")
      staffed.faults.membersCut = true
      const members = yield* staffed.sync()
      assert.deepStrictEqual([members.status, members.calls.write], ["partial", 0])
      staffed.faults.membersCut = false
      for (const name of ["ann", "bob", "eva", "olga"]) staffed.fire(name)
      const empty = yield* staffed.sync()
      assert.deepStrictEqual(
        [empty.status, empty.calls.write, empty.withheld],
        ["partial", 0, [{ reason: "nobody is removed from the team: desk: it shows nobody who works there, and somebody must", changes: 2 }]]
      )
    })
  )

  it.scoped("beyond the limit waits, and a rejection stands", () =>
    Effect.gen(function* () {
      const staffed = yield* joined
      staffed.configure(`${Staffed.usual}\n      remove: ours\n      guards: { removals: 1 }`)
      staffed.fire("ann")
      staffed.fire("bob")
      const held = yield* staffed.sync()
      assert.deepStrictEqual([Deciding.heldBy(held), held.calls.write], [[["removals", 2]], 0])
      // What waits still waits when the list is cut: nothing tells that it was taken back.
      staffed.faults.agentsCut = true
      assert.deepStrictEqual(
        (yield* staffed.sync()).held.map(({ id }) => id),
        [held.held[0]!.id]
      )
      staffed.faults.agentsCut = false
      yield* Deciding.reject(staffed, held.held[0]!.id)
      assert.deepStrictEqual([(yield* staffed.sync()).status, staffed.team()["ann"]], ["none", "agent"])
    })
  )

  it.scoped("does not take somebody whom others put back", () =>
    Effect.gen(function* () {
      const staffed = yield* joined
      staffed.takeOut("ann")
      assert.deepStrictEqual(Deciding.heldBy(yield* staffed.sync()), [["drift", 1]])
      staffed.put("ann", "agent")
      assert.strictEqual((yield* staffed.sync()).status, "none")
      staffed.fire("ann")
      assert.deepStrictEqual([(yield* staffed.sync()).calls.write, staffed.team()["ann"]], [0, "agent"])
    })
  )

  it.scoped("does not take somebody who did not answer us, and whom others then put in", () =>
    Effect.gen(function* () {
      const staffed = yield* joined
      staffed.hire("fay")
      yield* staffed.sync()
      staffed.invites.splice(0)
      yield* staffed.sync()
      staffed.put("fay", "agent")
      yield* staffed.sync()
      staffed.fire("fay")
      assert.deepStrictEqual([(yield* staffed.sync()).calls.write, staffed.team()["fay"]], [0, "agent"])
    })
  )

  for (const at of Staffed.boundaries)
    it.scoped(`ends as it should when its run is killed: ${at}`, () =>
      Effect.gen(function* () {
        const staffed = yield* joined
        staffed.fire("ann")
        yield* staffed.killed(at)
        const run = yield* passing(staffed.sync())
        assert.deepStrictEqual([run.error, staffed.team()], [null, { bob: "agent", eva: "agent", olga: "owner" }])
        assert.strictEqual((yield* staffed.sync()).calls.write, 0)
      })
    )
})
