/** Tells how far a run is: what is read, and what is written. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type { Connections } from "../run/Connections.ts"
import type { OnLook } from "../run/Looking.ts"
import type { ApplyProgress } from "../run/Attempt.ts"
import * as Invocation from "./Invocation.ts"

/** Before that no pace is told, in milliseconds. */
const settled = 5_000
const hour = 3_600_000

export interface Telling {
  readonly onLook: OnLook
  readonly onApply: (progress: ApplyProgress) => Effect.Effect<void>
}

/** For one sync. `to` is the connection whose calls are counted while writing. */
export const make = (invocation: Invocation.Invocation, connections: Connections, sync: string, to: string): Effect.Effect<Telling> =>
  Effect.gen(function* () {
    const startedAt = yield* Clock.currentTimeMillis
    let writingSince: { readonly at: number; readonly calls: number } | null = null
    const show = (connection: string, label: string, done: number, total: number | null, since: { readonly at: number; readonly calls: number } | null) =>
      Effect.gen(function* () {
        const view = yield* Invocation.view(invocation)
        const { pacer } = yield* Effect.orDie(connections.open(connection))
        const { reads, writes, limited } = yield* pacer.status
        const calls = reads + writes
        const took = since === null ? 0 : view.now - since.at
        const paced = since !== null && took >= settled && done > 0
        const rate = paced ? ((calls - since.calls) * hour) / took : null
        const endsAt = paced && total !== null ? view.now + ((total - done) * took) / done : null
        invocation.output.progress.show({ label: `${sync}: ${label}`, done, total, calls, rate, shareOfAllowance: null, limited, endsAt }, view)
      })
    return {
      onLook: (connection, what, rows, total) => show(connection, `read ${what} of ${connection}`, rows, total, { at: startedAt, calls: 0 }),
      onApply: ({ done, total }) =>
        Effect.gen(function* () {
          if (writingSince === null) {
            const { pacer } = yield* Effect.orDie(connections.open(to))
            const { reads, writes } = yield* pacer.status
            writingSince = { at: yield* Clock.currentTimeMillis, calls: reads + writes }
          }
          yield* show(to, "write", done, total, writingSince)
          yield* invocation.stopping.gate
        })
    }
  })
