/** `sync`: read, plan and apply, sync by sync; one that fails does not keep the others from running. */
import * as Effect from "effect/Effect"
import type { SyncConfig } from "../config/Config.ts"
import * as SyncJson from "../report/SyncJson.ts"
import * as SyncText from "../report/SyncText.ts"
import type { Connections } from "../run/Connections.ts"
import type { Depth } from "../run/Looking.ts"
import { Overview } from "../run/Overview.ts"
import type { CommonOptions } from "./CommonOptions.ts"
import type { Load } from "./Environment.ts"
import * as ExitCode from "./ExitCode.ts"
import * as Guards from "./Guards.ts"
import * as Ids from "./Ids.ts"
import * as Invocation from "./Invocation.ts"
import * as Results from "./Results.ts"
import * as World from "./World.ts"
import * as Writing from "./Writing.ts"

export interface SyncOptions extends CommonOptions {
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

const runAll = (invocation: Invocation.Invocation, syncs: ReadonlyArray<SyncConfig>, connections: Connections, options: SyncOptions) =>
  Effect.gen(function* () {
    const scope = { ...Writing.everything, only: options.only ?? [], lifted: yield* Guards.lifted(options.approve) }
    return yield* Effect.forEach(syncs, (sync) =>
      Writing.run(invocation, sync, connections, {
        kind: "sync",
        scope,
        depth: options.refresh ?? "usual",
        confirm: (plan, spool) => Writing.showAndAsk(invocation, plan, spool)
      })
    )
  })

export const run = (load: Load, names: ReadonlyArray<string>, options: SyncOptions): Promise<number> =>
  Invocation.run(
    load,
    options,
    (invocation) =>
      Effect.gen(function* () {
        const config = yield* World.config(invocation)
        const syncs = yield* World.syncs(config, names)
        return yield* World.withState(
          invocation,
          config
        )(
          Effect.gen(function* () {
            const connections = yield* World.connections(invocation, config, syncs)
            const written = yield* runAll(invocation, syncs, connections, options)
            return yield* options.quiet === true ? printQuietly(invocation, written) : Results.print(invocation, written)
          })
        )
      }),
    options.quiet === true
  )
