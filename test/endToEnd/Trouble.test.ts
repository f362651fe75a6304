/** Whatever is wrong around it, the built command says what, where and what to do, in one message, with the right exit code. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import type { Fault } from "../../src/sandbox/Sandbox.ts"
import * as Installed from "../kit/Installed.ts"
import * as Preload from "../kit/Preload.ts"

const syncs = `  customers:
    from: acme
    to: cstar
    rules:
      - kind: organization
`

const one = Effect.gen(function* () {
  const desk = yield* Installed.desk
  const team = yield* Installed.team
  const people = Installed.customers(60)
  Installed.known(team, people)
  desk.edits.load({
    customers: people,
    organizations: [{ id: "101", name: "Globex" }],
    memberships: people.map(({ id }) => ({ customer: id, organization: "101" }))
  })
  const installed = yield* Installed.make({ sources: { acme: desk }, targets: { cstar: team }, syncs })
  const edit = (change: (yaml: string) => string) => installed.write("groupbridge.yaml", change(readFileSync(join(installed.dir, "groupbridge.yaml"), "utf8")))
  return { ...installed, desk, edit, team }
})
type One = Effect.Effect.Success<typeof one>

interface Trouble {
  readonly what: string
  readonly code: number
  /** What standard error, or what is printed of the run, must say. */
  readonly says: RegExp
  readonly arrange?: (one: One) => void
  readonly args?: ReadonlyArray<string>
  readonly options?: (one: One) => Installed.RunOptions
}

const html: Fault = {
  _tag: "Answer",
  response: { status: 200, headers: { "content-type": "text/html" }, body: "<!DOCTYPE html><html><body>Log in</body></html>" }
}
const stuck = (fault: Fault) => Array.from({ length: 50 }, () => fault)

const vendors: ReadonlyArray<Trouble> = [
  {
    what: "a wrong key at the target",
    code: 1,
    says: /cstar: .*refused|cstar: .*authentication/i,
    options: () => ({ env: { CSTAR_APIKEY: "sk_live_0000000000000000dead" } })
  },
  {
    what: "a wrong key at the source",
    code: 1,
    says: /acme: .*(refused|anonymous|revoked)/i,
    options: () => ({ env: { ACME_APITOKEN: "revoked-0000000000" } })
  },
  { what: "a host that nobody listens at", code: 75, says: /acme: connection refused/, options: () => ({ env: { ACME_BASEURL: "http://127.0.0.1:9" } }) },
  { what: "TLS asked of a plain port", code: 75, says: /acme: .*TLS/, options: ({ desk }) => ({ env: { ACME_BASEURL: desk.url.replace("http:", "https:") } }) },
  {
    what: "a key that no header can carry",
    code: 64,
    says: /cstar: .*U\+2013, which no HTTP/,
    options: () => ({ env: { CSTAR_APIKEY: "sk_live_0000\u20130000dead" } })
  },
  { what: "a proxy of a kind that is not spoken", code: 64, says: /HTTPS_PROXY is not the URL/, options: () => ({ env: { HTTPS_PROXY: "socks5://proxy:1" } }) },
  { what: "HTML instead of the source's answer", code: 1, says: /acme: .*(HTML|JSON)/, arrange: ({ desk }) => desk.inject(stuck(html)) },
  { what: "HTML instead of the target's answer", code: 1, says: /cstar: .*(HTML|JSON)/, arrange: ({ team }) => team.inject(stuck(html)) }
]

const files: ReadonlyArray<Trouble> = [
  {
    what: "a state path that is a folder",
    code: 1,
    says: /folder|directory/i,
    arrange: ({ dir, edit }) => {
      mkdirSync(join(dir, "data"))
      edit((yaml) => `${yaml}state: data\n`)
    }
  },
  {
    what: "a state path below a file",
    code: 1,
    says: /data/,
    arrange: ({ dir, edit }) => {
      writeFileSync(join(dir, "data"), "")
      edit((yaml) => `${yaml}state: data/state.db\n`)
    }
  },
  {
    what: "a state file that is something else",
    code: 1,
    says: /data/,
    arrange: ({ dir, edit }) => {
      writeFileSync(join(dir, "data"), "No SQLite here. ".repeat(200))
      edit((yaml) => `${yaml}state: data\n`)
    }
  },
  { what: "a full disk", code: 1, says: /full|space/i, options: () => ({ env: Preload.fullDisk(60) }) },
  { what: "broken YAML", code: 64, says: /groupbridge\.yaml:\d+/, arrange: ({ write }) => write("groupbridge.yaml", "connections:\n  acme: [\n") },
  { what: "a key that does not exist", code: 64, says: /ruels.*rules|rules.*ruels/s, arrange: ({ edit }) => edit((yaml) => yaml.replace("rules:", "ruels:")) },
  { what: "an unknown command", code: 64, says: /snyc/, args: ["snyc"] },
  { what: "an unknown option", code: 64, says: /--forse/, args: ["sync", "--forse"] },
  { what: "an unknown sync", code: 64, says: /custmers.*customers/s, args: ["sync", "custmers"] },
  { what: "a missing variable", code: 64, says: /CSTAR_APIKEY/, options: () => ({ env: { CSTAR_APIKEY: undefined } }) },
  { what: "no config file", code: 64, says: /nowhere\.yaml/, args: ["--config", "nowhere.yaml", "sync"] },
  { what: "a plan file that is none", code: 64, says: /groupbridge\.yaml/, args: ["apply", "groupbridge.yaml", "--yes"] }
]

const troubles = (list: ReadonlyArray<Trouble>) => {
  for (const { args = ["sync", "--yes"], arrange, code, options, says, what } of list) {
    it.scopedLive(
      `${what}: exit ${code}`,
      () =>
        Effect.gen(function* () {
          const installed = yield* one
          arrange?.(installed)
          const finished = yield* installed.run(args, options?.(installed))
          const shown = `exit ${finished.code}\n${finished.stdout}\n${finished.stderr}`
          assert.strictEqual(finished.code, code, shown)
          assert.match(finished.stderr + finished.stdout, says, shown)
          assert.notMatch(finished.stderr, /internal error/, shown)
          assert.strictEqual(installed.team.writes(), 0, shown)
        }),
      Installed.patience
    )
  }
}

describe.concurrent("trouble with a vendor", () => {
  troubles(vendors)
})
describe.concurrent("trouble with files and words", () => {
  troubles(files)
})

describe.concurrent("trouble that ends", () => {
  it.scopedLive(
    "a disk that has room again: the same command goes on, and nothing is done twice",
    () =>
      Effect.gen(function* () {
        const { run, team } = yield* one
        for (const pages of [45, 60, 80, 110]) {
          const { code, stderr, stdout } = yield* run(["sync", "--yes"], { env: Preload.fullDisk(pages) })
          assert.include([0, 1], code, stdout + stderr)
        }
        const { code, stderr, stdout } = yield* run(["sync", "--yes"])
        assert.strictEqual(code, 0, stdout + stderr)
        assert.deepStrictEqual([team.edits.groups().length, team.held()["Globex"]?.length], [1, 60])
      }),
    Installed.patience
  )

  it.scopedLive(
    "lost answers, server failures and 429 on the way: the end is as without them",
    () =>
      Effect.gen(function* () {
        const { desk, run, team } = yield* one
        const answer = (status: number, headers = {}): Fault => ({ _tag: "Answer", response: { status, headers, body: "{}" } })
        desk.inject([answer(503), { _tag: "Reset", when: "after" }, { _tag: "Cut" }, answer(429, { "retry-after": "1" })])
        team.inject([answer(429, { "retry-after": "1" }), { _tag: "Reset", when: "after" }], ({ method }) => method === "POST")
        let last = yield* run(["sync", "--yes"])
        assert.include([0, 4, 75], last.code, last.stdout + last.stderr)
        last = yield* run(["sync", "--yes"])
        assert.strictEqual(last.code, 0, last.stdout + last.stderr)
        assert.deepStrictEqual([team.edits.groups().length, team.held()["Globex"]?.length], [1, 60])
      }),
    Installed.patience
  )
})
