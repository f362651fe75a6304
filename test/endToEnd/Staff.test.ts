/** A sync of staff through the built command: Zendesk's agents become cStar's team. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import * as Installed from "../kit/Installed.ts"

const syncs = (team: string) => `  staff:
    from: zendesk
    to: cstar
    schedule: "7 * * * *"
    team:
      roles: { admin: admin, "light agent": spectator, agent: agent }
${team}`

const account = (team = "") =>
  Effect.gen(function* () {
    const desk = yield* Installed.desk
    const crew = yield* Installed.team
    const installed = yield* Installed.make({ sources: { zendesk: desk }, targets: { cstar: crew }, syncs: syncs(team) })
    const only = (document: Installed.Json) => document.syncs[0]
    return { ...installed, desk, crew, agents: desk.sandbox.agents!, team: crew.sandbox.team!, only }
  })

describe("a sync of staff", () => {
  it.scopedLive(
    "whose source and target get other names invites nobody again",
    () =>
      Effect.gen(function* () {
        const { agents, dir, run, team, write } = yield* account("      remove: ours\n")
        const ann = agents.add({ email: "ann@x.example", name: "Ann", roles: ["agent"] })
        assert.strictEqual((yield* run(["sync", "--yes"])).code, 0)
        team.settleInvite("ann@x.example", "accepted")
        assert.strictEqual((yield* run(["sync", "--yes"])).code, 0)
        const rename = (from: string, to: string) =>
          write(
            "groupbridge.yaml",
            readFileSync(join(dir, "groupbridge.yaml"), "utf8").replaceAll(new RegExp(`(^  |(?:from|to): )${from}\\b`, "gm"), `$1${to}`)
          )
        rename("zendesk", "zd")
        const source = yield* run(["sync", "--yes"])
        assert.strictEqual(source.code, 0, source.stdout)
        assert.match(source.stdout, /zendesk is called zd now/)
        rename("cstar", "crew")
        const held = yield* run(["sync", "--yes"])
        assert.strictEqual(held.code, 3, held.stdout)
        assert.match(held.stdout, /groupbridge state rename connection cstar crew/)
        assert.strictEqual((yield* run(["state", "rename", "connection", "cstar", "crew", "--yes"])).code, 0)
        agents.deactivate(ann)
        const after = yield* run(["sync", "--yes"])
        assert.strictEqual(after.code, 0, after.stdout)
        assert.match(after.stdout, /1 (person )?(left|removed|out)/)
      }),
    Installed.patience
  )

  it.scopedLive(
    "invites, holds what may do more, applies what is approved, and writes nothing the second time",
    () =>
      Effect.gen(function* () {
        const { agents, crew, json, only, run, team } = yield* account()
        const ann = agents.add({ email: "ann@x.example", name: "Ann", roles: ["agent"] })
        agents.add({ email: "bob@x.example", name: "Bob", roles: ["admin"] })

        const check = yield* run(["check"])
        assert.strictEqual(check.code, 0, check.stdout + check.stderr)
        assert.match(check.stdout, /staff "7 \* \* \* \*": cstar 48 of/)

        const plan = yield* run(["plan", "--exit-code"])
        assert.strictEqual(plan.code, 2, plan.stderr)
        assert.match(plan.stdout, /to invite.*2 calls/s)
        assert.match(plan.stdout, /INVITE 2.*ann@x\.example +agent +works in Zendesk +zendesk agent/s)
        assert.strictEqual(crew.writes(), 0)

        const first = yield* json(["sync", "--yes"])
        const summary = { groups: { create: 0, update: 0, delete: 0 }, assignments: { add: 0, remove: 0 }, members: { invite: 2, role: 0, remove: 0 } }
        assert.deepStrictEqual([first.code, only(first.document).status, only(first.document).summary], [0, "done", summary], JSON.stringify(first.document))
        assert.deepStrictEqual(
          team.invites().map(({ email, role }) => [email, role]),
          [
            ["ann@x.example", "agent"],
            ["bob@x.example", "admin"]
          ]
        )
        for (const email of ["ann@x.example", "bob@x.example"]) team.settleInvite(email, "accepted")
        const second = yield* json(["sync", "--yes"])
        assert.deepStrictEqual([second.code, only(second.document).status, only(second.document).calls.write], [0, "none", 0], JSON.stringify(second.document))

        agents.changeRoles(ann, ["admin"])
        const held = yield* run(["sync", "--quiet"])
        assert.strictEqual(held.code, 3, held.stderr)
        assert.match(held.stdout, /NEW: H-1 holds: 1 would get a role that may do more.*groupbridge held H-1/s)
        const status = yield* run(["status"])
        assert.match(status.stdout, /HELD H-1 1 to raise.*groupbridge held H-1/s)
        // The same list of users tells her to syncs of customers.
        const explained = yield* run(["explain", "ann@x.example"])
        assert.match(explained.stdout, /ann@x\.example.* is staff, and no customer: is in the team of cstar.*Next: groupbridge plan staff/s)
        const approved = yield* run(["approve", "H-1", "--reason", "lead from today", "--yes"])
        assert.strictEqual(approved.code, 0, approved.stdout + approved.stderr)
        assert.match(approved.stdout, /1 got another role/)
        assert.deepStrictEqual(
          team.members().flatMap(({ email, role }) => (email === "ann@x.example" ? [role] : [])),
          ["admin"]
        )

        const audit = yield* run(["runs", "--csv"])
        assert.match(audit.stdout, /member\.role.*ann@x\.example.*H-1,lead from today.*agent\r?\n/)
        const undo = yield* run(["undo", "r-4"])
        assert.deepStrictEqual([undo.code, /by hand at cstar/.test(undo.stderr)], [64, true], undo.stderr)
      }),
    Installed.patience
  )

  it.scopedLive(
    "invites once though its first run is killed in the middle of a call",
    () =>
      Effect.gen(function* () {
        const { agents, crew, json, only, run, team } = yield* account()
        agents.add({ email: "ann@x.example", name: "Ann", roles: ["agent"] })
        let arrived = false
        crew.slow(1_500, ({ method }) => {
          arrived ||= method === "POST"
          return method === "POST"
        })
        // The vendor acts when its caller is gone already.
        const killed = yield* run(["sync", "--yes"], { killWhen: () => arrived })
        crew.slow(0)
        assert.strictEqual(killed.code, 137)
        const again = yield* json(["sync", "--yes"])
        assert.deepStrictEqual([again.code, only(again.document).error, team.invites().length], [0, null, 1], JSON.stringify(again.document))
      }),
    Installed.patience
  )
})
