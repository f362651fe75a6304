/** `apply FILE`: exactly the rows of a saved plan, as far as they are still true. */
import * as Effect from "effect/Effect"
import type { Config } from "../config/Config.ts"
import * as PlanFile from "../plan/PlanFile.ts"
import { NameStore } from "../run/NameStore.ts"
import type { CommonOptions } from "./CommonOptions.ts"
import type { Load } from "./Environment.ts"
import * as Guards from "./Guards.ts"
import * as Invocation from "./Invocation.ts"
import * as Limits from "./Limits.ts"
import * as Results from "./Results.ts"
import * as World from "./World.ts"
import * as Writing from "./Writing.ts"

export interface ApplyOptions extends CommonOptions, Limits.LimitOptions {
  readonly approve?: ReadonlyArray<string>
}

/** What the sync of a plan is called now. */
const presentName = (invocation: Invocation.Invocation, config: Config, name: string) =>
  config.syncs.has(name) || config.teams.has(name)
    ? Effect.succeed(name)
    : World.withStateToLook(
        invocation,
        config
      )(
        Effect.gen(function* () {
          const former = yield* (yield* NameStore).former("sync")
          return former.get(name) ?? name
        })
      )

export const run = (load: Load, file: string, options: ApplyOptions): Promise<number> =>
  Invocation.run(load, options, (invocation) =>
    Effect.gen(function* () {
      const lifted = yield* Guards.lifted(options.approve)
      const within = yield* Limits.within(options)
      const header = yield* PlanFile.header(file)
      const config = yield* World.config(invocation)
      const name = yield* presentName(invocation, config, header.sync)
      const sync = yield* World.sync(config, name, `No plan of it is ever kept: groupbridge sync ${name}`)
      return yield* World.withState(
        invocation,
        config
      )(
        Effect.gen(function* () {
          const connections = yield* World.connections(invocation, config, [sync], within?.until)
          const written = yield* Writing.run(invocation, sync, connections, {
            kind: "apply",
            scope: { ...Writing.everything, lifted, file, within },
            depth: "usual",
            confirm: (plan, spool) => Writing.showAndAsk(invocation, plan, spool)
          })
          return yield* Results.print("apply", invocation, [written])
        })
      )
    })
  )
