/** The state as commands between runs look at it and decide. */
import * as Effect from "effect/Effect"
import { join } from "node:path"
import type { StateError } from "../../src/contract/StateError.ts"
import { OperationsStore } from "../../src/run/OperationsStore.ts"
import * as StateLayer from "../../state/StateLayer.ts"

/** `dir`: the folder of the config file. */
export const looking = <A>(dir: string, use: (store: typeof OperationsStore.Service) => Effect.Effect<A, StateError>) =>
  Effect.flatMap(OperationsStore, use).pipe(Effect.provide(StateLayer.layer(join(dir, ".groupbridge", "state.db"))))
