/** A vendor on a socket whose calls take a moment, sometimes go wrong, and are watched. */
import * as Effect from "effect/Effect"
import type { Delivery, DeliveringApp } from "../../src/sandbox/Faulty.ts"
import type { SandboxApp, SandboxRequest } from "../../src/sandbox/Sandbox.ts"
import type { Chance } from "./Chance.ts"

export interface Shaky {
  readonly app: DeliveringApp
  /** Calls that were not GET, since the start. */
  readonly writes: () => number
  /** Told of every call that writes, before the vendor acts and after. */
  readonly watch: (watcher: (() => void) | null) => void
  readonly setFaults: (on: boolean) => void
}

const unavailable: Delivery = { status: 503, headers: {}, body: "" }

/** How often a call goes wrong in each of four ways. */
const share = 0.015

export const make = (app: SandboxApp, chance: Chance): Shaky => {
  let writes = 0
  let faults = true
  let watcher: (() => void) | null = null
  const moment = (request: SandboxRequest): Effect.Effect<void> =>
    Effect.suspend(() => {
      if (request.method !== "GET") watcher?.()
      return Effect.sleep(request.method === "GET" ? chance.whole(3) : chance.whole(15))
    })
  // Acting is not interrupted when the caller goes away: a vendor that has taken a request carries it out.
  const act = (request: SandboxRequest): Effect.Effect<Delivery> =>
    Effect.gen(function* () {
      yield* moment(request)
      const answer = yield* app(request)
      yield* moment(request)
      return answer
    }).pipe(Effect.uninterruptible)
  return {
    app: (request) =>
      Effect.suspend((): Effect.Effect<Delivery> => {
        if (request.method !== "GET") writes += 1
        const dice = faults ? chance.next() : 1
        if (dice < share) return Effect.succeed(unavailable)
        if (dice < 2 * share) return Effect.as(act(request), unavailable)
        if (dice < 3 * share) return Effect.succeed({ _tag: "Reset" })
        if (dice < 4 * share) return Effect.as(Effect.delay(act(request), chance.whole(300)), { _tag: "Reset" })
        return act(request)
      }),
    writes: () => writes,
    watch: (next) => {
      watcher = next
    },
    setFaults: (on) => {
      faults = on
    }
  }
}
