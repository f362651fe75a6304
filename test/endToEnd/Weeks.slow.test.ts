/** The weeks of `Weeks.test.ts` with a run every six hours. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as FakeTime from "../kit/FakeTime.ts"
import * as Weeks from "../kit/Weeks.ts"

const isDown = (hour: number) => hour >= 72 && hour < 13 * 24

const turns = Array.from({ length: 18 * 4 }, (_, index): Weeks.Turn => {
  const hour = 6 * index
  if (hour === 24) return { hour, edit: Weeks.emptied }
  if (hour === 16 * 24) return { hour, before: ["approve", "H-1", "--yes"] }
  return { hour, down: isDown(hour) }
})

describe.skipIf(FakeTime.absent !== null)(`weeks of runs every six hours${FakeTime.absent ?? ""}`, () => {
  it.scopedLive("are silent but when something begins, lasts so many days more, or is over", () =>
    Effect.gen(function* () {
      const { days } = yield* Weeks.diary(turns)
      assert.deepStrictEqual(days, [
        [1, "NEW H-1 holds"],
        [3, "NEW NOT REACHED"],
        [8, "STILL H-1 holds"],
        [10, "STILL NOT REACHED"],
        [13, "OVER acme works"],
        [15, "STILL H-1 holds"],
        [16, "OVER H-1 was"]
      ])
    })
  )
})
