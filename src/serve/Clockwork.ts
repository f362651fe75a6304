/** What says that time has passed. A port, so that tests need not wait. */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"

export class Clockwork extends Context.Tag("groupbridge/Clockwork")<
  Clockwork,
  {
    /**
     * Runs `tick` at once, then at least once a minute until the scope ends, also while the wall clock is set back, and soon after it was set or the
     * machine slept. Never runs it twice at the same time.
     */
    readonly start: (tick: Effect.Effect<void>) => Effect.Effect<void, never, Scope.Scope>
  }
>() {}
