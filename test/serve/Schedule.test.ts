import { assert, describe, it } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as TestClock from "effect/TestClock"
import { Clockwork, type Turn } from "../../src/serve/Clockwork.ts"
import * as Schedule from "../../src/serve/Schedule.ts"

/** Turns every so often by the test's clock: `schedule` is a duration. */
const clockwork: typeof Clockwork.Service = {
  start: (turn, due) => {
    const every = Duration.decode(turn.schedule as Duration.DurationInput)
    return Effect.as(
      Effect.forkScoped(Effect.forever(Effect.delay(due, every))),
      Effect.map(Clock.currentTimeMillis, (now) => now + Duration.toMillis(every))
    )
  }
}

const turn = (sync: string, schedule: string): Turn => ({ sync, schedule, timezone: null })

interface Behaviour {
  readonly takes?: Duration.DurationInput
  readonly answer?: (sync: string, times: number) => Effect.Effect<number | null>
}

/** Serves in the background; `log` tells what happened at which second. */
const serve = (turns: ReadonlyArray<Turn>, { takes = 0, answer = () => Effect.succeed(null) }: Behaviour = {}) =>
  Effect.gen(function* () {
    const log: Array<string> = []
    const times = new Map<string, number>()
    const note = (text: string) => Effect.map(Clock.currentTimeMillis, (now) => void log.push(`${now / 1000} ${text}`))
    const run = (sync: string) =>
      Effect.gen(function* () {
        const count = (times.get(sync) ?? 0) + 1
        times.set(sync, count)
        yield* note(`${sync} begins`)
        yield* Effect.sleep(takes)
        yield* note(`${sync} ends`)
        return yield* answer(sync, count)
      }).pipe(Effect.onInterrupt(() => note(`${sync} interrupted`)))
    const fiber = yield* Effect.fork(
      Schedule.serve({ turns, run, onReady: (next) => Effect.forEach(next, ({ turn, at }) => note(`${turn.sync} next ${at}`), { discard: true }) }).pipe(
        Effect.provideService(Clockwork, clockwork)
      )
    )
    yield* Effect.yieldNow()
    return { log, fiber }
  })

describe("serving", () => {
  it.effect("tells the next times, and runs each sync when it is due", () =>
    Effect.gen(function* () {
      const { log } = yield* serve([turn("a", "60 seconds"), turn("b", "100 seconds")])
      yield* TestClock.adjust("130 seconds")
      assert.deepStrictEqual(log, ["0 a next 60000", "0 b next 100000", "60 a begins", "60 a ends", "100 b begins", "100 b ends", "120 a begins", "120 a ends"])
    })
  )

  it.effect("runs one at a time, in the order in which they fell due", () =>
    Effect.gen(function* () {
      const { log } = yield* serve([turn("a", "60 seconds"), turn("b", "70 seconds")], { takes: "30 seconds" })
      yield* TestClock.adjust("119 seconds")
      assert.deepStrictEqual(log.slice(2), ["60 a begins", "90 a ends", "90 b begins"])
    })
  )

  it.effect("lets a sync fall due again without waiting twice, so that others get their turn", () =>
    Effect.gen(function* () {
      // b is due far more often than it can run. Each run of it leaves one turn waiting, not all those that were missed.
      const { log } = yield* serve([turn("a", "100 seconds"), turn("b", "10 seconds")], { takes: "30 seconds" })
      yield* TestClock.adjust("165 seconds")
      assert.deepStrictEqual(
        log.filter((line) => line.endsWith("begins")),
        ["10 b begins", "40 b begins", "70 b begins", "100 b begins", "130 a begins", "160 b begins"]
      )
    })
  )

  it.effect("tries again when a run says so, unless its turn comes first", () =>
    Effect.gen(function* () {
      const answer = (sync: string, times: number) =>
        Effect.map(Clock.currentTimeMillis, (now) => (times === 1 ? now + (sync === "a" ? 20_000 : 90_000) : null))
      const { log } = yield* serve([turn("a", "60 seconds"), turn("b", "61 seconds")], { answer })
      yield* TestClock.adjust("170 seconds")
      assert.deepStrictEqual(
        log.filter((line) => line.endsWith("begins")),
        ["60 a begins", "61 b begins", "80 a begins", "120 a begins", "122 b begins"]
      )
    })
  )

  it.effect("does not run in a circle when a run asks for a time that is past", () =>
    Effect.gen(function* () {
      const { log } = yield* serve([turn("a", "60 seconds")], { answer: () => Effect.succeed(1) })
      yield* TestClock.adjust("85 seconds")
      assert.deepStrictEqual(
        log.filter((line) => line.endsWith("begins")),
        ["60 a begins", "70 a begins", "80 a begins"]
      )
    })
  )

  it.effect("goes on for the others after a fault in one", () =>
    Effect.gen(function* () {
      const { log } = yield* serve([turn("a", "60 seconds"), turn("b", "61 seconds")], {
        answer: (sync) => (sync === "a" ? Effect.dieMessage("a fault") : Effect.succeed(null))
      })
      yield* TestClock.adjust("125 seconds")
      assert.deepStrictEqual(
        log.filter((line) => line.endsWith("begins")),
        ["60 a begins", "61 b begins", "120 a begins", "122 b begins"]
      )
    })
  )

  it.effect("ends with the run under way interrupted, and starts nothing more", () =>
    Effect.gen(function* () {
      const { log, fiber } = yield* serve([turn("a", "60 seconds"), turn("b", "61 seconds")], { takes: "30 seconds" })
      yield* TestClock.adjust("65 seconds")
      yield* Fiber.interrupt(fiber)
      yield* TestClock.adjust("10 minutes")
      assert.deepStrictEqual(log.slice(2), ["60 a begins", "65 a interrupted"])
    })
  )
})
