/** What the commands that look around show: runs, states of syncs, checks, groups and customers without a counterpart. */
import type { Cause } from "./Cause.ts"
import type { GuardReading, HeldPart } from "./Change.ts"
import type { GroupKind } from "./Group.ts"
import type { MigrationId } from "./Id.ts"
import type { Phase } from "./Migration.ts"
import type { ChangeCounts, RunFailure, UnmatchedReason } from "./Result.ts"

/** One run, newest first in a list. Times are epoch milliseconds; `endedAt` is null while it is under way. */
export interface RunRow {
  readonly run: string
  readonly sync: string
  /** `undone`: a later run took back what this one did. */
  readonly status: "running" | "done" | "none" | "partial" | "held" | "failed" | "interrupted" | "undone"
  /** The command that started it: "sync", "approve H-14", "undo r-12". */
  readonly command: string
  /** Who started it: "petra@ops1", "schedule". */
  readonly by: string
  /** The migration that it belongs to, if any. */
  readonly migration: MigrationId | null
  readonly startedAt: number
  readonly endedAt: number | null
  readonly summary: ChangeCounts
  readonly calls: { readonly read: number; readonly write: number }
  readonly refused: number
  /** Changes that it planned and did not come to, of a run that was cut off. */
  readonly left: number
  readonly held: ReadonlyArray<string>
  readonly reason: string | null
  readonly error: RunFailure | null
}

/** A migration that is not at its end: its last run, the changes that were made since it began, and those that its plan still has. */
export interface OpenMigration {
  readonly id: MigrationId
  readonly phase: Phase
  readonly run: string
  readonly done: number
  readonly left: number
  readonly approved: boolean
  /** Of its plan; null: none was made yet. */
  readonly hash: string | null
}

/** A group with memberships that count as ours, which nothing confirms. */
export interface UnconfirmedGroup {
  readonly group: string
  readonly memberships: number
}

/** One sync on the status screen. */
export interface StatusRow {
  readonly sync: string
  /** `left`: it is not in the config any more. */
  readonly state: "ok" | "never" | "running" | "failed" | "paused" | "left"
  /** End of the last run that read and applied as it should; null: there was none. */
  readonly lastGood: number | null
  readonly next: number | null
  /** Since midnight in the sync's zone. `share` of the target's calls of a day, 0 to 1; null where there is no known limit. */
  readonly today: { readonly added: number; readonly removed: number; readonly calls: number; readonly share: number | null }
  readonly held: ReadonlyArray<HeldPart>
  readonly refused: number
  readonly tasks: number
  readonly unmatched: number
  readonly ambiguous: number
  /** Memberships that count as ours, which nothing confirms. */
  readonly unconfirmed: number
  /** Removals that wait for their time of grace. */
  readonly waiting: number
  /** Runs whose changes stay undone until `release`. */
  readonly pinned: ReadonlyArray<string>
  readonly paused: { readonly by: string; readonly until: number | null; readonly reason: string | null } | null
  readonly failing: { readonly since: number; readonly runs: number; readonly error: RunFailure } | null
  /** Null: no migration is open. */
  readonly migration: OpenMigration | null
  readonly guards: ReadonlyArray<GuardReading>
  /** What a person should know besides, each a sentence. */
  readonly warnings: ReadonlyArray<string>
}

/** A removal that only a person can do at the target. `group.id` is what the target knows the group by. Times are epoch milliseconds. */
export interface TaskRow {
  readonly id: string
  readonly sync: string
  readonly connection: string
  readonly group: { readonly id: string | null; readonly name: string }
  readonly customer: { readonly id: string; readonly email: string | null; readonly name: string | null }
  readonly cause: Cause
  readonly since: number
  /** Null while it waits. */
  readonly doneAt: number | null
}

export interface ConnectionCheck {
  readonly connection: string
  readonly connector: string
  /** `untestable`: the vendor offers no call that proves the credential without writing. `unasked`: by `check --offline`. */
  readonly state: "ok" | "refused" | "unavailable" | "untestable" | "unasked"
  readonly account: string | null
  readonly actor: string | null
  readonly role: string | null
  /** Whom the credential belonged to when it last worked, where that differs from now. */
  readonly actorBefore: string | null
  readonly since: number | null
  readonly lastGood: number | null
  readonly skippedRuns: number
  /** Rights that a sync needs and the credential lacks, each a sentence with its remedy. */
  readonly missing: ReadonlyArray<string>
  /** What reading will cost there, a sentence each; empty where the source does not say. */
  readonly costs: ReadonlyArray<string>
  readonly allowance: {
    readonly limit: number
    readonly remaining: number
    readonly resetAt: number | null
    /** Calls in this stretch that were not ours; null where that can't be told. */
    readonly usedByOthers: number | null
  } | null
  /** What is wrong and what to do about it; also where the credential stands in the config. Null when all is well. */
  readonly message: string | null
}

export interface ScheduleCost {
  readonly sync: string
  /** "hourly", "7 * * * *". */
  readonly every: string
  readonly connection: string
  readonly turnsPerDay: number
  readonly callsPerDay: number
  /** What the limit and budget allow a day; null where no limit is known. */
  readonly allowedPerDay: number | null
  /** How old what we know can get: "tags seen within 1 h". */
  readonly freshness: ReadonlyArray<string>
}

export interface CheckReport {
  /** Path of the config file as given or found. */
  readonly config: string
  readonly connections: ReadonlyArray<ConnectionCheck>
  readonly state: { readonly ok: boolean; readonly path: string; readonly backupAt: number | null; readonly message: string | null }
  readonly schedules: ReadonlyArray<ScheduleCost>
  readonly warnings: ReadonlyArray<string>
  /** Beyond those of the connections and the state. */
  readonly problems: ReadonlyArray<string>
}

/** A source group, the rule that takes it and the target group it goes to. `ambiguous`: it meets another in one target group. */
export interface GroupRow {
  readonly connection: string
  readonly kind: GroupKind
  /** As `keyText` gives it. */
  readonly key: string
  readonly name: string
  readonly members: number
  readonly rule: { readonly index: number; readonly line: number } | null
  readonly target: string | null
  readonly state: "mapped" | "unmapped" | "ambiguous"
  /** Why it is not mapped or ambiguous, and with what; null where there is nothing to say. */
  readonly reason: string | null
}

/** A source customer without a counterpart at the target. `since` is when it was first missed. */
export interface UnmatchedRow {
  readonly sync: string
  readonly connection: string
  readonly id: string
  readonly email: string | null
  readonly name: string | null
  readonly reason: UnmatchedReason
  readonly since: number
  /** Target customers it could be, where there are several. */
  readonly candidates: ReadonlyArray<string>
}
