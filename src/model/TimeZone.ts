/** Wall clocks of time zones by the data that Node carries. A wall time is written as epoch milliseconds, as if the zone were UTC. */

export interface TimeZone {
  readonly name: string
  /** What the wall clock is ahead of UTC at a moment, in milliseconds. */
  readonly offset: (at: number) => number
}

/** Whether the name is one of the time zone database that Node carries. */
export const isKnown = (name: string): boolean => {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: name }).resolvedOptions().timeZone !== ""
  } catch {
    return false
  }
}

/** The machine's zone. */
export const local = (): string => new Intl.DateTimeFormat("en").resolvedOptions().timeZone

/** `name` is a known zone. */
export const make = (name: string): TimeZone => {
  const format = new Intl.DateTimeFormat("en-US", {
    timeZone: name,
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
    hourCycle: "h23"
  })
  const offset = (at: number): number => {
    const parts = new Map(format.formatToParts(at).map(({ type, value }) => [type, Number(value)]))
    const get = (type: Intl.DateTimeFormatPartTypes): number => parts.get(type) ?? 0
    const wall = Date.UTC(get("year"), get("month") - 1, get("day"), get("hour"), get("minute"), get("second"))
    return wall - Math.floor(at / 1000) * 1000
  }
  return { name, offset }
}

const dayMillis = 86_400_000

/** Midnight of the date that the wall clock shows. */
export const dateAt = ({ offset }: TimeZone, at: number): number => Math.floor((at + offset(at)) / dayMillis) * dayMillis

export interface Moments {
  /** When the wall clock shows the time, earliest first: none where it skips it, two where it repeats it. */
  readonly at: ReadonlyArray<number>
  /** Where it is skipped: the moment of the jump. */
  readonly jump: number
}

/** The first moment of (`before`, `after`] with the offset of `after`. */
const jumpBetween = ({ offset }: TimeZone, before: number, after: number): number => {
  const later = offset(after)
  let [low, high] = [before, after]
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2)
    if (offset(middle) === later) high = middle
    else low = middle
  }
  return high
}

/** When the wall clock shows the times of the date that begins at the wall time `midnight`. */
export const momentsIn = (zone: TimeZone, midnight: number): ((wall: number) => Moments) => {
  // No zone is more than 14 hours from UTC, and none changes twice within three days.
  const [before, after] = [zone.offset(midnight - dayMillis), zone.offset(midnight + 2 * dayMillis)]
  if (before === after) return (wall) => ({ at: [wall - before], jump: wall - before })
  const jump = jumpBetween(zone, midnight - dayMillis, midnight + 2 * dayMillis)
  return (wall) => ({ at: [wall - before, wall - after].filter((at, index) => (index === 0 ? at < jump : at >= jump)), jump })
}
