/** CSV files as a source of the built command: relative to the config file, and never half read. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, unlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Installed from "../kit/Installed.ts"

const files = "  crm:\n    connector: csv\n    customers: data/customers.csv\n    groups: data/groups.csv\n    memberships: data/memberships.csv\n"
const syncs =
  '  customers:\n    from: crm\n    to: cstar\n    rules:\n      - { kind: organization, where: { tier: gold } }\n      - { kind: tag, name: "Tag {name}" }\n'

const world = Effect.gen(function* () {
  const team = yield* Installed.team
  team.edits.addCustomers(["ann", "bob", "cy"].map((name) => ({ email: `${name}@x.example`, name })))
  const installed = yield* Installed.make({ sources: {}, targets: { cstar: team }, syncs })
  const config = join(installed.dir, "groupbridge.yaml")
  writeFileSync(config, readFileSync(config, "utf8").replace("connections:\n", `connections:\n${files}`))
  mkdirSync(join(installed.dir, "data"))
  installed.write("data/customers.csv", "id;email\n1;ann@x.example\n2;bob@x.example\n3;cy@x.example\n")
  installed.write("data/groups.csv", "id,name,kind,field:tier\n10,Globex,,gold\n11,Initech,,\nvip,VIP,tag,\n")
  installed.write("data/memberships.csv", "customer\tgroup\n1\t10\n2\t10\n3\t11\n3\tvip\n")
  return { ...installed, team }
})

/** What was printed, on one line. */
const reported = ({ stdout, stderr }: Installed.Finished) => `${stdout} ${stderr}`.replaceAll(/\s+/g, " ")

describe("files", () => {
  it.scopedLive(
    "a field in where that no group has is a warning of check, with the nearest name",
    () =>
      Effect.gen(function* () {
        const { dir, run } = yield* world
        assert.strictEqual((yield* run(["sync", "--yes"])).code, 0)
        assert.notMatch(reported(yield* run(["check"])), /has such a field/)
        const config = join(dir, "groupbridge.yaml")
        writeFileSync(config, readFileSync(config, "utf8").replace("where: { tier: gold }", "where: { teir: gold, members: '>= 1' }"))
        const check = reported(yield* run(["check"]))
        assert.match(check, /customers, rule 1 \(line \d+\): where "teir": no organization has such a field; did you mean "tier"\?/)
        assert.notMatch(check, /where "members"/)
      }),
    Installed.patience
  )

  it.scopedLive(
    "a sync does what they say, a damaged or missing one takes nothing from anybody, and all may move to another folder with the state",
    () =>
      Effect.gen(function* () {
        const { run, team, write, dir, env } = yield* world
        const first = yield* run(["sync", "--yes"])
        assert.strictEqual(first.code, 0, first.stderr + first.stdout)
        const everybody = { Globex: ["ann@x.example", "bob@x.example"], "Tag VIP": ["cy@x.example"] }
        assert.deepStrictEqual(team.held(), everybody)

        write("data/memberships.csv", 'customer,group\n1,10\n3,"vi')
        const cut = yield* run(["sync", "--yes"])
        assert.strictEqual(cut.code, 1)
        assert.match(reported(cut), /memberships\.csv: line 3, column 3: the quote that opens here is never closed; the file may be cut off/)
        unlinkSync(join(dir, "data/memberships.csv"))
        const missing = yield* run(["sync", "--yes"])
        assert.strictEqual(missing.code, 1)
        assert.match(reported(missing), /no such file; looked at .*data\/memberships\.csv/)
        assert.deepStrictEqual(team.held(), everybody)

        write("data/memberships.csv", "customer,group\n1,10\n3,11\n3,vip\n")
        const { code, stdout, stderr } = yield* run(["sync", "--yes"])
        assert.strictEqual(code, 0, stdout + stderr)
        assert.deepStrictEqual(team.held(), { ...everybody, Globex: ["ann@x.example"] })

        const moved = yield* Effect.acquireRelease(
          Effect.sync(() => mkdtempSync(join(tmpdir(), "groupbridge-moved-"))),
          (folder) => Effect.sync(() => rmSync(folder, { recursive: true, force: true }))
        )
        cpSync(dir, moved, { recursive: true, preserveTimestamps: true })
        const writes = team.writes()
        const there = yield* run(["--config", join(moved, "groupbridge.yaml"), "sync", "--yes"], { env })
        assert.strictEqual(there.code, 0, there.stderr + there.stdout)
        assert.strictEqual(team.writes(), writes)
      }),
    Installed.patience
  )

  it.scopedLive(
    "a header alone is held as emptySource whatever the guards allow, by sync, status and --quiet, until a person decides",
    () =>
      Effect.gen(function* () {
        const { dir, json, run, team, write } = yield* world
        const config = join(dir, "groupbridge.yaml")
        writeFileSync(
          config,
          `${readFileSync(config, "utf8")}    guards: { removals: 100000, removalPercent: 100, groupRemovalPercent: 100, emptiedGroups: 1000, sourceShrink: 100 }\n`
        )
        assert.strictEqual((yield* run(["sync", "--yes"])).code, 0)
        const everybody = team.held()
        write("data/memberships.csv", "customer,group\n")
        const { code, document } = yield* json(["sync", "--yes"])
        assert.deepStrictEqual([code, document.syncs[0].held.map(({ guard, changes }: Installed.Json) => [guard, changes])], [3, [["emptySource", 3]]])
        const quiet = yield* run(["sync", "--quiet"])
        assert.strictEqual(quiet.code, 3, quiet.stdout)
        assert.match(reported(yield* run(["status"])), /HELD H-1 3 leave, in doubt: /)
        const raised = yield* run(["sync", "--yes", "--approve", "emptySource=5"])
        assert.deepStrictEqual([raised.code, team.held()], [64, everybody])
        const [{ id }] = document.syncs[0].held
        assert.match(reported(yield* run(["held", id])), /crm shows 0 memberships, and showed 4 before/)
        assert.strictEqual((yield* run(["approve", id, "--yes"])).code, 0)
        assert.deepStrictEqual(team.held(), { Globex: [], "Tag VIP": [] })
      }),
    Installed.patience
  )

  it.scopedLive(
    "a file that was UTF-8 and is not any more renames nothing until a person decides, run after run, and --quiet says so",
    () =>
      Effect.gen(function* () {
        const { run, team, write } = yield* world
        const groups = (name: string) => `id,name,kind,field:tier\n10,${name},,gold\nvip,VIP,tag,\n`
        write("data/memberships.csv", "customer,group\n1,10\n2,10\n3,vip\n")
        write("data/groups.csv", groups("Plzeň"))
        assert.strictEqual((yield* run(["sync", "--yes"])).code, 0)
        const everybody = { Plzeň: ["ann@x.example", "bob@x.example"], "Tag VIP": ["cy@x.example"] }
        assert.deepStrictEqual(team.held(), everybody)

        // Windows-1250 writes the last letter as a byte that Windows-1252 reads as another letter.
        const legacy = Buffer.from(groups("Plze\u00f2"), "latin1")
        write("data/groups.csv", legacy)
        const quiet = yield* run(["sync", "--quiet", "--yes"])
        assert.strictEqual(quiet.code, 3, reported(quiet))
        assert.match(reported(quiet), /NEW: H-1 holds: 1 group would be changed: texts of the source cannot be read as they are meant/)
        for (const again of [1, 2]) {
          const held = yield* run(["sync", "--yes"])
          assert.deepStrictEqual([again, held.code, team.held()], [again, 3, everybody], reported(held))
          assert.match(
            reported(held),
            /crm: the groups are not UTF-8, so they are read as Windows-1252, which is a guess; when a person last saw them they were UTF-8/
          )
        }
        assert.strictEqual((yield* run(["sync", "--yes", "--approve", "encoding=5"])).code, 64)

        write("data/groups.csv", groups("Plzeň"))
        assert.strictEqual((yield* run(["sync", "--yes"])).code, 0)
        assert.deepStrictEqual(team.held(), everybody)

        write("data/groups.csv", legacy)
        const [, id = ""] = /(H-\d+)/.exec(reported(yield* run(["sync", "--yes"]))) ?? []
        assert.strictEqual((yield* run(["approve", id, "--yes"])).code, 0)
        assert.deepStrictEqual(Object.keys(team.held()), ["Plzeò", "Tag VIP"])
        assert.strictEqual((yield* run(["sync", "--yes"])).code, 0)
        write("data/groups.csv", Buffer.from(groups("Plze\u00f3"), "latin1"))
        assert.strictEqual((yield* run(["sync", "--yes"])).code, 0)
        assert.deepStrictEqual(Object.keys(team.held()), ["Plzeó", "Tag VIP"])
      }),
    120_000
  )
})
