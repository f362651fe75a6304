/** What syncs cost by their schedules, and whether limits and budgets allow it. */
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as ReadCost from "../calls/ReadCost.ts"
import type { Config, Scheduled, SyncConfig } from "../config/Config.ts"
import type { StateError } from "../contract/StateError.ts"
import type { Timetable } from "../model/CronSchedule.ts"
import type { ScheduleCost } from "../model/Overview.ts"
import * as Times from "../report/Times.ts"
import * as Wording from "../report/Wording.ts"
import * as Connections from "../run/Connections.ts"
import { OperationsStore } from "../run/OperationsStore.ts"
import type { Environment } from "./Environment.ts"
import * as Schedules from "./Schedules.ts"

const day = 86_400_000

const connectorOf = ({ connectors }: Environment, { connections }: Config, name: string) => connectors.get(connections.get(name)?.connector ?? "")

/**
 * Calls a day that asking who we are and so many reads of a source take, from the rows of its last full one; null: never read, or it takes none. Where
 * changes are told most reads take a page of them.
 */
const readCalls = (environment: Environment, config: Config, name: string, perDay: number) =>
  Effect.gen(function* () {
    const known = yield* (yield* OperationsStore).snapshot(name)
    const connector = connectorOf(environment, config, name)
    const declaration = connector?.source?.declaration
    if (known === null || declaration === undefined || connector?.local === true) return null
    const whole = Math.min(perDay, Math.ceil(day / Math.max(1, Connections.reading(config, name).fullEvery)))
    const streams = new Map(declaration.streams.map((stream) => [stream.name, stream]))
    const calls = known.streams.reduce((sum, { name, rows }) => {
      const stream = streams.get(name)
      const pages = ReadCost.pages(rows, stream?.pageSize ?? 1)
      return sum + (stream?.changes === undefined ? perDay * pages : whole * pages + (perDay - whole))
    }, perDay)
    // A customer who is not found again and again is asked for other addresses once a week.
    return Math.ceil(calls) + Math.ceil(known.asked / 7)
  })

/**
 * Calls a day that looking at the target takes: who we are there at each turn, its groups as often as the config asks for their counts, who is in them as often as it asks
 * for a full look, with `removals: all` at each turn.
 */
const lookCalls = (environment: Environment, config: Config, sync: SyncConfig, perDay: number) =>
  Effect.gen(function* () {
    const overview = yield* OperationsStore
    const declaration = connectorOf(environment, config, sync.to)?.target?.declaration
    if (declaration === undefined) return 0
    const often = (every: Duration.Duration): number => Math.min(perDay, day / Math.max(1, Duration.toMillis(every)))
    const { targetGroups } = yield* overview.connection(sync.to)
    const lists = declaration.groups.list ? Math.ceil(often(sync.refresh.counts)) * ReadCost.pages(targetGroups, declaration.groups.pageSize) : 0
    const { listedBy, pageSize } = declaration.assignments
    const full = listedBy === "none" ? 0 : yield* overview.membershipCalls(sync.to, listedBy, pageSize)
    return (declaration.testable ? perDay : 0) + lists + Math.ceil(full * (sync.removals === "all" ? perDay : often(sync.refresh.full)))
  })

/** The sync's part of its turns: syncs of customers read a source once where they are due together. */
const turnsAlone = ({ syncs }: Config, sync: SyncConfig, schedule: Timetable, source: string, among: ReadonlyArray<Scheduled>, now: number): number => {
  const others = among.filter(({ from, name }) => name !== sync.name && syncs.has(name) && from.includes(source))
  return Schedules.share(
    schedule,
    others.flatMap((other) => Schedules.timetable(other) ?? []),
    now
  )
}

/** One line a connection of the sync; none where there is no schedule, or nothing is known yet. What it has together with one of `among` is told of each in part. */
export const costs = (
  environment: Environment,
  config: Config,
  sync: SyncConfig,
  among: ReadonlyArray<Scheduled>
): Effect.Effect<ReadonlyArray<ScheduleCost>, StateError, OperationsStore> =>
  Effect.gen(function* () {
    const schedule = Schedules.timetable(sync)
    if (schedule === null) return []
    const now = yield* Clock.currentTimeMillis
    const { perDay, longest } = Schedules.turns(schedule, now)
    const line = (connection: string, callsPerDay: number, freshness: ReadonlyArray<string>): ScheduleCost => ({
      sync: sync.name,
      every: `"${sync.schedule ?? ""}"`,
      connection,
      turnsPerDay: perDay,
      callsPerDay,
      allowedPerDay: Schedules.callsPerDay(environment, config, connection),
      freshness
    })
    const fresh = `changes seen within ${Times.duration(longest)}`
    const sources = yield* Effect.forEach(sync.from, (name) =>
      Effect.gen(function* () {
        const own = turnsAlone(config, sync, schedule, name, among, now)
        const calls = yield* readCalls(environment, config, name, own)
        return calls === null ? [] : [line(name, calls, own < perDay ? [fresh, "one read for all that are due together"] : [fresh])]
      })
    )
    const looks = yield* lookCalls(environment, config, sync, perDay)
    return [...sources.flat(), line(sync.to, looks, ["to look at its groups; writes come on top"])]
  })

/** A schedule of a source that was never read has no price yet. */
export const unpriced = (environment: Environment, config: Config, sync: SyncConfig): Effect.Effect<ReadonlyArray<string>, StateError, OperationsStore> =>
  Effect.gen(function* () {
    if (sync.schedule === null) return []
    const store = yield* OperationsStore
    const known = yield* Effect.forEach(sync.from, (name) => Effect.map(store.snapshot(name), (snapshot) => ({ name, snapshot })))
    return known.flatMap(({ name, snapshot }) =>
      snapshot !== null || connectorOf(environment, config, name)?.local === true
        ? []
        : [`${sync.name}: what its schedule costs is not known, because ${name} was never read:   groupbridge plan ${sync.name}`]
    )
  })

/** The budget that would do; null where even all of the limit does not. */
const budgetFor = (environment: Environment, config: Config, name: string, needed: number): string | null => {
  const connection = config.connections.get(name)
  if (connection === undefined) return null
  if (connection.budget?._tag === "Calls") return `${Wording.number(Math.ceil((needed * connection.budget.perMillis) / day))} calls in the same stretch`
  const whole = Schedules.callsPerDay(environment, { ...config, connections: new Map([[name, { ...connection, budget: { _tag: "Share", share: 1 } }]]) }, name)
  return whole === null || needed > whole ? null : `budget: ${Math.ceil((needed * 100) / whole)}%`
}

/** Schedules that ask a connection for more calls a day than it may make: the sum, and the ways out. */
export const refusals = (environment: Environment, config: Config, lines: ReadonlyArray<ScheduleCost>): ReadonlyArray<string> =>
  [...new Set(lines.map(({ connection }) => connection))].flatMap((name) => {
    const own = lines.filter(({ connection, callsPerDay }) => connection === name && callsPerDay > 0)
    const allowed = own[0]?.allowedPerDay ?? null
    const needed = own.reduce((sum, { callsPerDay }) => sum + callsPerDay, 0)
    if (allowed === null || needed <= allowed) return []
    const parts = own.map(
      ({ callsPerDay, sync, turnsPerDay }) => `${sync} ${Wording.number(turnsPerDay)} times ${Wording.number(Math.ceil(callsPerDay / turnsPerDay))}`
    )
    const budget = budgetFor(environment, config, name, needed)
    const looked = own.some(({ sync }) => config.syncs.get(sync)?.to === name)
    const ways = [
      `a rarer schedule (${own.map(({ sync, turnsPerDay }) => `${sync} ${Wording.number(Math.floor((turnsPerDay * allowed) / needed))} times a day at most`).join(", ")})`,
      budget === null ? "not a larger budget: all of the vendor's limit is too little" : `a larger budget (${budget})`,
      ...(looked ? ["a longer refresh (counts and full; with removals: all everybody is read at each turn)"] : [])
    ]
    return [
      `${name}: the schedule cannot be kept: it takes ${Wording.number(needed)} calls a day (${parts.join(", ")}), and limit and budget allow ${Wording.number(allowed)}. Ways out: ${ways.join("; ")}.`
    ]
  })
