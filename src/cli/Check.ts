/** `check [SYNC...]`: whether everything is as runs need it, without running anything. */
import * as Effect from "effect/Effect"
import { existsSync } from "node:fs"
import { relative } from "node:path"
import type { Config } from "../config/Config.ts"
import type { StateError } from "../contract/StateError.ts"
import type { CheckReport, ScheduleCost } from "../model/Overview.ts"
import * as CheckText from "../report/CheckText.ts"
import * as OverviewJson from "../report/OverviewJson.ts"
import type { Overview } from "../run/Overview.ts"
import { RunStore } from "../run/RunStore.ts"
import type { TeamStore } from "../team/TeamStore.ts"
import * as CheckConnection from "./CheckConnection.ts"
import * as CheckSchedule from "./CheckSchedule.ts"
import * as CheckSync from "./CheckSync.ts"
import * as CheckTeam from "./CheckTeam.ts"
import type { CommonOptions } from "./CommonOptions.ts"
import type { Environment, Load } from "./Environment.ts"
import * as Invocation from "./Invocation.ts"
import * as World from "./World.ts"

type Found = Pick<CheckReport, "connections" | "schedules" | "warnings" | "problems">

const costsOf = (
  environment: Environment,
  config: Config,
  sync: World.AnySync,
  among: ReadonlyArray<World.AnySync>
): Effect.Effect<ReadonlyArray<ScheduleCost>, StateError, Overview | TeamStore> =>
  World.isTeam(sync) ? CheckTeam.costs(environment, config, sync) : CheckSchedule.costs(environment, config, sync, among)

const lookAround = (invocation: Invocation.Invocation, config: Config, syncs: ReadonlyArray<World.AnySync>, all: boolean) =>
  Effect.gen(function* () {
    const { environment } = invocation
    const connections = yield* World.connections(invocation, config, syncs)
    const used = new Set(syncs.flatMap(({ from, to }) => [...from, to]))
    const objection = yield* (yield* RunStore).objection
    const chosen = [...config.connections.values()].filter(({ name }) => all || used.has(name))
    const checks = yield* Effect.forEach(chosen, (connection) => CheckConnection.check(config, connections, syncs, connection), { concurrency: 4 })
    const schedules = (yield* Effect.forEach(syncs, (sync) => costsOf(environment, config, sync, syncs))).flat()
    return {
      connections: checks.map(({ otherAccount: _other, ...check }) => check),
      schedules,
      warnings: [
        ...(yield* Effect.forEach(syncs, (sync) => (World.isTeam(sync) ? Effect.succeed([]) : CheckSync.warnings(sync)))).flat(),
        ...chosen.flatMap(({ name }) => (used.has(name) ? [] : [`connection ${name} is used by no sync`]))
      ],
      problems: [
        ...CheckSchedule.refusals(environment, config, schedules),
        ...(objection === null ? [] : [objection]),
        ...checks.flatMap(({ otherAccount, connection }) => (otherAccount ? [`${connection}: another account than the state's`] : []))
      ]
    } satisfies Found
  })

/** A state that cannot be opened is a finding, and nothing that needs it is looked at. */
const withoutState = (error: StateError): Effect.Effect<Found & { readonly broken: string }> =>
  Effect.succeed({ connections: [], schedules: [], warnings: [], problems: [], broken: error.message })

const exitCode = (report: CheckReport): number => {
  const count = CheckText.problems(report)
  if (count === 0) return 0
  return count === report.connections.filter(({ state }) => state === "unavailable").length ? 75 : 1
}

export const run = (load: Load, names: ReadonlyArray<string>, options: CommonOptions): Promise<number> =>
  Invocation.run(load, options, (invocation) =>
    Effect.gen(function* () {
      const { output } = invocation
      const config = yield* World.config(invocation)
      const syncs = yield* World.syncs(config, names)
      const there = existsSync(config.state) || invocation.environment.stateFiles.isKnown(config.state)
      const looked = yield* World.withStateToLook(
        invocation,
        config
      )(lookAround(invocation, config, syncs, names.length === 0)).pipe(
        Effect.map((found) => ({ ...found, broken: null })),
        Effect.catchTag("StateError", withoutState)
      )
      const { broken, ...found } = looked
      const report: CheckReport = {
        ...found,
        config: relative(process.cwd(), config.file) || config.file,
        state: {
          ok: broken === null,
          path: relative(process.cwd(), config.state),
          backupAt: invocation.environment.stateFiles.newest(config.backup.dir)?.at ?? null,
          message: broken ?? (there ? null : "not there yet: the first plan or sync makes it")
        }
      }
      const view = yield* Invocation.view(invocation)
      yield* options.json === true ? output.print((sink) => OverviewJson.check(report, sink)) : output.text(CheckText.text(report, view))
      return exitCode(report)
    })
  )
