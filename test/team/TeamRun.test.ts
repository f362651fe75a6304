/** Syncs of staff over a team in memory: who is invited, raised, lowered and removed, and who is not. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as TestClock from "effect/TestClock"
import * as Deciding from "../support/Deciding.ts"
import * as Staffed from "../support/Staffed.ts"
import { passing } from "../support/Time.ts"

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
