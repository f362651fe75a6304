/** What the state keeps under names of the config: of syncs, and of the connections that they read and write. */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type { StateError } from "../contract/StateError.ts"
import type { HeldPart } from "../model/Change.ts"
import type { Decider } from "../model/Decision.ts"
import type { HoldReason } from "../model/HoldReason.ts"

/** A configured sync with its connections; `removes` unless it never does, `team` if it is of staff. */
export interface Sources {
  readonly sync: string
  readonly from: ReadonlyArray<string>
  readonly to: string
  readonly removes: boolean
  readonly team: boolean
}

/** A connection that something of ours rests on; `account` as of its last identification. */
export interface NamedConnection {
  readonly name: string
  readonly connector: string | null
  readonly account: string | null
  readonly isTarget: boolean
}

/**
 * Something of ours that no configured sync goes on with: memberships that one source of a sync wanted at one target, people whom a sync of staff
 * invited (`from` null), or decisions of a sync that has left (both null).
 */
export interface Left {
  readonly sync: string
  readonly from: string | null
  readonly to: string | null
  readonly rows: number
  readonly team: boolean
}

/** What the state keeps, compared with the config. Names are the state's. */
export interface Kept {
  readonly left: ReadonlyArray<Left>
  /** Connections that something rests on, configured or not. */
  readonly connections: ReadonlyArray<NamedConnection>
  /** Configured syncs that nothing rests on yet. */
  readonly newSyncs: ReadonlyArray<string>
}

/** What is reported of one sync until a person decides. `rows`: memberships, or people of a team. */
export interface Finding {
  readonly sync: string
  readonly rows: number
  readonly why: ReadonlyArray<HoldReason>
}

export type Renamed =
  | { readonly _tag: "Renamed" }
  /** The state has nothing under the old name. */
  | { readonly _tag: "Unknown"; readonly names: ReadonlyArray<string> }
  /** Memberships or decisions rest on the new name too, so that two would become one. */
  | { readonly _tag: "InUse" }
  | { readonly _tag: "OtherAccount"; readonly old: string; readonly now: string }

export class NameStore extends Context.Tag("groupbridge/NameStore")<
  NameStore,
  {
    readonly kept: (configured: ReadonlyArray<Sources>) => Effect.Effect<Kept, StateError>
    /**
     * Stores an open part of the guard `configGone` for each finding's sync, closes those without a finding, and returns the open ones.
     * `run`: the one under way, in which a part may be new.
     */
    readonly hold: (findings: ReadonlyArray<Finding>, run: number) => Effect.Effect<ReadonlyArray<HeldPart>, StateError>
    /** Gives a connection another name; all that rests on it stays. The caller holds the lease, since runs use the names. Changes nothing unless `Renamed`. */
    readonly renameConnection: (old: string, name: string, by: Decider) => Effect.Effect<Renamed, StateError>
    /** Likewise a sync, with its claims, baseline, held parts, pauses and runs. */
    readonly renameSync: (old: string, name: string, by: Decider) => Effect.Effect<Renamed, StateError>
    /** Former names of a connection or sync with the present ones. */
    readonly former: (kind: "connection" | "sync") => Effect.Effect<ReadonlyMap<string, string>, StateError>
  }
>() {}
