/** Names are data: what a customer or a colleague can call something goes through every report and to the target as what it is. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import * as Installed from "../kit/Installed.ts"

const hostile: ReadonlyArray<string> = [
  `'; drop table groups; --`,
  `=cmd|' /C calc'!A0`,
  `<script>alert(1)</script>`,
  `"><img src=x onerror=alert(1)>`,
  "\u001b[31mred\u001b[0m\u001b]0;title\u0007",
  "x".repeat(10_000),
  "שלום \u202eevil\u202c",
  "-1+1, @SUM(A1)",
  "{name} ${HOME} %s \\n",
  "| a | `b` [c](javascript:alert(1)) |",
  "__proto__"
]
const tags = ["=1+1", "<b>bold</b>", "';--", "constructor"]

// oxlint-disable-next-line no-control-regex -- control characters are what must not be there
const active = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/u
// Which way a line runs is part of a value that a spreadsheet keeps.
// oxlint-disable-next-line no-control-regex -- control characters are what must not be there
const control = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]/u

describe("invariant 8: hostile names", () => {
  it.scopedLive(
    "go unharmed through plan in every format, and through sync",
    () =>
      Effect.gen(function* () {
        const desk = yield* Installed.desk
        const team = yield* Installed.team
        const people = hostile.map((name, index) => ({
          id: String(index + 1),
          email: `c${index + 1}@x.example`,
          name,
          tags: [tags[index % tags.length] ?? ""]
        }))
        Installed.known(team, people)
        desk.edits.load({
          customers: people,
          organizations: hostile.map((name, index) => ({ id: String(101 + index), name })),
          memberships: people.map(({ id }, index) => ({ customer: id, organization: String(101 + index) }))
        })
        const { dir, json, run } = yield* Installed.make({
          sources: { acme: desk },
          targets: { cstar: team },
          syncs: `  customers:
    from: acme
    to: cstar
    rules:
      - kind: organization
      - { kind: tag, include: ["*"] }
`
        })
        for (const format of ["text", "markdown", "csv", "html"]) {
          const { code, stderr, stdout } = yield* run(["plan", "--all", "--format", format])
          assert.strictEqual(code, 0, stderr)
          assert.notMatch(stdout + stderr, format === "csv" ? control : active, `${format} holds a character that acts`)
          assert.isAbove(stdout.length, 500, format)
          if (format === "html") assert.notMatch(stdout, /<script>alert|<img |<b>bold/)
          if (format === "markdown") assert.notMatch(stdout, /<script>|<img |\]\(javascript/)
          if (format === "csv") assert.notMatch(stdout, /(^|,)"?[=+@-]/m, "a field that a spreadsheet would calculate")
        }
        const reported = yield* run(["plan", "--report", "plan.html"])
        assert.strictEqual(reported.code, 0, reported.stderr)
        assert.notMatch(readFileSync(join(dir, "plan.html"), "utf8"), /<script>alert|<img /)

        const plan = yield* json(["plan"])
        const names = (op: string) =>
          plan.document.syncs[0].changes.filter((change: Installed.Json) => change.op === op).map((change: Installed.Json) => change.group.name)
        assert.deepStrictEqual(names("group.create").toSorted(), [...hostile, ...tags].toSorted())

        const groups = yield* run(["groups", "customers"])
        assert.strictEqual(groups.code, 0, groups.stderr)
        assert.notMatch(groups.stdout, active)

        const sync = yield* run(["sync", "--yes"])
        assert.strictEqual(sync.code, 0, sync.stderr + sync.stdout)
        assert.notMatch(sync.stdout + sync.stderr, active)
        const held = team.held()
        assert.deepStrictEqual(Object.keys(held).toSorted(), [...hostile, ...tags].toSorted())
        for (const [index, name] of hostile.entries()) assert.deepStrictEqual(held[name], [`c${index + 1}@x.example`], name)
        assert.strictEqual((yield* run(["plan", "--exit-code"])).code, 0)
      }),
    Installed.patience
  )
})
