/** `--approve GUARD=N`: guards lifted once, up to a number. */
import * as Effect from "effect/Effect"
import { doubts, raisable, type RaisableGuard } from "../model/Guard.ts"
import type { Lifted } from "../plan/Judgement.ts"
import { unknown, UsageError } from "./UsageError.ts"

const withoutNumber = (name: string): UsageError =>
  new UsageError({ message: `--approve: the guard ${name} has no number to raise; look at what it holds, and decide:   groupbridge held` })

const parse = (text: string): Effect.Effect<readonly [RaisableGuard, number], UsageError> => {
  const [name = "", value = "", ...rest] = text.split("=").map((part) => part.trim())
  if (doubts.some((doubt) => doubt === name)) return Effect.fail(withoutNumber(name))
  const guard = raisable.find((candidate) => candidate === name)
  if (guard === undefined) return Effect.fail(unknown("guard", name, raisable))
  const limit = Number(value)
  if (value === "" || rest.length > 0 || !Number.isFinite(limit) || limit < 0)
    return Effect.fail(new UsageError({ message: `--approve ${text}: write a guard and the number up to which it is lifted, such as ${guard}=400` }))
  return Effect.succeed([guard, limit])
}

/** Of a guard named twice the last one counts. */
export const lifted = (texts: ReadonlyArray<string> | undefined): Effect.Effect<Lifted, UsageError> =>
  Effect.map(Effect.forEach(texts ?? [], parse), (pairs) => new Map(pairs))
