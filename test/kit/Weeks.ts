/** Simulated weeks of a schedule: the built command at set hours under another clock, and what it printed on which day. */
import { assert } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type { Fault } from "../../src/sandbox/Sandbox.ts"
import * as FakeTime from "./FakeTime.ts"
import * as Installed from "./Installed.ts"

export interface Turn {
  /** Since the first day's beginning. */
  readonly hour: number
  /** The source refuses every call for hours to come, as an overloaded one does. A source that does not answer at all is tried for a minute. */
  readonly down?: boolean
  /** A decision that a person makes before it. */
  readonly before?: ReadonlyArray<string>
  /** What happens at the source before it. */
  readonly edit?: (acme: Installed.Desk) => void
}

/** A day with what its turns printed, each as "NEW H-1 holds": days of silence are left out. */
export type Diary = ReadonlyArray<readonly [day: number, said: string]>

const said = (text: string): ReadonlyArray<string> =>
  [...text.replaceAll(/\s+/g, " ").matchAll(/\b(NEW|WORSE|STILL|OVER)(?:, since [^:]+:\d+)?: (\S+ \w+)/g)].map(([, label, words]) => `${label} ${words}`)

const syncs = `  customers:
    from: acme
    to: cstar
    rules: [{ kind: tag, include: [vip, gold] }]
    guards: { emptiedGroups: 0 }
`

/** Takes the tag from all customers, which the limits do not let through. */
export const emptied = (acme: Installed.Desk): void => {
  for (const id of ["1", "2", "3", "4"]) acme.edits.untag(id, "vip")
}

const overloaded: Fault = { _tag: "Answer", response: { status: 503, headers: { "retry-after": "3000" }, body: "" } }

const on = ({ hour }: Turn): Readonly<Record<string, string>> => FakeTime.by(`+${hour * 3600}s`)

/** Runs `sync --quiet` at each of the turns. Each exit code must fit: 0 only where nothing waits and the source is there. */
export const diary = (turns: ReadonlyArray<Turn>, extra = "") =>
  Effect.gen(function* () {
    const { acme, cstar } = yield* Installed.tagged(4, "vip")
    const { run } = yield* Installed.make({ sources: { acme }, targets: { cstar }, syncs: `${syncs}${extra}` })
    const days: Array<readonly [number, string]> = []
    for (const turn of turns) {
      turn.edit?.(acme)
      if (turn.before !== undefined) {
        const decided = yield* run(turn.before, { env: on(turn) })
        assert.strictEqual(decided.code, 0, decided.stdout + decided.stderr)
      }
      if (turn.down === true) acme.inject(overloaded)
      const { code, stderr, stdout } = yield* run(["sync", "--quiet"], { env: on(turn) })
      if (turn.down === true) assert.strictEqual(code, 75, stdout + stderr)
      days.push(...said(stdout).map((words) => [Math.floor(turn.hour / 24), words] as const))
    }
    return { days: days satisfies Diary, held: cstar.held() }
  })
