/** A migration of 50,000 customers and 1,000 groups against 1,000 calls an hour, with faults, stopped twice, under a clock that jumps over waits. */
import { assert, it } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import type { Fault } from "../../src/sandbox/Sandbox.ts"
import * as Simulated from "../bench/Simulated.ts"
import * as Migrating from "../kit/Migrating.ts"
import * as Minimum from "../kit/Minimum.ts"
import { jumping } from "../kit/Time.ts"

const [customers, organizations, limit] = [50_000, 1000, 1000]

const faults: ReadonlyArray<Fault> = [
  { _tag: "Answer", response: { status: 503, headers: {}, body: "" } },
  { _tag: "Reset", when: "before" },
  { _tag: "Reset", when: "after" }
]

it.scopedLive("a large migration with faults, stopped twice, ends as was told, with nothing missing", () =>
  jumping(
    Effect.gen(function* () {
      const bridge = yield* Simulated.start(limit, "\n    rules: [{ kind: organization }]")
      const ids = Simulated.people(1_000_000, customers)
      const each = customers / organizations
      Simulated.known(bridge, ids)
      Simulated.load(
        bridge,
        ids,
        Simulated.people(200_000, organizations).map((id, index) => ({ id, members: ids.slice(index * each, (index + 1) * each) }))
      )
      const before = bridge.held()
      let told: { readonly at: number; readonly seconds: number } | null = null
      const live: Array<{ readonly at: number; readonly endsAt: number; readonly done: number }> = []
      let injected = 0
      const stops = [0.3, 0.6]
      const stoppedAt: Array<number> = []
      const go = Effect.fork(
        Migrating.migrate(
          bridge,
          ({ seconds }) => Effect.map(Clock.currentTimeMillis, (at) => ((told ??= { at, seconds }), true)),
          ({ done, endsAt, total }) =>
            Effect.gen(function* () {
              live.push({ at: yield* Clock.currentTimeMillis, endsAt, done: done / total })
              const fault = faults[injected % faults.length]
              if (live.length % 100 === 0 && fault !== undefined) {
                injected += 1
                bridge.target.inject(fault, ({ method }) => method === "POST")
              }
              const rows = Object.values(bridge.held()).length
              const stop = stops[0]
              if (stop !== undefined && rows >= stop * organizations) {
                stops.shift()
                stoppedAt.push(yield* Clock.currentTimeMillis)
                yield* Effect.interrupt
              }
            })
        )
      )
      yield* Fiber.await(yield* go)
      yield* Fiber.await(yield* go)
      assert.deepStrictEqual(stops, [])
      const migrated = yield* Fiber.join(yield* go)
      assert.strictEqual(migrated.result.status, "done")
      assert.deepInclude(migrated.verified, { sizes: [], unread: [], differing: 0, read: 50, of: organizations })
      const held = bridge.held()
      assert.deepStrictEqual([Object.keys(held).length, Object.values(held).flat().length], [organizations, customers])

      const accepted = bridge.target.log.filter(({ method, status }) => method !== "GET" && status !== null && status < 300)
      const { additions } = Minimum.writes(before, held)
      const end = accepted.at(-1)?.at ?? 0
      assert(told !== null)
      const { at, seconds } = told as { readonly at: number; readonly seconds: number }
      const took = (end - at) / 1000
      assert.isAtMost(accepted.length - injected, additions * 1.01)
      assert.isAbove(injected, 10)
      // After a stop, what was under way is waited for: some ten minutes each, which the end that is told before the stop cannot know.
      const tolerance = (stopsAhead: number) => took * 0.1 + stopsAhead * 600
      assert.isBelow(Math.abs(took - seconds), tolerance(2))
      for (const one of live) {
        const ahead = stoppedAt.filter((stop) => stop > one.at).length
        assert.isBelow(Math.abs(one.endsAt - end) / 1000, tolerance(ahead), `at ${Math.round(one.done * 100)} %`)
      }
    })
  )
)
