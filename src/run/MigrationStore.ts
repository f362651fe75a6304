/** What migrations ask to be remembered: each with its id, its phase, its promise and what came of it. */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type { StateError } from "../contract/StateError.ts"
import type { MigrationId } from "../model/Id.ts"
import type { Approval, Done, Migration, Phase, Promised, Verified } from "../model/Migration.ts"
import type { CustomerToRead, GroupToRead } from "../read/TargetStore.ts"

export class MigrationStore extends Context.Tag("groupbridge/MigrationStore")<
  MigrationStore,
  {
    /** The open migration of the sync, or a new one in the phase `read`. While it is open, runs of the sync other than undos belong to it. */
    readonly open: (sync: string, by: { readonly who: string; readonly host: string }) => Effect.Effect<Migration, StateError>
    readonly one: (id: MigrationId) => Effect.Effect<Migration | null, StateError>
    /** Moves it on to the phase; one that is further already stays there. */
    readonly reach: (id: MigrationId, phase: Phase) => Effect.Effect<void, StateError>
    /** Stores what its plan promises, in place of what an earlier plan did; once it is approved it stays. */
    readonly promise: (id: MigrationId, promised: Promised) => Effect.Effect<void, StateError>
    /** Stores who approved the promise. */
    readonly approve: (id: MigrationId, by: Omit<Approval, "at">) => Effect.Effect<void, StateError>
    readonly verified: (id: MigrationId, verified: Verified) => Effect.Effect<void, StateError>
    readonly end: (id: MigrationId) => Effect.Effect<void, StateError>
    /** Forgets one that turned out to have nothing to do; its runs stay. */
    readonly discard: (id: MigrationId) => Effect.Effect<void, StateError>
    readonly done: (id: MigrationId) => Effect.Effect<Done, StateError>
    /** Groups that it made or added to and that are there, in the order of their numbers. */
    readonly groups: (id: MigrationId) => Effect.Effect<ReadonlyArray<GroupToRead & { readonly members: number }>, StateError>
    /** Customers whom it put into a group, in the order of their numbers. */
    readonly customers: (id: MigrationId) => Effect.Effect<ReadonlyArray<CustomerToRead>, StateError>
  }
>() {}
