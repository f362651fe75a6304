/** A window where none is known, made of refusals: so many calls were taken until one was refused, and then there was so long to wait. */
import * as PacingWindow from "./PacingWindow.ts"
import * as TimeRing from "./TimeRing.ts"

export interface InferredWindow {
  /** Null: nothing was refused yet. */
  readonly current: () => PacingWindow.PacingWindow | null
  readonly answered: (now: number) => void
  /** A call that started at `startedAt` was refused until `until`; so many calls are under way, it among them. */
  readonly refused: (startedAt: number | null, until: number, underWay: number, now: number) => void
}

/** Of a longer time than this nobody remembers what was answered. */
const longest = 3_600_000

/** Fewer answers than this say nothing about a limit. */
const fewest = 5

/** Vendors tell the wait in whole seconds, rounded up. */
const rounding = 1_000

/**
 * By how much a later refusal lowers the rate. Not by more, even where less was taken since the last pause: that may have ended before all
 * was free again. Where it was far less, the vendor fills up bit by bit, and what was taken at first was saved up.
 */
const [leastStep, mostStep, farStep] = [0.97, 0.85, 0.5]

export const make = (): InferredWindow => {
  const answers = TimeRing.make()
  let current: PacingWindow.PacingWindow | null = null
  let calls = 0
  /** Since the end of the last pause. */
  let stretch: { readonly from: number; count: number } | null = null
  let refusedAt = -Infinity

  const made = (perMillis: number, underWay: number, now: number) => {
    const window = PacingWindow.make({ calls: Infinity, perMillis, endpoint: null })
    for (let index = 0; index < answers.size(); index++) window.restore(answers.at(index), now)
    for (let call = 0; call < underWay; call++) window.take()
    window.learn(calls, null, now)
    return window
  }

  return {
    current: () => current,
    answered: (now) => {
      stretch ??= { from: now, count: 0 }
      stretch.count++
      answers.push(now)
      answers.dropUntil(now - longest)
    },
    refused: (startedAt, until, underWay, now) => {
      if (startedAt !== null && startedAt <= refusedAt) return
      refusedAt = now
      const { count, from } = stretch ?? { from: now, count: 0 }
      stretch = null
      if (current === null && count < fewest) return
      const wait = until - now
      const perMillis = now - from + wait - Math.min(rounding, wait) / 2
      const seen = count / perMillis
      if (current === null) {
        calls = count
        current = made(Math.ceil(perMillis), underWay, now)
        return
      }
      const before = calls / current.declared.perMillis
      const step = seen < before * farStep ? farStep : Math.max(mostStep, Math.min(leastStep, seen / before))
      current = made(Math.ceil(current.declared.perMillis / step), underWay, now)
    }
  }
}
