/** What a run reports while it writes. */
import { assert, describe, it } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type { ApplyProgress } from "../../src/run/RunLifecycle.ts"
import * as Crowd from "../kit/Crowd.ts"
import { unguarded } from "../kit/SmallEdits.ts"
import { jumping } from "../kit/Time.ts"

describe("the time left of a run that writes", () => {
  it.scopedLive("is what the allowance takes, from the first call on, and the calls that are left count down to none", () =>
    jumping(
      Effect.gen(function* () {
        const bridge = yield* Crowd.make(2_600, unguarded)
        yield* bridge.sync()
        // Hours in which nothing else was called, so that the whole allowance is there: 1,000 calls an hour.
        yield* Effect.sleep("3 hours")
        Crowd.people(1_200).forEach((id) => bridge.zendesk.source.untag(id, "vip"))
        const seen: Array<ApplyProgress & { readonly at: number }> = []
        const onApply = (progress: ApplyProgress) => Effect.map(Clock.currentTimeMillis, (at) => void seen.push({ ...progress, at }))
        const { status, summary } = yield* bridge.sync({ onApply })
        assert.deepStrictEqual([status, summary.assignments.remove], ["done", 1_200])
        const ended = yield* Clock.currentTimeMillis
        const [first, middle, last] = [seen[0], seen[600], seen.at(-1)]
        if (first === undefined || middle === undefined || last === undefined) return assert.fail("nothing was reported")
        for (const { at, endsAt } of [first, middle]) assert.closeTo((endsAt - at) / (ended - at), 1, 0.1)
        assert.deepStrictEqual([first.perHour, last.done, last.total, last.callsLeft], [1_000, 1_200, 1_200, 0])
        // The last 200 wait for the first hour to end; a rate since the start would know nothing of that.
        assert.isAbove(first.endsAt - first.at, 50 * 60_000)
      })
    )
  )
})
