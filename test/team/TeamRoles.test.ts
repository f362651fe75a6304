/** Which roles a sync of staff gives and takes, over a team in memory, and which wait for a person. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Deciding from "../kit/Deciding.ts"
import * as Staffed from "../kit/Staffed.ts"
import { passing } from "../kit/Time.ts"

const counts = (invite: number, role: number, remove: number) => ({ invite, role, remove })

describe("a role", () => {
  const agreed = Effect.gen(function* () {
    const staffed = yield* Staffed.make
    staffed.put("olga", "owner")
    staffed.put("ann", "admin")
    staffed.put("bob", "agent")
    staffed.hire("olga", "light")
    staffed.hire("ann", "lead")
    staffed.hire("bob")
    const run = yield* staffed.sync()
    assert.deepStrictEqual([run.status, run.calls.write], ["none", 0])
    return staffed
  })

  it.scoped("is raised once somebody approves, and a rejection is remembered until the source changes", () =>
    Effect.gen(function* () {
      const staffed = yield* agreed
      staffed.agent("bob", { roles: ["agent", "Lead"] })
      const first = yield* staffed.sync()
      assert.deepStrictEqual([first.status, Deciding.heldBy(first), first.calls.write], ["held", [["roleRaise", 1]], 0])
      assert.deepStrictEqual((yield* staffed.sync()).held[0]!.id, first.held[0]!.id)
      yield* Deciding.reject(staffed, first.held[0]!.id)
      assert.deepStrictEqual([(yield* staffed.sync()).status, staffed.team()["bob"]], ["none", "agent"])
      staffed.agent("bob", { roles: ["lead"] })
      const second = yield* staffed.sync()
      assert.deepStrictEqual(Deciding.heldBy(second), [["roleRaise", 1]])
      const id = second.held[0]!.id
      yield* Deciding.decide(staffed, id, "approved")
      const run = yield* staffed.sync({ kind: "approve", part: Number(id.slice(2)) })
      assert.deepStrictEqual([run.status, run.summary.members, staffed.team()["bob"]], ["done", counts(0, 1, 0), "admin"])
      assert.strictEqual((yield* staffed.sync()).status, "none")
    })
  )

  it.scoped("is lowered at once where the source says so, and the owner keeps theirs", () =>
    Effect.gen(function* () {
      const staffed = yield* agreed
      staffed.agent("bob", { roles: ["light"] })
      const run = yield* staffed.sync()
      assert.deepStrictEqual([run.status, staffed.team()], ["done", { ann: "admin", bob: "viewer", olga: "owner" }])
      assert.strictEqual((yield* staffed.sync()).status, "none")
    })
  )

  it.scoped("that a person changed at the target, or that was there before us, is held as a question", () =>
    Effect.gen(function* () {
      const staffed = yield* agreed
      staffed.setRole("bob", "viewer")
      staffed.put("dan", "viewer")
      staffed.hire("dan")
      const run = yield* staffed.sync()
      assert.deepStrictEqual([Deciding.heldBy(run), run.calls.write], [[["drift", 2]], 0])
      yield* Deciding.reject(staffed, run.held[0]!.id)
      assert.strictEqual((yield* staffed.sync()).status, "none")
      // The source changes its mind about one of them, and that is a new question.
      staffed.agent("dan", { roles: ["lead"] })
      assert.deepStrictEqual(Deciding.heldBy(yield* staffed.sync()), [["roleRaise", 1]])
      assert.deepStrictEqual(staffed.team(), { ann: "admin", bob: "viewer", dan: "viewer", olga: "owner" })
    })
  )

  it.scoped("that only a changed config asks for is held", () =>
    Effect.gen(function* () {
      const staffed = yield* agreed
      staffed.configure("\n      roles: { lead: admin, agent: viewer }")
      const run = yield* staffed.sync()
      assert.deepStrictEqual([Deciding.heldBy(run), run.calls.write], [[["ruleChange", 1]], 0])
      staffed.configure(Staffed.usual)
      assert.strictEqual((yield* staffed.sync()).status, "none")
      staffed.configure("\n      roles: { lead: admin }")
      assert.strictEqual((yield* staffed.sync()).status, "none")
    })
  )

  it.scoped("of the last admins is never lowered, not even when two go at once", () =>
    Effect.gen(function* () {
      const staffed = yield* agreed
      staffed.put("cy", "admin")
      staffed.hire("cy", "lead")
      yield* staffed.sync()
      staffed.agent("ann", { roles: ["agent"] })
      staffed.agent("cy", { roles: ["light"] })
      const run = yield* staffed.sync()
      assert.deepStrictEqual([run.status, run.calls.write, staffed.team()], ["none", 0, { ann: "admin", bob: "agent", cy: "admin", olga: "owner" }])
      assert.deepStrictEqual(run.plan?.warnings, [
        "nobody else would be admin, so neither lowered nor removed: ann@x.io, cy@x.io. Make somebody else admin first"
      ])
      staffed.agent("cy", { roles: ["lead"] })
      assert.deepStrictEqual([(yield* staffed.sync()).summary.members, staffed.team()["ann"]], [counts(0, 1, 0), "agent"])
    })
  )

  it.scoped("of an admin stays where another one is taken out right before the call", () =>
    Effect.gen(function* () {
      const staffed = yield* agreed
      staffed.put("cy", "admin")
      staffed.hire("cy", "lead")
      yield* staffed.sync()
      // The first lowering goes through; meanwhile a person takes the last other admin away.
      staffed.agent("ann", { roles: ["agent"] })
      staffed.agent("bob", { roles: ["light"] })
      staffed.hire("dan", "lead")
      staffed.faults.meanwhile = () => staffed.takeOut("cy")
      const run = yield* staffed.sync()
      assert.deepStrictEqual(
        [run.status, run.refused.map(({ reason }) => reason), staffed.team()["ann"]],
        ["partial", ["nobody else is admin by now, so this was left undone"], "admin"]
      )
    })
  )

  for (const when of ["before", "after"] as const)
    it.scoped(`change whose answer is lost ${when} its effect ends as it should`, () =>
      Effect.gen(function* () {
        const staffed = yield* agreed
        staffed.agent("bob", { roles: ["light"] })
        staffed.faults.lost.push({ call: "role", when })
        const run = yield* passing(staffed.sync())
        assert.deepStrictEqual([run.status, staffed.team()["bob"], (yield* staffed.sync()).status], ["done", "viewer", "none"])
      })
    )

  it.scoped("that we may not change stops the run after three, and keeps the words", () =>
    Effect.gen(function* () {
      const staffed = yield* Staffed.make
      for (const name of ["ann", "bob", "cy", "dan"]) staffed.hire(name)
      staffed.faults.refuse = { invite: "NotAllowed" }
      const run = yield* staffed.sync()
      assert.deepStrictEqual([run.status, run.error?.kind, run.refused.length, staffed.calls.length], ["failed", "credential", 3, 3])
    })
  )
})
