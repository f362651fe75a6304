/** What applying rules asks to be remembered for the time of one run: who maps to what, and which target group that is. */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type { StateError } from "../contract/StateError.ts"
import type { BlockReason } from "../model/BlockReason.ts"
import type { Naming, Named } from "./Naming.ts"
import type { Candidate } from "./Rules.ts"

export interface NumberedCandidate extends Candidate {
  readonly number: number
}

export interface Mapped extends Named {
  readonly number: number
}

/** What the search for existing target groups goes by. */
export interface Resolution {
  readonly sync: string
  readonly to: string
  readonly adopt: ReadonlyArray<"externalId" | "slug" | "name">
  readonly naming: Naming
  /** Whether the target's groups can be made by us: false where there is no way to. */
  readonly makes: boolean
  /** Whether the target's groups can be renamed by us, and whether those that were adopted are. */
  readonly renames: boolean
  readonly names: "keep" | "follow"
  readonly listIsWhole: boolean
}

export class MappingStore extends Context.Tag("groupbridge/MappingStore")<
  MappingStore,
  {
    readonly clear: Effect.Effect<void, StateError>
    /**
     * Live source groups of the connections after the given number (null: the first page), in order of number. `count`: with the number of their
     * members, which the first page counts and those after it go on with.
     */
    readonly candidates: (
      connections: ReadonlyArray<string>,
      after: number | null,
      limit: number,
      count: boolean
    ) => Effect.Effect<ReadonlyArray<NumberedCandidate>, StateError>
    /** Stores which source groups rules take, without the groups that these lead to: enough to find who is unmatched, and nothing else. */
    readonly take: (mapped: ReadonlyArray<Mapped>) => Effect.Effect<void, StateError>
    readonly store: (mapped: ReadonlyArray<Mapped>) => Effect.Effect<void, StateError>
    /**
     * Finds the existing target group of each desired group: by our link, our mark, then by what `adopt` allows. What meets another desired group or
     * several groups is blocked with the reason; what may only be proposed is kept as a proposal. Nothing is linked yet.
     */
    readonly resolve: (options: Resolution) => Effect.Effect<void, StateError>
    /** Whether a desired group has no group and needs one made: somebody would join it. */
    readonly toBeMade: (options: {
      readonly to: string
      /** Names (folded) and handles of groups that exceptions put somebody into. */
      readonly always: ReadonlyArray<string>
      /** Any active member counts: who is matched otherwise than by address is known only later. */
      readonly anybody: boolean
      /** Groups are made without members too. */
      readonly empty: boolean
    }) => Effect.Effect<boolean, StateError>
    readonly blocked: Effect.Effect<ReadonlyArray<{ readonly handle: string; readonly name: string; readonly reason: BlockReason }>, StateError>
  }
>() {}
