/** Runs syncs when it is their turn: one at a time, in the order in which they fell due, none waiting twice. */
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Queue from "effect/Queue"
import { Clockwork, type Turn } from "./Clockwork.ts"

export interface Serving<R> {
  readonly turns: ReadonlyArray<Turn>
  /** Runs one sync, and answers when to try again before its next turn (epoch milliseconds), null if that is not needed. */
  readonly run: (sync: string) => Effect.Effect<number | null, never, R>
  /** Told once all turns are set, with the next time of each. */
  readonly onReady: (next: ReadonlyArray<{ readonly turn: Turn; readonly at: number | null }>) => Effect.Effect<void>
}

/** Least time between a run that handed back and its retry, whatever a vendor's clock says. */
const leastWait = Duration.toMillis("10 seconds")

/** Syncs that are due. One that waits already does not wait twice; one that is under way waits for one more run. */
const line = Effect.gen(function* () {
  const queue = yield* Queue.unbounded<string>()
  const waiting = new Set<string>()
  return {
    join: (sync: string): Effect.Effect<void> =>
      Effect.suspend(() => {
        if (waiting.has(sync)) return Effect.logDebug(`${sync} is due again, and waits already`)
        waiting.add(sync)
        return Effect.asVoid(Queue.offer(queue, sync))
      }),
    next: Effect.tap(Queue.take(queue), (sync) => Effect.sync(() => waiting.delete(sync)))
  }
})

/** Goes on for ever. When interrupted, nothing new starts, and the run under way is interrupted and ends before this does. */
export const serve = <R>({ turns, run, onReady }: Serving<R>): Effect.Effect<never, never, Clockwork | R> =>
  Effect.scoped(
    Effect.gen(function* () {
      const clockwork = yield* Clockwork
      const { join, next } = yield* line
      const retries = new Map<string, Fiber.Fiber<void>>()
      const started = yield* Effect.forEach(turns, (turn) =>
        Effect.map(clockwork.start(turn, join(turn.sync)), (nextTime) => Effect.map(nextTime, (at) => ({ turn, at })))
      )
      yield* onReady(yield* Effect.all(started))
      const one = Effect.gen(function* () {
        const sync = yield* next
        const retry = retries.get(sync)
        retries.delete(sync)
        if (retry !== undefined) yield* Fiber.interruptFork(retry)
        const resumesAt = yield* run(sync).pipe(
          // A fault of ours in one sync must not end the service for the others.
          Effect.catchAllDefect((defect) => Effect.as(Effect.logError(`the run of ${sync} broke off by a fault of ours`, Cause.die(defect)), null))
        )
        if (resumesAt === null) return
        const wait = Math.max(leastWait, resumesAt - (yield* Clock.currentTimeMillis))
        retries.set(sync, yield* Effect.forkScoped(Effect.delay(join(sync), Duration.millis(wait))))
      })
      return yield* Effect.forever(one)
    })
  )
