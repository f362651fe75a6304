/** `sync`: read, plan and apply, sync by sync; one that fails does not keep the others from running. */
import * as Effect from "effect/Effect"
import type { Within } from "../apply/Turns.ts"
import * as Terminal from "../report/Terminal.ts"
import * as NewsText from "../report/NewsText.ts"
import type { Config } from "../config/Config.ts"
import type { Connections } from "../run/Connections.ts"
import type { Depth } from "../run/Observe.ts"
import { RunStore } from "../run/RunStore.ts"
import type { CommonOptions } from "./CommonOptions.ts"
import type { Load } from "./Environment.ts"
import * as ExitCode from "./ExitCode.ts"
import * as Guards from "./Guards.ts"
import * as Invocation from "./Invocation.ts"
import * as LeftSyncs from "./LeftSyncs.ts"
import * as Limits from "./Limits.ts"
import * as Noticing from "./Noticing.ts"
import * as Notify from "./Notify.ts"
import * as Retain from "./Retain.ts"
import * as Results from "./Results.ts"
import * as Pausing from "./Pausing.ts"
import * as World from "./World.ts"
import * as Writing from "./Writing.ts"

export interface SyncOptions extends CommonOptions, Limits.LimitOptions {
  readonly quiet?: boolean
  readonly refresh?: Depth
  readonly only?: ReadonlyArray<string>
  readonly approve?: ReadonlyArray<string>
}

/** Prints the results, or with `--quiet` only what newly needs a person: nothing at all, as a rule. */
const print = (invocation: Invocation.Invocation, config: Config, written: ReadonlyArray<Writing.Written>, { json, quiet }: SyncOptions) =>
  Effect.gen(function* () {
    const { keep, notices, reported } = yield* Noticing.after(
      config,
      written.map(({ result }) => result)
    )
    const short = quiet === true && json !== true
    if (short) yield* invocation.output.text(NewsText.text(reported, yield* Invocation.view(invocation)))
    const code = short ? ExitCode.worst(written.map(({ result }) => ExitCode.ofSync(result))) : yield* Results.print("sync", invocation, written)
    // A state file that is not this place's is left as it was found.
    const keeps = (yield* (yield* RunStore).objection) === null
    // What could not be printed is news again.
    if (keeps) yield* keep
    yield* Notify.send(invocation, config, notices, keeps)
    yield* Notify.beat(
      invocation,
      config,
      written.map(({ result }) => result)
    )
    yield* Retain.sweep(invocation, config)
    return code
  })

/** Tells of a paused sync, unless only what newly needs a person is told. */
const isSkipped = (invocation: Invocation.Invocation, { name }: World.AnySync, options: SyncOptions) =>
  Effect.gen(function* () {
    const view = yield* Invocation.view(invocation)
    const paused = yield* (yield* RunStore).pausedUntil(name, view.now)
    if (paused === null) return false
    if (options.quiet !== true) invocation.output.note(`${Terminal.visible(name)}: ${Pausing.skipped(name, paused, view)}`)
    return true
  })

const runAll = (
  invocation: Invocation.Invocation,
  syncs: ReadonlyArray<World.AnySync>,
  connections: Connections,
  options: SyncOptions,
  within: Within | null
) =>
  Effect.gen(function* () {
    const scope = { ...Writing.everything, only: options.only ?? [], lifted: yield* Guards.lifted(options.approve) }
    return yield* Effect.forEach(syncs, (sync) =>
      Effect.flatMap(Limits.rest(within, connections), (left) =>
        Writing.run(invocation, sync, connections, {
          kind: "sync",
          scope: { ...scope, within: left },
          depth: options.refresh ?? "usual",
          confirm: (plan, spool) => Writing.showAndAsk(invocation, plan, spool)
        })
      )
    )
  })

/** Who relies on notices hears of a config that does not load by what is left of it: the hooks, and the state. What cannot be stored stops no error. */
const noteBroken = (invocation: Invocation.Invocation, config: Config) =>
  World.withStateToDecide(
    invocation,
    config
  )(
    Effect.gen(function* () {
      if ((yield* (yield* RunStore).objection) !== null) return
      const { keep, notices } = yield* Noticing.notLoaded(config)
      yield* keep
      yield* Notify.send(invocation, config, notices, true)
    })
  ).pipe(Effect.catchAll(({ message }) => Effect.logWarning(`whether this was reported before is not known: ${message}`)))

export const command =
  (names: ReadonlyArray<string>, options: SyncOptions): Invocation.Command =>
  (invocation) =>
    Effect.gen(function* () {
      const within = yield* Limits.within(options)
      const { config, invalid } = yield* World.restOfConfig(invocation)
      if (invalid !== null) {
        yield* noteBroken(invocation, config)
        return yield* invalid
      }
      const syncs = yield* World.syncs(config, names)
      return yield* World.withState(
        invocation,
        config
      )(
        Effect.gen(function* () {
          const connections = yield* World.connections(invocation, config, syncs, within?.until)
          // Who names a paused sync is told why it does not run; a schedule for all of them goes on with the others.
          const awake = names.length > 0 ? syncs : yield* Effect.filter(syncs, (sync) => Effect.negate(isSkipped(invocation, sync, options)))
          const own = yield* runAll(invocation, awake, connections, options, within)
          const left = yield* LeftSyncs.results(
            connections,
            own.flatMap(({ result }) => result.held)
          )
          const written = [...own, ...left.map((result): Writing.Written => ({ result, declined: false }))]
          return yield* print(invocation, config, written, options)
        })
      )
    })

export const run = (load: Load, names: ReadonlyArray<string>, options: SyncOptions): Promise<number> =>
  Invocation.run(load, options, command(names, options), options.quiet === true)
