/**
 * What version 0.1.0 wrote, kept: a saved plan, the export and the `--json` documents of the kept state and of a small account. Later versions
 * read the first, and write the others with every field that was there, under its name and of its kind.
 */
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import Sqlite from "better-sqlite3"
import * as Effect from "effect/Effect"
import { spawnSync } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { gunzipSync } from "node:zlib"
import * as Installed from "../kit/Installed.ts"

const fixture = (name: string) => fileURLToPath(new URL(`fixtures/${name}`, import.meta.url))
const folder = mkdtempSync(join(tmpdir(), "groupbridge-formats-"))
const state = join(folder, "state.db")

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
state: state.db
`

const groupbridge = (...args: ReadonlyArray<string>) => {
  const { status, stderr, stdout } = spawnSync(process.execPath, [Installed.program, ...args], { cwd: folder, encoding: "utf8" })
  return { status, stderr, stdout }
}

const outputs = JSON.parse(readFileSync(fixture("outputs-0.1.0.json"), "utf8")) as Readonly<Record<string, unknown>>

/** Every field as its path and its kind, rows of a list taken together. What was null or empty says nothing of its kind. */
const fields = (value: unknown, path = ""): ReadonlyArray<string> => {
  if (Array.isArray(value)) return value.flatMap((one) => fields(one, `${path}[]`))
  if (typeof value === "object" && value !== null)
    return Object.entries(value).flatMap(([name, one]) => [`${path}.${name}`].concat(fields(one, `${path}.${name}`)))
  return value === null ? [] : [`${path}: ${typeof value}`]
}

const missing = (before: unknown, now: unknown): ReadonlyArray<string> => {
  const there = new Set(fields(now))
  return [...new Set(fields(before))].filter((field) => !there.has(field))
}

beforeAll(() => {
  writeFileSync(state, gunzipSync(readFileSync(fixture("state-0.1.0.db.gz"))), { mode: 0o600 })
  writeFileSync(join(folder, "groupbridge.yaml"), config)
})

afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe("what version 0.1.0 wrote", () => {
  it.each(["status", "runs", "held", "runs r-1", "unmatched"])("has the same fields in %s --json", (command) => {
    const { status, stdout, stderr } = groupbridge(...command.split(" "), "--json")
    assert.strictEqual(status, 0, stderr)
    assert.deepStrictEqual(missing(outputs[command], JSON.parse(stdout)), [])
  })

  it("has the same kinds of rows in the export, each with the same fields", () => {
    const { status, stdout, stderr } = groupbridge("state", "export")
    assert.strictEqual(status, 0, stderr)
    const rows = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as { readonly kind: string })
    for (const before of outputs["state export"] as ReadonlyArray<{ readonly kind: string }>)
      assert.deepStrictEqual(
        missing(
          [before],
          rows.filter(({ kind }) => kind === before.kind)
        ),
        [],
        before.kind
      )
  })

  it.scopedLive(
    "has the same fields in plan --json and sync --json, and is a plan that is read and refused as another account's",
    () =>
      Effect.gen(function* () {
        const [desk, team] = [yield* Installed.desk, yield* Installed.team]
        const people = Installed.customers(6, 1, "vip")
        Installed.known(team, people)
        desk.edits.load({ customers: people, organizations: [{ id: "9001", name: "Globex" }], memberships: [{ customer: "1", organization: "9001" }] })
        const rules = `  customers: { from: zendesk, to: cstar, rules: [{ kind: organization }, { kind: tag, include: ["vip"] }] }\n`
        const { json, run } = yield* Installed.make({ sources: { zendesk: desk }, targets: { cstar: team }, syncs: rules })
        assert.deepStrictEqual(missing(outputs["plan"], (yield* json(["plan"])).document), [])
        const applied = yield* run(["apply", fixture("plan-0.1.0.jsonl"), "--yes"])
        assert.deepStrictEqual([applied.code, team.writes()], [5, 0], applied.stderr)
        assert.deepStrictEqual(missing(outputs["sync"], (yield* json(["sync"])).document), [])
      }),
    60_000
  )
})

describe("what a newer version wrote", () => {
  it("is refused as a plan, in words", () => {
    const file = join(folder, "plan.jsonl")
    writeFileSync(file, readFileSync(fixture("plan-0.1.0.jsonl"), "utf8").replace('"plan/1"', '"plan/2"'))
    const { status, stderr } = groupbridge("apply", file, "--yes")
    assert.strictEqual(status, 64)
    assert.match(stderr, /plan\.jsonl:1 .*Make a plan with groupbridge plan --save FILE/)
  })

  it("is refused as a state, and left as it is", () => {
    const newer = new Sqlite(state)
    newer.pragma("user_version = 99")
    newer.pragma("wal_checkpoint(TRUNCATE)")
    newer.close()
    const before = readFileSync(state)
    for (const command of [["status"], ["sync", "--yes"], ["state", "export"]]) {
      const { status, stderr } = groupbridge(...command)
      assert.strictEqual(status, 1, stderr)
      assert.match(stderr, /written by a newer Groupbridge \(schema 99/)
    }
    assert.isTrue(readFileSync(state).equals(before))
  })
})
