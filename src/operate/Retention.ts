/** Deleting what is older than `keep`: runs, their journal, and customers whom nothing but that knows. */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type { StateError } from "../contract/StateError.ts"

/** What was deleted. `first`: nothing had ever been deleted of this state before. */
export interface Deleted {
  readonly runs: number
  readonly changes: number
  readonly calls: number
  readonly customers: number
  readonly first: boolean
}

export class Retention extends Context.Tag("groupbridge/Retention")<
  Retention,
  {
    /**
     * Deletes what ended before `before` (epoch milliseconds). Decisions, pins, parts that are held or approved, calls without an answer, and run and time
     * of each row of the ledger stay, and so does each sync's last run. Null: it was done within the last day, and nothing was looked at.
     */
    readonly sweep: (before: number) => Effect.Effect<Deleted | null, StateError>
  }
>() {}
