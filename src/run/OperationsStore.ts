/** What commands that look around and decide ask to be remembered: runs, states of syncs, held parts, decisions, customers without a counterpart. */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type { SyncConfig, TeamConfig } from "../config/Config.ts"
import type { StateError } from "../contract/StateError.ts"
import type { TargetDeclaration } from "../contract/Target.ts"
import type { Change, HeldPart } from "../model/Change.ts"
import type { Choice, Decided, Decider, DecisionRow, Page, Share, Verdict } from "../model/Decision.ts"
import type { RunRow, StatusRow, TaskRow, UnconfirmedGroup, UnmatchedRow } from "../model/Overview.ts"
import type { RunFailure } from "../model/Result.ts"
import type { Sources } from "./NameStore.ts"

/** Runs that began from `from` to `to` (epoch milliseconds, both included); `selected`: that made a change which `Records` has chosen. */
export interface Within {
  readonly from: number | null
  readonly to: number | null
  readonly selected: boolean
}

/** A connection as the state knows it. `identifiedAt` is when its credential last worked, epoch milliseconds. */
export interface KnownConnection {
  readonly account: string | null
  readonly actor: string | null
  readonly identifiedAt: number | null
  /** When a call that writes was last accepted, epoch milliseconds. */
  readonly acceptedAt: number | null
  /** Groups that it has as a target. */
  readonly targetGroups: number
}

/** The snapshot of a source: when it was last read (epoch milliseconds), how many rows each stream then had, and how many customers are asked for other addresses. */
export interface SnapshotSummary {
  readonly at: number
  /** Rows as of the last full read of each. */
  readonly streams: ReadonlyArray<{ readonly name: string; readonly rows: number }>
  readonly asked: number
}

/** The unbroken series of failures that a sync's last runs ended in. */
export interface Failing {
  readonly since: number
  readonly runs: number
  readonly error: RunFailure
}

/** Claims of one source of one sync that no configured sync goes on with; `connection` null: a sync that left nothing but decisions. */
export interface Releasable {
  readonly sync: string
  readonly connection: string | null
  readonly memberships: number
}

/** What releasing leads to: memberships that the next runs take out, and those that stay because no sync writes to their groups. */
export interface Released {
  readonly leaving: number
  readonly staying: number
}

/** A sync, and how its target shows customers: what decides who is who. */
export interface Sides {
  readonly sync: SyncConfig
  readonly customers: TargetDeclaration["customers"]
}

export class OperationsStore extends Context.Tag("groupbridge/OperationsStore")<
  OperationsStore,
  {
    /** Newest first. */
    readonly runs: (limit: number, within?: Within) => Effect.Effect<ReadonlyArray<RunRow>, StateError>
    readonly run: (run: number) => Effect.Effect<RunRow | null, StateError>
    /** Parts that wait, oldest first, then rejected ones that still keep something back. */
    readonly parts: Effect.Effect<ReadonlyArray<HeldPart>, StateError>
    /** A part, and that in which what the last decision on it was not about waits as before. */
    readonly part: (
      part: number
    ) => Effect.Effect<
      { readonly part: HeldPart; readonly closed: boolean; readonly decided: Decided | null; readonly rest: HeldPart | null } | null,
      StateError
    >
    readonly partChanges: (part: number, after: string | null) => Effect.Effect<Page<Change>, StateError>
    /** The log of decisions, newest first. */
    readonly decisions: (limit: number) => Effect.Effect<ReadonlyArray<DecisionRow>, StateError>
    /** How many changes of a part a decision on the chosen ones is about: with those customers' additions the groups that they need. */
    readonly chosen: (part: number, verdict: Verdict, choice: Choice) => Effect.Effect<number, StateError>
    /** Stores a decision with its author, on a part or on the chosen changes of it: the others wait as before, in a part of their own. */
    readonly decide: (part: number, verdict: Verdict, by: Decider, choice?: Choice | null) => Effect.Effect<Share, StateError>
    /** Puts back what was in force before an approval that was declined, and logs that. `share`: what that approval was about. */
    readonly takeBack: (part: number, before: HeldPart["decision"], share: Share, by: Decider) => Effect.Effect<void, StateError>
    /** Notes a decision about something else, such as a connection. */
    readonly note: (what: string, subject: string, by: Decider) => Effect.Effect<void, StateError>
    /**
     * A sync's state. `midnight` begins the day that is counted. Counts of unmatched and ambiguous customers are those of a run that saw nothing
     * new; they follow the mapping that was made last, so the sync's own is made first.
     */
    readonly status: (sides: Sides, midnight: number, now: number) => Effect.Effect<Omit<StatusRow, "next" | "guards" | "warnings">, StateError>
    /** As `status`, of a sync of staff. */
    readonly teamStatus: (sync: TeamConfig, midnight: number, now: number) => Effect.Effect<Omit<StatusRow, "next" | "guards" | "warnings">, StateError>
    readonly failing: (sync: string) => Effect.Effect<Failing | null, StateError>
    /** Customers of mapped groups without a counterpart, as `status` counts them, by the time they were first read. */
    readonly unmatched: (sides: Sides, after: string | null) => Effect.Effect<Page<UnmatchedRow>, StateError>
    /** Removals that wait for a person to do them, oldest first. */
    readonly tasks: (after: string | null) => Effect.Effect<Page<TaskRow>, StateError>
    readonly task: (task: number) => Effect.Effect<TaskRow | null, StateError>
    /** Notes that a person did them: what they took out is not in the ledger any more. Those that are done already stay as they are. */
    readonly finish: (tasks: ReadonlyArray<number>, by: Decider) => Effect.Effect<void, StateError>
    /** Lines for a person on exceptions of which it is known that they reach no customer. */
    readonly unreached: (sync: SyncConfig, now: number) => Effect.Effect<ReadonlyArray<string>, StateError>
    /** Memberships of a sync of customers that count as ours, which nothing confirms, by group, most first. */
    readonly unconfirmedGroups: (sync: string) => Effect.Effect<ReadonlyArray<UnconfirmedGroup>, StateError>
    /** Ends the doubt about them: they are ours as they were, or found. Stores who decided so. */
    readonly confirm: (sync: string, whose: "applied" | "found", by: Decider) => Effect.Effect<void, StateError>
    readonly connection: (name: string) => Effect.Effect<KnownConnection, StateError>
    /**
     * The account that showed what standing claims on this source rest on, where it is not `actor`, with how many memberships they are about. Null:
     * `actor` has shown all of it.
     */
    readonly earlierView: (
      connection: string,
      actor: string | null
    ) => Effect.Effect<{ readonly actor: string; readonly memberships: number } | null, StateError>
    /** Calls that reading all memberships of the target's groups that serve a desired group takes, by group in pages or by customer. */
    readonly membershipCalls: (connection: string, listedBy: "group" | "customer", pageSize: number) => Effect.Effect<number, StateError>
    /** What could be released, by sync and connection. */
    readonly releasable: (configured: ReadonlyArray<Sources>) => Effect.Effect<ReadonlyArray<Releasable>, StateError>
    readonly releaseOutlook: (sync: string, configured: ReadonlyArray<Sources>) => Effect.Effect<Released, StateError>
    /** Ends the claims of a sync's sources that are not configured, and stores who decided so. */
    readonly release: (sync: string, configured: ReadonlyArray<Sources>, by: Decider) => Effect.Effect<Released, StateError>
    /** Null: the source was never read. */
    readonly snapshot: (connection: string) => Effect.Effect<SnapshotSummary | null, StateError>
  }
>() {}
