/** Runs of the real engine in this process, over sandboxes that a weather may trouble. A run can be killed at any boundary that it passes. */
import type { Memory } from "../../src/operate/Memory.ts"
import { copyFileSync, existsSync, rmSync } from "node:fs"
import { join } from "node:path"
import Sqlite from "better-sqlite3"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as TestClock from "effect/TestClock"
import * as Connectors from "../../connectors/registry.ts"
import { Journal } from "../../src/apply/Journal.ts"
import * as ConfigFile from "../../src/config/ConfigFile.ts"
import type { PlanResult, SyncResult } from "../../src/model/Result.ts"
import * as SecretRedactor from "../../src/observe/SecretRedactor.ts"
import * as PlanFile from "../../src/plan/PlanFile.ts"
import * as Connections from "../../src/run/Connections.ts"
import { RunStore } from "../../src/run/RunStore.ts"
import * as SyncRun from "../../src/run/SyncRun.ts"
import * as Undo from "../../src/run/Undo.ts"
import type { DeliveringApp } from "../../src/sandbox/Faulty.ts"
import * as InProcess from "../../src/sandbox/InProcess.ts"
import * as StateLayer from "../../state/StateLayer.ts"
import * as Bridge from "../kit/Bridge.ts"

const connectors = await Connectors.load()

export interface Apps {
  readonly source: DeliveringApp
  readonly target: DeliveringApp
}

export interface RunOptions {
  readonly depth: "usual" | "counts" | "full"
  /** The boundary at which the run is killed, counted from 1. */
  readonly killAt?: number | undefined
  /** A saved plan to apply. */
  readonly file?: string
  /** An approved part to apply. */
  readonly part?: number
}

/** Runs `work` to its end. Whenever it only waits, the simulated clock goes on to the next moment that somebody waits for. */
export const passing = <A, E, R>(work: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.gen(function* () {
    const fiber = yield* Effect.fork(work)
    for (let turn = 1; turn < 100_000; turn++) {
      yield* Effect.promise(() => new Promise<void>((resolve) => setImmediate(resolve)))
      if (Option.isSome(yield* Fiber.poll(fiber))) return yield* Fiber.join(fiber)
      if (turn % 3 !== 0) continue
      const sleeps = [...(yield* TestClock.sleeps())]
      if (sleeps.length > 0) yield* TestClock.setTime(sleeps.reduce((least, at) => Math.min(least, at)))
    }
    return yield* Effect.dieMessage("a run did not come to its end")
  })

/** Counts the boundaries that a run passes. At the one numbered `killAt`, `strike` is run, and the run and all that it does stop there for ever. */
const boundaries = (killAt: number | undefined, strike: Effect.Effect<void>) => {
  let passed = 0
  let struck = false
  const pass: Effect.Effect<void> = Effect.suspend(() => {
    if (struck) return Effect.never
    passed += 1
    if (passed !== killAt) return Effect.void
    struck = true
    return Effect.zipRight(strike, Effect.never)
  })
  return { pass, isStruck: () => struck }
}

type Boundaries = ReturnType<typeof boundaries>

const around =
  ({ pass }: Boundaries, app: DeliveringApp): DeliveringApp =>
  (request) =>
    Effect.zipRight(
      pass,
      Effect.tap(app(request), () => pass)
    )

const journalWith = ({ pass }: Boundaries, journal: typeof Journal.Service): typeof Journal.Service => ({
  ...journal,
  intend: (writer, op, group, pack) => Effect.tap(Effect.zipRight(pass, journal.intend(writer, op, group, pack)), () => pass),
  settleRows: (call, outcome, detail) => Effect.zipRight(Effect.zipRight(pass, journal.settleRows(call, outcome, detail)), pass),
  settleGroup: (call, outcome, detail) => Effect.zipRight(Effect.zipRight(pass, journal.settleGroup(call, outcome, detail)), pass)
})

/** `dir` holds groupbridge.yaml, with the connections of a `Bridge`; its state is where Groupbridge puts it. */
export const make = (dir: string, apps: Apps) => {
  const state = join(dir, ".groupbridge", "state.db")
  const redactor = SecretRedactor.make()
  const spool = join(dir, "spool.jsonl")
  const scope = { only: [], lifted: new Map(), file: null, part: null, within: null }

  const invocation = <A>(
    stops: Boundaries,
    use: (sync: Parameters<typeof SyncRun.run>[0], connections: Connections.Connections) => Effect.Effect<A, never, Memory>
  ): Effect.Effect<A> =>
    Effect.scoped(
      Effect.gen(function* () {
        const client = InProcess.client({ [Bridge.sourceUrl]: around(stops, apps.source), [Bridge.targetUrl]: around(stops, apps.target) })
        const config = yield* ConfigFile.load({ file: join(dir, "groupbridge.yaml"), connectors, env: {} })
        const work = Effect.gen(function* () {
          const connections = yield* Connections.make(config, { maxWaitMillis: null, onWait: () => Effect.void })
          const [sync] = config.syncs.values()
          return yield* sync === undefined ? Effect.dieMessage("the config has no sync") : use(sync, connections)
        })
        return yield* work.pipe(
          Effect.provideService(Connections.Vendors, { connectors, redactor, client }),
          Effect.scoped,
          Effect.updateService(Journal, (journal) => journalWith(stops, journal)),
          Effect.updateService(RunStore, (store) => ({
            ...store,
            renew: (number, millis) => Effect.suspend(() => (stops.isStruck() ? Effect.never : store.renew(number, millis))),
            judgement: (keep, steps) =>
              store.judgement(
                keep,
                Effect.tap(steps, () => stops.pass)
              )
          })),
          Effect.provide(StateLayer.layer(config.state))
        )
      })
    ).pipe(Effect.orDie)

  const unstopped = boundaries(undefined, Effect.void)

  const attended = { who: "petra", host: "ops1", confirm: () => Effect.succeed(true), onApply: () => Effect.void }

  const run = (options: RunOptions, stops: Boundaries): Effect.Effect<SyncResult> =>
    invocation(stops, (sync, connections) =>
      SyncRun.run(sync, connections, {
        scope: { ...scope, file: options.file ?? null, part: options.part ?? null },
        depth: options.depth,
        spool,
        onLook: () => Effect.void,
        kind: options.file === undefined ? (options.part === undefined ? "sync" : "approve") : "apply",
        ...attended
      })
    )

  /** What the disk held when the run was killed is what the next one finds. */
  const restore = Effect.sync(() => {
    for (const part of ["", "-wal", "-shm"]) {
      rmSync(state + part, { force: true })
      if (existsSync(`${state}${part}.copy`)) copyFileSync(`${state}${part}.copy`, state + part)
      rmSync(`${state}${part}.copy`, { force: true })
    }
    // This process, which held the lease, lives; that of a killed run does not. No Linux gives out this number.
    const db = new Sqlite(state)
    db.prepare("UPDATE lease SET holder = replace(holder, ?, ?)").run(`process ${process.pid}`, "process 4194305")
    db.close()
  })

  const mortal = (killAt: number | undefined, work: (stops: Boundaries) => Effect.Effect<SyncResult>): Effect.Effect<SyncResult | null> =>
    Effect.gen(function* () {
      const death = yield* Deferred.make<void>()
      const die = Effect.suspend(() => {
        for (const part of ["", "-wal"]) if (existsSync(state + part)) copyFileSync(state + part, `${state}${part}.copy`)
        return Deferred.succeed(death, undefined)
      })
      const fiber = yield* Effect.fork(work(boundaries(killAt, die)))
      const result = yield* Effect.raceFirst(Effect.as(Deferred.await(death), null), Fiber.join(fiber))
      if (result !== null) return result
      yield* Fiber.interrupt(fiber)
      yield* restore
      return null
    })

  return {
    /** One run that may write; null if it was killed. */
    sync: (options: RunOptions): Effect.Effect<SyncResult | null> => mortal(options.killAt, (stops) => run(options, stops)),
    /** Takes the run of that number back; null if it was killed. */
    undo: (number: number, killAt: number | undefined): Effect.Effect<SyncResult | null> =>
      mortal(killAt, (stops) =>
        invocation(stops, (sync, connections) => Undo.run(sync, connections, { ...attended, run: number, reason: null, spool, onLook: () => Effect.void }))
      ),
    /** A dry run. With `save` its free rows are saved there, for `apply`. */
    plan: (save: string | null): Effect.Effect<PlanResult> =>
      invocation(unstopped, (sync, connections) =>
        Effect.gen(function* () {
          const result = yield* SyncRun.dryRun(sync, connections, { scope, depth: "usual", spool, onLook: () => Effect.void })
          if (save === null || result.status === "failed") return result
          const accounts: Record<string, string> = {}
          for (const name of [...sync.from, sync.to])
            accounts[name] = (yield* Effect.orDie(Effect.flatMap(connections.open(name), ({ identify }) => identify))).account
          const now = yield* TestClock.currentTimeMillis
          yield* Effect.orDie(PlanFile.save(save, SyncRun.headerOf(result, sync, accounts, "p-1", now), spool))
          return result
        })
      ),
    /** Runs `use` on the state that no run has open. */
    remember: <A, E>(use: Effect.Effect<A, E, Memory>): Effect.Effect<A> => Effect.orDie(Effect.provide(use, StateLayer.layer(state))),
    /** Rows of a query on the state file; none while there is no such file. */
    query: (text: string): ReadonlyArray<Readonly<Record<string, string | number | null>>> => {
      if (!existsSync(state)) return []
      const db = new Sqlite(state, { readonly: true })
      try {
        return db.prepare(text).all() as ReadonlyArray<Readonly<Record<string, string | number | null>>>
      } finally {
        db.close()
      }
    }
  }
}

export type Engine = ReturnType<typeof make>
