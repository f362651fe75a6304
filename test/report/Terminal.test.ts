import { assert, describe, it } from "@effect/vitest"
import * as Columns from "../../src/report/Columns.ts"
import * as Progress from "../../src/report/Progress.ts"
import * as Terminal from "../../src/report/Terminal.ts"
import * as Times from "../../src/report/Times.ts"
import * as View from "../../src/report/View.ts"
import * as S from "./Samples.ts"

const MINUTE = 60_000

describe("View.surroundings", () => {
  const tty = { isTTY: true, columns: 100 }
  it("has colours only on a terminal, unless told otherwise", () => {
    assert.deepStrictEqual(View.surroundings(tty, {}, false), { width: 100, color: true })
    assert.isTrue(View.surroundings(tty, { NO_COLOR: "" }, false).color)
    assert.isFalse(View.surroundings(tty, { NO_COLOR: "1" }, false).color)
    assert.isFalse(View.surroundings(tty, { TERM: "dumb" }, false).color)
    assert.isFalse(View.surroundings(tty, {}, true).color)
    assert.deepStrictEqual(View.surroundings({ isTTY: false, columns: 40 }, {}, false), { width: View.DEFAULT_WIDTH, color: false })
    assert.strictEqual(Terminal.paint({ color: false }, "bad", "x"), "x")
    assert.strictEqual(Terminal.paint({ color: true }, "bad", "x"), "\u001b[31mx\u001b[0m")
  })
})

describe("Columns", () => {
  it("align by what characters take on the screen", () => {
    assert.deepStrictEqual(
      Columns.table(
        [
          ["宽", "1"],
          ["e\u0301x", "22"],
          ["Žluťoučký", "3"]
        ],
        { right: [1], limits: [5] }
      ),
      ["宽      1", "e\u0301x     22", "Žluť…   3"]
    )
  })

  it("wrap between words, never inside a command", () => {
    assert.deepStrictEqual(Columns.wrap("one two three   groupbridge held H-1", 13), ["one two three", "groupbridge held H-1"])
  })
})

describe("Times", () => {
  it("tell the day only where it is another one, in the view's zone", () => {
    const time = (text: string): string => Times.at(S.view, Date.parse(text))
    assert.strictEqual(time("2026-03-03T13:07:00Z"), "14:07")
    assert.strictEqual(time("2026-03-02T23:30:00Z"), "00:30")
    assert.strictEqual(time("2026-03-02T22:30:00Z"), "Mon 23:30")
    assert.strictEqual(time("2026-03-06T13:30:00Z"), "Fri 14:30")
    assert.strictEqual(time("2026-01-12T13:30:00Z"), "12 Jan 14:30")
    assert.strictEqual(time("2025-09-11T13:30:00Z"), "11 Sep 2025 15:30")
    assert.strictEqual(Times.atWithZone(S.view, S.NOW), "15:02 CET")
    assert.strictEqual(Times.atWithZone({ ...S.view, zone: "America/New_York" }, S.NOW), "09:02 EST")
  })

  it("tell durations in two units at the most", () => {
    const texts = [300, 12_400, 59_900, 24 * MINUTE, 73 * MINUTE, 360 * MINUTE, 583 * MINUTE, 76 * 60 * MINUTE].map(Times.duration)
    assert.deepStrictEqual(texts, ["under 1 s", "12 s", "1 min", "24 min", "1 h 13", "6 h", "9 h 43", "3 d 4 h"])
  })
})

describe("Progress", () => {
  const state: Progress.ProgressState = {
    label: "fill",
    done: 1311,
    total: 6032,
    calls: 1540,
    rate: 789.6,
    shareOfAllowance: 0.97,
    limited: 0,
    endsAt: S.NOW + 583 * MINUTE
  }

  it("is one line that never leaves the terminal's width", () => {
    assert.strictEqual(Progress.render(state, 120, S.view), "fill 21 %  1,311/6,032  1,540 calls, 790/h, 97 % of allowance, 0 x 429  9 h 43 left (Wed 00:45)")
    for (const width of [20, 40, 60, 80]) assert.isAtMost(Terminal.width(Progress.render({ ...state, label: "宽\u001b".repeat(50) }, width, S.view)), width)
    assert.include(
      Progress.render({ ...state, total: null, endsAt: null, rate: null, shareOfAllowance: null }, 80, S.view),
      "fill  1,311  1,540 calls, 0 x 429"
    )
  })

  it("prints plain lines at most every half minute", () => {
    const due = (seconds: number, last: number | null): boolean => Progress.due(state, seconds * 1000, 0, last === null ? null : last * 1000)
    assert.deepStrictEqual([due(29, null), due(30, null), due(59, 30), due(60, 30)], [false, true, false, true])
    assert.isTrue(Progress.due({ ...state, done: 6032 }, 31_000, 0, 30_000))
    assert.isFalse(Progress.due({ ...state, done: 6032 }, 5000, 0, null))
  })
})
