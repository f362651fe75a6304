/**
 * `npm run test:mutants`: plants each defect in a copy of the engine and plays the histories of Model.test.ts on it, or runs the test that it names. Exits with 1 if one goes unnoticed.
 * `-- --only WORDS` takes the defects of that name, `--histories 200` plays so many other histories instead.
 */
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { spawnSync } from "node:child_process"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { parseArgs } from "node:util"
import { fileURLToPath } from "node:url"
import { type Mutant, mutants } from "./Defects.ts"

const root = fileURLToPath(new URL("../../", import.meta.url))
const { values } = parseArgs({ options: { only: { type: "string", default: "" }, histories: { type: "string" } } })
const histories = values.histories === undefined ? ["--share"] : ["--histories", values.histories]
const print = (line: string) => void process.stdout.write(`${line}\n`)

/** Fails where the engine's text has moved on and the defect would not be planted, or not only there. */
const planted = ({ file, instead, name, text }: Mutant): string => {
  const source = readFileSync(join(root, file), "utf8")
  const found = source.split(text).length - 1
  if (found !== 1) throw new Error(`"${name}": its text stands ${found} times in ${file}, and must stand there once: ${text}`)
  return source.replace(text, () => instead)
}

/** The first test of the file that fails. Null: none does. */
const failing = (copy: string, test: string): string | null => {
  cpSync(join(root, "vitest.config.ts"), join(copy, "vitest.config.ts"))
  const run = spawnSync(process.execPath, ["node_modules/vitest/vitest.mjs", "run", test, "--reporter", "json"], {
    cwd: copy,
    encoding: "utf8",
    timeout: 600_000
  })
  const report = JSON.parse(run.stdout.slice(run.stdout.indexOf("{"))) as {
    readonly testResults: ReadonlyArray<{ readonly assertionResults: ReadonlyArray<{ readonly status: string; readonly fullName: string }> }>
  }
  const results = report.testResults.flatMap(({ assertionResults }) => assertionResults)
  if (results.length === 0) throw new Error(`${test} does not run:\n${run.stderr}`)
  return results.find(({ status }) => status === "failed")?.fullName ?? null
}

/** What noticed the defect: the first finding with its seed. Null: nothing did. */
const noticed = (mutant: Mutant): string | null => {
  const text = planted(mutant)
  const copy = mkdtempSync(join(tmpdir(), "groupbridge-mutant-"))
  try {
    for (const part of ["src", "state", "connectors", "test", "package.json", "tsconfig.json"]) cpSync(join(root, part), join(copy, part), { recursive: true })
    symlinkSync(join(root, "node_modules"), join(copy, "node_modules"))
    writeFileSync(join(copy, mutant.file), text)
    if (mutant.test !== undefined) return failing(copy, mutant.test)
    const run = spawnSync(process.execPath, ["--import", "tsx", "test/model/model.ts", "--brief", ...histories], {
      cwd: copy,
      encoding: "utf8",
      timeout: 1_800_000
    })
    const finding = run.status === 1 ? run.stdout.split("\n")[0] : undefined
    if (finding === undefined && run.status !== 0) throw new Error(`"${mutant.name}" does not run:\n${run.stdout}\n${run.stderr}`)
    // A defect must show in what it does to people; an engine that falls over proves nothing of the model.
    if (finding?.includes(": broke down: ") === true) throw new Error(`"${mutant.name}" falls over: ${finding}`)
    return finding ?? null
  } finally {
    rmSync(copy, { recursive: true, force: true })
  }
}

const chosen = mutants.filter(({ name }) => name.includes(values.only))
for (const mutant of chosen) planted(mutant)
let survivors = 0
for (const mutant of chosen) {
  const finding = noticed(mutant)
  if (finding === null) survivors += 1
  print(`${finding === null ? "SURVIVES" : "caught  "}  ${mutant.name.padEnd(56)} ${finding ?? ""}`)
}
print(`${chosen.length - survivors} of ${chosen.length} defects noticed`)
if (survivors > 0) process.exitCode = 1
