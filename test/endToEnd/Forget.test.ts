/** Erasing a person with the built command: refused while it would do harm, and then gone to the last byte. */
import { assert, describe, it } from "@effect/vitest"
import Sqlite from "better-sqlite3"
import * as Effect from "effect/Effect"
import { existsSync, readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import * as Installed from "../kit/Installed.ts"

const syncs = `  customers:
    from: zendesk
    to: cstar
    rules:
      - kind: organization
    guards: { groupRemovalPercent: 100, removalPercent: 100, emptiedGroups: 100 }
    exceptions: exceptions.csv
`

const world = Effect.gen(function* () {
  const [zendesk, cstar] = [yield* Installed.desk, yield* Installed.team]
  const people = [...Installed.customers(3), { id: "900004", email: "Anna.Novak@globex.example", name: "Anna Nováková", tags: [] }]
  Installed.known(cstar, people)
  zendesk.edits.load({
    customers: people,
    organizations: [{ id: "101", name: "Globex" }],
    memberships: people.map(({ id }) => ({ customer: id, organization: "101" }))
  })
  const installed = yield* Installed.make({ sources: { zendesk }, targets: { cstar }, syncs })
  installed.write("exceptions.csv", "email,group,what,until,reason,by\nanna.novak@globex.example,Hooli,never,,asked,petra\n")
  const folder = join(installed.dir, ".groupbridge")
  const copies = () => readdirSync(join(folder, "backup")).map((name) => join(folder, "backup", name))
  const bytes = () =>
    ["", "-wal", "-shm"]
      .map((part) => join(folder, `state.db${part}`))
      .filter((file) => existsSync(file))
      .map((file) => readFileSync(file).toString("utf8").toLowerCase())
      .join("")
  const rows = (query: string): ReadonlyArray<unknown> => {
    const db = new Sqlite(join(folder, "state.db"), { readonly: true })
    try {
      return db.prepare(query).raw().all()
    } finally {
      db.close()
    }
  }
  return { ...installed, bytes, copies, cstar, folder, rows, zendesk }
})

const anna = /anna\.novak@globex|nováková|900004/

describe("forget", () => {
  it.scopedLive(
    "refuses who is still read or still in a group by us, asks, and then leaves no byte of the person, but every count",
    () =>
      Effect.gen(function* () {
        const { bytes, copies, cstar, json, rows, run, zendesk } = yield* world
        assert.strictEqual((yield* run(["forget", "anna.novak@globex.example", "--yes"])).code, 64)
        yield* run(["sync"])
        const live = yield* run(["forget", "anna.novak@globex.example", "--yes"])
        assert.strictEqual(live.code, 1)
        assert.match(
          live.stderr,
          /nothing was forgotten: zendesk\/900004 is still at its source.* Delete them there first, then groupbridge sync.*groupbridge forget anna\.novak@globex\.example/
        )

        zendesk.edits.deleteCustomer("900004")
        yield* run(["plan"])
        yield* run(["pause", "customers", "--until", "1h", "--reason", "Anna Nováková (ANNA.NOVAK@globex.example) left"])
        yield* run(["resume", "customers"])
        yield* run(["sync"])
        const counts = "SELECT (SELECT count(*) FROM planned_change), (SELECT count(*) FROM call), (SELECT count(*) FROM call_row), (SELECT count(*) FROM run)"
        const before = rows(counts)
        const writes = cstar.writes()
        assert.match(bytes(), anna)

        const asked = yield* run(["forget", "Anna.Novak@globex.example"])
        assert.strictEqual(asked.code, 64)
        assert.match(
          asked.stderr,
          /zendesk 900004 \(Anna\.Novak@globex\.example, Anna Nováková\); cstar .* would be erased.* 2 changes of the journal stay, without a name\. Nothing was changed.*--yes/
        )
        assert.match(bytes(), anna)

        const earlier = copies()
        const done = yield* run(["forget", "https://acme.zendesk.com/agent/users/900004", "--yes", "--reason", "asked by mail"])
        assert.strictEqual(done.code, 0, done.stderr)
        assert.match(done.stdout, /^Forgotten: 2 records\. 2 changes of the journal keep the number and no name\. Nothing was changed at any vendor\.$/m)
        assert.match(done.stdout, /Still a customer in cstar: the next look there reads them again/)
        assert.match(done.stdout, /Still named in the exceptions of customers, line 2: take that line out/)
        for (const copy of earlier) assert.include(done.stdout, `rm ${copy}`)
        // Forgetting is a decision, so it leaves a copy too: one without the person.
        for (const copy of copies().filter((one) => !earlier.includes(one))) assert.notMatch(readFileSync(copy).toString("utf8").toLowerCase(), anna)
        assert.notMatch(bytes(), anna)
        // A cursor may name somebody, so that the source is read in full next time.
        assert.deepStrictEqual(rows("SELECT connection, stream FROM cursor"), [])
        assert.deepStrictEqual([rows(counts), cstar.writes()], [before, writes])
        assert.deepStrictEqual(rows("SELECT what, reason FROM decision ORDER BY id"), [
          ["pause", "forgotten (forgotten) left"],
          ["resume", null],
          ["forget", "asked by mail"]
        ])

        const csv = (yield* run(["runs", "--csv"])).stdout
        assert.match(csv, /assignment\.remove,forgotten-\d+,,,/)
        assert.strictEqual((yield* run(["explain", "anna.novak@globex.example"])).code, 64)
        const after = yield* json(["sync"])
        assert.deepStrictEqual([after.code, after.document.syncs[0].status, cstar.writes()], [0, "none", writes])
        assert.strictEqual((yield* run(["state", "check"])).code, 0)
      }),
    Installed.patience
  )

  it.scopedLive(
    "lets the removal go first: who is deleted at the source and still held in a group is refused",
    () =>
      Effect.gen(function* () {
        const { cstar, edit, json, run, zendesk } = yield* Effect.map(world, (one) => ({
          ...one,
          edit: (change: (yaml: string) => string) => one.write("groupbridge.yaml", change(readFileSync(join(one.dir, "groupbridge.yaml"), "utf8")))
        }))
        yield* run(["sync"])
        edit((yaml) => yaml.replace("removalPercent: 100, emptiedGroups", "removals: 0, emptiedGroups"))
        zendesk.edits.deleteCustomer("900004")
        assert.strictEqual((yield* run(["sync"])).code, 3)
        const refused = yield* run(["forget", "zendesk/900004", "--yes"])
        assert.strictEqual(refused.code, 1)
        assert.match(refused.stderr, /they are still in "Globex" by us.*what waits: groupbridge held/)
        const { id } = cstar.edits.groups().find(({ name }) => name === "Globex")!
        assert.strictEqual(cstar.edits.groups().find((group) => group.id === id)!.members.length, 4)
        assert.strictEqual((yield* run(["approve", "H-1", "--yes"])).code, 0)
        const done = yield* json(["forget", "zendesk/900004", "--yes"])
        assert.deepInclude(done.document, { forgotten: true, records: 2, bytesGone: true, stillAt: ["cstar"] })
        assert.strictEqual((yield* run(["sync"])).code, 0)
      }),
    Installed.patience
  )
})
