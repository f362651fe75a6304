/** `pause SYNC` and `resume SYNC`: keeps a sync from doing anything for a time. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Escape from "../report/Escape.ts"
import * as Terminal from "../report/Terminal.ts"
import * as Times from "../report/Times.ts"
import { RunStore } from "../run/RunStore.ts"
import type { DecisionOptions } from "./Deciding.ts"
import * as Deciding from "./Deciding.ts"
import type { Load } from "./Environment.ts"
import * as Invocation from "./Invocation.ts"
import * as Schedules from "./Schedules.ts"
import * as Until from "./Until.ts"
import * as World from "./World.ts"

export interface PauseOptions extends DecisionOptions {
  readonly until: string
}

export const pause = (load: Load, name: string, options: PauseOptions): Promise<number> =>
  Invocation.run(load, options, (invocation) =>
    Effect.gen(function* () {
      const config = yield* World.configToLook(invocation)
      const sync = yield* World.any(config, name)
      const until = yield* Until.parse(options.until, Schedules.zone(sync), yield* Clock.currentTimeMillis)
      const by = Deciding.decider(invocation, options.reason)
      yield* World.withState(invocation, config, "decide")(Effect.flatMap(RunStore, (store) => store.pause(name, until, by)))
      const view = yield* Invocation.view(invocation)
      const message = `${Terminal.visible(name)} is paused until ${Times.atWithZone(view, until)}: nothing is read, added or removed.  To end it: groupbridge resume ${Terminal.visible(name)}\n`
      yield* invocation.output.text(
        options.json === true ? `${Escape.json({ sync: name, pausedUntil: Times.iso(until), by: by.who, reason: by.reason })}\n` : message
      )
      return 0
    })
  )

export const resume = (load: Load, name: string, options: DecisionOptions): Promise<number> =>
  Invocation.run(load, options, (invocation) =>
    Effect.gen(function* () {
      const config = yield* World.configToLook(invocation)
      yield* World.any(config, name)
      const by = Deciding.decider(invocation, options.reason)
      const resumed = yield* World.withStateToDecide(invocation, config)(Effect.flatMap(RunStore, (store) => store.resume(name, by)))
      const shown = Terminal.visible(name)
      const message = resumed ? `${shown} goes on with its next run.  Next: groupbridge plan ${shown}\n` : `${shown} was not paused.\n`
      yield* invocation.output.text(options.json === true ? `${Escape.json({ sync: name, resumed })}\n` : message)
      return 0
    })
  )
