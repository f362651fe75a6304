import { assert, describe, it } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as TestClock from "effect/TestClock"
import { Clockwork, type Turn } from "../../src/serve/Clockwork.ts"
import * as Schedule from "../../src/serve/Schedule.ts"

/** Turns every so often by the test's clock: `schedule` is a duration. `late` tells how long after its time a turn is told of. */
const clockwork = (late: (turn: Turn) => number): typeof Clockwork.Service => ({
  start: (turn, due) => {
    const every = Duration.decode(turn.schedule as Duration.DurationInput)
    const tell = Effect.flatMap(Clock.currentTimeMillis, (at) => Effect.fork(Effect.delay(due(at), late(turn))))
    return Effect.as(
      Effect.forkScoped(Effect.forever(Effect.delay(tell, every))),
      Effect.map(Clock.currentTimeMillis, (now) => now + Duration.toMillis(every))
    )
  }
})

const turn = (sync: string, schedule: string): Turn => ({ sync, schedule, timezone: null })

interface Behaviour {
  readonly takes?: Duration.DurationInput
  readonly answer?: (sync: string, times: number) => Effect.Effect<number | null>
  readonly late?: (turn: Turn) => number
  /** Before any of those that are due together runs. */
  readonly open?: Effect.Effect<void>
}

/** Serves in the background; `log` tells what happened at which second, and who began together. */
const serve = (turns: ReadonlyArray<Turn>, { takes = 0, answer = () => Effect.succeed(null), late = () => 0, open = Effect.void }: Behaviour = {}) =>
  Effect.gen(function* () {
    const log: Array<string> = []
    const times = new Map<string, number>()
    const note = (text: string) => Effect.map(Clock.currentTimeMillis, (now) => void log.push(`${Math.floor(now / 1000)} ${text}`))
    const one = (sync: string) =>
      Effect.gen(function* () {
        const count = (times.get(sync) ?? 0) + 1
        times.set(sync, count)
        yield* note(`${sync} begins`)
        yield* Effect.sleep(takes)
        yield* note(`${sync} ends`)
        return yield* answer(sync, count)
      }).pipe(Effect.onInterrupt(() => note(`${sync} interrupted`)))
    const run = (syncs: ReadonlyArray<string>, each: Schedule.Each) =>
      Effect.gen(function* () {
        if (syncs.length > 1) yield* note(`${syncs.join(" and ")} together`)
        yield* open
        yield* Effect.forEach(syncs, (sync) => each(sync, one(sync)), { discard: true })
      })
    const fiber = yield* Effect.fork(
      Schedule.serve({ turns, run, onReady: (next) => Effect.forEach(next, ({ turn, at }) => note(`${turn.sync} next ${at}`), { discard: true }) }).pipe(
        Effect.provideService(Clockwork, clockwork(late))
      )
    )
    yield* Effect.yieldNow()
    /** What began, and who together. */
    const begun = () => log.filter((line) => /begins$|together$/.test(line))
    return { log, begun, fiber }
  })

describe("serving", () => {
  it.effect("tells the next times, and runs each sync when it is due", () =>
    Effect.gen(function* () {
      const { log } = yield* serve([turn("a", "60 seconds"), turn("b", "100 seconds")])
      yield* TestClock.adjust("130 seconds")
      assert.deepStrictEqual(log, ["0 a next 60000", "0 b next 100000", "61 a begins", "61 a ends", "101 b begins", "101 b ends", "121 a begins", "121 a ends"])
    })
  )

  it.effect("runs one at a time, in the order in which they fell due", () =>
    Effect.gen(function* () {
      const { log } = yield* serve([turn("a", "60 seconds"), turn("b", "70 seconds")], { takes: "30 seconds" })
      yield* TestClock.adjust("119 seconds")
      assert.deepStrictEqual(log.slice(2), ["61 a begins", "91 a ends", "92 b begins"])
    })
  )

  it.effect("runs those of one time together, and those of other times by themselves", () =>
    Effect.gen(function* () {
      const { begun } = yield* serve([turn("a", "60 seconds"), turn("b", "120 seconds"), turn("c", "122 seconds")], {
        takes: "5 seconds",
        late: ({ sync }) => (sync === "a" ? 900 : 0)
      })
      yield* TestClock.adjust("150 seconds")
      assert.deepStrictEqual(begun(), ["61 a begins", "121 a and b together", "121 a begins", "126 b begins", "132 c begins"])
    })
  )

  it.effect("runs those of one time together after a run that kept them waiting, and nobody else who waits", () =>
    Effect.gen(function* () {
      const { begun } = yield* serve([turn("long", "50 seconds"), turn("a", "60 seconds"), turn("b", "60 seconds"), turn("c", "70 seconds")], {
        takes: "30 seconds"
      })
      yield* TestClock.adjust("150 seconds")
      assert.deepStrictEqual(begun(), ["51 long begins", "82 a and b together", "82 a begins", "112 b begins", "143 c begins"])
    })
  )

  it.effect("keeps together who waited together, though one of them falls due again meanwhile", () =>
    Effect.gen(function* () {
      const { begun } = yield* serve([turn("long", "55 seconds"), turn("a", "20 seconds"), turn("b", "60 seconds")], {
        takes: "15 seconds",
        answer: (sync) => (sync === "long" ? Effect.as(Effect.sleep("40 seconds"), null) : Effect.succeed(null))
      })
      // a waits for 60, 80 and 100 when long ends at 112, b for 60.
      yield* TestClock.adjust("139 seconds")
      assert.deepStrictEqual(begun(), ["21 a begins", "41 a begins", "57 long begins", "113 a and b together", "113 a begins", "128 b begins"])
    })
  )

  it.effect("lets a sync fall due again without waiting twice, so that others get their turn", () =>
    Effect.gen(function* () {
      // b is due far more often than it can run. Each run of it leaves one turn waiting, not all those that were missed.
      const { begun } = yield* serve([turn("a", "95 seconds"), turn("b", "10 seconds")], { takes: "30 seconds" })
      yield* TestClock.adjust("170 seconds")
      assert.deepStrictEqual(begun(), ["11 b begins", "42 b begins", "73 b begins", "104 b begins", "135 a begins", "166 b begins"])
    })
  )

  it.effect("runs a sync once that falls due again before it came to run among those of its time", () =>
    Effect.gen(function* () {
      const { begun } = yield* serve([turn("a", "60 seconds"), turn("b", "30 seconds")], {
        takes: "20 seconds",
        answer: (sync) => (sync === "a" ? Effect.as(Effect.sleep("20 seconds"), null) : Effect.succeed(null))
      })
      // b is due at 60 with a, and again at 90, while a is under way.
      yield* TestClock.adjust("125 seconds")
      assert.deepStrictEqual(begun().slice(0, 5), ["31 b begins", "61 a and b together", "61 a begins", "101 b begins", "122 a and b together"])
    })
  )

  it.effect("tries again when a run says so, unless its turn comes first", () =>
    Effect.gen(function* () {
      const answer = (sync: string, times: number) =>
        Effect.map(Clock.currentTimeMillis, (now) => (times === 1 ? now + (sync === "a" ? 20_000 : 90_000) : null))
      const { begun } = yield* serve([turn("a", "60 seconds"), turn("b", "62 seconds")], { answer })
      yield* TestClock.adjust("170 seconds")
      assert.deepStrictEqual(begun(), ["61 a begins", "63 b begins", "82 a begins", "121 a begins", "125 b begins"])
    })
  )

  it.effect("tries those again together that are to go on at one time", () =>
    Effect.gen(function* () {
      const { begun } = yield* serve([turn("a", "60 seconds"), turn("b", "60 seconds")], {
        takes: "2 seconds",
        answer: (_sync, times) => Effect.succeed(times === 1 ? 90_000 : null)
      })
      yield* TestClock.adjust("100 seconds")
      assert.deepStrictEqual(begun(), ["61 a and b together", "61 a begins", "63 b begins", "91 a and b together", "91 a begins", "93 b begins"])
    })
  )

  it.effect("does not run in a circle when a run asks for a time that is past", () =>
    Effect.gen(function* () {
      const { begun } = yield* serve([turn("a", "60 seconds")], { answer: () => Effect.succeed(1) })
      yield* TestClock.adjust("85 seconds")
      assert.deepStrictEqual(begun(), ["61 a begins", "72 a begins", "83 a begins"])
    })
  )

  it.effect("goes on for the others after a fault in one, also for those of the same time", () =>
    Effect.gen(function* () {
      const { begun } = yield* serve([turn("a", "60 seconds"), turn("b", "60 seconds")], {
        answer: (sync) => (sync === "a" ? Effect.dieMessage("a fault") : Effect.succeed(null))
      })
      yield* TestClock.adjust("125 seconds")
      assert.deepStrictEqual(begun(), ["61 a and b together", "61 a begins", "61 b begins", "121 a and b together", "121 a begins", "121 b begins"])
    })
  )

  it.effect("gives everybody the next turn after a fault before any of them began", () =>
    Effect.gen(function* () {
      const { begun } = yield* serve([turn("a", "60 seconds"), turn("b", "60 seconds")], { open: Effect.dieMessage("a fault") })
      yield* TestClock.adjust("125 seconds")
      assert.deepStrictEqual(begun(), ["61 a and b together", "121 a and b together"])
    })
  )

  it.effect("ends with the run under way interrupted, and starts nothing more", () =>
    Effect.gen(function* () {
      const { log, fiber } = yield* serve([turn("a", "60 seconds"), turn("b", "60 seconds")], { takes: "30 seconds" })
      yield* TestClock.adjust("65 seconds")
      yield* Fiber.interrupt(fiber)
      yield* TestClock.adjust("10 minutes")
      assert.deepStrictEqual(log.slice(2), ["61 a and b together", "61 a begins", "65 a interrupted"])
    })
  )
})
