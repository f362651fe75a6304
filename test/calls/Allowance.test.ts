/** A tenth of `npm run bench:allowance`: many changes against an hourly allowance, under a clock that jumps over every wait. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Simulated from "../bench/Simulated.ts"

describe("an hourly allowance", () => {
  it.scoped("is used up by the fewest calls in the least time, and the plan had said so", () =>
    Effect.gen(function* () {
      const taken = yield* Simulated.changes({ groups: 50, removals: 80, limit: 100 })
      assert.deepStrictEqual(
        { writes: taken.writes, planned: taken.estimate.calls, refused: taken.refused, added: taken.added },
        { writes: taken.fewest + 1, planned: taken.fewest + 1, refused: 0, added: 1000 },
        "the fewest that the changes take, and the run's number"
      )
      assert.strictEqual(taken.fewest, 180)
      assert.closeTo(taken.seconds / taken.bound, 1, 0.05)
      assert.closeTo(taken.estimate.seconds / taken.seconds, 1, 0.05)
    })
  )
})
