/** `status`: one screen on all syncs. Looks at the state alone. */
import * as Clock from "effect/Clock"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import type { Config, Scheduled } from "../config/Config.ts"
import type { HeldPart } from "../model/Change.ts"
import type { StatusRow } from "../model/Overview.ts"
import type { ProblemKind } from "../model/Problem.ts"
import * as Mapping from "../reconcile/Mapping.ts"
import * as NoticeText from "../report/NoticeText.ts"
import * as OverviewJson from "../report/OverviewJson.ts"
import * as StatusText from "../report/StatusText.ts"
import * as ConfigGone from "../run/ConfigGone.ts"
import * as Configured from "../run/Configured.ts"
import { OperationsStore } from "../run/OperationsStore.ts"
import { ProblemStore } from "../run/ProblemStore.ts"
import type { CommonOptions } from "./CommonOptions.ts"
import type { Environment, Load } from "./Environment.ts"
import * as Invocation from "./Invocation.ts"
import * as Schedules from "./Schedules.ts"
import * as World from "./World.ts"

const midnight = (zone: DateTime.TimeZone, now: number): number =>
  DateTime.toEpochMillis(DateTime.startOf(DateTime.setZone(DateTime.unsafeMake(now), zone), "day"))

const next = (sync: Scheduled, now: number): number | null => Schedules.timetable(sync)?.next(now) ?? null

/** Problems that no other line of the screen is about. */
const elsewhere: ReadonlySet<ProblemKind> = new Set(["unread", "stale", "blocked", "config"])

const rowOf = (environment: Environment, config: Config, sync: World.AnySync, now: number) =>
  Effect.gen(function* () {
    const overview = yield* OperationsStore
    const since = midnight(Schedules.zone(sync), now)
    if (!World.isTeam(sync)) yield* Mapping.take(sync)
    const row = yield* World.isTeam(sync) ? overview.teamStatus(sync, since, now) : overview.status(World.sides(environment, config, sync), since, now)
    const allowed = Schedules.callsPerDay(environment, config, sync.to)
    const share = allowed === null || allowed === 0 ? null : row.today.calls / allowed
    const unreached = World.isTeam(sync) ? [] : yield* overview.unreached(sync, now)
    const reported = (yield* (yield* ProblemStore).known).filter((one) => one.sync === sync.name && one.reportedAt !== null && elsewhere.has(one.kind))
    const warnings = [...reported.map(NoticeText.standing), ...unreached]
    return { ...row, today: { ...row.today, share }, next: next(sync, now), guards: [], warnings } satisfies StatusRow
  })

const leftSync = (part: HeldPart): StatusRow => ({
  sync: part.sync,
  state: "left",
  lastGood: null,
  next: null,
  today: { added: 0, removed: 0, calls: 0, share: null },
  held: [part],
  refused: 0,
  tasks: 0,
  unmatched: 0,
  ambiguous: 0,
  unconfirmed: 0,
  waiting: 0,
  pinned: [],
  paused: null,
  failing: null,
  migration: null,
  guards: [],
  warnings: []
})

/** What left the config stands under the syncs that it is about or that wait for it, as of now; a sync that left has a row of its own. */
const withLeft = (config: Config, rows: ReadonlyArray<StatusRow>) =>
  Effect.map(ConfigGone.undecided(Configured.configured(config)), (all): ReadonlyArray<StatusRow> => [
    ...rows.map((row) => ({
      ...row,
      held: [
        ...all.flatMap(({ blocks, part }) => (part.sync === row.sync || blocks.includes(row.sync) ? [part] : [])),
        ...row.held.filter(({ guard }) => guard !== "configGone")
      ]
    })),
    ...all.flatMap(({ part }) => (rows.some((row) => row.sync === part.sync) ? [] : [leftSync(part)]))
  ])

/** Every sync as it is now, and each that left the config with something undecided. */
export const rows = (environment: Environment, config: Config, now: number) =>
  Effect.gen(function* () {
    const own = yield* Effect.forEach(World.all(config), (sync) => rowOf(environment, config, sync, now))
    return yield* withLeft(config, own)
  })

export const run = (load: Load, options: CommonOptions): Promise<number> =>
  Invocation.run(load, options, (invocation) =>
    Effect.gen(function* () {
      const { environment, output } = invocation
      const config = yield* World.configToLook(invocation)
      const now = yield* Clock.currentTimeMillis
      const all = yield* World.withStateToLook(invocation, config)(rows(environment, config, now))
      const view = yield* Invocation.view(invocation)
      yield* options.json === true ? output.print((sink) => OverviewJson.status(all, sink)) : output.text(StatusText.text(all, view))
      return 0
    })
  )
