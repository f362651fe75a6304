/** A vendor whose calls go wrong at random in every way that passes: a share of all calls, each way as likely as the others. */
import * as Effect from "effect/Effect"
import type { Delivery, DeliveringApp } from "../../src/sandbox/Faulty.ts"
import type { SandboxRequest } from "../../src/sandbox/Sandbox.ts"
import type { Chance } from "../crash/Chance.ts"

const unavailable: Delivery = { status: 503, headers: {}, body: "" }

const limited = (headers: Readonly<Record<string, string>>, more: Readonly<Record<string, unknown>> = {}): Delivery => ({
  status: 429,
  headers: { "content-type": "application/json", ...headers },
  body: JSON.stringify({ success: false, error: { type: "rate_limit_error", code: "rate_limit_exceeded", message: "Too many requests", ...more } })
})

export const kinds = [
  "503 before it acts",
  "503 after it acted",
  "429 with Retry-After",
  "429 without",
  "reset before it acts",
  "reset after it acted",
  "body cut",
  "stall before it acts",
  "stall after it acted"
] as const
export type Kind = (typeof kinds)[number]

export interface Troubled {
  readonly app: DeliveringApp
  /** How often each kind struck. */
  readonly struck: ReadonlyMap<Kind, number>
  readonly setFaults: (on: boolean) => void
}

/** `untold`: what an answer of 429 without Retry-After says of the wait in its body; empty for nothing. */
export const make = (app: DeliveringApp, chance: Chance, share: number, unreported: Readonly<Record<string, unknown>> = {}): Troubled => {
  const struck = new Map<Kind, number>()
  let faults = true
  const deliver = (kind: Kind, request: SandboxRequest): Effect.Effect<Delivery> => {
    switch (kind) {
      case "503 before it acts":
        return Effect.succeed(unavailable)
      case "503 after it acted":
        return Effect.as(app(request), unavailable)
      case "429 with Retry-After":
        return Effect.succeed(limited({ "retry-after": "1" }))
      case "429 without":
        return Effect.succeed(limited({}, unreported))
      case "reset before it acts":
        return Effect.succeed({ _tag: "Reset" })
      case "reset after it acted":
        return Effect.as(app(request), { _tag: "Reset" } as const)
      case "body cut":
        return Effect.map(app(request), (answer) => ("_tag" in answer ? answer : { _tag: "Cut", response: answer }))
      case "stall before it acts":
        return Effect.succeed({ _tag: "Stall" })
      case "stall after it acted":
        return Effect.as(app(request), { _tag: "Stall" } as const)
    }
  }
  return {
    app: (request) =>
      Effect.suspend((): Effect.Effect<Delivery> => {
        if (!faults || !chance.happens(share)) return app(request)
        const kind = chance.pick(kinds)
        struck.set(kind, (struck.get(kind) ?? 0) + 1)
        return deliver(kind, request)
      }),
    struck,
    setFaults: (on) => {
      faults = on
    }
  }
}
