/** `--max-calls N` and `--finish-by TIME`: what a run may make of calls and time. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type { Within } from "../apply/Turns.ts"
import * as Times from "../report/Times.ts"
import * as Wording from "../report/Wording.ts"
import type { Connections } from "../run/Connections.ts"
import * as Invocation from "./Invocation.ts"
import * as Moment from "./Moment.ts"
import * as Until from "./Until.ts"
import { UsageError } from "./UsageError.ts"

export interface LimitOptions {
  readonly maxCalls?: string
  readonly finishBy?: string
}

const calls = (text: string): Effect.Effect<number, UsageError> => {
  const typed = text.trim().replaceAll(",", "")
  return /^[1-9]\d{0,8}$/.test(typed)
    ? Effect.succeed(Number(typed))
    : Effect.fail(new UsageError({ message: `--max-calls ${JSON.stringify(text)}: write a number of calls from 1 on, such as 500` }))
}

/** Null: neither was given. */
export const within = ({ finishBy, maxCalls }: LimitOptions): Effect.Effect<Within | null, UsageError> =>
  Effect.gen(function* () {
    if (maxCalls === undefined && finishBy === undefined) return null
    const now = yield* Clock.currentTimeMillis
    return {
      calls: maxCalls === undefined ? null : yield* calls(maxCalls),
      until: finishBy === undefined ? null : yield* Until.parse(finishBy, Moment.here, now)
    }
  })

/** What is left of it for the next sync of the same command: all of them share the calls. */
export const rest = (given: Within | null, connections: Connections): Effect.Effect<Within | null> =>
  Effect.map(connections.calls, ({ write }) =>
    given === null || given.calls === null ? given : { ...given, calls: Math.max(0, given.calls - write), shared: given.calls }
  )

/** What a call does of a larger whole. */
export const words = ({ calls, until }: Within, invocation: Invocation.Invocation): Effect.Effect<string> =>
  Effect.map(Invocation.view(invocation), (view) => {
    const most = [
      ...(calls === null ? [] : [`${Wording.plural(calls, "write call")} at most`]),
      ...(until === null ? [] : [`what is done by ${Times.atWithZone(view, until)}`])
    ]
    return `This time ${most.join(", and ")}; the same command goes on with the rest.`
  })
