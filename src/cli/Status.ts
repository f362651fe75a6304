/** `status`: one screen on all syncs. Looks at the state alone. */
import * as Clock from "effect/Clock"
import * as Cron from "effect/Cron"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { Config, Scheduled } from "../config/Config.ts"
import type { StatusRow } from "../model/Overview.ts"
import * as Mapping from "../reconcile/Mapping.ts"
import * as OverviewJson from "../report/OverviewJson.ts"
import * as StatusText from "../report/StatusText.ts"
import { Overview } from "../run/Overview.ts"
import type { CommonOptions } from "./CommonOptions.ts"
import type { Environment, Load } from "./Environment.ts"
import * as Invocation from "./Invocation.ts"
import * as Schedules from "./Schedules.ts"
import * as World from "./World.ts"

const midnight = (zone: DateTime.TimeZone, now: number): number =>
  DateTime.toEpochMillis(DateTime.startOf(DateTime.setZone(DateTime.unsafeMake(now), zone), "day"))

const next = (sync: Scheduled, now: number): number | null =>
  Option.getOrNull(Option.map(Schedules.cron(sync), (cron) => Cron.next(cron, DateTime.toDateUtc(DateTime.unsafeMake(now))).getTime()))

const rowOf = (environment: Environment, config: Config, sync: World.AnySync, now: number) =>
  Effect.gen(function* () {
    const overview = yield* Overview
    const since = midnight(Schedules.zone(sync), now)
    if (!World.isTeam(sync)) yield* Mapping.make(sync)
    const row = yield* World.isTeam(sync) ? overview.teamStatus(sync, since, now) : overview.status(sync, since, now)
    const allowed = Schedules.callsPerDay(environment, config, sync.to)
    const share = allowed === null || allowed === 0 ? null : row.today.calls / allowed
    return { ...row, today: { ...row.today, share }, next: next(sync, now), guards: [] } satisfies StatusRow
  })

export const run = (load: Load, options: CommonOptions): Promise<number> =>
  Invocation.run(load, options, (invocation) =>
    Effect.gen(function* () {
      const { environment, output } = invocation
      const config = yield* World.config(invocation)
      const now = yield* Clock.currentTimeMillis
      const rows = yield* World.withStateToLook(invocation, config)(Effect.forEach(World.all(config), (sync) => rowOf(environment, config, sync, now)))
      const view = yield* Invocation.view(invocation)
      yield* options.json === true ? output.print((sink) => OverviewJson.status(rows, sink)) : output.text(StatusText.text(rows, view))
      return 0
    })
  )
