/** `--approve GUARD=N`: guards lifted once, up to a number. */
import * as Effect from "effect/Effect"
import type { GuardName } from "../model/Cause.ts"
import type { Lifted } from "../plan/Guards.ts"
import { unknown, UsageError } from "./UsageError.ts"

// A first run's part is lifted by the guards that would have held it later.
const names: ReadonlyArray<GuardName> = [
  "removals",
  "removalPercent",
  "groupRemovalPercent",
  "emptiedGroups",
  "sourceShrink",
  "additions",
  "groupGrowthPercent",
  "newGroups",
  "ruleChange",
  "adoption",
  "drift",
  "invites",
  "roleRaise"
]

const parse = (text: string): Effect.Effect<readonly [GuardName, number], UsageError> => {
  const [name = "", value = "", ...rest] = text.split("=").map((part) => part.trim())
  const guard = names.find((candidate) => candidate === name)
  if (guard === undefined) return Effect.fail(unknown("guard", name, names))
  const limit = Number(value)
  if (value === "" || rest.length > 0 || !Number.isFinite(limit) || limit < 0)
    return Effect.fail(new UsageError({ message: `--approve ${text}: write a guard and the number up to which it is lifted, such as ${guard}=400` }))
  return Effect.succeed([guard, limit])
}

/** Of a guard named twice the last one counts. */
export const lifted = (texts: ReadonlyArray<string> | undefined): Effect.Effect<Lifted, UsageError> =>
  Effect.map(Effect.forEach(texts ?? [], parse), (pairs) => new Map(pairs))
