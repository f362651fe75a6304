/** A run that writes, from taking the lease to its result: what it plans is handed in. Everything done is stored, however it ends. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Applier from "../apply/Applier.ts"
import * as Evidence from "../apply/Evidence.ts"
import { Journal } from "../apply/Journal.ts"
import * as Turns from "../apply/Turns.ts"
import type { SyncConfig } from "../config/Config.ts"
import type { StateError } from "../contract/StateError.ts"
import { total, type PlanResult, type RunFailure, type SyncResult } from "../model/Result.ts"
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

type Plan<R> = (run: number, target: OpenTarget) => Effect.Effect<Undertaking<R>, Failure.RunError | Looking.Stopped, R>

interface Outcome {
  readonly plan: PlanResult | null
  readonly leftOver: Planning.Planned["leftOver"]
  readonly error: RunFailure | null
  readonly resumesAt: number | null
  /** Why planned work was left though nothing failed; null: none was. */
  readonly spent: string | null
}

const work = <R>(sync: SyncConfig, connections: Connections, options: Options, run: number, lease: number, plan: Plan<R>) =>
  Effect.gen(function* () {
    const store = yield* RunStore
    const journal = yield* Journal
    const target = yield* openTarget(sync, connections)
    yield* Looking.identify(target)
    yield* Evidence.settleOpenCalls({ target: target.target.api, declaration: target.target.declaration, state: store.lineage }, sync.to)
    const { begin, end, planned } = yield* plan(run, target)
    const { leftOver, result } = planned
    if (!(yield* options.confirm(result))) {
      yield* store.voidPlanned(run)
      return { plan: result, leftOver, error: null, resumesAt: null, spent: null } satisfies Outcome
    }
    yield* begin
    const { total } = yield* journal.progress(run)
    let done = 0
    const onProgress = (settled: number) =>
      Effect.suspend(() => {
        done += settled
        return options.onApply({ done, total })
      })
    const applied = yield* Effect.either(
      Applier.apply({
        writer: { run, lease, to: sync.to },
        target: target.target.api,
        declaration: target.target.declaration,
        state: store.lineage,
        turns: yield* Turns.make(
          options.within,
          Effect.map(target.pacer.status, ({ writes }) => writes)
        ),
        onProgress
      })
    )
    const reached = yield* journal.progress(run)
    const spent = applied._tag === "Right" && options.within !== null && reached.settled < reached.total ? Cutting.reason(options.within) : null
    if (applied._tag === "Right" && spent === null) yield* end
    const failed = applied._tag === "Left" ? applied.left : null
    const resumesAt = failed !== null && failed._tag === "ConnectorError" && failed.reason === "RateLimited" ? failed.retryAt : null
    return { plan: result, leftOver, error: failed === null ? null : Failure.of(failed), resumesAt, spent } satisfies Outcome
  })

const conclude = (
  sync: SyncConfig,
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
      summary: counts,
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

const neverBegan = (sync: SyncConfig, error: RunFailure, at: number): SyncResult => ({
  sync: sync.name,
  run: null,
  status: "failed",
  summary: { groups: { create: 0, update: 0, delete: 0 }, assignments: { add: 0, remove: 0 } },
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

export const asFailure = (error: Failure.RunError | Looking.Stopped): RunFailure => (error._tag === "Stopped" ? error.failure : Failure.of(error))

/** Holds the lease, plans, asks, applies and concludes. Never fails: what went wrong stands in the result. `before` refuses the run before it begins. */
export const make = <R>(
  sync: SyncConfig,
  connections: Connections,
  options: Options,
  before: Effect.Effect<void, StateError | Looking.Stopped, R>,
  plan: Plan<R>
): Effect.Effect<SyncResult, never, R | RunStore | Journal> =>
  Effect.gen(function* () {
    const store = yield* RunStore
    const startedAt = yield* Clock.currentTimeMillis
    const counted = yield* connections.calls
    const whole = Lease.hold(`${options.who}@${options.host}`, (lease) =>
      Effect.gen(function* () {
        const number = yield* store.begin(sync.name, options.kind, options.who, options.host, options)
        const outcome = yield* work(sync, connections, options, number, lease, plan).pipe(
          Effect.catchAll((error) => Effect.succeed<Outcome>({ plan: null, leftOver: [], error: asFailure(error), resumesAt: null, spent: null }))
        )
        const after = yield* connections.calls
        return yield* conclude(sync, number, outcome, { read: after.read - counted.read, write: after.write - counted.write }, startedAt)
      })
    )
    return yield* Effect.zipRight(before, whole).pipe(Effect.catchAll((error) => Effect.succeed(neverBegan(sync, asFailure(error), startedAt))))
  })
