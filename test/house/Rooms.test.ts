import { assert, describe, it } from "@effect/vitest"
import { execFileSync } from "node:child_process"
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join, resolve } from "node:path"
import { fileURLToPath } from "node:url"

const root = fileURLToPath(new URL("../..", import.meta.url))

const { rooms, stateRooms } = (await import(join(root, "oxlint.config.mjs"))) as {
  readonly rooms: ReadonlyArray<string>
  readonly stateRooms: ReadonlyArray<string>
}

const foldersOf = (place: string) =>
  readdirSync(join(root, place), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)

const filesOf = (place: string): ReadonlyArray<string> =>
  readdirSync(join(root, place), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".ts"))
    .map((entry) => join(entry.parentPath, entry.name))

/** Lints files of a small tree with the project's own rules and returns what the linter printed. */
const lint = (files: Readonly<Record<string, string>>): string => {
  const folder = mkdtempSync(join(tmpdir(), "groupbridge-lint-"))
  try {
    for (const [name, text] of Object.entries({ ...files, "oxlint.config.mjs": readFileSync(join(root, "oxlint.config.mjs"), "utf8") })) {
      mkdirSync(dirname(join(folder, name)), { recursive: true })
      writeFileSync(join(folder, name), text)
    }
    return execFileSync(resolve(root, "node_modules/.bin/oxlint"), ["--config", "oxlint.config.mjs", "--format", "unix", ...Object.keys(files)], {
      cwd: folder,
      encoding: "utf8"
    })
  } catch (error) {
    return String((error as { readonly stdout?: unknown }).stdout)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

const empty = "export const value = 1\n"

describe("the rooms", () => {
  it("are every folder of src and of state, each in its place of the order", () => {
    assert.deepStrictEqual(
      foldersOf("src").filter((name) => !rooms.includes(name)),
      []
    )
    assert.deepStrictEqual(foldersOf("state").sort(), stateRooms.toSorted())
  })

  it.each([
    ["a later room of src", "src/model/A.ts", "../report/B.ts", "src/report/B.ts"],
    ["a later room of state", "state/database/A.ts", "../query/B.ts", "state/query/B.ts"],
    ["state from src", "src/run/A.ts", "../../state/database/B.ts", "state/database/B.ts"],
    ["what people read from state", "state/plan/A.ts", "../../src/report/B.ts", "src/report/B.ts"],
    ["another connector", "connectors/csv/A.ts", "../cstar/B.ts", "connectors/cstar/B.ts"],
    ["a room after http from a connector", "connectors/csv/A.ts", "../../src/config/B.ts", "src/config/B.ts"],
    ["tests from a connector", "connectors/csv/A.ts", "../../test/kit/B.ts", "test/kit/B.ts"]
  ])("refuse to import %s", (_, from, specifier, to) => {
    const importing = `import { value } from "${specifier}"\nexport const other = value\n`
    assert.include(lint({ [from]: importing, [to]: empty }), "no-restricted-imports")
  })

  it("refuse a cycle of types", () => {
    const one = 'import type { B } from "./B.ts"\nexport interface A {\n  readonly b: B | null\n}\n'
    const other = 'import type { A } from "./A.ts"\nexport interface B {\n  readonly a: A | null\n}\n'
    assert.include(lint({ "src/model/A.ts": one, "src/model/B.ts": other }), "no-cycle")
  })

  it("accept an import of an earlier room", () => {
    assert.notInclude(
      lint({ "src/report/A.ts": 'import { value } from "../model/B.ts"\nexport const other = value\n', "src/model/B.ts": empty }),
      "no-restricted-imports"
    )
  })

  it("hold no file of over 300 lines", () => {
    const isLong = (file: string) => readFileSync(file, "utf8").split("\n").length > 301
    const long = ["src", "state", "connectors"].flatMap(filesOf).filter((file) => !file.endsWith(".test.ts") && isLong(file))
    assert.deepStrictEqual(long, [])
  })
})
