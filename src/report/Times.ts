/** Times and durations as people say them. Epoch milliseconds and milliseconds in, text out. */
import * as DateTime from "effect/DateTime"
import type { View } from "./View.ts"

const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

interface Parts {
  readonly weekday: string
  readonly day: string
  readonly month: string
  readonly year: string
  readonly time: string
}

const formats = new Map<string, Intl.DateTimeFormat>()

// Making one costs a thousand times more than using it, and a report tells many times.
const format = (locale: string, zone: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat => {
  const key = JSON.stringify([locale, zone, options])
  const known = formats.get(key)
  if (known !== undefined) return known
  const made = new Intl.DateTimeFormat(locale, { ...options, timeZone: zone })
  formats.set(key, made)
  return made
}

const parts = (at: number, zone: string): Parts => {
  const found = new Map(
    format("en-GB", zone, {
      weekday: "short",
      day: "numeric",
      month: "short",
      year: "numeric",
      hour: "2-digit",
      minute: "2-digit",
      hourCycle: "h23"
    })
      .formatToParts(at)
      .map((part) => [part.type, part.value])
  )
  const get = (type: Intl.DateTimeFormatPartTypes): string => found.get(type) ?? ""
  return {
    weekday: get("weekday"),
    day: get("day"),
    // Newer ICU data writes "Sept".
    month: get("month").slice(0, 3),
    year: get("year"),
    time: `${get("hour")}:${get("minute")}`
  }
}

/** "15:02" today, "Fri 14:30" within six days, "3 Mar 15:32" in this year, "3 Mar 2025 15:32" otherwise. */
export const at = (view: Pick<View, "now" | "zone">, time: number): string => {
  const now = parts(view.now, view.zone)
  const then = parts(time, view.zone)
  if (then.day === now.day && then.month === now.month && then.year === now.year) return then.time
  if (Math.abs(time - view.now) < 6 * DAY) return `${then.weekday} ${then.time}`
  if (then.year === now.year) return `${then.day} ${then.month} ${then.time}`
  return `${then.day} ${then.month} ${then.year} ${then.time}`
}

/** "Tue 3 Mar 2026 15:02 CET": for what is kept and read on another day. */
export const dated = (view: Pick<View, "zone">, time: number): string => {
  const { day, month, time: clock, weekday, year } = parts(time, view.zone)
  return `${weekday} ${day} ${month} ${year} ${clock} ${zoneName(time, view.zone)}`
}

/** As `at`, with the zone: "15:02 CET", "09:02 EST", "02:30 GMT+5:30". */
export const atWithZone = (view: Pick<View, "now" | "zone">, time: number): string => `${at(view, time)} ${zoneName(time, view.zone)}`

// Short names of zones are known by region only: the British data know CET, the American ones EST.
const zoneName = (time: number, zone: string): string => {
  const names = ["en-GB", "en-US", "en-AU"].map(
    (locale) =>
      format(locale, zone, { timeZoneName: "short" })
        .formatToParts(time)
        .find((part) => part.type === "timeZoneName")?.value ?? ""
  )
  return names.find((name) => !/^(GMT|UTC)[+-]/u.test(name)) ?? names[0] ?? zone
}

/** "under 1 s", "12 s", "24 min", "1 h 13", "6 h", "3 d 4 h". Rounded to the smallest unit shown. */
export const duration = (millis: number): string => {
  if (millis < SECOND) return "under 1 s"
  if (Math.round(millis / SECOND) < 60) return `${Math.round(millis / SECOND)} s`
  const minutes = Math.round(millis / MINUTE)
  if (minutes < 60) return `${minutes} min`
  const hours = Math.floor(minutes / 60)
  if (hours < 48) return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${String(minutes % 60).padStart(2, "0")}`
  const rounded = Math.round(millis / HOUR)
  return rounded % 24 === 0 ? `${rounded / 24} d` : `${Math.floor(rounded / 24)} d ${rounded % 24} h`
}

/** ISO 8601 in UTC, for machines. */
export const iso = (time: number): string => DateTime.formatIso(DateTime.unsafeMake(time))

/** As `iso`; null stays null. */
export const isoOrNull = (time: number | null): string | null => (time === null ? null : iso(time))
