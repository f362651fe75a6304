/** The commands of every day, through the built command, with three connections and two syncs. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import * as Installed from "../kit/Installed.ts"

const rules = (from: string, to: string) => `    from: ${from}
    to: ${to}
    rules:
      - kind: organization
      - { kind: tag, include: ["vip", "plan_*"], name: "Plan {name}" }
`

/** Two helpdesks, each with a sync of its own into one team. */
const two = Effect.gen(function* () {
  const acme = yield* Installed.desk
  const umbrella = yield* Installed.desk
  const team = yield* Installed.team
  const people = [...Installed.customers(2, 1, "vip"), ...Installed.customers(7, 3)]
  Installed.known(team, people)
  acme.edits.load({
    customers: people.slice(0, 6),
    organizations: [
      { id: "101", name: "Globex", externalId: "gx" },
      { id: "102", name: "Initech" },
      { id: "103", name: "Hooli" }
    ],
    memberships: ["1:101", "2:101", "3:101", "4:102", "5:102", "1:102"].map((pair) => {
      const [customer = "", organization = ""] = pair.split(":")
      return { customer, organization }
    })
  })
  umbrella.edits.load({
    customers: people.slice(6),
    organizations: [{ id: "501", name: "Umbrella" }],
    memberships: [
      { customer: "7", organization: "501" },
      { customer: "8", organization: "501" }
    ]
  })
  const installed = yield* Installed.make({
    sources: { acme, umbrella },
    targets: { cstar: team },
    syncs: `  customers:\n${rules("acme", "cstar")}  partners:\n${rules("umbrella", "cstar")}`
  })
  return { ...installed, acme, umbrella, team }
})

const email = (number: number) => `c${number}@x.example`
const filled = {
  Globex: [email(1), email(2), email(3)],
  Initech: [email(1), email(4), email(5)],
  "Plan vip": [email(1), email(2)],
  Umbrella: [email(7), email(8)]
}

describe.concurrent("groupbridge", () => {
  it.scopedLive(
    "plans without a write, syncs, and does nothing the second time",
    () =>
      Effect.gen(function* () {
        const { acme, dir, json, run, team, umbrella } = yield* two
        const looked = yield* run(["plan", "--exit-code"])
        assert.strictEqual(looked.code, 2)
        assert.include(looked.stdout, "team_1", "what is no secret is named, though it came out of a variable")
        const plan = yield* json(["plan"])
        assert.strictEqual(plan.code, 0)
        assert.deepStrictEqual(
          plan.document.syncs.map((sync: Installed.Json) => [sync.sync, sync.status, sync.summary]),
          [
            [
              "customers",
              "changes",
              { groups: { create: 3, update: 0, delete: 0 }, assignments: { add: 8, remove: 0 }, held: 0, unmatched: 0, ambiguous: 0, tasks: 0 }
            ],
            [
              "partners",
              "changes",
              { groups: { create: 1, update: 0, delete: 0 }, assignments: { add: 2, remove: 0 }, held: 0, unmatched: 0, ambiguous: 0, tasks: 0 }
            ]
          ]
        )
        for (const sync of plan.document.syncs) {
          assert.includeMembers(Object.keys(sync), ["sync", "status", "summary", "guards", "held", "estimate", "changes"])
          assert.includeMembers(Object.keys(sync.estimate), ["calls", "reads", "fewest", "seconds"])
          assert.includeMembers(Object.keys(sync.guards[0]), ["name", "limit", "value", "tripped"])
        }
        assert.deepStrictEqual(
          plan.document.syncs.map((sync: Installed.Json) => [sync.changes.length, sync.estimate.calls, sync.estimate.fewest]),
          [
            [11, 6, 6],
            [3, 2, 2]
          ]
        )
        assert.strictEqual(team.writes() + acme.writes() + umbrella.writes(), 0, "looking wrote something")

        const sync = yield* json(["sync"])
        assert.strictEqual(sync.code, 0, JSON.stringify(sync.document))
        assert.deepStrictEqual(
          sync.document.syncs.map((one: Installed.Json) => [one.sync, one.run, one.status, one.calls.write, one.refused, one.withheld, one.tasks]),
          [
            ["customers", "r-1", "done", 6, [], [], 0],
            // One call more than planned: by then there are groups that carry the number of the last run.
            ["partners", "r-2", "done", 3, [], [], 0]
          ]
        )
        assert.deepStrictEqual(team.held(), filled)
        assert.strictEqual(team.writes(), 9)

        const again = yield* json(["sync"])
        assert.deepStrictEqual([again.code, again.document.syncs.map((one: Installed.Json) => one.status)], [0, ["none", "none"]])
        assert.strictEqual((yield* run(["plan", "--exit-code"])).code, 0)
        assert.strictEqual(team.writes(), 9, "nothing had changed and something was written")
        assert(existsSync(join(dir, ".groupbridge/state.db")))

        const status = yield* run(["status"])
        assert.strictEqual(status.code, 0, status.stderr)
        const runs = yield* json(["runs"])
        assert.includeMembers(
          runs.document.runs.map((one: Installed.Json) => one.run),
          ["r-1", "r-2"]
        )
      }),
    Installed.patience
  )

  it.scopedLive(
    "brings over exactly what changed at the source",
    () =>
      Effect.gen(function* () {
        const { acme, json, run, team } = yield* two
        assert.strictEqual((yield* run(["sync", "--yes"])).code, 0)
        const before = team.writes()
        acme.edits.leave("3", "101")
        acme.edits.join("6", "103")
        acme.edits.renameOrganization("102", "Initech GmbH")
        acme.edits.untag("2", "vip")
        acme.edits.deleteCustomer("5")
        const { code, document } = yield* json(["sync"])
        assert.strictEqual(code, 0, JSON.stringify(document))
        assert.deepStrictEqual(
          document.syncs.map(({ status, summary }: Installed.Json) => [status, summary]),
          [
            ["done", { groups: { create: 1, update: 1, delete: 0 }, assignments: { add: 1, remove: 3 } }],
            ["none", { groups: { create: 0, update: 0, delete: 0 }, assignments: { add: 0, remove: 0 } }]
          ]
        )
        assert.deepStrictEqual(team.held(), {
          Globex: [email(1), email(2)],
          Hooli: [email(6)],
          "Initech GmbH": [email(1), email(4)],
          "Plan vip": [email(1)],
          Umbrella: filled.Umbrella
        })
        assert.strictEqual(team.writes() - before, 7, "its number, a group, a member of it, a name, and three removals are seven calls")
        assert.strictEqual((yield* run(["plan", "--exit-code"])).code, 0)
      }),
    Installed.patience
  )

  it.scopedLive(
    "carries out a saved plan, its rows and no others, and refuses one whose config has changed",
    () =>
      Effect.gen(function* () {
        const { acme, dir, run, team, write } = yield* two
        assert.strictEqual((yield* run(["plan", "customers", "--save", "plan.jsonl"])).code, 0)
        acme.edits.join("6", "101")
        const applied = yield* run(["apply", "plan.jsonl", "--yes"])
        assert.strictEqual(applied.code, 0, applied.stdout + applied.stderr)
        const { Umbrella: _, ...customers } = filled
        assert.deepStrictEqual(team.held(), customers)

        assert.strictEqual((yield* run(["plan", "customers", "--save", "plan.jsonl"])).code, 0)
        const writes = team.writes()
        write("groupbridge.yaml", readFileSync(join(dir, "groupbridge.yaml"), "utf8").replace("Plan {name}", "Tag {name}"))
        const stale = yield* run(["apply", "plan.jsonl", "--yes"])
        assert.strictEqual(stale.code, 5, stale.stdout + stale.stderr)
        assert.strictEqual(team.writes(), writes)
      }),
    Installed.patience
  )

  for (const count of [100, 250]) {
    it.scopedLive(
      `fills a group of ${count} by as few calls as packs of 100 allow`,
      () =>
        Effect.gen(function* () {
          const desk = yield* Installed.desk
          const team = yield* Installed.team
          const people = Installed.customers(count)
          Installed.known(team, people)
          desk.edits.load({
            customers: people,
            organizations: [{ id: "101", name: "Globex" }],
            memberships: people.map(({ id }) => ({ customer: id, organization: "101" }))
          })
          const { run } = yield* Installed.make({ sources: { acme: desk }, targets: { cstar: team }, syncs: `  customers:\n${rules("acme", "cstar")}` })
          const sync = yield* run(["sync", "--yes"])
          assert.strictEqual(sync.code, 0, sync.stdout + sync.stderr)
          assert.strictEqual(team.held()["Globex"]?.length, count)
          const writes = team.log
            .filter(({ method }) => method !== "GET")
            .map(({ method, path }) => `${method} ${path.endsWith("/members") ? "members" : "groups"}`)
          assert.deepStrictEqual(writes, ["POST groups", ...Array.from({ length: Math.ceil(count / 100) }, () => "POST members")])
        }),
      Installed.patience
    )
  }

  it.scopedLive(
    "does well with an empty account",
    () =>
      Effect.gen(function* () {
        const desk = yield* Installed.desk
        const team = yield* Installed.team
        const { json, run } = yield* Installed.make({ sources: { acme: desk }, targets: { cstar: team }, syncs: `  customers:\n${rules("acme", "cstar")}` })
        assert.strictEqual((yield* run(["check"])).code, 0)
        assert.strictEqual((yield* run(["plan", "--exit-code"])).code, 0)
        const { code, document } = yield* json(["sync"])
        assert.deepStrictEqual([code, document.syncs[0].status, team.writes()], [0, "none", 0])
      }),
    Installed.patience
  )

  it.scopedLive(
    "stops at SIGINT with 130, and the next run ends where it would have",
    () =>
      Effect.gen(function* () {
        const { run, team } = yield* two
        team.slow(400, ({ method }) => method !== "GET")
        const stopped = yield* run(["sync", "--yes"], { interruptWhen: () => team.writes() >= 2 })
        assert.strictEqual(stopped.code, 130, stopped.stdout + stopped.stderr)
        assert.isBelow(team.writes(), 8)
        team.slow(0, () => false)
        const again = yield* run(["sync", "--yes"])
        assert.strictEqual(again.code, 0, again.stdout + again.stderr)
        assert.deepStrictEqual(team.held(), filled)
        assert.strictEqual(team.edits.groups().length, 4, "a group was made twice")
      }),
    Installed.patience
  )
})
