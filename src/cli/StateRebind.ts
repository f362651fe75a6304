/** `state rebind CONNECTION`: forgets which account and role a connection had, so that the next run takes the present one. */
import * as Effect from "effect/Effect"
import * as Escape from "../report/Escape.ts"
import { OperationsStore } from "../run/OperationsStore.ts"
import { RunStore } from "../run/RunStore.ts"
import * as Ask from "./Ask.ts"
import type { DecisionOptions } from "./Deciding.ts"
import * as Deciding from "./Deciding.ts"
import type { Load } from "./Environment.ts"
import * as Invocation from "./Invocation.ts"
import { unknown } from "./UsageError.ts"
import * as World from "./World.ts"

const rebind = (invocation: Invocation.Invocation, name: string, options: DecisionOptions) =>
  Effect.gen(function* () {
    const overview = yield* OperationsStore
    const { output } = invocation
    const { account } = yield* overview.connection(name)
    const agreed =
      account === null || (yield* Ask.yes(invocation, `${name} belongs to ${account}. The next run takes whatever account its credential opens then. Go on?`))
    const changed = agreed && account !== null && (yield* (yield* RunStore).rebind(name))
    if (changed) yield* overview.note("rebind", name, Deciding.decider(invocation, options.reason))
    const message = changed
      ? `${name} belonged to ${account}; the next run binds it to the account that its credential opens then. Look first: groupbridge plan`
      : account === null
        ? `${name} is bound to no account yet; the next run binds it.`
        : "Nothing was changed."
    yield* output.text(options.json === true ? `${Escape.json({ connection: name, before: account, rebound: changed })}\n` : `${message}\n`)
    return 0
  })

export const run = (load: Load, name: string, options: DecisionOptions): Promise<number> =>
  Invocation.run(load, options, (invocation) =>
    Effect.gen(function* () {
      const config = yield* World.config(invocation)
      if (!config.connections.has(name)) return yield* unknown("connection", name, config.connections.keys())
      return yield* World.withStateToDecide(invocation, config)(rebind(invocation, name, options))
    })
  )
