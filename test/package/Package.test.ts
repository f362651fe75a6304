/** What a stranger does: pack, install into an empty folder without anything for development, run. */
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { execFile, execFileSync, spawnSync } from "node:child_process"
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import * as Installed from "../kit/Installed.ts"

const root = fileURLToPath(new URL("../..", import.meta.url))
const folder = mkdtempSync(join(tmpdir(), "groupbridge-package-"))
const installed = join(folder, "node_modules")
const driver = join(installed, "better-sqlite3")

const groupbridge = (...args: ReadonlyArray<string>) => {
  const { status, stderr, stdout } = spawnSync(process.execPath, [join(installed, "groupbridge", "dist", "main.js"), ...args], {
    cwd: folder,
    encoding: "utf8"
  })
  return { status, stderr, stdout }
}

const bytes = (path: string): number =>
  readdirSync(path, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0)

beforeAll(() => {
  // The tests' build is what prepack would make: packing builds nothing anew here.
  const packed = execFileSync("npm", ["pack", "--silent", "--ignore-scripts", "--pack-destination", folder], { cwd: root, encoding: "utf8" }).trim()
  writeFileSync(join(folder, "package.json"), '{ "private": true }\n')
  // As package managers that run no install scripts leave it: the driver is there and not built.
  execFileSync("npm", ["install", "--omit=dev", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline", join(folder, packed)], {
    cwd: folder,
    stdio: "pipe"
  })
  for (const [name, text] of Object.entries({
    "customers.csv": "id,email,name\n1,ann@x.example,Ann\n",
    "groups.csv": "id,name\nvip,VIP\n",
    "memberships.csv": "customer,group\n1,vip\n",
    "groupbridge.yaml": `connections:
  people: { connector: csv, customers: customers.csv, groups: groups.csv, memberships: memberships.csv }
  cstar: { connector: cstar, teamId: team_1, apiKey: sk_test_1 }
syncs:
  customers: { from: people, to: cstar, rules: [{ kind: organization }, { kind: tag }] }
`
  }))
    writeFileSync(join(folder, name), text)
}, 300_000)

afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe("the package, installed into an empty folder", () => {
  it("brings the driver as its only dependency, and what is bundled stays pinned for development", () => {
    const { dependencies, devDependencies } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as Record<string, Record<string, string>>
    assert.deepStrictEqual(Object.keys(dependencies ?? {}), ["better-sqlite3"])
    assert.includeMembers(Object.keys(devDependencies ?? {}), ["effect", "@effect/platform", "node-cron"])
    assert.deepStrictEqual(
      Object.values({ ...dependencies, ...devDependencies }).filter((version) => !/^\d+\.\d+\.\d+$/.test(version)),
      []
    )
    assert.notInclude(readdirSync(installed), "effect")
    const library = ["library", "types"].map((part) => bytes(join(installed, "groupbridge", "dist", part))).reduce((one, other) => one + other)
    assert.isBelow(library, 3_500_000)
    assert.isBelow(bytes(join(installed, "groupbridge")) - library, 7_000_000)
  })

  it("says that the driver is not built, and how to build it, instead of blaming the state file", () => {
    const { status, stderr } = groupbridge("status")
    assert.strictEqual(status, 1)
    assert.include(stderr, "the SQLite driver better-sqlite3 is not built")
    assert.include(stderr, "npm rebuild better-sqlite3")
  })

  it("says that the driver is missing", () => {
    renameSync(driver, `${driver}-gone`)
    const { status, stderr } = groupbridge("status")
    renameSync(`${driver}-gone`, driver)
    assert.deepStrictEqual([status, stderr.split("\n").length], [1, 2])
    assert.include(stderr, "npm install better-sqlite3")
  })

  it("runs with the driver alone: help, the state of a sync, the demo to its end", () => {
    mkdirSync(join(driver, "build"), { recursive: true })
    cpSync(join(root, "node_modules", "better-sqlite3", "build", "Release"), join(driver, "build", "Release"), { recursive: true })
    assert.include(groupbridge("--help").stdout, "groupbridge")
    const state = groupbridge("status")
    assert.deepStrictEqual([state.status, state.stderr], [0, ""])
    assert.include(state.stdout, "customers")
    const demo = groupbridge("demo")
    assert.strictEqual(demo.status, 0, demo.stderr)
  }, 120_000)

  it.scopedLive(
    "syncs customers of CSV files to cStar, and changes nothing the second time",
    () =>
      Effect.gen(function* () {
        const team = yield* Installed.team
        team.edits.addCustomers([{ email: "ann@x.example", name: "Ann" }])
        const file = join(folder, "sync.yaml")
        const { apiKey, baseUrl, teamId } = team.sandbox.options(team.url) as Readonly<Record<string, string>>
        const cstar = `cstar: { connector: cstar, baseUrl: "${baseUrl}", teamId: "${teamId}", apiKey: "${apiKey}" }`
        const config = readFileSync(join(folder, "groupbridge.yaml"), "utf8").replace(/cstar: .*/, cstar)
        writeFileSync(file, `${config}state: sync/state.db\n`)
        const sync = Effect.promise(() =>
          promisify(execFile)(process.execPath, [join(installed, "groupbridge", "dist", "main.js"), "sync", "--yes", "--config", file])
        )
        yield* sync
        assert.deepStrictEqual(team.held(), { VIP: ["ann@x.example"] })
        const writes = team.writes()
        yield* sync
        assert.strictEqual(team.writes(), writes)
      }),
    120_000
  )
})
