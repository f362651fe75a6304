import { assert, describe, it } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as TestClock from "effect/TestClock"
import { Clockwork } from "../../src/serve/Clockwork.ts"
import type { Due, Turn } from "../../src/serve/DueTurns.ts"
import * as Schedule from "../../src/serve/Schedule.ts"

/** Ticks each second of the test's clock. */
const clockwork: typeof Clockwork.Service = {
  start: (tick) => Effect.asVoid(Effect.forkScoped(Effect.forever(Effect.zipRight(tick, Effect.sleep("1 second")))))
}

/** Due every so often from 1970 on: `schedule` is a duration. */
const turn = (sync: string, schedule: Duration.DurationInput & string, ranAt: number | null = null): Turn => {
  const every = Duration.toMillis(schedule)
  const lastBetween = (after: number, until: number) => {
    const at = Math.floor(until / every) * every
    return at > after ? at : null
  }
  return {
    sync,
    schedule,
    timezone: null,
    ranAt,
    timetable: { next: (after) => (Math.floor(after / every) + 1) * every, lastBetween, between: () => [] }
  }
}

interface Behaviour {
  readonly takes?: Duration.DurationInput
  readonly answer?: (sync: string, times: number) => Effect.Effect<number | null>
  /** Before any of those that are due together runs. */
  readonly open?: Effect.Effect<void>
  readonly missed?: "once" | "skip"
  readonly jitter?: Duration.DurationInput
}

/** Serves in the background; `log` tells what happened at which second, and who began together. */
const serve = (turns: ReadonlyArray<Turn> | (() => ReadonlyArray<Turn>), behaviour: Behaviour = {}) =>
  Effect.gen(function* () {
    const { answer = () => Effect.succeed(null), jitter = 0, missed = "once", open = Effect.void, takes = 0 } = behaviour
    const log: Array<string> = []
    const passed = yield* Effect.clock
    let stepped = 0
    /** The test's clock as a wall clock that is set. */
    const wall: Clock.Clock = {
      ...passed,
      unsafeCurrentTimeMillis: () => passed.unsafeCurrentTimeMillis() + stepped,
      currentTimeMillis: Effect.map(passed.currentTimeMillis, (now) => now + stepped),
      sleep: (duration) => passed.sleep(duration)
    }
    const step = (seconds: number) => Effect.sync(() => void (stepped += seconds * 1000))
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
      Schedule.serve({
        turns: Effect.sync(() => (typeof turns === "function" ? turns() : turns)),
        settings: Effect.succeed({ missed, jitterMillis: Duration.toMillis(jitter) }),
        run,
        onMissed: (found: ReadonlyArray<Due>, runs) =>
          Effect.forEach(found, ({ at, turn }) => note(`${turn.sync} missed ${at / 1000}${runs ? "" : ", left out"}`), { discard: true }),
        onClockBack: (millis) => note(`back by ${Math.round(millis / 1000)}`)
      }).pipe(Effect.provideService(Clockwork, clockwork), Effect.withClock(wall))
    )
    yield* Effect.yieldNow()
    /** What began, and who together. */
    const begun = () => log.filter((line) => /begins$|together$/.test(line))
    return { log, begun, fiber, step }
  })

describe("serving", () => {
  it.effect("runs each sync when it is due", () =>
    Effect.gen(function* () {
      const { log } = yield* serve([turn("a", "60 seconds"), turn("b", "100 seconds")])
      yield* TestClock.adjust("130 seconds")
      assert.deepStrictEqual(log, ["61 a begins", "61 a ends", "101 b begins", "101 b ends", "121 a begins", "121 a ends"])
    })
  )

  it.effect("runs one at a time, in the order in which they fell due", () =>
    Effect.gen(function* () {
      const { log } = yield* serve([turn("a", "60 seconds"), turn("b", "70 seconds")], { takes: "30 seconds" })
      yield* TestClock.adjust("119 seconds")
      assert.deepStrictEqual(log, ["61 a begins", "91 a ends", "92 b begins"])
    })
  )

  it.effect("runs those of one time together, and those of other times by themselves", () =>
    Effect.gen(function* () {
      const { begun } = yield* serve([turn("a", "60 seconds"), turn("b", "120 seconds"), turn("c", "122 seconds")], {
        takes: "5 seconds"
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
      assert.deepStrictEqual(log, ["61 a and b together", "61 a begins", "65 a interrupted"])
    })
  )

  const begun = (log: ReadonlyArray<string>) => log.filter((line) => !line.endsWith("ends"))

  for (const [missed, wanted] of [
    ["once", ["10340 a missed 10000", "10340 b missed 9000", "10341 c begins", "10342 a and b together", "10342 a begins", "10342 b begins"]],
    ["skip", ["10340 a missed 10000, left out", "10340 b missed 9000, left out", "10341 c begins"]]
  ] as const) {
    it.effect(`notices turns that a clock set forward, or sleep, went past: ${missed}`, () =>
      Effect.gen(function* () {
        yield* TestClock.setTime(100_000)
        const { log, step } = yield* serve([turn("a", "1000 seconds"), turn("b", "3000 seconds"), turn("c", "60 seconds")], { missed })
        yield* TestClock.adjust("2 seconds")
        yield* step(10_237)
        yield* TestClock.adjust("20 seconds")
        assert.deepStrictEqual(begun(log), [...wanted])
      })
    )

    it.effect(`makes up for turns that came while it was not running: ${missed}`, () =>
      Effect.gen(function* () {
        yield* TestClock.setTime(10_340_000)
        const turns = [turn("late", "1000 seconds", 8_100_000), turn("well", "3000 seconds", 9_000_500), turn("new", "1000 seconds")]
        const { log } = yield* serve(turns, { missed })
        yield* TestClock.adjust("600 seconds")
        assert.deepStrictEqual(begun(log), missed === "once" ? ["10340 late missed 10000", "10341 late begins"] : ["10340 late missed 10000, left out"])
      })
    )
  }

  it.effect("goes on by the new time after the clock was set back, and says so", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(10_000_000)
      const { log, step } = yield* serve([turn("a", "200 seconds")])
      yield* TestClock.adjust("250 seconds")
      yield* step(-600)
      yield* TestClock.adjust("1000 seconds")
      assert.deepStrictEqual(begun(log), [
        "10201 a begins",
        "9651 back by 599",
        "9801 a begins",
        "10001 a begins",
        "10201 a begins",
        "10401 a begins",
        "10601 a begins"
      ])
    })
  )

  it.effect("says nothing of a clock that is set right by seconds, and runs no turn twice", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(10_000_000)
      const { log, step } = yield* serve([turn("a", "200 seconds")])
      yield* TestClock.adjust("210 seconds")
      yield* step(-20)
      yield* TestClock.adjust("200 seconds")
      assert.deepStrictEqual(begun(log), ["10201 a begins"])
    })
  )

  it.effect("takes turns that are new or other from the last look on, and none that are gone", () =>
    Effect.gen(function* () {
      let turns = [turn("a", "60 seconds"), turn("gone", "60 seconds")]
      const { log } = yield* serve(() => turns)
      yield* TestClock.adjust("65 seconds")
      turns = [turn("a", "100 seconds"), turn("new", "70 seconds", 1)]
      yield* TestClock.adjust("60 seconds")
      assert.deepStrictEqual(begun(log), ["61 a and gone together", "61 a begins", "61 gone begins", "71 new begins", "101 a begins"])
    })
  )

  it.effect("delays turns by chance, those of one time by the same", () =>
    Effect.gen(function* () {
      const { log } = yield* serve([turn("a", "100 seconds"), turn("b", "100 seconds")], { jitter: "60 seconds" })
      yield* TestClock.adjust("1000 seconds")
      const starts = log.filter((line) => line.endsWith("together")).map((line) => Number.parseInt(line, 10))
      const delays = starts.map((at) => (at % 100) - 1)
      assert.isAtLeast(starts.length, 9)
      assert.isTrue(
        delays.every((delay) => delay >= 0 && delay <= 60),
        delays.join()
      )
      assert.isAbove(new Set(delays).size, 3)
    })
  )
})
