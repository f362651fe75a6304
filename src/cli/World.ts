/** What most commands need of the world: the config, the state, and connections to vendors. */
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { existsSync } from "node:fs"
import { join } from "node:path"
import type { Config, SyncConfig } from "../config/Config.ts"
import * as ConfigFile from "../config/ConfigFile.ts"
import type { ConfigInvalid } from "../config/ConfigInvalid.ts"
import type { StateError } from "../contract/StateError.ts"
import * as Times from "../report/Times.ts"
import * as Connections from "../run/Connections.ts"
import type { RunStore } from "../run/RunStore.ts"
import type { Memory } from "../run/SyncRun.ts"
import * as Invocation from "./Invocation.ts"
import { unknown, type UsageError } from "./UsageError.ts"

/** Loads the config; from here on nothing that came out of its variables can be printed. */
export const config = ({ environment, options, redactor }: Invocation.Invocation): Effect.Effect<Config, ConfigInvalid> =>
  Effect.gen(function* () {
    const file = yield* ConfigFile.find(options.config, process.cwd())
    const loaded = yield* ConfigFile.load({ file, connectors: environment.connectors, env: process.env })
    for (const secret of loaded.secrets) redactor.hide(secret)
    return loaded
  })

/** The named syncs, or all of them. */
export const syncs = ({ syncs: known }: Config, names: ReadonlyArray<string>): Effect.Effect<ReadonlyArray<SyncConfig>, UsageError> =>
  names.length === 0 ? Effect.succeed([...known.values()]) : Effect.forEach([...new Set(names)], (name) => sync(known, name))

export const sync = (known: Config["syncs"], name: string): Effect.Effect<SyncConfig, UsageError> => {
  const found = known.get(name)
  return found === undefined ? Effect.fail(unknown("sync", name, known.keys())) : Effect.succeed(found)
}

/** Opens the state for work that moves it; made if it is not there. */
export const withState =
  ({ environment }: Invocation.Invocation, { state }: Config) =>
  <A, E>(work: Effect.Effect<A, E, Memory | Scope.Scope>): Effect.Effect<A, E | StateError, Scope.Scope> =>
    Effect.provide(work, environment.openState(state))

/** Opens the state for looking at it. Where there is none an empty one is looked at, and none is left behind. */
export const withStateToLook = (invocation: Invocation.Invocation, config: Config) =>
  withState(invocation, existsSync(config.state) ? config : { ...config, state: join(invocation.folder, "none.db") })

/** The connections of this invocation. A call waits for its allowance as long as the most patient of the syncs lets it. */
export const connections = (
  invocation: Invocation.Invocation,
  config: Config,
  syncs: ReadonlyArray<SyncConfig>
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
    return yield* Effect.provideService(Connections.make(config, { maxWaitMillis, onWait }), Connections.Vendors, {
      connectors: environment.connectors,
      client,
      redactor
    })
  })
