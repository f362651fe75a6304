/** What carrying out a plan costs in time, and how many calls a time allows. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type { Pacer, PacerWindow } from "../contract/Pacer.ts"

const hour = 3_600_000

/** A call's usual time on the way in milliseconds, and how many are on the way at the same time, where nothing limits them. */
const usual = 400
const usuallyAtOnce = 4

/** The tightest window's rate; null where nothing limits. */
export const perHour = (windows: ReadonlyArray<PacerWindow>): number | null => {
  const general = windows.filter((window) => window.endpoint === null)
  return general.length === 0 ? null : Math.floor(Math.min(...general.map((window) => (window.calls * hour) / window.perMillis)))
}

/** When the last of so many calls is answered, if they began now (epoch milliseconds). */
const endOf = (pacer: Pacer, calls: number, atOnce = usuallyAtOnce): Effect.Effect<number> =>
  calls === 0
    ? Clock.currentTimeMillis
    : Effect.zipWith(pacer.nextStart(null, calls - 1), Clock.currentTimeMillis, (start, now) => Math.max(start, now + ((calls - 1) * usual) / atOnce) + usual)

/** Seconds until the last of so many calls is answered, within limit and budget, and with what is used up of them already. */
export const seconds = (pacer: Pacer, calls: number, atOnce?: number): Effect.Effect<number> =>
  Effect.zipWith(endOf(pacer, calls, atOnce), Clock.currentTimeMillis, (end, now) => Math.ceil((end - now) / 1000))

/** More than that no run makes. */
const most = 2 ** 30

/** The most calls of which the last is answered by then. */
export const fitting = (pacer: Pacer, until: number): Effect.Effect<number> =>
  Effect.gen(function* () {
    let [fits, tooMany] = [0, 1]
    while (tooMany < most && (yield* endOf(pacer, tooMany)) <= until) [fits, tooMany] = [tooMany, tooMany * 2]
    while (tooMany - fits > 1) {
      const middle = Math.floor((fits + tooMany) / 2)
      if ((yield* endOf(pacer, middle)) <= until) fits = middle
      else tooMany = middle
    }
    return fits
  })
