/** The target groups that somebody names, or what has to be asked back. */
import * as Effect from "effect/Effect"
import type { StateError } from "../contract/StateError.ts"
import * as Nearest from "../model/Nearest.ts"
import { AuditLog } from "../operate/AuditLog.ts"
import * as Terminal from "../report/Terminal.ts"
import { UsageError } from "./UsageError.ts"

/** Their numbers; by name, key or id. */
export const named = (text: string): Effect.Effect<ReadonlyArray<number>, StateError | UsageError, AuditLog> =>
  Effect.gen(function* () {
    const records = yield* AuditLog
    const found = yield* records.groupsCalled(text)
    if (found.length > 0) return found
    const near = Nearest.nearest(text, yield* records.groupNames)
    return yield* new UsageError({
      message: `no group is known as ${JSON.stringify(Terminal.visible(text))}${near === undefined ? "" : `; did you mean ${JSON.stringify(Terminal.visible(near))}?`} Which there are: groupbridge groups SYNC`
    })
  })
