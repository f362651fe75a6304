/** What reading a source asks to be remembered. */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type { Part, SourceRecord, StreamEncoding } from "../contract/Source.ts"
import type { StateError } from "../contract/StateError.ts"

/** How one stream's reading ended. `reason`, in words for a person, says why it does not count as complete. */
export interface StreamVerdict {
  readonly name: string
  readonly rows: number
  readonly complete: boolean
  readonly reason: string | null
  /** `changes`: only what changed since the last read was told, and `rows` says how many rows that were. */
  readonly kind: "full" | "changes"
  /** Why what changed could not be told, in words for a person, where that was tried. */
  readonly why: string | null
  /** In which encoding its texts were read, where the source does not say it; null where it does. */
  readonly encoding: StreamEncoding | null
}

/** Whether what is known of a part of the snapshot after this read is all there is. */
export interface PartVerdict {
  readonly part: Part
  readonly complete: boolean
  readonly reason: string | null
  /**
   * `list`: what a complete read of it lacks is absent. `changes`: what is not told is as it was. `mentions`: likewise, and groups are only named by
   * those who are in them, so that nothing new is said of the groups themselves.
   */
  readonly by: "list" | "changes" | "mentions"
}

/** Where the changes of a stream go on, and what that rests on. Times are epoch milliseconds. */
export interface Cursor {
  readonly stream: string
  readonly value: string
  /** When the last read of the stream began, and the last full one. */
  readonly readAt: number
  readonly fullAt: number
}

/** Where the changes of a stream go on after a read of this kind. */
export interface NextCursor {
  readonly stream: string
  /** Null: that is not known, and the next read of the stream is a full one. */
  readonly value: string | null
  readonly kind: StreamVerdict["kind"]
}

/** A row of a part that an answer left in doubt: the id of a customer, or of an organization in a part of inclusions. */
export interface RowDoubt {
  readonly part: Part
  readonly row: string
  readonly reason: string
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
    /** Cursors that were kept under the same basis: the account, role and options that decide what a source tells. */
    readonly cursors: (connection: string, basis: string) => Effect.Effect<ReadonlyArray<Cursor>, StateError>
    /** Whether claims of these syncs for the source ended in an earlier read, and nobody and nothing but the next comparison keeps their rows. */
    readonly isAwaited: (connection: string, syncs: ReadonlyArray<string>) => Effect.Effect<boolean, StateError>
    /** `telling` numbers pages that tell changes; 0: the page is one of a whole list. */
    readonly stage: (records: ReadonlyArray<SourceRecord>, telling: number) => Effect.Effect<void, StateError>
    /** Rows of a page of that telling whose absences prove nothing. */
    readonly stageDoubts: (doubts: ReadonlyArray<RowDoubt>, telling: number) => Effect.Effect<void, StateError>
    /** Why a row is in doubt that was staged after this telling and was not in doubt before; null where there is none. */
    readonly newDoubt: (connection: string, after: number) => Effect.Effect<string | null, StateError>
    /** Forgets what was staged of tellings after this one. */
    readonly unstage: (telling: number) => Effect.Effect<void, StateError>
    /**
     * Customers that staged memberships name and that this read has not seen: how many, and the first `limit` of them. With `known` those
     * who are in the snapshot count as seen.
     */
    readonly missingCustomers: (
      connection: string,
      limit: number,
      known: boolean
    ) => Effect.Effect<{ readonly count: number; readonly keys: ReadonlyArray<string> }, StateError>
    /** Whether something that is known of these parts has not been staged in this read. */
    readonly lacks: (connection: string, parts: ReadonlyArray<Part>) => Effect.Effect<boolean, StateError>
    /** Groups that staged memberships name and that the read has not seen. */
    readonly missingGroups: (
      connection: string
    ) => Effect.Effect<ReadonlyArray<{ readonly kind: string; readonly count: number; readonly example: string }>, StateError>
    /**
     * Takes the staged rows over. What they contain is added or brought up to date; what they lack is dropped only in parts that were
     * listed and whose verdict is complete, and of what a told customer or organization is in. Keeps the cursors with them, in one step.
     * Rows in doubt keep what they had, also in the reads that follow until they are told again without doubt.
     * Answers, for each part that is not complete, how many known memberships it did not show, and the same for rows in doubt that lack some.
     */
    readonly finish: (
      connection: string,
      read: number,
      streams: ReadonlyArray<StreamVerdict>,
      parts: ReadonlyArray<PartVerdict>,
      cursors: { readonly basis: string; readonly next: ReadonlyArray<NextCursor> }
    ) => Effect.Effect<ReadonlyArray<{ readonly reason: string; readonly memberships: number }>, StateError>
  }
>() {}
