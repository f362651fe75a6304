/** One run of one sync, dry or real: look, plan, apply. Returns what happened and prints nothing. */
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Applier from "../apply/Applier.ts"
import * as Evidence from "../apply/Evidence.ts"
import { Journal } from "../apply/Journal.ts"
import type { SyncConfig } from "../config/Config.ts"
import type { ConnectorError } from "../contract/ConnectorError.ts"
import type { StateError } from "../contract/StateError.ts"
import type { PlanResult, RunFailure, SyncResult } from "../model/Result.ts"
import * as PlanFile from "../plan/PlanFile.ts"
import { PlanStore } from "../plan/PlanStore.ts"
import type { SnapshotStore } from "../read/SnapshotStore.ts"
import type { TargetStore } from "../read/TargetStore.ts"
import type { MappingStore } from "../reconcile/MappingStore.ts"
import type { ReconcileStore } from "../reconcile/ReconcileStore.ts"
import type { Connections } from "./Connections.ts"
import type { Explanation } from "./Explanation.ts"
import * as Failure from "./Failure.ts"
import * as Lease from "./Lease.ts"
import * as Looking from "./Looking.ts"
import type { Overview } from "./Overview.ts"
import * as Pause from "./Pause.ts"
import * as Planning from "./Planning.ts"
import { type RunKind, RunStore } from "./RunStore.ts"

/** Everything that is remembered, as one requirement. */
export type Memory = SnapshotStore | TargetStore | MappingStore | ReconcileStore | PlanStore | Journal | RunStore | Overview | Explanation

export interface ApplyProgress {
  readonly done: number
  readonly total: number
}

export interface RunOptions {
  readonly scope: Planning.Scope
  readonly depth: Looking.Depth
  /** Where the plan's changes are spooled, one JSON object a line; the caller reads it and takes it away. */
  readonly spool: string
  readonly onLook: Looking.OnLook
}

export interface WritingOptions extends RunOptions {
  readonly kind: RunKind
  readonly who: string
  readonly host: string
  /** Asked once the plan is made; no ends the run with nothing written. */
  readonly confirm: (plan: PlanResult) => Effect.Effect<boolean>
  readonly onApply: (progress: ApplyProgress) => Effect.Effect<void>
}

/** An error that ends one source's part, not the run: it is not there, or it refuses us. Its claims stay as they are. */
const isUnread = (error: { readonly _tag: string }): error is ConnectorError => error._tag === "ConnectorError"

const see = (sync: SyncConfig, connections: Connections, options: RunOptions) =>
  Effect.gen(function* () {
    const target = yield* connections.open(sync.to)
    if (target.target === null) return yield* Effect.dieMessage(`the config was accepted with ${sync.to} as a target`)
    const { identity: targetIdentity } = yield* Looking.identify(target)
    const sources = yield* Effect.forEach(sync.from, (name) => seeSource(name, connections, options.onLook))
    const failed = sources.flatMap((source) => (source.failure === null ? [] : [source.failure]))
    // With no source read there is nothing to compare: the run fails with the reason of the first.
    const [first] = failed
    if (first !== undefined && failed.length === sources.length) return yield* first
    const before = yield* connections.calls
    const unreadGroups = yield* Looking.lookAtTarget(sync, target.target, options.depth, options.onLook)
    return { sync, sources, target, targetIdentity, unreadGroups, readCalls: before.read } satisfies Planning.Seen
  })

const seeSource = (name: string, connections: Connections, onLook: Looking.OnLook) =>
  Effect.gen(function* () {
    const connected = yield* connections.open(name)
    const looked = Effect.gen(function* () {
      const { identity, distrust } = yield* Looking.identify(connected)
      return { identity, read: yield* Looking.readSource(connections, connected, distrust, onLook) }
    })
    return yield* looked.pipe(
      Effect.map(({ identity, read }) => ({ connected, identity, read, error: null, failure: null })),
      Effect.catchIf(isUnread, (failure) => Effect.succeed({ connected, identity: null, read: null, error: Failure.of(failure).message, failure }))
    )
  })

/** A plan that never began: the sync's names and the reason. */
const failedPlan = (sync: SyncConfig, error: RunFailure): PlanResult => ({
  sync: sync.name,
  status: "failed",
  from: sync.from.map((connection) => ({ connection, connector: connection, account: "" })),
  to: { connection: sync.to, connector: sync.to, account: "" },
  reads: [],
  summary: { groups: { create: 0, update: 0, delete: 0 }, assignments: { add: 0, remove: 0 }, held: 0, unmatched: 0, ambiguous: 0, tasks: 0 },
  guards: [],
  held: [],
  estimate: { calls: 0, reads: 0, fewest: 0, seconds: 0, perHour: null, endpoints: [] },
  unmatched: { total: 0, change: 0, reasons: [] },
  withheld: [],
  warnings: [],
  byHand: [],
  foundRows: 0,
  firstRun: false,
  error
})

const asFailure = (error: Failure.RunError | Looking.Stopped): RunFailure => (error._tag === "Stopped" ? error.failure : Failure.of(error))

/** Looks and plans, and leaves no decision behind. Never fails: what went wrong stands in the result. */
export const dryRun = (sync: SyncConfig, connections: Connections, options: RunOptions): Effect.Effect<PlanResult, never, Memory> =>
  Effect.gen(function* () {
    const seen = yield* see(sync, connections, options)
    return (yield* Planning.make(seen, 0, options.scope, options.spool, false)).result
  }).pipe(Effect.catchAll((error) => Effect.succeed(failedPlan(sync, asFailure(error)))))

/** A saved plan that is not of this config, these accounts or this time is refused whole, before anything is planned or sent. */
const refuseStale = (file: string, seen: Planning.Seen): Effect.Effect<void, PlanFile.PlanFileError | Looking.Stopped> =>
  Effect.gen(function* () {
    const header = yield* PlanFile.header(file)
    const now = yield* Clock.currentTimeMillis
    const refuse = (why: string) =>
      Effect.fail(
        new Looking.Stopped(
          Failure.make("stale", `${file} is not applied, and nothing was sent: ${why}. Make a new plan: groupbridge plan ${seen.sync.name} --save ${file}`)
        )
      )
    if (header.sync !== seen.sync.name) return yield* refuse(`it is a plan of the sync ${header.sync}`)
    if (now - header.created > Duration.toMillis(seen.sync.planMaxAge))
      return yield* refuse(`it is older than planMaxAge (${Duration.format(seen.sync.planMaxAge)})`)
    if (JSON.stringify(header.meaning) !== JSON.stringify(seen.sync.meaning)) return yield* refuse("the config means something else now")
    const accounts = [
      ...seen.sources.map((source) => [source.connected.config.name, source.identity?.account] as const),
      [seen.target.config.name, seen.targetIdentity.account] as const
    ]
    for (const [name, account] of accounts) {
      if (account !== undefined && header.accounts[name] !== account) return yield* refuse(`${name} is another account now`)
    }
  })

/** The header under which a plan is saved. */
export const headerOf = (result: PlanResult, sync: SyncConfig, accounts: Readonly<Record<string, string>>, id: string, created: number): PlanFile.Header => ({
  groupbridge: "plan/1",
  id,
  sync: sync.name,
  created,
  accounts,
  meaning: sync.meaning,
  reads: result.reads.map(({ connection, complete, at }) => ({ connection, complete, at })),
  summary: result.summary,
  estimate: result.estimate,
  guards: result.guards
})

interface Outcome {
  readonly plan: PlanResult | null
  readonly leftOver: Planning.Planned["leftOver"]
  readonly error: RunFailure | null
  readonly resumesAt: number | null
}

const work = (
  sync: SyncConfig,
  connections: Connections,
  options: WritingOptions,
  run: number,
  lease: number
): Effect.Effect<Outcome, Failure.RunError | Looking.Stopped, Memory> =>
  Effect.gen(function* () {
    const store = yield* RunStore
    const journal = yield* Journal
    const target = yield* connections.open(sync.to)
    if (target.target === null) return yield* Effect.dieMessage(`the config was accepted with ${sync.to} as a target`)
    yield* Looking.identify(target)
    yield* Evidence.settleOpenCalls(sync.to, target.target.api, store.lineage)
    const seen = yield* see(sync, connections, options)
    if (options.scope.file !== null) yield* refuseStale(options.scope.file, seen)
    const { result, leftOver, frame } = yield* Planning.make(seen, run, options.scope, options.spool, true)
    if (!(yield* options.confirm(result))) {
      yield* store.voidPlanned(run)
      return { plan: result, leftOver, error: null, resumesAt: null }
    }
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
        onProgress
      })
    )
    if (applied._tag === "Right") yield* (yield* PlanStore).moveBaseline(frame)
    const failed = applied._tag === "Left" ? applied.left : null
    const resumesAt = failed !== null && failed._tag === "ConnectorError" && failed.reason === "RateLimited" ? failed.retryAt : null
    return { plan: result, leftOver, error: failed === null ? null : Failure.of(failed), resumesAt }
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
      )
    ]
    const changed = counts.groups.create + counts.groups.update + counts.groups.delete + counts.assignments.add + counts.assignments.remove
    const partly = refused.length > 0 || withheld.length > 0 || (left > 0 && outcome.resumesAt !== null)
    const status = error !== null && outcome.resumesAt === null ? "failed" : held.length > 0 ? "held" : partly ? "partial" : changed > 0 ? "done" : "none"
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

/** Looks, plans and applies. Never fails: what went wrong stands in the result, and everything done is stored. */
export const run = (sync: SyncConfig, connections: Connections, options: WritingOptions): Effect.Effect<SyncResult, never, Memory> =>
  Effect.gen(function* () {
    const store = yield* RunStore
    const startedAt = yield* Clock.currentTimeMillis
    const before = yield* connections.calls
    const whole = Lease.hold(`${options.who}@${options.host}`, (lease) =>
      Effect.gen(function* () {
        const number = yield* store.begin(sync.name, options.kind, options.who, options.host)
        const outcome = yield* work(sync, connections, options, number, lease).pipe(
          Effect.catchAll((error) => Effect.succeed<Outcome>({ plan: null, leftOver: [], error: asFailure(error), resumesAt: null }))
        )
        const after = yield* connections.calls
        return yield* conclude(sync, number, outcome, { read: after.read - before.read, write: after.write - before.write }, startedAt)
      })
    )
    return yield* Effect.zipRight(Pause.refuse(sync.name), whole).pipe(
      Effect.catchAll((error) => Effect.succeed(neverBegan(sync, asFailure(error), startedAt)))
    )
  })
