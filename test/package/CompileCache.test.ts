/** What the built command keeps for its next start: compiled code in a folder of the user's own, where this Node can, and nothing where it cannot be written. */
import { assert, describe, it } from "@effect/vitest"
import { spawnSync } from "node:child_process"
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import * as Module from "node:module"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { program } from "../kit/Installed.ts"

const run = (cache: string) =>
  spawnSync(process.execPath, [program, "--version"], { env: { PATH: process.env["PATH"], XDG_CACHE_HOME: cache }, encoding: "utf8" })

describe("the compile cache", () => {
  it("is kept where this Node can, and a folder that cannot be made is no failure", () => {
    const dir = mkdtempSync(join(tmpdir(), "groupbridge-"))
    try {
      assert.strictEqual(run(dir).status, 0)
      assert.strictEqual(existsSync(join(dir, "groupbridge")), "enableCompileCache" in Module)
      writeFileSync(join(dir, "file"), "")
      const { status, stderr } = run(join(dir, "file"))
      assert.deepStrictEqual([status, stderr], [0, ""])
    } finally {
      rmSync(dir, { recursive: true, force: true })
    }
  })
})
