/** A run that writes, from taking the lease to its result: what it plans is handed in. Everything done is stored, however it ends. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Applier from "../apply/Applier.ts"
import * as Evidence from "../apply/Evidence.ts"
import { Journal, type Writer } from "../apply/Journal.ts"
import * as Turns from "../apply/Turns.ts"
import type { SyncConfig } from "../config/Config.ts"
import type { ConnectorError } from "../contract/ConnectorError.ts"
import type { StateError } from "../contract/StateError.ts"
import { total, type ChangeCounts, type PlanResult, type RunFailure, type SyncResult } from "../model/Result.ts"
import type { Connected, Connections } from "./Connections.ts"
import * as Cutting from "./Cutting.ts"
import * as Failure from "./Failure.ts"
import * as Lease from "./Lease.ts"
import * as Looking from "./Looking.ts"
import type * as Planning from "./Planning.ts"
import { type About, type RunKind, RunStore } from "./RunStore.ts"

export interface ApplyProgress {
  readonly done: number
  readonly total: number
}

export interface Options extends About {
  readonly kind: RunKind
  readonly who: string
  readonly host: string
  /** What the run may make of calls and time; null: as much as it takes. */
  readonly within: Turns.Within | null
  /** Asked once the plan is made; no ends the run with nothing written. */
  readonly confirm: (plan: PlanResult) => Effect.Effect<boolean>
  readonly onApply: (progress: ApplyProgress) => Effect.Effect<void>
}

/** A target that the config was accepted with. */
export interface OpenTarget extends Connected {
  readonly target: NonNullable<Connected["target"]>
}

export const openTarget = (sync: SyncConfig, connections: Connections) =>
  Effect.flatMap(connections.open(sync.to), (connected) =>
    connected.target === null
      ? Effect.dieMessage(`the config was accepted with ${sync.to} as a target`)
      : Effect.succeed<OpenTarget>({ ...connected, target: connected.target })
  )

/** What a run sets out to do. `begin` is done once it is agreed to, before anything is sent; `end` when all went through. */
export interface Undertaking<R> {
  readonly planned: Planning.Planned
  readonly begin: Effect.Effect<void, StateError, R>
  readonly end: Effect.Effect<void, StateError, R>
}

type Failing = Failure.RunError | Looking.Stopped

/** What applying is given: the right to write, turns for its calls, and whom to tell after each how many changes it settled. */
export interface Means {
  readonly writer: Writer
  readonly turns: Turns.Turns
  readonly onProgress: (settled: number) => Effect.Effect<void>
}

/** What kind of work a run is: customers' groups, or a team. `T` is the target as it needs it. */
export interface Trade<T, R> {
  /** The counts of a run that did nothing. */
  readonly nothing: ChangeCounts
  readonly open: Effect.Effect<T, ConnectorError | StateError, R>
  /** Settles what a killed run left under way. */
  readonly settle: (target: T) => Effect.Effect<unknown, ConnectorError | StateError, R>
  readonly plan: (run: number, target: T) => Effect.Effect<Undertaking<R>, Failing, R>
  /** Carries out what the run has planned, as far as there are turns for it. */
  readonly apply: (target: T, means: Means) => Effect.Effect<void, ConnectorError | StateError, R>
  /** How many changes the run has planned, and how many are settled. */
  readonly progress: (run: number) => Effect.Effect<{ readonly total: number; readonly settled: number }, StateError, R>
}

interface Outcome {
  readonly plan: PlanResult | null
  readonly leftOver: Planning.Planned["leftOver"]
  readonly error: RunFailure | null
  readonly resumesAt: number | null
  /** Why planned work was left though nothing failed; null: none was. */
  readonly spent: string | null
}

/** What a run does for one sync. */
type Named = Pick<SyncConfig, "name" | "to">

const work = <T extends Connected, R>(sync: Named, options: Options, run: number, lease: number, trade: Trade<T, R>) =>
  Effect.gen(function* () {
    const store = yield* RunStore
    const target = yield* trade.open
    yield* Looking.identify(target)
    yield* trade.settle(target)
    const { begin, end, planned } = yield* trade.plan(run, target)
    const { leftOver, result } = planned
    if (!(yield* options.confirm(result))) {
      yield* store.voidPlanned(run)
      return { plan: result, leftOver, error: null, resumesAt: null, spent: null } satisfies Outcome
    }
    yield* begin
    const { total } = yield* trade.progress(run)
    let done = 0
    const onProgress = (settled: number) =>
      Effect.suspend(() => {
        done += settled
        return options.onApply({ done, total })
      })
    const turns = yield* Turns.make(
      options.within,
      Effect.map(target.pacer.status, ({ writes }) => writes)
    )
    const applied = yield* Effect.either(trade.apply(target, { writer: { run, lease, to: sync.to }, turns, onProgress }))
    const reached = yield* trade.progress(run)
    const spent = applied._tag === "Right" && options.within !== null && reached.settled < reached.total ? Cutting.reason(options.within) : null
    if (applied._tag === "Right" && spent === null) yield* end
    const failed = applied._tag === "Left" ? applied.left : null
    const resumesAt = failed !== null && failed._tag === "ConnectorError" && failed.reason === "RateLimited" ? failed.retryAt : null
    return { plan: result, leftOver, error: failed === null ? null : Failure.of(failed), resumesAt, spent } satisfies Outcome
  })

const conclude = (
  sync: Named,
  nothing: ChangeCounts,
  run: number,
  outcome: Outcome,
  calls: SyncResult["calls"],
  startedAt: number
): Effect.Effect<SyncResult, StateError, RunStore> =>
  Effect.gen(function* () {
    const store = yield* RunStore
    const { counts, refused, left } = yield* store.outcome(run, sync.name)
    const endedAt = yield* Clock.currentTimeMillis
    const { plan, error } = outcome
    const held = plan?.held ?? []
    const withheld = [
      ...(plan?.withheld ?? []),
      ...outcome.leftOver.flatMap((row) =>
        row.already || row.held ? [] : [{ reason: `no longer true, so not done: ${row.op} ${row.customer} in ${row.group}`, changes: 1 }]
      ),
      ...(outcome.spent === null ? [] : [{ reason: outcome.spent, changes: left }])
    ]
    const partly = refused.length > 0 || withheld.length > 0 || (left > 0 && outcome.resumesAt !== null)
    const status = error !== null && outcome.resumesAt === null ? "failed" : held.length > 0 ? "held" : partly ? "partial" : total(counts) > 0 ? "done" : "none"
    yield* store.end(run, { status, calls, error })
    return {
      sync: sync.name,
      run: `r-${run}`,
      status,
      summary: { ...nothing, ...counts },
      held,
      calls,
      refused,
      withheld,
      tasks: plan?.summary.tasks ?? 0,
      startedAt,
      endedAt,
      plan,
      error,
      resumesAt: outcome.resumesAt
    }
  })

const neverBegan = (sync: Named, nothing: ChangeCounts, error: RunFailure, at: number): SyncResult => ({
  sync: sync.name,
  run: null,
  status: "failed",
  summary: nothing,
  held: [],
  calls: { read: 0, write: 0 },
  refused: [],
  withheld: [],
  tasks: 0,
  startedAt: at,
  endedAt: at,
  plan: null,
  error,
  resumesAt: null
})

export const asFailure = (error: Failing): RunFailure => (error._tag === "Stopped" ? error.failure : Failure.of(error))

/** Holds the lease, plans, asks, applies and concludes. Never fails: what went wrong stands in the result. `before` refuses the run before it begins. */
export const ply = <T extends Connected, R>(
  sync: Named,
  connections: Connections,
  options: Options,
  before: Effect.Effect<void, StateError | Looking.Stopped, R>,
  trade: Trade<T, R>
): Effect.Effect<SyncResult, never, R | RunStore> =>
  Effect.gen(function* () {
    const store = yield* RunStore
    const startedAt = yield* Clock.currentTimeMillis
    const counted = yield* connections.calls
    const whole = Lease.hold(`${options.who}@${options.host}`, (lease) =>
      Effect.gen(function* () {
        const number = yield* store.begin(sync.name, options.kind, options.who, options.host, options)
        const outcome = yield* work(sync, options, number, lease, trade).pipe(
          Effect.catchAll((error) => Effect.succeed<Outcome>({ plan: null, leftOver: [], error: asFailure(error), resumesAt: null, spent: null }))
        )
        const after = yield* connections.calls
        const calls = { read: after.read - counted.read, write: after.write - counted.write }
        return yield* conclude(sync, trade.nothing, number, outcome, calls, startedAt)
      })
    )
    return yield* Effect.zipRight(before, whole).pipe(Effect.catchAll((error) => Effect.succeed(neverBegan(sync, trade.nothing, asFailure(error), startedAt))))
  })

/** As `ply`, for the groups of customers. */
export const make = <R>(
  sync: SyncConfig,
  connections: Connections,
  options: Options,
  before: Effect.Effect<void, StateError | Looking.Stopped, R>,
  plan: (run: number, target: OpenTarget) => Effect.Effect<Undertaking<R>, Failing, R>
): Effect.Effect<SyncResult, never, R | RunStore | Journal> =>
  Effect.flatMap(RunStore, ({ lineage: state }) =>
    ply<OpenTarget, R | RunStore | Journal>(sync, connections, options, before, {
      nothing: { groups: { create: 0, update: 0, delete: 0 }, assignments: { add: 0, remove: 0 } },
      open: openTarget(sync, connections),
      settle: ({ target: { api, declaration } }) => Evidence.settleOpenCalls({ target: api, declaration, state }, sync.to),
      plan,
      apply: ({ target: { api, declaration } }, means) => Applier.apply({ ...means, target: api, declaration, state }),
      progress: (run) => Effect.flatMap(Journal, (journal) => journal.progress(run))
    })
  )
