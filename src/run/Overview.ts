/** What commands that look around and decide ask to be remembered: runs, states of syncs, held parts, decisions, customers without a counterpart. */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type { SyncConfig, TeamConfig } from "../config/Config.ts"
import type { StateError } from "../contract/StateError.ts"
import type { Change, HeldPart } from "../model/Change.ts"
import type { RunRow, StatusRow, TaskRow, ToldBefore, UnmatchedRow } from "../model/Overview.ts"
import type { RunFailure } from "../model/Result.ts"

/** A piece of a long list; `next` is where the following one starts, null at the end. */
export interface Page<A> {
  readonly rows: ReadonlyArray<A>
  readonly next: string | null
}

/** Runs that began from `from` to `to` (epoch milliseconds, both included); `selected`: that made a change which `Records` has chosen. */
export interface Within {
  readonly from: number | null
  readonly to: number | null
  readonly selected: boolean
}

/** Who decides: "petra" at "ops1", and why. */
export interface Decider {
  readonly who: string
  readonly host: string
  readonly reason: string | null
}

/** What was decided on a part last. */
export interface Decided extends Decider {
  readonly what: string
  readonly at: number
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

/** A configured sync with its connections; `removes` unless it never does. */
export interface Sources {
  readonly sync: string
  readonly from: ReadonlyArray<string>
  readonly to: string
  readonly removes: boolean
}

/** Wishes of one source of one sync that the config does not have any more. */
export interface Releasable {
  readonly sync: string
  readonly connection: string
  readonly memberships: number
}

/** What releasing leads to: memberships that the next runs take out, and those that stay because no sync writes to their groups. */
export interface Released {
  readonly leaving: number
  readonly staying: number
}

export class Overview extends Context.Tag("groupbridge/Overview")<
  Overview,
  {
    /** Newest first. */
    readonly runs: (limit: number, within?: Within) => Effect.Effect<ReadonlyArray<RunRow>, StateError>
    readonly run: (run: number) => Effect.Effect<RunRow | null, StateError>
    /** Parts that wait, oldest first, then rejected ones that still keep something back. */
    readonly parts: Effect.Effect<ReadonlyArray<HeldPart>, StateError>
    readonly part: (part: number) => Effect.Effect<{ readonly part: HeldPart; readonly closed: boolean; readonly decided: Decided | null } | null, StateError>
    readonly partChanges: (part: number, after: string | null) => Effect.Effect<Page<Change>, StateError>
    /** Stores a decision with its author; `open` takes one back. */
    readonly decide: (part: number, decision: HeldPart["decision"], by: Decider) => Effect.Effect<void, StateError>
    /** Notes a decision about something else, such as a connection. */
    readonly note: (what: string, subject: string, by: Decider) => Effect.Effect<void, StateError>
    /**
     * A sync's state. `midnight` begins the day that is counted. Counts of unmatched customers follow the mapping that was made last, so the sync's own is made first.
     */
    readonly status: (sync: SyncConfig, midnight: number, now: number) => Effect.Effect<Omit<StatusRow, "next" | "guards">, StateError>
    /** As `status`, of a sync of staff. */
    readonly teamStatus: (sync: TeamConfig, midnight: number, now: number) => Effect.Effect<Omit<StatusRow, "next" | "guards">, StateError>
    readonly failing: (sync: string) => Effect.Effect<Failing | null, StateError>
    /** What runs before this one told (all runs, if it is null); of its refused rows those that had been refused before. */
    readonly toldBefore: (sync: string, run: number | null) => Effect.Effect<ToldBefore, StateError>
    /** Customers of mapped groups without a counterpart, as the mapping that was made last has it. */
    readonly unmatched: (sync: SyncConfig, after: string | null) => Effect.Effect<Page<UnmatchedRow>, StateError>
    /** Removals that wait for a person to do them, oldest first. */
    readonly tasks: (after: string | null) => Effect.Effect<Page<TaskRow>, StateError>
    readonly task: (task: number) => Effect.Effect<TaskRow | null, StateError>
    /** Notes that a person did them: what they took out is not in the ledger any more. Those that are done already stay as they are. */
    readonly finish: (tasks: ReadonlyArray<number>, by: Decider) => Effect.Effect<void, StateError>
    readonly connection: (name: string) => Effect.Effect<KnownConnection, StateError>
    /** Calls that reading all memberships of the target's groups that serve a wish takes, by group in pages or by customer. */
    readonly membershipCalls: (connection: string, listedBy: "group" | "customer", pageSize: number) => Effect.Effect<number, StateError>
    /** What could be released, by sync and connection. */
    readonly releasable: (configured: ReadonlyArray<Sources>) => Effect.Effect<ReadonlyArray<Releasable>, StateError>
    readonly releaseOutlook: (sync: string, configured: ReadonlyArray<Sources>) => Effect.Effect<Released, StateError>
    /** Ends the wishes of a sync's sources that are not configured, and stores who decided so. */
    readonly release: (sync: string, configured: ReadonlyArray<Sources>, by: Decider) => Effect.Effect<Released, StateError>
    /** Null: the source was never read. */
    readonly snapshot: (connection: string) => Effect.Effect<SnapshotSummary | null, StateError>
  }
>() {}
