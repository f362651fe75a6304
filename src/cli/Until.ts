/** When something ends, as typed: `2h`, `3d`, `06:00`, a day, or a day with a time. */
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Moment from "./Moment.ts"
import { UsageError } from "./UsageError.ts"

const units: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 }

/** The next time that clocks of the zone show this. */
const nextAt = (hours: number, minutes: number, zone: DateTime.TimeZone, now: number): Option.Option<number> =>
  Option.map(DateTime.makeZoned(now, { timeZone: zone }), (here) => {
    const today = DateTime.setParts(here, { hours, minutes, seconds: 0, millis: 0 })
    return DateTime.toEpochMillis(DateTime.toEpochMillis(today) > now ? today : DateTime.add(today, { days: 1 }))
  })

const read = (text: string, zone: DateTime.TimeZone, now: number): Option.Option<number> => {
  const [, count, unit] = /^(\d{1,6})([mhd])$/.exec(text) ?? []
  if (count !== undefined && unit !== undefined) return Option.some(now + Number(count) * (units[unit] ?? 0))
  const [, hours, minutes] = /^([01]?\d|2[0-3]):([0-5]\d)$/.exec(text) ?? []
  if (hours !== undefined && minutes !== undefined) return nextAt(Number(hours), Number(minutes), zone, now)
  // As in exceptions.csv: to the end of that day.
  return Option.map(Moment.read(text, zone), ({ to }) => to)
}

/** Epoch milliseconds, always after `now`. Times without a zone are of `zone`; a day alone lasts to its end. */
export const parse = (text: string, zone: DateTime.TimeZone, now: number): Effect.Effect<number, UsageError> => {
  const until = Option.getOrNull(read(text.trim(), zone, now))
  if (until === null) {
    return Effect.fail(
      new UsageError({
        message: `${JSON.stringify(text)} is no time; write how long, such as 2h or 3d, or until when, such as 18:00, 2026-04-01 or 2026-04-01T15:00`
      })
    )
  }
  return until > now ? Effect.succeed(until) : Effect.fail(new UsageError({ message: `${JSON.stringify(text)} is over already` }))
}
