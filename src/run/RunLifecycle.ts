/** A run that writes, from taking the lease to its result: what it plans is handed in. Everything done is stored, however it ends. */
import * as Id from "../model/Id.ts"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Applier from "../apply/Applier.ts"
import * as Evidence from "../apply/Evidence.ts"
import { Journal, type Writer } from "../apply/Journal.ts"
import * as LastWriter from "../apply/LastWriter.ts"
import * as Turns from "../apply/Turns.ts"
import { WriterStore } from "../apply/WriterStore.ts"
import type { SyncConfig } from "../config/Config.ts"
import type { ConnectorError } from "../contract/ConnectorError.ts"
import type { Pacer } from "../contract/Pacer.ts"
import type { StateError } from "../contract/StateError.ts"
import { wentBack } from "../model/StoredTime.ts"
import { total, type ChangeCounts, type Estimate, type PlanResult, type RunFailure, type SyncResult } from "../model/Result.ts"
import type { Connected, ConnectedAs, Connections } from "./Connections.ts"
import * as CallCeiling from "./CallCeiling.ts"
import * as Failure from "./Failure.ts"
import * as Lease from "./Lease.ts"
import * as Observe from "./Observe.ts"
import * as OtherWriter from "./OtherWriter.ts"
import * as Pause from "./Pause.ts"
import * as Planning from "./Planning.ts"
import * as RunSpan from "./RunSpan.ts"
import { type About, type RunKind, RunStore } from "./RunStore.ts"

export interface ApplyProgress {
  /** Changes settled so far, and in all. */
  readonly done: number
  readonly total: number
  /** Calls to the target that the plan still needs, as estimated. */
  readonly callsLeft: number
  /** When the last of them could start within limits and budget, as far as is known; epoch milliseconds. */
  readonly endsAt: number
  /** Calls an hour that the budget allows; null where no limit is known. */
  readonly perHour: number | null
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
  /** Where the plan's changes are spooled. */
  readonly spool: string
}

/** What a run sets out to do. `begin` is done once it is agreed to, before anything is sent; `end` when all went through. */
export interface Undertaking<R> {
  readonly planned: Planning.Planned
  readonly begin: Effect.Effect<void, StateError, R>
  readonly end: Effect.Effect<void, StateError, R>
}

/** Does nothing, and shows the plan. */
export const idle = (result: PlanResult): Undertaking<never> => ({ planned: { result, leftOver: [] }, begin: Effect.void, end: Effect.void })

type Failing = Failure.RunError | Observe.Stopped

/** What applying is given: the right to write, turns for its calls, and whom to tell after each how many changes it settled. */
export interface Means {
  readonly writer: Writer
  readonly turns: Turns.Turns
  readonly onProgress: (settled: number) => Effect.Effect<void>
}

/** What kind of work a run is: customers' groups, or a team. `T` is the target as it needs it. */
export interface SyncStrategy<T, R> {
  /** The counts of a run that did nothing. */
  readonly nothing: ChangeCounts
  /** The plan of a run that does nothing. */
  readonly idle: PlanResult
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

/**
 * Reports progress after each call. The time left is the pacer's: what the plan still needs of calls, behind those that wait. Where calls were
 * sent once more the estimate is too small; then each change that is left counts as many calls as changes took on the average.
 */
const progressOf = (pacer: Pacer, { calls, perHour, reads }: Estimate, total: number, report: Options["onApply"]) =>
  Effect.map(pacer.status, (before) => {
    let done = 0
    return (settled: number) =>
      Effect.gen(function* () {
        done += settled
        const now = yield* pacer.status
        const made = now.reads + now.writes - before.reads - before.writes
        const left = total - done
        const callsLeft = left <= 0 ? 0 : Math.max(1, calls + reads - made, made > calls + reads ? Math.ceil((left * made) / Math.max(1, done)) : 0)
        const endsAt = callsLeft === 0 ? yield* Clock.currentTimeMillis : yield* pacer.nextStart(null, callsLeft - 1)
        yield* report({ done, total, callsLeft, endsAt, perHour })
      })
  })

/** What a run does for one sync. */
type Named = Pick<SyncConfig, "name" | "to">

/** Writes the run's number where it is to write anything; answers the plan as it is held where another copy of the state wrote since. */
const sign = (sync: Named, options: Options, { target }: Connected, { turns, writer }: Pick<Means, "turns" | "writer">, total: number, idle: PlanResult) =>
  Effect.gen(function* () {
    if (target === null) return null
    const store = yield* WriterStore
    if (total === 0 && !LastWriter.isDue(yield* store.standing(sync.to))) return null
    const other = yield* LastWriter.sign({ writer, turns, target: target.api, declaration: target.declaration })
    return other === null ? null : yield* OtherWriter.heldWhole(sync, idle, writer.run, options.spool)
  })

const work = <T extends Connected, R>(sync: Named, options: Options, run: number, lease: number, strategy: SyncStrategy<T, R>) =>
  Effect.gen(function* () {
    const store = yield* RunStore
    const target = yield* strategy.open
    yield* Observe.identify(target)
    yield* strategy.settle(target)
    const { begin, end, planned } = yield* strategy.plan(run, target)
    const { leftOver } = planned
    const ahead = yield* store.clockWentBack
    const result = ahead === null ? planned.result : { ...planned.result, clockAhead: ahead, warnings: [wentBack(ahead), ...planned.result.warnings] }
    if (!(yield* options.confirm(result))) {
      yield* store.voidPlanned(run)
      return { plan: result, leftOver, error: null, resumesAt: null, spent: null } satisfies Outcome
    }
    const { total } = yield* strategy.progress(run)
    const onProgress = yield* progressOf(target.pacer, result.estimate, total, options.onApply)
    const turns = yield* Turns.make(
      options.within,
      Effect.map(target.pacer.status, ({ writes }) => writes)
    )
    const writer = { run, lease, to: sync.to }
    const signed = yield* Effect.either(sign(sync, options, target, { writer, turns }, total, strategy.idle))
    if (signed._tag === "Right" && signed.right !== null) {
      yield* store.voidPlanned(run)
      return { plan: signed.right, leftOver: [], error: null, resumesAt: null, spent: null } satisfies Outcome
    }
    if (signed._tag === "Right") yield* begin
    const applied = signed._tag === "Left" ? signed : yield* Effect.either(Effect.withSpan(strategy.apply(target, { writer, turns, onProgress }), "apply"))
    const reached = yield* strategy.progress(run)
    const spent = applied._tag === "Right" && options.within !== null && reached.settled < reached.total ? CallCeiling.reason(options.within) : null
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
      run: Id.run(run),
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

/** The result of a run that did not begin. */
export const neverBegan = (sync: Named, nothing: ChangeCounts, error: RunFailure, at: number): SyncResult => ({
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

/** Holds the lease, plans, asks, applies and concludes. Never fails: what went wrong stands in the result. A pause of the sync refuses the run before it begins. */
export const execute = <T extends Connected, R>(
  sync: Named,
  connections: Connections,
  options: Options,
  strategy: SyncStrategy<T, R>
): Effect.Effect<SyncResult, never, R | RunStore | WriterStore> =>
  Effect.gen(function* () {
    const store = yield* RunStore
    const startedAt = yield* Clock.currentTimeMillis
    const counted = yield* connections.calls
    const whole = Lease.hold(`${options.who}@${options.host}`, (lease) =>
      Effect.gen(function* () {
        const number = yield* store.begin(sync.name, options.kind, options.who, options.host, options)
        const outcome = yield* work(sync, options, number, lease, strategy).pipe(
          Effect.catchAll((error) => Effect.succeed<Outcome>({ plan: null, leftOver: [], error: asFailure(error), resumesAt: null, spent: null })),
          Effect.annotateLogs({ sync: sync.name, run: Id.run(number) })
        )
        const after = yield* connections.calls
        const calls = { read: after.read - counted.read, write: after.write - counted.write }
        return yield* conclude(sync, strategy.nothing, number, outcome, calls, startedAt)
      })
    )
    return yield* Effect.zipRight(Pause.refuse(sync.name), whole).pipe(
      Effect.catchAll((error) => Effect.succeed(neverBegan(sync, strategy.nothing, asFailure(error), startedAt))),
      RunSpan.named(sync.name, options.kind)
    )
  })

/** The counts of a run that changed no group and no membership. */
export const noChanges: ChangeCounts = { groups: { create: 0, update: 0, delete: 0 }, assignments: { add: 0, remove: 0 } }

/** As `execute`, for the groups of customers. */
export const make = <R, After>(
  sync: SyncConfig,
  connections: Connections,
  options: Options,
  plan: (run: number, target: ConnectedAs<"target">) => Effect.Effect<Undertaking<After>, Failing, R>
): Effect.Effect<SyncResult, never, R | After | RunStore | Journal | WriterStore> =>
  Effect.flatMap(RunStore, ({ lineage: state }) =>
    execute<ConnectedAs<"target">, R | After | RunStore | Journal | WriterStore>(sync, connections, options, {
      idle: Planning.nothing(sync),
      nothing: noChanges,
      open: connections.openAs(sync.to, "target"),
      settle: ({ target: { api, declaration, lag } }) => Evidence.settleOpenCalls({ target: api, declaration, lag, state }, sync.to),
      plan,
      apply: ({ target: { api, declaration, lag } }, means) => Applier.apply({ ...means, target: api, declaration, lag, state }),
      progress: (run) => Effect.flatMap(Journal, (journal) => journal.progress(run))
    })
  )
