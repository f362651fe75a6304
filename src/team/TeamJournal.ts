/** What applying a sync of staff asks to be remembered: every call's intent before it is sent and its outcome after. */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type { Writer } from "../apply/Journal.ts"
import type { StateError } from "../contract/StateError.ts"
import type { TeamOp } from "../model/Change.ts"

/** A planned change. `member` null: an invitation. */
export interface Work {
  readonly person: number
  readonly op: TeamOp
  readonly address: string
  readonly email: string
  readonly member: string | null
  readonly role: string
  readonly was: string | null
}

/** A call whose intent is stored; `intentAt` by our clock. */
export interface OpenCall extends Work {
  readonly call: number
  readonly connection: string
  readonly intentAt: number
  /** Random, one for each intent, carried on by its retry alone; null for a call of an older version. */
  readonly key: string | null
}

/** `done`: by our call. `already`: it was so before. `undone`: it is not so, still to be done while its run is under way. */
export type Outcome = "done" | "already" | "undone"

export class TeamJournal extends Context.Tag("groupbridge/TeamJournal")<
  TeamJournal,
  {
    /** Calls of the target whose outcome is not known: of a run that was killed, or lost its answers. */
    readonly openCalls: (to: string) => Effect.Effect<ReadonlyArray<OpenCall>, StateError>
    /** What the run has planned and not settled. */
    readonly work: (run: number) => Effect.Effect<ReadonlyArray<Work>, StateError>
    /**
     * Stores the intent of the call that makes a planned change. Null: it is not planned any more. Fails with `Superseded`, storing nothing, when
     * the lease is no longer ours.
     */
    readonly intend: (writer: Writer, work: Work) => Effect.Effect<OpenCall | null, StateError>
    /** The call's answer was lost: if it turns out undone, the next intent for exactly the same carries its key. */
    readonly noteLost: (call: OpenCall) => Effect.Effect<void, StateError>
    /** Stores what came of a call, and moves what is known of the person. This and `refuse` fail with `Superseded`, storing nothing, when it has an outcome already. */
    readonly settle: (call: OpenCall, outcome: Outcome, detail: string | null) => Effect.Effect<void, StateError>
    /** Refuses the change with the reason; it is tried again when changed, else after 1 h doubling to a day. */
    readonly refuse: (call: OpenCall, reason: string) => Effect.Effect<void, StateError>
    /** As `refuse`, for a change that must not be sent any more. */
    readonly spare: (run: number, work: Work, reason: string) => Effect.Effect<void, StateError>
    /** Whether the target ever confirmed a call of ours. */
    readonly confirmed: (to: string) => Effect.Effect<boolean, StateError>
    readonly progress: (run: number) => Effect.Effect<{ readonly total: number; readonly settled: number }, StateError>
  }
>() {}
