/** The clockwork that runs on the machine's own time, by node-cron. It ticks each minute; which turns are due is decided elsewhere. */
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Queue from "effect/Queue"
import * as Runtime from "effect/Runtime"
import type * as Scope from "effect/Scope"
import { createTask } from "node-cron"
import { Clockwork } from "./Clockwork.ts"

const eachMinute = "* * * * *"

/** How often the wall clock is compared with the time that has really passed. */
const watch = Duration.seconds(10)

/** A clock that is set right by less is no news. */
const stepMillis = 2000

/** Rings each minute until the scope ends. */
const ringing = (ring: () => void): Effect.Effect<void, never, Scope.Scope> =>
  Effect.gen(function* () {
    const fork = Runtime.runFork(yield* Effect.runtime<never>())
    const tell = (text: string | Error) => void fork(Effect.logWarning(`node-cron: ${text instanceof Error ? text.message : text}`))
    const task = yield* Effect.acquireRelease(
      Effect.sync(() => {
        const task = createTask(eachMinute, ring, { timezone: "UTC", logger: { info: tell, warn: tell, error: tell, debug: () => {} } })
        // A time noticed more than a second late is only reported as missed (node-cron 4.6, read 2026-11).
        task.on("execution:missed", ring)
        return task
      }),
      (task) => Effect.promise(async () => task.destroy())
    )
    yield* Effect.promise(async () => task.start())
  })

/** By how much the wall clock went another way than the time that has passed since the last call, in milliseconds. */
const makeDrift = Effect.gen(function* () {
  const read = Effect.zipWith(Clock.currentTimeMillis, Clock.currentTimeNanos, (wall, steady) => wall - Number(steady / 1_000_000n))
  let before = yield* read
  return Effect.map(read, (now) => {
    const drift = now - before
    before = now
    return drift
  })
})

export const layer: Layer.Layer<Clockwork> = Layer.succeed(Clockwork, {
  start: (tick) =>
    Effect.gen(function* () {
      const came = yield* Queue.sliding<void>(1)
      const ring = (): void => void came.unsafeOffer(undefined)
      const drift = yield* makeDrift
      // node-cron waits for the moment that it expects: set back, the clock would have to come there again. So it begins anew.
      const untilStep: Effect.Effect<void> = Effect.repeat(Effect.delay(drift, watch), { until: (by) => Math.abs(by) > stepMillis })
      const round = Effect.scoped(Effect.zipRight(ringing(ring), Effect.zipRight(Effect.sync(ring), untilStep)))
      yield* Effect.forkScoped(Effect.forever(round))
      yield* Effect.forkScoped(Effect.forever(Effect.zipRight(Queue.take(came), tick)))
    })
})
