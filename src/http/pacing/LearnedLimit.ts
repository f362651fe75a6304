/** What refusals taught of a window's limit: how many calls are surely taken, and how far to try beyond. Times are epoch milliseconds. */
export interface LearnedLimit {
  /** Calls of a window that the vendor takes, as far as is known; Infinity: it never refused one. */
  readonly safe: () => number
  /** Calls of a window that may be tried; those above `safe` one at a time. */
  readonly most: (now: number) => number
  /** So many calls are held by answers of the window's length. */
  readonly reached: (count: number, now: number) => void
  /** A call that started at `startedAt` was refused when answers held `count`, and `allowed` were thought to be. */
  readonly refused: (count: number, allowed: number, startedAt: number | null, now: number) => void
}

/** Windows after which a learned limit is doubted: the refusal may have come of somebody else's calls. */
export const believed = 12
/** Windows after which a few more are tried; all of `believed` where that was refused again. */
const patient = 6

/** `full`: the limit as it was told. */
export const make = (perMillis: number, full: () => number): LearnedLimit => {
  let safe = Infinity
  let refusedAt = -Infinity
  let patience = patient
  /** The highest count of the present stretch of a window's length, and when that ends. */
  let peak = 0
  let turn = -Infinity

  const most = (now: number) => {
    const windows = Math.floor((now - refusedAt) / perMillis)
    if (safe === Infinity || windows >= believed) return Infinity
    return windows < patience ? safe : safe + Math.max(1, Math.round(Math.min(full() - safe, safe) / believed))
  }

  return {
    safe: () => safe,
    most,
    reached: (count, now) => {
      if (safe === Infinity) return
      if (now >= turn) {
        safe = Math.max(safe, peak)
        peak = 0
        turn = now + perMillis
      }
      peak = Math.max(peak, Math.min(count, most(now)))
      if (safe >= full()) safe = Infinity
    },
    refused: (count, allowed, startedAt, now) => {
      // Calls that were under way together say the same.
      if (startedAt !== null && startedAt <= refusedAt) return
      patience = safe < Infinity && count >= safe ? believed : patient
      // What was answered so far was not too many. Never less than half: it may have been others who used the limit up.
      safe = Math.max(1, Math.ceil(allowed / 2), Math.min(allowed, count))
      refusedAt = now
      peak = 0
      turn = now + perMillis
    }
  }
}
