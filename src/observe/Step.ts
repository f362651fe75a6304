/** Names of the steps of a run, reported as they begin: steps that take seconds without a call would otherwise be silent. */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"

/** Receives the name of each step as it begins. By default names go nowhere. */
export class StepObserver extends Context.Reference<StepObserver>()("groupbridge/StepObserver", {
  defaultValue: (): ((name: string) => Effect.Effect<void>) => () => Effect.void
}) {}

/** Reports `name`, then runs `work`, in a span of that name. */
export const named = <A, E, R>(name: string, work: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.gen(function* () {
    const report = yield* StepObserver
    yield* report(name)
    return yield* Effect.withSpan(work, name)
  })
