/** What reading a source asks to be remembered. */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type { Part, SourceRecord } from "../contract/Source.ts"
import type { StateError } from "../contract/StateError.ts"

/** How one stream's reading ended. `reason`, in words for a person, says why it does not count as complete. */
export interface StreamVerdict {
  readonly name: string
  readonly rows: number
  readonly complete: boolean
  readonly reason: string | null
}

/** Whether absence from this read counts for a part of the snapshot. */
export interface PartVerdict {
  readonly part: Part
  readonly complete: boolean
  readonly reason: string | null
}

/** One line that names a part: `customers`, `memberships:tag/customer`. */
export const partText = (part: Part): string => {
  if (part === "customers") return part
  if ("groups" in part) return `groups:${part.groups}/${part.carrier}`
  if ("memberships" in part) return `memberships:${part.memberships}/${part.carrier}`
  return `inclusions:${part.inclusions}/${part.carrier}`
}

/**
 * The last known state of each source. A read is staged and then taken over in one step, so that a read that breaks off leaves
 * what was known before. One read at a time.
 */
export class SnapshotStore extends Context.Tag("groupbridge/SnapshotStore")<
  SnapshotStore,
  {
    /** Starts a read and forgets what an earlier one left staged. Answers the read's number. */
    readonly begin: (connection: string) => Effect.Effect<number, StateError>
    readonly stage: (records: ReadonlyArray<SourceRecord>) => Effect.Effect<void, StateError>
    /** Customers that staged memberships name and that neither this read nor an earlier one has seen: how many, and the first `limit` of them. */
    readonly missingCustomers: (
      connection: string,
      limit: number
    ) => Effect.Effect<{ readonly count: number; readonly keys: ReadonlyArray<string> }, StateError>
    /** Whether something that is known of these parts has not been staged in this read. */
    readonly lacks: (connection: string, parts: ReadonlyArray<Part>) => Effect.Effect<boolean, StateError>
    /** Groups that staged memberships name and that the read has not seen. */
    readonly missingGroups: (
      connection: string
    ) => Effect.Effect<ReadonlyArray<{ readonly kind: string; readonly count: number; readonly example: string }>, StateError>
    /**
     * Takes the staged rows over. What they contain is added or brought up to date; what they lack is dropped only in parts whose
     * verdict is complete. Answers, for each part that is not, how many known memberships it did not show.
     */
    readonly finish: (
      connection: string,
      read: number,
      streams: ReadonlyArray<StreamVerdict>,
      parts: ReadonlyArray<PartVerdict>
    ) => Effect.Effect<ReadonlyArray<{ readonly reason: string; readonly memberships: number }>, StateError>
  }
>() {}
