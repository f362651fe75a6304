/** When syncs run by their schedule, and what connections allow a day. */
import * as Cron from "effect/Cron"
import * as DateTime from "effect/DateTime"
import * as Option from "effect/Option"
import type { Config, Scheduled } from "../config/Config.ts"
import * as Connections from "../run/Connections.ts"
import type { Environment } from "./Environment.ts"

const day = 86_400_000

/** The sync's zone, else the machine's. */
export const zone = ({ timezone }: Scheduled): DateTime.TimeZone =>
  (timezone === null ? Option.none<DateTime.TimeZone>() : DateTime.zoneMakeNamed(timezone)).pipe(Option.getOrElse(() => DateTime.zoneMakeLocal()))

export const cron = (sync: Scheduled): Option.Option<Cron.Cron> =>
  sync.schedule === null ? Option.none() : Option.getRight(Cron.parse(sync.schedule, zone(sync)))

/** How often a schedule is due within a day of `now`, and the longest time between two turns in milliseconds. */
export const turns = (schedule: Cron.Cron, now: number): { readonly perDay: number; readonly longest: number } => {
  let [count, longest, before] = [0, 0, now]
  for (const date of Cron.sequence(schedule, DateTime.toDateUtc(DateTime.unsafeMake(now)))) {
    const at = date.getTime()
    if (count > 0 || at > now + day) longest = Math.max(longest, at - before)
    if (at > now + day) break
    count += 1
    before = at
  }
  return { perDay: count, longest }
}

/** What falls to one schedule of the turns that it has within a day of `now`: of each that others have at the same moment an equal part. */
export const share = (schedule: Cron.Cron, others: ReadonlyArray<Cron.Cron>, now: number): number => {
  let sum = 0
  for (const date of Cron.sequence(schedule, DateTime.toDateUtc(DateTime.unsafeMake(now)))) {
    if (date.getTime() > now + day) break
    sum += 1 / (1 + others.filter((other) => Cron.match(other, date)).length)
  }
  return sum
}

/** Calls that a connection's limit and budget allow a day; null where no limit is known. */
export const callsPerDay = ({ connectors }: Environment, config: Config, name: string): number | null => {
  const connection = config.connections.get(name)
  const connector = connection === undefined ? undefined : connectors.get(connection.connector)
  if (connection === undefined || connector === undefined) return null
  const windows = Connections.windows(connector, connection).windows.filter((window) => window.endpoint === null)
  return windows.length === 0 ? null : Math.floor(Math.min(...windows.map((window) => (window.calls * day) / window.perMillis)))
}
