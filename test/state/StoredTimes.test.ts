/** Times in the state that are later than now, as a clock leaves them that was ahead once. */
import { assert, describe, it } from "@effect/vitest"
import Sqlite from "better-sqlite3"
import * as Effect from "effect/Effect"
import * as TestClock from "effect/TestClock"
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { isBelieved } from "../../src/model/StoredTime.ts"
import * as Backups from "../../state/database/Backups.ts"
import * as Schema from "../../state/database/Schema.ts"
import * as StoredTimes from "../../state/database/StoredTimes.ts"
import * as Bridge from "../kit/Bridge.ts"
import * as Crowd from "../kit/Crowd.ts"

const now = Date.parse("2026-11-30T10:00:00Z")
const minute = 60_000
const day = 86_400_000
const future = now + 400 * day

interface Column {
  readonly name: string
  readonly type: string
}

const tables = (db: Sqlite.Database): ReadonlyMap<string, ReadonlyArray<Column>> =>
  new Map(
    db
      .prepare<[], string>("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
      .pluck()
      .all()
      .map((table) => [table, db.prepare<[string], Column>("SELECT name, type FROM pragma_table_info(?)").all(table)])
  )

const open = (): Sqlite.Database => {
  const db = new Sqlite(":memory:")
  for (const step of Schema.steps) db.exec(step)
  return db
}

const isTime = ({ name, type }: Column): boolean => type === "INTEGER" && /(?:^|_)(?:at|since|until|expires)$/.test(name)

/** A row in each table that holds a time, all of whose times are `at`. */
const fill = (db: Sqlite.Database, at: number): void => {
  for (const [table, columns] of tables(db)) {
    if (!columns.some(isTime)) continue
    const values = columns.map((column) =>
      isTime(column) ? at : column.type === "INTEGER" || column.type === "REAL" ? 1 : column.name === "what" ? "pause" : "x"
    )
    db.prepare(`INSERT INTO "${table}" (${columns.map(({ name }) => name).join(", ")}) VALUES (${values.map(() => "?").join(", ")})`).run(...values)
  }
}

const times = (db: Sqlite.Database): Readonly<Record<string, number | null>> =>
  Object.fromEntries(
    [...tables(db)].flatMap(([table, columns]) =>
      columns.filter(isTime).map(({ name }) => [`${table}.${name}`, db.prepare<[], number | null>(`SELECT ${name} FROM "${table}"`).pluck().get() ?? null])
    )
  )

describe("a stored time later than now", () => {
  it("has a remedy in each column that holds one", () => {
    const db = open()
    const known = [...StoredTimes.columns.map(([table, column]) => `${table}.${column}`), ...Object.keys(StoredTimes.waits)]
    assert.deepStrictEqual(known.toSorted(), Object.keys(times(db)).toSorted())
  })

  for (const [name, ahead] of [
    ["400 days", 400 * day],
    ["10 minutes", 10 * minute]
  ] as const) {
    it(`is not believed in any column: ${name}`, () => {
      const db = open()
      fill(db, now + ahead)
      assert.strictEqual(StoredTimes.correct(db, now), ahead)
      for (const [column, at] of Object.entries(times(db))) {
        if (column in StoredTimes.waits) assert.isAtMost(at ?? 0, now + day, column)
        else assert.isTrue((at ?? 0) < now, column)
      }
      assert.isNull(StoredTimes.correct(db, now), "once put right it is well")
    })
  }

  it("stays what it was where the clock is right, or was set by seconds, or is not set yet", () => {
    for (const [at, clock] of [
      [now - day, now],
      [now + 30_000, now],
      [now, Date.parse("1970-01-01T00:10:00Z")]
    ] as const) {
      const db = open()
      fill(db, at)
      const before = times(db)
      assert.isNull(StoredTimes.correct(db, clock))
      assert.deepStrictEqual(times(db), before)
    }
  })

  it("is found later, too, by the first rows of runs, reads or decisions", () => {
    for (const table of ["run", "read", "decision", "connection"]) {
      const db = open()
      assert.isNull(StoredTimes.correct(db, now))
      fill(db, future)
      for (const other of ["run", "read", "decision", "connection"]) if (other !== table) db.exec(`DELETE FROM "${other}"`)
      assert.strictEqual(StoredTimes.correct(db, now), 400 * day, table)
    }
  })

  it("leaves a wait that a person set as long as it was meant, and one of before alone", () => {
    const db = open()
    db.exec("INSERT INTO sync (id, name, paused_until, paused_by) VALUES (1, 'a', 0, 'petra'), (2, 'b', 0, 'petra')")
    db.prepare("UPDATE sync SET paused_until = ?").run(future + 2 * 3_600_000)
    const decided = db.prepare("INSERT INTO decision (at, who, host, what, subject) VALUES (?, 'petra', 'ops1', 'pause', ?)")
    decided.run(future, "a")
    decided.run(now - day, "b")
    StoredTimes.correct(db, now)
    assert.deepStrictEqual(db.prepare("SELECT paused_until FROM sync ORDER BY id").pluck().all(), [now + 2 * 3_600_000, future + 2 * 3_600_000])
  })

  it("gives copies of the state names before now, in their order, so that a new copy is the newest and is kept", () => {
    const dir = mkdtempSync(join(tmpdir(), "groupbridge-"))
    try {
      for (const [at, text] of [
        [now - day, "old"],
        [future, "first"],
        [future + minute, "second"]
      ] as const)
        writeFileSync(join(dir, Backups.nameAt(at)), text)
      Backups.correct(dir, now)
      const names = readdirSync(dir).toSorted()
      assert.deepStrictEqual(names, [Backups.nameAt(now - day), Backups.nameAt(now - 2000), Backups.nameAt(now - 1000)])
    } finally {
      rmSync(dir, { recursive: true, force: true })
    }
  })

  it("is believed up to a minute ahead", () => {
    assert.deepStrictEqual(
      [now - day, now, now + minute, now + minute + 1].map((at) => isBelieved(at, now)),
      [true, true, true, false]
    )
  })
})

describe("a run after the clock was 400 days ahead", () => {
  it.scoped("finds again whom it did not know, and says that the clock went back, until a run has said so", () =>
    Effect.gen(function* () {
      const bridge = yield* Bridge.make
      bridge.configure(`\n    rules: [{ kind: tag, include: [vip] }]`)
      const ids = Crowd.people(3)
      bridge.zendesk.source.load({
        customers: ids.map((id) => ({ id, email: `c${id}@x.io`, name: id, tags: ["vip"] })),
        organizations: [],
        memberships: []
      })
      yield* TestClock.setTime(now - day)
      assert.isNull((yield* bridge.sync()).error)
      yield* TestClock.setTime(future)
      assert.isNull((yield* bridge.sync()).error)
      bridge.cstar.target.addCustomers([{ email: "c1@x.io", name: "1" }])
      yield* TestClock.setTime(now)
      const { result } = yield* bridge.plan()
      assert.strictEqual(result.summary.assignments.add, 1)
      const run = yield* bridge.sync()
      assert.deepStrictEqual([run.status, run.summary.assignments.add, bridge.held()["vip"]?.length], ["done", 1, 1])
      assert.match(run.plan?.warnings[0] ?? "", /^the clock went back: .* up to 400 days later than now/)
      yield* TestClock.setTime(now + minute)
      assert.deepStrictEqual((yield* bridge.sync()).plan?.warnings, [])
    })
  )
})
