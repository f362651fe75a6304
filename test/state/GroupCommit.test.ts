/** Work of several fibers in one transaction of a real file: what is stored, when, and who fails. */
import { assert, describe, it } from "@effect/vitest"
import Sqlite from "better-sqlite3"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { explain } from "../../state/database/Database.ts"
import * as GroupCommit from "../../state/database/GroupCommit.ts"

const opened = Effect.map(
  Effect.acquireRelease(
    Effect.sync(() => {
      const dir = mkdtempSync(join(tmpdir(), "groupbridge-test-"))
      const file = join(dir, "state.db")
      const db = new Sqlite(file)
      db.pragma("journal_mode = WAL")
      db.exec("CREATE TABLE word (text TEXT)")
      return { dir, db, seen: new Sqlite(file, { readonly: true }), together: GroupCommit.make(db, (cause) => explain(file, cause)) }
    }),
    ({ db, dir, seen }) =>
      Effect.sync(() => {
        db.close()
        seen.close()
        rmSync(dir, { recursive: true })
      })
  ),
  ({ db, seen, together }) => {
    const insertion = db.prepare("INSERT INTO word VALUES (?)")
    const count = seen.prepare("SELECT count(*) FROM word").pluck()
    return {
      db,
      together,
      insert: (text: string) => void insertion.run(text),
      words: () => db.prepare("SELECT text FROM word ORDER BY rowid").pluck().all(),
      /** Rows that another process sees. */
      stored: () => count.get()
    }
  }
)

describe("work that is stored together", () => {
  it.scopedLive("keeps the order of its askers, and is seen by others all at once", () =>
    Effect.gen(function* () {
      const { insert, stored, together, words } = yield* opened
      const before = yield* Effect.forEach(
        ["one", "two", "three"],
        (word) =>
          together(() => {
            insert(word)
            return stored()
          }),
        { concurrency: 3 }
      )
      assert.deepStrictEqual([before, words(), stored()], [[0, 0, 0], ["one", "two", "three"], 3])
    })
  )

  it.scopedLive("is stored once its asker goes on", () =>
    Effect.gen(function* () {
      const { insert, stored, together } = yield* opened
      yield* together(() => insert("one"))
      assert.strictEqual(stored(), 1)
    })
  )

  it.scopedLive("that throws takes back its own part and nobody else's", () =>
    Effect.gen(function* () {
      const { insert, together, words } = yield* opened
      const results = yield* Effect.forEach(
        ["one", "bad", "three"],
        (word) => Effect.either(together(() => (insert(word), word === "bad" ? insert(Object.create(null)) : undefined))),
        {
          concurrency: 3
        }
      )
      assert.deepStrictEqual(
        [results.map(Either.isRight), words()],
        [
          [true, false, true],
          ["one", "three"]
        ]
      )
    })
  )

  it.scopedLive("fails as a whole, with nothing stored, when the disk is full; what is asked later is stored", () =>
    Effect.gen(function* () {
      const { db, insert, together, words } = yield* opened
      db.pragma(`max_page_count = ${Number(db.pragma("page_count", { simple: true })) + 1}`)
      const results = yield* Effect.forEach(["one", "x".repeat(100_000), "three"], (word) => Effect.either(together(() => insert(word))), { concurrency: 3 })
      assert.deepStrictEqual(
        results.map((result) => (Either.isLeft(result) ? result.left.reason : "stored")),
        ["Full", "Full", "Full"]
      )
      yield* together(() => insert("four"))
      assert.deepStrictEqual(words(), ["four"])
    })
  )
})
