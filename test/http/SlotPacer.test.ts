import { assert, describe, it } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as TestClock from "effect/TestClock"
import type { AllowanceReport, Pacer } from "../../src/contract/Pacer.ts"
import * as SlotPacer from "../../src/http/pacing/SlotPacer.ts"
import * as Time from "../kit/Time.ts"
import * as Limits from "./SimulatedLimits.ts"

const silent: AllowanceReport = { limit: null, remaining: null, resetAt: null, pausedUntil: null, endpoint: null }
const read = { endpoint: null, kind: "read" } as const
const minute = 60_000

/** Starts calls that each take `latency`, half of it on the way there; answers when they started and how the server judged. */
const drive = (
  pacer: Pacer,
  limiter: Limits.Limiter,
  options: { readonly calls: number; readonly latency: number; readonly report?: (verdict: Limits.Verdict, now: number) => AllowanceReport }
) => {
  const starts: Array<number> = []
  let refused = 0
  const call = pacer.call(
    read,
    Effect.gen(function* () {
      starts.push(yield* Clock.currentTimeMillis)
      yield* Effect.sleep(options.latency / 2)
      const verdict = limiter(yield* Clock.currentTimeMillis)
      if (!verdict.ok) refused++
      yield* Effect.sleep(options.latency / 2)
      if (options.report !== undefined) yield* pacer.report(options.report(verdict, yield* Clock.currentTimeMillis))
    })
  )
  return {
    starts,
    refused: () => refused,
    run: Effect.all(
      Array.from({ length: options.calls }, () => call),
      { concurrency: "unbounded", discard: true }
    )
  }
}

/** Lets time pass in steps until the fiber is done; answers the time that took. */
const finish = <A, E>(fiber: Fiber.RuntimeFiber<A, E>, step = 2_500) =>
  Effect.gen(function* () {
    const begun = yield* Clock.currentTimeMillis
    while ((yield* Fiber.poll(fiber))._tag === "None") yield* TestClock.adjust(step)
    yield* Fiber.join(fiber)
    return (yield* Clock.currentTimeMillis) - begun
  })

/** Makes a pacer at `start` and runs what `loaded` does with it under a clock that jumps: on the test's own, hundreds of calls would wait for each other's steps. */
const lasting = (options: SlotPacer.PacerOptions, loaded: (pacer: Pacer) => ReturnType<typeof drive>, start = 0) =>
  Time.jumping(
    Effect.gen(function* () {
      const load = loaded(yield* SlotPacer.make(options))
      yield* load.run
      return { ...load, took: (yield* Clock.currentTimeMillis) - start }
    }),
    start
  )

const servers = { "fixed-window": Limits.fixedWindow, "sliding-window": Limits.slidingWindow, "token-bucket": Limits.tokenBucket }

describe("SlotPacer", () => {
  for (const [name, server] of Object.entries(servers)) {
    for (const [latency, concurrency, offset] of [
      [200, 4, 0],
      [5_000, 8, 31_700],
      [2, 1, 59_999]
    ] as const) {
      it.effect(`is never refused by a ${name} server, and wastes no time (latency ${latency} ms, ${concurrency} at once)`, () =>
        Effect.gen(function* () {
          const { refused, starts, took } = yield* lasting(
            { windows: [{ calls: 20, perMillis: minute, endpoint: null }], restored: [], concurrency },
            (pacer) => drive(pacer, server(20, minute), { calls: 80, latency }),
            offset
          )
          assert.strictEqual(refused(), 0)
          assert.strictEqual(starts.length, 80)
          // The fourth twenty can start after three windows, each of them from the answer on; the last calls go `concurrency` at a time.
          const bound = 3 * (minute + latency) + (20 / concurrency) * latency
          assert.isAtMost(took, bound * 1.1)
        })
      )
    }
  }

  it.effect("obeys a lower limit that the headers tell, with and without a reset time", () =>
    Effect.gen(function* () {
      for (const resetTold of [true, false]) {
        for (const server of Object.values(servers)) {
          const pacer = yield* SlotPacer.make({ windows: [{ calls: 100, perMillis: minute, endpoint: null }], restored: [], concurrency: 4 })
          const load = drive(pacer, server(15, minute), {
            calls: 45,
            latency: 300,
            report: ({ ok, remaining, resetAt }, now) => ({
              limit: 15,
              remaining,
              resetAt: resetTold ? resetAt : null,
              pausedUntil: ok ? null : now + 1000,
              endpoint: null
            })
          })
          const took = yield* finish(yield* Effect.fork(load.run))
          assert.strictEqual(load.refused(), 0)
          assert.isAtMost(took, 3.3 * minute)
        }
      }
    })
  )

  for (const [name, server] of Object.entries(servers)) {
    it.effect(`wastes no time where a ${name} server tells what is left with every answer, and not until when`, () =>
      Effect.gen(function* () {
        const { refused, took } = yield* lasting({ windows: [{ calls: 100, perMillis: minute, endpoint: null }], restored: [], concurrency: 20 }, (pacer) =>
          drive(pacer, server(100, minute), { calls: 400, latency: 1_500, report: ({ remaining }) => ({ ...silent, limit: 100, remaining }) })
        )
        assert.strictEqual(refused(), 0)
        assert.isAtMost(took, (3 * (minute + 1_500) + 5 * 1_500) * 1.05)
      })
    )
  }

  it.effect("leaves others their share of what the vendor reports", () =>
    Effect.gen(function* () {
      const pacer = yield* SlotPacer.make({ windows: [], restored: [], concurrency: 1, share: 0.8 })
      const load = drive(pacer, Limits.fixedWindow(100, minute), {
        calls: 100,
        latency: 10,
        report: ({ remaining, resetAt }) => ({ limit: 100, remaining, resetAt, pausedUntil: null, endpoint: null })
      })
      const fiber = yield* Effect.fork(load.run)
      yield* TestClock.adjust(minute - 1)
      assert.strictEqual(load.starts.length, 80)
      yield* finish(fiber)
      assert.strictEqual(load.starts.at(-1), minute + 19 * 10)
    })
  )

  it.effect("holds a slot from the start until the answer plus the window", () =>
    Effect.gen(function* () {
      const pacer = yield* SlotPacer.make({ windows: [{ calls: 1, perMillis: 1000, endpoint: null }], restored: [], concurrency: 9 })
      const load = drive(pacer, Limits.slidingWindow(9, 1), { calls: 3, latency: 700 })
      yield* finish(yield* Effect.fork(load.run), 50)
      assert.deepStrictEqual(load.starts, [0, 1700, 3400])
    })
  )

  it.effect("keeps several windows, and an endpoint that waits lets others pass", () =>
    Effect.gen(function* () {
      const pacer = yield* SlotPacer.make({
        windows: [
          { calls: 4, perMillis: 10_000, endpoint: null },
          { calls: 1, perMillis: 3_000, endpoint: "export" }
        ],
        restored: [],
        concurrency: 9
      })
      const log: Array<string> = []
      const call = (name: string, endpoint: string | null) =>
        Effect.fork(
          pacer.call(
            { endpoint, kind: "read" },
            Effect.map(Clock.currentTimeMillis, (now) => log.push(`${name} ${now}`))
          )
        )
      for (const name of ["export1", "export2"]) yield* call(name, "export")
      for (const name of ["a", "b", "c", "d"]) yield* call(name, null)
      yield* TestClock.adjust(60_000)
      // Both start at 10000; who is woken first is no matter.
      assert.deepStrictEqual(log.sort(), ["a 0", "b 0", "c 0", "d 10000", "export1 0", "export2 10000"])
    })
  )

  it.effect("counts the calls of the run before, and tells its own for the next", () =>
    Effect.gen(function* () {
      yield* TestClock.adjust(100_000)
      const windows = [
        { calls: 3, perMillis: 10_000, endpoint: null },
        { calls: 1, perMillis: 60_000, endpoint: "export" }
      ]
      const restored = [
        { endpoint: null, at: 92_000 },
        { endpoint: "export", at: 95_000 },
        { endpoint: null, at: 1 }
      ]
      const pacer = yield* SlotPacer.make({ windows, restored, concurrency: 9 })
      const load = drive(pacer, Limits.slidingWindow(9, 1), { calls: 2, latency: 0 })
      yield* finish(yield* Effect.fork(load.run), 500)
      assert.deepStrictEqual(load.starts, [100_000, 102_000])
      assert.strictEqual(yield* pacer.nextStart("export"), 155_000)
      assert.deepStrictEqual(yield* pacer.use, [
        { endpoint: "export", at: 95_000 },
        { endpoint: null, at: 100_000 },
        { endpoint: null, at: 102_000 }
      ])
      const next = yield* SlotPacer.make({ windows, restored: yield* pacer.use, concurrency: 9 })
      assert.strictEqual(yield* next.nextStart(null), 105_000)
    })
  )

  it.effect("closes one gate for all on a refusal, for as long as told or a minute", () =>
    Effect.gen(function* () {
      const pacer = yield* SlotPacer.make({ windows: [], restored: [], concurrency: 9 })
      yield* pacer.report({ ...silent, pausedUntil: 7_000 })
      assert.strictEqual((yield* pacer.status).pausedUntil, 7_000)
      const load = drive(pacer, Limits.slidingWindow(9, 1), { calls: 2, latency: 0 })
      yield* finish(yield* Effect.fork(load.run), 500)
      assert.deepStrictEqual(load.starts, [7_000, 7_000])
      yield* pacer.report({ ...silent, pausedUntil: "unreported", endpoint: "export" })
      assert.strictEqual(yield* pacer.nextStart(null), 67_000)
      assert.strictEqual((yield* pacer.status).limited, 2)
    })
  )

  it.effect("asks ever more slowly where a refusal tells no time to come", () =>
    Effect.gen(function* () {
      const pacer = yield* SlotPacer.make({ windows: [], restored: [], concurrency: 1 })
      const starts: Array<number> = []
      const refused = pacer.call(
        read,
        Effect.gen(function* () {
          const now = yield* Clock.currentTimeMillis
          starts.push(now)
          yield* pacer.report({ ...silent, pausedUntil: now })
        })
      )
      const fiber = yield* Effect.fork(Effect.repeatN(refused, 4))
      yield* finish(fiber)
      assert.deepStrictEqual(starts, [0, 1_000, 3_000, 7_000, 15_000])
    })
  )

  it.effect("learns a limit that nobody announces, once a window", () =>
    Effect.gen(function* () {
      const { refused } = yield* lasting({ windows: [{ calls: 25, perMillis: minute, endpoint: null }], restored: [], concurrency: 2 }, (pacer) =>
        drive(pacer, Limits.slidingWindow(20, minute), { calls: 120, latency: 100, report: ({ ok }) => ({ ...silent, pausedUntil: ok ? null : "unreported" }) })
      )
      assert.isAtMost(refused(), 2)
    })
  )

  it.effect("leaks no slot when waiting calls or running calls are interrupted", () =>
    Effect.gen(function* () {
      const pacer = yield* SlotPacer.make({ windows: [{ calls: 2, perMillis: 1_000, endpoint: null }], restored: [], concurrency: 1 })
      const running = yield* Effect.fork(pacer.call(read, Effect.never))
      yield* Effect.yieldNow()
      const waiting = yield* Effect.forEach([1, 2, 3], () => Effect.fork(pacer.call(read, Effect.dieMessage("must not start"))))
      yield* Effect.yieldNow()
      const last = yield* Effect.fork(pacer.call(read, Clock.currentTimeMillis))
      yield* Effect.yieldNow()
      yield* Fiber.interruptAll(waiting)
      yield* TestClock.adjust(500)
      yield* Fiber.interrupt(running)
      assert.strictEqual(yield* Fiber.join(last), 500)
      assert.strictEqual((yield* pacer.use).length, 2)
      yield* TestClock.adjust(1_000)
      assert.deepStrictEqual(yield* pacer.use, [])
      assert.strictEqual((yield* pacer.status).reads, 2)
    })
  )

  it.effect("takes back a slot that was given to a call interrupted before it could start", () =>
    Effect.gen(function* () {
      const pacer = yield* SlotPacer.make({ windows: [{ calls: 2, perMillis: 1_000, endpoint: null }], restored: [], concurrency: 1 })
      const next = yield* pacer.call(read, Effect.zipLeft(Effect.fork(pacer.call(read, Effect.dieMessage("must not start"))), Effect.yieldNow()))
      // The end of that call has just let the next one in.
      yield* Fiber.interrupt(next)
      assert.strictEqual((yield* pacer.use).length, 1)
      assert.strictEqual(yield* pacer.call(read, Clock.currentTimeMillis), 0)
    })
  )

  it.effect("takes calls under way off what the vendor says is left", () =>
    Effect.gen(function* () {
      const pacer = yield* SlotPacer.make({ windows: [], restored: [], concurrency: 9 })
      const starts: Array<string> = []
      const call = (name: string, latency: number, remaining: number) =>
        Effect.fork(
          pacer.call(
            read,
            Effect.gen(function* () {
              starts.push(`${name} ${yield* Clock.currentTimeMillis}`)
              yield* Effect.sleep(latency)
              yield* pacer.report({ ...silent, remaining, resetAt: 60_000 })
            })
          )
        )
      yield* call("a", 300, 4)
      yield* call("b", 100, 3)
      yield* call("c", 900, 0)
      yield* TestClock.adjust(100)
      // 3 left, a and c under way: one more.
      yield* call("d", 100, 1)
      yield* call("e", 100, 9)
      // The late answer to a, which the vendor had counted before b, promises nothing new.
      yield* TestClock.adjust(59_000)
      assert.deepStrictEqual(starts, ["a 0", "b 0", "c 0", "d 100"])
      yield* TestClock.adjust(1_000)
      assert.deepStrictEqual(starts.slice(4), ["e 60000"])
    })
  )

  it.effect("starts in the order of arrival, and tells who is behind whom", () =>
    Effect.gen(function* () {
      const pacer = yield* SlotPacer.make({ windows: [{ calls: 2, perMillis: 1_000, endpoint: null }], restored: [], concurrency: 9 })
      const order: Array<number> = []
      for (const index of [0, 1, 2, 3, 4])
        yield* Effect.fork(
          pacer.call(
            read,
            Effect.sync(() => order.push(index))
          )
        )
      yield* TestClock.adjust(1)
      assert.strictEqual(yield* pacer.nextStart(null), 2_000)
      yield* TestClock.adjust(5_000)
      assert.deepStrictEqual(order, [0, 1, 2, 3, 4])
    })
  )

  it.effect("tells when calls begin to wait", () =>
    Effect.gen(function* () {
      const reported: Array<string> = []
      const pacer = yield* SlotPacer.make({
        windows: [{ calls: 1, perMillis: 3_600_000, endpoint: null }],
        restored: [],
        concurrency: 1,
        onWait: (until, why) => Effect.sync(() => reported.push(`${until} ${why}`))
      })
      yield* Effect.fork(Effect.repeatN(pacer.call(read, Effect.void), 1))
      yield* TestClock.adjust(10)
      assert.deepStrictEqual(reported, ["3600000 the budget of 1 calls in 1h is used up"])
    })
  )

  it.live("forgets nobody whose turn comes between two looks at the clock", () =>
    Effect.gen(function* () {
      let now = 0
      const tick = () => (now += 1)
      const { currentTimeNanos, ...clock } = Clock.make()
      const ticking: Clock.Clock = {
        ...clock,
        currentTimeNanos,
        unsafeCurrentTimeMillis: tick,
        currentTimeMillis: Effect.sync(tick),
        sleep: (duration) =>
          Effect.zipRight(
            Effect.yieldNow(),
            Effect.sync(() => void (now += Duration.toMillis(duration)))
          )
      }
      for (const perMillis of [3, 5, 8, 13, 21]) {
        const pacer = yield* SlotPacer.make({ windows: [{ calls: 2, perMillis, endpoint: null }], restored: [], concurrency: 3 })
        const calls = Array.from({ length: 100 }, (_, index) => pacer.call(read, Effect.sleep((index * 7) % 23)))
        yield* Effect.withClock(Effect.all(calls, { concurrency: "unbounded", discard: true }), ticking)
      }
    }).pipe(Effect.timeout("5 seconds"))
  )

  it.effect("serves five thousand waiting calls", () =>
    Effect.gen(function* () {
      const pacer = yield* SlotPacer.make({ windows: [{ calls: 1_000, perMillis: 3_600_000, endpoint: null }], restored: [], concurrency: 8 })
      let count = 0
      const call = pacer.call(
        read,
        Effect.sync(() => ++count)
      )
      const fiber = yield* Effect.fork(
        Effect.all(
          Array.from({ length: 5_000 }, () => call),
          { concurrency: "unbounded", discard: true }
        )
      )
      for (let hour = 0; hour < 5; hour++) yield* TestClock.adjust(3_600_000)
      yield* Fiber.join(fiber)
      assert.strictEqual(count, 5_000)
    })
  )
})
