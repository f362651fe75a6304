/** Runs of a `Bridge` that end or fall asleep at a numbered boundary of a call, as a killed process or a closed laptop would. */
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import Sqlite from "better-sqlite3"
import { copyFileSync, existsSync, rmSync } from "node:fs"
import { join } from "node:path"
import * as Connectors from "../../connectors/registry.ts"
import { type CallOp, Journal } from "../../src/apply/Journal.ts"
import * as ConfigFile from "../../src/config/ConfigFile.ts"
import type { ChangeOp } from "../../src/model/Change.ts"
import type { SyncResult } from "../../src/model/Result.ts"
import * as SecretRedactor from "../../src/observe/SecretRedactor.ts"
import * as Connections from "../../src/run/Connections.ts"
import { RunStore } from "../../src/run/RunStore.ts"
import * as SyncRun from "../../src/run/SyncRun.ts"
import type { DeliveringApp } from "../../src/sandbox/Faulty.ts"
import * as InProcess from "../../src/sandbox/InProcess.ts"
import type { SandboxRequest, SandboxResponse } from "../../src/sandbox/Sandbox.ts"
import * as StateLayer from "../../state/StateLayer.ts"
import * as Bridge from "../kit/Bridge.ts"

const connectors = await Connectors.load()

type World = Effect.Effect.Success<typeof Bridge.small>

/** In the order in which a call passes them. `late`: the vendor acts two seconds after its caller is gone. */
export const boundaries = [
  "before intent",
  "intent stored",
  "sent without effect",
  "late",
  "effect without answer",
  "answer without stored result",
  "result stored"
] as const
export type Boundary = (typeof boundaries)[number]

/** Where to strike: the call of that kind with this number, from 1 on. */
export interface Place {
  readonly at: Boundary | "planning"
  readonly op: ChangeOp
  readonly call: number
}

export interface RunOptions {
  readonly depth?: "usual" | "none" | "full"
  /** What the target's answers leave out. */
  readonly hide?: RegExp
}

const opOf = ({ method, path }: SandboxRequest): ChangeOp | null => {
  if (path.endsWith("/members")) return method === "POST" ? "assignment.add" : method === "DELETE" ? "assignment.remove" : null
  return method === "POST" ? "group.create" : method === "PATCH" ? "group.update" : null
}

/** Waits at one place of a run: `strike` is run once, when that place is reached, and everything that the run does then waits with it. */
const stopper = (place: Place, strike: Effect.Effect<void>) => {
  const passed = new Map<string, number>()
  let struck = false
  const wait = Effect.suspend(() => {
    struck = true
    return strike
  })
  const reach = (at: Place["at"], op: CallOp, first: Effect.Effect<unknown> = Effect.void): Effect.Effect<void> =>
    Effect.suspend(() => {
      if (struck) return wait
      if (place.at !== at || (at !== "planning" && place.op !== op)) return Effect.void
      const count = (passed.get(at) ?? 0) + 1
      passed.set(at, count)
      return at === "planning" || count === place.call ? Effect.zipRight(first, wait) : Effect.void
    })
  return { reach, isStruck: () => struck, wait }
}

type Stopper = ReturnType<typeof stopper>

const journalThat = (stop: Stopper, journal: typeof Journal.Service): typeof Journal.Service => ({
  ...journal,
  intend: (writer, op, group, pack) =>
    Effect.gen(function* () {
      yield* stop.reach("before intent", op)
      const call = yield* journal.intend(writer, op, group, pack)
      if (call !== null) yield* stop.reach("intent stored", op)
      return call
    }),
  settleRows: (call, outcome, detail) =>
    stop
      .reach("answer without stored result", call.op)
      .pipe(Effect.zipRight(journal.settleRows(call, outcome, detail)), Effect.zipRight(stop.reach("result stored", call.op))),
  settleGroup: (call, outcome, detail) =>
    stop
      .reach("answer without stored result", call.op)
      .pipe(Effect.zipRight(journal.settleGroup(call, outcome, detail)), Effect.zipRight(stop.reach("result stored", call.op)))
})

const appThat =
  (stop: Stopper, app: DeliveringApp): DeliveringApp =>
  (request) =>
    Effect.gen(function* () {
      const op = opOf(request)
      if (op === null) return yield* stop.isStruck() ? Effect.zipRight(stop.wait, app(request)) : app(request)
      yield* stop.reach("sent without effect", op)
      yield* stop.reach("late", op, Effect.forkDaemon(Effect.delay(app(request), "2 seconds")))
      const answer = yield* app(request)
      yield* stop.reach("effect without answer", op)
      return answer
    })

/** The target's answers without the fields that `hidden` names. */
const hiding =
  (hidden: RegExp | undefined, app: DeliveringApp): DeliveringApp =>
  (request) =>
    Effect.map(app(request), (answer) => {
      if (hidden === undefined || "_tag" in answer) return answer
      const body = JSON.stringify(JSON.parse(answer.body), (key, value: unknown) => (hidden.test(key) ? undefined : value))
      return { ...answer, body } satisfies SandboxResponse
    })

const run = (bridge: World, options: RunOptions, place: Place | null, strike: Effect.Effect<void>): Effect.Effect<SyncResult> =>
  Effect.scoped(
    Effect.gen(function* () {
      const stop = stopper(place ?? { at: "before intent", op: "group.create", call: Infinity }, strike)
      const target = hiding(options.hide, place === null ? bridge.target.app : appThat(stop, bridge.target.app))
      const client = InProcess.client({ [Bridge.sourceUrl]: bridge.source.app, [Bridge.secondSourceUrl]: bridge.secondSource.app, [Bridge.targetUrl]: target })
      const config = yield* ConfigFile.load({ file: join(bridge.dir, "groupbridge.yaml"), connectors, env: {} })
      const work = Effect.gen(function* () {
        const connections = yield* Connections.make(config, { maxWaitMillis: null, onWait: () => Effect.void })
        return yield* SyncRun.run(config.syncs.get("customers")!, connections, {
          scope: { only: [], lifted: new Map(), file: null, part: null, within: null },
          depth: options.depth ?? "usual",
          spool: join(bridge.dir, "spool.jsonl"),
          onLook: () => Effect.void,
          kind: "sync",
          who: "petra",
          host: "ops1",
          confirm: () => Effect.succeed(true),
          onApply: () => Effect.void
        })
      })
      return yield* work.pipe(
        Effect.provideService(Connections.Vendors, { connectors, redactor: SecretRedactor.make(), client }),
        Effect.scoped,
        Effect.updateService(Journal, (journal) => journalThat(stop, journal)),
        Effect.updateService(RunStore, (store) => ({
          ...store,
          renew: (number, millis) => Effect.suspend(() => (stop.isStruck() ? Effect.never : store.renew(number, millis))),
          judgement: (keep, steps) => Effect.zipRight(stop.reach("planning", "group.create"), store.judgement(keep, steps))
        })),
        Effect.provide(StateLayer.layer(config.state))
      )
    })
  ).pipe(Effect.orDie)

/** One run that nothing happens to. */
export const sync = (bridge: World, options: RunOptions = {}): Effect.Effect<SyncResult> => run(bridge, options, null, Effect.void)

export const stateFile = (bridge: World): string => join(bridge.dir, ".groupbridge", "state.db")

/** A process number that no Linux gives out. */
const nobody = 4_194_305

/** A run that is killed at `place`: what the disk held at that moment is what the next run finds. Dies if the run never came by there. */
export const killed = (bridge: World, place: Place, options: RunOptions = {}): Effect.Effect<void> =>
  Effect.gen(function* () {
    const file = stateFile(bridge)
    const death = yield* Deferred.make<boolean>()
    let copied = false
    const die = Effect.suspend(() => {
      if (!copied) for (const part of ["", "-wal"]) if (existsSync(file + part)) copyFileSync(file + part, `${file}${part}.copy`)
      copied = true
      return Effect.zipRight(Deferred.succeed(death, true), Effect.never)
    })
    const fiber = yield* Effect.fork(run(bridge, options, place, die))
    const wasKilled = yield* Effect.raceFirst(Deferred.await(death), Effect.as(Fiber.join(fiber), false))
    if (!wasKilled) return yield* Effect.dieMessage(`the run ended before it came to ${place.at} of ${place.op}`)
    yield* Fiber.interrupt(fiber)
    for (const part of ["", "-wal", "-shm"]) {
      rmSync(file + part, { force: true })
      if (existsSync(`${file}${part}.copy`)) copyFileSync(`${file}${part}.copy`, file + part)
    }
    // The process that held the lease was this one, which lives; that of a killed run does not.
    const state = new Sqlite(file)
    state.prepare("UPDATE lease SET holder = replace(holder, ?, ?)").run(`process ${process.pid}`, `process ${nobody}`)
    state.close()
  })

/** A run that falls asleep at `place`, its lease no longer renewed, and wakes when the answered effect is run; that answers what became of it. */
export const asleep = (bridge: World, place: Place, options: RunOptions = {}): Effect.Effect<Effect.Effect<SyncResult>> =>
  Effect.gen(function* () {
    const [reached, awake] = [yield* Deferred.make<void>(), yield* Deferred.make<void>()]
    const sleep = Effect.zipRight(Deferred.succeed(reached, undefined), Deferred.await(awake))
    const fiber = yield* Effect.fork(run(bridge, options, place, sleep))
    yield* Effect.raceFirst(
      Deferred.await(reached),
      Effect.zipRight(Fiber.join(fiber), Effect.dieMessage(`the run ended before it came to ${place.at} of ${place.op}`))
    )
    return Effect.zipRight(Deferred.succeed(awake, undefined), Fiber.join(fiber))
  })

const query = (bridge: World, text: string): ReadonlyArray<Readonly<Record<string, unknown>>> => {
  const state = new Sqlite(stateFile(bridge), { readonly: true })
  try {
    return state.prepare(text).all() as ReadonlyArray<Readonly<Record<string, unknown>>>
  } finally {
    state.close()
  }
}

/** What the state believes: groups that exist, whose they are, and every row with its origin. Without what differs from run to run. */
export const believed = (bridge: World) => ({
  groups: query(
    bridge,
    "SELECT name, group_key, made_by_us, count, expected_count FROM target_group WHERE key IS NOT NULL AND gone_at IS NULL ORDER BY name, id"
  ),
  rows: query(
    bridge,
    "SELECT g.name, t.email, a.origin FROM assignment a JOIN target_group g ON g.id = a.group_id JOIN target_customer t ON t.id = a.target_customer_id ORDER BY g.name, t.email"
  ),
  wishes: query(
    bridge,
    "SELECT g.name, t.email, c.expired_at IS NULL AS stands FROM claim c JOIN target_group g ON g.id = c.group_id JOIN target_customer t ON t.id = c.target_customer_id ORDER BY g.name, t.email"
  ),
  canary: query(bridge, "SELECT count(*) AS n FROM connection WHERE canary_at IS NOT NULL")
})

/** Calls, rows of calls and planned changes of which nobody knows what became. */
export const unaccounted = (bridge: World) => [
  ...query(bridge, "SELECT id, op FROM call WHERE outcome IS NULL"),
  ...query(bridge, "SELECT call, target_customer_id FROM call_row WHERE outcome IS NULL"),
  ...query(bridge, "SELECT run, op FROM planned_change WHERE state = 'planned'")
]

/** What became of the calls of each kind. */
export const outcomes = (bridge: World) => query(bridge, "SELECT op, outcome, count(*) AS n FROM call GROUP BY 1, 2 ORDER BY 1, 2")
