/** What taking a run back asks to be remembered: what it really changed, the reverse of that, and the pins that keep syncs from doing it again. */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type { StateError } from "../contract/StateError.ts"
import type { GroupToRead } from "../read/TargetStore.ts"

/** What of a run is not taken back. Groups are named with the reason. */
export interface LeftAlone {
  /** Memberships that are as they were before the run already. */
  readonly already: number
  /** Memberships that were changed again since, or whose group or customer is gone. */
  readonly changedSince: number
  readonly groups: ReadonlyArray<{ readonly name: string; readonly why: "others-in-it" | "suddenly-empty" | "changed-since" | "not-deletable" }>
}

export class UndoStore extends Context.Tag("groupbridge/UndoStore")<
  UndoStore,
  {
    /** Groups that the run changed: their members are read first, for one taken out by hand and another put in do not show in their number. */
    readonly groupsToRead: (run: number) => Effect.Effect<ReadonlyArray<GroupToRead>, StateError>
    /**
     * Lists as changes the reverse of what the run really did, as far as nobody changed it since. A group that it made goes in one call, with its members, if only ours
     * are in it and `deletable`; if none of its members shows any more since `at` (epoch milliseconds, of this look), it stays.
     */
    readonly reverse: (run: number, deletable: boolean, at: number) => Effect.Effect<LeftAlone, StateError>
    /** Pins the rows that the run `undo` takes back, before the first of them is: no sync does them again until `release`. */
    readonly pin: (undo: number, run: number) => Effect.Effect<void, StateError>
    /** Rows of a run that pins keep back. */
    readonly kept: (run: number) => Effect.Effect<number, StateError>
    /** Frees a run's rows; answers how many there were. */
    readonly release: (run: number) => Effect.Effect<number, StateError>
    /** Changes of the present comparison that pins keep back, by the run that was taken back. */
    readonly pinned: Effect.Effect<ReadonlyArray<{ readonly run: string; readonly changes: number }>, StateError>
  }
>() {}
