/** What a program gets that imports the package: types that a compiler takes, plans and syncs, and the suite for a connector of its own. */
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { build } from "esbuild"
import { execFile } from "node:child_process"
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"

const root = fileURLToPath(new URL("../..", import.meta.url))
const folder = mkdtempSync(join(tmpdir(), "groupbridge-library-"))
const installed = join(folder, "node_modules", "groupbridge")

/** Not waited for in one piece: a worker that is silent for a minute counts as lost. */
const run = (...args: ReadonlyArray<string>) =>
  new Promise<{ readonly status: number | string; readonly stdout: string; readonly stderr: string }>((resolve) => {
    execFile(process.execPath, args, { cwd: folder, env: { PATH: process.env["PATH"] }, maxBuffer: 2 ** 26 }, (error, stdout, stderr) =>
      resolve({ status: error === null ? 0 : (error.code ?? "killed"), stdout, stderr })
    )
  })

beforeAll(async () => {
  assert(existsSync(join(root, "dist", "types")), "the types are not built: run npm run build:types")
  cpSync(join(root, "test", "package", "outside"), folder, { recursive: true })
  const packed = (await promisify(execFile)("npm", ["pack", "--silent", "--ignore-scripts", "--pack-destination", folder], { cwd: root })).stdout.trim()
  mkdirSync(installed, { recursive: true })
  await promisify(execFile)("tar", ["--extract", "--file", join(folder, packed), "--directory", installed, "--strip-components", "1"])
  // What the package's peers and its driver are to a program that installed them.
  for (const name of ["better-sqlite3", "effect", "@effect/platform", "vitest", "typescript", "@types/node"]) {
    const place = join(folder, "node_modules", name)
    mkdirSync(dirname(place), { recursive: true })
    symlinkSync(join(root, "node_modules", name), place)
  }
  for (const [name, text] of Object.entries({
    "customers.csv": "id,email,name\n1,ann@x.example,Ann\n",
    "groups.csv": "id,name\nvip,VIP\n",
    "memberships.csv": "customer,group\n1,vip\n"
  }))
    writeFileSync(join(folder, name), text)
}, 120_000)

afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe("the library", () => {
  it("has types for each entry point, which a strict compiler takes whole", async () => {
    const { status, stdout } = await run("node_modules/typescript/bin/tsc", "--project", ".")
    assert.deepStrictEqual([status, stdout], [0, ""])
  }, 300_000)

  it("refuses what its types refuse", async () => {
    const wrong = 'import { plan } from "groupbridge"\nplan({ config: { connections: {}, syncs: { a: { from: "x", to: 7, rules: [] } } } })\n'
    writeFileSync(join(folder, "wrong.ts"), wrong)
    const { status, stdout } = await run("node_modules/typescript/bin/tsc", "--project", ".")
    rmSync(join(folder, "wrong.ts"))
    assert.notStrictEqual(status, 0)
    assert.match(stdout, /^wrong\.ts\(2,\d+\): error TS2322: Type 'number' is not assignable to type 'string'/m)
  }, 300_000)

  it("mentions no package in its types but its peers", () => {
    const types = join(installed, "dist", "types")
    const files = readdirSync(types, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".d.ts"))
    const mentioned = files.flatMap((file) =>
      [...readFileSync(join(types, file), "utf8").matchAll(/(?:from |import\()"([^."][^"]*)"/g)].map(([, name]) => name)
    )
    assert.sameMembers([...new Set(mentioned.map((name) => name?.replace(/^(@[^/]+\/[^/]+|[^/]+)\/.*$/, "$1")))], ["effect", "@effect/platform"])
  })

  it("plans and syncs from a program, says how far it is, and keeps its own state", async () => {
    await build({ entryPoints: [join(folder, "program.ts")], outfile: join(folder, "program.mjs"), bundle: true, packages: "external", format: "esm" })
    const { status, stderr, stdout } = await run("program.mjs")
    assert.deepStrictEqual([status, stderr], [0, ""])
    assert.deepStrictEqual(JSON.parse(stdout), {
      untouched: 0,
      secret: false,
      planned: [{ status: "changes", add: 2 }],
      tags: ["Progress", "Step", "Result"],
      done: [{ status: "done", add: 2 }],
      again: ["none"],
      held: [
        ["VIP", 1],
        ["beta", 1]
      ],
      refused: ["GroupbridgeError", "config", 'config:28:13  no connection is called "nowhere"; allowed: people, acme, cstar']
    })
    assert.isTrue(existsSync(join(folder, "state", "state.db")))
    assert.deepStrictEqual(
      readdirSync(join(folder, "state")).filter((name) => name.startsWith("spool")),
      []
    )
  }, 120_000)

  it("runs the conformance suite for a connector of another package", async () => {
    const { status, stdout } = await run("node_modules/vitest/vitest.mjs", "run", "--root", ".", "--reporter", "json", "--outputFile", "report.json")
    assert.strictEqual(status, 0, stdout.slice(-4000))
    const { numFailedTests, numPassedTests } = JSON.parse(readFileSync(join(folder, "report.json"), "utf8")) as Record<string, number>
    assert.deepStrictEqual([numFailedTests, (numPassedTests ?? 0) > 40], [0, true])
  }, 300_000)
})
