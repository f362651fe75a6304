/**
 * One pacer for each connection: it lets calls start so that no limit is passed, and knows what is left.
 *
 * Where the limit is known and nobody else uses it, nothing is refused. Where it is not, a refusal teaches it, and then costs as few calls as can be:
 * - Calls that are under way together are refused together. Until the first refusal they are as many as the connection takes, but only a part of
 *   them near a documented limit that was not reached before, four beside a window so long that it may hide another, and few, growing with the answers, where no limit is known.
 * - A refusal closes the gate for all. When it opens one call starts, and one more for each that is answered, up to what the limit needs
 *   by the time that answers take; full again after twelve windows without a refusal.
 * - A wait far shorter than the documented window belongs to another, shorter one, whose length and limit are inferred (`InferredWindow`).
 * - Otherwise what was answered until the refusal is the limit of the fullest window from then on. After some windows a few more are tried, one at a time.
 *   Where no window is known nothing is inferred from what was taken until a refusal: others, or a run before, may have taken the rest.
 * - What the vendor says is left is the truth. That slots of ours came free, or that a reset has passed, is an estimate only: as soon as others seem
 *   to use the allowance too, or before a reset was seen to bring all of it, calls that rest on an estimate start one at a time.
 */
import type * as Effect from "effect/Effect"

/** A stretch of time in which only so many calls may be made. `endpoint` null counts every call. */
export interface PacerWindow {
  readonly calls: number
  readonly perMillis: number
  readonly endpoint: string | null
}

/** What an answer told of the allowance. Times are epoch milliseconds. */
export interface AllowanceReport {
  readonly limit: number | null
  readonly remaining: number | null
  readonly resetAt: number | null
  /** Set on a 429 (or another answer that means "not now"): when to go on; null if it did not tell. */
  readonly pausedUntil: number | "unreported" | null
  readonly endpoint: string | null
}

export interface PacerStatus {
  readonly limit: number | null
  readonly remaining: number | null
  readonly resetAt: number | null
  /** Every call waits until then (epoch milliseconds); null: open. */
  readonly pausedUntil: number | null
  readonly reads: number
  readonly writes: number
  readonly limited: number
}

/** A call inside a window, kept between runs so that windows outlive a run: when it was answered, or for one still under way the moment of asking. */
export interface PacerUse {
  readonly endpoint: string | null
  readonly at: number
}

/** A limit that no document names and that refusals taught, kept between runs. `confirmed`: by more than one refusal. */
export interface PacerInference {
  readonly endpoint: string | null
  readonly calls: number
  readonly perMillis: number
  readonly confirmed: boolean
}

/** `retryAt`: when the call could have started, as far as is known (epoch milliseconds). */
export type Started<A> = { readonly _tag: "Started"; readonly result: A } | { readonly _tag: "TooLong"; readonly retryAt: number }

export interface PacedCall {
  readonly endpoint: string | null
  readonly kind: "read" | "write"
}

export interface Pacer {
  /**
   * Runs one call. Waits for a slot in every window it belongs to and for the gate; holds the slot from the call's start until its
   * answer plus the window's length. Waiting is interruptible and starts nothing.
   * `kind` only counts. The call itself reports what its answer told through `report`.
   */
  readonly call: <A, E, R>(options: PacedCall, effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
  /** As `call`, unless it could not start before `until` (epoch milliseconds): then it never will. A call that has started is never given up. */
  readonly callBefore: <A, E, R>(until: number, options: PacedCall, effect: Effect.Effect<A, E, R>) => Effect.Effect<Started<A>, E, R>
  readonly report: (report: AllowanceReport) => Effect.Effect<void>
  readonly status: Effect.Effect<PacerStatus>
  /** Slots still held, oldest first. */
  readonly use: Effect.Effect<ReadonlyArray<PacerUse>>
  /** Undocumented limits that refusals taught, at most one for each endpoint. */
  readonly inferred: Effect.Effect<ReadonlyArray<PacerInference>>
  /**
   * When a call put in line now could start, as far as is known (epoch milliseconds): now if there is room, and behind those who wait
   * already, and behind so many more. It reserves nothing.
   */
  readonly nextStart: (endpoint: string | null, behind?: number) => Effect.Effect<number>
  /** The longest that a call may wait for its start before its caller should give up; null: as long as it takes. `call` itself never gives up. */
  readonly maxWaitMillis: number | null
  /** The moment from which on its callers should wait no more (epoch milliseconds); null: none. */
  readonly until: number | null
}
