/** Ctrl-C, SIGTERM and SIGHUP: the calls under way are finished and stored, and the next run goes on. A second signal ends at once. */
import * as HttpClient from "@effect/platform/HttpClient"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"

export interface Stopping {
  /** Counts the calls under way, so that a stop can wait for them. */
  readonly watch: (client: HttpClient.HttpClient) => HttpClient.HttpClient
  /** To be passed between two calls that write: from there on nothing more is sent once a stop is asked for. */
  readonly gate: Effect.Effect<void>
  /** The signal's exit code; null: none came. */
  readonly code: () => number | null
  /** Something may have been written by now. */
  readonly writing: () => boolean
  /** From now on SIGHUP does this instead of stopping. */
  readonly onHangup: (reload: () => void) => void
  /** Nothing more is sent; once the calls under way are finished and stored the fiber is interrupted. */
  readonly stop: (fiber: Fiber.RuntimeFiber<unknown, unknown>, exit: number) => Effect.Effect<void>
  /** Lets signals interrupt this fiber until it ends. Answers how to stop listening. */
  readonly listen: (fiber: Fiber.RuntimeFiber<unknown, unknown>) => () => void
}

const codes = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const

/** Longest time that calls under way get to finish, and how often they are looked at, in milliseconds. */
const patience = 10_000
const look = 50

export const make = (note: (line: string) => void): Stopping => {
  let code: number | null = null
  let hangup: (() => void) | null = null
  let writing = false
  let underWay = 0
  const count = (by: number) =>
    Effect.sync(() => {
      underWay += by
    })
  const settled = Effect.gen(function* () {
    // Quiet twice in a row: an answer is stored right after it came.
    for (let quiet = 0, waited = 0; quiet < 2 && waited < patience; waited += look) {
      quiet = underWay === 0 ? quiet + 1 : 0
      yield* Effect.sleep(look)
    }
  })
  const stop: Stopping["stop"] = (fiber, exit) =>
    Effect.suspend(() => {
      code = exit
      return Effect.zipRight(writing ? settled : Effect.void, Fiber.interruptFork(fiber))
    })
  return {
    stop,
    watch: HttpClient.transform((call) =>
      Effect.acquireUseRelease(
        count(1),
        () => call,
        () => count(-1)
      )
    ),
    gate: Effect.suspend(() => {
      writing = true
      return code === null ? Effect.void : Effect.never
    }),
    code: () => code,
    writing: () => writing,
    onHangup: (reload) => {
      hangup = reload
    },
    listen: (fiber) => {
      const listeners = Object.entries(codes).map(([signal, exit]) => {
        const hear = (): void => {
          if (signal === "SIGHUP" && hangup !== null) return hangup()
          if (code !== null) process.exit(exit)
          note(writing ? "Stopping: the calls under way are finished first. Once more ends at once." : "Stopping.")
          Effect.runFork(stop(fiber, exit))
        }
        process.on(signal, hear)
        return () => void process.off(signal, hear)
      })
      return () => {
        for (const off of listeners) off()
      }
    }
  }
}
