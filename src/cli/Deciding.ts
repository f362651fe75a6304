/** What approving and rejecting have in common: a part that exists and is open, and who decides. */
import * as Effect from "effect/Effect"
import type { StateError } from "../contract/StateError.ts"
import type { HeldPart } from "../model/Change.ts"
import * as Times from "../report/Times.ts"
import { type Decider, Overview } from "../run/Overview.ts"
import * as Ids from "./Ids.ts"
import * as Invocation from "./Invocation.ts"
import { UsageError } from "./UsageError.ts"

export interface OpenPart {
  readonly number: number
  readonly part: HeldPart
}

export const decider = ({ who, host }: Invocation.Invocation, reason: string | undefined): Decider => ({ who, host, reason: reason ?? null })

/** The part of that id, whatever became of it. */
export const find = (id: string) =>
  Effect.gen(function* () {
    const number = yield* Ids.part(id)
    const found = yield* (yield* Overview).part(number)
    if (found !== null) return { number, ...found }
    return yield* new UsageError({
      message: `there is no held part H-${number}; a dry run only announces one, and the next groupbridge sync holds it. What waits now: groupbridge held`
    })
  })

/** The part of that id if it still waits for a decision. */
export const open = (invocation: Invocation.Invocation, id: string): Effect.Effect<OpenPart, UsageError | StateError, Overview> =>
  Effect.gen(function* () {
    const { number, part, closed, decided } = yield* find(id)
    if (closed) return yield* new UsageError({ message: `${part.id} is closed: its source took the change back. What waits now: groupbridge held` })
    if (part.decision === "open") return { number, part }
    const view = yield* Invocation.view(invocation)
    const by = decided === null ? "" : ` by ${decided.who}@${decided.host} ${Times.at(view, decided.at)}`
    const then =
      part.decision === "approved"
        ? `the next sync applies what is still left of it: groupbridge sync ${part.sync}`
        : "it is left alone until its source changes"
    return yield* new UsageError({ message: `${part.id} was ${part.decision} already${by}; ${then}` })
  })
