/** What is older than `keep` goes from the state, and nothing that is in force. */
import { assert, describe, it } from "@effect/vitest"
import Sqlite from "better-sqlite3"
import * as Effect from "effect/Effect"
import { join } from "node:path"
import * as FakeTime from "../kit/FakeTime.ts"
import * as Installed from "../kit/Installed.ts"

const syncs = `  customers:
    from: acme
    to: cstar
    rules: [{ kind: tag, include: [vip, gold] }]
keep: 30d
`

describe.skipIf(FakeTime.absent !== null)(`keep${FakeTime.absent ?? ""}`, () => {
  it.scopedLive(
    "deletes old runs with their journal, says so once with the counts, and keeps origins, decisions and what is removable",
    () =>
      Effect.gen(function* () {
        const { acme, cstar } = yield* Installed.tagged(4, "vip")
        const { dir, run } = yield* Installed.make({ sources: { acme }, targets: { cstar }, syncs })
        const sync = (days: number) => run(["sync", "--quiet", "--yes"], { env: FakeTime.by(`+${days}d`) })
        const query = (text: string): ReadonlyArray<unknown> => {
          const db = new Sqlite(join(dir, ".groupbridge/state.db"), { readonly: true })
          const rows = db.prepare(text).raw().all().flat()
          db.close()
          return rows
        }
        yield* sync(0)
        acme.edits.untag("4", "vip")
        yield* sync(1)
        assert.strictEqual((yield* run(["pause", "customers", "--until", "1h"], { env: FakeTime.by("+25h") })).code, 0)
        acme.edits.deleteCustomer("4")
        for (const day of [2, 3]) yield* sync(day)
        const [changes] = query("SELECT count(*) FROM planned_change")
        assert.isAbove(Number(changes), 4)

        const deleting = yield* sync(60)
        assert.strictEqual(
          deleting.stderr,
          "What is older than 30 d (keep) was deleted: 3 runs, 6 changes, 3 calls, and 1 customer known from them alone. From now on that is done each day without a word.\n"
        )
        assert.deepStrictEqual(query("SELECT id FROM run ORDER BY id"), [1, 5])
        assert.deepStrictEqual(query("SELECT run FROM planned_change"), [])
        assert.deepStrictEqual(query("SELECT DISTINCT origin, run FROM assignment"), ["applied", 1])
        assert.deepStrictEqual(query("SELECT what FROM decision"), ["pause"])
        assert.deepStrictEqual(query("SELECT key FROM source_customer ORDER BY 1"), ["1", "2", "3"])
        assert.strictEqual((yield* sync(62)).stderr, "")
        assert.strictEqual((yield* run(["explain", "c1@x.example"], { env: FakeTime.by("+62d") })).code, 0)

        acme.edits.untag("3", "vip")
        yield* sync(63)
        assert.deepStrictEqual(cstar.held(), { vip: ["c1@x.example", "c2@x.example"] })
      }),
    2 * Installed.patience
  )
})
