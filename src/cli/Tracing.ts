/** Runs a command with its spans sent to a collector where the standard variables ask for that, and else without spans. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as TraceSettings from "../observe/TraceSettings.ts"
import type { Redactor } from "../contract/Redactor.ts"
import type { Environment } from "./Environment.ts"

/** What hinders traces is noted, and hinders nothing else. */
export const traced =
  ({ makeClient }: Environment, redactor: Redactor, env: TraceSettings.Variables) =>
  <A, E, R>(work: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> => {
    const settings = TraceSettings.read(env)
    if (settings === null) return Effect.withTracerEnabled(work, false)
    const untraced = (why: string) => Effect.logWarning(`traces are not sent: ${why}`)
    if (typeof settings === "string") return Effect.zipRight(untraced(settings), Effect.withTracerEnabled(work, false))
    const layer = Layer.unwrapScoped(
      Effect.gen(function* () {
        const Traces = yield* Effect.promise(() => import("../observe/Traces.ts"))
        return Traces.layer(settings, yield* makeClient, redactor, (why) => Effect.logWarning(`traces are not delivered: ${why}`))
      }).pipe(Effect.catchAll((why) => Effect.as(untraced(why), Layer.empty)))
    )
    return Effect.provide(work, layer)
  }
