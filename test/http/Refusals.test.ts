import { assert, describe, it } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as TestClock from "effect/TestClock"
import type { AllowanceReport, Pacer } from "../../src/contract/Pacer.ts"
import * as SlotPacer from "../../src/http/pacing/SlotPacer.ts"

const silent: AllowanceReport = { limit: null, remaining: null, resetAt: null, pausedUntil: null, endpoint: null }
const minute = 60_000

/** A call of `latency` milliseconds that notes its start and reports what `answer` says. */
const calling = (pacer: Pacer, starts: Array<number>, latency: number, answer: () => AllowanceReport) =>
  pacer.call(
    { endpoint: null, kind: "read" },
    Effect.gen(function* () {
      starts.push(yield* Clock.currentTimeMillis)
      yield* Effect.sleep(latency)
      yield* pacer.report(answer())
    })
  )

const times = (count: number, call: Effect.Effect<void>) => Effect.forEach(Array.from({ length: count }), () => Effect.fork(call), { discard: true })

/** Small steps: what a call's end lets start begins in the same moment. */
const pass = (millis: number) => Effect.repeatN(TestClock.adjust(50), millis / 50 - 1)

describe("after a refusal the pacer", () => {
  it.effect("starts one call when the gate opens, and one more for each that is answered, up to what the limit needs", () =>
    Effect.gen(function* () {
      const pacer = yield* SlotPacer.make({ windows: [{ calls: 1_200, perMillis: minute, endpoint: null }], restored: [], concurrency: 9 })
      yield* times(
        1,
        calling(pacer, [], 200, () => ({ ...silent, pausedUntil: 5_000 }))
      )
      yield* pass(1_000)
      const starts: Array<number> = []
      yield* times(
        12,
        calling(pacer, starts, 200, () => silent)
      )
      yield* pass(6_000)
      // Half of the limit is learned: ten calls a second that take 200 ms each. That is two under way, and half as many to spare.
      assert.deepStrictEqual(starts, [5_000, 5_200, 5_200, 5_400, 5_400, 5_400, 5_600, 5_600, 5_600, 5_800, 5_800, 5_800])
    })
  )
})

describe("where a vendor tells a reset the pacer", () => {
  it.effect("tries one call after it, until one was seen to bring the whole allowance", () =>
    Effect.gen(function* () {
      const pacer = yield* SlotPacer.make({ windows: [], restored: [], concurrency: 9 })
      yield* pacer.report({ ...silent, limit: 10, remaining: 0, resetAt: 1_000 })
      const starts: Array<number> = []
      const call = calling(pacer, starts, 100, () => ({ ...silent, limit: 10, remaining: starts.length > 3 ? 0 : 9, resetAt: 2_000 }))
      yield* times(4, call)
      yield* pass(1_500)
      yield* times(2, call)
      yield* pass(1_000)
      assert.deepStrictEqual(starts, [1_000, 1_100, 1_100, 1_100, 2_000, 2_000])
    })
  )
})
