/** The right to write from one state file: held by one run at a time, renewed while it lives, and numbered so that a sleeper notices. */
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import type { StateError } from "../contract/StateError.ts"
import * as Failure from "./Failure.ts"
import * as LeaseHolder from "./LeaseHolder.ts"
import { Stopped } from "./Observe.ts"
import { type Lease as Taking, RunStore } from "./RunStore.ts"

/** How long a lease lasts unless it is renewed. */
export const leaseMillis = Duration.toMillis("2 minutes")
const renewal = Duration.seconds(20)

/** Takes the lease; that of a process which was killed on this machine at once, any other only when it has ended. */
const acquire = (who: string): Effect.Effect<Taking, StateError, RunStore> =>
  Effect.gen(function* () {
    const store = yield* RunStore
    const self = LeaseHolder.here(who)
    const first = yield* store.acquire(self, leaseMillis, null)
    return first._tag === "Taken" && LeaseHolder.isGone(first.holder, self) ? yield* store.acquire(self, leaseMillis, first.number) : first
  })

/** Runs `use` while nobody else may write. Fails when another run holds the lease; a lease that ended with its process is taken over. */
export const hold = <A, E, R>(who: string, use: (lease: number) => Effect.Effect<A, E, R>): Effect.Effect<A, E | StateError | Stopped, R | RunStore> =>
  Effect.gen(function* () {
    const store = yield* RunStore
    return yield* Effect.acquireUseRelease(
      Effect.flatMap(acquire(who), (lease) =>
        lease._tag === "Ours"
          ? Effect.succeed(lease.number)
          : Effect.fail(
              new Stopped(
                Failure.make(
                  "locked",
                  `another run is under way (${lease.holder}); nothing was done. It has until ${DateTime.formatIso(DateTime.unsafeMake(lease.until))} to show that it lives, then the next run takes over.`
                )
              )
            )
      ),
      (lease) =>
        Effect.raceFirst(
          use(lease),
          // Renewing ends only when the lease was lost, and then nothing more may be written.
          Effect.zipRight(Effect.repeat(Effect.delay(store.renew(lease, leaseMillis), renewal), Schedule.forever), Effect.never)
        ),
      (lease) => Effect.ignore(store.release(lease))
    )
  })
