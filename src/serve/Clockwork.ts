/** What tells that it is time. A port, so that tests need not wait. */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"

/** When one sync runs by itself. */
export interface Turn {
  readonly sync: string
  /** A cron expression. */
  readonly schedule: string
  /** Null: the machine's. */
  readonly timezone: string | null
}

export class Clockwork extends Context.Tag("groupbridge/Clockwork")<
  Clockwork,
  {
    /**
     * Runs `due` at every time of the turn, and tells it the time that the schedule names (epoch milliseconds), until the scope ends; a time that
     * passed while the machine slept or was busy counts as soon as it is noticed. Turns of one time are told one after another, in no order.
     * Answers a way to ask for the next time, null if there is none.
     */
    readonly start: (turn: Turn, due: (at: number) => Effect.Effect<void>) => Effect.Effect<Effect.Effect<number | null>, never, Scope.Scope>
  }
>() {}
