/** Plays many histories, and makes the first that fails smaller before it is told. */
import * as Effect from "effect/Effect"
import type { History } from "./History.ts"
import * as Play from "./Play.ts"
import * as Thresholds from "./Thresholds.ts"

export interface Options {
  readonly histories: Iterable<readonly [name: string, history: History]>
  /** No new history is begun after so long. */
  readonly millis: number
  readonly tell: (line: string) => void
  /** How many failing histories are looked into before it ends. */
  readonly failures: number
  /** Whether failing histories are made smaller and told step by step. */
  readonly explain: boolean
}

export interface Outcome {
  readonly histories: number
  readonly runs: number
  readonly failed: ReadonlyArray<{ readonly name: string; readonly violations: ReadonlyArray<string> }>
  readonly others: Thresholds.Tally
}

const tries = (history: History): Effect.Effect<Play.Played> =>
  Play.play(history).pipe(
    Effect.catchAllCause((cause) => Effect.succeed({ violations: [`broke down: ${String(cause).slice(0, 2000)}`], runs: 0, others: Thresholds.none }))
  )

const kind = (violation: string | undefined): string => (violation ?? "").split(":")[0] ?? ""

/** Leaves out steps, many at first, then one by one, as long as it still fails in the same way. */
const shrink = (history: History, violation: string): Effect.Effect<History> =>
  Effect.gen(function* () {
    let least = history
    let left = 60
    for (let size = Math.ceil(history.steps.length / 2); size >= 1 && left > 0; size = size === 1 ? 0 : Math.ceil(size / 2)) {
      for (let from = 0; from < least.steps.length && left > 0;) {
        left -= 1
        const shorter = { ...least, steps: [...least.steps.slice(0, from), ...least.steps.slice(from + size)] }
        if ((yield* tries(shorter)).violations.some((other) => kind(other) === kind(violation))) least = shorter
        else from += size
      }
    }
    return least
  })

const describe = (history: History, tell: (line: string) => void): Effect.Effect<void> =>
  Effect.gen(function* () {
    tell(`start ${JSON.stringify(history.start)}`)
    tell(`config ${JSON.stringify(history.config)}, at the end ${history.ending}`)
    const { violations } = yield* Effect.catchAllCause(Play.play(history, tell), (cause) => Effect.succeed({ violations: [String(cause)] }))
    for (const violation of violations) tell(`WRONG ${violation}`)
  })

export const run = ({ explain, failures, histories, millis, tell }: Options): Effect.Effect<Outcome> =>
  Effect.gen(function* () {
    const until = performance.now() + millis
    const failed: Array<Outcome["failed"][number]> = []
    let [played, runs, others] = [0, 0, Thresholds.none]
    for (const [name, history] of histories) {
      if (performance.now() >= until || failed.length >= failures) break
      played += 1
      const outcome = yield* tries(history)
      runs += outcome.runs
      others = Thresholds.sum(others, outcome.others)
      const [violation] = outcome.violations
      if (violation === undefined) continue
      failed.push({ name, violations: outcome.violations })
      tell(`${name}: ${violation}`)
      if (explain) yield* Effect.flatMap(shrink(history, violation), (least) => describe(least, tell))
    }
    return { histories: played, runs, failed, others }
  })
