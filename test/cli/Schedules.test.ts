import { assert, describe, it } from "@effect/vitest"
import * as Schedules from "../../src/cli/Schedules.ts"
import { timetable } from "../../src/model/CronSchedule.ts"

const now = Date.parse("2026-03-03T14:02:00Z")
const hour = 3_600_000

describe("what a schedule means for a day", () => {
  for (const [text, perDay, longest] of [
    ["7 * * * *", 24, hour],
    ["*/15 * * * *", 96, hour / 4],
    ["0 3 * * *", 1, 24 * hour],
    ["0 8-18/2 * * *", 6, 14 * hour]
  ] as const) {
    it(`"${text}"`, () => {
      assert.deepStrictEqual(Schedules.turns(timetable(text, "UTC"), now), { perDay, longest })
    })
  }

  it("weekly: none within the day", () => {
    assert.strictEqual(Schedules.turns(timetable("0 3 * * 1", "UTC"), now).perDay, 0)
  })

  it("shares the turns that it has together with others, in whatever zone they are, and no others", () => {
    const hourly = timetable("7 * * * *", "UTC")
    const inIndia = timetable("37 * * * *", "Asia/Kolkata")
    const twice = timetable("7,37 * * * *", "UTC")
    assert.strictEqual(Schedules.share(hourly, [], now), 24)
    assert.strictEqual(Schedules.share(hourly, [inIndia], now), 12)
    assert.strictEqual(Schedules.share(twice, [hourly], now), 36)
    assert.strictEqual(Math.round(Schedules.share(hourly, [twice, inIndia], now)), 8)
    assert.strictEqual(Schedules.share(hourly, [timetable("8 * * * *", "UTC")], now), 24)
  })
})
