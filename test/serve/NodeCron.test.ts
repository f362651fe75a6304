import { assert, describe, it } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Scope from "effect/Scope"
import { Clockwork } from "../../src/serve/Clockwork.ts"
import * as NodeCron from "../../src/serve/NodeCron.ts"

/** The machine's clock, whose waits take a hundredth of their time and whose wall clock can be set. */
const makeClock = () => {
  const real = Clock.make()
  let offset = 0
  const clock: Clock.Clock = {
    ...real,
    unsafeCurrentTimeMillis: () => real.unsafeCurrentTimeMillis() + offset,
    currentTimeMillis: Effect.map(real.currentTimeMillis, (now) => now + offset),
    sleep: () => real.sleep(Duration.millis(100))
  }
  return { clock, set: (by: number) => Effect.sync(() => void (offset = by)) }
}

describe("node-cron as the clockwork", () => {
  it.scopedLive(
    "ticks at once, then with each minute of the machine, until its scope ends",
    () =>
      Effect.gen(function* () {
        const clockwork = yield* Clockwork
        const scope = yield* Scope.make()
        const ticks: Array<number> = []
        const tick = Effect.map(Clock.currentTimeMillis, (now) => void ticks.push(now))
        yield* Scope.extend(clockwork.start(tick), scope)
        while (ticks.length < 2) yield* Effect.sleep("100 millis")
        const [first = 0, second = 0] = ticks
        assert.isAtMost(second - first, 61_000)
        assert.isBelow(second % 60_000, 2000)
        yield* Scope.close(scope, Exit.void)
        const before = ticks.length
        yield* Effect.sleep("1200 millis")
        assert.strictEqual(ticks.length, before)
      }).pipe(Effect.provide(NodeCron.layer)),
    90_000
  )

  it.scopedLive("ticks as soon as it notices that the wall clock was set, back or forward", () =>
    Effect.gen(function* () {
      const { clock, set } = makeClock()
      let ticks = 0
      yield* Effect.withClock(
        Effect.flatMap(Clockwork, (clockwork) => clockwork.start(Effect.sync(() => void (ticks += 1)))),
        clock
      )
      yield* Effect.sleep("500 millis")
      // The minute may have begun meanwhile.
      const before = ticks
      assert.isAtMost(before, 2)
      yield* set(-600_000)
      yield* Effect.sleep("500 millis")
      const back = ticks
      assert.isAbove(back, before)
      yield* set(3_600_000)
      yield* Effect.sleep("500 millis")
      assert.isAbove(ticks, back)
    }).pipe(Effect.provide(NodeCron.layer))
  )
})
