/** Makes a plan from what was seen. All of it happens in one transaction: a dry run's is taken back, so that it moves nothing. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type { Within } from "../apply/Turns.ts"
import type { SyncConfig } from "../config/Config.ts"
import * as Meaning from "../config/Meaning.ts"
import type { StateError } from "../contract/StateError.ts"
import type { Identity } from "../contract/Identity.ts"
import type { TargetDeclaration } from "../contract/Target.ts"
import type { GuardReading } from "../model/Change.ts"
import { mostChangedGroups, total, type ChangeCounts, type PlanResult, type PlanSource, type UnmatchedReason } from "../model/Result.ts"
import * as Guards from "../plan/Guards.ts"
import type { Lifted } from "../plan/Judgement.ts"
import * as Step from "../observe/Step.ts"
import * as PlanFile from "../plan/PlanFile.ts"
import { PlanStore } from "../plan/PlanStore.ts"
import { UndoStore } from "../plan/UndoStore.ts"
import type { SourceRead } from "../read/SourceReader.ts"
import * as MatchLimits from "../reconcile/MatchLimits.ts"
import * as RuleReach from "../reconcile/RuleReach.ts"
import { MappingStore } from "../reconcile/MappingStore.ts"
import { type Frame, ReconcileStore, type UnknownGroup } from "../reconcile/ReconcileStore.ts"
import type { Connected } from "./Connections.ts"
import * as CallCeiling from "./CallCeiling.ts"
import * as CostEstimate from "./CostEstimate.ts"
import * as Failure from "./Failure.ts"
import * as Observe from "./Observe.ts"
import { RunStore } from "./RunStore.ts"

/** What of the whole difference a run takes on. */
export interface Scope {
  readonly only: ReadonlyArray<string>
  readonly lifted: Lifted
  /** A saved plan: exactly its rows. */
  readonly file: string | null
  /** An approved part: exactly its rows. */
  readonly part: number | null
  /** What the run may make of calls and time; null: all that the plan takes. */
  readonly within: Within | null
}

export interface Seen {
  readonly sync: SyncConfig
  readonly sources: ReadonlyArray<Observe.SeenSource<"source", SourceRead>>
  readonly target: Connected
  readonly declaration: TargetDeclaration
  readonly targetIdentity: Identity
  /** What of the target could not be read whole, in words. */
  readonly unread: ReadonlyArray<string>
  readonly readCalls: number
}

export interface Planned {
  readonly result: PlanResult
  /** Rows of a saved plan that this plan does not have. */
  readonly leftOver: ReadonlyArray<{
    readonly op: string
    readonly group: string
    readonly customer: string
    readonly already: boolean
    readonly held: boolean
  }>
}

const compare = (frame: Frame): Effect.Effect<void, StateError, ReconcileStore> =>
  Effect.gen(function* () {
    const store = yield* ReconcileStore
    yield* store.linkGroups(frame)
    yield* Step.named(`compare ${frame.sync.to} with what was known of it`, store.refreshLedger(frame))
    yield* Step.named(`match customers with those of ${frame.sync.to}`, store.linkCustomers(frame, frame.sync.match))
    for (const source of frame.read) yield* Step.named(`work out who belongs where, from ${source}`, store.claim(frame, source))
    yield* Step.named("list the changes", store.compare(frame))
  })

/** A name that no group has is a slip of the person who typed it: the run does nothing. */
const refuseUnknown = ([first]: ReadonlyArray<UnknownGroup>, { name, to }: SyncConfig): Effect.Effect<void, Observe.Stopped> => {
  if (first === undefined) return Effect.void
  const near = first.nearest === null ? "" : `; did you mean ${JSON.stringify(first.nearest)}?`
  const message = `--only ${JSON.stringify(first.name)}: no group of ${name} is called so, at ${to}, at its sources or earlier${near}${near === "" ? "." : ""} Nothing was done. Which there are: groupbridge groups ${name}`
  return Effect.fail(new Observe.Stopped(Failure.make("config", message)))
}

const restrict = (sync: SyncConfig, scope: Scope) =>
  Effect.gen(function* () {
    const plan = yield* PlanStore
    if (scope.only.length > 0) yield* refuseUnknown(yield* (yield* ReconcileStore).restrictToGroups(scope.only), sync)
    if (scope.part !== null) yield* plan.restrictToPart(scope.part)
    if (scope.file === null) return []
    yield* plan.beginFile
    yield* PlanFile.open(scope.file, (rows) => plan.restrictToFile(rows))
    return yield* plan.endFile
  })

const unmatchedOf = (rows: ReadonlyArray<{ readonly reason: string; readonly customers: number }>): Omit<PlanResult["unmatched"], "people"> => ({
  total: rows.reduce((sum, row) => sum + row.customers, 0),
  change: 0,
  reasons: rows.map((row) => ({ reason: row.reason as UnmatchedReason, customers: row.customers }))
})

/** What was read of each source. */
export const readsOf = ({ readCalls, sources }: Pick<Seen, "readCalls" | "sources">): PlanResult["reads"] =>
  sources.flatMap(({ read, identity }) =>
    read === null
      ? []
      : [
          {
            connection: read.connection,
            account: identity?.label ?? "",
            complete: read.complete,
            at: read.at,
            streams: read.streams.map((stream) => ({ ...stream, records: stream.rows })),
            calls: readCalls
          }
        ]
  )

/** A plan without anything in it. */
export const nothing = (sync: Pick<SyncConfig, "name" | "from" | "to">): PlanResult => ({
  sync: sync.name,
  status: "none",
  from: sync.from.map((connection) => ({ connection, connector: connection, account: "" })),
  to: { connection: sync.to, connector: sync.to, account: "" },
  reads: [],
  summary: { groups: { create: 0, update: 0, delete: 0 }, assignments: { add: 0, remove: 0 }, held: 0, unmatched: 0, ambiguous: 0, tasks: 0 },
  guards: [],
  held: [],
  estimate: { calls: 0, reads: 0, fewest: 0, seconds: 0, endsAt: null, perHour: null, endpoints: [] },
  unmatched: { total: 0, change: 0, reasons: [], people: [] },
  withheld: [],
  warnings: [],
  blocked: [],
  pinned: [],
  byHand: [],
  unconfirmed: 0,
  foundRows: 0,
  rules: [],
  mostChanged: [],
  matching: null,
  hash: null,
  firstRun: false,
  error: null
})

/** One end of the way that the data go, for people. */
export const end = (connected: Connected, identity: Identity | null): PlanResult["to"] => ({
  connection: connected.config.name,
  connector: connected.connector.title,
  account: identity?.label ?? ""
})

const sourceEnd = (connected: Connected, identity: Identity | null): PlanSource => {
  const recordUrls = connected.connector.source?.recordUrls?.(connected.config.options)
  return { ...end(connected, identity), ...(recordUrls === undefined ? {} : { recordUrls }) }
}

/** Stores the plan's free changes as the run's work. */
export const commit = (frame: Frame): Effect.Effect<void, StateError, PlanStore> => Effect.flatMap(PlanStore, (store) => store.commit(frame))

/** What the plan would do now, and what that takes of the target. */
export const figures = (connected: Connected, declaration: TargetDeclaration) =>
  Effect.gen(function* () {
    const found = yield* (yield* PlanStore).estimate(declaration, [])
    const counts: ChangeCounts = {
      groups: { create: found.creates, update: found.updates, delete: found.deletes },
      assignments: { add: found.adds, remove: found.removes }
    }
    return { counts, estimate: yield* CostEstimate.ofGroups(connected, declaration, found) }
  })

/** What a person should know of a target that cannot show all that matters. */
const limits = ({ sync, declaration: { customers, groups, groupWord } }: Seen, { create }: ChangeCounts["groups"]) =>
  Effect.map(MatchLimits.unseen(sync, customers), (unseen) => [
    ...(groups.create === "on-first-use" && !groups.list && create > 0
      ? [`a ${groupWord} that is there already under a new one's slug cannot be seen: customers who are added join it. Another slug: slug: in the rule`]
      : []),
    ...MatchLimits.impossible(sync, customers),
    ...unseen
  ])

interface Restricted {
  readonly newTasks: number
  /** What has no place in this run. */
  readonly later: PlanResult["withheld"]
}

/** A dry run counts whom the rules reach, for its report; a run that writes does not take the time. */
const describe = (seen: Seen, frame: Frame, readings: ReadonlyArray<GuardReading>, { newTasks, later }: Restricted, isDry: boolean) =>
  Effect.gen(function* () {
    const plan = yield* PlanStore
    const store = yield* ReconcileStore
    const summary = yield* store.summary(frame)
    const matching = isDry ? yield* store.matching(frame) : null
    const blocked = yield* (yield* MappingStore).blocked
    const unreadSources = seen.sources.filter((source) => source.read === null)
    const inVain = isDry && unreadSources.length === 0 ? (yield* RuleReach.inVain(frame.sync)).includes : []
    const held = yield* plan.parts(frame)
    const { counts, estimate } = yield* figures(seen.target, seen.declaration)
    const withheld = seen.sources.flatMap(
      (source) => source.read?.withheld.map((item) => ({ reason: `${source.connected.config.name}: ${item.reason}`, changes: item.memberships })) ?? []
    )
    const result: PlanResult = {
      sync: frame.sync.name,
      status: held.length > 0 ? "held" : newTasks + total(counts) + later.length > 0 ? "changes" : "none",
      from: seen.sources.map((source) => sourceEnd(source.connected, source.identity)),
      to: end(seen.target, seen.targetIdentity),
      reads: readsOf(seen),
      summary: {
        ...counts,
        held: held.reduce((sum, part) => sum + part.changes, 0),
        unmatched: summary.unmatched.reduce((sum, row) => sum + row.customers, 0),
        ambiguous: summary.ambiguous,
        tasks: summary.tasks
      },
      guards: readings,
      held,
      estimate,
      unmatched: { ...unmatchedOf(summary.unmatched), people: matching?.people ?? [] },
      withheld: [
        ...unreadSources.map((source) => ({
          reason: source.error ?? `${source.connected.config.name} could not be read: it keeps what it had and adds nothing`,
          changes: 0,
          unread: source.connected.config.name
        })),
        ...withheld,
        ...later
      ],
      warnings: [
        ...summary.warnings,
        ...inVain,
        ...(yield* limits(seen, counts.groups)),
        ...seen.sources.flatMap(({ connected, read }) =>
          (read?.streams ?? []).flatMap(({ name, why }) =>
            why === null ? [] : [`${connected.config.name}: ${name} were read in full, as what changed could not be told: ${why}`]
          )
        ),
        ...seen.unread.map((what) => `${what} could not be read whole, so nothing was concluded from them`)
      ],
      blocked,
      pinned: yield* (yield* UndoStore).pinned,
      byHand: summary.byHand,
      unconfirmed: summary.unconfirmed,
      foundRows: summary.foundRows,
      rules: frame.sync.rules.map((rule) => ({ index: rule.index, line: rule.place.line, meaning: Meaning.rule(rule) })),
      mostChanged: yield* plan.mostChanged(mostChangedGroups),
      matching: matching?.counts ?? null,
      hash: null,
      firstRun: yield* plan.firstRun(frame),
      error: null
    }
    return result
  })

/**
 * Plans one sync and spools its changes, held ones too, to `spool`. With `keep` the judgement is stored and its free changes become the
 * run's work; without, nothing of it stays.
 */
export const make = (seen: Seen, run: number, scope: Scope, spool: string, keep: boolean) =>
  Effect.gen(function* () {
    const store = yield* RunStore
    const now = yield* Clock.currentTimeMillis
    const words = new Map(seen.sources.map(({ connected }) => [connected.config.name, connected.connector.source?.declaration.customerWord ?? "customer"]))
    const frame: Frame = {
      sync: seen.sync,
      read: seen.sources.flatMap((source) => (source.read === null ? [] : [source.read.connection])),
      run,
      now,
      words,
      target: seen.declaration
    }
    const judgement = Effect.gen(function* () {
      yield* compare(frame)
      const readings = yield* Step.named("check the limits", Guards.hold(frame, scope.lifted))
      const leftOver = yield* restrict(seen.sync, scope)
      const newTasks = seen.declaration.assignments.remove === "none" ? yield* (yield* PlanStore).openTasks(frame) : 0
      const later = yield* CallCeiling.cut(seen.target, seen.declaration, scope.within)
      const result = yield* Step.named("count and estimate", describe(seen, frame, readings, { newTasks, later }, !keep))
      const changes = yield* Step.named("write the plan", PlanFile.writeChanges(frame, spool))
      if (keep) {
        yield* commit(frame)
        yield* (yield* PlanStore).storeSkipped(frame)
      }
      return { result: { ...result, hash: PlanFile.hash(result, frame.sync.meaning, changes) }, leftOver, frame }
    })
    return yield* store.judgement(keep, judgement)
  }).pipe(Effect.withSpan("plan"))
