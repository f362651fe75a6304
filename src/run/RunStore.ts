/** What running asks to be remembered: runs, the lease that keeps them apart, and the account each connection is bound to. */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type { Identity } from "../contract/Identity.ts"
import type { PacerInference, PacerUse } from "../contract/Pacer.ts"
import type { StateError } from "../contract/StateError.ts"
import type { ChangeCounts, Refused, RunFailure } from "../model/Result.ts"
import type { Decider } from "../model/Decision.ts"

/** Who begins runs by their schedule. */
export const scheduler = "schedule"

export type RunKind = "sync" | "apply" | "approve" | "migrate" | "undo"

/** The numbers of the run that a run takes back and of the held part that it applies; null for any other run. */
export interface About {
  readonly undoes: number | null
  readonly approves: number | null
}

/** Whether the account behind a credential is the one that the state knows. */
export type Binding =
  | { readonly _tag: "Same" }
  | { readonly _tag: "OtherAccount"; readonly before: string }
  /** The same account, seen with another role: it may see fewer rows. */
  | { readonly _tag: "OtherRole"; readonly before: string }

export type Lease =
  | { readonly _tag: "Ours"; readonly number: number }
  /** Somebody else writes; their lease ends at `until` unless it is renewed. */
  | { readonly _tag: "Taken"; readonly number: number; readonly holder: string; readonly until: number }

/** `until` in epoch milliseconds. */
export interface Paused {
  readonly until: number
  readonly by: string
  readonly reason: string | null
}

export class RunStore extends Context.Tag("groupbridge/RunStore")<
  RunStore,
  {
    readonly lineage: string
    readonly file: string
    /** The state file was made in this invocation. */
    readonly fresh: boolean
    /** Why this is not the state that ran here last, in words for a person: another one, or an older one. Null: it is. */
    readonly objection: Effect.Effect<string | null, StateError>
    /** By how much the clock went back since the state was written, in milliseconds, until a run that did not fail has ended; null: it did not. */
    readonly clockWentBack: Effect.Effect<number | null, StateError>
    /** Grows with every call that may have written. */
    readonly written: Effect.Effect<number, StateError>
    /** Fails where there is an `objection`. Takes the lease if it is free or has ended. `instead`: the number of a lease whose holder is known to be dead, which ends now. */
    readonly acquire: (holder: string, millis: number, instead: number | null) => Effect.Effect<Lease, StateError>
    /** Fails with `Superseded` when the lease is not ours any more. */
    readonly renew: (number: number, millis: number) => Effect.Effect<void, StateError>
    /** Fails with `Superseded` when the lease taken here was taken over since. Fine where none was taken. */
    readonly stillOurs: Effect.Effect<void, StateError>
    readonly release: (number: number) => Effect.Effect<void, StateError>
    readonly begin: (sync: string, kind: RunKind, who: string, host: string, about: About) => Effect.Effect<number, StateError>
    /** When the last run of the sync that `serve` began was started, epoch milliseconds; null: none was. */
    readonly lastTurn: (sync: string) => Effect.Effect<number | null, StateError>
    readonly end: (
      run: number,
      outcome: { readonly status: string; readonly calls: { readonly read: number; readonly write: number }; readonly error: RunFailure | null }
    ) => Effect.Effect<void, StateError>
    /** What a run really changed, and what was refused in it. */
    readonly outcome: (
      run: number,
      sync: string
    ) => Effect.Effect<{ readonly counts: ChangeCounts; readonly refused: ReadonlyArray<Refused>; readonly left: number }, StateError>
    /** Notes who we are at a connection. Another account or role is told and not stored. */
    readonly bind: (connection: string, connector: string, identity: Identity) => Effect.Effect<Binding, StateError>
    readonly rebind: (connection: string) => Effect.Effect<boolean, StateError>
    readonly pacerUse: (connection: string) => Effect.Effect<ReadonlyArray<PacerUse>, StateError>
    /** Undocumented limits that the last runs inferred; those older than a week are not believed. */
    readonly pacerLimits: (connection: string) => Effect.Effect<ReadonlyArray<PacerInference>, StateError>
    readonly storePacer: (
      connection: string,
      learned: { readonly use: ReadonlyArray<PacerUse>; readonly inferred: ReadonlyArray<PacerInference> }
    ) => Effect.Effect<void, StateError>
    /** Planned changes that nobody carried out are void, such as those of a run that was declined. */
    readonly voidPlanned: (run: number) => Effect.Effect<void, StateError>
    /** Runs `steps` in one transaction that is stored if `keep`, and otherwise taken back. With `keep`, fails with `Superseded` as `stillOurs` does. */
    readonly judgement: <A, E, R>(keep: boolean, steps: Effect.Effect<A, E, R>) => Effect.Effect<A, E | StateError, R>
    readonly pausedUntil: (sync: string, now: number) => Effect.Effect<Paused | null, StateError>
    /** Stores the pause with who decided it. */
    readonly pause: (sync: string, until: number, by: Decider) => Effect.Effect<void, StateError>
    /** Ends a pause; answers whether there was one. */
    readonly resume: (sync: string, by: Decider) => Effect.Effect<boolean, StateError>
  }
>() {}
