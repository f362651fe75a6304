import { assert, describe, it } from "@effect/vitest"
import * as Either from "effect/Either"
import * as CronSchedule from "../../src/model/CronSchedule.ts"

/** Turns within (`from`, `until`] in UTC, as "MM-DDThh:mm". */
const turns = (text: string, zone: string, from: string, until: string): ReadonlyArray<string> =>
  CronSchedule.timetable(text, zone)
    .between(Date.parse(from), Date.parse(until))
    .map((at) => new Date(at).toISOString().slice(5, 16))

interface Night {
  readonly zone: string
  /** Before and after the night, in UTC. */
  readonly from: string
  readonly until: string
  readonly turns: Readonly<Record<string, ReadonlyArray<string>>>
}

const nights: Readonly<Record<string, Night>> = {
  "Europe/Prague skips 02:00 to 03:00": {
    zone: "Europe/Prague",
    from: "2027-03-27T23:30:00Z",
    until: "2027-03-28T03:00:00Z",
    turns: {
      "30 2 * * *": ["03-28T01:00"],
      "0,15,30 2 * * *": ["03-28T01:00"],
      "0 2,3,4 * * *": ["03-28T01:00", "03-28T02:00"],
      "30 1-3 * * *": ["03-28T00:30", "03-28T01:00", "03-28T01:30"],
      "30 * * * *": ["03-28T00:30", "03-28T01:30", "03-28T02:30"],
      "15 */2 * * *": ["03-28T02:15"],
      "@hourly": ["03-28T00:00", "03-28T01:00", "03-28T02:00", "03-28T03:00"]
    }
  },
  "Europe/Prague repeats 02:00 to 03:00": {
    zone: "Europe/Prague",
    from: "2027-10-30T22:30:00Z",
    until: "2027-10-31T02:30:00Z",
    turns: {
      "30 2 * * *": ["10-31T00:30"],
      "30 2,3 * * *": ["10-31T00:30", "10-31T02:30"],
      "0 3 * * *": ["10-31T02:00"],
      "30 * * * *": ["10-30T23:30", "10-31T00:30", "10-31T01:30", "10-31T02:30"],
      "15 */2 * * *": ["10-31T00:15", "10-31T01:15"]
    }
  },
  "America/New_York skips 02:00 to 03:00": {
    zone: "America/New_York",
    from: "2027-03-14T05:30:00Z",
    until: "2027-03-14T08:00:00Z",
    turns: { "30 2 * * *": ["03-14T07:00"], "45 * * * *": ["03-14T05:45", "03-14T06:45", "03-14T07:45"], "5 3 * * *": ["03-14T07:05"] }
  },
  "America/New_York repeats 01:00 to 02:00": {
    zone: "America/New_York",
    from: "2027-11-07T04:30:00Z",
    until: "2027-11-07T07:30:00Z",
    turns: { "30 1 * * *": ["11-07T05:30"], "30 * * * *": ["11-07T05:30", "11-07T06:30", "11-07T07:30"], "0 2 * * *": ["11-07T07:00"] }
  },
  "Australia/Lord_Howe skips 02:00 to 02:30": {
    zone: "Australia/Lord_Howe",
    from: "2027-10-02T14:00:00Z",
    until: "2027-10-02T17:00:00Z",
    turns: {
      "15 2 * * *": ["10-02T15:30"],
      "15,45 2 * * *": ["10-02T15:30", "10-02T15:45"],
      "15 * * * *": ["10-02T14:45", "10-02T16:15"]
    }
  },
  "Australia/Lord_Howe repeats 01:30 to 02:00": {
    zone: "Australia/Lord_Howe",
    from: "2027-04-03T13:30:00Z",
    until: "2027-04-03T16:00:00Z",
    turns: {
      "45 1 * * *": ["04-03T14:45"],
      "45 * * * *": ["04-03T13:45", "04-03T14:45", "04-03T15:15"],
      "0 2 * * *": ["04-03T15:30"]
    }
  },
  "America/Santiago skips midnight": {
    zone: "America/Santiago",
    from: "2027-09-04T12:00:00Z",
    until: "2027-09-06T12:00:00Z",
    turns: { "@daily": ["09-05T04:00", "09-06T03:00"], "59 23 * * *": ["09-05T03:59", "09-06T02:59"] }
  },
  "Pacific/Apia skipped a whole date": {
    zone: "Pacific/Apia",
    from: "2011-12-29T12:00:00Z",
    until: "2011-12-31T12:00:00Z",
    turns: { "0 9 * * *": ["12-29T19:00", "12-30T10:00", "12-30T19:00"] }
  }
}

describe("turns in nights when clocks change", () => {
  for (const [name, { from, turns: wanted, until, zone }] of Object.entries(nights)) {
    for (const [text, at] of Object.entries(wanted)) {
      it(`${name}: "${text}"`, () => {
        assert.deepStrictEqual(turns(text, zone, from, until), at)
        const schedule = CronSchedule.timetable(text, zone)
        const [start, end] = [Date.parse(from), Date.parse(until)]
        const onward: Array<number> = []
        for (let next = schedule.next(start); next !== null && next <= end; next = schedule.next(next)) onward.push(next)
        assert.deepStrictEqual(onward, schedule.between(start, end), "one after another")
        assert.strictEqual(schedule.lastBetween(start, end), onward.at(-1) ?? null)
        for (const [index, turn] of onward.entries()) assert.strictEqual(schedule.lastBetween(start, turn - 1), onward[index - 1] ?? null)
      })
    }
  }
})

describe("the days of a schedule", () => {
  for (const [text, wanted] of [
    // 1 June 2026 is a Monday.
    ["0 3 1 * 1", ["06-01T03:00", "06-08T03:00", "06-15T03:00", "06-22T03:00", "06-29T03:00", "07-01T03:00"]],
    ["0 3 2 * 1", ["06-01T03:00", "06-02T03:00", "06-08T03:00", "06-15T03:00", "06-22T03:00", "06-29T03:00", "07-02T03:00"]],
    ["0 3 * * 1", ["06-01T03:00", "06-08T03:00", "06-15T03:00", "06-22T03:00", "06-29T03:00"]],
    ["0 3 2 * *", ["06-02T03:00", "07-02T03:00"]],
    ["0 3 31 * *", []],
    ["@weekly", ["06-07T00:00", "06-14T00:00", "06-21T00:00", "06-28T00:00"]],
    ["@monthly", ["07-01T00:00"]],
    ["0 0 * * 7", ["06-07T00:00", "06-14T00:00", "06-21T00:00", "06-28T00:00"]],
    ["0 0 * jul SAT-Sun", []],
    ["0 0 */10 6 *", ["06-11T00:00", "06-21T00:00"]],
    ["5,10-20/5 12 1 6 *", ["06-01T12:05", "06-01T12:10", "06-01T12:15", "06-01T12:20"]]
  ] as const) {
    it(`"${text}"`, () => assert.deepStrictEqual(turns(text, "UTC", "2026-06-01T00:00:00Z", "2026-07-03T00:00:00Z"), wanted))
  }

  it("come seldom: 29 February, over a year that is no leap year", () => {
    assert.strictEqual(CronSchedule.timetable("0 0 29 2 *", "UTC").next(Date.parse("2096-03-01T00:00:00Z")), Date.parse("2104-02-29T00:00:00Z"))
    assert.strictEqual(CronSchedule.timetable("@yearly", "UTC").next(Date.parse("2026-01-01T00:00:00Z")), Date.parse("2027-01-01T00:00:00Z"))
  })
})

describe("a text that is no schedule", () => {
  for (const text of [
    ..."0 0 7 * * *,* * * *,0 0 L * *,0 0 ? * *,0 0 * * 1#2,0 0 15W * *,60 * * * *,* 24 * * *,0 0 0 * *,0 0 * 13 *,0 0 * * 8,5/15 * * * *,*/0 * * * *".split(
      ","
    ),
    ..."@hour|@annually|@midnight|@reboot|@HOURLY||0 0 30 2 *|0 0 31 4,6 *|20-10 * * * *|1-2-3 * * * *|,1 * * * *|-1 * * * *|1.5 * * * *|0 0 * mon *|* * * * fri-mon".split(
      "|"
    )
  ]) {
    it(`refuses "${text}"`, () => {
      const parsed = CronSchedule.parse(text)
      assert.isTrue(Either.isLeft(parsed))
      if (Either.isLeft(parsed)) assert.match(parsed.left, /^is not a schedule[;:] /)
    })
  }
})
