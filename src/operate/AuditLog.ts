/** What audits ask of the state: every change that was made or refused, by time, run, group and customer. */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type { StateError } from "../contract/StateError.ts"
import type { Done } from "../model/Done.ts"
import type { Page } from "../model/Decision.ts"

/** Times are epoch milliseconds, both ends included; null and absent choose everything. Groups and customers are the state's own numbers. */
export interface Selection {
  readonly from: number | null
  readonly to: number | null
  readonly run: number | null
  readonly groups: ReadonlyArray<number> | null
  /** AuditLog of one person: a change counts if it was made to one of the targets or rested on one of the sources. */
  readonly person: { readonly targets: ReadonlyArray<number>; readonly sources: ReadonlyArray<number> } | null
}

export class AuditLog extends Context.Tag("groupbridge/AuditLog")<
  AuditLog,
  {
    /**
     * Chooses changes, in the order in which they were settled or as a plan lists them; what was chosen before is forgotten. Answers how many there are.
     * The choice lives as long as this opening of the state.
     */
    readonly select: (selection: Selection, order: "time" | "plan") => Effect.Effect<number, StateError>
    /** The chosen changes, a page at a time. `after` null: from the start. */
    readonly selected: (after: string | null) => Effect.Effect<Page<Done>, StateError>
    /** All that the state knows, as JSON objects with a `kind`, always in the same order. */
    readonly everything: (after: string | null) => Effect.Effect<Page<unknown>, StateError>
    /** Target groups that go by this name, handle or id, also those that are gone: the surest kind of agreement only. */
    readonly groupsCalled: (text: string) => Effect.Effect<ReadonlyArray<number>, StateError>
    /** Names of target groups that something was done to. */
    readonly groupNames: Effect.Effect<ReadonlyArray<string>, StateError>
    /** Addresses that begin like this one, at most a few hundred. */
    readonly addressesLike: (text: string) => Effect.Effect<ReadonlyArray<string>, StateError>
  }
>() {}
