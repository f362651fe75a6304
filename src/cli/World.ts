/** What most commands need of the world: the config, the state, and connections to vendors. */
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type * as Scope from "effect/Scope"
import { existsSync } from "node:fs"
import { join } from "node:path"
import type { Config, SyncConfig, TeamConfig } from "../config/Config.ts"
import * as ConfigFile from "../config/ConfigFile.ts"
import type { ConfigInvalid } from "../config/ConfigInvalid.ts"
import type { StateError } from "../contract/StateError.ts"
import * as Times from "../report/Times.ts"
import * as Connections from "../run/Connections.ts"
import { RunStore } from "../run/RunStore.ts"
import type { Memory } from "../run/SyncRun.ts"
import * as Invocation from "./Invocation.ts"
import { unknown, UsageError } from "./UsageError.ts"

/** Loads the config; from here on nothing that came out of its variables can be printed. */
export const config = ({ environment, options, redactor }: Invocation.Invocation): Effect.Effect<Config, ConfigInvalid> =>
  Effect.gen(function* () {
    const file = yield* ConfigFile.find(options.config, process.cwd())
    const loaded = yield* ConfigFile.load({ file, connectors: environment.connectors, env: process.env })
    for (const secret of loaded.secrets) redactor.hide(secret)
    return loaded
  })

/** A sync of customers or of staff. */
export type AnySync = SyncConfig | TeamConfig

export const isTeam = (sync: AnySync): sync is TeamConfig => "roles" in sync

/** All syncs in the file's order. */
export const all = ({ syncs: customers, teams }: Config): ReadonlyArray<AnySync> =>
  [...customers.values(), ...teams.values()].sort((a, b) => a.place.line - b.place.line || a.place.column - b.place.column)

/** The named syncs, or all of them. */
export const syncs = (config: Config, names: ReadonlyArray<string>): Effect.Effect<ReadonlyArray<AnySync>, UsageError> =>
  names.length === 0 ? Effect.succeed(all(config)) : Effect.forEach([...new Set(names)], (name) => any(config, name))

export const any = (config: Config, name: string): Effect.Effect<AnySync, UsageError> => {
  const found = config.syncs.get(name) ?? config.teams.get(name)
  return found === undefined
    ? Effect.fail(
        unknown(
          "sync",
          name,
          all(config).map((sync) => sync.name)
        )
      )
    : Effect.succeed(found)
}

/** A sync of customers; `instead` says what to do about one of staff. */
export const sync = (config: Config, name: string, instead: string): Effect.Effect<SyncConfig, UsageError> =>
  Effect.flatMap(any(config, name), (found) =>
    isTeam(found) ? Effect.fail(new UsageError({ message: `${name} is a sync of staff (team). ${instead}` })) : Effect.succeed(found)
  )

/** Copies the state after work that sent anything to a target. Without the copy the work is done all the same, so that is only told. */
const keepCopy = ({ environment, output }: Invocation.Invocation, { backup, state }: Config, before: number): Effect.Effect<void, never, RunStore> =>
  Effect.gen(function* () {
    if ((yield* (yield* RunStore).written) !== before) yield* environment.stateFiles.backup(state, backup.dir, backup.keep)
  }).pipe(Effect.catchAll(({ message }) => Effect.sync(() => output.note(`No copy of the state was kept: ${message}`))))

/** Opens the state for work that moves it, made if it is not there, and keeps a copy of it where the work wrote to a target. */
export const withState =
  (invocation: Invocation.Invocation, config: Config) =>
  <A, E>(work: Effect.Effect<A, E, Memory | Scope.Scope>): Effect.Effect<A, E | StateError, Scope.Scope> =>
    Effect.flatMap(RunStore, (store) => store.written).pipe(
      // Who stops a run does not want to wait for a copy.
      Effect.flatMap((before) => Effect.onExit(work, (exit) => (Exit.isInterrupted(exit) ? Effect.void : keepCopy(invocation, config, before)))),
      Effect.provide(invocation.environment.openState(config.state, config.backup.dir))
    )

/** Opens the state for looking at it. Where there never was one an empty one is looked at, and none is left behind. */
export const withStateToLook = (invocation: Invocation.Invocation, config: Config) =>
  withState(
    invocation,
    existsSync(config.state) || invocation.environment.stateFiles.isKnown(config.state) ? config : { ...config, state: join(invocation.folder, "none.db") }
  )

/** The connections of this invocation. A call waits for its allowance as long as the most patient of the syncs lets it, and never beyond `until`. */
export const connections = (
  invocation: Invocation.Invocation,
  config: Config,
  syncs: ReadonlyArray<Pick<AnySync, "maxWait">>,
  until: number | null = null
): Effect.Effect<Connections.Connections, never, RunStore | Scope.Scope> =>
  Effect.gen(function* () {
    const { environment, redactor, stopping, output } = invocation
    const client = stopping.watch(yield* environment.makeClient)
    const maxWaitMillis = syncs.reduce((most, { maxWait }) => Math.max(most, Duration.toMillis(maxWait)), 0)
    const onWait = (connection: string, until: number, why: string) =>
      Effect.gen(function* () {
        const view = yield* Invocation.view(invocation)
        const now = yield* Clock.currentTimeMillis
        if (until - now >= 2_000) output.progress.say(`${connection} waits until ${Times.at(view, until)} (${Times.duration(until - now)}): ${why}`, now)
      })
    return yield* Effect.provideService(Connections.make(config, { maxWaitMillis, until, onWait }), Connections.Vendors, {
      connectors: environment.connectors,
      client,
      redactor
    })
  })
