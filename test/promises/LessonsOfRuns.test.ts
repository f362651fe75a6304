/** What went wrong for others, and does not here: lessons 9 to 15. The first ones stand in Lessons, 6 in test/run/SavedPlan. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Clock from "effect/Clock"
import * as TestClock from "effect/TestClock"
import Sqlite from "better-sqlite3"
import { join } from "node:path"
import * as PlanMarkdown from "../../src/report/PlanMarkdown.ts"
import * as Samples from "../report/Samples.ts"
import { json } from "../kit/Answers.ts"
import * as Bridge from "../kit/Bridge.ts"
import * as Crowd from "../kit/Crowd.ts"
import { rows } from "../kit/Deciding.ts"
import * as Installed from "../kit/Installed.ts"
import { passing } from "../kit/Time.ts"

const adding = (request: { readonly method: string; readonly path: string }) => request.method === "POST" && request.path.endsWith("/members")

describe("lesson 9", () => {
  it.scopedLive("a dry run is dry, and the run after it makes exactly its calls and changes exactly its rows", () =>
    Effect.gen(function* () {
      const bridge = yield* Crowd.make(60)
      for (const live of [
        () => {},
        () => (Crowd.untag(bridge, ["1", "2"]), bridge.zendesk.source.join("1", "100002"), bridge.zendesk.source.renameOrganization("100001", "Globex AG"))
      ]) {
        live()
        const calls = bridge.target.log.length
        const { changes, result } = yield* bridge.plan()
        assert.deepStrictEqual(
          [...new Set(bridge.target.log.slice(calls).map(({ method }) => method))].filter((method) => method !== "GET"),
          []
        )
        const before = new Set(bridge.cstar.target.groups().flatMap(({ name, members }) => members.map((id) => `${name} ${bridge.emails.get(id)}`)))
        const run = yield* bridge.sync()
        assert.deepStrictEqual(
          [run.calls.write, run.summary],
          [result.estimate.calls, { groups: result.summary.groups, assignments: result.summary.assignments }]
        )
        const after = new Set(bridge.cstar.target.groups().flatMap(({ name, members }) => members.map((id) => `${name} ${bridge.emails.get(id)}`)))
        const joined = changes.filter(({ op }) => op === "assignment.add").map(({ customer, group }) => `${group.name} ${customer?.email}`)
        assert.isTrue(joined.length > 0 && joined.every((row) => after.has(row) && !before.has(row)))
        assert.strictEqual((yield* bridge.plan()).result.status, "none")
      }
    })
  )
})

describe("lesson 10", () => {
  it.scoped("an allowance is used up and never passed: no call is refused for it, and none waits longer than it must", () =>
    passing(
      Effect.gen(function* () {
        // A time near zero would be read as so many seconds from now.
        yield* TestClock.setTime(Date.UTC(2026, 10, 22, 12))
        const bridge = yield* Bridge.make
        const organizations = Array.from({ length: 30 }, (_, index) => ({ id: String(101 + index), name: `Org ${index}` }))
        bridge.zendesk.source.load({
          customers: [{ id: "1", email: "c1@x.io", name: "1" }],
          organizations,
          memberships: organizations.map(({ id }) => ({ customer: "1", organization: id }))
        })
        Crowd.known(bridge, ["1"])
        bridge.cstar.limit(25, 600_000)
        bridge.configure(`${Bridge.usualRules}\n    guards: { newGroups: 99 }`)
        const began = yield* Clock.currentTimeMillis
        const run = yield* bridge.sync()
        const windows = ((yield* Clock.currentTimeMillis) - began) / 600_000
        assert.deepStrictEqual([run.status, run.summary.groups.create, run.summary.assignments.add], ["done", 30, 30])
        const total = bridge.target.log.length
        assert.deepStrictEqual(bridge.target.log.filter(({ status }) => status === 429).length, 0)
        // The first window's calls wait for nothing.
        assert.isAtMost(windows, Math.ceil(total / 25) - 1 + 0.1)
      })
    )
  )

  it.scoped("calls that wait for the allowance use up no tries", () =>
    passing(
      Effect.gen(function* () {
        const bridge = yield* Bridge.small
        bridge.target.inject(
          Array.from({ length: 40 }, () => ({ _tag: "Answer", response: { status: 429, headers: { "retry-after": "2" }, body: "{}" } }) as const),
          adding
        )
        const run = yield* bridge.sync()
        assert.deepStrictEqual([run.status, run.error, run.summary.assignments.add], ["done", null, 8])
      })
    )
  )
})

describe("lesson 11", () => {
  it.scoped("a run that was killed is taken up by the next one: no lock to remove, no question, no extra step", () =>
    passing(
      Effect.gen(function* () {
        const bridge = yield* Bridge.small
        bridge.target.inject(
          Array.from({ length: 20 }, () => ({ _tag: "Answer", response: { status: 503, headers: {}, body: "" } }) as const),
          adding
        )
        assert.strictEqual((yield* bridge.sync()).error?.kind, "unavailable")
        // What a killed process leaves: a lease that nobody gave back, a run without an end, a call without an outcome.
        const state = new Sqlite(join(bridge.dir, ".groupbridge", "state.db"))
        state.exec(
          "UPDATE lease SET holder = 'petra@ops1 (pid 1)', expires_at = 60000; UPDATE run SET ended_at = NULL, status = NULL; UPDATE call SET outcome = NULL WHERE id = (SELECT max(id) FROM call)"
        )
        state.close()
        bridge.target.inject([])
        yield* Effect.sleep("5 minutes")
        for (let times = 0; times < 5; times++) if ((yield* bridge.sync()).status === "done") break
        assert.deepStrictEqual(rows(bridge, "SELECT count(*) AS n FROM call WHERE outcome IS NULL"), [{ n: 0 }])
        assert.deepStrictEqual(bridge.held()["Plan vip"], ["c1@x.io", "c2@x.io"])
        assert.strictEqual((yield* bridge.sync()).status, "none")
      })
    )
  )
})

describe("lesson 12", () => {
  it.scopedLive("a rename is no deletion with a new start: organization, e-mail and tag keep their people", () =>
    Effect.gen(function* () {
      const bridge = yield* Bridge.small
      yield* bridge.sync()
      const ids = () => bridge.cstar.target.groups().map(({ id }) => id)
      const before = ids()
      bridge.zendesk.source.renameOrganization("101", "Globex AG")
      bridge.zendesk.source.changeEmail("2", "new@x.io")
      const run = yield* bridge.sync()
      assert.deepStrictEqual(run.summary, { groups: { create: 0, update: 1, delete: 0 }, assignments: { add: 0, remove: 0 } })
      for (const id of ["1", "2"]) {
        bridge.zendesk.source.untag(id, "vip")
        bridge.zendesk.source.tag(id, "plan_vip")
      }
      bridge.configure(Bridge.usualRules.replace('name: "Plan {name}"', 'name: "Plan {name}"\n        previously: [vip]'))
      const renamed = yield* bridge.sync()
      assert.deepStrictEqual(renamed.summary, { groups: { create: 0, update: 1, delete: 0 }, assignments: { add: 0, remove: 0 } })
      assert.deepStrictEqual(ids(), before)
    })
  )

  it.scopedLive("organizations merged: everybody is in the one that stays, and leaves the one that is gone, unasked", () =>
    Effect.gen(function* () {
      const bridge = yield* Bridge.small
      yield* bridge.sync()
      // As a helpdesk merges: its people first, then the record goes.
      for (const id of ["4", "5"]) bridge.zendesk.source.join(id, "101")
      bridge.zendesk.source.deleteOrganization("102")
      const run = yield* bridge.sync()
      assert.deepStrictEqual([run.held, run.summary.assignments], [[], { add: 2, remove: 3 }])
      assert.deepStrictEqual(bridge.held(), {
        Globex: ["c1@x.io", "c2@x.io", "c3@x.io", "c4@x.io", "c5@x.io"],
        Initech: [],
        "Plan vip": ["c1@x.io", "c2@x.io"]
      })
    })
  )
})

describe("lesson 13", () => {
  it.scopedLive("a report in Markdown fits where it is read, 65,536 characters, with the counts first, however large the plan", () =>
    Effect.gen(function* () {
      const bridge = yield* Crowd.make(900, `${Bridge.usualRules}\n    guards: { additions: 9999 }`)
      const { changes, result } = yield* bridge.plan()
      assert.isAbove(changes.length, 1300)
      const text = yield* Effect.promise(() => Samples.collect((sink) => PlanMarkdown.write([{ plan: result, changes }], Samples.view, sink)))
      assert.isAtMost(text.length, 65_536)
      assert.isBelow(text.indexOf("1,350 join"), 400)
      assert.match(text, /more, see the full file/)
    })
  )
})

describe("lesson 14, invariant 6", () => {
  it.scopedLive(
    "no command says or stores a secret, whatever it is asked and whatever the vendor echoes",
    () =>
      Effect.gen(function* () {
        const desk = yield* Installed.desk
        const team = yield* Installed.team
        const people = Installed.customers(30, 1, "vip")
        Installed.known(team, people)
        desk.edits.load({ customers: people, organizations: [], memberships: [] })
        // Every output, and every file in the folder at the end, is searched for the secrets by `Installed`.
        const { env, run } = yield* Installed.make({
          sources: { acme: desk },
          targets: { cstar: team },
          syncs: `  customers:\n    from: acme\n    to: cstar\n    rules:\n      - { kind: tag, include: [vip] }\n`
        })
        const echo = (vendor: Installed.Desk | Installed.Team, status: number) => {
          const given = Object.values(env).filter((value) => vendor.sandbox.secrets.includes(value))
          const said = [...given, ...given.map((secret) => Buffer.from(`${env["ACME_EMAIL"]}/token:${secret}`).toString("base64"))].join(" ")
          vendor.inject({
            _tag: "Answer",
            response: { status, headers: { "x-echo": said, "content-type": "application/json" }, body: JSON.stringify({ error: said, message: said }) }
          })
        }
        const commands = [
          ["check"],
          ["plan", "--save", "plan.jsonl"],
          ["plan", "--report", "plan.html"],
          ["sync", "--yes"],
          ["plan", "--json"],
          ["runs"],
          ["explain", "c1@x.example"]
        ]
        for (const command of commands) yield* run([...command, "--log-level", "debug"])
        for (const status of [400, 401]) {
          echo(desk, status)
          yield* run(["plan", "--log-level", "debug"])
          echo(team, status)
          yield* run(["sync", "--yes", "--log-level", "debug"])
        }
      }),
    2 * Installed.patience
  )
})

describe("lesson 15", () => {
  it.scoped("an answer that confirms what does not show stops the first write, and nothing more is sent", () =>
    passing(
      Effect.gen(function* () {
        const bridge = yield* Crowd.make(30)
        bridge.target.inject(
          Array.from({ length: 9 }, () => json(201, { added: 15, total: 15, skipped: 0 })),
          adding
        )
        const run = yield* bridge.sync()
        assert.deepStrictEqual([run.status, run.error?.kind], ["failed", "vendor"])
        assert.match(run.error?.message ?? "", /confirmed but does not show/)
        assert.strictEqual(bridge.target.log.filter(adding).length, 1)
      })
    )
  )

  it.scopedLive("what is told is what was confirmed, row by row: who was there already is not counted as added", () =>
    Effect.gen(function* () {
      const bridge = yield* Bridge.small
      yield* bridge.sync()
      bridge.cstar.target.addMember(Crowd.groupOf(bridge, "Globex").id, Crowd.idOf(bridge, "c6@x.io"))
      bridge.cstar.target.addMember(Crowd.groupOf(bridge, "Globex").id, Crowd.idOf(bridge, "c5@x.io"))
      for (const id of ["5", "6"]) bridge.zendesk.source.join(id, "101")
      const run = yield* bridge.sync({ depth: "none" })
      assert.deepStrictEqual([run.plan?.summary.assignments.add, run.summary.assignments.add, run.calls.write], [2, 0, 2], "its number, and one pack")
    })
  )
})
