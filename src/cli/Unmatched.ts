/** `unmatched [SYNC]`: customers of mapped groups whom the target does not know. Looks at the state alone. */
import * as Effect from "effect/Effect"
import type { Config, SyncConfig } from "../config/Config.ts"
import * as OverviewJson from "../report/OverviewJson.ts"
import * as UnmatchedText from "../report/UnmatchedText.ts"
import type { View } from "../report/View.ts"
import * as Mapping from "../reconcile/Mapping.ts"
import type { MappingStore } from "../reconcile/MappingStore.ts"
import { OperationsStore } from "../run/OperationsStore.ts"
import type { CommonOptions } from "./CommonOptions.ts"
import type { Load } from "./Environment.ts"
import * as Invocation from "./Invocation.ts"
import * as Rows from "./Rows.ts"
import * as World from "./World.ts"

export interface UnmatchedOptions extends CommonOptions {
  readonly csv?: boolean
  readonly all?: boolean
}

/** The customers of several syncs in turn; each has its mapping made right before it is asked. */
const rowsOf = ({ environment }: Invocation.Invocation, config: Config, syncs: ReadonlyArray<SyncConfig>) =>
  Effect.gen(function* () {
    const overview = yield* OperationsStore
    const context = yield* Effect.context<MappingStore>()
    const all = syncs.map((sync) => World.sides(environment, config, sync))
    return (async function* () {
      for (const sides of all) {
        yield* Rows.of((after) =>
          Effect.provide(Effect.zipRight(after === null ? Mapping.take(sides.sync) : Effect.void, overview.unmatched(sides, after)), context)
        )
      }
    })()
  })

const print = (invocation: Invocation.Invocation, config: Config, syncs: ReadonlyArray<SyncConfig>, options: UnmatchedOptions, view: View) =>
  Effect.gen(function* () {
    const { output } = invocation
    const rows = yield* rowsOf(invocation, config, syncs)
    if (options.json === true) return yield* output.print((sink) => OverviewJson.unmatched(rows, sink))
    if (options.csv === true) return yield* output.print((sink) => UnmatchedText.writeCsv(rows, sink))
    for (const sync of syncs) {
      const own = yield* rowsOf(invocation, config, [sync])
      if (syncs.length > 1) yield* output.text(`${sync.name}:\n`)
      const connector = config.connections.get(sync.to)?.connector ?? sync.to
      yield* output.print((sink) => UnmatchedText.write(sync.name, view.titles[connector] ?? connector, own, view, sink))
    }
  })

export const run = (load: Load, name: string | undefined, options: UnmatchedOptions): Promise<number> =>
  Invocation.run(load, options, (invocation) =>
    Effect.gen(function* () {
      const config = yield* World.config(invocation)
      const syncs =
        name === undefined ? [...config.syncs.values()] : [yield* World.sync(config, name, `Who could not be placed is told by: groupbridge plan ${name}`)]
      const view = yield* Invocation.view(invocation, options.all === true)
      yield* World.withStateToLook(invocation, config)(print(invocation, config, syncs, options, view))
      return 0
    })
  )
