/** Runs syncs when it is their turn: one at a time, in the order in which they fell due, none waiting twice; those of one time together. */
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Queue from "effect/Queue"
import * as Random from "effect/Random"
import { Clockwork } from "./Clockwork.ts"
import * as DueTurns from "./DueTurns.ts"

/** Runs the part of one sync, which answers when to try again before its next turn (epoch milliseconds), null if that is not needed. */
export type Each = <R>(sync: string, part: Effect.Effect<number | null, never, R>) => Effect.Effect<void, never, R>

export interface Serving<R> {
  /** The turns as the config has them; asked at each tick. */
  readonly turns: Effect.Effect<ReadonlyArray<DueTurns.Turn>>
  /** Asked when turns are due: whether those that were missed run once, and the longest random delay in milliseconds. */
  readonly settings: Effect.Effect<{ readonly missed: "once" | "skip"; readonly jitterMillis: number }>
  /** Runs syncs that are due at one time, each through `each` and one after another. */
  readonly run: (syncs: ReadonlyArray<string>, each: Each) => Effect.Effect<void, never, R>
  /** Turns that were noticed too late, before those of them run that run. */
  readonly onMissed: (missed: ReadonlyArray<DueTurns.Due>, runs: boolean) => Effect.Effect<void>
  /** The wall clock was set back by so many milliseconds: turns count from the new time on. */
  readonly onClockBack: (millis: number) => Effect.Effect<void>
}

/** Least time between a run that handed back and its retry, whatever a vendor's clock says. */
const leastWait = Duration.toMillis("10 seconds")

/** How long the others of one time are waited for: those that go on at one time are woken one after another. */
const gathering = Duration.seconds(1)

/** Syncs that are due, the longest waiting first. One that waits already does not wait twice; one that is under way waits for one more run. */
const line = (order: () => ReadonlyArray<string>) =>
  Effect.gen(function* () {
    /** By the times for which they wait: one that falls due again is still due with those that it was due with before. */
    const waiting = new Map<string, Array<number>>()
    const came = yield* Queue.sliding<void>(1)
    const together = (): ReadonlyArray<string> => {
      const [first = []] = waiting.values()
      const due = [...waiting].flatMap(([sync, times]) => (times.some((at) => first.includes(at)) ? [sync] : []))
      const known = order().filter((sync) => due.includes(sync))
      return [...known, ...due.filter((sync) => !known.includes(sync))]
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
      /** The turn that waits longest and those due at the same time, in order. They wait on until they leave. */
      next: Effect.gen(function* () {
        while (waiting.size === 0) yield* Queue.take(came)
        yield* Effect.sleep(gathering)
        return together()
      })
    }
  })

/** Goes on for ever. When interrupted, nothing new starts, and the run under way is interrupted and ends before this does. */
export const serve = <R>({ turns, settings, run, onMissed, onClockBack }: Serving<R>): Effect.Effect<never, never, Clockwork | R> =>
  Effect.scoped(
    Effect.gen(function* () {
      const clockwork = yield* Clockwork
      let known: ReadonlyArray<DueTurns.Turn> = []
      const { join, leave, next } = yield* line(() => known.map(({ sync }) => sync))
      const retries = new Map<string, Fiber.Fiber<void>>()
      const scope = yield* Effect.scope
      const look = DueTurns.make()
      const tick = Effect.gen(function* () {
        known = yield* turns
        const now = yield* Clock.currentTimeMillis
        const { due, missed, setBack } = look(known, now)
        if (setBack !== null) yield* onClockBack(setBack)
        if (due.length + missed.length === 0) return
        const { jitterMillis, missed: policy } = yield* settings
        if (missed.length > 0) yield* onMissed(missed, policy === "once")
        // What was missed at whatever times is made up for together.
        const joining = [...due, ...(policy === "once" ? missed.map(({ turn }) => ({ turn, at: now })) : [])]
        const joined = Effect.forEach(joining, ({ at, turn }) => join(turn.sync, at), { discard: true })
        if (jitterMillis === 0) return yield* joined
        yield* Effect.forkIn(Effect.delay(joined, Duration.millis(yield* Random.nextIntBetween(0, jitterMillis + 1))), scope)
      })
      yield* clockwork.start(Effect.catchAllDefect(tick, (defect) => Effect.logError("looking for turns broke off by a fault of ours", Cause.die(defect))))
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
