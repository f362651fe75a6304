/** Targets that limit calls in ways that no document names, and targets where a fifth of all calls goes wrong. */
import { assert, describe, it } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Crowd from "../kit/Crowd.ts"
import * as TargetWeather from "../kit/TargetWeather.ts"
import { unguarded } from "../kit/SmallEdits.ts"
import { jumping } from "../kit/Time.ts"

const minutes = (millis: number) => millis / 60_000

describe("a target that takes 120 calls a minute and says nothing of it", () => {
  it.scopedLive("is written to within minutes, and the next run knows its limit", () =>
    jumping(
      Effect.gen(function* () {
        const bridge = yield* Crowd.make(800, unguarded)
        yield* bridge.sync()
        const { source } = bridge.zendesk
        bridge.cstar.limit(120, 60_000)
        bridge.cstar.behave({ limitHeaders: false })
        const refusals = () => bridge.target.log.filter(({ status }) => status === 429).length
        const timed = Effect.gen(function* () {
          const [before, refused] = [yield* Clock.currentTimeMillis, refusals()]
          const { status, summary } = yield* bridge.sync()
          return { status, removed: summary.assignments.remove, refused: refusals() - refused, took: minutes((yield* Clock.currentTimeMillis) - before) }
        })

        Crowd.people(360).forEach((id) => source.untag(id, "vip"))
        const first = yield* timed
        assert.deepStrictEqual([first.status, first.removed], ["done", 360])
        // 360 calls take two whole minutes at the least.
        assert.isAtMost(first.took, 6)
        assert.isAtMost(first.refused, 12)

        yield* Effect.sleep("1 hour")
        Crowd.people(360).forEach((id) => source.tag(id, "vip"))
        yield* bridge.sync()
        yield* Effect.sleep("1 hour")
        Crowd.people(240).forEach((id) => source.untag(id, "vip"))
        const later = yield* timed
        assert.deepStrictEqual([later.status, later.removed], ["done", 240])
        assert.isAtMost(later.refused, 4)
      })
    )
  )
})

describe("a target where a fifth of all calls goes wrong", () => {
  for (const tells of [true, false])
    it.scopedLive(`is right after one run where answers ${tells ? "report" : "do not report"} the allowance`, () =>
      Effect.map(TargetWeather.inTrouble({ seed: 1, calls: 200, tells }), (outcome) => assert.deepStrictEqual(outcome, TargetWeather.right(200)))
    )
})
