import { assert, describe, it } from "@effect/vitest"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Until from "../../src/cli/Until.ts"

const prague = DateTime.zoneUnsafeMakeNamed("Europe/Prague")
const now = Date.parse("2026-03-02T10:00:00Z")

describe("the end of a pause", () => {
  it.effect.each([
    ["90m", "2026-03-02T11:30:00.000Z"],
    ["2h", "2026-03-02T12:00:00.000Z"],
    ["3d", "2026-03-05T10:00:00.000Z"],
    ["18:30", "2026-03-02T17:30:00.000Z"],
    ["06:00", "2026-03-03T05:00:00.000Z"],
    ["11:00", "2026-03-03T10:00:00.000Z"],
    ["2026-03-02", "2026-03-02T22:59:59.999Z"],
    // The clocks go forward that morning.
    ["2026-03-29", "2026-03-29T21:59:59.999Z"],
    ["2026-04-01T15:00", "2026-04-01T13:00:00.000Z"],
    ["2026-04-01 00:00:30", "2026-03-31T22:00:30.000Z"],
    ["2026-04-01T15:00Z", "2026-04-01T15:00:00.000Z"],
    ["2026-04-01T15:00:00-05:00", "2026-04-01T20:00:00.000Z"]
  ])("%s is %s", ([text = "", iso]) =>
    Effect.map(Until.parse(text, prague, now), (until) => assert.strictEqual(DateTime.formatIso(DateTime.unsafeMake(until)), iso))
  )

  it.effect.each([
    "",
    "soon",
    "2",
    "0h",
    "-2h",
    "2w",
    "24:00",
    "9:60",
    "2026-02-31",
    "2026-13-01",
    "2026-04-01T25:00",
    "2026-04-01T15",
    "2026-03-01",
    "2026-03-02T09:00Z"
  ])("%s is refused", (text) => Effect.asVoid(Effect.flip(Until.parse(text, prague, now))))
})
