/** `decisions`: each decision with its author and reason, newest first. */
import * as Effect from "effect/Effect"
import * as DecisionsText from "../report/DecisionsText.ts"
import * as OverviewJson from "../report/OverviewJson.ts"
import { OperationsStore } from "../run/OperationsStore.ts"
import type { CommonOptions } from "./CommonOptions.ts"
import type { Load } from "./Environment.ts"
import * as Invocation from "./Invocation.ts"
import * as World from "./World.ts"

export interface DecisionsOptions extends CommonOptions {
  readonly all?: boolean
}

/** For people, without `--all`. */
const shown = 50

export const run = (load: Load, options: DecisionsOptions): Promise<number> =>
  Invocation.run(load, options, (invocation) =>
    Effect.gen(function* () {
      const config = yield* World.configToLook(invocation)
      return yield* World.withStateToLook(
        invocation,
        config
      )(
        Effect.gen(function* () {
          const rows = yield* (yield* OperationsStore).decisions(options.all === true || options.json === true ? Number.MAX_SAFE_INTEGER : shown)
          const { output } = invocation
          const view = yield* Invocation.view(invocation)
          yield* options.json === true ? output.print((sink) => OverviewJson.decisions(rows, sink)) : output.text(DecisionsText.text(rows, view))
          return 0
        })
      )
    })
  )
