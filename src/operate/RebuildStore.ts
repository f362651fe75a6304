/** What making a lost state anew asks to be remembered. Groups are named by the new state's own numbers. */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type { StateError } from "../contract/StateError.ts"
import type { GroupToRead } from "../read/TargetStore.ts"
import type { Decider, Page } from "../model/Decision.ts"

/** Groups at a target that carry the mark of one state. `calls`: what reading their members takes. */
export interface Marked {
  readonly target: string
  readonly lineage: string
  readonly groups: number
  readonly calls: number
}

/** A member of a group of ours whom no source confirms: perhaps left in between, perhaps put there by hand. */
export interface Unconfirmed {
  readonly target: string
  readonly groupId: string
  readonly group: string
  readonly customerId: string
  readonly email: string | null
  readonly name: string | null
}

export class RebuildStore extends Context.Tag("groupbridge/RebuildStore")<
  RebuildStore,
  {
    /** Of a target whose groups have just been listed. `pageSize`: members a call lists. */
    readonly marked: (target: string, pageSize: number) => Effect.Effect<ReadonlyArray<Marked>, StateError>
    /** The target's ids of all listed groups, if the list has shown no mark at all. */
    readonly unmarked: (target: string) => Effect.Effect<ReadonlyArray<string>, StateError>
    /**
     * Takes the groups that carry this state's mark as made by us, for the desired groups that the marks name, and answers them. Where two groups carry the
     * same mark, neither is taken: their names.
     */
    readonly take: (target: string) => Effect.Effect<{ readonly groups: ReadonlyArray<GroupToRead>; readonly twice: ReadonlyArray<string> }, StateError>
    /** Members of groups of ours whom a source confirms become `adopted`; all others stay `found`. Answers how many of each there are. */
    readonly confirm: (target: string) => Effect.Effect<{ readonly adopted: number; readonly found: number }, StateError>
    /** By target, group and customer. */
    readonly unconfirmed: (after: string | null) => Effect.Effect<Page<Unconfirmed>, StateError>
    /** Ends the rebuild: rows belong to no run, and who did it is stored. */
    readonly finish: (by: Decider) => Effect.Effect<void, StateError>
  }
>() {}
