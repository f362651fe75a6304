/**
 * The three-way comparison over stored rows: what the sources want (claims), what the target holds (ledger), and what follows (changes).
 * The steps are called in the order in which they stand here, within one transaction that a dry run takes back.
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type { MatchRule, SyncConfig } from "../config/Config.ts"
import type { StateError } from "../contract/StateError.ts"
import type { TargetDeclaration } from "../contract/Target.ts"
import type { PlanResult, UnmatchedPerson } from "../model/Result.ts"

/** A run's frame: the sync, which of its sources were read in this run, and its number (0 in a dry run). */
export interface Frame {
  readonly sync: SyncConfig
  /** Connections whose snapshot is of this run. The others keep their claims and add nothing. */
  readonly read: ReadonlyArray<string>
  readonly run: number
  readonly now: number
  /** What the target can do. */
  readonly target: TargetDeclaration
  /** The vendors' words for a customer's record, by connection: "user", "contact". */
  readonly words: ReadonlyMap<string, string>
}

export interface UnknownGroup {
  readonly name: string
  /** The most similar name of a group that is known; null: none is near. */
  readonly nearest: string | null
}

export class ReconcileStore extends Context.Tag("groupbridge/ReconcileStore")<
  ReconcileStore,
  {
    /** Makes the links that the mapping found, and places for groups that are still to be made. A linked group that is gone at the target is taken as removed by hand. */
    readonly linkGroups: (frame: Frame) => Effect.Effect<void, StateError>
    /** Brings the ledger up to what was read of the target: unknown rows become `found`, missing ones are noted as taken out by hand. */
    readonly refreshLedger: (frame: Frame) => Effect.Effect<void, StateError>
    /** Matches source customers that have no counterpart yet, rule by rule. What is ambiguous is held: neither end gains or loses anything. */
    readonly linkCustomers: (frame: Frame, match: ReadonlyArray<MatchRule>) => Effect.Effect<void, StateError>
    /** Works out what one source wants and brings its claims up to it: new ones stand, missing ones expire with their cause. */
    readonly claim: (frame: Frame, source: string) => Effect.Effect<void, StateError>
    /** Lists what must change so that the ledger becomes what is claimed. Answers the number of changes. */
    readonly compare: (frame: Frame) => Effect.Effect<number, StateError>
    /** Keeps only changes of these target groups, by name at the target or a source, key or id. Answers the names that no group has, each with the nearest one. */
    readonly restrictToGroups: (names: ReadonlyArray<string>) => Effect.Effect<ReadonlyArray<UnknownGroup>, StateError>
    /** How many customers the rules reach and how many are matched, and the first of those who are not, of each reason. To be asked after `summary`. */
    readonly matching: (
      frame: Frame
    ) => Effect.Effect<{ readonly counts: NonNullable<PlanResult["matching"]>; readonly people: ReadonlyArray<UnmatchedPerson> }, StateError>
    readonly summary: (frame: Frame) => Effect.Effect<
      {
        readonly unmatched: ReadonlyArray<{ readonly reason: string; readonly customers: number }>
        readonly ambiguous: number
        readonly foundRows: number
        readonly tasks: number
        readonly byHand: ReadonlyArray<{ readonly customer: string; readonly group: string; readonly what: "put-in" | "taken-out" }>
        /** Exceptions that name no mapped group or no known customer. */
        /** Memberships that count as ours, which nothing confirms. */
        readonly unconfirmed: number
        readonly warnings: ReadonlyArray<string>
      },
      StateError
    >
  }
>() {}
