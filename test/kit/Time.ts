/** Simulated time for work that also waits for real files. */
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as TestClock from "effect/TestClock"

/** Turns of the event loop for each step of the clock: what is stored waits for one. */
const turns = 4

const oneTurn = Effect.promise(() => new Promise<void>((resolve) => setImmediate(resolve)))

/** Runs `work` to its end while the simulated clock goes on, half a second a step: waits take no real time. Dies after `days` simulated days. */
export const passing = <A, E, R>(work: Effect.Effect<A, E, R>, days = 30): Effect.Effect<A, E, R> =>
  Effect.gen(function* () {
    const fiber = yield* Effect.fork(work)
    let step = 500
    for (let elapsed = 0; elapsed < days * 86_400_000; elapsed += step) {
      yield* Effect.repeatN(oneTurn, turns - 1)
      if (Option.isSome(yield* Fiber.poll(fiber))) return yield* Fiber.join(fiber)
      yield* TestClock.adjust(step)
      // Long waits are for an allowance: after a minute of them the steps grow.
      step = elapsed > 60_000 ? 10_000 : 500
    }
    return yield* Effect.dieMessage(`not done after ${days} simulated days`)
  })

/** Turns of the event loop in which nobody looks at the clock, begins to wait for it or reads a file: then nothing but the clock is waited for. */
const still = 3

const readsFile = (): boolean => process.getActiveResourcesInfo().some((name) => name.startsWith("FSReq"))

// A timer, too: work that yields goes on by one.
const turn = Effect.promise(() => new Promise<void>((resolve) => void setTimeout(() => setImmediate(resolve), 0)))

/** A clock that stands still but for `jump`, which goes to what is due next. `looks` counts what is asked of it. */
const makeClock = (start: number) => {
  const waiting = new Map<object, { readonly at: number; readonly wake: () => void }>()
  let [now, looks] = [start, 0]
  const look = () => {
    looks += 1
    return now
  }
  const clock: Clock.Clock = {
    [Clock.ClockTypeId]: Clock.ClockTypeId,
    unsafeCurrentTimeMillis: look,
    unsafeCurrentTimeNanos: () => BigInt(look()) * 1_000_000n,
    currentTimeMillis: Effect.sync(look),
    currentTimeNanos: Effect.sync(() => BigInt(look()) * 1_000_000n),
    sleep: (duration) =>
      Effect.async<void>((resume) => {
        const key = {}
        waiting.set(key, { at: look() + Duration.toMillis(duration), wake: () => resume(Effect.void) })
        return Effect.sync(() => void waiting.delete(key))
      })
  }
  const jump = () => {
    const due = Math.min(...[...waiting.values()].map(({ at }) => at))
    if (due < Infinity) now = Math.max(now, due)
    for (const [key, { at, wake }] of waiting) {
      if (at > now) continue
      waiting.delete(key)
      wake()
    }
  }
  return { clock, jump, looks: () => looks }
}

/** Runs `work` to its end from `start` on, under a clock that jumps to what is due next as soon as nothing else goes on: work itself takes no time. */
export const jumping = <A, E, R>(work: Effect.Effect<A, E, R>, start = Date.parse("2026-03-02T10:00:00Z")): Effect.Effect<A, E, R> =>
  Effect.gen(function* () {
    const { clock, jump, looks } = makeClock(start)
    const fiber = yield* Effect.fork(Effect.withClock(work, clock))
    while (Option.isNone(yield* Fiber.poll(fiber))) {
      let seen = -1
      for (let quiet = 0; quiet < still && Option.isNone(yield* Fiber.poll(fiber)); quiet = looks() === seen && !readsFile() ? quiet + 1 : 0) {
        seen = looks()
        yield* turn
      }
      jump()
    }
    return yield* Fiber.join(fiber)
  })
