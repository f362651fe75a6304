/** Days and times as typed: `2026-04-01`, or with a time; without a zone they are of the local one. */
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { UsageError } from "./UsageError.ts"

/** From the first to the last millisecond of what is meant: a whole day, or one moment. */
export interface Span {
  readonly from: number
  readonly to: number
}

const zoned = (text: string, zone: DateTime.TimeZone): Option.Option<Span> => {
  const [year = 0, month = 0, day = 0, hours = 0, minutes = 0, seconds = 0] =
    /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2}))?)?$/
      .exec(text)
      ?.slice(1)
      .map((part) => Number(part ?? 0)) ?? []
  const wholeDay = /^[\d-]+$/.test(text)
  return DateTime.makeZoned({ year, month, day, hours: wholeDay ? 12 : hours, minutes, seconds }, { timeZone: zone, adjustForTimeZone: true }).pipe(
    // A day that the month does not have would be taken for one of the next.
    Option.filter((time) => DateTime.getPart(time, "month") === month && DateTime.getPart(time, "day") === day && hours < 24 && minutes < 60 && seconds < 60),
    Option.map((time) => ({
      from: DateTime.toEpochMillis(wholeDay ? DateTime.startOf(time, "day") : time),
      to: DateTime.toEpochMillis(wholeDay ? DateTime.endOf(time, "day") : time)
    }))
  )
}

export const read = (text: string, zone: DateTime.TimeZone): Option.Option<Span> => {
  if (!/^\d{4}-\d{2}-\d{2}/.test(text)) return Option.none()
  if (/(Z|[+-]\d{2}:?\d{2})$/i.test(text) && /[T ]\d{2}:\d{2}/.test(text)) {
    const at = Date.parse(text)
    return Number.isFinite(at) ? Option.some({ from: at, to: at }) : Option.none()
  }
  return zoned(text, zone)
}

/** As `read`; `option` is what was typed before it. */
export const parse = (option: string, text: string, zone: DateTime.TimeZone): Effect.Effect<Span, UsageError> =>
  Option.match(read(text.trim(), zone), {
    onNone: () =>
      Effect.fail(
        new UsageError({ message: `${option} ${JSON.stringify(text)} is no date; write a day, such as 2026-04-01, or a time, such as 2026-04-01T15:00` })
      ),
    onSome: Effect.succeed
  })

/** The zone of this machine. */
export const here: DateTime.TimeZone = DateTime.zoneMakeLocal()
