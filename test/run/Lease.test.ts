/** One run writes at a time; who slept through its replacement writes no more; a killed one keeps nobody waiting. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as TestClock from "effect/TestClock"
import Sqlite from "better-sqlite3"
import { spawnSync } from "node:child_process"
import { join } from "node:path"
import { Journal } from "../../src/apply/Journal.ts"
import * as LeaseHolder from "../../src/run/LeaseHolder.ts"
import { RunStore } from "../../src/run/RunStore.ts"
import * as Database from "../../state/database/Database.ts"
import * as StateLayer from "../../state/StateLayer.ts"
import * as Killable from "../apply/Killable.ts"
import * as Bridge from "../kit/Bridge.ts"
import { passing } from "../kit/Time.ts"

/** Moments at which a run may fall asleep: looking, planning, between two calls, waiting for its turn, waiting for an answer. */
const naps: ReadonlyArray<Killable.Place> = [
  { at: "planning", op: "group.create", call: 1 },
  { at: "before intent", op: "assignment.add", call: 2 },
  { at: "intent stored", op: "group.create", call: 2 },
  { at: "intent stored", op: "assignment.add", call: 2 },
  { at: "effect without answer", op: "assignment.add", call: 2 },
  { at: "answer without stored result", op: "assignment.add", call: 2 }
]

describe("invariant 7: a run that sleeps longer than its lease", () => {
  it.scoped.each(naps)("writes nothing more once another one took over: $at of $op", (nap) =>
    passing(
      Effect.gen(function* () {
        const bridge = yield* Bridge.small
        const wake = yield* Killable.asleep(bridge, nap)
        yield* Effect.sleep("3 minutes")
        assert.isNull((yield* Killable.sync(bridge)).error)
        const [held, believed, writes] = [bridge.held(), Killable.believed(bridge), bridge.target.writes()]
        assert.deepStrictEqual(Object.values(held).flat().length, 8)
        const run = yield* wake
        assert.deepStrictEqual([run.status, run.error?.kind], ["failed", "locked"])
        assert.match(run.error!.message, /another run took over/)
        assert.deepStrictEqual([bridge.held(), Killable.believed(bridge), bridge.target.writes()], [held, believed, writes])
        assert.deepStrictEqual(Killable.unaccounted(bridge), [])
        assert.strictEqual((yield* Killable.sync(bridge)).status, "none")
      })
    )
  )

  it.scoped("does not take what the other one added for what it saw missing", () =>
    passing(
      Effect.gen(function* () {
        const bridge = yield* Bridge.small
        yield* Killable.sync(bridge)
        bridge.zendesk.source!.join("6", "101")
        const wake = yield* Killable.asleep(bridge, { at: "planning", op: "group.create", call: 1 }, { depth: "full" })
        yield* Effect.sleep("3 minutes")
        assert.strictEqual((yield* Killable.sync(bridge)).status, "done")
        const believed = Killable.believed(bridge)
        assert.strictEqual((yield* wake).error?.kind, "locked")
        assert.deepStrictEqual(Killable.believed(bridge), believed)
      })
    )
  )

  it.scoped("stores no intent under a lease that is another one's now", () =>
    Effect.gen(function* () {
      const bridge = yield* Bridge.make
      const intend = Effect.gen(function* () {
        const [journal, store] = [yield* Journal, yield* RunStore]
        const lease = yield* store.acquire("petra@ops1", 1000, null)
        yield* TestClock.adjust("2 seconds")
        assert.strictEqual((yield* store.acquire("jan@ops2", 1000, null))._tag, "Ours")
        assert(lease._tag === "Ours")
        return yield* Effect.flip(journal.intend({ run: 1, lease: lease.number, to: "cstar" }, "assignment.add", 1, 100))
      })
      assert.strictEqual((yield* Effect.provide(intend, StateLayer.layer(join(bridge.dir, "state.db")))).reason, "Superseded")
    })
  )

  it.scoped("leaves the lease of the run that took over, also while that one is under way", () =>
    passing(
      Effect.gen(function* () {
        const bridge = yield* Bridge.small
        const wake = yield* Killable.asleep(bridge, { at: "before intent", op: "assignment.add", call: 2 })
        yield* Effect.sleep("3 minutes")
        const wakeSecond = yield* Killable.asleep(bridge, { at: "before intent", op: "assignment.add", call: 2 })
        assert.strictEqual((yield* wake).error?.kind, "locked")
        const third = yield* Killable.sync(bridge)
        assert.deepStrictEqual([third.run, third.error?.kind], [null, "locked"])
        assert.strictEqual((yield* wakeSecond).status, "done")
        assert.strictEqual((yield* Killable.sync(bridge)).status, "none")
      })
    )
  )

  it.scoped("goes on where no other run took over", () =>
    passing(
      Effect.gen(function* () {
        const bridge = yield* Bridge.small
        const wake = yield* Killable.asleep(bridge, { at: "before intent", op: "assignment.add", call: 2 })
        yield* Effect.sleep("3 hours")
        assert.strictEqual((yield* wake).status, "done")
      })
    )
  )
})

describe("invariant 7: two runs at once", () => {
  it.scoped("the second is refused, names the first, and calls nobody to write", () =>
    passing(
      Effect.gen(function* () {
        const bridge = yield* Bridge.small
        const wake = yield* Killable.asleep(bridge, { at: "before intent", op: "assignment.add", call: 2 })
        const writes = bridge.target.writes()
        const second = yield* Killable.sync(bridge)
        assert.deepStrictEqual([second.run, second.status, second.error?.kind], [null, "failed", "locked"])
        assert.match(second.error!.message, new RegExp(`petra@ops1 \\(process ${process.pid}`))
        assert.strictEqual(bridge.target.writes(), writes)
        assert.strictEqual((yield* wake).status, "done")
      })
    )
  )
})

describe("whose process is no more", () => {
  const ended = spawnSync(process.execPath, ["--version"]).pid
  const self = LeaseHolder.here("petra@ops1")
  const holder = (host: string, pid: number) => self.replace("ops1", host).replace(`process ${process.pid}`, `process ${pid}`)

  it("is known of this machine alone", () => {
    assert.isTrue(LeaseHolder.isGone(holder("ops1", ended), self))
    assert.isTrue(LeaseHolder.isGone(holder("ops1", ended).replace("petra", "jan"), self))
    assert.isFalse(LeaseHolder.isGone(holder("ops1", process.pid), self))
    assert.isFalse(LeaseHolder.isGone(holder("ops1", 1), self))
    assert.isFalse(LeaseHolder.isGone(holder("ops2", ended), self))
    assert.isFalse(LeaseHolder.isGone(holder("ops1", ended).replace(/\)$/, " in container [4026532999])"), self))
    assert.isFalse(LeaseHolder.isGone("somebody", self))
  })

  it.scoped("is taken over at once here, and after two minutes elsewhere", () =>
    passing(
      Effect.gen(function* () {
        for (const [host, expected] of [
          ["ops1", "done"],
          ["ops2", "failed"]
        ] as const) {
          const bridge = yield* Bridge.small
          yield* Killable.killed(bridge, { at: "effect without answer", op: "assignment.add", call: 1 })
          const state = new Sqlite(Killable.stateFile(bridge))
          state.prepare("UPDATE lease SET holder = replace(holder, 'ops1', ?)").run(host)
          state.close()
          assert.strictEqual((yield* Killable.sync(bridge)).status, expected)
          yield* Effect.sleep("2 minutes")
          assert.isNull((yield* Killable.sync(bridge)).error)
          assert.strictEqual(Object.values(bridge.held()).flat().length, 8)
        }
      })
    )
  )
})

describe("the state file", () => {
  it.scoped("waits for the disk at every commit, and readers do not stop writers", () =>
    Effect.gen(function* () {
      const bridge = yield* Bridge.make
      const database = yield* Database.open(join(bridge.dir, "state.db"))
      const pragma = (name: string) => database.use((sql) => Object.values(sql.get(`PRAGMA ${name}`) ?? {})[0])
      assert.strictEqual(yield* pragma("synchronous"), 2)
      assert.strictEqual(yield* pragma("journal_mode"), "wal")
    })
  )
})
