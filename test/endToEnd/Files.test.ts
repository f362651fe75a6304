/** CSV files as a source of the built command: relative to the config file, and never half read. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, unlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Installed from "../support/Installed.ts"

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
const told = ({ stdout, stderr }: Installed.Finished) => `${stdout} ${stderr}`.replaceAll(/\s+/g, " ")

describe("files", () => {
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
        assert.match(told(cut), /memberships\.csv: line 3, column 3: the quote that opens here is never closed; the file may be cut off/)
        unlinkSync(join(dir, "data/memberships.csv"))
        const missing = yield* run(["sync", "--yes"])
        assert.strictEqual(missing.code, 1)
        assert.match(told(missing), /no such file; looked at .*data\/memberships\.csv/)
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
})
