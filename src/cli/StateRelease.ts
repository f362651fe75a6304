/** `state release SYNC`: ends the claims of a sync that left the config, or of connections that left its `from:`. */
import * as Effect from "effect/Effect"
import type { Config } from "../config/Config.ts"
import * as Escape from "../report/Escape.ts"
import * as StateText from "../report/StateText.ts"
import * as Terminal from "../report/Terminal.ts"
import * as Wording from "../report/Wording.ts"
import * as Configured from "../run/Configured.ts"
import { OperationsStore, type Releasable } from "../run/OperationsStore.ts"
import * as Ask from "./Ask.ts"
import type { DecisionOptions } from "./Deciding.ts"
import * as Deciding from "./Deciding.ts"
import type { Load } from "./Environment.ts"
import * as Invocation from "./Invocation.ts"
import { UsageError, unknown } from "./UsageError.ts"
import * as World from "./World.ts"

const refuse = (config: Config, name: string, all: ReadonlyArray<Releasable>): UsageError => {
  if (config.syncs.has(name) || config.teams.has(name)) {
    return new UsageError({
      message: `${name} is in the config and reads all that its memberships rest on, so there is nothing to release. To stop it for a time: groupbridge pause ${name} --until 3d`
    })
  }
  const names = [...new Set(all.map(({ sync }) => sync))]
  return names.length === 0
    ? new UsageError({ message: `there is nothing to release: no sync has left ${config.file}` })
    : unknown("sync to release", name, names)
}

const release = (invocation: Invocation.Invocation, config: Config, name: string, options: DecisionOptions) =>
  Effect.gen(function* () {
    const { interactive, output } = invocation
    const overview = yield* OperationsStore
    const configured = Configured.configured(config).syncs
    const all = yield* overview.releasable(configured)
    const own = all.filter(({ sync }) => sync === name)
    if (own.length === 0) return yield* refuse(config, name, all)
    const wishes = own
      .map(({ connection, memberships }) =>
        connection === null ? "what was decided about it" : `${Terminal.visible(connection)} (${Wording.plural(memberships, "membership")})`
      )
      .join(", ")
    const consequence = StateText.released(yield* overview.releaseOutlook(name, configured))
    const message = `${Terminal.visible(name)} would let go of ${wishes}: ${consequence}.`
    if (!interactive && options.yes !== true) {
      return yield* new UsageError({
        message: `${message} Nothing was changed: this cannot be taken back, so it needs a terminal, or: groupbridge state release ${name} --yes`
      })
    }
    const agreed = yield* Ask.yes(invocation, `${message} This cannot be taken back. Go on?`)
    const done = agreed ? yield* overview.release(name, configured, Deciding.decider(invocation, options.reason)) : null
    if (options.json === true)
      yield* output.text(`${Escape.json({ sync: name, released: done !== null, leaving: done?.leaving ?? 0, staying: done?.staying ?? 0 })}\n`)
    else
      yield* output.text(
        done === null ? "Nothing was changed.\n" : `${Terminal.visible(name)} let go of ${wishes}: ${StateText.released(done)}.  Next: groupbridge plan\n`
      )
    return 0
  })

export const run = (load: Load, name: string, options: DecisionOptions): Promise<number> =>
  Invocation.run(load, options, (invocation) =>
    Effect.flatMap(World.config(invocation), (config) => World.withStateToDecide(invocation, config)(release(invocation, config, name, options)))
  )
