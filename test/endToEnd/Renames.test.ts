/** Everything in the config that has a name is given another one, through the built command: what is ours stays ours, or waits for a person. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import * as Csv from "../../connectors/csv/sandbox.ts"
import * as Installed from "../kit/Installed.ts"

const email = (number: number) => `c${number}@x.example`
const numbers = (first: number, last: number) => Array.from({ length: last - first + 1 }, (_, index) => first + index)

const rules = `    rules:
      - kind: organization
      - { kind: tag, include: ["vip"], name: "Plan {name}" }
    removals: ours
    guards: { removalPercent: 100, groupRemovalPercent: 100, emptiedGroups: 100, newGroups: 100 }
`

const world = {
  customers: [...Installed.customers(4, 1, "vip"), ...Installed.customers(4, 5)],
  organizations: [
    { id: "101", name: "Globex" },
    { id: "102", name: "Initech" }
  ],
  memberships: [
    ...numbers(1, 3).map((n) => ({ customer: String(n), organization: "101" })),
    ...numbers(4, 7).map((n) => ({ customer: String(n), organization: "102" }))
  ]
}

const filled = { Globex: numbers(1, 3).map(email), Initech: numbers(4, 7).map(email), "Plan vip": numbers(1, 4).map(email) }

const rewrite = ({ dir, write }: Installed.Installed, ...changes: ReadonlyArray<readonly [RegExp, string]>) =>
  write(
    "groupbridge.yaml",
    changes.reduce((text, [from, to]) => text.replace(from, to), readFileSync(join(dir, "groupbridge.yaml"), "utf8"))
  )

/** One helpdesk and one team, after the first sync. */
const synced = (more = "") =>
  Effect.gen(function* () {
    const [acme, team] = [yield* Installed.desk, yield* Installed.team]
    acme.edits.load(world)
    Installed.known(team, world.customers)
    const installed = yield* Installed.make({
      sources: { zendesk: acme },
      targets: { cstar: team },
      syncs: `  customers:\n    from: zendesk\n    to: cstar\n${rules}${more}`
    })
    const first = yield* installed.run(["sync"])
    assert.strictEqual(first.code, 0, first.stderr)
    assert.deepStrictEqual(team.held(), filled)
    return { ...installed, acme, team }
  })

const connectionRenamed = (from: string, to: string) => [
  [new RegExp(`^  ${from}:`, "m"), `  ${to}:`] as const,
  [new RegExp(`(from|to): ${from}$`, "m"), `$1: ${to}`] as const
]

/** Origins of the ledger's rows, each with how many have it. */
const origins = (installed: Installed.Installed) =>
  Effect.map(installed.run(["state", "export"]), ({ stdout }) => {
    const rows = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Installed.Json)
      .filter(({ kind }) => kind === "membership")
    const counts: Record<string, number> = {}
    for (const { origin } of rows) counts[origin] = (counts[origin] ?? 0) + 1
    return counts
  })

describe("names of the config", () => {
  it.scopedLive(
    "a source of the same account keeps its groups under another name, and those who leave leave",
    () =>
      Effect.gen(function* () {
        const bridge = yield* synced()
        rewrite(bridge, ...connectionRenamed("zendesk", "zd"))
        const calls = bridge.team.held()
        const check = yield* bridge.run(["check"])
        assert.strictEqual(check.code, 0, check.stdout)
        assert.match(check.stdout, /zendesk is called zd now/)
        const plan = yield* bridge.run(["plan"])
        assert.strictEqual(plan.code, 0, plan.stdout)
        assert.match(plan.stdout, /zendesk is called zd now \(the same account/)
        assert.match(plan.stdout, /Nothing to do/)
        bridge.acme.edits.leave("1", "101")
        bridge.acme.edits.untag("2", "vip")
        // A saved plan outlives the name that it was made under.
        assert.strictEqual((yield* bridge.run(["plan", "--save", "kept.jsonl"])).code, 0)
        rewrite(bridge, ...connectionRenamed("zd", "desk"))
        assert.strictEqual((yield* bridge.run(["plan"])).code, 0)
        const sync = yield* bridge.run(["apply", "kept.jsonl"])
        assert.strictEqual(sync.code, 0, sync.stdout)
        assert.deepStrictEqual(calls, filled)
        assert.deepStrictEqual(bridge.team.held(), { Globex: [email(2), email(3)], Initech: filled.Initech, "Plan vip": [email(1), email(3), email(4)] })
        assert.deepStrictEqual(yield* origins(bridge), { applied: 9 })
        rewrite(bridge, ...connectionRenamed("desk", "zendesk"))
        const back = yield* bridge.run(["sync"])
        assert.strictEqual(back.code, 0, back.stdout)
        assert.match(back.stdout, /desk is called zendesk now/)
        assert.strictEqual(bridge.team.edits.groups().length, 3)
      }),
    Installed.patience
  )

  it.scopedLive(
    "a source whose account has two new names waits for a person, and so does one without an account",
    () =>
      Effect.gen(function* () {
        const bridge = yield* synced()
        const config = readFileSync(join(bridge.dir, "groupbridge.yaml"), "utf8")
        const connection = /^  zendesk:\n(?: {4}.*\n)+/m.exec(config)?.[0] ?? ""
        rewrite(
          bridge,
          [/^  zendesk:\n(?: {4}.*\n)+/m, `${connection.replace("zendesk:", "one:")}${connection.replace("zendesk:", "two:")}`],
          [/from: zendesk/, "from: [one, two]"]
        )
        bridge.acme.edits.leave("1", "101")
        for (const command of ["plan", "sync"]) {
          const held = yield* bridge.run([command])
          assert.strictEqual(held.code, 3, held.stdout + held.stderr)
          assert.match(held.stdout, /groupbridge state rename connection zendesk one/)
          assert.match(held.stdout, /groupbridge state rename connection zendesk two/)
        }
        const quiet = yield* bridge.run(["sync", "--quiet"])
        assert.strictEqual(quiet.code, 3)
        assert.match(quiet.stdout, /state rename connection zendesk one/)
        const check = yield* bridge.run(["check"])
        assert.strictEqual(check.code, 1, check.stdout)
        assert.match(check.stdout, /state rename connection zendesk one/)
        const status = yield* bridge.run(["status"])
        assert.match(status.stdout, /HELD .*state rename connection zendesk one/s)
        assert.deepStrictEqual(bridge.team.held(), filled)
        assert.deepStrictEqual(yield* origins(bridge), { applied: 11 })
        const approve = yield* bridge.run(["approve", "H-1", "--yes"])
        assert.strictEqual(approve.code, 64, approve.stdout)
        const unasked = yield* bridge.run(["state", "rename", "connection", "zendesk", "one"])
        assert.strictEqual(unasked.code, 64, unasked.stdout)
        const renamed = yield* bridge.run(["state", "rename", "connection", "zendesk", "one", "--yes"])
        assert.strictEqual(renamed.code, 0, renamed.stderr)
        rewrite(bridge, [/from: \[one, two\]/, "from: one"])
        const after = yield* bridge.run(["sync"])
        assert.strictEqual(after.code, 0, after.stdout)
        assert.deepStrictEqual(bridge.team.held(), { ...filled, Globex: [email(2), email(3)] })
      }),
    Installed.patience
  )

  it.scopedLive(
    "a renamed sync waits, takes everything along on the command, and goes on",
    () =>
      Effect.gen(function* () {
        const bridge = yield* synced()
        const paused = yield* bridge.run(["pause", "customers", "--until", "3d", "--reason", "moving"])
        assert.strictEqual(paused.code, 0, paused.stderr)
        rewrite(bridge, [/^  customers:/m, "  clients:"])
        bridge.acme.edits.leave("1", "101")
        for (const command of [["plan"], ["sync", "--quiet"]]) {
          const held = yield* bridge.run(command)
          assert.strictEqual(held.code, 3, held.stdout + held.stderr)
          assert.match(held.stdout, /groupbridge state rename sync customers clients/)
        }
        assert.deepStrictEqual(bridge.team.held(), filled)
        assert.deepStrictEqual(yield* origins(bridge), { applied: 11 })
        const status = yield* bridge.run(["status"])
        assert.match(status.stdout, /LEFT THE CONFIG/)
        assert.strictEqual((yield* bridge.run(["check"])).code, 1)
        const renamed = yield* bridge.run(["state", "rename", "sync", "customers", "clients", "--yes"])
        assert.strictEqual(renamed.code, 0, renamed.stderr)
        assert.match((yield* bridge.run(["status"])).stdout, /clients +PAUSED/)
        assert.strictEqual((yield* bridge.run(["resume", "clients"])).code, 0)
        const after = yield* bridge.run(["sync"])
        assert.strictEqual(after.code, 0, after.stdout)
        assert.notMatch(after.stdout, /first run/)
        assert.deepStrictEqual(bridge.team.held(), { ...filled, Globex: [email(2), email(3)] })
        const runs = yield* bridge.json(["runs"])
        assert.isTrue(runs.document.runs.every(({ sync }: Installed.Json) => sync === "clients"))
      }),
    Installed.patience
  )

  it.scopedLive(
    "a renamed target always waits, and keeps what was added there ours",
    () =>
      Effect.gen(function* () {
        const bridge = yield* synced()
        rewrite(bridge, ...connectionRenamed("cstar", "prod"))
        bridge.acme.edits.leave("1", "101")
        for (const command of [["plan"], ["sync"]]) {
          const held = yield* bridge.run(command)
          assert.strictEqual(held.code, 3, held.stdout + held.stderr)
          assert.match(held.stdout, /groupbridge state rename connection cstar prod/)
        }
        assert.strictEqual((yield* bridge.run(["check"])).code, 1)
        assert.deepStrictEqual(bridge.team.held(), filled)
        const renamed = yield* bridge.run(["state", "rename", "connection", "cstar", "prod", "--yes"])
        assert.strictEqual(renamed.code, 0, renamed.stderr)
        assert.deepStrictEqual(yield* origins(bridge), { applied: 11 })
        const after = yield* bridge.run(["sync"])
        assert.strictEqual(after.code, 0, after.stdout)
        assert.deepStrictEqual(bridge.team.held(), { ...filled, Globex: [email(2), email(3)] })
      }),
    Installed.patience
  )

  it.scopedLive(
    "a sync and a source that leave the config wait until they are released",
    () =>
      Effect.gen(function* () {
        const [acme, umbrella, team] = [yield* Installed.desk, yield* Installed.desk, yield* Installed.team]
        acme.edits.load(world)
        umbrella.edits.load({
          customers: Installed.customers(2, 7),
          organizations: [{ id: "501", name: "Umbrella" }],
          memberships: [{ customer: "7", organization: "501" }]
        })
        Installed.known(team, world.customers)
        const bridge = yield* Installed.make({
          sources: { acme, umbrella },
          targets: { cstar: team },
          syncs: `  customers:\n    from: acme\n    to: cstar\n${rules}  partners:\n    from: [acme, umbrella]\n    to: cstar\n    rules: [{ kind: organization, name: "P {name}", externalId: "p{id}" }]\n    guards: { ruleChange: apply }\n`
        })
        assert.strictEqual((yield* bridge.run(["sync"])).code, 0)
        const all = team.held()
        rewrite(bridge, [/from: \[acme, umbrella\]/, "from: acme"])
        for (const command of [["plan"], ["sync", "--quiet"]]) {
          const held = yield* bridge.run(command)
          assert.strictEqual(held.code, 3, held.stdout + held.stderr)
          assert.match(held.stdout, /groupbridge state release partners/)
        }
        acme.edits.leave("1", "101")
        assert.strictEqual((yield* bridge.run(["sync"])).code, 3)
        assert.deepStrictEqual(team.held(), { ...all, Globex: [email(2), email(3)], "P Globex": [email(2), email(3)] }, "the rest of the sync goes on")
        {
          const done = yield* bridge.run(["state", "release", "partners", "--yes"])
          assert.strictEqual(done.code, 0, done.stderr)
        }
        const after = yield* bridge.run(["sync"])
        assert.strictEqual(after.code, 0, after.stdout)
        assert.deepStrictEqual(team.held()["P Umbrella"], [])
        rewrite(bridge, [/^  partners:\n(?: {4}.*\n)+/m, ""])
        for (const command of [["plan"], ["sync", "--quiet"]]) {
          const held = yield* bridge.run(command)
          assert.strictEqual(held.code, 3, held.stdout + held.stderr)
          assert.match(held.stdout, /groupbridge state release partners/)
        }
        assert.strictEqual((yield* bridge.run(["check"])).code, 1)
        assert.match((yield* bridge.run(["status"])).stdout, /partners +LEFT THE CONFIG/)
        {
          const done = yield* bridge.run(["state", "release", "partners", "--yes"])
          assert.strictEqual(done.code, 0, done.stderr)
        }
        for (const command of [["check"], ["sync"]]) assert.strictEqual((yield* bridge.run(command)).code, 0)
      }),
    Installed.patience
  )

  it.scopedLive(
    "files without an account always ask",
    () =>
      Effect.gen(function* () {
        const files = Csv.make()
        const [paper, team] = [yield* Installed.helpdesk("csv", files), yield* Installed.team]
        files.source.load({ ...world, customers: world.customers.map((one) => ({ ...one, tags: [] })) })
        Installed.known(team, world.customers)
        const bridge = yield* Installed.make({
          sources: { paper },
          targets: { cstar: team },
          syncs: `  customers:\n    from: paper\n    to: cstar\n    rules: [{ kind: organization }]\n`
        })
        assert.strictEqual((yield* bridge.run(["sync"])).code, 0)
        const all = team.held()
        assert.isTrue(existsSync(join(bridge.dir, ".groupbridge", "state.db")))
        rewrite(bridge, ...connectionRenamed("paper", "sheets"))
        const held = yield* bridge.run(["sync"])
        assert.strictEqual(held.code, 3, held.stdout + held.stderr)
        assert.match(held.stdout, /groupbridge state rename connection paper sheets/)
        assert.deepStrictEqual(team.held(), all)
        assert.strictEqual((yield* bridge.run(["state", "rename", "connection", "paper", "sheets", "--yes"])).code, 0)
        assert.strictEqual((yield* bridge.run(["sync"])).code, 0)
        assert.deepStrictEqual(team.held(), all)
      }),
    Installed.patience
  )
})
