/** Starts a call under the pacer, unless that would take longer than its caller is willing to wait. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type { Pacer } from "../contract/Pacer.ts"

/** Until when a call may wait for its start, epoch milliseconds. */
export const patience = (pacer: Pacer): Effect.Effect<number> =>
  Effect.map(Clock.currentTimeMillis, (now) => Math.min(now + (pacer.maxWaitMillis ?? Infinity), pacer.until ?? Infinity))

export type Started<A> = { readonly _tag: "Started"; readonly result: A } | { readonly _tag: "TooLong"; readonly retryAt: number }

/** Once the call has started it is never given up. */
export const run = <A>(
  pacer: Pacer,
  call: { readonly endpoint: string | null; readonly kind: "read" | "write" },
  until: number,
  effect: Effect.Effect<A>
): Effect.Effect<Started<A>> =>
  Effect.gen(function* () {
    const started = (result: A): Started<A> => ({ _tag: "Started", result })
    if (until === Infinity) return started(yield* pacer.call(call, effect))
    const next = yield* pacer.nextStart(call.endpoint)
    if (next > until) return { _tag: "TooLong", retryAt: next }

    let state: "waiting" | "started" | "gave up" = "waiting"
    const start = Effect.suspend(() => {
      if (state === "gave up") return Effect.never
      state = "started"
      return effect
    })
    const giveUp = Effect.gen(function* () {
      yield* Effect.sleep(until - (yield* Clock.currentTimeMillis))
      if (state === "started") return yield* Effect.never
      state = "gave up"
      const retryAt = yield* pacer.nextStart(call.endpoint)
      return { _tag: "TooLong", retryAt } as const
    })
    return yield* Effect.raceFirst(Effect.map(pacer.call(call, start), started), giveUp)
  })
