/** Whom a sync of staff invites, over a team in memory: each once, and nobody in doubt. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as TestClock from "effect/TestClock"
import * as Deciding from "../kit/Deciding.ts"
import * as Staffed from "../kit/Staffed.ts"
import { passing } from "../kit/Time.ts"

const counts = (invite: number, role: number, remove: number) => ({ invite, role, remove })

describe("an invitation", () => {
  it.scoped("is sent once, and a second run writes nothing", () =>
    Effect.gen(function* () {
      const staffed = yield* Staffed.make
      staffed.put("olga", "owner")
      staffed.hire("ann", "Lead")
      staffed.hire("bob")
      staffed.hire("cy", "trainee")
      const plan = yield* staffed.plan()
      assert.deepStrictEqual([plan.result.status, plan.result.summary.members, plan.result.estimate.calls, staffed.calls], ["changes", counts(2, 0, 0), 2, []])
      assert.deepStrictEqual(
        plan.changes.map(({ cause, customer, group, op, source }) => [op, customer?.email, group.key, cause, source?.id]),
        [
          ["member.invite", "ann@x.io", "role:admin", "works-there", "a-ann"],
          ["member.invite", "bob@x.io", "role:agent", "works-there", "a-bob"]
        ]
      )
      const run = yield* staffed.sync()
      assert.deepStrictEqual([run.status, run.summary.members, run.calls.write], ["done", counts(2, 0, 0), 2])
      assert.deepStrictEqual(staffed.invites, [
        { email: "ann@x.io", role: "admin" },
        { email: "bob@x.io", role: "agent" }
      ])
      const waiting = yield* staffed.sync()
      assert.deepStrictEqual([waiting.status, waiting.calls.write, waiting.plan?.warnings], ["none", 0, []])
      staffed.accept()
      const after = yield* staffed.sync()
      assert.deepStrictEqual([after.status, after.calls.write, staffed.mails], ["none", 0, ["ann@x.io", "bob@x.io"]])
    })
  )

  it.scoped("is only announced by a dry run, which leaves nothing behind", () =>
    Effect.gen(function* () {
      const staffed = yield* Staffed.make
      staffed.configure(`${Staffed.usual}\n      guards: { invites: 0 }`)
      staffed.hire("ann")
      const { changes, result } = yield* staffed.plan()
      assert.deepStrictEqual(
        [result.status, result.held.map(({ id, isNew, staff }) => [id, isNew, staff]), changes.map(({ held }) => held)],
        ["held", [["H-1", true, true]], ["H-1"]]
      )
      for (const table of ["team_person", "team_held", "held_part", "team_planned", "run"])
        assert.deepStrictEqual(Deciding.rows(staffed, `SELECT * FROM ${table}`), [], table)
      assert.deepStrictEqual(
        (yield* staffed.sync()).held.map(({ id }) => id),
        ["H-1"]
      )
    })
  )

  it.scoped("is not sent by a run that was replaced while it slept", () =>
    Effect.gen(function* () {
      const staffed = yield* Staffed.make
      staffed.hire("ann")
      staffed.hire("bob")
      staffed.faults.meanwhile = () => Deciding.write(staffed, "UPDATE lease SET number = number + 1")
      const run = yield* staffed.sync()
      assert.deepStrictEqual([run.error?.kind, staffed.mails], ["locked", ["ann@x.io"]])
      yield* TestClock.adjust("3 minutes")
      const next = yield* passing(staffed.sync())
      assert.deepStrictEqual([next.error, staffed.mails], [null, ["ann@x.io", "bob@x.io"]])
    })
  )

  it.scoped("is sent to nobody where another role at the target may show fewer of the team", () =>
    Effect.gen(function* () {
      const staffed = yield* Staffed.make
      yield* staffed.sync()
      staffed.hire("ann")
      staffed.crewRole("agent key")
      const run = yield* staffed.sync({ only: ["agnet"] })
      assert.deepStrictEqual([run.status, run.calls.write, run.withheld.map(({ changes }) => changes)], ["partial", 0, [1]])
      assert.deepStrictEqual(run.plan?.warnings, ["--only agnet: no role is called so"])
    })
  )

  it.scoped("of somebody else is not repeated, and said, also where it is for another role", () =>
    Effect.gen(function* () {
      const staffed = yield* Staffed.make
      staffed.hire("ann", "lead")
      staffed.hire("bob")
      staffed.invites.push({ email: "ANN@x.io ", role: "viewer" }, { email: "bob@X.io", role: "agent" })
      const run = yield* staffed.sync()
      assert.deepStrictEqual([run.status, run.calls.write, staffed.mails], ["none", 0, []])
      assert.deepStrictEqual(run.plan?.warnings, [
        "invited to crew by somebody else, and not answered yet, so nobody is invited again: bob@x.io",
        "invited with another role: ann@x.io (as viewer, not admin). Nobody is invited again; to change it, take the invitation back at crew"
      ])
    })
  )

  it.scoped("beyond the limit waits with all others until somebody approves", () =>
    Effect.gen(function* () {
      const staffed = yield* Staffed.make
      for (let index = 0; index < 11; index++) staffed.hire(`p${index}`)
      const held = yield* staffed.sync()
      assert.deepStrictEqual([held.status, Deciding.heldBy(held), held.calls.write], ["held", [["invites", 11]], 0])
      staffed.fire("p0")
      assert.deepStrictEqual(Deciding.heldBy(yield* staffed.sync()), [["invites", 10]])
      const id = held.held[0]!.id
      yield* Deciding.decide(staffed, id, "approved")
      const run = yield* staffed.sync({ kind: "approve", part: Number(id.slice(2)) })
      assert.deepStrictEqual([run.summary.members, run.held, staffed.mails.length], [counts(10, 0, 0), [], 10])
      staffed.hire("late")
      assert.deepStrictEqual((yield* staffed.sync()).summary.members, counts(1, 0, 0))
    })
  )

  it.scoped("counts with those of the last 24 hours", () =>
    Effect.gen(function* () {
      const staffed = yield* Staffed.make
      staffed.configure(`${Staffed.usual}\n      guards: { invites: 2 }`)
      staffed.hire("ann")
      staffed.hire("bob")
      assert.deepStrictEqual((yield* staffed.sync()).summary.members, counts(2, 0, 0))
      staffed.hire("cy")
      assert.deepStrictEqual(Deciding.heldBy(yield* staffed.sync()), [["invites", 1]])
      const lifted = yield* staffed.sync({ lifted: new Map([["invites", 3]]) })
      assert.deepStrictEqual([lifted.summary.members, lifted.held], [counts(1, 0, 0), []])
      yield* TestClock.adjust("25 hours")
      staffed.hire("dan")
      assert.deepStrictEqual((yield* staffed.sync()).summary.members, counts(1, 0, 0))
    })
  )

  it.scoped("is not sent again to somebody who was taken out or did not answer, until somebody says so", () =>
    Effect.gen(function* () {
      const staffed = yield* Staffed.make
      staffed.hire("ann")
      yield* staffed.sync()
      staffed.invites.splice(0)
      const run = yield* staffed.sync()
      assert.deepStrictEqual([run.status, Deciding.heldBy(run), staffed.mails.length], ["held", [["drift", 1]], 1])
      yield* Deciding.reject(staffed, run.held[0]!.id)
      assert.deepStrictEqual((yield* staffed.sync()).status, "none")
      staffed.agent("ann", { roles: ["lead"] })
      assert.deepStrictEqual(Deciding.heldBy(yield* staffed.sync()), [["drift", 1]])
    })
  )

  it.scoped("is sent to nobody while invitations cannot be seen; roles go on", () =>
    Effect.gen(function* () {
      const staffed = yield* Staffed.make
      staffed.hire("ann")
      staffed.hire("bob")
      staffed.put("bob", "agent")
      yield* staffed.sync()
      staffed.agent("bob", { roles: ["light"] })
      staffed.hire("cy")
      staffed.faults.invitesRefused = true
      const run = yield* staffed.sync()
      assert.deepStrictEqual([run.status, run.summary.members, staffed.team()], ["partial", counts(0, 1, 0), { bob: "viewer" }])
      assert.deepStrictEqual(run.withheld, [
        { reason: "crew: nobody is invited, because who is invited already cannot be seen: this key may not see invitations", changes: 2 }
      ])
      staffed.faults.invitesRefused = false
      assert.deepStrictEqual([(yield* staffed.sync()).summary.members, staffed.mails], [counts(1, 0, 0), ["ann@x.io", "cy@x.io"]])
    })
  )

  it.scoped("is sent to nobody who is there by another address, or shares one", () =>
    Effect.gen(function* () {
      const staffed = yield* Staffed.make
      staffed.hire("ann")
      staffed.put("ann", "agent")
      yield* staffed.sync()
      staffed.agent("ann", { email: "ann@new.io" })
      staffed.hire("bob")
      staffed.hire("rob", "lead")
      staffed.agent("rob", { email: "bob@x.io" })
      const run = yield* staffed.sync()
      assert.deepStrictEqual([run.status, run.calls.write], ["none", 0])
      assert.deepStrictEqual(run.plan?.warnings, [
        "left alone, because several agents have the address and not the same role: bob@x.io",
        "in the team of crew by another address: ann@new.io. Nobody is invited or removed for that; put the new address there by hand"
      ])
      assert.strictEqual(run.plan?.summary.ambiguous, 1)
    })
  )

  it.scoped("that the vendor refuses is kept with its words, and tried again later", () =>
    Effect.gen(function* () {
      const staffed = yield* Staffed.make
      staffed.hire("ann")
      staffed.faults.refuse = { invite: "Invalid" }
      const run = yield* staffed.sync()
      assert.deepStrictEqual([run.status, run.refused.map(({ change, reason }) => [change.customer?.email, reason])], ["partial", [["ann@x.io", "as asked"]]])
      staffed.faults.refuse = {}
      assert.strictEqual((yield* staffed.sync()).status, "none")
      yield* TestClock.adjust("2 hours")
      assert.deepStrictEqual((yield* staffed.sync()).summary.members, counts(1, 0, 0))
    })
  )

  for (const when of ["before", "after"] as const)
    it.scoped(`whose answer is lost ${when} its effect is settled by looking`, () =>
      Effect.gen(function* () {
        const staffed = yield* Staffed.make
        staffed.hire("ann")
        staffed.faults.lost.push({ call: "invite", when })
        const run = yield* passing(staffed.sync())
        assert.deepStrictEqual([run.status, run.summary.members, staffed.mails], ["done", counts(1, 0, 0), ["ann@x.io"]])
        assert.strictEqual((yield* staffed.sync()).status, "none")
      })
    )

  it.scoped("whose answer is lost is not repeated while nobody can see what became of it", () =>
    Effect.gen(function* () {
      const staffed = yield* Staffed.make
      staffed.hire("ann")
      staffed.faults.lost.push({ call: "invite", when: "after" })
      staffed.faults.meanwhile = () => (staffed.faults.invitesRefused = true)
      const run = yield* passing(staffed.sync())
      assert.deepStrictEqual([run.status, run.error?.kind, staffed.mails.length], ["failed", "unavailable", 1])
      assert.strictEqual((yield* passing(staffed.sync())).status, "partial")
      staffed.faults.invitesRefused = false
      const after = yield* passing(staffed.sync())
      assert.deepStrictEqual([after.status, staffed.mails.length], ["none", 1])
    })
  )

  for (const at of Staffed.boundaries)
    it.scoped(`is sent once by runs of which the first is killed: ${at}`, () =>
      Effect.gen(function* () {
        const staffed = yield* Staffed.make
        staffed.hire("ann")
        staffed.hire("bob")
        yield* staffed.killed(at)
        const run = yield* passing(staffed.sync())
        assert.strictEqual(run.error, null)
        assert.deepStrictEqual(staffed.mails.toSorted(), ["ann@x.io", "bob@x.io"])
        assert.deepStrictEqual([(yield* staffed.sync()).status, (yield* staffed.sync()).calls.write], ["none", 0])
        // Ours all the same: both leave again.
        staffed.accept()
        staffed.configure(`${Staffed.usual}\n      remove: ours`)
        yield* staffed.sync()
        staffed.hire("zoe", "trainee")
        staffed.fire("ann")
        staffed.fire("bob")
        assert.deepStrictEqual((yield* staffed.sync()).summary.members, counts(0, 0, 2))
      })
    )
})
