/** How many calls a run may begin, and until when. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"

/** `calls`: write calls at most, null for any number. `until`: none begins from then on (epoch milliseconds), null for never. */
export interface Within {
  readonly calls: number | null
  readonly until: number | null
  /** Calls that were asked for, of which others of the same command have taken some. Absent: nobody took any. */
  readonly shared?: number
}

export interface Turns {
  /** Takes the right to begin one call. False: there is none any more. */
  readonly take: Effect.Effect<boolean>
  /** The call that was taken for never began. */
  readonly giveBack: Effect.Effect<void>
  readonly areSpent: Effect.Effect<boolean>
}

/** `made`: write calls that really went out so far, those that were sent once more among them. */
export const make = (within: Within | null, made: Effect.Effect<number>): Effect.Effect<Turns> =>
  Effect.map(made, (before) => {
    const calls = within?.calls ?? Infinity
    const until = within?.until ?? Infinity
    let taken = 0
    const look = (decide: (spent: boolean) => boolean) =>
      Effect.zipWith(made, Clock.currentTimeMillis, (sent, now) => decide(Math.max(taken, sent - before) >= calls || now >= until))
    return {
      take: look((spent) => {
        if (!spent) taken += 1
        return !spent
      }),
      giveBack: Effect.sync(() => {
        taken -= 1
      }),
      areSpent: look((spent) => spent)
    }
  })
