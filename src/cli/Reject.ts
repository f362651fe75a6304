/** `reject ID`: leaves a held part undone and stops asking until its source changes. */
import * as Effect from "effect/Effect"
import type { Config } from "../config/Config.ts"
import * as OverviewJson from "../report/OverviewJson.ts"
import * as Wording from "../report/Wording.ts"
import { OperationsStore } from "../run/OperationsStore.ts"
import * as Ask from "./Ask.ts"
import * as Deciding from "./Deciding.ts"
import type { Load } from "./Environment.ts"
import * as Invocation from "./Invocation.ts"
import * as World from "./World.ts"

/** Stores the decision, telling by the invocation's output. Answers the exit code. */
export const decide = (invocation: Invocation.Invocation, config: Config, id: string, options: Deciding.Options) =>
  World.withStateToDecide(
    invocation,
    config
  )(
    Effect.gen(function* () {
      const open = yield* Deciding.open(invocation, id, { rejected: false })
      const { number, part } = open
      const chosen = yield* Deciding.chosen("reject", config, open, options)
      const changes = Wording.plural(chosen.changes, "change")
      const it = chosen.changes === 1 ? "it" : "them"
      const message = Deciding.holding(part, chosen)
      yield* Ask.possible(invocation, message, chosen.command)
      const agreed = yield* Ask.yes(invocation, `${message} Leave ${it} undone until the source changes?`)
      if (!agreed) {
        yield* invocation.output.text(`${part.id} is still open.  Next: groupbridge held ${part.id}\n`)
        return 0
      }
      yield* (yield* OperationsStore).decide(number, "rejected", Deciding.decider(invocation, options.reason), chosen.choice)
      const { part: rejected, rest } = yield* Deciding.find(id)
      const { output } = invocation
      if (options.json === true) yield* output.print((sink) => OverviewJson.held([rejected], sink))
      else
        yield* output.text(
          `${part.id} is rejected: its ${changes} ${chosen.changes === 1 ? "stays" : "stay"} undone, and no question comes again until the source changes.  Taken back by: groupbridge approve ${part.id}\n`
        )
      if (rest !== null) output.note(Deciding.left(rest))
      return 0
    })
  )

export const run = (load: Load, id: string, options: Deciding.Options): Promise<number> =>
  Invocation.run(load, options, (invocation) => Effect.flatMap(World.config(invocation), (config) => decide(invocation, config, id, options)))
