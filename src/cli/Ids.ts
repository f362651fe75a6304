/** Ids as people type them: `H-14` for a held part, `r-12` for a run; the number alone will do. */
import * as Effect from "effect/Effect"
import * as Id from "../model/Id.ts"
import { UsageError } from "./UsageError.ts"

const parse = (text: string, letter: string, what: string, example: string, list: string): Effect.Effect<number, UsageError> =>
  new RegExp(`^(${letter}-)?[1-9]\\d{0,14}$`, "i").test(text.trim())
    ? Effect.succeed(Id.numberOf(text.trim()))
    : Effect.fail(new UsageError({ message: `${JSON.stringify(text)} is no id of ${what}; they look like ${example}: ${list}` }))

export const part = (text: string): Effect.Effect<number, UsageError> => parse(text, "H", "a held part", "H-14", "groupbridge held")

export const task = (text: string): Effect.Effect<number, UsageError> => parse(text, "T", "a task", "T-3", "groupbridge done")

export const run = (text: string): Effect.Effect<number, UsageError> => parse(text, "r", "a run", "r-12", "groupbridge runs")
