/** What is remembered of problems between runs, and what the state says of a sync beside its runs. */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type { StateError } from "../contract/StateError.ts"
import type { KnownProblem, Standing } from "../model/Problem.ts"

export class ProblemStore extends Context.Tag("groupbridge/ProblemStore")<
  ProblemStore,
  {
    /** `to`: the target; null: the sync is not in the config any more. */
    readonly standing: (sync: string, to: { readonly name: string; readonly team: boolean } | null) => Effect.Effect<Standing, StateError>
    /** Of all syncs, in the order in which they began. */
    readonly known: Effect.Effect<ReadonlyArray<KnownProblem>, StateError>
    /** Stores what is known of these syncs now, in place of what was, and forgets problems of syncs that are neither in it nor `configured`. */
    readonly keep: (syncs: ReadonlyArray<string>, known: ReadonlyArray<KnownProblem>, configured: ReadonlyArray<string>) => Effect.Effect<void, StateError>
  }
>() {}
