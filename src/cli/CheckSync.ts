/** What a sync costs by its schedule, and patterns of its rules that match nothing. */
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as ReadCost from "../calls/ReadCost.ts"
import type { Config, RuleConfig, SyncConfig } from "../config/Config.ts"
import * as Nearest from "../model/Nearest.ts"
import type { StateError } from "../contract/StateError.ts"
import type { ScheduleCost } from "../model/Overview.ts"
import * as Glob from "../reconcile/Glob.ts"
import { MappingStore } from "../reconcile/MappingStore.ts"
import * as Times from "../report/Times.ts"
import { Overview } from "../run/Overview.ts"
import type { Environment } from "./Environment.ts"
import * as Schedules from "./Schedules.ts"

const hour = 3_600_000

/** Calls that one full read of a source takes, from the rows of its last one; null: never read, or it takes none. */
const readCalls = (environment: Environment, config: Config, name: string) =>
  Effect.gen(function* () {
    const known = yield* (yield* Overview).snapshot(name)
    const connector = environment.connectors.get(config.connections.get(name)?.connector ?? "")
    const declaration = connector?.source?.declaration
    if (known === null || declaration === undefined || connector?.local === true) return null
    const sizes = new Map(declaration.streams.map((stream) => [stream.name, stream.pageSize]))
    return known.streams.reduce((sum, stream) => sum + ReadCost.pages(stream.rows, sizes.get(stream.name) ?? 1), 0)
  })

/** Calls a day that listing the target's groups takes, as often as the config asks for their counts. */
const listCalls = (environment: Environment, config: Config, sync: SyncConfig, perDay: number) =>
  Effect.gen(function* () {
    const { targetGroups } = yield* (yield* Overview).connection(sync.to)
    const declaration = environment.connectors.get(config.connections.get(sync.to)?.connector ?? "")?.target?.declaration
    if (declaration === undefined || !declaration.groups.list) return 0
    const counts = Math.max(hour / 60, Duration.toMillis(sync.refresh.counts))
    return Math.ceil(Math.min(perDay, (24 * hour) / counts)) * ReadCost.pages(targetGroups, declaration.groups.pageSize)
  })

/** One line a connection of the sync; none where there is no schedule, or nothing is known yet. */
export const costs = (environment: Environment, config: Config, sync: SyncConfig): Effect.Effect<ReadonlyArray<ScheduleCost>, StateError, Overview> =>
  Effect.gen(function* () {
    const schedule = Schedules.cron(sync)
    if (Option.isNone(schedule)) return []
    const { perDay, longest } = Schedules.turns(schedule.value, yield* Clock.currentTimeMillis)
    const line = (connection: string, callsPerDay: number, freshness: ReadonlyArray<string>): ScheduleCost => ({
      sync: sync.name,
      every: `"${sync.schedule ?? ""}"`,
      connection,
      callsPerDay,
      allowedPerDay: Schedules.callsPerDay(environment, config, connection),
      freshness
    })
    const fresh = [`changes seen within ${Times.duration(longest)}`]
    const sources = yield* Effect.forEach(sync.from, (name) =>
      Effect.map(readCalls(environment, config, name), (calls) => (calls === null ? [] : [line(name, calls * perDay, fresh)]))
    )
    return [...sources.flat(), line(sync.to, yield* listCalls(environment, config, sync, perDay), ["to list its groups; writes come on top"])]
  })

interface Named {
  readonly rule: string
  readonly name: string
}

const ruleKind = ({ kind, of }: { readonly kind: string; readonly of: string }): string => `${kind}/${of}`

/** Names of all source groups with their kind, as last read. */
const names = (sync: SyncConfig) =>
  Effect.gen(function* () {
    const store = yield* MappingStore
    const found: Array<Named> = []
    for (let after = 0; ;) {
      const page = yield* store.candidates(sync.from, after, 1000, false)
      found.push(...page.map(({ group }) => ({ rule: ruleKind({ kind: group.kind, of: group.carrier }), name: group.name })))
      const last = page.at(-1)
      if (last === undefined) return found
      after = last.number
    }
  })

/** The name that a pattern most likely means: compared by as much of the name as the pattern spells out. */
const nearest = (pattern: string, known: ReadonlyArray<string>): string | undefined => {
  const spelled = pattern.replace(/[*?].*$/, "")
  if (spelled === pattern) return Nearest.nearest(pattern, known)
  const beginnings = new Map(known.map((name) => [name.slice(0, spelled.length), name]))
  const found = spelled === "" ? undefined : Nearest.nearest(spelled, beginnings.keys())
  return found === undefined ? undefined : beginnings.get(found)
}

const unmatched = (sync: SyncConfig, rule: RuleConfig, known: ReadonlyArray<Named>): ReadonlyArray<string> => {
  const own = known.filter((group) => group.rule === ruleKind(rule)).map(({ name }) => name)
  return rule.include.flatMap((pattern) => {
    if (own.some((name) => Glob.matches(pattern, name))) return []
    const near = nearest(pattern, own)
    return [
      `${sync.name}, rule ${rule.index} (line ${rule.place.line}): include ${JSON.stringify(pattern)} matches no ${rule.kind}${near === undefined ? "" : `; nearest: ${near}`}`
    ]
  })
}

/** Patterns that match no group, each with the nearest name. Nothing where a source was never read. */
export const warnings = (sync: SyncConfig): Effect.Effect<ReadonlyArray<string>, StateError, Overview | MappingStore> =>
  Effect.gen(function* () {
    const overview = yield* Overview
    const reads = yield* Effect.forEach(sync.from, (name) => overview.snapshot(name))
    if (reads.includes(null)) return []
    const known = yield* names(sync)
    return sync.rules.flatMap((rule) => unmatched(sync, rule, known))
  })
