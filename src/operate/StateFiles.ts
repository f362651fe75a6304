/** What keeping the state file safe asks for: copies, checks, and putting a copy back. The file itself need not be open. */
import type * as Effect from "effect/Effect"
import type { StateError } from "../contract/StateError.ts"
import type { Decider } from "../model/Decision.ts"

/** What a state file says of itself. `runs` is its run counter; times are epoch milliseconds. */
export interface StateFacts {
  readonly file: string
  readonly lineage: string
  readonly runs: number
  /** Steps of the schema that it has taken. */
  readonly schema: number
  /** When its last run began; null: none ever did. */
  readonly lastRunAt: number | null
}

/** A copy in the folder of copies; `at` is when it was made. */
export interface Copy {
  readonly file: string
  readonly at: number
}

export interface StateReport {
  /** Null: it cannot be told, and `problems` say why. */
  readonly facts: StateFacts | null
  /** Steps that this program knows. */
  readonly knownSchema: number
  readonly newest: Copy | null
  /** Each a sentence with its remedy. */
  readonly problems: ReadonlyArray<string>
}

/** What is about to take whose place. `here` null: there is no readable file. `foreign`: another state than the one that this place had. */
export interface Replacing {
  readonly copy: StateFacts
  readonly here: StateFacts | null
  readonly foreign: string | null
  /** Runs of this place that the copy does not know; null: that cannot be told. */
  readonly runsAfter: number | null
}

export interface StateFiles {
  /** Whether runs wrote to this path before, though the file may be gone. */
  readonly isKnown: (file: string) => boolean
  /** Copies the state, open elsewhere or not, into a file that is not there yet; for its owner only. */
  readonly copy: (file: string, to: string) => Effect.Effect<void, StateError>
  /** As `copy`, under a name that tells the time in UTC, and takes away all but the newest `keep`. Answers the copy's path. */
  readonly backup: (file: string, copies: { readonly dir: string; readonly keep: number; readonly maxBytes: number }) => Effect.Effect<string, StateError>
  /** Newest of the folder. */
  readonly newest: (dir: string) => Copy | null
  /** Copies of the state, in the folder or beside the state itself, whose bytes hold one of the texts. */
  readonly naming: (file: string, dir: string, texts: ReadonlyArray<string>) => Effect.Effect<ReadonlyArray<string>, StateError>
  /** Reads the whole file, and changes nothing. */
  readonly check: (file: string, dir: string) => Effect.Effect<StateReport, StateError>
  /** Looks at what `restore` would do. Fails where the copy is no state, damaged, or of a newer schema. */
  readonly compare: (file: string, copy: string) => Effect.Effect<Replacing, StateError>
  /**
   * Puts a copy of `copy` in the place of the state and stores who did. The file that was there stays beside it, with its unfinished parts,
   * under the answered name; null: there was none. Fails with `Locked` while a run is under way, and then nothing was changed.
   */
  readonly restore: (file: string, copy: string, holder: string, by: Decider) => Effect.Effect<string | null, StateError>
  /** Begins to make a lost state anew: answers where. Fails where a readable state that wrote anything is in place, and changes nothing then. */
  readonly beginRebuild: (file: string, holder: string) => Effect.Effect<string, StateError>
  /** Gives the state that is being made the lineage of the lost one. It must not be open. */
  readonly takeOver: (file: string, lineage: string) => Effect.Effect<void, StateError>
  /** Puts the new state in its place. A damaged file, or one that never wrote anything, is kept under the answered name; null: there was none. */
  readonly endRebuild: (file: string) => Effect.Effect<string | null, StateError>
}
