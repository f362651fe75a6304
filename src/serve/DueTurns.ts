/** Which turns are due, by what the wall clock shows now and showed when it was last looked at. */
import type { Timetable } from "../model/CronSchedule.ts"
import { toleranceMillis } from "../model/StoredTime.ts"

/** When one sync runs by itself. */
export interface Turn {
  readonly sync: string
  readonly schedule: string
  /** Null: the machine's. */
  readonly timezone: string | null
  readonly timetable: Timetable
  /** When its last turn ran, before this process (epoch milliseconds): turns since then were missed. Null: none is known. */
  readonly ranAt: number | null
}

/** `at`: the time that the schedule names, epoch milliseconds. */
export interface Due {
  readonly turn: Turn
  readonly at: number
}

export interface Found {
  readonly due: ReadonlyArray<Due>
  /** Due longer ago than ticks are apart, each with its last time: nobody looked at the clock then, or it was set forward. */
  readonly missed: ReadonlyArray<Due>
  /** By how much the clock was set back since the last look, in milliseconds; null: it was not. */
  readonly setBack: number | null
}

/** Turns that are noticed later than this were missed. */
const lateMillis = 300_000

const meaning = ({ schedule, timezone }: Turn): string => JSON.stringify([schedule, timezone])

/** Makes what looks at the clock. Each turn is found once; a schedule that is new or changed counts from the last look on. */
export const make = (): ((turns: ReadonlyArray<Turn>, now: number) => Found) => {
  let lookedAt: number | null = null
  /** What each sync's turns meant, and until when they were looked for. */
  const seen = new Map<string, { readonly meaning: string; readonly until: number }>()
  return (turns, now) => {
    const [starting, before] = [lookedAt === null, lookedAt ?? now]
    const setBack = before - now > toleranceMillis ? before - now : null
    // Within the tolerance nothing is due until the clock has come there again.
    lookedAt = setBack === null ? Math.max(before, now) : now
    const found = turns.flatMap((turn) => {
      const known = seen.get(turn.sync)
      const first = starting ? (turn.ranAt ?? now) : before
      const from = Math.min(known?.meaning === meaning(turn) ? known.until : first, setBack === null ? Infinity : now)
      seen.set(turn.sync, { meaning: meaning(turn), until: Math.max(setBack === null ? from : now, now) })
      const at = turn.timetable.lastBetween(from, now)
      return at === null ? [] : [{ turn, at }]
    })
    const names = new Set(turns.map(({ sync }) => sync))
    for (const sync of seen.keys()) if (!names.has(sync)) seen.delete(sync)
    return { due: found.filter(({ at }) => now - at <= lateMillis), missed: found.filter(({ at }) => now - at > lateMillis), setBack }
  }
}
