/** What a run tells: the same shape for people (text, Markdown, CSV) and machines (JSON). */
import type { BlockReason } from "./BlockReason.ts"
import type { Change, GuardReading, HeldPart } from "./Change.ts"
import type { RecordUrls } from "./RecordUrl.ts"

export interface ChangeCounts {
  readonly groups: { readonly create: number; readonly update: number; readonly delete: number }
  readonly assignments: { readonly add: number; readonly remove: number }
  /** Of a sync of staff. */
  readonly members?: { readonly invite: number; readonly role: number; readonly remove: number }
}

/** Changes that a plan or result counts, of all kinds. */
export const total = ({ groups, assignments, members }: ChangeCounts): number =>
  groups.create +
  groups.update +
  groups.delete +
  assignments.add +
  assignments.remove +
  (members === undefined ? 0 : members.invite + members.role + members.remove)

/** Something that waits, or is left out, with the reason in words for a person. */
export interface Withheld {
  readonly reason: string
  readonly changes: number
  /** The source that could not be read, where that is why. */
  readonly unread?: string
}

/** Calls and time that carrying out a plan takes. `seconds` is within limit and budget, from its start. */
export interface Estimate {
  /** Write calls of the plan. */
  readonly calls: number
  /** Read calls that applying still needs: looks before and after calls, the first write's read back. */
  readonly reads: number
  /** The fewest write calls that the target's API allows for this plan. */
  readonly fewest: number
  readonly seconds: number
  /** When the last call is answered if it is begun now (epoch milliseconds); null where there is none. */
  readonly endsAt: number | null
  readonly perHour: number | null
  /** What the calls are for, in words for a person: "add 31 memberships". */
  readonly endpoints: ReadonlyArray<{ readonly endpoint: string; readonly kind: "write" | "read"; readonly calls: number }>
}

export interface ReadSummary {
  readonly connection: string
  readonly account: string
  readonly complete: boolean
  readonly at: number
  readonly streams: ReadonlyArray<{
    readonly name: string
    /** Of a reading of changes: how many records it told. */
    readonly records: number
    readonly complete: boolean
    readonly reason: string | null
    readonly kind: "full" | "changes"
    /** Why it was read in full where only what changed was asked for. */
    readonly why: string | null
  }>
  readonly calls: number
}

/** Customers without a counterpart at the target, by reason. `groups` of counts, largest first. */
export interface UnmatchedSummary {
  readonly total: number
  readonly change: number
  readonly reasons: ReadonlyArray<{ readonly reason: UnmatchedReason; readonly customers: number }>
  /** The first of each reason, of a dry run; empty in a run that writes. */
  readonly people: ReadonlyArray<UnmatchedPerson>
}

export interface UnmatchedPerson {
  readonly connection: string
  /** What the record is, in the vendor's word: "user", "contact". */
  readonly record: string
  readonly id: string
  readonly email: string | null
  readonly name: string | null
  readonly reason: UnmatchedReason
  /** Ids of target customers it could be, at most five, where there are several. */
  readonly candidates: ReadonlyArray<string>
}

/** A source of a plan. `recordUrls`: where the vendor's own pages of its records are, where that is known. */
export interface PlanSource {
  readonly connection: string
  readonly connector: string
  readonly account: string
  readonly recordUrls?: RecordUrls
}

/** A group that a plan changes. `members`: who is in it now, as far as we know; `leave`, `join`: who would go and come, without held changes. */
export interface ChangedGroup {
  readonly name: string
  readonly members: number
  readonly leave: number
  readonly join: number
}

export type UnmatchedReason = "not-found" | "no-address" | "ambiguous" | "suspended" | "unverified" | "not-looked-up" | "not-in-file"

/** How many groups `PlanResult.mostChanged` names at most. */
export const mostChangedGroups = 12

/** What is known of one sync's plan once it is made. `file` holds the changes, one JSON object a line, held ones too. */
export interface PlanResult {
  readonly sync: string
  readonly status: "changes" | "none" | "held" | "failed"
  readonly from: ReadonlyArray<PlanSource>
  readonly to: { readonly connection: string; readonly connector: string; readonly account: string }
  readonly reads: ReadonlyArray<ReadSummary>
  /** What would be done now: held changes are not in these figures. */
  readonly summary: ChangeCounts & {
    readonly held: number
    readonly unmatched: number
    readonly ambiguous: number
    readonly tasks: number
  }
  readonly guards: ReadonlyArray<GuardReading>
  readonly held: ReadonlyArray<HeldPart>
  readonly estimate: Estimate
  readonly unmatched: UnmatchedSummary
  readonly withheld: ReadonlyArray<Withheld>
  readonly warnings: ReadonlyArray<string>
  /** Groups that rules lead to and that are not written to. `handle`: the group's key. */
  readonly blocked: ReadonlyArray<{ readonly name: string; readonly handle: string; readonly reason: BlockReason }>
  /** Changes that are left undone because the run that had made them was taken back, until it is released. */
  readonly pinned: ReadonlyArray<{ readonly run: string; readonly changes: number }>
  /** Memberships at the target that somebody else put there or took out, as far as this run saw. */
  readonly byHand: ReadonlyArray<{ readonly customer: string; readonly group: string; readonly what: "put-in" | "taken-out" }>
  /** Memberships that count as ours, which nothing confirms. */
  readonly unconfirmed: number
  /** Rows we found there already and will therefore never remove under `removals: ours`. */
  readonly foundRows: number
  /** The rules in their order, each with the line it starts on and what it says in canonical words. Empty for a sync of staff. */
  readonly rules: ReadonlyArray<{ readonly index: number; readonly line: number; readonly meaning: string }>
  /** Groups with most changes, most first, at most `mostChangedGroups`. */
  readonly mostChanged: ReadonlyArray<ChangedGroup>
  /** Customers in groups that rules take, and how many of them have a counterpart. Null where it was not counted: in a run that writes, and for staff. */
  readonly matching: { readonly customers: number; readonly matched: number } | null
  /** SHA-256 of the accounts, of what the config means and of all changes, held ones too, in hex. Null where there is no plan. */
  readonly hash: string | null
  readonly firstRun: boolean
  /** By how much the latest stored time was later than the clock, in milliseconds, in the first run after that was found; left out: it was not. */
  readonly clockAhead?: number
  readonly error: RunFailure | null
}

/** Why a run of one sync ended early. `message` tells what, where and what to do, fit for a person. */
export interface RunFailure {
  readonly kind: "config" | "credential" | "unavailable" | "state" | "locked" | "stale" | "vendor"
  readonly message: string
  /** The connection that it is about, where it is about one. */
  readonly connection?: string
}

export interface Refused {
  readonly change: Change
  readonly reason: string
}

/** What was really done. */
export interface SyncResult {
  readonly sync: string
  /** `r-12`; null where nothing could start. */
  readonly run: string | null
  readonly status: "done" | "none" | "partial" | "held" | "failed"
  readonly summary: ChangeCounts
  readonly held: ReadonlyArray<HeldPart>
  readonly calls: { readonly read: number; readonly write: number }
  readonly refused: ReadonlyArray<Refused>
  readonly withheld: ReadonlyArray<Withheld>
  readonly tasks: number
  readonly startedAt: number
  readonly endedAt: number
  /** The plan it carried out; null when planning itself failed. */
  readonly plan: PlanResult | null
  readonly error: RunFailure | null
  /** Set when a long wait was handed back to the schedule: epoch milliseconds of when calls are possible again. */
  readonly resumesAt: number | null
}
