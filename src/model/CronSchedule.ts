/**
 * Cron schedules: five fields (minute, hour, day of month, month, day of week) or one of five nicknames. This is the only reader of schedules: what
 * `serve` runs, `status` announces and `check` counts come from here.
 *
 * Days follow POSIX: where day of month and day of week are both something else than `*`, a day that fits either one counts. An hour field of `*` or
 * `*\/N` fires at every moment at which the wall clock shows a time that fits: twice in a repeated hour, never in a skipped one. Every other hour
 * field fires once for each wall time that it names: at the jump where the wall clock skips that time, at the first of two where it repeats it.
 */
import * as Either from "effect/Either"
import * as TimeZone from "./TimeZone.ts"

export interface CronSchedule {
  readonly minutes: ReadonlyArray<number>
  readonly hours: ReadonlyArray<number>
  readonly days: ReadonlySet<number>
  /** 1 to 12. */
  readonly months: ReadonlySet<number>
  /** 0 is Sunday. */
  readonly weekdays: ReadonlySet<number>
  /** Both day fields are restricted, so a day that fits either one counts. */
  readonly eitherDay: boolean
  /** The hour field is `*` or `*\/N`. */
  readonly elapsed: boolean
}

interface Field {
  readonly name: string
  readonly least: number
  readonly most: number
  /** Names that stand for numbers, the first for `least`. */
  readonly names: ReadonlyArray<string>
}

const fields: readonly [Field, Field, Field, Field, Field] = [
  { name: "minute", least: 0, most: 59, names: [] },
  { name: "hour", least: 0, most: 23, names: [] },
  { name: "day of month", least: 1, most: 31, names: [] },
  { name: "month", least: 1, most: 12, names: ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"] },
  { name: "day of week", least: 0, most: 7, names: ["sun", "mon", "tue", "wed", "thu", "fri", "sat"] }
]

const nicknames: ReadonlyMap<string, string> = new Map([
  ["@hourly", "0 * * * *"],
  ["@daily", "0 0 * * *"],
  ["@weekly", "0 0 * * 0"],
  ["@monthly", "0 0 1 * *"],
  ["@yearly", "0 0 1 1 *"]
])

const wanted = `write five fields (minute, hour, day of month, month, day of week), such as "7 * * * *", or one of ${[...nicknames.keys()].join(", ")}`

const valueOf = ({ least, most, names }: Field, text: string): number | null => {
  const named = names.indexOf(text.toLowerCase())
  if (named !== -1) return named + least
  const value = /^\d{1,2}$/.test(text) ? Number(text) : -1
  return value >= least && value <= most ? value : null
}

/** The values of one item of a field's list (`*`, `5`, `1-5`, `*\/15`, `8-18/2`), or null where it is none. */
const valuesOf = (field: Field, item: string): ReadonlyArray<number> | null => {
  const [, range = "", by] = /^([^/]+)(?:\/(\d{1,2}))?$/.exec(item) ?? []
  const step = by === undefined ? 1 : Number(by)
  const [from = "", to, ...more] = range.split("-")
  if (step === 0 || more.length > 0 || (by !== undefined && range !== "*" && to === undefined)) return null
  const first = range === "*" ? field.least : valueOf(field, from)
  // Sunday ends a week as well as it begins one.
  const sunday = field.most === 7 && to?.toLowerCase() === "sun" ? 7 : null
  const last =
    range === "*" ? Math.min(field.most, field.least + (field.most === 7 ? 6 : field.most)) : to === undefined ? first : (sunday ?? valueOf(field, to))
  if (first === null || last === null || first > last) return null
  return Array.from({ length: Math.floor((last - first) / step) + 1 }, (_, index) => first + index * step)
}

const setOf = (field: Field, text: string): Either.Either<ReadonlySet<number>, string> => {
  const values = text.split(",").map((item) => ({ item, values: valuesOf(field, item) }))
  const wrong = values.find((one) => one.values === null)
  if (wrong === undefined) return Either.right(new Set(values.flatMap((one) => one.values ?? [])))
  const most = field.most === 7 ? "7 (0 and 7 are Sunday)" : String(field.most)
  return Either.left(
    `is not a schedule: ${JSON.stringify(wrong.item)} is not understood as ${field.name}; write *, a number from ${field.least} to ${most}, a range 1-5, a step */15 or 1-9/2, or a list of those`
  )
}

/** The longest month of each number. */
const longest = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

const sorted = (values: ReadonlySet<number>): ReadonlyArray<number> => [...values].sort((left, right) => left - right)

/** The schedule that a text says; else what is wrong with the text, as the rest of a sentence that begins with it. */
export const parse = (text: string): Either.Either<CronSchedule, string> =>
  Either.gen(function* () {
    const trimmed = text.trim()
    const parts = (nicknames.get(trimmed) ?? trimmed).split(/[ \t]+/)
    const [minute = "", hour = "", day = "", month = "", weekday = ""] = parts
    if (trimmed.startsWith("@") && !nicknames.has(trimmed)) return yield* Either.left(`is not a schedule; ${wanted}`)
    if (parts.length !== 5) return yield* Either.left(`is not a schedule; ${wanted}`)
    const minutes = yield* setOf(fields[0], minute)
    const hours = yield* setOf(fields[1], hour)
    const days = yield* setOf(fields[2], day)
    const months = yield* setOf(fields[3], month)
    const weekdays = yield* setOf(fields[4], weekday)
    const eitherDay = day !== "*" && weekday !== "*"
    if (!eitherDay && ![...months].some((one) => Math.min(...days) <= (longest[one - 1] ?? 0)))
      return yield* Either.left(`is not a schedule: no month that it names has a day ${day}, so it would never run`)
    return {
      minutes: sorted(minutes),
      hours: sorted(hours),
      days,
      months,
      weekdays: new Set([...weekdays].map((one) => one % 7)),
      eitherDay,
      elapsed: /^\*(?:\/\d+)?$/.test(hour)
    }
  })

const minuteMillis = 60_000
const hourMillis = 60 * minuteMillis
const dayMillis = 24 * hourMillis

/** Between 29 February and the next one lie eight years at most. */
const farthest = 9 * 366

/** `day`: midnight of a date, written as if it were UTC. */
const includes = (schedule: CronSchedule, day: number): boolean => {
  const date = new Date(day)
  if (!schedule.months.has(date.getUTCMonth() + 1)) return false
  const [byDate, byWeekday] = [schedule.days.has(date.getUTCDate()), schedule.weekdays.has(date.getUTCDay())]
  return schedule.eitherDay ? byDate || byWeekday : byDate && byWeekday
}

/** The turns of one date in the zone, earliest first, each once. */
const turnsOf = (schedule: CronSchedule, zone: TimeZone.TimeZone, day: number): ReadonlyArray<number> => {
  if (!includes(schedule, day)) return []
  const walls = schedule.hours.flatMap((hour) => schedule.minutes.map((minute) => day + hour * hourMillis + minute * minuteMillis))
  const moments = TimeZone.momentsIn(zone, day)
  const turns = walls.flatMap((wall) => {
    const { at, jump } = moments(wall)
    if (schedule.elapsed) return at
    return at.length > 0 ? at.slice(0, 1) : [jump]
  })
  return [...new Set(turns)].sort((left, right) => left - right)
}

const next = (schedule: CronSchedule, zone: TimeZone.TimeZone, after: number): number | null => {
  // A turn moves to a later date where its own is skipped.
  const first = TimeZone.dateAt(zone, after) - dayMillis
  for (let ahead = 0; ahead < farthest; ahead += 1) {
    const found = turnsOf(schedule, zone, first + ahead * dayMillis).find((at) => at > after)
    if (found !== undefined) return found
  }
  return null
}

const lastBetween = (schedule: CronSchedule, zone: TimeZone.TimeZone, after: number, until: number): number | null => {
  const first = TimeZone.dateAt(zone, after) - dayMillis
  for (let day = TimeZone.dateAt(zone, until); day >= first; day -= dayMillis) {
    const found = turnsOf(schedule, zone, day).findLast((at) => at > after && at <= until)
    if (found !== undefined) return found
  }
  return null
}

const between = (schedule: CronSchedule, zone: TimeZone.TimeZone, after: number, until: number): ReadonlyArray<number> => {
  const turns = new Set<number>()
  for (let day = TimeZone.dateAt(zone, after) - dayMillis; day <= TimeZone.dateAt(zone, until); day += dayMillis) {
    for (const at of turnsOf(schedule, zone, day)) if (at > after && at <= until) turns.add(at)
  }
  return [...turns].sort((left, right) => left - right)
}

/** The turns of a schedule in a time zone. Times are epoch milliseconds. */
export interface Timetable {
  /** The first turn later than `after`; null where none comes within nine years. */
  readonly next: (after: number) => number | null
  /** The last turn later than `after` and not later than `until`; null where there was none. */
  readonly lastBetween: (after: number, until: number) => number | null
  /** Every turn later than `after` and not later than `until`, earliest first. */
  readonly between: (after: number, until: number) => ReadonlyArray<number>
}

/** `text` is a schedule that the config accepted. `timezone` null: the machine's. */
export const timetable = (text: string, timezone: string | null): Timetable => {
  const schedule = Either.getOrThrowWith(parse(text), (fault) => new Error(`${JSON.stringify(text)} ${fault}`))
  const zone = TimeZone.make(timezone ?? TimeZone.local())
  return {
    next: (after) => next(schedule, zone, after),
    lastBetween: (after, until) => lastBetween(schedule, zone, after, until),
    between: (after, until) => between(schedule, zone, after, until)
  }
}
