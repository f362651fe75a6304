/** The gate before all calls of a connection: closed by an answer that means "not now". Times are epoch milliseconds. */
export interface RetryAfterGate {
  /** Null: open. */
  readonly closedUntil: (now: number) => number | null
  /** `startedAt`: of the refused call, null if unknown. Of calls that were under way together only the first counts as a new refusal. */
  readonly refuse: (until: number | "unreported", startedAt: number | null, now: number) => void
  /** A call was answered otherwise. */
  readonly accept: () => void
}

const unreported = 60_000
const shortest = 1_000
const longestOwn = 60_000

export const make = (): RetryAfterGate => {
  let until = 0
  let refusedAt = -Infinity
  let refusals = 0
  return {
    closedUntil: (now) => (until > now ? until : null),
    refuse: (asked, startedAt, now) => {
      if (startedAt === null || startedAt > refusedAt) refusals++
      refusedAt = now
      // A vendor that says "at once" again and again is asked ever more slowly.
      const least = now + Math.min(longestOwn, shortest * 2 ** (refusals - 1))
      until = Math.max(until, least, asked === "unreported" ? now + unreported : asked)
    },
    accept: () => {
      refusals = 0
    }
  }
}
