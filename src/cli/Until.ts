/** When something ends, as typed: `2h`, `3d`, a day, or a day with a time. */
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { UsageError } from "./UsageError.ts"

const units: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 }

const zoned = (text: string, zone: DateTime.TimeZone): Option.Option<number> => {
  const [year = 0, month = 0, day = 0, hours = 0, minutes = 0, seconds = 0] =
    /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2}))?)?$/
      .exec(text)
      ?.slice(1)
      .map((part) => Number(part ?? 0)) ?? []
  const wholeDay = /^[\d-]+$/.test(text)
  return DateTime.makeZoned({ year, month, day, hours: wholeDay ? 12 : hours, minutes, seconds }, { timeZone: zone, adjustForTimeZone: true }).pipe(
    // A day that the month does not have would be taken for one of the next.
    Option.filter((time) => DateTime.getPart(time, "month") === month && DateTime.getPart(time, "day") === day && hours < 24 && minutes < 60 && seconds < 60),
    // As in exceptions.csv: to the end of that day.
    Option.map((time) => DateTime.toEpochMillis(wholeDay ? DateTime.endOf(time, "day") : time))
  )
}

const read = (text: string, zone: DateTime.TimeZone, now: number): Option.Option<number> => {
  const [, count, unit] = /^(\d{1,6})([mhd])$/.exec(text) ?? []
  if (count !== undefined && unit !== undefined) return Option.some(now + Number(count) * (units[unit] ?? 0))
  if (!/^\d{4}-\d{2}-\d{2}/.test(text)) return Option.none()
  if (/(Z|[+-]\d{2}:?\d{2})$/i.test(text) && /[T ]\d{2}:\d{2}/.test(text)) return Option.filter(Option.some(Date.parse(text)), Number.isFinite)
  return zoned(text, zone)
}

/** Epoch milliseconds, always after `now`. Times without a zone are of `zone`; a day alone lasts to its end. */
export const parse = (text: string, zone: DateTime.TimeZone, now: number): Effect.Effect<number, UsageError> => {
  const until = Option.getOrNull(read(text.trim(), zone, now))
  if (until === null) {
    return Effect.fail(
      new UsageError({ message: `${JSON.stringify(text)} is no time; write how long, such as 2h or 3d, or until when, such as 2026-04-01 or 2026-04-01T15:00` })
    )
  }
  return until > now ? Effect.succeed(until) : Effect.fail(new UsageError({ message: `${JSON.stringify(text)} is over already` }))
}
