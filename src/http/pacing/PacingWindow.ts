/** One window of a pacer: who holds its slots, how many there are, when the next one comes free. Times are epoch milliseconds. */
import type { PacerWindow } from "../../contract/Pacer.ts"
import * as LearnedLimit from "./LearnedLimit.ts"
import * as TimeRing from "./TimeRing.ts"

export interface PacingWindow {
  readonly declared: PacerWindow
  readonly covers: (endpoint: string | null) => boolean
  readonly take: () => void
  /** The call was answered, or failed: its slot stays held for the window's length. */
  readonly answered: (now: number) => void
  /** The call never started. */
  readonly giveBack: () => void
  /** A call of an earlier run. */
  readonly restore: (at: number, now: number) => void
  /** Slots in all: declared, told by the vendor or learned, whichever is least. Those beyond what was learned are taken one at a time. */
  readonly slots: (now: number) => number
  /** Whether so many slots are held that the next calls show for the first time whether the limit is as high as documented. */
  readonly unproven: (now: number) => boolean
  /** Whether as many calls as allowed were once held by answers of one window's length. */
  readonly proven: () => boolean
  readonly held: (now: number) => number
  /** Slots that came free since the pacer was made. */
  readonly freed: (now: number) => number
  /** When the call behind `ahead` others finds a slot: now, later, or Infinity if calls under way must be answered first. */
  readonly free: (now: number, ahead: number) => number
  /** As `free`, but an estimate in place of Infinity. */
  readonly expected: (now: number, ahead: number) => number
  /** The vendor told another limit (our share of it); null: none that binds this window. */
  readonly tell: (limit: number | null) => void
  /** A call that started at `startedAt` was refused though there was room here: the vendor's limit is lower than we were told. */
  readonly learn: (startedAt: number | null, now: number) => void
}

/** Of a limit. */
const nearlyAll = 0.8

/** `inferred`: the limit of a window that no document names. */
export const make = (declared: PacerWindow, inferred: LearnedLimit.LearnedLimit | null = null): PacingWindow => {
  const { calls, perMillis, endpoint } = declared
  const held = TimeRing.make()
  let underWay = 0
  let dropped = 0
  let proven = false
  let reported = Infinity
  const ceiling = () => Math.max(1, Math.min(calls, reported))
  const learned = inferred ?? LearnedLimit.make(perMillis, ceiling)

  const drop = (now: number) => {
    dropped += held.dropUntil(now)
  }
  const slots = (now: number) => Math.max(1, Math.min(ceiling(), learned.most(now)))
  const missing = (now: number, ahead: number) => {
    drop(now)
    return underWay + held.size() + ahead - slots(now) + 1
  }

  return {
    declared,
    covers: (called) => endpoint === null || endpoint === called,
    take: () => {
      underWay++
    },
    answered: (now) => {
      underWay--
      held.push(now + perMillis)
      drop(now)
      if (held.size() >= ceiling()) proven = true
      learned.reached(held.size(), now)
    },
    giveBack: () => {
      underWay--
    },
    restore: (at, now) => {
      if (at + perMillis > now) held.push(at + perMillis)
    },
    slots,
    unproven: (now) => {
      drop(now)
      return !(proven && learned.safe() === Infinity) && underWay + held.size() >= Math.min(ceiling(), learned.safe()) * nearlyAll
    },
    proven: () => proven,
    held: (now) => {
      drop(now)
      return underWay + held.size()
    },
    freed: (now) => {
      drop(now)
      return dropped
    },
    free: (now, ahead) => {
      const count = missing(now, ahead)
      if (count <= 0) {
        const above = underWay + held.size() + ahead >= Math.max(1, learned.safe())
        return above && underWay > 0 ? Infinity : now
      }
      return count <= held.size() ? held.at(count - 1) : Infinity
    },
    expected: (now, ahead) => {
      const count = missing(now, ahead)
      if (count <= 0) return now
      // Slots come free in turns, each turn a window after the one before.
      const turn = Math.max(slots(now), underWay + held.size())
      const place = (count - 1) % turn
      const inFirstTurn = place < held.size() ? held.at(place) : now + perMillis
      return inFirstTurn + perMillis * Math.floor((count - 1) / turn)
    },
    tell: (limit) => {
      reported = limit ?? Infinity
    },
    learn: (startedAt, now) => {
      drop(now)
      learned.refused(held.size(), slots(now), startedAt, now)
    }
  }
}
