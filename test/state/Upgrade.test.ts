/**
 * A state file of version 0.1.0, kept as that version wrote it: 30 customers in Globex, 15 with the tag vip, then one left, one joined another
 * organization, one lost the tag; eleven more lost it in a third run, which held their removals. Later versions must open it and keep what it says.
 */
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { spawnSync } from "node:child_process"
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { gunzipSync } from "node:zlib"
import * as Installed from "../kit/Installed.ts"

const fixture = fileURLToPath(new URL("fixtures/state-0.1.0.db.gz", import.meta.url))
const folder = mkdtempSync(join(tmpdir(), "groupbridge-upgrade-"))
const state = join(folder, ".groupbridge")

/** Nobody listens at these addresses: the commands below only look. */
const config = `connections:
  zendesk: { connector: zendesk, baseUrl: "http://127.0.0.1:9", email: petra@sandbox.example, apiToken: none }
  cstar: { connector: cstar, baseUrl: "http://127.0.0.1:9", teamId: team_1, apiKey: sk_test_1 }
syncs:
  customers:
    from: zendesk
    to: cstar
    rules:
      - kind: organization
      - kind: tag
        include: ["vip", "plan_*"]
        name: "Plan {name}"
`

const groupbridge = (...args: ReadonlyArray<string>) => {
  const { status, stderr, stdout } = spawnSync(process.execPath, [Installed.program, ...args], { cwd: folder, encoding: "utf8" })
  return { status, stderr, stdout }
}

beforeAll(() => {
  mkdirSync(state, { mode: 0o700 })
  writeFileSync(join(state, "state.db"), gunzipSync(readFileSync(fixture)), { mode: 0o600 })
  writeFileSync(join(folder, "groupbridge.yaml"), config)
})

afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe("a state file of version 0.1.0", () => {
  it("is brought forward after a copy, once", () => {
    const { status, stderr } = groupbridge("status")
    assert.strictEqual(status, 0, stderr)
    const copies = () => readdirSync(state).filter((name) => name.includes(".before-schema-"))
    assert.strictEqual(copies().length, 1)
    assert.strictEqual(groupbridge("state", "check").status, 0)
    assert.strictEqual(copies().length, 1)
  })

  it("keeps what is ours: every membership with its origin", () => {
    const { status, stdout } = groupbridge("state", "export")
    const rows = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as { readonly kind: string; readonly origin?: string })
    const origins = rows.filter(({ kind }) => kind === "membership").map(({ origin }) => origin)
    assert.deepStrictEqual([status, origins.length, new Set(origins)], [0, 44, new Set(["applied"])])
  })

  it("keeps what waits for a person, and says why", () => {
    const { status, stdout } = groupbridge("held", "H-1", "--json")
    const { held } = JSON.parse(stdout) as { readonly held: ReadonlyArray<{ readonly id: string; readonly guard: string; readonly leave: number }> }
    assert.strictEqual(status, 0)
    assert.deepStrictEqual(
      held.map(({ guard, id, leave }) => [id, guard, leave]),
      [["H-1", "groupRemovalPercent", 11]]
    )
    const text = groupbridge("held", "H-1")
    assert.include(text.stdout, "tag removed")
  })

  it.each([
    ["status", ["status"], "H-1"],
    ["runs", ["runs"], "r-3"],
    ["one run", ["runs", "r-1", "--csv"], "assignment.add"],
    ["explain", ["explain", "c5@x.io", "Plan vip"], "Plan vip"],
    ["unmatched", ["unmatched", "customers"], ""]
  ])("is read by %s", (_, args, words) => {
    const { status, stderr, stdout } = groupbridge(...args)
    assert.strictEqual(status, 0, stderr)
    assert.include(stdout, words)
  })
})
