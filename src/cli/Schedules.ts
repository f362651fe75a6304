/** When syncs run by their schedule, and what connections allow a day. */
import * as DateTime from "effect/DateTime"
import * as Option from "effect/Option"
import type { Config, Scheduled } from "../config/Config.ts"
import * as CronSchedule from "../model/CronSchedule.ts"
import type { Timetable } from "../model/CronSchedule.ts"
import * as Connections from "../run/Connections.ts"
import type { Environment } from "./Environment.ts"

const day = 86_400_000

/** The sync's zone, else the machine's. */
export const zone = ({ timezone }: Scheduled): DateTime.TimeZone =>
  (timezone === null ? Option.none<DateTime.TimeZone>() : DateTime.zoneMakeNamed(timezone)).pipe(Option.getOrElse(() => DateTime.zoneMakeLocal()))

/** Null where the sync has no schedule. */
export const timetable = ({ schedule, timezone }: Pick<Scheduled, "schedule" | "timezone">): Timetable | null =>
  schedule === null ? null : CronSchedule.timetable(schedule, timezone)

/** How often a schedule is due within a day of `now`, and the longest time between two turns in milliseconds. */
export const turns = (schedule: Timetable, now: number): { readonly perDay: number; readonly longest: number } => {
  const today = schedule.between(now, now + day)
  const after = schedule.next(now + day)
  const all = [...(today.length === 0 ? [now] : today), ...(after === null ? [] : [after])]
  return { perDay: today.length, longest: all.reduce((longest, at, index) => Math.max(longest, at - (all[index - 1] ?? at)), 0) }
}

/** What falls to one schedule of the turns that it has within a day of `now`: of each that others have at the same moment an equal part. */
export const share = (schedule: Timetable, others: ReadonlyArray<Timetable>, now: number): number => {
  const taken = others.map((other) => new Set(other.between(now, now + day)))
  return schedule.between(now, now + day).reduce((sum, at) => sum + 1 / (1 + taken.filter((turns) => turns.has(at)).length), 0)
}

/** Calls that a connection's limit and budget allow a day; null where no limit is known. */
export const callsPerDay = ({ connectors }: Environment, config: Config, name: string): number | null => {
  const connection = config.connections.get(name)
  const connector = connection === undefined ? undefined : connectors.get(connection.connector)
  if (connection === undefined || connector === undefined) return null
  const windows = Connections.windows(connector, connection).windows.filter((window) => window.endpoint === null)
  return windows.length === 0 ? null : Math.floor(Math.min(...windows.map((window) => (window.calls * day) / window.perMillis)))
}
