/** How every write that must not be repeated blindly takes lost answers, refusals and refused credentials. */
import { assert } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import type { ConnectorError } from "../../src/contract/ConnectorError.ts"
import type { Fault } from "../../src/sandbox/Sandbox.ts"
import * as Faults from "./Faults.ts"
import { type Connected, conforms, type Subject } from "./Harness.ts"

export const lostAnswers: ReadonlyArray<{ readonly what: string; readonly fault: Fault }> = [
  { what: "the connection breaks after the effect", fault: { _tag: "Reset", when: "after" } },
  { what: "no answer comes after the effect", fault: { _tag: "Stall", when: "after" } },
  { what: "the answer is cut", fault: { _tag: "Cut" } }
]

/** A write whose effect can be looked for. */
interface Attempt {
  readonly write: () => Effect.Effect<unknown, ConnectorError>
  readonly untouched: () => boolean
}

/** Where no call that reads proves a credential, the writes are all there is to tell of it. */
export const credentials = (subject: Subject, prepare: (connected: Connected) => Attempt): void => {
  conforms("a refused credential is Unauthorized when it writes, and nothing is done", {
    subject,
    options: Faults.refusedOptions,
    body: (connected) =>
      Effect.gen(function* () {
        const { untouched, write } = prepare(connected)
        const result = yield* connected.ask(write())
        assert(Either.isLeft(result), "a refused credential passed for a success")
        assert.deepStrictEqual([result.left.reason, result.left.effect], ["Unauthorized", "none"])
        assert(untouched(), "something was done")
      })
  })
  conforms("a vendor that repeats the credential in the refusal of a write gives nothing away", {
    subject,
    app: Faults.echoing(() => true),
    body: (connected) =>
      Effect.gen(function* () {
        assert(Either.isLeft(yield* connected.ask(prepare(connected).write())))
      })
  })
}

/** Makes ready, and then writes. */
export type Writing = (connected: Connected) => (connected: Connected) => Effect.Effect<unknown, ConnectorError>

/** How a write that must not be repeated blindly takes a refusal. */
export const failures = (subject: Subject, off: string | null, prepare: Writing): void => {
  const refused = (title: string, fault: Fault, check: (error: ConnectorError) => void) =>
    conforms(title, {
      subject,
      off,
      body: (connected) =>
        Effect.gen(function* () {
          const write = prepare(connected)
          connected.faulty.inject(
            Array.from({ length: 60 }, () => fault),
            connected.faulty.isWrite
          )
          const result = yield* connected.ask(write(connected))
          assert(Either.isLeft(result), "a refusal passed for a success")
          check(result.left)
          assert.strictEqual(connected.faulty.writes(), 1, "it was repeated")
        })
    })

  conforms("a 429 is waited out, and then it is done once", {
    subject,
    off,
    body: (connected) =>
      Effect.gen(function* () {
        const write = prepare(connected)
        connected.faulty.inject(Faults.answer(429, "{}", { "retry-after": "77" }), connected.faulty.isWrite)
        yield* connected.reported(write(connected))
        const [limited, done] = connected.faulty.log.filter(connected.faulty.isWrite)
        assert.isAtLeast((done?.at ?? 0) - (limited?.at ?? 0), 77_000)
        assert.strictEqual(connected.faulty.writes(), 2)
      })
  })
  refused("a 401 is Unauthorized, not repeated, and nothing was done", Faults.answer(401, "{}"), ({ effect, reason }) =>
    assert.deepStrictEqual([reason, effect], ["Unauthorized", "none"])
  )
  refused("a 403 is NotAllowed, not repeated, and nothing was done", Faults.answer(403, "{}"), ({ effect, reason }) =>
    assert.deepStrictEqual([reason, effect], ["NotAllowed", "none"])
  )
  refused("a 500 is not repeated blindly: what it did is unknown", Faults.answer(500, "{}"), ({ effect, reason }) =>
    assert.deepStrictEqual([reason, effect], ["Unavailable", "unknown"])
  )
  refused("an HTML page is no success", Faults.answer(200, "<!doctype html><html></html>", { "content-type": "text/html" }), ({ effect, reason }) =>
    assert.deepStrictEqual([reason, effect], ["Malformed", "unknown"])
  )
  refused("cut JSON is no success", Faults.answer(201, `{"added":`), ({ effect, reason }) => assert.deepStrictEqual([reason, effect], ["Malformed", "unknown"]))
}
