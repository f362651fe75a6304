/**
 * A one-off migration: one sync carried out once and whole, with a person's word for its size. The first run looks and plans; what its
 * limits hold back is approved by that word, and a second run, which reads nothing anew, fills. Then the sizes of the groups are compared.
 */
import * as Id from "../model/Id.ts"
import * as Effect from "effect/Effect"
import * as Ref from "effect/Ref"
import type { Within } from "../apply/Turns.ts"
import type { WriterStore } from "../apply/WriterStore.ts"
import * as WriteCost from "../calls/WriteCost.ts"
import type { SyncConfig } from "../config/Config.ts"
import type { StateError } from "../contract/StateError.ts"
import type { TargetDeclaration } from "../contract/Target.ts"
import type { GuardName } from "../model/Guard.ts"
import type { Change, HeldPart } from "../model/Change.ts"
import type { PlanResult, RunFailure, SyncResult } from "../model/Result.ts"
import * as PlanFile from "../plan/PlanFile.ts"
import { PlanStore } from "../plan/PlanStore.ts"
import * as TargetReader from "../read/TargetReader.ts"
import { TargetStore } from "../read/TargetStore.ts"
import { type Connections, windows } from "./Connections.ts"
import * as CostEstimate from "./CostEstimate.ts"
import * as Failure from "./Failure.ts"
import type { OnLook } from "./Observe.ts"
import { OperationsStore } from "./OperationsStore.ts"
import type { ApplyProgress } from "./RunLifecycle.ts"
import * as SyncRun from "./SyncRun.ts"

/** What a migration is about to do, held parts that its approval covers included. */
export interface Outlook {
  readonly plan: PlanResult
  readonly groups: number
  readonly memberships: number
  /** Write calls, the seconds that they take within limit and budget, and the pace; null where nothing limits it. */
  readonly calls: number
  readonly seconds: number
  readonly perHour: number | null
  /** Groups that fewer than `under` customers would join, with the calls that they cost. */
  readonly small: { readonly under: number; readonly groups: number; readonly calls: number }
  /** Parts that the person's word approves, and those that it leaves held. */
  readonly approves: ReadonlyArray<HeldPart>
  readonly leaves: ReadonlyArray<HeldPart>
  /** A migration of this sync that had a person's word was cut off, and nothing new needs one. */
  readonly goesOn: boolean
}

/** Whether the target shows what its answers confirmed. `compared` groups tell their size; `differ` names those of another size than ours. */
export interface Verified {
  readonly compared: boolean
  readonly differ: ReadonlyArray<string>
  readonly calls: number
}

export interface Migrated {
  readonly outlook: Outlook | null
  /** False: the person said no, or was not there to ask. */
  readonly agreed: boolean
  readonly result: SyncResult
  /** Null: nothing was filled, or it broke off. */
  readonly verified: Verified | { readonly error: RunFailure } | null
}

export interface MigrationOptions {
  readonly who: string
  readonly host: string
  readonly spool: string
  /** What this call may make of calls and time; null: all that it takes. */
  readonly within: Within | null
  readonly onLook: OnLook
  /** Told the plan; asks whether to carry it out. */
  readonly confirm: (outlook: Outlook) => Effect.Effect<boolean, never, SyncRun.Stores | OperationsStore>
  readonly onApply: (progress: ApplyProgress) => Effect.Effect<void>
}

/** What a person who types the number of groups has agreed to: the size. All else is still asked about by itself. */
const bySize: ReadonlySet<GuardName> = new Set(["first-run", "newGroups", "additions", "groupGrowthPercent"])

const small = 3

/** Reads the spooled plan once; it is sorted by group, so that each group's size is known at its end. */
const measure = async (changes: AsyncIterable<Change>, covered: ReadonlySet<string>, { groups, assignments: { add } }: TargetDeclaration) => {
  const sizes = { groups: 0, memberships: 0, smallGroups: 0, smallCalls: 0 }
  const creation = groups.create === "explicit" ? 1 : 0
  const made = new Set<string>()
  let current = { key: "", op: "", rows: 0 }
  const close = () => {
    if (current.op !== "assignment.add" || current.rows >= small || !made.has(current.key)) return
    sizes.smallGroups += 1
    // Packed by customer, a group more or less changes no number of calls but that of its making.
    sizes.smallCalls += creation + (add.by === "group" ? Math.ceil(current.rows / add.pack) : 0)
  }
  for await (const change of changes) {
    if (change.held !== undefined && !covered.has(change.held)) continue
    if (change.op.startsWith("group.")) {
      if (change.op === "group.create") {
        sizes.groups += 1
        made.add(change.group.key)
      }
      continue
    }
    if (change.op === "assignment.add") sizes.memberships += 1
    if (change.op === current.op && change.group.key === current.key) current.rows += 1
    else {
      if (current.rows > 0) close()
      current = { key: change.group.key, op: change.op, rows: 1 }
    }
  }
  if (current.rows > 0) close()
  return { ...sizes, made }
}

const look = (
  sync: SyncConfig,
  connections: Connections,
  plan: PlanResult,
  spool: string
): Effect.Effect<Outlook, Failure.RunError, OperationsStore | PlanStore | WriterStore> =>
  Effect.gen(function* () {
    const connected = yield* connections.openAs(sync.to, "target")
    const { connector, config, pacer, target } = connected
    const open = plan.held.filter((part) => part.decision === "open")
    const approves = open.filter((part) => bySize.has(part.guard))
    const { declaration } = target
    const sizes = yield* Effect.promise(() => measure(PlanFile.readChanges(spool), new Set(approves.map((part) => part.id)), declaration))
    const figures = yield* (yield* PlanStore).estimate(
      declaration,
      approves.map((part) => Id.numberOf(part.id))
    )
    const creates = declaration.groups.create === "explicit" ? figures.creates : 0
    const own = creates + figures.updates + figures.deletes + figures.addCalls + figures.removeCalls
    const calls = own + (yield* CostEstimate.signing(connected, own))
    return {
      plan,
      groups: sizes.groups,
      memberships: sizes.memberships,
      calls,
      seconds: yield* WriteCost.seconds(pacer, calls),
      perHour: WriteCost.perHour(windows(connector, config).windows),
      small: { under: small, groups: sizes.smallGroups, calls: sizes.smallCalls },
      approves,
      leaves: open.filter((part) => !bySize.has(part.guard)),
      goesOn: approves.length === 0 && (yield* (yield* OperationsStore).cutOff(sync.name)) !== null
    }
  })

const approve = (parts: ReadonlyArray<HeldPart>, who: string, host: string): Effect.Effect<void, StateError, OperationsStore> =>
  Effect.gen(function* () {
    const overview = yield* OperationsStore
    for (const part of parts) yield* overview.decide(Id.numberOf(part.id), "approved", { who, host, reason: "migrate" })
  })

/** One list of the target's groups: each must have the size that the confirmed answers make. */
const verify = (sync: SyncConfig, connections: Connections, onLook: OnLook): Effect.Effect<Verified, Failure.RunError, TargetStore> =>
  Effect.gen(function* () {
    const { target } = yield* connections.openAs(sync.to, "target")
    if (!target.declaration.groups.list || !target.declaration.groups.count) return { compared: false, differ: [], calls: 0 }
    const before = yield* connections.calls
    yield* TargetReader.listGroups(sync.to, target.api, target.lag, (what, rows, total) => onLook(sync.to, what, rows, total))
    const differ = yield* (yield* TargetStore).groupsToRead(sync.to, "counts", 0)
    return { compared: true, differ: differ.map((group) => group.name), calls: (yield* connections.calls).read - before.read }
  })

const everything = { only: [], lifted: new Map(), file: null, part: null, within: null }

/** What the first run's question found out. */
interface Answer {
  readonly outlook: Outlook | null
  readonly agreed: boolean
  readonly error: RunFailure | null
}

/** Asks once the plan is made. What is held needs an approval first, which only another run can take up, so this one then ends. */
const ask = (
  sync: SyncConfig,
  connections: Connections,
  options: MigrationOptions,
  plan: PlanResult
): Effect.Effect<Answer, never, SyncRun.Stores | OperationsStore> =>
  Effect.gen(function* () {
    const outlook = yield* look(sync, connections, plan, options.spool)
    const agreed = yield* options.confirm(outlook)
    if (agreed) yield* approve(outlook.approves, options.who, options.host)
    return { outlook, agreed, error: null }
  }).pipe(Effect.catchAll((error) => Effect.succeed({ outlook: null, agreed: false, error: Failure.of(error) })))

/** Never fails: what went wrong stands in the result. Cut off at any time, the same call goes on. */
export const run = (sync: SyncConfig, connections: Connections, options: MigrationOptions): Effect.Effect<Migrated, never, SyncRun.Stores | OperationsStore> =>
  Effect.gen(function* () {
    const { who, host, spool, within, onLook, onApply } = options
    // What is asked about is the whole, so a run that is to be cut is not the one that asks.
    const asksOnly = (outlook: Outlook | null) => within !== null || (outlook?.approves.length ?? 0) > 0
    const memory = yield* Effect.context<SyncRun.Stores | OperationsStore>()
    const answer = yield* Ref.make<Answer>({ outlook: null, agreed: false, error: null })
    const writing = { kind: "migrate", who, host, spool, onLook, onApply, scope: everything } as const
    const confirm = (plan: PlanResult) =>
      ask(sync, connections, options, plan).pipe(
        Effect.provide(memory),
        Effect.tap((given) => Ref.set(answer, given)),
        Effect.map(({ agreed, outlook }) => agreed && outlook !== null && !asksOnly(outlook))
      )
    const first = yield* SyncRun.run(sync, connections, { ...writing, depth: "usual", confirm })
    const { outlook, agreed, error } = yield* Ref.get(answer)
    if (error !== null) return { outlook, agreed, result: { ...first, status: "failed", error }, verified: null }
    if (outlook === null || !agreed || first.error !== null) return { outlook, agreed, result: first, verified: null }
    const again = SyncRun.run(sync, connections, { ...writing, scope: { ...everything, within }, depth: "none", confirm: () => Effect.succeed(true) })
    const result = asksOnly(outlook) ? yield* again : first
    if (result.error !== null || result.resumesAt !== null || result.status === "none") return { outlook, agreed, result, verified: null }
    const verified = yield* Effect.either(verify(sync, connections, onLook))
    return { outlook, agreed, result, verified: verified._tag === "Right" ? verified.right : { error: Failure.of(verified.left) } }
  })
