/** Simulated time for work that also waits for real files. */
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as TestClock from "effect/TestClock"

/** Runs `work` to its end while the simulated clock goes on, half a second a step: waits take no real time. Dies after `days` simulated days. */
export const passing = <A, E, R>(work: Effect.Effect<A, E, R>, days = 30): Effect.Effect<A, E, R> =>
  Effect.gen(function* () {
    const fiber = yield* Effect.fork(work)
    let step = 500
    for (let elapsed = 0; elapsed < days * 86_400_000; elapsed += step) {
      yield* Effect.promise(() => new Promise<void>((resolve) => setImmediate(resolve)))
      if (Option.isSome(yield* Fiber.poll(fiber))) return yield* Fiber.join(fiber)
      yield* TestClock.adjust(step)
      // Long waits are for an allowance: after a minute of them the steps grow.
      step = elapsed > 60_000 ? 10_000 : 500
    }
    return yield* Effect.dieMessage(`not done after ${days} simulated days`)
  })

/** Rounds of the event loop in which nothing new waits for the clock: then nothing but the clock is waited for. */
const still = 12

const round = Effect.promise(() => new Promise<void>((resolve) => setImmediate(resolve)))

/** Runs `work` to its end, and lets the clock jump to whatever is due next as soon as nothing else goes on: work itself takes no simulated time. */
export const jumping = <A, E, R>(work: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.gen(function* () {
    const fiber = yield* Effect.fork(work)
    for (;;) {
      let due = Infinity
      for (let quiet = 0; quiet < still && Option.isNone(yield* Fiber.poll(fiber));) {
        yield* round
        const next = Chunk.reduce(yield* TestClock.sleeps(), Infinity, (least, at) => Math.min(least, at))
        quiet = next === due ? quiet + 1 : 0
        due = next
      }
      if (Option.isSome(yield* Fiber.poll(fiber))) return yield* Fiber.join(fiber)
      if (due < Infinity) yield* TestClock.setTime(due)
    }
  })
