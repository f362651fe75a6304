/** The pacer: calls wait in line until every window, the vendor's own word, the gate and the number of calls under way let them start. */
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as FiberRef from "effect/FiberRef"
import * as Option from "effect/Option"
import type { AllowanceReport, PacedCall, Pacer, PacerInference, PacerUse, PacerWindow, Started } from "../../contract/Pacer.ts"
import * as Slots from "./PacerSlots.ts"

export interface PacerOptions {
  /** The budget: already scaled by the connection's share. */
  readonly windows: ReadonlyArray<PacerWindow>
  /** `use` of the run before. */
  readonly restored: ReadonlyArray<PacerUse>
  /** `inferred` of the run before. None if not given. */
  readonly inferred?: ReadonlyArray<PacerInference>
  /** Calls under way at the same time, at most. */
  readonly concurrency: number
  /** Our part of limits and remainders that the vendor reports, above 0 up to 1; the rest stays for others. 1 if not given. */
  readonly share?: number
  /** See `Pacer.maxWaitMillis`. Null if not given. */
  readonly maxWaitMillis?: number | null
  /** See `Pacer.until`. Null if not given. */
  readonly until?: number | null
  /** Told whenever the first in line begins to wait, until when (epoch milliseconds) and why, in words that end a sentence. */
  readonly onWait?: (until: number, why: string) => Effect.Effect<void>
}

/** Calls start in the order in which they came; one that waits for its endpoint's window only lets others pass. */
export const make = (options: PacerOptions): Effect.Effect<Pacer> =>
  Effect.map(Clock.currentTimeMillis, (madeAt) => {
    const slots = Slots.make(options, madeAt)
    /** Waiting calls of each endpoint, oldest first. */
    const lines = new Map<string | null, Set<Waiter>>()
    let arrivals = 0
    let reads = 0
    let writes = 0
    let announced = 0

    const head = (endpoint: string | null): Waiter | undefined => lines.get(endpoint)?.values().next().value
    const heads = (): ReadonlyArray<Waiter> => [...lines.keys()].flatMap((endpoint) => head(endpoint) ?? []).sort((left, right) => left.order - right.order)

    const leave = (waiter: Waiter) => {
      const line = lines.get(waiter.endpoint)
      line?.delete(waiter)
      if (line?.size === 0) lines.delete(waiter.endpoint)
    }

    /** Starts the calls that can start; the others at the head of a line look anew at how long they wait. */
    const admit = (now: number) => {
      for (;;) {
        const next = heads().find(({ endpoint }) => slots.blocked(endpoint, now) === null)
        if (next === undefined) break
        next.slot = slots.take(next.endpoint, now)
        leave(next)
        next.changed.unsafeOpen()
      }
      for (const waiter of heads()) waiter.changed.unsafeOpen()
    }

    const afterwards = (change: (now: number) => void) =>
      Effect.map(Clock.currentTimeMillis, (now) => {
        change(now)
        admit(now)
      })

    const announce = ({ until, why }: Slots.Blocked) => {
      if (until === announced || until === Infinity || options.onWait === undefined) return Effect.void
      announced = until
      return options.onWait(until, why)
    }

    /** Null: no slot came free before `patience` ended. */
    const waitInLine = (waiter: Waiter, patience: number): Effect.Effect<Slots.Slot | null> =>
      Effect.gen(function* () {
        let due = true
        for (;;) {
          const now = yield* Clock.currentTimeMillis
          waiter.changed.unsafeClose()
          if (due) admit(now)
          if (waiter.slot !== null) return waiter.slot
          if (now >= patience) return null
          const isFirst = head(waiter.endpoint) === waiter
          const blocked = isFirst ? slots.blocked(waiter.endpoint, now) : null
          if (isFirst && blocked === null) {
            // Its turn came in the moment since somebody else looked, and nobody else may come to look again.
            due = true
            continue
          }
          if (blocked !== null) yield* announce(blocked)
          const until = Math.min(patience, blocked?.until ?? Infinity)
          if (until === Infinity) {
            yield* waiter.changed.await
            due = false
          } else {
            const left = Duration.min(Duration.millis(until - now), longestSleep)
            due = Option.isNone(yield* Effect.timeoutOption(waiter.changed.await, left))
          }
        }
      })

    const enter = (endpoint: string | null): Waiter => {
      const waiter: Waiter = { endpoint, order: arrivals++, slot: null, changed: Effect.unsafeMakeLatch(false) }
      const line = lines.get(endpoint) ?? new Set()
      lines.set(endpoint, line.add(waiter))
      return waiter
    }

    const abandon = (waiter: Waiter) =>
      afterwards(() => {
        leave(waiter)
        if (waiter.slot !== null) slots.giveBack(waiter.slot)
      })

    const nextStart: Pacer["nextStart"] = (endpoint, behind = 0) =>
      Effect.map(Clock.currentTimeMillis, (now) =>
        slots.expected(endpoint, now, { all: waiting() + behind, endpoint: (lines.get(endpoint)?.size ?? 0) + behind })
      )

    const callBefore = <A, E, R>(until: number, { endpoint, kind }: PacedCall, effect: Effect.Effect<A, E, R>): Effect.Effect<Started<A>, E, R> =>
      Effect.uninterruptibleMask((restore) =>
        Effect.gen(function* () {
          const waiter = enter(endpoint)
          const slot = yield* Effect.onInterrupt(restore(waitInLine(waiter, until)), () => abandon(waiter))
          if (slot === null) {
            yield* abandon(waiter)
            return { _tag: "TooLong", retryAt: yield* nextStart(endpoint) }
          }
          if (kind === "read") reads++
          else writes++
          const result = yield* Effect.ensuring(
            restore(Effect.locally(effect, currentSlot, slot)),
            afterwards((now) => slots.answered(slot, now))
          )
          return { _tag: "Started", result }
        })
      )

    const waiting = () => [...lines.values()].reduce((sum, line) => sum + line.size, 0)

    return {
      call: (options, effect) =>
        Effect.flatMap(callBefore(Infinity, options, effect), (started) =>
          started._tag === "Started" ? Effect.succeed(started.result) : Effect.dieMessage("a call was given up that waits for ever")
        ),
      callBefore,
      report: (report: AllowanceReport) => Effect.flatMap(FiberRef.get(currentSlot), (slot) => afterwards((now) => slots.reported(report, slot, now))),
      status: Effect.map(Clock.currentTimeMillis, (now) => ({ ...slots.status(now), reads, writes })),
      use: Effect.map(Clock.currentTimeMillis, (now) => slots.use(now)),
      inferred: Effect.sync(slots.inferred),
      nextStart,
      maxWaitMillis: options.maxWaitMillis ?? null,
      until: options.until ?? null
    }
  })

interface Waiter {
  readonly endpoint: string | null
  readonly order: number
  slot: Slots.Slot | null
  /** Opened when the waiter has got its slot, or has to look anew. */
  readonly changed: Effect.Latch
}

/** Lets a report know the call that it comes from. */
const currentSlot = FiberRef.unsafeMake<Slots.Slot | null>(null)

/** Timers hold no more than 24 days. */
const longestSleep = Duration.days(1)
