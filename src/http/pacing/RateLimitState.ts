/** What the vendor last told of one allowance, kept true by counting what has happened since. Times are epoch milliseconds. */
import type { AllowanceReport } from "../../contract/Pacer.ts"
import * as LearnedLimit from "./LearnedLimit.ts"
import type { PacingWindow } from "./PacingWindow.ts"

export interface Reporter {
  /** What `take` gave the reporting call; null if it is none of ours that is under way. */
  readonly ticket: number | null
  /** When that call started; null if it is none of ours that is under way. */
  readonly startedAt: number | null
  /** Calls of this allowance under way, the reporting one not counted. */
  readonly othersUnderWay: number
}

export interface RateLimitState {
  /** A call starts. Answers its ticket: tickets rise by one. A call that then never starts is taken for one that did until the next report. */
  readonly take: () => number
  readonly reported: (report: AllowanceReport, reporter: Reporter, now: number) => void
  /** Whether the vendor tells this allowance at all. */
  readonly announced: () => boolean
  /** A call was refused: for some time nothing is taken for granted but what the vendor told. */
  readonly doubt: (now: number) => void
  /**
   * When a call may start: now, or when the vendor (or our own calls' age) is estimated to allow more. Infinity: as soon as one of the `underWay`
   * calls of this allowance is answered, as an estimate alone starts one at a time where others seem to call too, or a reset may not bring all.
   */
  readonly free: (now: number, underWay: number) => number
  /** As `free`, but with what later periods bring, as far as their length and limit are known. */
  readonly expected: (now: number, ahead: number) => number
  readonly status: (now: number) => { readonly limit: number | null; readonly remaining: number | null; readonly resetAt: number | null }
}

/** Without a reset time and without a window of ours, this long. */
const unknownSpan = 60_000

/** A remaining quota below this share of the limit after a reset means that others use it too. */
const fullest = 0.5

/** Vendors that count in fractions round what is left. */
const rounding = 1

/** Reset times of one period differ by rounding. */
const samePeriod = 2_000

interface Reported {
  readonly remaining: number
  /** The last ticket that the vendor had counted. */
  readonly counted: number
  /** The last ticket when the report came. */
  readonly ticketsThen: number
  readonly resetAt: number | null
  readonly endsAt: number
  /** Kept for others. */
  readonly reserve: number
  /** The window's count of freed slots at the time. */
  readonly freed: number
}

/** `share`: our part of what the vendor reports, 0 to 1. `windows`: those of this allowance alone. */
export const make = (windows: ReadonlyArray<PacingWindow>, share: number): RateLimitState => {
  /** The one that the report is about. */
  let window = windows.toSorted((left, right) => left.declared.perMillis - right.declared.perMillis)[0]
  let limit: number | null = null
  let reported: Reported | null = null
  let tickets = 0
  let doubtedUntil = -Infinity
  /** When the last told period ended whose end the vendor had told. */
  let resetAt = -Infinity
  /** What the end of such a period brings; null until one was seen. */
  let refill: "whole" | "gradual" | null = null

  const current = (now: number): Reported | null => {
    if (reported !== null && now >= reported.endsAt) {
      if (reported.resetAt !== null) resetAt = reported.resetAt
      reported = null
    }
    return reported
  }
  const doubt = (now: number) => {
    doubtedUntil = now + LearnedLimit.believed * (window?.declared.perMillis ?? unknownSpan)
  }
  /** From the first answer after such an end. */
  const learnRefill = ({ limit, remaining }: AllowanceReport) => {
    if (limit !== null && remaining !== null) refill = remaining < limit * fullest ? "gradual" : "whole"
  }
  const surelyLeft = (reported: Reported) => reported.remaining - (tickets - reported.counted) - reported.reserve
  /** Without a reset time, a slot of ours that came free is one more there. */
  const left = (reported: Reported, now: number) =>
    reported.remaining - (tickets - reported.counted) + (reported.resetAt === null && window !== undefined ? window.freed(now) - reported.freed : 0)

  /** Whether a call that starts now does so on an estimate alone: then the answer of one comes before the next. */
  const probes = (now: number): boolean => {
    const present = current(now)
    const doubted = now < doubtedUntil && limit !== null
    if (present === null) return doubted || (resetAt > -Infinity && refill !== "whole")
    return doubted && surelyLeft(present) <= 0
  }
  const probeAt = (now: number, ahead: number): number => {
    const present = current(now)
    if (present === null || left(present, now) - present.reserve > ahead) return now
    if (present.resetAt !== null || window === undefined) return present.endsAt
    const firstFreed = window.free(now, window.slots(now) - window.held(now))
    return Math.min(present.endsAt, firstFreed)
  }

  return {
    take: () => ++tickets,
    reported: (report, reporter, now) => {
      const before = current(now)
      if (before === null && reporter.startedAt !== null && reporter.startedAt >= resetAt && resetAt > -Infinity) learnRefill(report)
      // Where the allowance comes back bit by bit, the told moment is that of the first bit.
      const periodEnds = report.resetAt !== null && report.resetAt > now && !(refill === "gradual" && window !== undefined) ? report.resetAt : null
      if (report.limit !== null) {
        limit = report.limit
        window = nearest(windows, limit * share)
        // Where the vendor also tells what is left until when, that says more: its span may be shorter than the window's.
        window?.tell(report.remaining !== null && periodEnds !== null ? null : Math.floor(limit * share))
      }
      if (report.remaining === null) return
      if (report.resetAt !== null && report.resetAt <= now && window === undefined) {
        // What was left then has come back since, or some of it: the next call's answer will tell.
        resetAt = report.resetAt
        reported = null
        return
      }
      // We hold for longer than the vendor counts: where it counts more, others have called.
      if (report.limit !== null && window !== undefined && report.remaining + window.held(now) < report.limit - rounding) doubt(now)
      const { othersUnderWay, ticket } = reporter
      const base = {
        remaining: report.remaining,
        resetAt: periodEnds,
        endsAt: periodEnds ?? now + (window?.declared.perMillis ?? unknownSpan),
        reserve: share >= 1 ? 0 : Math.ceil(limit === null ? ((window?.declared.calls ?? 0) * (1 - share)) / share : limit * (1 - share)),
        freed: window?.freed(now) ?? 0,
        ticketsThen: tickets
      }
      if (periodEnds === null && ticket !== null) {
        // What is left comes back bit by bit, so most of what is under way has been counted: as of the reporting call, the newest one says most.
        if (before === null || before.resetAt !== null || ticket >= before.counted) reported = { ...base, counted: ticket }
        return
      }
      // All that is under way may still be taken off. Where a later call has been heard first, the vendor may have counted in another order.
      const fresh = { ...base, counted: tickets - othersUnderWay }
      const overtaken = ticket !== null && before !== null && ticket <= before.ticketsThen
      const same = overtaken && (before.resetAt === null || periodEnds === null || Math.abs(periodEnds - before.resetAt) <= samePeriod)
      reported = same ? { ...fresh, remaining: Math.min(report.remaining, left(before, now) + othersUnderWay) } : fresh
    },
    announced: () => limit !== null || reported !== null,
    doubt,
    free: (now, underWay) => {
      const start = probeAt(now, 0)
      return start <= now && underWay > 0 && probes(now) ? Infinity : start
    },
    expected: (now, ahead) => {
      const first = probeAt(now, ahead)
      const present = current(now)
      if (first === now || present === null || present.resetAt === null || limit === null || window === undefined) return first
      const later = ahead - Math.max(0, left(present, now) - present.reserve)
      return first + Math.floor(later / Math.max(1, Math.floor(limit * share))) * window.declared.perMillis
    },
    status: (now) => {
      const present = current(now)
      return { limit, remaining: present === null ? null : Math.max(0, left(present, now)), resetAt: present?.resetAt ?? null }
    }
  }
}

/** A limit belongs to the window whose own is most like it. */
const nearest = (windows: ReadonlyArray<PacingWindow>, limit: number): PacingWindow | undefined => {
  const distance = ({ declared }: PacingWindow) => Math.abs(Math.log(declared.calls / Math.max(1, limit)))
  return windows.toSorted((left, right) => distance(left) - distance(right))[0]
}
