/** `reject ID`: leaves a held part undone and stops asking until its source changes. */
import * as Effect from "effect/Effect"
import * as OverviewJson from "../report/OverviewJson.ts"
import * as Wording from "../report/Wording.ts"
import { Overview } from "../run/Overview.ts"
import type { DecisionOptions } from "./Approve.ts"
import * as Deciding from "./Deciding.ts"
import type { Load } from "./Environment.ts"
import * as Invocation from "./Invocation.ts"
import * as World from "./World.ts"

export const run = (load: Load, id: string, options: DecisionOptions): Promise<number> =>
  Invocation.run(load, options, (invocation) =>
    Effect.gen(function* () {
      const config = yield* World.config(invocation)
      return yield* World.withStateToLook(
        invocation,
        config
      )(
        Effect.gen(function* () {
          const { number, part } = yield* Deciding.open(invocation, id)
          yield* (yield* Overview).decide(number, "rejected", Deciding.decider(invocation, options.reason))
          const { output } = invocation
          if (options.json === true) yield* output.print((sink) => OverviewJson.held([{ ...part, decision: "rejected" }], sink))
          else
            yield* output.text(
              `${part.id} is rejected: its ${Wording.plural(part.changes, "change")} ${part.changes === 1 ? "stays" : "stay"} undone, and nobody is asked again until the source changes.\n`
            )
          return 0
        })
      )
    })
  )
