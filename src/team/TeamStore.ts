/** What a sync of staff asks to be remembered: people, decisions, what was done lately, and the changes of a run. */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type { StateError } from "../contract/StateError.ts"
import type { HeldPart } from "../model/Change.ts"
import type { Held, Judged, Lately } from "./Guards.ts"
import type { Decided, Known, Proposal, Refusal } from "./Staff.ts"

/** One judgement of one sync: `at` in epoch milliseconds, `run` 0 for a dry one. */
export interface Frame {
  readonly sync: string
  readonly to: string
  readonly run: number
  readonly at: number
}

/** A held proposal with the part that it waits in. */
export interface HeldProposal {
  readonly part: number
  readonly proposal: Proposal
}

export class TeamStore extends Context.Tag("groupbridge/TeamStore")<
  TeamStore,
  {
    /** Everybody known at the target, by address. */
    readonly known: (to: string) => Effect.Effect<ReadonlyMap<string, Known>, StateError>
    readonly note: (frame: Frame, notes: ReadonlyArray<Known>) => Effect.Effect<void, StateError>
    /** Rows of parts that wait, were approved and not carried out yet, or were rejected. */
    readonly decided: (sync: string) => Effect.Effect<ReadonlyArray<Decided>, StateError>
    readonly lately: (sync: string, since: number) => Effect.Effect<Lately, StateError>
    readonly refusals: (to: string) => Effect.Effect<ReadonlyArray<Refusal>, StateError>
    /**
     * Stores what waits, each in the open part of its guard or a new one. Rows of parts, whatever was decided on them, that no proposal is about any more
     * go if `believed`, and a part that holds nothing then closes.
     */
    readonly hold: (
      frame: Frame,
      held: ReadonlyArray<Held>,
      proposals: ReadonlyArray<Proposal>,
      believed: (row: Decided) => boolean
    ) => Effect.Effect<ReadonlyArray<HeldProposal>, StateError>
    /** Stores who lifted which guard in this run. */
    readonly lift: (frame: Frame, lifts: Judged["lifts"]) => Effect.Effect<void, StateError>
    /** The sync's open parts, oldest first. */
    readonly parts: (frame: Frame) => Effect.Effect<ReadonlyArray<HeldPart>, StateError>
    /** Stores the run's work. */
    readonly commit: (frame: Frame, work: Judged["free"]) => Effect.Effect<void, StateError>
    /** The sync whose target's team has, or had, somebody of this address by what we know; newest first. */
    readonly person: (address: string) => Effect.Effect<ReadonlyArray<{ readonly to: string; readonly known: Known }>, StateError>
  }
>() {}
