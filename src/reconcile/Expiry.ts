/**
 * What becomes of a membership after a claim on it has expired. Pure; the state asks it for each such row, and `explain` for one.
 *
 * Terms: a *claim* is what one source of one sync wants, from its last complete read. It *expires* in the first run that sees it is not
 * wanted any more, which counts as its first read; each later run that looked again and still misses it counts one more. *Grace* is how
 * many reads, and how much time since the first of them, must have passed.
 *
 * Premise: a wrong removal costs a customer their access, a late one costs little. So every reason to keep a row comes before its removal.
 *
 *   in order      condition                                                    decision
 *   not-ours      `removals: never`; found by us and not `removals: all`, or   kept
 *                 found in a group that no rule leads to
 *   other-sync    a claim of another sync stands                               kept
 *   other-source  a claim of another source of this sync stands                kept
 *   unread        a source with an expired claim was not read in this run      kept until it is
 *   no-group      the group is not at the target                               nothing to remove
 *   grace         fewer reads than `grace.reads`, or less time than            kept until both are over
 *                 `grace.for`, for any expired claim of this sync on the row
 *   otherwise                                                                  removed, within the guards
 */
import * as Duration from "effect/Duration"
import type { SyncConfig } from "../config/Config.ts"
import type { Cause, Origin } from "../model/Cause.ts"
import type { GroupKind } from "../model/Group.ts"
import type { KeptReason } from "../model/KeptReason.ts"

/** How a record of the source is gone; null: it is there. */
type GoneHow = "absent" | "deleted" | "merged" | null

/** What the snapshot says of the records that a claim rests on, once the claim is not desired any more. */
export interface Ended {
  /** It rested on an exception, on no record of the source. */
  readonly byException: boolean
  readonly customerGone: GoneHow
  /** Neither staff nor left out by an option. */
  readonly isActive: boolean
  readonly groupGone: GoneHow
  readonly kind: GroupKind | null
  /** The customer is in the group still. */
  readonly isMember: boolean
  /** An exception forbids the row. */
  readonly isForbidden: boolean
}

/** Why a claim expires: the first of these that is so. What is left when customer, group and membership all stand is the config's doing. */
export const causeOf = ({ byException, customerGone, groupGone, isActive, isForbidden, isMember, kind }: Ended): Cause => {
  if (byException) return "exception"
  if (customerGone === "merged" || groupGone === "merged") return "merged"
  if (customerGone !== null) return "customer-gone"
  if (!isActive) return "excluded"
  // A tag that nobody carries is gone too, but its last customer was untagged.
  if (groupGone !== null && kind === "organization") return "group-gone"
  if (isMember) return isForbidden ? "exception" : "rule-changed"
  return kind === "organization" ? "left" : "untagged"
}

/** How long a claim has been expired: complete reads since, the first of them included, and when that was (epoch ms). */
export interface Expired {
  readonly reads: number
  readonly at: number
}

/** Whether the time of grace is over at `now` (epoch ms). */
export const isGraceOver = (grace: SyncConfig["grace"], { at, reads }: Expired, now: number): boolean =>
  reads >= grace.reads && at <= now - Duration.toMillis(grace.for)

/** A row of the ledger with at least one expired claim of the sync. */
export interface ExpiredRow extends Expired {
  readonly origin: Origin
  /** A rule of the sync leads to the group. */
  readonly isMapped: boolean
  /** Whose claim on the row stands, if any does. */
  readonly claimedBy: "other-sync" | "other-source" | null
  /** Every source of the sync with an expired claim on the row was read in this run. */
  readonly isRead: boolean
  /** The group is at the target. */
  readonly hasGroup: boolean
}

/** Why the row is kept at `now`; null: it is to be removed. */
export const keptBecause = (row: ExpiredRow, { grace, removals }: Pick<SyncConfig, "grace" | "removals">, now: number): KeptReason | null => {
  if (removals === "never" || (row.origin === "found" && (removals !== "all" || !row.isMapped))) return "not-ours"
  if (row.claimedBy !== null) return row.claimedBy
  if (!row.isRead) return "unread"
  if (!row.hasGroup) return "no-group"
  return isGraceOver(grace, row, now) ? null : "grace"
}
