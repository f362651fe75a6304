/** Why one customer has, or has not, one group at the target: every link from the source record to the vendor's answer. Times are epoch milliseconds. */
import type { Ambiguity } from "./Ambiguity.ts"
import type { BlockReason } from "./BlockReason.ts"
import type { Cause, Origin } from "./Cause.ts"
import type { ChangeOp, HeldPart } from "./Change.ts"
import type { Approval } from "./Done.ts"
import type { GroupCarrier, GroupKind } from "./Group.ts"
import type { KeptReason } from "./KeptReason.ts"
import type { SkipReason } from "./SkipReason.ts"

/** A record that a customer is known by, at a source or at the target. `connection/id` names it to `explain`. */
export interface CustomerRecord {
  readonly side: "source" | "target"
  readonly connection: string
  readonly id: string
  readonly email: string | null
  readonly name: string | null
  /** Deleted, merged or not there any more. */
  readonly gone: boolean
}

/** Why a record is gone: not in a complete read any more, or the vendor said so. */
export interface Gone {
  readonly cause: "absent" | "deleted" | "merged"
  readonly at: number
}

/** A person's record at one source of a sync, and the match that it has at the target. */
export interface SourcePerson extends CustomerRecord {
  /** The vendor's word for such a record: "user". */
  readonly record: string
  readonly connector: string
  readonly staff: boolean
  /** Why the connection's options leave the customer out. */
  readonly excluded: string | null
  readonly gone: boolean
  readonly goneHow: Gone | null
  /** `since` null: the next run makes it. */
  readonly link: { readonly target: string; readonly basis: string; readonly value: string | null; readonly since: number | null } | null
  /** The target was asked for the address and did not know it. */
  readonly lookup: { readonly askedAt: number; readonly nextAt: number; readonly misses: number } | null
  readonly ambiguous: { readonly reason: Ambiguity; readonly candidates: ReadonlyArray<string> } | null
}

/** A source group that stands behind the target group, what a rule makes of it, and whether the person is in it. */
export interface SourceLink {
  readonly connection: string
  readonly connector: string
  readonly kind: GroupKind
  readonly carrier: GroupCarrier
  readonly id: string
  readonly name: string
  readonly gone: Gone | null
  /** The rule that takes it now, and the name at the target that it gives; `here`: that is the group in question. Null: none does. */
  readonly rule: {
    readonly index: number
    readonly line: number
    readonly include: ReadonlyArray<string>
    readonly name: string
    readonly here: boolean
  } | null
  /** Which of the person's records are in it. `since`: the read that first showed it; `through`: the organization that carries the tag. */
  readonly members: ReadonlyArray<{ readonly customer: string; readonly since: number; readonly through: string | null }>
  /** When a claim that rested on it ended, and the last complete read before that, as far as it is known. */
  readonly ended: { readonly at: number; readonly thereAt: number | null; readonly cause: Cause } | null
}

/** The last reading of a source. `incomplete`: what was not read to its end. */
export interface LastRead {
  readonly connection: string
  readonly at: number
  readonly complete: boolean
  readonly incomplete: ReadonlyArray<string>
}

/** The record and the group at a source that a change rested on; exceptions and mirrored groups rest on neither. */
export interface Rests {
  readonly connection: string
  readonly customer: string | null
  readonly via: { readonly kind: GroupKind; readonly carrier: GroupCarrier; readonly id: string; readonly name: string } | null
}

/** One change of this row that a run set out to do. */
export interface RowHistory {
  readonly run: string
  readonly op: ChangeOp
  readonly cause: Cause
  /** `done`: by our call. `already`: the target was so before. `refused`: the vendor said no. `void`: not carried out. `planned`: under way, or broken off. */
  readonly state: "planned" | "done" | "already" | "refused" | "void"
  readonly at: number
  readonly command: string
  readonly by: string
  readonly rests: Rests | null
  /** What the ledger said of the row before; null: it had none, or that was not kept yet. */
  readonly origin: Origin | null
  /** Since when the row was claimed, and when the claim expired; null: no claim did, or that was not kept yet. */
  readonly claimedAt: number | null
  readonly expiredAt: number | null
  readonly approval: Approval | null
  /** Whether a call was sent, when it was answered, and the vendor's words where it gave any. */
  readonly call: { readonly outcome: string | null; readonly answeredAt: number | null; readonly detail: string | null } | null
}

export interface HeldLink {
  readonly part: HeldPart
  readonly op: ChangeOp
  readonly decided: { readonly what: string; readonly by: string; readonly at: number; readonly reason: string | null } | null
}

/** A claim of one source of the sync. `lapsed`: it expired, `reads` complete reads ago, the first included. */
export interface ClaimLink {
  readonly connection: string
  readonly since: number
  readonly cause: Cause
  readonly lapsed: { readonly at: number; readonly reads: number; readonly cause: Cause } | null
}

/** What the state knows of one row, before it is judged. */
export interface RowFacts {
  readonly ledger: { readonly origin: Origin; readonly since: number; readonly run: string | null } | null
  /** Taken out by hand at the target. */
  readonly drift: { readonly seenAt: number; readonly accepted: boolean } | null
  readonly wishes: ReadonlyArray<ClaimLink>
  /** Other syncs that want the row too. */
  readonly otherSyncs: ReadonlyArray<string>
  readonly held: HeldLink | null
  /** Why the last run that considered a change of the row did not make it, and the run that first gave this reason; null: it gave none. */
  readonly skipped: { readonly reason: SkipReason | KeptReason; readonly run: string; readonly at: number } | null
  /** Oldest first. */
  readonly history: ReadonlyArray<RowHistory>
  readonly refused: { readonly op: ChangeOp; readonly reason: string; readonly attempts: number; readonly nextAt: number } | null
  /** The run whose undoing keeps the row as it is. */
  readonly pinned: string | null
  /** A removal that only a person can do, since when. */
  readonly task: number | null
}

/** The target group as the state knows it. `id` null: it is not there; `gone`: it was, and somebody deleted it, since when where that is known. */
export interface ExplainedGroup {
  readonly id: string | null
  readonly name: string
  readonly handle: string | null
  readonly gone: { readonly since: number | null } | null
  readonly membersReadAt: number | null
  /** Why it is written to by nobody, such as two source groups meeting in one name. */
  readonly blocked: BlockReason | null
}

/** A line of the exceptions file about this row. `ended`: its day is over. */
export interface ExceptionLink {
  readonly line: number
  readonly what: "always" | "never"
  readonly until: number | null
  readonly ended: boolean
  readonly reason: string
  readonly by: string
}

/**
 * What decides about the row: the first link of the way that is broken, or `wanted` and `unwanted` where the way is whole.
 * `unread`: the source was never read.
 */
export type Decisive =
  | "exception-always"
  | "exception-never"
  | "pinned"
  | "unread"
  | "customer-gone"
  | "not-at-source"
  | "staff"
  | "excluded"
  | "group-gone"
  | "no-rule"
  | "blocked"
  | "not-member"
  | "ambiguous"
  | "no-address"
  | "not-looked-up"
  | "not-found"
  | "target-gone"
  | "wanted"

/** What the next run would do about the row if nothing changed until then. */
export type Next = "nothing" | "add" | "remove" | "held" | "rejected" | "refused" | "waits" | "not-ours" | "by-hand" | "pinned" | "other-sync" | "person"

/** What was so at one moment, as far as the state keeps it. */
export interface Then {
  readonly at: number
  /** `unknown`: the row was seen later, or taken later, and nothing tells of this moment. */
  readonly has: "yes" | "no" | "unknown"
  /** What made it so: our change, what we saw at the target, somebody's hand there, the group's end, or that nothing had been done yet. */
  readonly because: "change" | "seen" | "by-hand" | "group-gone" | "nothing"
  readonly since: number | null
  /** The change that made it so. */
  readonly change: RowHistory | null
  /** The next change of ours after that moment. */
  readonly next: RowHistory | null
}

export interface Explanation extends RowFacts {
  readonly sync: string
  readonly target: { readonly connection: string; readonly connector: string }
  readonly people: ReadonlyArray<SourcePerson>
  readonly customer: CustomerRecord | null
  readonly group: ExplainedGroup
  readonly sources: ReadonlyArray<SourceLink>
  /** Further source groups behind the target group, which the person was never in. */
  readonly moreSources: number
  readonly reads: ReadonlyArray<LastRead>
  readonly has: boolean
  readonly decisive: Decisive
  readonly next: Next
  readonly exceptions: ReadonlyArray<ExceptionLink>
  /** A line that would turn the row round; null where none would. */
  readonly exceptionLine: string | null
  readonly removals: "never" | "ours" | "all"
  /** When the config last meant what it means now, as far as runs have judged by it; null: it changed since. */
  readonly rulesSince: number | null
  /** Asked with `--at`. */
  readonly past?: Then
}
