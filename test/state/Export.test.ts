/** `state export`: every row of the state in documented kinds, whole and in a stable order. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { readFileSync, statSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { AuditLog } from "../../src/operate/AuditLog.ts"
import * as StateLayer from "../../state/StateLayer.ts"
import * as Crowd from "../kit/Crowd.ts"
import * as Deciding from "../kit/Deciding.ts"
import * as Installed from "../kit/Installed.ts"

/** The table behind each kind of which every row is exported. */
const tables: Readonly<Record<string, string>> = {
  connection: "connection",
  sync: "sync",
  sourceGroup: "source_group",
  sourceCustomer: "source_customer",
  sourceMembership: "source_membership",
  targetGroup: "target_group",
  targetCustomer: "target_customer",
  link: "customer_link",
  membership: "assignment",
  wish: "claim",
  heldPart: "held_part",
  heldRow: "held_row",
  decision: "decision",
  run: "run",
  change: "planned_change",
  call: "call"
}

const all = (file: string) =>
  Effect.gen(function* () {
    const records = yield* AuditLog
    const rows: Array<Readonly<Record<string, unknown>>> = []
    let after: string | null = null
    do {
      const page: { readonly rows: ReadonlyArray<unknown>; readonly next: string | null } = yield* records.everything(after)
      for (const row of page.rows) rows.push(row as Readonly<Record<string, unknown>>)
      after = page.next
    } while (after !== null)
    return rows
  }).pipe(Effect.provide(StateLayer.layer(file)))

describe("an export", () => {
  it.scopedLive("has every row of every table once, over many pages, and twice the same", () =>
    Effect.gen(function* () {
      const bridge = yield* Crowd.make(
        1_100,
        `\n    rules:\n      - kind: organization\n      - { kind: tag, include: [vip] }\n    guards: { additions: 5000 }`
      )
      yield* bridge.sync()
      bridge.configure(`\n    rules:\n      - kind: organization\n    guards: { additions: 5000 }`)
      const run = yield* bridge.sync()
      yield* Deciding.reject(bridge, run.held[0]!.id)
      const file = join(bridge.dir, ".groupbridge", "state.db")
      const rows = yield* all(file)
      for (const [kind, table] of Object.entries(tables)) {
        const [{ n }] = Deciding.rows(bridge, `SELECT count(*) AS n FROM ${table}`) as [{ n: number }]
        assert.deepStrictEqual([kind, rows.filter((row) => row["kind"] === kind).length], [kind, n])
        assert.isAbove(n, 0, kind)
      }
      assert.strictEqual(new Set(rows.map((row) => JSON.stringify(row))).size, rows.length)
      assert.deepStrictEqual(yield* all(file), rows)
      assert.deepInclude(
        rows.find((row) => row["kind"] === "membership"),
        { target: "cstar", origin: "applied", run: "r-1" }
      )
      assert.deepInclude(
        rows.find((row) => row["kind"] === "decision"),
        { what: "rejected", subject: "H-1", who: "petra" }
      )
    })
  )

  it.scopedLive(
    "is JSON Lines on standard output or in a file of its owner's, which it never writes over",
    () =>
      Effect.gen(function* () {
        const [zendesk, cstar] = [yield* Installed.desk, yield* Installed.team]
        const people = Installed.customers(2)
        Installed.known(cstar, people)
        zendesk.edits.load({ customers: people, organizations: [{ id: "101", name: "Glo\u202Ebex" }], memberships: [{ customer: "1", organization: "101" }] })
        const { dir, json, run } = yield* Installed.make({
          sources: { zendesk },
          targets: { cstar },
          syncs: "  customers:\n    from: zendesk\n    to: cstar\n    rules:\n      - kind: organization\n"
        })
        const none = yield* run(["state", "export"])
        assert.strictEqual(none.code, 64)
        assert.match(none.stderr, /there is no state yet/)
        yield* run(["sync"])
        const out = yield* run(["state", "export"])
        assert.strictEqual(out.code, 0, out.stderr)
        const lines = out.stdout.trimEnd().split("\n")
        assert.deepInclude(JSON.parse(lines[0] ?? ""), { kind: "state", groupbridge: "state/1", runs: 1 })
        assert.include(out.stdout, "Glo\\u202ebex")
        const file = yield* json(["state", "export", "all.jsonl"])
        assert.deepStrictEqual([file.code, file.document.lines], [0, lines.length])
        assert.strictEqual(readFileSync(join(dir, "all.jsonl"), "utf8"), out.stdout)
        assert.strictEqual(statSync(join(dir, "all.jsonl")).mode & 0o777, 0o600)
        writeFileSync(join(dir, "mine.txt"), "mine")
        assert.strictEqual((yield* run(["state", "export", "mine.txt"])).code, 64)
        assert.strictEqual(readFileSync(join(dir, "mine.txt"), "utf8"), "mine")
      }),
    Installed.patience
  )
})
