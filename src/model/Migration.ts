/** A migration: one sync carried out once and whole, over as many runs as it takes. Times are epoch milliseconds. */
import type { HeldPart } from "./Change.ts"
import type { MigrationId, RunId } from "./Id.ts"
import type { PlanResult } from "./Result.ts"

/** In their order. A migration is in the first one that is not done yet. */
export const phases = ["read", "people", "plan", "fill", "verify", "sign-off"] as const

export type Phase = (typeof phases)[number]

/** Position of a phase among the phases, from 1. */
export const numberOf = (phase: Phase): number => phases.indexOf(phase) + 1

/** What its plan sets out to do, and the price: write calls, and the seconds that they take within limit and budget. */
export interface Promised {
  /** Of the plan, as `PlanResult.hash`. */
  readonly hash: string
  readonly groups: number
  readonly memberships: number
  readonly calls: number
  readonly seconds: number
}

/** `how`: the number of groups was typed, `--yes` was given, or the plan's hash. */
export interface Approval {
  readonly who: string
  readonly host: string
  readonly at: number
  readonly how: "typed" | "yes" | "hash"
}

/** A membership that the target shows otherwise than the confirmed answers make it. */
export interface Difference {
  readonly group: string
  readonly customer: string
  /** `missing`: it was confirmed and does not show; `extra`: it shows and we know nothing of it. */
  readonly what: "missing" | "extra"
}

/** What reading back found: `read` of `of` groups, or customers, were read whole. The first differences, of `differing` in all. */
export interface Verified {
  readonly at: number
  /** Null: the target does not show how large its groups are. Otherwise names of groups of another size than the confirmed answers make. */
  readonly sizes: ReadonlyArray<string> | null
  readonly depth: "sample" | "full"
  /** What the target lists members by; `none`: nothing can be read back. */
  readonly by: "group" | "customer" | "none"
  readonly of: number
  readonly read: number
  /** What could not be read whole, in words. */
  readonly unread: ReadonlyArray<string>
  readonly differing: number
  readonly differences: ReadonlyArray<Difference>
  /** Read calls. */
  readonly calls: number
}

export interface Migration {
  readonly id: MigrationId
  readonly sync: string
  readonly phase: Phase
  readonly who: string
  readonly host: string
  readonly startedAt: number
  /** Null: no plan was made yet. */
  readonly promised: Promised | null
  readonly approval: Approval | null
  readonly runs: ReadonlyArray<RunId>
  readonly verified: Verified | null
  /** Null while it is open. */
  readonly endedAt: number | null
}

/** What the runs of a migration did. `seconds`: from the first to the last write call of each run. */
export interface Done {
  readonly groups: number
  readonly memberships: number
  readonly calls: number
  readonly seconds: number
  /** Runs that changed anything, newest first. */
  readonly runs: ReadonlyArray<RunId>
  readonly refused: ReadonlyArray<Refusal>
  /** Groups that it made and that are there, and the members of each that it gave to other groups. */
  readonly made: number
  readonly joined: ReadonlyArray<number>
}

/** A change that the vendor refused, with its words. `customer` null: the group itself. */
export interface Refusal {
  readonly op: string
  readonly group: string
  readonly customer: string | null
  readonly reason: string
}

/** A decision that was made while it was under way. */
export interface Decided {
  readonly subject: string
  readonly what: string
  readonly who: string
  readonly host: string
  readonly at: number
  readonly reason: string | null
}

/** What a migration came to, promised against done, for those who sign it. */
export interface SignOff {
  readonly migration: Migration
  readonly plan: PlanResult
  readonly done: Done
  readonly held: ReadonlyArray<HeldPart>
  readonly decisions: ReadonlyArray<Decided>
  /** Calls and seconds of taking it back; null: the target has no call for that. */
  readonly undo: { readonly calls: number; readonly seconds: number } | null
}
