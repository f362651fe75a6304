/** A load of calls on a vendor that limits them and that others call too, in simulated time: no timers, so a minute of it takes a few milliseconds. */
import type { AllowanceReport, PacerInference, PacerWindow } from "../../src/contract/Pacer.ts"
import * as Slots from "../../src/http/pacing/PacerSlots.ts"
import * as Limits from "./SimulatedLimits.ts"

export interface Load {
  readonly server: keyof typeof servers
  /** The vendor's true limit. */
  readonly calls: number
  readonly perMillis: number
  /** What the pacer is told of it; null: nothing. */
  readonly declared: PacerWindow | null
  /** The share of the limit that somebody else uses, evenly over time; what is over the limit is lost to them. */
  readonly foreign: number
  /** Whether the others began long before us. */
  readonly preceded?: boolean
  /** What answers tell. */
  readonly tells: "nothing" | "remaining" | "remaining and reset"
  /** Whether refusals say when to go on: the true moment, always a second, or nothing. The true moment if not given. */
  readonly asks?: "true wait" | "a second" | "nothing"
  /** What an earlier run inferred. */
  readonly inferred?: ReadonlyArray<PacerInference>
  /** An answer takes so long, evenly spread. */
  readonly latency: readonly [least: number, most: number]
  readonly atOnce: number
  readonly total: number
  readonly seed: number
}

export interface Outcome {
  readonly took: number
  readonly refused: number
  /** The most within one window's length, wherever it begins. */
  readonly mostRefused: number
  /** When calls were refused. */
  readonly refusals: ReadonlyArray<number>
  readonly inferred: ReadonlyArray<PacerInference>
}

const servers = { fixed: Limits.fixedWindow, sliding: Limits.slidingWindow, bucket: Limits.tokenBucket }

/** The same numbers, evenly spread from 0 to 1, for the same seed. */
const random = (seed: number) => {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}

/** Each of `atOnce` workers takes the next call as soon as it is free, and repeats one that was refused. */
export const run = (load: Load): Outcome => {
  const { calls, declared, foreign, latency, perMillis } = load
  const chance = random(load.seed)
  // Windows begin at a time that nobody knows.
  const begun = 1_000_000 + Math.floor(chance() * perMillis)
  const limiter = servers[load.server](calls, perMillis)
  const every = perMillis / (calls * foreign)
  let foreignAt = foreign === 0 ? Infinity : begun - (load.preceded === true ? 5 * perMillis : 0)
  const judged = (now: number) => {
    for (; foreignAt <= now; foreignAt += every) limiter(foreignAt)
    return limiter(now)
  }

  const slots = Slots.make({ windows: declared === null ? [] : [declared], restored: [], inferred: load.inferred ?? [], concurrency: load.atOnce }, begun)
  const answers: Array<{ readonly at: number; readonly slot: Slots.Slot; readonly verdict: Limits.Verdict }> = []
  const refusals: Array<number> = []
  let [now, waiting, unasked, accepted] = [begun, load.atOnce, load.total - load.atOnce, 0]

  const start = () => {
    waiting -= 1
    const verdict = judged(now)
    if (!verdict.ok) refusals.push(now)
    const at = now + Math.round(latency[0] + chance() * (latency[1] - latency[0]))
    const later = answers.findIndex((answer) => answer.at > at)
    answers.splice(later < 0 ? answers.length : later, 0, { at, slot: slots.take(null, now), verdict })
  }
  const answer = ({ slot, verdict }: (typeof answers)[number]) => {
    slots.reported(report(load, verdict, slot.startedAt, now), slot, now)
    slots.answered(slot, now)
    if (!verdict.ok) waiting += 1
    else {
      accepted += 1
      if (unasked > 0) {
        unasked -= 1
        waiting += 1
      }
    }
  }

  while (accepted < load.total) {
    const blocked = slots.blocked(null, now)
    if (waiting > 0 && blocked === null) {
      start()
      continue
    }
    const due = Math.min(answers[0]?.at ?? Infinity, waiting > 0 && blocked !== null ? blocked.until : Infinity)
    if (due === Infinity) throw new Error("nothing would ever go on")
    now = due
    while ((answers[0]?.at ?? Infinity) <= now) answer(answers.shift()!)
  }
  return { took: now - begun, refused: refusals.length, mostRefused: mostWithin(perMillis, refusals), refusals, inferred: slots.inferred() }
}

/** Vendors tell whole seconds, and no less than they mean. */
const report = ({ asks, calls, tells }: Load, { ok, remaining, resetAt }: Limits.Verdict, judgedAt: number, now: number): AllowanceReport => ({
  limit: tells === "nothing" ? null : calls,
  remaining: tells === "nothing" ? null : remaining,
  resetAt: tells === "remaining and reset" ? resetAt : null,
  pausedUntil: ok ? null : asks === "nothing" ? "unreported" : now + 1000 * (asks === "a second" ? 1 : Math.max(1, Math.ceil((resetAt - judgedAt) / 1000))),
  endpoint: null
})

export const mostWithin = (perMillis: number, times: ReadonlyArray<number>): number => {
  let [most, from] = [0, 0]
  times.forEach((time, index) => {
    while ((times[from] ?? time) < time - perMillis) from += 1
    most = Math.max(most, index - from + 1)
  })
  return most
}
