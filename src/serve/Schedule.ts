/** Runs syncs when it is their turn: one at a time, in the order in which they fell due, none waiting twice; those of one time together. */
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Queue from "effect/Queue"
import { Clockwork, type Turn } from "./Clockwork.ts"

/** Runs the part of one sync, which answers when to try again before its next turn (epoch milliseconds), null if that is not needed. */
export type Each = <R>(sync: string, part: Effect.Effect<number | null, never, R>) => Effect.Effect<void, never, R>

export interface Serving<R> {
  readonly turns: ReadonlyArray<Turn>
  /** Runs syncs that are due at one time, each through `each` and one after another. */
  readonly run: (syncs: ReadonlyArray<string>, each: Each) => Effect.Effect<void, never, R>
  /** Told once all turns are set, with the next time of each. */
  readonly onReady: (next: ReadonlyArray<{ readonly turn: Turn; readonly at: number | null }>) => Effect.Effect<void>
}

/** Least time between a run that handed back and its retry, whatever a vendor's clock says. */
const leastWait = Duration.toMillis("10 seconds")

/** How long the others of one time are waited for: a clockwork tells of them one after another. */
const gathering = Duration.seconds(1)

/** Syncs that are due, the longest waiting first. One that waits already does not wait twice; one that is under way waits for one more run. */
const line = (turns: ReadonlyArray<Turn>) =>
  Effect.gen(function* () {
    /** By the times for which they wait: one that falls due again is still due with those that it was due with before. */
    const waiting = new Map<string, Array<number>>()
    const came = yield* Queue.sliding<void>(1)
    const together = (): ReadonlyArray<string> => {
      const [first = []] = waiting.values()
      return turns.flatMap(({ sync }) => (waiting.get(sync)?.some((at) => first.includes(at)) === true ? [sync] : []))
    }
    return {
      join: (sync: string, at: number): Effect.Effect<void> =>
        Effect.suspend(() => {
          const times = waiting.get(sync)
          if (times !== undefined) {
            times.push(at)
            return Effect.logDebug(`${sync} is due again, and waits already`)
          }
          waiting.set(sync, [at])
          return Effect.asVoid(Queue.offer(came, undefined))
        }),
      leave: (sync: string): Effect.Effect<void> => Effect.sync(() => void waiting.delete(sync)),
      /** Who waits longest and whoever is due at the same time, in the order of the turns. They wait on until they leave. */
      next: Effect.gen(function* () {
        while (waiting.size === 0) yield* Queue.take(came)
        yield* Effect.sleep(gathering)
        return together()
      })
    }
  })

/** Goes on for ever. When interrupted, nothing new starts, and the run under way is interrupted and ends before this does. */
export const serve = <R>({ turns, run, onReady }: Serving<R>): Effect.Effect<never, never, Clockwork | R> =>
  Effect.scoped(
    Effect.gen(function* () {
      const clockwork = yield* Clockwork
      const { join, leave, next } = yield* line(turns)
      const retries = new Map<string, Fiber.Fiber<void>>()
      const started = yield* Effect.forEach(turns, (turn) =>
        Effect.map(
          clockwork.start(turn, (at) => join(turn.sync, at)),
          (nextTime) => Effect.map(nextTime, (at) => ({ turn, at }))
        )
      )
      yield* onReady(yield* Effect.all(started))
      const scope = yield* Effect.scope
      const each =
        (left: Set<string>): Each =>
        (sync, part) =>
          Effect.gen(function* () {
            left.delete(sync)
            yield* leave(sync)
            const retry = retries.get(sync)
            retries.delete(sync)
            if (retry !== undefined) yield* Fiber.interruptFork(retry)
            const resumesAt = yield* Effect.catchAllDefect(part, brokeOff([sync], null))
            if (resumesAt === null) return
            const now = yield* Clock.currentTimeMillis
            const at = Math.max(now + leastWait, resumesAt)
            retries.set(sync, yield* Effect.forkIn(Effect.delay(join(sync, at), Duration.millis(at - now)), scope))
          })
      const one = Effect.gen(function* () {
        const syncs = yield* next
        const left = new Set(syncs)
        yield* Effect.catchAllDefect(run(syncs, each(left)), brokeOff(syncs, undefined))
        // Who could not be run has had its turn, too.
        yield* Effect.forEach(left, leave)
      })
      return yield* Effect.forever(one)
    })
  )

/** A fault of ours in one sync must not end the service for the others. */
const brokeOff =
  <A>(syncs: ReadonlyArray<string>, answer: A) =>
  (defect: unknown): Effect.Effect<A> =>
    Effect.as(Effect.logError(`the run of ${syncs.join(", ")} broke off by a fault of ours`, Cause.die(defect)), answer)
