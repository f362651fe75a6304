import { assert, describe, it } from "@effect/vitest"
import { spawn } from "node:child_process"
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as FirstSync from "../../packaging/FirstSync.ts"

const run = (args: ReadonlyArray<string>, env: Readonly<Record<string, string>>) =>
  new Promise<{ readonly code: number | null; readonly out: string }>((resolve) => {
    const child = spawn(process.execPath, ["--import", "tsx", "src/program.ts", ...args], { env: { ...process.env, ...env } })
    let out = ""
    child.stdout.on("data", (chunk) => (out += String(chunk)))
    child.once("close", (code) => resolve({ code, out }))
  })

/** What must be told, in this order. */
const story = [
  "$ groupbridge plan customers",
  "104 join, 11 new groups",
  "Nothing was written.",
  "$ groupbridge sync customers",
  "104 joined, 11 new groups",
  "all is as it should be, nothing written",
  "Jan leaves Globex",
  "3 leave, 4 join, 1 new group, 1 rename",
  "3 left, 4 joined, 1 new group",
  "takes the tag plan_gold from 15 of its 18 customers",
  'HELD H-1    15 of 17 would leave "Plan Gold"',
  "$ groupbridge held H-1",
  '$ groupbridge explain jan@globex.example "Plan Gold"',
  "tag plan_gold",
  "$ groupbridge approve H-1",
  "15 left; 16 calls",
  "$ groupbridge undo r-5",
  "15 joined; 2 calls",
  "$ groupbridge runs",
  "r-5",
  "$ groupbridge status",
  "  groupbridge init     asks for them, and writes groupbridge.yaml"
]

describe("the demo", () => {
  it("tells its story to the end and leaves nothing behind", { timeout: 60_000 }, async () => {
    const temporary = mkdtempSync(join(tmpdir(), "demo-test-"))
    const { code, out } = await run(["demo"], { TMPDIR: temporary, TZ: "UTC" })
    const left = readdirSync(temporary).filter((name) => name.startsWith("groupbridge"))
    rmSync(temporary, { recursive: true, force: true })
    let from = 0
    for (const line of story) {
      const at = out.indexOf(line, from)
      assert.isAtLeast(at, 0, `${line} is missing, or not in its place, in:\n${out}`)
      from = at + line.length
    }
    assert.strictEqual(code, 0)
    assert.deepStrictEqual(left, [])
    // Where lines are broken depends on the names of the machine.
    const words = (text: string) => text.split(/\s+/)
    assert.deepStrictEqual(words(readFileSync("docs/first-sync.md", "utf8")), words(FirstSync.document(out)), "npm run docs:walk writes it anew")
  })
})
