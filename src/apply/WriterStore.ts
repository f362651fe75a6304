/** What is remembered of who wrote last to a target: this state, or another copy of it. */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type { StateError } from "../contract/StateError.ts"
import type { HeldPart } from "../model/Change.ts"
import type { Decider } from "../model/Decision.ts"
import type { GroupMark, MarkWriter, TargetGroup } from "../model/Group.ts"
import type { HoldReason } from "../model/HoldReason.ts"
import type { Writer } from "./Journal.ts"

/** The last writer that this state knows of: itself, or one whose number a person has accepted. */
export interface Known extends MarkWriter {
  /** The last number that the target is known to show; 0: none. Those between it and `run` may or may not have reached it. */
  readonly sent: number
  /**
   * `claimed`: a person accepted `run`, and the next run says at the target that this state goes on. `restored`: likewise, and whichever number the
   * target shows first is accepted, for this state is an earlier copy of itself.
   */
  readonly claim: "claimed" | "restored" | null
  /** A person decided once, in `claim` or earlier, that this state goes on after another copy of it. */
  readonly wentOn: boolean
}

/** What a group of the target shows. `writer` null: a mark of ours without a number, as versions up to 0.1.0 write it. Epoch milliseconds. */
export interface Shown {
  readonly writer: MarkWriter | null
  readonly seenAt: number
  /** The group carries the number that `Known` is about. */
  readonly carries: boolean
}

export interface Carrier {
  readonly group: number
  readonly id: string
}

export interface Standing {
  readonly known: Known | null
  readonly shown: ReadonlyArray<Shown>
}

/** The intent to write a number: `mark` is what the group is to carry. */
export interface Signing {
  readonly call: number
  readonly mark: GroupMark
}

export class WriterStore extends Context.Tag("groupbridge/WriterStore")<
  WriterStore,
  {
    readonly standing: (to: string) => Effect.Effect<Standing, StateError>
    /** Groups that may carry the number, those that carry it already first: made by this state, there as far as it knows, and not to be deleted by the run, or by the plan that is made now (null). */
    readonly carriers: (to: string, run: number | null) => Effect.Effect<ReadonlyArray<Carrier>, StateError>
    /** Stores the run's number, for groups that it makes carry it too. */
    readonly number: (writer: Writer) => Effect.Effect<void, StateError>
    /** As `number`, with the intent of a call that writes it onto the group, whose present mark is given. Fails with `Superseded` as `Journal.intend`. */
    readonly sign: (writer: Writer, carrier: Carrier, mark: GroupMark | undefined) => Effect.Effect<Signing, StateError>
    /** Stores what came of that call. */
    readonly settle: (call: number, done: boolean, detail: string | null) => Effect.Effect<void, StateError>
    /** Stores a group as the target shows it now. */
    readonly saw: (to: string, group: TargetGroup) => Effect.Effect<void, StateError>
    /** Stores an open part for each sync, or closes those that there are (`why` null). `run`: the one under way. Returns the open ones. */
    readonly hold: (
      sync: string,
      finding: { readonly why: ReadonlyArray<HoldReason>; readonly runs: number } | null,
      run: number
    ) => Effect.Effect<ReadonlyArray<HeldPart>, StateError>
    /**
     * Accepts `other` as the last writer, so that this state goes on: all groups that it knows are read again before anything is concluded, and members
     * who joined since its own last write count as ours, unconfirmed. Stores who decided.
     */
    readonly claim: (to: string, other: Shown, by: Decider) => Effect.Effect<void, StateError>
  }
>() {}
