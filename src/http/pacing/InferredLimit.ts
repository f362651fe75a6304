/**
 * The limit of a window that no document names, inferred from refusals. It starts at what was answered until the first refusal, and is
 * - raised by half as long as only one refusal speaks for it: a single one may have come of anything;
 * - confirmed by a refusal of a call above it, and then raised by a twelfth after six windows without a refusal;
 * - cut to three fifths where it was kept and a call was refused nevertheless: others use it too, or allowance comes back bit by bit;
 * - kept where far fewer calls than it allows were refused, unless that happens twice in a row.
 * Times are epoch milliseconds.
 */
import type { LearnedLimit } from "./LearnedLimit.ts"

const kept = 0.8
const cut = 0.6
const patience = 6
const part = 12

export const make = (perMillis: number, start: number, isConfirmed: boolean): LearnedLimit & { readonly confirmed: () => boolean } => {
  let safe = Math.max(1, start)
  let confirmed = isConfirmed
  let refusedAt = -Infinity
  let strikes = 0
  /** The highest count of the present stretch of a window's length, and when that ends. */
  let peak = 0
  let turn = -Infinity

  const step = (now: number) => {
    if (!confirmed) return Math.ceil(safe / 2)
    return now < refusedAt + patience * perMillis ? 0 : Math.ceil(safe / part)
  }
  const lower = () => {
    safe = Math.max(1, Math.floor(safe * cut))
    confirmed = true
  }

  return {
    confirmed: () => confirmed,
    safe: () => safe,
    most: (now) => safe + step(now),
    reached: (count, now) => {
      if (now >= turn) {
        if (peak >= safe) strikes = 0
        safe = Math.max(safe, peak)
        peak = 0
        turn = now + perMillis
      }
      peak = Math.max(peak, Math.min(count, safe + step(now)))
    },
    refused: (count, _, startedAt, now) => {
      // Calls that were under way together say the same.
      if (startedAt !== null && startedAt <= refusedAt) return
      if (count > safe) confirmed = true
      else if (count >= safe * kept) lower()
      else if (++strikes > 1) {
        strikes = 0
        lower()
      }
      refusedAt = now
      peak = 0
      turn = now + perMillis
    }
  }
}
