/** When something ends, as typed: `2h`, `3d`, a day, or a day with a time. */
import type * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Moment from "./Moment.ts"
import { UsageError } from "./UsageError.ts"

const units: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 }

const read = (text: string, zone: DateTime.TimeZone, now: number): Option.Option<number> => {
  const [, count, unit] = /^(\d{1,6})([mhd])$/.exec(text) ?? []
  if (count !== undefined && unit !== undefined) return Option.some(now + Number(count) * (units[unit] ?? 0))
  // As in exceptions.csv: to the end of that day.
  return Option.map(Moment.read(text, zone), ({ to }) => to)
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
