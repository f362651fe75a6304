/** A damaged page is found before anything changes by what the file says; a look finds it where it reads it, and never takes it for empty. */
import { assert, describe, it } from "@effect/vitest"
import Sqlite from "better-sqlite3"
import * as Effect from "effect/Effect"
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Database from "../../state/database/Database.ts"
import * as LinkedState from "../kit/LinkedState.ts"

/** Overwrites the first page of a table. */
const damage = (file: string, table: string): void => {
  const db = new Sqlite(file)
  const page = Number(db.prepare("SELECT rootpage FROM sqlite_master WHERE name = ?").pluck().get(table))
  const size = Number(db.pragma("page_size", { simple: true }))
  db.close()
  writeFileSync(file, readFileSync(file).fill("x", (page - 1) * size, page * size))
}

const damaged = Effect.tap(
  Effect.sync(() => join(mkdtempSync(join(tmpdir(), "groupbridge-")), "state.db")),
  (file) => Effect.tap(LinkedState.make(file, { customers: 40, groups: 4, each: 2, unknown: 3 }), () => Effect.sync(() => damage(file, "claim")))
)

describe("a state file with a damaged page", () => {
  it.scoped("is not opened for work", () =>
    Effect.gen(function* () {
      const refused = yield* Effect.flip(Database.open(yield* damaged))
      assert.deepStrictEqual([refused.reason, /is damaged/.test(refused.message)], ["Corrupt", true])
    })
  )

  it.scoped("shows in a look what stands elsewhere, and that it is damaged where the page is read", () =>
    Effect.gen(function* () {
      const database = yield* Database.open(yield* damaged, null, "look")
      const count = (table: string) => database.use((sql) => sql.get(`SELECT count(*) AS n FROM ${table}`)?.["n"])
      assert.strictEqual(yield* count("run"), 1)
      assert.strictEqual((yield* Effect.flip(count("claim"))).reason, "Corrupt")
    })
  )

  it.scoped("is not brought forward by a look", () =>
    Effect.gen(function* () {
      const file = yield* damaged
      const db = new Sqlite(file)
      db.pragma("user_version = 1")
      db.close()
      assert.strictEqual((yield* Effect.flip(Database.open(file, null, "look"))).reason, "Corrupt")
    })
  )
})
