/** What a sync of staff costs by its schedule. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as ReadCost from "../calls/ReadCost.ts"
import type { Config, TeamConfig } from "../config/Config.ts"
import type { StateError } from "../contract/StateError.ts"
import type { ScheduleCost } from "../model/Overview.ts"
import * as Times from "../report/Times.ts"
import { TeamStore } from "../team/TeamStore.ts"
import type { Environment } from "./Environment.ts"
import * as Schedules from "./Schedules.ts"

/** One line a connection, as far as the people known by now tell how many pages there are. */
export const costs = (environment: Environment, config: Config, sync: TeamConfig): Effect.Effect<ReadonlyArray<ScheduleCost>, StateError, TeamStore> =>
  Effect.gen(function* () {
    const schedule = Schedules.timetable(sync)
    if (schedule === null) return []
    const { longest, perDay } = Schedules.turns(schedule, yield* Clock.currentTimeMillis)
    const people = [...(yield* (yield* TeamStore).known(sync.to)).values()]
    const connectorOf = (name: string) => environment.connectors.get(config.connections.get(name)?.connector ?? "")
    const line = (connection: string, calls: number, freshness: ReadonlyArray<string>): ScheduleCost => ({
      sync: sync.name,
      every: `"${sync.schedule ?? ""}"`,
      connection,
      turnsPerDay: perDay,
      callsPerDay: calls * perDay,
      allowedPerDay: Schedules.callsPerDay(environment, config, connection),
      freshness
    })
    const sources = sync.from.map((name) => {
      const rows = people.filter(({ source }) => source?.connection === name).length
      return line(name, ReadCost.pages(rows, connectorOf(name)?.source?.declaration.agents?.pageSize ?? 1), [`changes seen within ${Times.duration(longest)}`])
    })
    const lists = ReadCost.pages(people.length, connectorOf(sync.to)?.team?.declaration.pageSize ?? 1) + 1
    return [...sources, line(sync.to, lists, ["to list its team and invitations; writes come on top"])]
  })
