/** One change of a plan: what is done, to whom, why, and what must still hold when it is done. */
import type { Cause, Origin } from "./Cause.ts"
import type { Decided } from "./Decision.ts"
import type { GuardName } from "./Guard.ts"
import type { HoldReason, RenameProposal } from "./HoldReason.ts"

/** What a sync of staff does: its `group` is the role, its `customer` the person. */
export type TeamOp = "member.invite" | "member.role" | "member.remove"

export type ChangeOp = "group.create" | "group.update" | "group.delete" | "assignment.add" | "assignment.remove" | TeamOp

/** A target group of a change. `id` is null while the group does not exist yet; `key` tells the groups of a plan apart either way. */
export interface ChangeGroup {
  readonly id: string | null
  readonly name: string
  /** `keyText` of the source group, or `into:NAME` where several share the target group. */
  readonly key: string
  /** In documents: the key that further rows of this group carry, where its name or key is too long to stand in each of them. */
  readonly short?: string
}

/** The record at the source that a change rests on. */
export interface ChangeSource {
  readonly connection: string
  /** What it is, in the vendor's word: "user", "organization", "contact". */
  readonly record: string
  readonly id: string
  readonly group: string
}

export interface Change {
  readonly op: ChangeOp
  readonly sync: string
  readonly group: ChangeGroup
  /** The customer at the target; absent for changes of groups. */
  readonly customer?: { readonly id: string; readonly email: string | null; readonly name: string | null }
  readonly cause: Cause | "new" | "renamed" | "empty"
  readonly source?: ChangeSource
  /** The rule that asked for it: its place in the config (from 1) and the line it starts on. */
  readonly rule?: { readonly index: number; readonly line: number }
  /** For `group.create`, `group.update` and `member.role`: the values written, and for the latter two those found before. */
  readonly values?: Readonly<Record<string, string>>
  readonly before?: Readonly<Record<string, string | null>>
  /** What the ledger said when the change was planned. `null`: no row. */
  readonly precondition?: { readonly ledger: Origin | null; readonly desired: boolean }
  /** The held part that keeps this change back, if one does. */
  readonly held?: string
  /** The task for a person that this change is, because the target has no call for it. */
  readonly task?: string
}

/** A part of a plan that waits for a person. */
export interface HeldPart {
  readonly id: string
  readonly sync: string
  readonly guard: GuardName
  /** Rows of all kinds: people in groups, and groups. */
  readonly changes: number
  /** Distinct people who would leave a group, and who would join one; who would do both counts in both. */
  readonly leave: number
  readonly join: number
  readonly memberships: { readonly add: number; readonly remove: number }
  readonly groupCounts: { readonly create: number; readonly update: number; readonly delete: number }
  readonly limit: number
  readonly value: number
  /** What `limit` and `value` count: "changes", "%", "groups". */
  readonly unit: string
  readonly since: number
  /** The first time this hold shows: a dry run only announces it, under the id that the next sync would give. */
  readonly isNew: boolean
  /** Counts by cause, group names, config lines, a likely rename. */
  readonly why: ReadonlyArray<HoldReason>
  /** What would make it unnecessary, where that shows. */
  readonly proposal: RenameProposal | null
  /**
   * Groups it is about, largest first, at most ten, or roles of staff. `members`: how many are in the group now, as far as we know;
   * `leave`, `join`: people of this part.
   */
  readonly groups: ReadonlyArray<{
    readonly name: string
    readonly changes: number
    readonly members: number
    readonly leave: number
    readonly join: number
  }>
  readonly decision: "open" | "approved" | "rejected"
  /** Who rejected it, when and why, where it was. */
  readonly rejected?: Decided
  /** Set where the changes are those of a sync of staff. */
  readonly staff?: true
}

/** A guard's measure in this plan. */
export interface GuardReading {
  readonly name: GuardName
  readonly limit: number
  readonly value: number
  readonly tripped: boolean
}
