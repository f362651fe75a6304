/** `state rebuild`: a state file that is lost without a copy, made anew from the marks at the target. */
import { assert, describe, it } from "@effect/vitest"
import Sqlite from "better-sqlite3"
import * as Effect from "effect/Effect"
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import * as Installed from "../kit/Installed.ts"

const syncs = `  customers:
    from: zendesk
    to: cstar
    rules:
      - kind: organization
    guards: { groupRemovalPercent: 100, removalPercent: 100, emptiedGroups: 100 }
    refresh: { counts: 0h }
`

const world = Effect.gen(function* () {
  const [zendesk, cstar] = [yield* Installed.desk, yield* Installed.team]
  const people = Installed.customers(6)
  Installed.known(cstar, people)
  zendesk.edits.load({
    customers: people,
    organizations: [
      { id: "101", name: "Globex" },
      { id: "102", name: "Initech" }
    ],
    memberships: [...["1", "2", "3"].map((customer) => ({ customer, organization: "101" })), { customer: "4", organization: "102" }]
  })
  const installed = yield* Installed.make({ sources: { zendesk }, targets: { cstar }, syncs })
  const folder = join(installed.dir, ".groupbridge")
  const file = join(folder, "state.db")
  const lose = (...names: ReadonlyArray<string>) => {
    for (const name of readdirSync(folder))
      if (names.length === 0 || names.some((start) => name.startsWith(start))) rmSync(join(folder, name), { recursive: true })
  }
  const lineage = () => {
    const db = new Sqlite(file, { readonly: true })
    try {
      return String(db.prepare("SELECT value FROM meta WHERE key = 'lineage'").pluck().get())
    } finally {
      db.close()
    }
  }
  return { ...installed, cstar, file, folder, lineage, lose, zendesk }
})

const flat = (text: string) => text.replaceAll(/\s+/g, " ")

describe("state rebuild", () => {
  it.scopedLive(
    "takes marked groups as ours again, adopts whom the source confirms, lists the others and removes none of them",
    () =>
      Effect.gen(function* () {
        const { cstar, dir, file, folder, json, lineage, lose, run, zendesk } = yield* world
        yield* run(["sync"])
        const lost = lineage()
        const globex = cstar.edits.groups().find(({ name }) => name === "Globex")!
        const [hand] = cstar.edits.addCustomers([{ email: "hand@x.example", name: "=By hand" }])
        cstar.edits.addMember(globex.id, hand!.id)
        zendesk.edits.leave("3", "101")
        zendesk.edits.deleteOrganization("102")
        lose("state.db", "backup")
        writeFileSync(`${file}.lineage`, JSON.stringify({ lineage: lost, counter: 7 }))

        const stopped = yield* run(["sync"])
        assert.strictEqual(stopped.code, 1)
        assert.match(
          flat(stopped.stdout + stopped.stderr),
          /no state file here .* this place had state \w+ with 7 runs.*groupbridge state restore FILE.*groupbridge state rebuild /
        )
        const writes = cstar.writes()
        const price = yield* run(["state", "rebuild"])
        assert.strictEqual(price.code, 64)
        assert.match(
          flat(price.stderr),
          new RegExp(
            `2 groups in cstar carry the mark of state ${lost}\\. Reading their members takes 2 calls, about .*Nothing was changed; to go on: groupbridge state rebuild --lineage ${lost} --yes`
          )
        )
        assert.isFalse(existsSync(file))

        const done = yield* run(["state", "rebuild", "--yes", "--reason", "disk lost"])
        assert.strictEqual(done.code, 0, done.stderr)
        assert.match(done.stdout, /2 groups made by us, 2 memberships that a source confirms\. Nothing was written to any vendor/)
        assert.match(done.stdout, /3 memberships are confirmed by no source.*Nobody of them is removed; look through .*unconfirmed-\w+\.csv/)
        const csv = readFileSync(join(dir, `unconfirmed-${lost}.csv`), "utf8")
        assert.deepStrictEqual(
          csv
            .trimEnd()
            .split("\r\n")
            .slice(1)
            .map((line) =>
              line
                .split(",")
                .filter((_, index) => index === 1 || index === 3)
                .join(" ")
            )
            .toSorted(),
          ["Globex c3@x.example", "Globex hand@x.example", "Initech c4@x.example"]
        )
        assert.include(csv, "'=By hand")
        assert.deepStrictEqual([lineage(), statSync(file).mode & 0o777, readdirSync(folder).filter((name) => name.includes("rebuilding"))], [lost, 0o600, []])

        const first = yield* json(["sync"])
        assert.deepStrictEqual([first.code, first.document.syncs[0].status, cstar.writes()], [0, "none", writes + 1], "its number")
        zendesk.edits.leave("2", "101")
        zendesk.edits.join("5", "101")
        const next = yield* json(["sync"])
        assert.deepStrictEqual([next.code, next.document.syncs[0].summary.assignments], [0, { add: 1, remove: 1 }])
        assert.deepStrictEqual(cstar.held()["Globex"], ["c1@x.example", "c3@x.example", "c5@x.example", "hand@x.example"])
        assert.deepStrictEqual((yield* run(["state", "check"])).code, 0)
        const again = yield* run(["state", "rebuild", "--yes"])
        assert.strictEqual(again.code, 1)
        assert.match(
          again.stderr,
          /is there \(state \w+, \d+ runs\), and knows more than a rebuild could find\. It was left as it is\. Look at it: groupbridge state check/
        )
      }),
    Installed.patience
  )

  it.scopedLive(
    "follows a server that was set up anew: both ways are named, the empty new file is kept aside, and so is a damaged one",
    () =>
      Effect.gen(function* () {
        const { cstar, file, folder, json, lineage, lose, run } = yield* world
        assert.match((yield* run(["state", "rebuild", "--yes"])).stderr, /no group in cstar carries a mark of ours.*groupbridge plan/)
        yield* run(["sync"])
        const lost = lineage()
        lose()
        for (const _ of [1, 2]) {
          const stopped = yield* run(["sync"])
          assert.strictEqual(stopped.code, 1)
          assert.match(
            flat(stopped.stdout),
            new RegExp(`is a new state file, but 2 groups in cstar carry the mark of state ${lost}.*groupbridge state restore FILE.*groupbridge state rebuild`)
          )
        }
        const writes = cstar.writes()
        const done = yield* json(["state", "rebuild", "--yes"])
        assert.deepInclude(done.document, { lineage: lost, groups: 2, adopted: 4, unconfirmed: 0, list: null, twice: [], incomplete: [] })
        assert.isTrue(existsSync(done.document.kept) && done.document.kept.startsWith(`${file}.lost-`))
        assert.deepStrictEqual([(yield* run(["sync"])).code, cstar.writes(), lineage()], [0, writes + 1, lost], "its number")

        lose("state.db-")
        writeFileSync(file, Buffer.alloc(30_000, "x"))
        assert.strictEqual((yield* json(["state", "rebuild", "--yes"])).code, 0)
        assert.strictEqual(readdirSync(folder).filter((name) => name.includes(".lost-") && statSync(join(folder, name)).size === 30_000).length, 1)
        assert.deepStrictEqual([(yield* run(["sync"])).code, cstar.writes()], [0, writes + 2])
      }),
    Installed.patience
  )

  it.scopedLive(
    "asks which state was lost where groups carry the marks of several",
    () =>
      Effect.gen(function* () {
        const { cstar, json, lineage, lose, run } = yield* world
        yield* run(["sync"])
        const lost = lineage()
        const { apiKey, teamId } = cstar.sandbox.options(cstar.url) as { readonly apiKey: string; readonly teamId: string }
        const other = yield* Effect.promise(() =>
          fetch(`${cstar.url}/api/v1/teams/${teamId}/customer-groups`, {
            method: "POST",
            headers: { authorization: `Bearer ${apiKey}`, "content-type": "application/json" },
            body: JSON.stringify({
              name: "Theirs",
              customFields: { groupbridge: JSON.stringify({ state: "0ther000", sync: "x", key: "zendesk/organization:9" }) }
            })
          })
        )
        assert.strictEqual(other.status, 201)
        lose()
        const asked = yield* run(["state", "rebuild", "--yes"])
        assert.strictEqual(asked.code, 64)
        assert.match(flat(asked.stderr), new RegExp(`marks of 2 states; which was lost here\\?.*--lineage ${lost} 2 groups.*--lineage 0ther000 1 group`))
        assert.strictEqual((yield* run(["state", "rebuild", "--yes", "--lineage", "none"])).code, 64)
        const done = yield* json(["state", "rebuild", "--yes", "--lineage", lost])
        assert.deepInclude(done.document, { lineage: lost, groups: 2 })
        assert.match(flat((yield* run(["sync"])).stdout), /1 group in cstar carries the mark of another state \(0ther000\)/)
      }),
    Installed.patience
  )
})
