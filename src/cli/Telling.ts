/** Reports how far a run is: what is read, which step is under way, and what is written. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type { Connections } from "../run/Connections.ts"
import type { OnLook } from "../run/Observe.ts"
import type { ApplyProgress } from "../run/RunLifecycle.ts"
import * as Invocation from "./Invocation.ts"

/** Before that no pace is shown, in milliseconds. */
const settled = 5_000
const hour = 3_600_000

export interface Telling {
  readonly onLook: OnLook
  readonly onApply: (progress: ApplyProgress) => Effect.Effect<void>
  /** A step that makes no call begins. */
  readonly onStep: (name: string) => Effect.Effect<void>
}

interface Shown {
  readonly connection: string
  readonly label: string
  readonly done: number
  readonly total: number | null
  readonly since: { readonly at: number; readonly calls: number }
  /** Of the pacer; null while reading, where a rate since the start says as much as is known. */
  readonly endsAt: number | null
  readonly perHour: number | null
}

/** For one sync. `to` is the connection whose calls are counted while writing. */
export const make = (invocation: Invocation.Invocation, connections: Connections, sync: string, to: string): Effect.Effect<Telling> =>
  Effect.gen(function* () {
    const startedAt = yield* Clock.currentTimeMillis
    const { progress } = invocation.output
    let writingSince: Shown["since"] | null = null
    const show = ({ connection, done, endsAt, label, perHour, since, total }: Shown) =>
      Effect.gen(function* () {
        const view = yield* Invocation.view(invocation)
        const { pacer } = yield* Effect.orDie(connections.open(connection))
        const { reads, writes, limited } = yield* pacer.status
        const calls = reads + writes
        const took = view.now - since.at
        const rate = took >= settled && done > 0 ? ((calls - since.calls) * hour) / took : null
        const shareOfAllowance = rate === null || perHour === null ? null : Math.min(1, rate / perHour)
        const byRate = rate !== null && total !== null ? view.now + ((total - done) * took) / done : null
        progress.show({ label: `${sync}: ${label}`, done, total, calls, rate, shareOfAllowance, limited, endsAt: endsAt ?? byRate }, view)
      })
    return {
      onLook: (connection, what, rows, total) =>
        show({ connection, label: `read ${what} of ${connection}`, done: rows, total, since: { at: startedAt, calls: 0 }, endsAt: null, perHour: null }),
      onStep: (name) => Effect.map(Clock.currentTimeMillis, (now) => progress.step(`${sync}: ${name}`, now)),
      onApply: ({ done, endsAt, perHour, total }) =>
        Effect.gen(function* () {
          if (writingSince === null) {
            const { pacer } = yield* Effect.orDie(connections.open(to))
            const { reads, writes } = yield* pacer.status
            writingSince = { at: yield* Clock.currentTimeMillis, calls: reads + writes }
          }
          yield* show({ connection: to, label: "write", done, total, since: writingSince, endsAt, perHour })
          yield* invocation.stopping.gate
        })
    }
  })
