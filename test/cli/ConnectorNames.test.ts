/** Only the connectors that a config names are loaded; which those are is found however the name is written. */
import { assert, describe, it } from "@effect/vitest"
import { spawnSync } from "node:child_process"
import { mkdtempSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"

const program = fileURLToPath(new URL("../../dist/main.js", import.meta.url))

const status = (source: string, env: Readonly<Record<string, string>> = {}) => {
  const dir = mkdtempSync(join(tmpdir(), "groupbridge-"))
  writeFileSync(
    join(dir, "groupbridge.yaml"),
    `connections:
  desk: { connector: ${source}, subdomain: acme, email: a@x.io, apiToken: token }
  cstar: { connector: cstar, teamId: team_1, apiKey: key }
syncs:
  customers: { from: desk, to: cstar, rules: [{ kind: organization }] }
`
  )
  const ended = spawnSync(process.execPath, [program, "status"], { cwd: dir, env: { ...process.env, ...env }, encoding: "utf8" })
  return { code: ended.status, words: ended.stdout + ended.stderr }
}

describe("a connector is found", () => {
  it.each([
    ["by its name", "zendesk", {}],
    ["by the value of a variable", '"${KIND}"', { KIND: "zendesk" }],
    ["by a name with an escape of YAML", String.raw`"\x7aendesk"`, {}]
  ] as const)("%s", (_, source, env) => assert.deepStrictEqual(status(source, env), { code: 0, words: "customers  never ran\n" }), 60_000)

  it("and one that is not there is answered with those that are, whether the config names them or not", () => {
    const { words } = status('"${KIND}"', { KIND: "zendes" })
    assert.match(words, /there is no connector the value of \$\{KIND\}; allowed: bizkithub, cstar, csv, fre/)
  }, 60_000)
})
