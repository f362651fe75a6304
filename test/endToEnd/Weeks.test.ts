/** What `sync --quiet` prints over weeks. More runs of the same weeks: `Weeks.slow.test.ts`. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as FakeTime from "../kit/FakeTime.ts"
import * as Installed from "../kit/Installed.ts"
import * as Weeks from "../kit/Weeks.ts"

describe.skipIf(FakeTime.absent !== null)(`weeks with a held part and a source that is down for ten days${FakeTime.absent ?? ""}`, () => {
  it.scopedLive(
    "are reported when each begins, every seven days, and when it is over; all else is silence",
    () =>
      Effect.gen(function* () {
        const down = [3, 4, 11].map((day) => ({ hour: 24 * day, down: true }))
        const { days, held } = yield* Weeks.diary([
          { hour: 0 },
          { hour: 24, edit: Weeks.emptied },
          { hour: 25 },
          ...down,
          { hour: 24 * 13 },
          { hour: 24 * 16, before: ["approve", "H-1", "--yes"] },
          { hour: 24 * 17 }
        ])
        assert.deepStrictEqual(days, [
          [1, "NEW H-1 holds"],
          [4, "NEW NOT REACHED"],
          [11, "STILL NOT REACHED"],
          [11, "STILL H-1 holds"],
          [13, "OVER acme works"],
          [16, "OVER H-1 was"]
        ])
        assert.deepStrictEqual(held, { vip: [] })
      }),
    2 * Installed.patience
  )
})
