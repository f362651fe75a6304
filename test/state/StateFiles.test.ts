/** The state file is lost, set back, replaced or copied: what the next run does, over real files. */
import { assert, describe, it } from "@effect/vitest"
import Sqlite from "better-sqlite3"
import * as Effect from "effect/Effect"
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { RunStore } from "../../src/run/RunStore.ts"
import * as Backups from "../../state/database/Backups.ts"
import * as Migrator from "../../state/database/Migrator.ts"
import * as Schema from "../../state/database/Schema.ts"
import * as StateLayer from "../../state/StateLayer.ts"
import { stateFiles } from "../../state/file/StateFiles.ts"
import * as Bridge from "../kit/Bridge.ts"

const by = { who: "petra", host: "ops1", reason: "disk lost" }
const holder = "petra@ops1 (process 1)"

const place = (bridge: Bridge.Bridge) => {
  const folder = join(bridge.dir, ".groupbridge")
  return { folder, file: join(folder, "state.db"), backups: join(folder, "backup") }
}

const remove = (file: string) => {
  for (const part of ["", "-wal", "-shm"]) rmSync(file + part, { force: true })
}

const backup = (bridge: Bridge.Bridge) => stateFiles.backup(place(bridge).file, { dir: place(bridge).backups, keep: 30, maxBytes: 1e12 })
const restore = (bridge: Bridge.Bridge, from: string) => stateFiles.restore(place(bridge).file, from, holder, by)
const rights = (file: string) => statSync(file).mode & 0o777

const open = <A, E>(bridge: Bridge.Bridge, use: (store: typeof RunStore.Service) => Effect.Effect<A, E>) =>
  Effect.flatMap(RunStore, use).pipe(Effect.provide(StateLayer.layer(place(bridge).file, place(bridge).backups)))

describe("a state file", () => {
  it.scopedLive("that is gone is missed: nothing begins until a copy is back, which then goes on", () =>
    Effect.gen(function* () {
      const bridge = yield* Bridge.small
      const { backups, file } = place(bridge)
      yield* bridge.sync()
      const copy = yield* backup(bridge)
      assert.deepStrictEqual([rights(copy), rights(`${file}.lineage`), readdirSync(backups).length], [0o600, 0o600, 1])
      const { lineage } = JSON.parse(readFileSync(`${file}.lineage`, "utf8"))
      remove(file)
      const error = yield* Effect.flip(open(bridge, (store) => store.written))
      assert.strictEqual(error._tag === "StateError" ? error.reason : null, "Missing")
      assert.include(error.message, `this place had state ${lineage} with 1 run.`)
      assert.include(error.message, `groupbridge state restore ${copy}`)
      assert.include(error.message, `remove ${file}.lineage`)
      assert.isFalse(existsSync(file))
      assert.isNull(yield* restore(bridge, copy))
      const calls = bridge.target.writes()
      for (const _ of [1, 2]) assert.deepStrictEqual([(yield* bridge.sync()).status, bridge.target.writes()], ["none", calls + 1], "its number, once")
    })
  )

  it.scopedLive("that went back writes nothing, may be looked at, and goes on once it is restored on purpose", () =>
    Effect.gen(function* () {
      const bridge = yield* Bridge.small
      const { file } = place(bridge)
      yield* bridge.sync()
      const copy = yield* backup(bridge)
      // Two memberships and two removals that the copy will not know.
      bridge.zendesk.source?.join("6", "101")
      bridge.zendesk.source?.join("3", "102")
      bridge.zendesk.source?.leave("4", "102")
      bridge.zendesk.source?.leave("5", "102")
      assert.strictEqual((yield* bridge.sync()).status, "done")
      const held = bridge.held()
      remove(file)
      copyFileSync(copy, file)
      bridge.zendesk.source?.join("6", "103")
      const writes = bridge.target.writes()
      const refused = yield* bridge.sync()
      assert.deepStrictEqual([refused.error?.kind, refused.run, bridge.target.writes()], ["state", null, writes])
      assert.match(refused.error?.message ?? "", /older one: it knows 1 run, and this place had state \w+ with 2 runs\. Nothing was written/)
      assert.match((yield* open(bridge, (store) => store.objection)) ?? "", /older one/)
      assert.strictEqual((yield* bridge.plan()).result.error, null)
      const replacing = yield* stateFiles.compare(file, copy)
      assert.deepStrictEqual([replacing.foreign, replacing.runsAfter], [null, 1])
      const kept = yield* restore(bridge, copy)
      assert.isTrue(kept !== null && kept.startsWith(`${file}.replaced-`) && existsSync(kept))
      assert.strictEqual(rights(file), 0o600)
      const run = yield* bridge.sync()
      assert.deepStrictEqual([run.error, run.summary.assignments], [null, { add: 1, remove: 0 }])
      assert.deepStrictEqual(bridge.held(), { ...held, Hooli: ["c6@x.io"] })
      // What the forgotten run added is found there: it is not ours to remove.
      bridge.zendesk.source?.leave("6", "101")
      assert.strictEqual((yield* bridge.sync()).summary.assignments.remove, 0)
      assert.include(bridge.held()["Globex"] ?? [], "c6@x.io")
    })
  )

  it.scopedLive("of another place is refused, unless that place never wrote anything", () =>
    Effect.gen(function* () {
      const [bridge, other] = [yield* Bridge.small, yield* Bridge.small]
      yield* other.sync()
      const copy = yield* backup(other)
      yield* bridge.plan()
      assert.strictEqual((yield* stateFiles.compare(place(bridge).file, copy)).foreign, null)
      yield* bridge.sync()
      const mirrored = JSON.parse(readFileSync(`${place(bridge).file}.lineage`, "utf8"))
      const { foreign, runsAfter } = yield* stateFiles.compare(place(bridge).file, copy)
      assert.deepStrictEqual([foreign, runsAfter], [mirrored.lineage, null])
      remove(place(bridge).file)
      assert.strictEqual((yield* stateFiles.compare(place(bridge).file, copy)).foreign, mirrored.lineage)
      copyFileSync(copy, place(bridge).file)
      assert.match((yield* bridge.sync()).error?.message ?? "", /is another one: it is state/)
    })
  )

  it.scopedLive("is not replaced by what is no copy, a damaged or a newer one, nor during a run", () =>
    Effect.gen(function* () {
      const bridge = yield* Bridge.small
      const { backups, file, folder } = place(bridge)
      yield* bridge.sync()
      const copy = yield* backup(bridge)
      const wrong = (name: string, change: (path: string) => void) => {
        const path = join(folder, name)
        copyFileSync(copy, path)
        change(path)
        return Effect.flip(stateFiles.compare(file, path))
      }
      const edit = (path: string, text: string) => {
        const db = new Sqlite(path)
        db.exec(text)
        db.close()
      }
      const reasons = yield* Effect.all([
        wrong("text.db", (path) => writeFileSync(path, "not a database at all, but long enough to be one")),
        wrong("empty.db", (path) => truncateSync(path, 0)),
        wrong("foreign.db", (path) => edit(path, "PRAGMA user_version = 0")),
        wrong("newer.db", (path) => edit(path, "PRAGMA user_version = 99")),
        wrong("cut.db", (path) => truncateSync(path, statSync(path).size - 8192))
      ])
      assert.deepStrictEqual(
        reasons.map(({ reason }) => reason),
        ["NotAState", "NotAState", "NotAState", "Newer", "Corrupt"]
      )
      assert.match(reasons[0]?.message ?? "", /text\.db is no copy of a Groupbridge state\. Nothing was changed/)
      const lease = yield* open(bridge, (store) => Effect.zipLeft(Effect.succeed(store), store.acquire("eve@ops9 (process 1)", 60_000, null)))
      const locked = yield* Effect.flip(restore(bridge, copy))
      assert.deepStrictEqual([locked.reason, lease.file, existsSync(`${file}.restoring`)], ["Locked", file, false])
      assert.deepStrictEqual(
        readdirSync(folder).filter((name) => name.includes("replaced")),
        []
      )
      assert.strictEqual(readdirSync(backups).length, 1)
    })
  )

  it.scopedLive("that is damaged is found by the check, and a copy takes its place with all that belongs to it put aside", () =>
    Effect.gen(function* () {
      const bridge = yield* Bridge.small
      const { backups, file, folder } = place(bridge)
      const empty = yield* stateFiles.check(file, backups)
      assert.deepStrictEqual([empty.facts, empty.problems], [null, []])
      yield* bridge.sync()
      const copy = yield* backup(bridge)
      const well = yield* stateFiles.check(file, backups)
      assert.deepStrictEqual([well.problems, well.facts?.runs, well.newest?.file], [[], 1, copy])
      writeFileSync(file, Buffer.alloc(20_000, "x"))
      writeFileSync(`${file}-wal`, "left over")
      assert.match((yield* stateFiles.check(file, backups)).problems.join(), /not a Groupbridge state file|damaged/)
      const kept = yield* restore(bridge, copy)
      assert.deepStrictEqual([existsSync(`${file}-wal`), kept !== null && statSync(kept).size], [false, 20_000])
      assert.deepStrictEqual((yield* stateFiles.check(file, backups)).problems, [])
      assert.strictEqual((yield* bridge.sync()).status, "none")
      const db = new Sqlite(file, { readonly: true })
      assert.deepStrictEqual(db.prepare("SELECT what, who, host, reason FROM decision").all(), [{ what: "restore", ...by }])
      db.close()
      writeFileSync(copy, "x")
      assert.match((yield* stateFiles.check(file, backups)).problems.join(), /the newest copy cannot be put back/)
      assert.isTrue(readdirSync(folder).length > 0)
    })
  )

  it.scopedLive("is copied while it is written to, and only the newest copies are kept", () =>
    Effect.gen(function* () {
      const bridge = yield* Bridge.small
      const { backups, file } = place(bridge)
      yield* bridge.sync()
      mkdirSync(backups)
      for (const day of ["01", "02", "03"]) writeFileSync(join(backups, `state-202501${day}-000000.db`), "old")
      writeFileSync(join(backups, "notes.txt"), "mine")
      const db = new Sqlite(file)
      db.exec("BEGIN IMMEDIATE; UPDATE meta SET value = '99' WHERE key = 'counter'")
      const made = yield* stateFiles.backup(file, { dir: backups, keep: 2, maxBytes: 1e12 })
      db.exec("ROLLBACK")
      db.close()
      assert.deepStrictEqual(readdirSync(backups).sort(), ["notes.txt", "state-20250103-000000.db", made.slice(backups.length + 1)])
      assert.strictEqual((yield* stateFiles.compare(file, made)).copy.runs, 1)
      assert.match((yield* Effect.flip(stateFiles.copy(file, made))).message, /is there already/)
      assert.strictEqual(Backups.newestOf(backups, "another"), null)
    })
  )

  it.scopedLive("is copied before its schema moves, once, and not when it is new", () =>
    Effect.gen(function* () {
      const bridge = yield* Bridge.make
      const file = join(bridge.dir, "old.db")
      const steps = [...Schema.steps, "CREATE TABLE later (id INTEGER PRIMARY KEY) STRICT"]
      const db = new Sqlite(file)
      assert.isTrue(Migrator.forward(db, file, Schema.steps, 0))
      const kept = `${file}.before-schema-${steps.length}`
      db.prepare("UPDATE meta SET value = '7' WHERE key = 'counter'").run()
      assert.isFalse(existsSync(kept))
      assert.throws(() => Migrator.forward(db, file, [...Schema.steps, "CREATE TABLE meta (x)"], 0), /already exists/)
      assert.strictEqual(db.pragma("user_version", { simple: true }), Schema.steps.length)
      assert.isFalse(Migrator.forward(db, file, steps, 0))
      const copy = new Sqlite(kept, { readonly: true })
      assert.strictEqual(copy.pragma("user_version", { simple: true }), Schema.steps.length)
      assert.strictEqual(copy.prepare("SELECT value FROM meta WHERE key = 'counter'").pluck().get(), "7")
      assert.strictEqual(db.prepare("SELECT count(*) FROM later").pluck().get(), 0)
      assert.strictEqual(rights(kept), 0o600)
      for (const open of [copy, db]) open.close()
    })
  )
})
