/** A sync that somebody paused does nothing until the pause ends. */
import * as Clock from "effect/Clock"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import type { StateError } from "../contract/StateError.ts"
import * as Failure from "./Failure.ts"
import { Stopped } from "./Observe.ts"
import { RunStore } from "./RunStore.ts"

/** Fails with who paused the sync, until when and why; fine where nobody did. */
export const refuse = (sync: string): Effect.Effect<void, StateError | Stopped, RunStore> =>
  Effect.gen(function* () {
    const paused = yield* (yield* RunStore).pausedUntil(sync, yield* Clock.currentTimeMillis)
    if (paused === null) return
    const why = paused.reason === null ? "" : ` (${JSON.stringify(paused.reason)})`
    const until = DateTime.formatIso(DateTime.unsafeMake(paused.until))
    return yield* Effect.fail(
      new Stopped(
        Failure.make("state", `${sync} is paused by ${paused.by} until ${until}${why}, so nothing was done. To end the pause: groupbridge resume ${sync}`)
      )
    )
  })
