/** The built commands around the state file: copies, loss, pauses and what a config has left behind. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { copyFileSync, existsSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs"
import { join } from "node:path"
import * as Installed from "../kit/Installed.ts"

const sync = (name: string, from: string, rules: string) => `  ${name}:
    from: ${from}
    to: cstar
    rules:
${rules}
    guards: { ruleChange: apply, removalPercent: 100, groupRemovalPercent: 100, emptiedGroups: 100 }
`

const organizations = "      - kind: organization"
const vip = "      - { kind: tag, include: [vip], into: Best }"
const gold = "      - { kind: tag, include: [gold], into: Best }"

const world = (syncs: string) =>
  Effect.gen(function* () {
    const [acme, beta, team] = [yield* Installed.desk, yield* Installed.desk, yield* Installed.team]
    const people = [...Installed.customers(3, 1, "vip"), ...Installed.customers(3, 4, "gold")]
    Installed.known(team, people)
    acme.edits.load({
      customers: people,
      organizations: [{ id: "101", name: "Globex" }],
      memberships: people.slice(0, 4).map(({ id }) => ({ customer: id, organization: "101" }))
    })
    beta.edits.load({
      customers: Installed.customers(2, 1, "vip"),
      organizations: [{ id: "201", name: "Initech" }],
      memberships: [{ customer: "1", organization: "201" }]
    })
    const installed = yield* Installed.make({ sources: { acme, beta }, targets: { cstar: team }, syncs })
    const file = join(installed.dir, ".groupbridge", "state.db")
    const copies = () => {
      const folder = join(installed.dir, ".groupbridge", "backup")
      return existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)) : []
    }
    const edit = (change: (yaml: string) => string) =>
      installed.write("groupbridge.yaml", change(readFileSync(join(installed.dir, "groupbridge.yaml"), "utf8")))
    return { ...installed, acme, copies, edit, file, team }
  })

describe("the state file", () => {
  it.scopedLive(
    "is copied after what wrote, and only then; lost, nothing is read or written until a copy is back",
    () =>
      Effect.gen(function* () {
        const { copies, file, json, run, team } = yield* world(sync("customers", "acme", organizations))
        yield* run(["plan"])
        assert.deepStrictEqual(copies(), [])
        assert.strictEqual((yield* run(["sync"])).code, 0)
        const [copy = ""] = copies()
        assert.strictEqual(statSync(copy).mode & 0o777, 0o600)
        assert.strictEqual((yield* run(["sync", "--quiet"])).stdout + copies().length, "1")
        const well = yield* json(["state", "check"])
        assert.deepStrictEqual([well.code, well.document.ok, well.document.state.runs, well.document.newestCopy.file], [0, true, 2, copy])
        const made = yield* run(["state", "backup", "mine.db"])
        assert.match(made.stdout, /^Copied to mine\.db\. {2}To put it back: groupbridge state restore mine\.db$/m)
        assert.strictEqual((yield* run(["state", "backup", "mine.db"])).code, 1)

        const writes = team.writes()
        rmSync(file)
        for (const args of [["sync"], ["plan"], ["status"], ["state", "check"]]) {
          const { code, stderr, stdout } = yield* run(args)
          assert.deepStrictEqual([args.join(" "), code], [args.join(" "), 1])
          assert.match((stdout + stderr).replaceAll(/\s+/g, " "), /no state file here .* this place had state \w+ with 2 runs\. .*groupbridge state restore/)
          assert.isFalse(existsSync(file))
        }
        const back = yield* run(["state", "restore", copy])
        assert.strictEqual(back.code, 0)
        assert.match(
          back.stdout,
          /In place: state \w+, 1 run, .*\n1 later run is forgotten: .*\nNothing was read or written elsewhere\. {2}Next: groupbridge plan/
        )
        // Nothing is changed; the state that goes on puts its number onto a group.
        assert.deepStrictEqual([(yield* run(["sync"])).code, team.writes()], [0, writes + 1])
        for (const wrong of ["none.db", file]) assert.strictEqual((yield* run(["state", "restore", wrong])).code, 64)
        assert.match((yield* run(["state", "restore", "groupbridge.yaml"])).stderr, /groupbridge\.yaml is no copy of a Groupbridge state/)
      }),
    Installed.patience
  )

  it.scopedLive(
    "that somebody set back past the command may be looked at, and writes nothing until it is restored",
    () =>
      Effect.gen(function* () {
        const { acme, copies, dir, file, run, team } = yield* world(sync("customers", "acme", organizations))
        yield* run(["sync"])
        const [copy = ""] = copies()
        acme.edits.join("5", "101")
        assert.strictEqual((yield* run(["plan", "--save", "later.jsonl"])).code, 0)
        yield* run(["sync"])
        const writes = team.writes()
        copyFileSync(copy, file)
        for (const args of [["sync"], ["apply", "later.jsonl"], ["migrate", "customers", "--yes"], ["pause", "customers", "--until", "2h"]]) {
          const { code, stderr, stdout } = yield* run(args)
          assert.deepStrictEqual([args.join(" "), code], [args.join(" "), 1])
          assert.match((stdout + stderr).replaceAll(/\s+/g, " "), /an older one: it knows 1 run, and this place had state \w+ with 2 runs/)
        }
        const looked = yield* run(["plan"])
        assert.strictEqual(looked.code, 0)
        assert.match(looked.stdout, /WARNING +the state file .* is an older one/)
        assert.match((yield* run(["check"])).stdout, /problem +the state file .* is an older one/)
        const newest = copies().sort().at(-1) ?? ""
        assert.strictEqual((yield* run(["state", "restore", newest, "--reason", "copied by mistake"])).code, 0)
        assert.deepStrictEqual([(yield* run(["sync"])).code, team.writes()], [0, writes + 1])
        assert.strictEqual(readdirSync(join(dir, ".groupbridge")).filter((name) => name.includes(".replaced-")).length, 1)
        assert.match((yield* run(["check"])).stdout, /state +ok {3}\.groupbridge\/state\.db, backup /)
      }),
    Installed.patience
  )
})

describe("a paused sync", () => {
  it.scopedLive(
    "does nothing and says so, until it is resumed",
    () =>
      Effect.gen(function* () {
        const { json, run, team } = yield* world(sync("customers", "acme", organizations) + sync("best", "acme", vip))
        const paused = yield* run(["pause", "customers", "--until", "2d", "--reason", "relaunch"])
        assert.match(paused.stdout, /^customers is paused until .*groupbridge resume customers$/m)
        const all = yield* run(["sync"])
        assert.strictEqual(all.code, 0)
        assert.match(all.stderr, /^customers: skipped, paused by .* until .* groupbridge resume customers$/m)
        assert.deepStrictEqual(Object.keys(team.held()), ["Best"])
        assert.deepStrictEqual(yield* run(["sync", "--quiet"]), { code: 0, stdout: "", stderr: "" })
        yield* run(["plan", "customers", "--save", "plan.jsonl"])
        for (const args of [
          ["sync", "customers"],
          ["apply", "plan.jsonl"],
          ["migrate", "customers", "--yes"]
        ]) {
          const { code, stderr, stdout } = yield* run(args)
          assert.deepStrictEqual([args[0], code], [args[0], 1])
          assert.match(
            (stdout + stderr).replaceAll(/\s+/g, " "),
            /customers is paused by .* until \S+ \("relaunch"\), so nothing was done\. .*groupbridge resume customers/
          )
        }
        assert.match((yield* run(["status"])).stdout, /customers +PAUSED by .* "relaunch"/)
        assert.deepStrictEqual(Object.keys(team.held()), ["Best"])
        assert.deepStrictEqual((yield* json(["resume", "customers"])).document, { sync: "customers", resumed: true })
        assert.match((yield* run(["resume", "customers"])).stdout, /was not paused/)
        assert.strictEqual((yield* run(["sync", "customers"])).code, 0)
        assert.deepStrictEqual(Object.keys(team.held()), ["Best", "Globex"])
        for (const until of ["soon", "2001-01-01", "2026-02-31", "0h"]) assert.strictEqual((yield* run(["pause", "customers", "--until", until])).code, 64)
        assert.strictEqual((yield* run(["pause", "customers"])).code, 64)
      }),
    Installed.patience
  )
})

describe("wishes that a config left behind", () => {
  it.scopedLive(
    "of a sync that is gone keep their memberships until they are released",
    () =>
      Effect.gen(function* () {
        const { edit, json, run, team } = yield* world(sync("customers", "acme", vip) + sync("old", "acme", `${gold}\n${organizations}`))
        assert.strictEqual((yield* run(["sync", "--yes"])).code, 0)
        const both = team.held()
        assert.deepStrictEqual([both["Best"]?.length, both["Globex"]?.length], [6, 4])
        assert.match((yield* run(["state", "release", "old", "--yes"])).stderr, /old is in the config/)
        edit((yaml) => yaml.slice(0, yaml.indexOf("  old:")))
        assert.strictEqual((yield* run(["sync"])).code, 3)
        assert.deepStrictEqual(team.held(), both)
        const asked = yield* run(["state", "release", "old"])
        assert.strictEqual(asked.code, 64)
        assert.match(asked.stderr, /acme \(7 memberships\): 3 memberships leave with the next run, .*; 4 memberships stay at the target as they are.* --yes/)
        assert.match((yield* run(["state", "release", "odl"])).stderr, /did you mean "old"/)
        const released = yield* json(["state", "release", "old", "--yes"])
        assert.deepStrictEqual(released.document, { sync: "old", released: true, leaving: 3, staying: 4 })
        assert.strictEqual((yield* run(["sync"])).code, 0)
        assert.deepStrictEqual(team.held(), { Best: both["Best"]!.slice(0, 3), Globex: both["Globex"]! })
        assert.strictEqual((yield* run(["state", "release", "old", "--yes"])).code, 64)
      }),
    Installed.patience
  )

  it.scopedLive(
    "of a connection that is gone from a sync likewise, and what another one wants too stays",
    () =>
      Effect.gen(function* () {
        const { edit, run, team } = yield* world(sync("customers", "[acme, beta]", `${organizations}\n${vip}`))
        assert.strictEqual((yield* run(["sync"])).code, 0)
        const both = team.held()
        assert.deepStrictEqual([both["Best"]?.length, both["Initech"]?.length], [3, 1])
        edit((yaml) => yaml.replace("[acme, beta]", "acme"))
        assert.strictEqual((yield* run(["sync"])).code, 3)
        assert.deepStrictEqual(team.held(), both)
        const released = yield* run(["state", "release", "customers", "--yes", "--reason", "beta is shut"])
        assert.match(released.stdout, /customers let go of beta \(3 memberships\): 1 membership leaves with the next run/)
        assert.strictEqual((yield* run(["sync"])).code, 0)
        assert.deepStrictEqual(team.held(), { ...both, Initech: [] })
      }),
    Installed.patience
  )
})
