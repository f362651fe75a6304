/** How many calls may be under way at once, so that few of them are refused together. Times are epoch milliseconds. */
export interface ConcurrencyLimit {
  /** Before the first refusal as many as the connection takes, if the limit is known and not near; after one, one more for each answer. */
  readonly most: (now: number, known: Known) => number
  /** `span`: for so long refusals are remembered. */
  readonly refused: (span: number, now: number) => void
  /** A call that started at `startedAt` was answered, and not refused. */
  readonly accepted: (startedAt: number, now: number) => void
}

/** What is known of the limit. */
export interface Known {
  /** Calls a millisecond that the windows allow, Infinity if only the vendor tells what is left; null: no limit is known. */
  readonly rate: number | null
  /** Whether the vendor's limit is near that it was not yet shown to keep. */
  readonly unproven: boolean
  /** Whether a documented window that was never used up is so long that a shorter one, which no document names, may stand beside it. */
  readonly mayHide: boolean
}

/** Where no limit is known: so many at first, and one more for every so many answers. */
const firstUnknown = 3
const answersUnknown = 60

/** After a refusal the first answers let in one more each, up to what the limit needs; then one more for every so many. */
const answersRefused = 100

/** Where a shorter window may be hidden, so many at once: the rate of a long window needs no more, and as many are refused together at the most. */
const hiddenAtOnce = 4

/** Near a limit that is not proven, this part of all. */
const unprovenPart = 3

/** Beyond what the rate needs on the average: answers are not evenly quick. */
const spare = 1.5
const fewestNeeded = 2

/** Weight of the newest answer in the average. */
const weight = 0.1

/** `concurrency`: calls under way at once, at most. */
export const make = (concurrency: number): ConcurrencyLimit => {
  /** What a call takes to be answered, on the average; null: not known yet. */
  let latency: number | null = null
  let answers = 0
  let refusal = { at: -Infinity, until: -Infinity, answers: 0 }

  const needed = (rate: number) => (rate === Infinity ? Infinity : Math.max(fewestNeeded, Math.ceil(spare * rate * (latency ?? 0))))

  const wanted = (now: number, { mayHide, rate, unproven }: Known): number => {
    if (now < refusal.until) {
      const later = Math.floor(refusal.answers / answersRefused)
      return Math.min(1 + refusal.answers, (rate === null ? fewestNeeded : needed(rate)) + later, Math.max(fewestNeeded, concurrency / 2))
    }
    if (rate === null) return firstUnknown + Math.floor(answers / answersUnknown)
    if (mayHide) return Math.max(hiddenAtOnce, needed(rate))
    return unproven ? Math.max(concurrency / unprovenPart, needed(rate)) : concurrency
  }

  return {
    most: (now, known) => Math.min(concurrency, Math.ceil(wanted(now, known))),
    refused: (span, now) => {
      refusal = { at: now, until: now + span, answers: 0 }
    },
    accepted: (startedAt, now) => {
      latency = latency === null ? now - startedAt : latency + weight * (now - startedAt - latency)
      answers++
      // What started before says nothing on what the vendor takes since.
      if (startedAt > refusal.at) refusal.answers++
    }
  }
}
