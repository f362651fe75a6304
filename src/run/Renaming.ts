/** Gives a connection or a sync of the state another name, while no run uses the names. */
import * as Effect from "effect/Effect"
import type { StateError } from "../contract/StateError.ts"
import type { Decider } from "../model/Decision.ts"
import * as Lease from "./Lease.ts"
import { NameStore, type Renamed } from "./NameStore.ts"
import type { Stopped } from "./Observe.ts"
import type { RunStore } from "./RunStore.ts"

/** Fails with `Stopped` (`locked`) while a run is under way. Changes nothing unless the result is `Renamed`. */
export const rename = (
  kind: "connection" | "sync",
  old: string,
  name: string,
  by: Decider
): Effect.Effect<Renamed, StateError | Stopped, NameStore | RunStore> =>
  Lease.hold(`${by.who}@${by.host}`, () =>
    Effect.flatMap(NameStore, (store) => (kind === "connection" ? store.renameConnection(old, name, by) : store.renameSync(old, name, by)))
  )
