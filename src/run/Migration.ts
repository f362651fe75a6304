/**
 * A one-off migration: one sync carried out once and whole, with a person's word for its size. The first run looks and plans; what its
 * limits hold back is approved by that word, and a second run, which reads nothing anew, fills. Then what the target shows is compared. It is
 * remembered under an id, so that the same call goes on with one that was stopped.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Ref from "effect/Ref"
import type { Within } from "../apply/Turns.ts"
import type { SyncConfig } from "../config/Config.ts"
import type { StateError } from "../contract/StateError.ts"
import type { HeldPart } from "../model/Change.ts"
import * as Id from "../model/Id.ts"
import { numberOf, type Approval, type Migration, type Phase, type Verified } from "../model/Migration.ts"
import type { PlanResult, ReadSummary, RunFailure, SyncResult } from "../model/Result.ts"
import * as CallCeiling from "./CallCeiling.ts"
import type { Connections } from "./Connections.ts"
import * as Failure from "./Failure.ts"
import * as MigrationOutlook from "./MigrationOutlook.ts"
import { MigrationStore } from "./MigrationStore.ts"
import * as MigrationVerify from "./MigrationVerify.ts"
import type { OnLook } from "./Observe.ts"
import { OperationsStore } from "./OperationsStore.ts"
import * as RunLifecycle from "./RunLifecycle.ts"
import * as SyncRun from "./SyncRun.ts"

export type Stores = SyncRun.Stores | OperationsStore | MigrationStore

export interface Migrated {
  /** As it is now; null where it could not be remembered, or had nothing to do. */
  readonly migration: Migration | null
  readonly outlook: MigrationOutlook.Outlook | null
  /** False: the person said no, or was not there to ask. */
  readonly agreed: boolean
  readonly result: SyncResult
  /** Null: nothing was filled, it broke off, or verifying was not asked for. */
  readonly verified: Verified | { readonly error: RunFailure } | null
}

/** What the person answered: how they approved it, or that an approval given before stands. */
export type Answer = Approval["how"] | "before" | "no"

export interface MigrationOptions {
  readonly who: string
  readonly host: string
  readonly spool: string
  /** What this call may make of calls and time; null: all that it takes. */
  readonly within: Within | null
  /** The last phase that this call carries out. */
  readonly until: Phase
  readonly verify: Verified["depth"]
  readonly onLook: OnLook
  /** Told the plan; asks whether to carry it out. */
  readonly confirm: (outlook: MigrationOutlook.Outlook) => Effect.Effect<Answer, never, Stores>
  readonly onApply: (progress: RunLifecycle.ApplyProgress) => Effect.Effect<void>
  /** Told before reading back begins; `full`: the read calls that reading all of it back takes. */
  readonly onVerify: (result: SyncResult, full: number) => Effect.Effect<void>
}

const approve = (parts: ReadonlyArray<HeldPart>, who: string, host: string): Effect.Effect<void, StateError, OperationsStore> =>
  Effect.gen(function* () {
    const overview = yield* OperationsStore
    for (const part of parts) yield* overview.decide(Id.numberOf(part.id), "approved", { who, host, reason: "migrate" })
  })

const everything = { only: [], lifted: new Map(), file: null, part: null, within: null }

/** What the first run's question found out. */
interface Asked {
  readonly outlook: MigrationOutlook.Outlook | null
  readonly agreed: boolean
  readonly error: RunFailure | null
}

/** Asks once the plan is made. What is held needs an approval first, which only another run can take up, so this one then ends. */
const ask = (
  sync: SyncConfig,
  connections: Connections,
  options: MigrationOptions,
  migration: Migration,
  plan: PlanResult
): Effect.Effect<Asked, never, Stores> =>
  Effect.gen(function* () {
    const store = yield* MigrationStore
    const outlook = yield* MigrationOutlook.make(sync, connections, migration, plan, options.spool)
    const { calls, groups, memberships, seconds } = outlook
    if (calls > 0) yield* store.promise(migration.id, { hash: plan.hash ?? "", groups, memberships, calls, seconds })
    const answer = yield* options.confirm(outlook)
    if (answer === "no") return { outlook, agreed: false, error: null }
    if (answer !== "before") yield* store.approve(migration.id, { who: options.who, host: options.host, how: answer })
    yield* approve(outlook.approves, options.who, options.host)
    return { outlook, agreed: true, error: null }
  }).pipe(Effect.catchAll((error) => Effect.succeed({ outlook: null, agreed: false, error: Failure.of(error) })))

/** Whether the fill came to its end, refused and held changes aside. */
const isFilled = ({ error, resumesAt, withheld }: SyncResult, within: Within | null): boolean =>
  error === null && resumesAt === null && (within === null || withheld.every(({ reason }) => reason !== CallCeiling.reason(within)))

const fill = (sync: SyncConfig, connections: Connections, options: MigrationOptions, migration: Migration) =>
  Effect.gen(function* () {
    const { who, host, spool, within, onApply, until } = options
    const store = yield* MigrationStore
    const memory = yield* Effect.context<Stores>()
    // What is asked about is the whole, so a run that is to be cut is not the one that asks.
    const asksOnly = (outlook: MigrationOutlook.Outlook | null) => within !== null || (outlook?.approves.length ?? 0) > 0
    const onLook: OnLook = (connection, what, rows, total) =>
      Effect.zipRight(connection === sync.to ? Effect.ignore(store.reach(migration.id, "people")) : Effect.void, options.onLook(connection, what, rows, total))
    const answer = yield* Ref.make<Asked>({ outlook: null, agreed: false, error: null })
    const writing = { kind: "migrate", who, host, spool, onLook, onApply, scope: everything } as const
    const confirm = (plan: PlanResult) =>
      ask(sync, connections, options, migration, plan).pipe(
        Effect.provide(memory),
        Effect.tap((given) => Ref.set(answer, given)),
        Effect.map(({ agreed, outlook }) => agreed && outlook !== null && !asksOnly(outlook))
      )
    const first = yield* SyncRun.run(sync, connections, { ...writing, depth: "usual", confirm })
    const { outlook, agreed, error } = yield* Ref.get(answer)
    if (error !== null) return { outlook, agreed, result: { ...first, status: "failed", error } as const, filled: false }
    if (outlook === null || !agreed || first.error !== null || numberOf(until) < numberOf("fill")) return { outlook, agreed, result: first, filled: false }
    const again = SyncRun.run(sync, connections, { ...writing, scope: { ...everything, within }, depth: "none", confirm: () => Effect.succeed(true) })
    const result = asksOnly(outlook) ? yield* again : first
    return { outlook, agreed, result, filled: isFilled(result, within) }
  })

const carryOut = (sync: SyncConfig, connections: Connections, options: MigrationOptions): Effect.Effect<Migrated, StateError, Stores> =>
  Effect.gen(function* () {
    const store = yield* MigrationStore
    const opened = yield* store.open(sync.name, options)
    const { filled, ...done } = yield* fill(sync, connections, options, opened)
    const now = Effect.map(store.one(opened.id), (migration) => ({ ...done, migration, verified: null }))
    if (opened.approval === null && filled && done.outlook?.calls === 0) {
      yield* store.discard(opened.id)
      return { ...done, migration: null, verified: null }
    }
    if (!filled) return yield* now
    yield* store.reach(opened.id, "verify")
    if (numberOf(options.until) < numberOf("verify")) return yield* now
    const verify = Effect.gen(function* () {
      yield* options.onVerify(done.result, yield* MigrationVerify.price(sync, connections, opened))
      return yield* MigrationVerify.run(sync, connections, opened, options.verify, options.onLook)
    })
    const verified = yield* Effect.either(verify)
    return { ...(yield* now), verified: verified._tag === "Right" ? verified.right : { error: Failure.of(verified.left) } }
  })

/** Never fails: what went wrong stands in the result. Cut off at any time, the same call goes on. The migration ends when it is signed off. */
export const run = (sync: SyncConfig, connections: Connections, options: MigrationOptions): Effect.Effect<Migrated, never, Stores> =>
  Effect.flatMap(Clock.currentTimeMillis, (startedAt) =>
    carryOut(sync, connections, options).pipe(
      Effect.catchAll((error) =>
        Effect.succeed({
          migration: null,
          outlook: null,
          agreed: false,
          result: RunLifecycle.neverBegan(sync, RunLifecycle.noChanges, Failure.of(error), startedAt),
          verified: null
        })
      )
    )
  )

/** Reads the sources, and nothing else: the phase `read` by itself. */
export const read = (sync: SyncConfig, connections: Connections, options: Pick<MigrationOptions, "who" | "host" | "onLook">) =>
  Effect.gen(function* () {
    const opened = yield* (yield* MigrationStore).open(sync.name, options)
    const reads: ReadonlyArray<ReadSummary> = yield* SyncRun.read(sync, connections, options.onLook)
    yield* (yield* MigrationStore).reach(opened.id, "people")
    return { migration: opened, reads }
  })
