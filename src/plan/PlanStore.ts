/** What making a plan asks to be remembered: baselines, measures, held parts, decisions, and the changes themselves. */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type { Kept, Unit } from "../calls/Cut.ts"
import type { StateError } from "../contract/StateError.ts"
import type { TargetDeclaration } from "../contract/Target.ts"
import type { DoubtName, GuardName } from "../model/Guard.ts"
import type { Change, ChangeOp, HeldPart } from "../model/Change.ts"
import type { ChangedGroup } from "../model/Result.ts"
import type { HoldReason } from "../model/HoldReason.ts"
import type { Frame } from "../reconcile/ReconcileStore.ts"

/** Changes that are neither held, approved nor dropped yet: fewer after each guard that holds some. */
export interface Free {
  readonly removals: number
  readonly additions: number
  readonly creations: number
}

/** Sizes that guards compare with changes, whatever is held. */
export interface Measures {
  /** Removals carried out in the last 24 hours without a person's approval; likewise the next two. */
  readonly removedLately: number
  readonly addedLately: number
  readonly createdLately: number
  /** Groups that lost their last member in the last 24 hours likewise. */
  readonly emptiedLately: number
  /** Rows that the sync could remove: at the baseline or now, whichever are fewer and enough to tell a share of. */
  readonly removable: number
  /** Streams of the sources with fewer rows than at the baseline, or at any time in the last 24 hours since a person last decided. */
  readonly shrunk: ReadonlyArray<{ readonly connection: string; readonly stream: string; readonly before: number; readonly now: number }>
}

/** A group's part in the plan. `size` is at the baseline (now, if it was not known or small then), `rows` is what the ledger holds now. */
export interface GroupMeasure {
  readonly group: number
  readonly name: string
  readonly removals: number
  readonly additions: number
  readonly size: number
  readonly rows: number
  /** As in `Measures`, of this group alone. */
  readonly removedLately: number
  readonly addedLately: number
  /** Every removal is because the source's group is proved gone or merged. */
  readonly proved: boolean
}

/** Which changes a guard holds: of these operations, and of these groups or causes where named. */
export interface Selection {
  readonly ops: ReadonlyArray<ChangeOp>
  readonly groups?: ReadonlyArray<number>
  readonly where?: "rule-changed" | "drift" | "proposal" | "creations" | DoubtName
}

export interface Trip {
  readonly guard: GuardName
  readonly limit: number
  readonly value: number
  readonly unit: string
  readonly why: ReadonlyArray<HoldReason>
}

export interface Estimated {
  readonly creates: number
  readonly updates: number
  readonly deletes: number
  /** Add and remove calls, packed as the target takes them. */
  readonly addCalls: number
  readonly removeCalls: number
  readonly adds: number
  readonly removes: number
}

/** How a target packs rows into calls. */
export interface Packing {
  readonly by: "group" | "customer"
  readonly pack: number
}

export class PlanStore extends Context.Tag("groupbridge/PlanStore")<
  PlanStore,
  {
    /** Gives back to open parts the rows that they hold, exempts approved rows and drops rejected ones. */
    readonly recallDecisions: (frame: Frame) => Effect.Effect<void, StateError>
    /** Whether the sync has no baseline yet. */
    readonly firstRun: (frame: Frame) => Effect.Effect<boolean, StateError>
    readonly measure: (frame: Frame) => Effect.Effect<Measures, StateError>
    readonly free: (frame: Frame) => Effect.Effect<Free, StateError>
    /** Groups with changes, in order of number, after the given one. */
    readonly measureGroups: (frame: Frame, after: number, limit: number) => Effect.Effect<ReadonlyArray<GroupMeasure>, StateError>
    /** The lines of the config's meaning at the baseline; null if there is none. */
    readonly baselineMeaning: (frame: Frame) => Effect.Effect<ReadonlyArray<string> | null, StateError>
    /** Notes what an empty source puts in doubt, and answers the doubts there are about changes of this run. */
    readonly doubts: (frame: Frame) => Effect.Effect<ReadonlyArray<DoubtName>, StateError>
    readonly count: (frame: Frame, selection: Selection) => Effect.Effect<number, StateError>
    /** Holds what is selected, in the guard's open part or a new one. Answers the number of rows newly held. */
    readonly hold: (frame: Frame, trip: Trip, selection: Selection) => Effect.Effect<number, StateError>
    /** Takes back what open parts of these guards hold, so that it is judged anew; a part that then holds nothing closes. */
    readonly reopen: (frame: Frame, guards: ReadonlyArray<GuardName>) => Effect.Effect<void, StateError>
    /** Counts what is selected and not held as decided, and stores who lifted the guard in this run. `limit`: up to where. */
    readonly lift: (frame: Frame, trip: Trip, selection: Selection) => Effect.Effect<void, StateError>
    /**
     * Closes parts that hold nothing any more; additions to held creations wait with them. `believed`: what the sources show may end claims, questions
     * and decisions for good; else those that they seem to have taken back are kept until they are believed.
     */
    readonly closeParts: (frame: Frame, believed: boolean) => Effect.Effect<void, StateError>
    readonly parts: (frame: Frame) => Effect.Effect<ReadonlyArray<HeldPart>, StateError>
    /** Keeps only changes that a saved plan names. */
    readonly restrictToFile: (
      rows: ReadonlyArray<{ readonly op: string; readonly group: string; readonly customer: string }>
    ) => Effect.Effect<void, StateError>
    readonly beginFile: Effect.Effect<void, StateError>
    /** Applies the restriction; answers the file's rows that this plan does not have, each with whether the ledger holds it already. */
    readonly endFile: Effect.Effect<
      ReadonlyArray<{ readonly op: string; readonly group: string; readonly customer: string; readonly already: boolean; readonly held: boolean }>,
      StateError
    >
    /** Makes tasks for a person of the plan's free removals, and answers their number. */
    readonly openTasks: (frame: Frame) => Effect.Effect<number, StateError>
    readonly restrictToPart: (part: number) => Effect.Effect<void, StateError>
    /** What the plan's free changes take, and those of the parts that are given. */
    readonly estimate: (target: TargetDeclaration, parts: ReadonlyArray<number>) => Effect.Effect<Estimated, StateError>
    /**
     * Free additions, in the order in which they are carried out, each unit with the changes of groups that come first. `explicit`: making a
     * group takes a call.
     */
    readonly additions: (by: Packing["by"], explicit: boolean, limit: number) => Effect.Effect<ReadonlyArray<Unit>, StateError>
    /** Free changes of groups that take a call, each as a unit without rows. */
    readonly changedGroups: (explicit: boolean, limit: number) => Effect.Effect<ReadonlyArray<Unit>, StateError>
    /** Leaves all other free additions and changes of groups to the next run. */
    readonly keepAdditions: (by: Packing["by"], kept: Pick<Kept, "units" | "groups">) => Effect.Effect<void, StateError>
    /** Leaves all free removals and deletions to the next run but those of so many calls whose claims ended first. */
    readonly keepRemovals: (packing: Packing, calls: number, now: number) => Effect.Effect<void, StateError>
    /** How many changes are left to the next run. */
    readonly leftOut: Effect.Effect<number, StateError>
    /** Groups with most free additions and removals, most first, at most so many. */
    readonly mostChanged: (limit: number) => Effect.Effect<ReadonlyArray<ChangedGroup>, StateError>
    /** Changes that were neither dropped nor forgotten, held ones included, in order; `after` is the last one's cursor. */
    readonly changes: (
      frame: Frame,
      after: string | null,
      limit: number
    ) => Effect.Effect<{ readonly changes: ReadonlyArray<Change>; readonly next: string | null }, StateError>
    /** Stores the plan's free changes as the run's work. */
    readonly commit: (frame: Frame) => Effect.Effect<void, StateError>
    /** Stores why the other changes are not made in this run, for `explain` and `status`. */
    readonly storeSkipped: (frame: Frame) => Effect.Effect<void, StateError>
    /** Moves the baseline to this run, if nothing of the sync is held or left to the next run. */
    readonly moveBaseline: (frame: Frame) => Effect.Effect<void, StateError>
  }
>() {}
