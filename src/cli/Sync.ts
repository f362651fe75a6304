/** `sync`: read, plan and apply, sync by sync; one that fails does not keep the others from running. */
import * as Effect from "effect/Effect"
import type { Within } from "../apply/Turns.ts"
import * as SyncJson from "../report/SyncJson.ts"
import * as SyncText from "../report/SyncText.ts"
import type { Connections } from "../run/Connections.ts"
import type { Depth } from "../run/Looking.ts"
import { Overview } from "../run/Overview.ts"
import { RunStore } from "../run/RunStore.ts"
import type { CommonOptions } from "./CommonOptions.ts"
import type { Load } from "./Environment.ts"
import * as ExitCode from "./ExitCode.ts"
import * as Guards from "./Guards.ts"
import * as Ids from "./Ids.ts"
import * as Invocation from "./Invocation.ts"
import * as Limits from "./Limits.ts"
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

/** Prints only what newly needs a person: nothing at all, as a rule. */
const printQuietly = (invocation: Invocation.Invocation, written: ReadonlyArray<Writing.Written>) =>
  Effect.gen(function* () {
    const overview = yield* Overview
    const results = written.map(({ result }) => result)
    const told = yield* Effect.forEach(results, ({ sync, run }) =>
      Effect.map(overview.toldBefore(sync, run === null ? null : Ids.numberOf(run)), (before) => [sync, before] as const)
    )
    const view = yield* Invocation.view(invocation)
    if (invocation.options.json === true) yield* invocation.output.print((sink) => SyncJson.write(results, sink))
    else yield* invocation.output.text(SyncText.quiet(results, view, new Map(told)))
    return ExitCode.worst(results.map(ExitCode.ofSync))
  })

/** Tells of a paused sync, unless only what newly needs a person is told. */
const isSkipped = (invocation: Invocation.Invocation, { name }: World.AnySync, options: SyncOptions) =>
  Effect.gen(function* () {
    const view = yield* Invocation.view(invocation)
    const paused = yield* (yield* RunStore).pausedUntil(name, view.now)
    if (paused === null) return false
    if (options.quiet !== true) invocation.output.note(Pausing.skipped(name, paused, view))
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

export const run = (load: Load, names: ReadonlyArray<string>, options: SyncOptions): Promise<number> =>
  Invocation.run(
    load,
    options,
    (invocation) =>
      Effect.gen(function* () {
        const within = yield* Limits.within(options)
        const config = yield* World.config(invocation)
        const syncs = yield* World.syncs(config, names)
        return yield* World.withState(
          invocation,
          config
        )(
          Effect.gen(function* () {
            const connections = yield* World.connections(invocation, config, syncs, within?.until)
            // Who names a paused sync is told why it does not run; a schedule for all of them goes on with the others.
            const awake = names.length > 0 ? syncs : yield* Effect.filter(syncs, (sync) => Effect.negate(isSkipped(invocation, sync, options)))
            const written = yield* runAll(invocation, awake, connections, options, within)
            return yield* options.quiet === true ? printQuietly(invocation, written) : Results.print(invocation, written)
          })
        )
      }),
    options.quiet === true
  )
