/** Starts a call under the pacer, unless that would take longer than its caller is willing to wait. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type { PacedCall, Pacer, Started } from "../../contract/Pacer.ts"

/** Until when a call may wait for its start, epoch milliseconds. */
export const patience = (pacer: Pacer): Effect.Effect<number> =>
  Effect.map(Clock.currentTimeMillis, (now) => Math.min(now + (pacer.maxWaitMillis ?? Infinity), pacer.until ?? Infinity))

/** What cannot start in time is told at once, not when the time is over. */
export const run = <A>(pacer: Pacer, call: PacedCall, until: number, effect: Effect.Effect<A>): Effect.Effect<Started<A>> =>
  Effect.flatMap(pacer.nextStart(call.endpoint), (retryAt) =>
    retryAt > until ? Effect.succeed({ _tag: "TooLong", retryAt } as const) : pacer.callBefore(until, call, effect)
  )
