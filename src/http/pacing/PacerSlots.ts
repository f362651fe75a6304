/** All that can keep a call from starting, together. Mutable and synchronous; `SlotPacer` does the waiting. Times are epoch milliseconds. */
import * as Duration from "effect/Duration"
import type { AllowanceReport, PacerInference, PacerStatus, PacerUse, PacerWindow } from "../../contract/Pacer.ts"
import * as InferredLimit from "./InferredLimit.ts"
import * as InferredWindow from "./InferredWindow.ts"
import * as LearnedLimit from "./LearnedLimit.ts"
import * as PacingWindow from "./PacingWindow.ts"
import * as RetryAfterGate from "./RetryAfterGate.ts"
import * as RateLimitState from "./RateLimitState.ts"
import * as TimeRing from "./TimeRing.ts"
import * as ConcurrencyLimit from "./ConcurrencyLimit.ts"

/** A call that has started. */
export interface Slot {
  readonly endpoint: string | null
  readonly startedAt: number
  /** Of each allowance that it takes from. */
  readonly tickets: ReadonlyMap<RateLimitState.RateLimitState, number>
  /** In which it holds a place. */
  readonly windows: ReadonlyArray<PacingWindow.PacingWindow>
}

/** `until` is Infinity where only the end of a call under way, or a report, can change it. */
export interface Blocked {
  readonly until: number
  readonly why: string
}

export interface PacerSlots {
  /** Null: a call may start now. */
  readonly blocked: (endpoint: string | null, now: number) => Blocked | null
  readonly expected: (endpoint: string | null, now: number, ahead: { readonly all: number; readonly endpoint: number }) => number
  readonly take: (endpoint: string | null, now: number) => Slot
  /** The call never started. */
  readonly giveBack: (slot: Slot) => void
  readonly answered: (slot: Slot, now: number) => void
  /** `slot`: of the call that reports, null if it is none of ours. */
  readonly reported: (report: AllowanceReport, slot: Slot | null, now: number) => void
  readonly status: (now: number) => Omit<PacerStatus, "reads" | "writes">
  readonly use: (now: number) => ReadonlyArray<PacerUse>
  readonly inferred: () => ReadonlyArray<PacerInference>
}

export interface SlotOptions {
  readonly windows: ReadonlyArray<PacerWindow>
  readonly restored: ReadonlyArray<PacerUse>
  readonly inferred?: ReadonlyArray<PacerInference>
  readonly concurrency: number
  readonly share?: number
}

export const make = (options: SlotOptions, madeAt: number): PacerSlots => {
  const share = options.share ?? 1
  const windows = options.windows.map((window) => PacingWindow.make(window))
  /** By endpoint; those that no document names. */
  const inferred = new Map<string | null, Inferred>()
  const gate = RetryAfterGate.make()
  const bound = ConcurrencyLimit.make(options.concurrency)
  const underWay = new Set<Slot>()
  const refused = new Set<Slot>()
  const allowances = new Map<string | null, RateLimitState.RateLimitState>()
  const answeredAt = new Map<string | null, TimeRing.TimeRing>()
  /** Without the refused ones. */
  const acceptedAt = new Map<string | null, TimeRing.TimeRing>()
  let limited = 0
  let refusedAt = -Infinity
  /** When the last pause ended. */
  let openedAt = -Infinity

  const documented = (endpoint: string | null) => windows.filter((window) => window.covers(endpoint))
  const covering = (endpoint: string | null) => [
    ...documented(endpoint),
    ...[...inferred.values()].flatMap(({ window }) => (window.covers(endpoint) ? [window] : []))
  ]

  /** Of the account (null) or of an endpoint. */
  const allowance = (endpoint: string | null): RateLimitState.RateLimitState => {
    const known = allowances.get(endpoint)
    if (known !== undefined) return known
    const own = windows.filter(({ declared }) => declared.endpoint === endpoint)
    const made = RateLimitState.make(own, share)
    allowances.set(endpoint, made)
    return made
  }
  const allowancesOf = (endpoint: string | null) => (endpoint === null ? [allowance(null)] : [allowance(null), allowance(endpoint)])

  const remember = (rings: Map<string | null, TimeRing.TimeRing>, endpoint: string | null, at: number, now: number) => {
    const longest = Math.max(0, ...documented(endpoint).map(({ declared }) => declared.perMillis))
    const ring = rings.get(endpoint) ?? TimeRing.make()
    rings.set(endpoint, ring)
    ring.push(at)
    ring.dropUntil(now - longest)
  }

  const infer = (window: PacerInference, since: number, now: number) => {
    const limit = InferredLimit.make(window.perMillis, window.calls, window.confirmed)
    const made = PacingWindow.make({ ...window, calls: Infinity }, limit)
    for (const [endpoint, ring] of acceptedAt) if (made.covers(endpoint)) for (let index = 0; index < ring.size(); index++) made.restore(ring.at(index), now)
    inferred.set(window.endpoint, { window: made, limit, since })
  }

  /** Moments of accepted calls of an endpoint (null: of all) after `since`. */
  const acceptedAfter = (endpoint: string | null, since: number): ReadonlyArray<number> =>
    [...acceptedAt]
      .filter(([answered]) => endpoint === null || answered === endpoint)
      .flatMap(([, ring]) => Array.from({ length: ring.size() }, (_, index) => ring.at(index)))
      .filter((at) => at > since)

  for (const { endpoint, at } of options.restored.toSorted((left, right) => left.at - right.at)) {
    // A moment to come is of a clock that was set back since.
    const past = Math.min(at, madeAt)
    for (const window of covering(endpoint)) window.restore(past, madeAt)
    remember(answeredAt, endpoint, past, madeAt)
    remember(acceptedAt, endpoint, past, madeAt)
  }
  for (const window of options.inferred ?? []) infer(window, madeAt - window.perMillis, madeAt)

  const known = (endpoint: string | null, now: number): ConcurrencyLimit.Known => {
    const announced = allowancesOf(endpoint).some((reported) => reported.announced())
    const windows = covering(endpoint)
    const rates = covering(null).map((window) => window.slots(now) / window.declared.perMillis)
    return {
      rate: rates.length === 0 && !announced ? null : Math.min(...rates),
      unproven: !announced && windows.some((window) => window.unproven(now)),
      mayHide: !announced && windows.some((window) => !window.proven() && InferredWindow.mayHide(window.declared.perMillis))
    }
  }

  const underWayOf = (reported: RateLimitState.RateLimitState) => [...underWay].filter(({ tickets }) => tickets.has(reported)).length

  const reasons = (endpoint: string | null, now: number): ReadonlyArray<Blocked> => [
    { until: gate.closedUntil(now) ?? now, why: "the vendor asked for a pause" },
    { until: underWay.size < bound.most(now, known(endpoint, now)) ? now : Infinity, why: "enough calls are under way" },
    ...covering(endpoint).map((window) => ({ until: window.free(now, 0), why: usedUp(window, now) })),
    ...allowancesOf(endpoint).map((reported) => ({ until: reported.free(now, underWayOf(reported)), why: "the vendor says that the allowance is used up" }))
  ]

  const learn = (called: string | null, until: number | "unreported", startedAt: number | null, now: number) => {
    if (allowancesOf(called).some((reported) => reported.announced())) return
    const fill = (window: PacingWindow.PacingWindow) => window.held(now) / window.slots(now)
    const [fullest] = documented(called).toSorted((left, right) => fill(right) - fill(left))
    if (fullest === undefined || (startedAt !== null && startedAt <= refusedAt)) return
    const { endpoint, perMillis } = fullest.declared
    const before = inferred.get(endpoint)
    const sincePause = acceptedAfter(endpoint, openedAt)
    const again = before !== undefined && sincePause.length === 0
    const since = again ? before.since : Math.min(now, ...sincePause)
    const span = InferredWindow.span(perMillis, { at: now, wait: until === "unreported" ? null : until - now, since, again })
    if (span === null) {
      inferred.delete(endpoint)
      fullest.learn(startedAt, now)
    } else if (before !== undefined && !again && span <= before.window.declared.perMillis * longer) before.window.learn(startedAt, now)
    else {
      // A longer window of the same calls takes at least as many as the shorter one did.
      const calls = Math.max(1, acceptedAfter(endpoint, now - span).length, again ? before.limit.safe() : 0)
      infer({ endpoint, perMillis: span, calls, confirmed: false }, since, now)
    }
  }

  const refuse = (until: number | "unreported", slot: Slot | null, endpoint: string | null, now: number, learns: boolean) => {
    limited++
    gate.refuse(until, slot?.startedAt ?? null, now)
    if (slot !== null) refused.add(slot)
    for (const reported of allowancesOf(endpoint)) reported.doubt(now)
    if (learns) learn(endpoint, until, slot?.startedAt ?? null, now)
    refusedAt = now
    openedAt = gate.closedUntil(now) ?? now
    const spans = covering(null).map(({ declared }) => declared.perMillis)
    bound.refused(LearnedLimit.believed * (spans.length === 0 ? unknownSpan : Math.max(...spans)), now)
  }

  return {
    blocked: (endpoint, now) => {
      const latest = reasons(endpoint, now).reduce((left, right) => (right.until > left.until ? right : left))
      return latest.until <= now ? null : latest
    },
    expected: (endpoint, now, ahead) =>
      Math.max(
        gate.closedUntil(now) ?? now,
        ...covering(endpoint).map((window) => window.expected(now, window.declared.endpoint === null ? ahead.all : ahead.endpoint)),
        ...allowancesOf(endpoint).map((reported, index) => reported.expected(now, index === 0 ? ahead.all : ahead.endpoint))
      ),
    take: (endpoint, now) => {
      const windows = covering(endpoint)
      const slot = { endpoint, startedAt: now, tickets: new Map(allowancesOf(endpoint).map((reported) => [reported, reported.take()])), windows }
      underWay.add(slot)
      for (const window of windows) window.take()
      return slot
    },
    giveBack: (slot) => {
      underWay.delete(slot)
      for (const window of slot.windows) window.giveBack()
    },
    answered: (slot, now) => {
      underWay.delete(slot)
      const accepted = !refused.delete(slot)
      if (accepted) bound.accepted(slot.startedAt, now)
      for (const window of slot.windows) window.answered(now)
      remember(answeredAt, slot.endpoint, now, now)
      if (accepted) remember(acceptedAt, slot.endpoint, now, now)
    },
    reported: (report, slot, now) => {
      const own = slot !== null && underWay.has(slot) ? slot : null
      if (report.pausedUntil !== null) {
        refuse(report.pausedUntil, own, own?.endpoint ?? report.endpoint, now, report.limit === null && report.remaining === null)
      } else gate.accept()
      if (report.limit === null && report.remaining === null) return
      const reported = allowance(report.endpoint)
      const others = [...underWay].filter((other) => other !== own && (report.endpoint === null || other.endpoint === report.endpoint))
      reported.reported(report, { ticket: own?.tickets.get(reported) ?? null, startedAt: own?.startedAt ?? null, othersUnderWay: others.length }, now)
    },
    status: (now) => ({ ...allowance(null).status(now), pausedUntil: gate.closedUntil(now), limited }),
    use: (now) => {
      const held: Array<PacerUse> = [...underWay].map(({ endpoint }) => ({ endpoint, at: now }))
      for (const [endpoint, ring] of answeredAt) {
        const longest = Math.max(0, ...covering(endpoint).map(({ declared }) => declared.perMillis))
        ring.dropUntil(now - longest)
        for (let index = 0; index < ring.size(); index++) held.push({ endpoint, at: ring.at(index) })
      }
      return held.sort((left, right) => left.at - right.at)
    },
    inferred: () =>
      [...inferred].map(([endpoint, { limit, window }]) => ({
        endpoint,
        calls: limit.safe(),
        perMillis: window.declared.perMillis,
        confirmed: limit.confirmed()
      }))
  }
}

interface Inferred {
  readonly window: PacingWindow.PacingWindow
  readonly limit: ReturnType<typeof InferredLimit.make>
  /** When the first of the calls was answered from which it was inferred, epoch milliseconds. */
  readonly since: number
}

/** A length that differs by less was measured inexactly. */
const longer = 1.2

/** Where nothing tells how long a window is. */
const unknownSpan = 60_000

const usedUp = (window: PacingWindow.PacingWindow, now: number) =>
  `the budget of ${window.slots(now)} calls in ${Duration.format(Duration.millis(window.declared.perMillis))}${window.declared.endpoint === null ? "" : ` for ${window.declared.endpoint}`} is used up`
