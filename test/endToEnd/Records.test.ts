/** The record of what was done, as the built command gives it to auditors. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Csv from "../../src/model/Csv.ts"
import * as Installed from "../kit/Installed.ts"

const syncs = `  customers:
    from: zendesk
    to: cstar
    rules:
      - kind: organization
      - { kind: tag, include: ["vip", "=gold*"], name: "{name}" }
    guards: { groupRemovalPercent: 100, removalPercent: 100, emptiedGroups: 100, removals: 1 }
`

const world = Effect.gen(function* () {
  const [zendesk, cstar] = [yield* Installed.desk, yield* Installed.team]
  const people = [
    ...Installed.customers(3, 1, "vip"),
    { id: "4", email: "c4@x.example", name: '=cmd|" /C calc"!A0', tags: ["=gold"] },
    { id: "5", email: "c5@x.example", name: "Eve", tags: [] }
  ]
  Installed.known(cstar, people)
  zendesk.edits.load({
    customers: people,
    organizations: [{ id: "101", name: "Globex" }],
    memberships: ["1", "2", "5"].map((customer) => ({ customer, organization: "101" }))
  })
  const installed = yield* Installed.make({ sources: { zendesk }, targets: { cstar }, syncs })
  const csv = (...args: ReadonlyArray<string>) =>
    Effect.map(installed.run(["runs", "--csv", ...args]), ({ code, stderr, stdout }) => {
      assert.strictEqual(code, 0, stderr)
      const [header = [], ...rows] = [...Csv.rows(stdout)].map((row) => (row._tag === "Row" ? row.cells.map(({ text }) => text) : assert.fail(row.message)))
      return rows.map((cells): Readonly<Record<string, string>> => Object.fromEntries(header.map((name, index) => [name, cells[index] ?? ""])))
    })
  return { ...installed, csv, cstar, zendesk }
})

describe("runs --csv", () => {
  it.scopedLive(
    "has one row for each change made or refused: why, from which record, who approved it and what the vendor said",
    () =>
      Effect.gen(function* () {
        const { csv, cstar, json, run, zendesk } = yield* world
        assert.strictEqual((yield* run(["runs", "--csv"])).stdout.split("\r\n").length, 2)
        assert.strictEqual((yield* run(["sync"])).code, 0)
        const first = yield* csv()
        assert.deepStrictEqual(
          first.map(({ op }) => op).toSorted(),
          [...Array.from({ length: 7 }, () => "assignment.add"), ...Array.from({ length: 3 }, () => "group.create")].toSorted()
        )
        const eve = first.find(({ email }) => email === "c5@x.example")
        assert.include(eve, { run: "r-1", sync: "customers", command: "sync", op: "assignment.add", group: "Globex", cause: "first-run", outcome: "done" })
        assert.include(eve, {
          sourceConnection: "zendesk",
          sourceRecord: "user",
          sourceId: "5",
          sourceGroup: "organization Globex",
          answer: "applied",
          part: ""
        })
        assert.match(eve?.["at"] ?? "", /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
        const hostile = first.filter(({ groupKey }) => groupKey === "zendesk/tag:=gold")
        assert.deepStrictEqual(
          hostile.map(({ group, name, sourceGroup }) => [group, name, sourceGroup]),
          [
            ["'=gold", "", ""],
            ["'=gold", `'=cmd|" /C calc"!A0`, "tag =gold"]
          ]
        )

        for (const id of ["1", "2"]) zendesk.edits.untag(id, "vip")
        assert.strictEqual((yield* run(["sync"])).code, 3)
        const archived = { _tag: "Answer", response: { status: 422, headers: {}, body: '{"error":"customer is archived"}' } } as const
        cstar.inject(archived, ({ method }) => method === "DELETE")
        const approved = yield* run(["approve", "H-1", "--reason", "=vip ended, ticket 4711", "--yes"])
        assert.strictEqual(approved.code, 4, approved.stdout + approved.stderr)
        const removals = (yield* csv("--group", "VIP")).filter(({ op }) => op === "assignment.remove")
        assert.deepStrictEqual(removals.map(({ outcome }) => outcome).toSorted(), ["done", "refused"])
        for (const row of removals)
          assert.include(row, {
            command: "approve H-1",
            part: "H-1",
            reason: "'=vip ended, ticket 4711",
            cause: "untagged",
            sourceGroup: "tag vip",
            origin: "applied"
          })
        assert.include(removals.find(({ outcome }) => outcome === "refused")?.["vendorSaid"], "customer is archived")

        const shown = yield* run(["runs", "r-3"])
        assert.match(shown.stdout, /LEAVE +c\d@x\.example +vip +tag removed +zendesk user \d/)
        assert.match(shown.stdout, /REFUSED: ".*customer is archived.*"/)
        const { document } = yield* json(["runs", "r-3"])
        assert.deepStrictEqual(document.runs[0].changes.map(({ outcome }: Installed.Json) => outcome).toSorted(), ["done", "refused"])
        assert.strictEqual(document.runs[0].changes[0].source.record, "user")
        assert.deepStrictEqual([...new Set((yield* csv("r-3")).map((row) => row["run"]))], ["r-3"])
      }),
    Installed.patience
  )

  it.scopedLive(
    "is narrowed by time, group and customer, which combine and choose runs too",
    () =>
      Effect.gen(function* () {
        const { csv, json, run, zendesk } = yield* world
        yield* run(["sync"])
        zendesk.edits.join("4", "101")
        yield* run(["sync"])
        const emails = (rows: ReadonlyArray<Readonly<Record<string, string>>>) => rows.map((row) => `${row["email"]} ${row["group"]}`)
        assert.deepStrictEqual(emails(yield* csv("--customer", "C4@x.example", "--group", "globex")), ["c4@x.example Globex"])
        for (const who of ["zendesk/4", "https://acme.zendesk.com/agent/users/4"]) assert.strictEqual((yield* csv("--customer", who)).length, 2)
        const runs = (yield* json(["runs", "--customer", "c4@x.example", "--group", "zendesk/organization:101"])).document.runs
        assert.deepStrictEqual(
          runs.map(({ run: id }: Installed.Json) => id),
          ["r-2"]
        )
        const today = new Date().toISOString().slice(0, 10)
        assert.strictEqual((yield* csv("--from", today, "--to", today)).length, (yield* csv()).length)
        assert.deepStrictEqual(yield* csv("--to", "2026-01-31"), [])
        assert.deepStrictEqual((yield* json(["runs", "--to", "2026-01-31"])).document.runs, [])
        assert.match((yield* run(["runs", "--to", "2026-01-31T12:00"])).stdout, /^No run there\.$/m)
        const wrong: ReadonlyArray<readonly [ReadonlyArray<string>, RegExp]> = [
          [["--group", "Globx"], /no group is known as "Globx"; did you mean "Globex"\?/],
          [["--customer", "c44@x.example"], /nobody is known as "c44@x\.example".*Did you mean c4@x\.example\?/],
          [["--from", "2026-02-31"], /--from "2026-02-31" is no date; write a day, such as 2026-04-01/],
          [["--from", "2026-03-02", "--to", "2026-03-01"], /--from 2026-03-02 is after --to 2026-03-01/],
          [["--json"], /--csv and --json are two forms of one thing/],
          [["r-77"], /there is no run r-77/]
        ]
        for (const [args, words] of wrong) {
          const { code, stderr } = yield* run(["runs", "--csv", ...args])
          assert.deepStrictEqual([args, code], [args, 64])
          assert.match(stderr, words)
        }
      }),
    Installed.patience
  )
})

describe("explain --at", () => {
  it.scopedLive(
    "tells what was so at a time or at the end of a day, and refuses what is no past moment",
    () =>
      Effect.gen(function* () {
        const { json, run, zendesk } = yield* world
        yield* run(["sync"])
        const between = new Date().toISOString()
        zendesk.edits.leave("5", "101")
        yield* run(["sync"])
        const had = yield* run(["explain", "c5@x.example", "Globex", "--at", between])
        assert.match(
          had.stdout.replaceAll(/\s+/g, " "),
          /^Eve \(c5@x\.example\) had "Globex" in cStar at .* Added by us .*, run r-1 .* Later: taken by us .*, run r-2 \(left the organization\)/
        )
        assert.match((yield* run(["explain", "c5@x.example", "Globex"])).stdout, /does NOT have "Globex"/)
        const today = yield* json(["explain", "c5@x.example", "Globex", "--at", between.slice(0, 10)])
        assert.deepStrictEqual(today.document.explanations[0].past.has, "no")
        for (const at of ["2001-02-30", "soon", "2999-01-01"]) assert.strictEqual((yield* run(["explain", "c5@x.example", "Globex", "--at", at])).code, 64)
        assert.match((yield* run(["explain", "c5@x.example", "--at", "2001-01-01"])).stdout, /did NOT have "Globex" in cStar at .*Nothing had been done/)
      }),
    Installed.patience
  )
})
