/** What most commands need of the world: the config, the state, and connections to vendors. */
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import type { Config, SyncConfig, TeamConfig } from "../config/Config.ts"
import * as ConfigFile from "../config/ConfigFile.ts"
import type { ConfigInvalid } from "../config/ConfigInvalid.ts"
import type { StateError } from "../contract/StateError.ts"
import * as Times from "../report/Times.ts"
import * as Wording from "../report/Wording.ts"
import * as Connections from "../run/Connections.ts"
import type { Sides } from "../run/OperationsStore.ts"
import { RunStore } from "../run/RunStore.ts"
import type { Memory } from "../operate/Memory.ts"
import type { Environment } from "./Environment.ts"
import * as Invocation from "./Invocation.ts"
import { unknown, UsageError } from "./UsageError.ts"

/** Loads the config; from here on nothing that came out of its variables can be printed. */
export const config = (invocation: Invocation.Invocation): Effect.Effect<Config, ConfigInvalid> =>
  Effect.flatMap(restOfConfig(invocation), ({ config: loaded, invalid }) => (invalid === null ? Effect.succeed(loaded) : Effect.fail(invalid)))

/** As `config`, but what is left of one that is not right will do, which is noted in one line. For commands that look at the state, pause and resume. */
export const configToLook = (invocation: Invocation.Invocation): Effect.Effect<Config, ConfigInvalid> =>
  Effect.map(restOfConfig(invocation), ({ config: left, invalid }) => {
    if (invalid !== null) invocation.output.note(Wording.restOfConfig(invalid.problems))
    return left
  })

/** The config with every connector of the registry, and those that files describe. */
const whole = (environment: Environment, from: Pick<ConfigFile.LoadOptions, "file" | "text" | "env">) =>
  Effect.gen(function* () {
    yield* environment.loadConnectors()
    const { read: describe } = yield* Effect.promise(() => import("../described/ManifestFile.ts"))
    return yield* ConfigFile.loadRest({ ...from, connectors: environment.connectors, describe })
  })

/** What the config says, and what is wrong with it. */
export const restOfConfig = ({ environment, given, options, redactor }: Invocation.Invocation): Effect.Effect<ConfigFile.Rest, ConfigInvalid> =>
  Effect.gen(function* () {
    const from = given ?? { file: yield* ConfigFile.find(options.config, process.cwd()), env: process.env }
    // Those of an earlier config are read anew.
    for (const [name, { described }] of environment.connectors) if (described !== undefined) environment.connectors.delete(name)
    const text = yield* Effect.orElseSucceed(
      Effect.try(() => from.text ?? readFileSync(from.file, "utf8")),
      () => ""
    )
    yield* environment.loadConnectors((name) => text.includes(name))
    // A connector may be named by a variable, or be described by a file; and messages name all that there are.
    const first = yield* Effect.option(ConfigFile.loadRest({ ...from, connectors: environment.connectors }))
    const found = Option.isSome(first) && first.value.invalid === null ? first.value : yield* whole(environment, from)
    for (const [name, connector] of found.config.connectors) environment.connectors.set(name, connector)
    for (const secret of found.config.secrets) redactor.hide(secret)
    return found
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
    if ((yield* (yield* RunStore).written) !== before) yield* environment.stateFiles.backup(state, backup)
  }).pipe(Effect.catchAll(({ message }) => Effect.sync(() => output.note(`No copy of the state was kept: ${message}`))))

/** A connection that may be a target is one whose connector writes; the config accepts no other. */
const listed: Sides["customers"] = { list: true, pageSize: 1, search: true, externalId: true, namedBy: "id" }

/** A sync with how its target shows customers. */
export const sides = ({ connectors }: Environment, { connections }: Config, sync: SyncConfig): Sides => ({
  sync,
  customers: connectors.get(connections.get(sync.to)?.connector ?? "")?.target?.declaration.customers ?? listed
})

/** Opens the state for work that moves it, made if it is not there, and keeps a copy of it where the work wrote to a target. */
export const withState =
  (invocation: Invocation.Invocation, config: Config, purpose: "work" | "look" | "decide" = "work") =>
  <A, E>(work: Effect.Effect<A, E, Memory | Scope.Scope>): Effect.Effect<A, E | StateError, Scope.Scope> =>
    Effect.flatMap(RunStore, (store) => store.written).pipe(
      // Who stops a run does not want to wait for a copy.
      Effect.flatMap((before) => Effect.onExit(work, (exit) => (Exit.isInterrupted(exit) ? Effect.void : keepCopy(invocation, config, before)))),
      Effect.provide(invocation.environment.openState(config.state, config.backup.dir, purpose))
    )

/** Where there never was a state an empty one is looked at, and none is left behind. */
const orNone = (invocation: Invocation.Invocation, config: Config): Config =>
  existsSync(config.state) || invocation.environment.stateFiles.isKnown(config.state)
    ? config
    : { ...config, state: join(invocation.spool.beside(config.state), "none.db") }

/** Opens the state for looking at it, also on a disk that is full or read-only. */
export const withStateToLook = (invocation: Invocation.Invocation, config: Config) => withState(invocation, orNone(invocation, config), "look")

/** Opens the state for a decision about what it holds. Fails at once where no decision can be stored. */
export const withStateToDecide = (invocation: Invocation.Invocation, config: Config) => withState(invocation, orNone(invocation, config), "decide")

/** The connections of this invocation. A call waits for its allowance as long as the most patient of the syncs lets it, and never beyond `until`. */
export const connections = (
  invocation: Invocation.Invocation,
  config: Config,
  syncs: ReadonlyArray<Pick<AnySync, "maxWait">>,
  until: number | null = null
): Effect.Effect<Connections.Connections, UsageError, RunStore | Scope.Scope> =>
  Effect.gen(function* () {
    const { environment, redactor, stopping, output } = invocation
    const client = stopping.watch(yield* Effect.mapError(environment.makeClient, (message) => new UsageError({ message })))
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
