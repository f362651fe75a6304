/** What a migration is about to do: sizes, price, end, and when the most of it is done. */
import * as Effect from "effect/Effect"
import type { WriterStore } from "../apply/WriterStore.ts"
import * as WriteCost from "../calls/WriteCost.ts"
import type { Pacer } from "../contract/Pacer.ts"
import type { SyncConfig } from "../config/Config.ts"
import type { TargetDeclaration } from "../contract/Target.ts"
import type { Change, HeldPart } from "../model/Change.ts"
import type { GuardName } from "../model/Guard.ts"
import * as Id from "../model/Id.ts"
import type { Migration } from "../model/Migration.ts"
import type { PlanResult } from "../model/Result.ts"
import * as PlanFile from "../plan/PlanFile.ts"
import { PlanStore } from "../plan/PlanStore.ts"
import { type Connections, windows } from "./Connections.ts"
import * as CostEstimate from "./CostEstimate.ts"
import type * as Failure from "./Failure.ts"
import * as MigrationVerify from "./MigrationVerify.ts"

/** A point on the way, with the calls up to it and when the last of them can start (epoch milliseconds). */
export interface Milestone {
  /** All tags; a share of the memberships. */
  readonly what: "tags" | 0.5 | 0.8
  readonly calls: number
  readonly at: number
}

/** What a migration is about to do, held parts that its approval covers included. */
export interface Outlook {
  readonly migration: Migration
  readonly plan: PlanResult
  readonly groups: number
  readonly memberships: number
  /** Write calls, the seconds that they take within limit and budget, and the pace; null where nothing limits it. */
  readonly calls: number
  readonly seconds: number
  readonly perHour: number | null
  /** In their order; none where the work is done by customer. */
  readonly milestones: ReadonlyArray<Milestone>
  /** Groups that fewer than `under` customers would join, with the calls that they cost. */
  readonly small: { readonly under: number; readonly groups: number; readonly calls: number }
  /** Read calls of reading a sample back (with the sizes of all groups, where the target shows them), and of reading all back beyond that. */
  readonly verify: { readonly sample: number; readonly full: number }
  /** Calls of taking it back; null: the target has none. */
  readonly undo: number | null
  /** Parts that the person's word approves, and those that it leaves held. */
  readonly approves: ReadonlyArray<HeldPart>
  readonly leaves: ReadonlyArray<HeldPart>
  /** It was approved before, and nothing new needs that. */
  readonly goesOn: boolean
}

/** What a person who types the number of groups has agreed to: the size. All else is still asked about by itself. */
const bySize: ReadonlySet<GuardName> = new Set(["first-run", "newGroups", "additions", "groupGrowthPercent"])

const small = 3

interface Filled {
  /** Whether it is to be made, and whether it comes from a tag. */
  made: boolean
  tag: boolean
  joins: number
}

/** Reads the spooled plan once: what it does to each group. */
const measure = async (changes: AsyncIterable<Change>, covered: ReadonlySet<string>): Promise<ReadonlyArray<Filled>> => {
  const groups = new Map<string, Filled>()
  for await (const { group, held, op, source } of changes) {
    if ((held !== undefined && !covered.has(held)) || (op !== "group.create" && op !== "assignment.add")) continue
    const filled = groups.get(group.key) ?? { made: false, tag: false, joins: 0 }
    groups.set(group.key, filled)
    if (op === "group.create") filled.made = true
    else filled.joins += 1
    if (source?.group.startsWith("tag ") === true) filled.tag = true
  }
  return [...groups.values()]
}

const sum = (numbers: ReadonlyArray<number>): number => numbers.reduce((all, one) => all + one, 0)

/** Write calls of one group, its making included. Packed by customer, a group more or less changes no number of calls but that of its making. */
const callsOf = ({ assignments: { add }, groups }: TargetDeclaration, { joins, made }: Filled): number =>
  (made && groups.create === "explicit" ? 1 : 0) + (add.by === "group" ? Math.ceil(joins / add.pack) : 0)

/** In the order of the work: most rows first. */
const milestones = (pacer: Pacer, declaration: TargetDeclaration, groups: ReadonlyArray<Filled>): Effect.Effect<ReadonlyArray<Milestone>> =>
  Effect.gen(function* () {
    if (declaration.assignments.add.by !== "group") return []
    const tags = groups.filter(({ tag }) => tag).length
    const whole = sum(groups.map(({ joins }) => joins))
    const reached: Array<Omit<Milestone, "at">> = []
    let [calls, joined, tagged] = [0, 0, 0]
    for (const group of groups.toSorted((a, b) => b.joins + Number(b.made) - a.joins - Number(a.made))) {
      const before = joined
      calls += callsOf(declaration, group)
      joined += group.joins
      for (const share of [0.5, 0.8] as const) if (before < whole * share && joined >= whole * share) reached.push({ what: share, calls })
      if (group.tag && ++tagged === tags && tags < groups.length) reached.push({ what: "tags", calls })
    }
    return yield* Effect.forEach(reached, (one) => Effect.map(pacer.nextStart(null, Math.max(0, one.calls - 1)), (at) => ({ ...one, at })))
  })

/** A made group goes with who is in it; of others each pack of who joined takes a call. */
const undoCalls = ({ assignments: { remove }, groups: can }: TargetDeclaration, groups: ReadonlyArray<Filled>): number | null =>
  remove === "none" ? null : sum(groups.map(({ joins, made }) => (made && can.delete ? 1 : remove.by === "group" ? Math.ceil(joins / remove.pack) : joins)))

export const make = (
  sync: SyncConfig,
  connections: Connections,
  migration: Migration,
  plan: PlanResult,
  spool: string
): Effect.Effect<Outlook, Failure.RunError, PlanStore | WriterStore> =>
  Effect.gen(function* () {
    const connected = yield* connections.openAs(sync.to, "target")
    const { connector, config, pacer, target } = connected
    const open = plan.held.filter((part) => part.decision === "open")
    const approves = open.filter((part) => bySize.has(part.guard))
    const { declaration } = target
    const groups = yield* Effect.promise(() => measure(PlanFile.readChanges(spool), new Set(approves.map((part) => part.id))))
    const figures = yield* (yield* PlanStore).estimate(
      declaration,
      approves.map((part) => Id.numberOf(part.id))
    )
    const creates = declaration.groups.create === "explicit" ? figures.creates : 0
    const own = creates + figures.updates + figures.deletes + figures.addCalls + figures.removeCalls
    const calls = own + (yield* CostEstimate.signing(connected, own))
    const few = groups.filter(({ joins, made }) => made && joins > 0 && joins < small)
    const sizes = groups.map(({ joins }) => joins).toSorted((a, b) => b - a)
    const list = declaration.groups.list && declaration.groups.count ? Math.ceil(groups.length / declaration.groups.pageSize) : 0
    const memberships = sum(sizes)
    return {
      migration,
      plan,
      groups: groups.filter(({ made }) => made).length,
      memberships,
      calls,
      seconds: yield* WriteCost.seconds(pacer, calls),
      perHour: WriteCost.perHour(windows(connector, config).windows),
      milestones: yield* milestones(pacer, declaration, groups),
      small: { under: small, groups: few.length, calls: sum(few.map((group) => callsOf(declaration, group))) },
      verify: {
        sample: list + MigrationVerify.fullCalls(declaration, sizes.slice(0, MigrationVerify.sampled), Math.min(memberships, MigrationVerify.sampled)),
        full: MigrationVerify.fullCalls(declaration, sizes, memberships)
      },
      undo: undoCalls(declaration, groups),
      approves,
      leaves: open.filter((part) => !bySize.has(part.guard)),
      goesOn: approves.length === 0 && migration.approval !== null
    }
  })
