/** `state restore FILE`: puts a copy in the place of the state, and keeps what was there. */
import * as Effect from "effect/Effect"
import { existsSync, realpathSync } from "node:fs"
import { resolve } from "node:path"
import * as Escape from "../report/Escape.ts"
import * as StateText from "../report/StateText.ts"
import * as Failure from "../run/Failure.ts"
import * as LeaseHolder from "../run/LeaseHolder.ts"
import * as Observe from "../run/Observe.ts"
import * as Ask from "./Ask.ts"
import type { DecisionOptions } from "./Deciding.ts"
import * as Deciding from "./Deciding.ts"
import type { Load } from "./Environment.ts"
import * as Invocation from "./Invocation.ts"
import { UsageError } from "./UsageError.ts"
import * as World from "./World.ts"

const isSame = (left: string, right: string): boolean => existsSync(left) && existsSync(right) && realpathSync(left) === realpathSync(right)

export const run = (load: Load, given: string, options: DecisionOptions): Promise<number> =>
  Invocation.run(load, options, (invocation) =>
    Effect.gen(function* () {
      const { stateFiles } = invocation.environment
      const { state } = yield* World.config(invocation)
      const from = resolve(given)
      if (!existsSync(from)) return yield* new UsageError({ message: `there is no file ${from}. The newest copy is told by: groupbridge state check` })
      if (isSame(from, state)) return yield* new UsageError({ message: `${from} is the state file itself; name a copy of it` })
      const replacing = yield* stateFiles.compare(state, from)
      const { copy, foreign, here } = replacing
      if (foreign !== null && options.yes !== true) {
        return yield* Effect.fail(
          new Observe.Stopped(
            Failure.make(
              "state",
              `${from} is a copy of state ${copy.lineage}, and this place had state ${foreign}. Nothing was changed. Two states must not write to one target; if it is meant: groupbridge state restore ${given} --yes`
            )
          )
        )
      }
      const view = yield* Invocation.view(invocation)
      const now = here === null ? "nothing that can be read" : StateText.facts(here, view)
      if (!(yield* Ask.yes(invocation, `Now in place: ${now}. The copy: ${StateText.facts(copy, view)}. Put it in place? What is there is kept.`))) {
        yield* invocation.output.text("Nothing was changed.\n")
        return 0
      }
      const holder = LeaseHolder.here(`${invocation.who}@${invocation.host}`)
      const kept = yield* stateFiles.restore(state, from, holder, Deciding.decider(invocation, options.reason))
      const document = { restored: copy.file, lineage: copy.lineage, runs: copy.runs, runsForgotten: replacing.runsAfter, kept }
      yield* invocation.output.text(options.json === true ? `${Escape.json(document)}\n` : StateText.restored(replacing, kept, view))
      return 0
    })
  )
