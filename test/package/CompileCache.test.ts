/** What the built command keeps for its next start: compiled code in a folder of the user's own, and nothing where it cannot be written. */
import { assert, describe, it } from "@effect/vitest"
import { spawnSync } from "node:child_process"
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, utimesSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { program } from "../kit/Installed.ts"

const inFolder = (work: (cache: string) => void): void => {
  const dir = mkdtempSync(join(tmpdir(), "groupbridge-"))
  try {
    work(dir)
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}

/** Standard error and the exit code of a start, and the files that are kept after it, each with a number that changes when it is written. */
const start = (cache: string, args: ReadonlyArray<string> = ["connectors"], env: Readonly<Record<string, string>> = {}) => {
  const { status, stderr } = spawnSync(process.execPath, [program, ...args], {
    env: { PATH: process.env["PATH"], XDG_CACHE_HOME: cache, ...env },
    encoding: "utf8"
  })
  const dir = join(cache, "groupbridge")
  const files = existsSync(dir) ? readdirSync(dir).map((name) => join(dir, name)) : []
  return { ended: [status, stderr], files: files.map((file) => ({ file, written: statSync(file).ino })) }
}

const one = ({ files }: ReturnType<typeof start>) => {
  assert.lengthOf(files, 1)
  return files[0] ?? assert.fail()
}

describe("the compile cache", () => {
  it("is written by the first start of a command and used by those after it", () =>
    inFolder((cache) => {
      const first = start(cache)
      assert.deepStrictEqual(first.ended, [0, ""])
      assert.strictEqual(statSync(one(first).file).mode & 0o777, 0o600)
      assert.deepStrictEqual(start(cache), first)
      assert.lengthOf(start(cache, ["completion", "bash"]).files, 2)
    }))

  // V8 ends the process on code that is not whole.
  const damages: ReadonlyArray<readonly [string, (file: string) => void]> = [
    ["cut short", (file) => truncateSync(file, 100_000)],
    ["empty", (file) => truncateSync(file, 0)],
    ["full of zeros behind its beginning", (file) => writeFileSync(file, readFileSync(file).fill(0, 4096))],
    ["of one other bit", (file) => writeFileSync(file, readFileSync(file).fill((readFileSync(file)[300_000] ?? 0) ^ 4, 300_000, 300_001))],
    ["one that others may write", (file) => chmodSync(file, 0o666)]
  ]
  for (const [name, damage] of damages)
    it(`is written anew where it is ${name}`, () =>
      inFolder((cache) => {
        const { file, written } = one(start(cache))
        damage(file)
        const after = start(cache)
        assert.deepStrictEqual(after.ended, [0, ""])
        assert.notStrictEqual(one(after).written, written)
        assert.deepStrictEqual(start(cache), after)
      }))

  it("of a program that is gone is removed after a month", () =>
    inFolder((cache) => {
      const { file } = one(start(cache))
      const [month, old] = [Date.now() / 1000 - 31 * 86_400, `${file}-old`]
      writeFileSync(old, "")
      utimesSync(old, month, month)
      assert.notInclude(
        start(cache, ["completion", "bash"]).files.map((kept) => kept.file),
        old
      )
    }))

  it("is not kept where Node is told so, for wrong usage, or where its folder cannot be made", () =>
    inFolder((cache) => {
      assert.deepStrictEqual(start(cache, ["connectors"], { NODE_DISABLE_COMPILE_CACHE: "1" }), { ended: [0, ""], files: [] })
      assert.deepStrictEqual(start(cache, ["conectors"]).files, [])
      writeFileSync(join(cache, "file"), "")
      assert.deepStrictEqual(start(join(cache, "file")), { ended: [0, ""], files: [] })
    }))
})
