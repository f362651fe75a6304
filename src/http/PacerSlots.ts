/** All that can keep a call from starting, together. Mutable and synchronous; `SlotPacer` does the waiting. Times are epoch milliseconds. */
import * as Duration from "effect/Duration"
import type { AllowanceReport, PacerStatus, PacerUse, PacerWindow } from "../contract/Pacer.ts"
import * as LearnedLimit from "./LearnedLimit.ts"
import * as PacingWindow from "./PacingWindow.ts"
import * as PauseGate from "./PauseGate.ts"
import * as ReportedAllowance from "./ReportedAllowance.ts"
import * as TimeRing from "./TimeRing.ts"
import * as UnderWayBound from "./UnderWayBound.ts"

/** A call that has started. */
export interface Slot {
  readonly endpoint: string | null
  readonly startedAt: number
  /** Of each allowance that it takes from. */
  readonly tickets: ReadonlyMap<ReportedAllowance.ReportedAllowance, number>
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
  readonly told: (report: AllowanceReport, slot: Slot | null, now: number) => void
  readonly status: (now: number) => Omit<PacerStatus, "reads" | "writes">
  readonly use: (now: number) => ReadonlyArray<PacerUse>
}

export interface SlotOptions {
  readonly windows: ReadonlyArray<PacerWindow>
  readonly restored: ReadonlyArray<PacerUse>
  readonly concurrency: number
  readonly share?: number
}

export const make = (options: SlotOptions, madeAt: number): PacerSlots => {
  const share = options.share ?? 1
  const windows = options.windows.map(PacingWindow.make)
  const gate = PauseGate.make()
  const bound = UnderWayBound.make(options.concurrency)
  const underWay = new Set<Slot>()
  const refused = new Set<Slot>()
  const allowances = new Map<string | null, ReportedAllowance.ReportedAllowance>()
  const answeredAt = new Map<string | null, TimeRing.TimeRing>()
  let limited = 0

  const covering = (endpoint: string | null) => windows.filter((window) => window.covers(endpoint))

  /** Of the account (null) or of an endpoint. */
  const allowance = (endpoint: string | null): ReportedAllowance.ReportedAllowance => {
    const known = allowances.get(endpoint)
    if (known !== undefined) return known
    const own = windows.filter(({ declared }) => declared.endpoint === endpoint)
    const made = ReportedAllowance.make(own, share)
    allowances.set(endpoint, made)
    return made
  }
  const allowancesOf = (endpoint: string | null) => (endpoint === null ? [allowance(null)] : [allowance(null), allowance(endpoint)])

  const remember = (endpoint: string | null, at: number, now: number) => {
    const longest = Math.max(0, ...covering(endpoint).map(({ declared }) => declared.perMillis))
    const ring = answeredAt.get(endpoint) ?? TimeRing.make()
    answeredAt.set(endpoint, ring)
    ring.push(at)
    ring.dropUntil(now - longest)
  }

  for (const { endpoint, at } of options.restored.toSorted((left, right) => left.at - right.at)) {
    // A moment to come is of a clock that was set back since.
    const past = Math.min(at, madeAt)
    for (const window of covering(endpoint)) window.restore(past, madeAt)
    remember(endpoint, past, madeAt)
  }

  const known = (endpoint: string | null, now: number): UnderWayBound.Known => {
    const announced = allowancesOf(endpoint).some((told) => told.announced())
    const windows = covering(endpoint)
    const rates = covering(null).map((window) => window.slots(now) / window.declared.perMillis)
    return { rate: rates.length === 0 && !announced ? null : Math.min(...rates), unproven: !announced && windows.some((window) => window.unproven(now)) }
  }

  const underWayOf = (told: ReportedAllowance.ReportedAllowance) => [...underWay].filter(({ tickets }) => tickets.has(told)).length

  const reasons = (endpoint: string | null, now: number): ReadonlyArray<Blocked> => [
    { until: gate.closedUntil(now) ?? now, why: "the vendor asked for a pause" },
    { until: underWay.size < bound.most(now, known(endpoint, now)) ? now : Infinity, why: "enough calls are under way" },
    ...covering(endpoint).map((window) => ({ until: window.free(now, 0), why: usedUp(window, now) })),
    ...allowancesOf(endpoint).map((told) => ({ until: told.free(now, underWayOf(told)), why: "the vendor says that the allowance is used up" }))
  ]

  const learn = (endpoint: string | null, startedAt: number | null, now: number) => {
    if (allowancesOf(endpoint).some((told) => told.announced())) return
    const fill = (window: PacingWindow.PacingWindow) => window.held(now) / window.slots(now)
    covering(endpoint)
      .toSorted((left, right) => fill(right) - fill(left))[0]
      ?.learn(startedAt, now)
  }

  const refuse = (until: number | "untold", slot: Slot | null, endpoint: string | null, now: number, learns: boolean) => {
    limited++
    gate.refuse(until, slot?.startedAt ?? null, now)
    if (slot !== null) refused.add(slot)
    for (const told of allowancesOf(endpoint)) told.doubt(now)
    if (learns) learn(endpoint, slot?.startedAt ?? null, now)
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
        ...allowancesOf(endpoint).map((told, index) => told.expected(now, index === 0 ? ahead.all : ahead.endpoint))
      ),
    take: (endpoint, now) => {
      const slot = { endpoint, startedAt: now, tickets: new Map(allowancesOf(endpoint).map((told) => [told, told.take()])) }
      underWay.add(slot)
      for (const window of covering(endpoint)) window.take()
      return slot
    },
    giveBack: (slot) => {
      underWay.delete(slot)
      for (const window of covering(slot.endpoint)) window.giveBack()
    },
    answered: (slot, now) => {
      underWay.delete(slot)
      if (!refused.delete(slot)) bound.accepted(slot.startedAt, now)
      for (const window of covering(slot.endpoint)) window.answered(now)
      remember(slot.endpoint, now, now)
    },
    told: (report, slot, now) => {
      const own = slot !== null && underWay.has(slot) ? slot : null
      if (report.pausedUntil !== null) {
        refuse(report.pausedUntil, own, own?.endpoint ?? report.endpoint, now, report.limit === null && report.remaining === null)
      } else gate.accept()
      if (report.limit === null && report.remaining === null) return
      const told = allowance(report.endpoint)
      const others = [...underWay].filter((other) => other !== own && (report.endpoint === null || other.endpoint === report.endpoint))
      told.told(report, { ticket: own?.tickets.get(told) ?? null, startedAt: own?.startedAt ?? null, othersUnderWay: others.length }, now)
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
    }
  }
}

/** Where nothing tells how long a window is. */
const unknownSpan = 60_000

const usedUp = (window: PacingWindow.PacingWindow, now: number) =>
  `the budget of ${window.slots(now)} calls in ${Duration.format(Duration.millis(window.declared.perMillis))}${window.declared.endpoint === null ? "" : ` for ${window.declared.endpoint}`} is used up`
