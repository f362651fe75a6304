/** What must hold for every call that only reads, of a source or a target, when the vendor or the way to it fails. */
import { assert } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Fiber from "effect/Fiber"
import * as TestClock from "effect/TestClock"
import type { ConnectorError, Reason } from "../../src/contract/ConnectorError.ts"
import type { Identity } from "../../src/contract/Identity.ts"
import type { LoggedCall } from "../../src/sandbox/Faulty.ts"
import type { AnySandbox, Fault, SandboxApp } from "../../src/sandbox/Sandbox.ts"
import { after, baseUrl, callsOff, type Connected, conforms, type Subject } from "./Harness.ts"

/** A call, or the calls of one list. `answer` leaves out what changes from call to call by itself. */
export interface Reading {
  readonly name: string
  readonly answer: Effect.Effect<unknown, ConnectorError>
  /** Takes several calls here, so that the second can fail. */
  readonly list: boolean
  /** A bare array is an answer here. */
  readonly bare?: boolean
}

export interface Readings {
  readonly subject: Subject
  /** Fills the sandbox and tells all that can be read from it. */
  readonly prepare: (connected: Connected) => Effect.Effect<ReadonlyArray<Reading>>
}

/** What does not change from call to call by itself. */
export const lasting = ({ account, actor, label, missing, role }: Identity) => ({ account, actor, label, missing, role })

export const answer = (status: number, body: string, headers: Readonly<Record<string, string>> = {}): Fault => ({
  _tag: "Answer",
  response: { status, headers: { "content-type": "application/json", ...headers }, body }
})
const html = (status: number) => answer(status, "<!DOCTYPE html><html><body>Back soon</body></html>", { "content-type": "text/html" })
const many = (fault: Fault): ReadonlyArray<Fault> => Array.from({ length: 60 }, () => fault)

/** Each reading, with the fault at its first call and, for lists, at the second. */
const places = (readings: ReadonlyArray<Reading>) =>
  readings.flatMap((reading) => [
    { ...reading, calls: 0, at: `${reading.name}, first call` },
    ...(reading.list ? [{ ...reading, calls: 1, at: `${reading.name}, second call` }] : [])
  ])
type Place = ReturnType<typeof places>[number]

/** A vendor that, as long as `active` says so, refuses every call and repeats all it was sent. */
export const echoing =
  (active: () => boolean) =>
  (app: SandboxApp): SandboxApp =>
  (request) => {
    if (!active()) return app(request)
    const credentials = Object.values(request.headers).map((value) => `${value} ${Buffer.from(value.replace(/^Basic /, ""), "base64").toString("latin1")}`)
    const message = [...credentials, request.path, request.query.toString()].join(" ")
    return Effect.succeed({
      status: 422,
      headers: { "content-type": "application/json", "x-echo": message },
      body: JSON.stringify({ error: message, message })
    })
  }

/** Options with a credential that the vendor refuses. */
export const refusedOptions = (sandbox: AnySandbox): Readonly<Record<string, unknown>> => {
  if (sandbox.refusedOptions === undefined) throw new Error("the sandbox has no `refusedOptions`: give it options with a credential that is refused")
  return sandbox.refusedOptions(baseUrl)
}

export const suite = ({ prepare, subject }: Readings): void => {
  const off = callsOff(subject)
  const everywhere = (title: string, body: (connected: Connected, place: Place) => Effect.Effect<void>) =>
    conforms(title, {
      subject,
      off,
      body: (connected) =>
        Effect.flatMap(prepare(connected), (readings) => Effect.forEach(places(readings), (place) => body(connected, place), { discard: true }))
    })

  const failing = (title: string, fault: Fault, reasons: ReadonlyArray<Reason>, tries: "once" | "again", isBare = false) =>
    everywhere(title, ({ ask, faulty }, { answer, at, bare = false, calls }) =>
      Effect.gen(function* () {
        if (isBare && bare) return
        let active = true
        const before = faulty.log.length
        const there = after(calls)
        faulty.inject(many(fault), (request) => active && there(request))
        const result = yield* ask(answer)
        active = false
        assert(Either.isLeft(result), `${at}: passed for a success: ${JSON.stringify(result)?.slice(0, 300)}`)
        assert.include(reasons, result.left.reason, `${at}: ${result.left.message}`)
        const failed = faulty.log.length - before - calls
        if (tries === "once") assert.strictEqual(failed, 1, `${at}: it was repeated, which cannot help`)
        else assert(failed > 1 && failed < 20, `${at}: made ${failed} calls`)
      })
    )

  const passing = (title: string, faults: ReadonlyArray<Fault>) =>
    everywhere(title, ({ faulty, told }, { answer, at, calls }) =>
      Effect.gen(function* () {
        const expected = yield* told(answer)
        faulty.inject(faults, after(calls))
        assert.deepStrictEqual(yield* told(answer), expected, at)
      })
    )

  everywhere("a 429 is waited out as long as it says, and nothing is lost", ({ faulty, told }, { answer: reading, at, calls }) =>
    Effect.gen(function* () {
      const expected = yield* told(reading)
      faulty.inject(answer(429, "{}", { "retry-after": "77" }), after(calls))
      const before = faulty.log.length
      assert.deepStrictEqual(yield* told(reading), expected, at)
      const [limited, next] = faulty.log.slice(before + calls)
      assert.strictEqual(limited?.status, 429, at)
      assert.isAtLeast((next?.at ?? 0) - (limited?.at ?? 0), 77_000, `${at}: went on before the time that Retry-After told`)
    })
  )
  passing("a failure that passes is not noticed", [answer(503, ""), html(502), { _tag: "Reset", when: "after" }, { _tag: "Cut" }])
  failing("a server that goes on failing is Unavailable, after some tries", answer(500, `{"error":"boom"}`), ["Unavailable"], "again")
  failing("a connection that goes on breaking is Unavailable, after some tries", { _tag: "Reset", when: "before" }, ["Unavailable"], "again")
  failing("an answer that never comes is given up", { _tag: "Stall", when: "before" }, ["Unavailable"], "again")
  failing("a 401 is Unauthorized and not repeated", answer(401, "{}"), ["Unauthorized"], "once")
  failing("an HTML page instead of an answer is no success", html(200), ["Malformed", "Unavailable"], "once")
  failing("a 404 that is an HTML page says of nothing that it is gone", html(404), ["Malformed", "NotFound", "Unavailable"], "once")
  failing("JSON that ends in its middle is no success", answer(200, `{"data":[{"id":`), ["Malformed"], "once")
  failing("an empty body is no success", answer(200, ""), ["Malformed"], "once")
  for (const body of ["{}", "[]", "null", `{"error":"boom"}`]) {
    failing(
      `an answer of another shape is no success: ${body}`,
      answer(200, body),
      ["Malformed", "Unauthorized", "NotAllowed", "Unavailable"],
      "once",
      body === "[]"
    )
  }

  everywhere("interruption ends it: no further call is made", ({ faulty }, { answer, at, calls }) =>
    Effect.gen(function* () {
      const before = faulty.log.length
      faulty.inject({ _tag: "Stall", when: "before" }, after(calls))
      const fiber = yield* Effect.fork(answer)
      yield* TestClock.adjust("1 second")
      assert.strictEqual(faulty.log.length - before, calls + 1, at)
      yield* Fiber.interrupt(fiber)
      yield* TestClock.adjust("1 hour")
      assert.strictEqual(faulty.log.length - before, calls + 1, at)
    })
  )

  // A search whose question is too long for a query goes as POST; by their names such calls only read.
  const asks = ({ method, path }: LoggedCall) => method === "GET" || (method === "POST" && path.endsWith("/search"))
  everywhere("reading makes no call that could write", ({ faulty, told }, { answer, at }) =>
    Effect.gen(function* () {
      yield* told(answer)
      assert.deepStrictEqual(
        faulty.log.filter((call) => !asks(call)).map(({ method, path }) => `${method} ${path}`),
        [],
        at
      )
    })
  )

  let isEchoing = false
  conforms("a vendor that repeats the credential in its errors gives nothing away", {
    subject,
    off,
    app: echoing(() => isEchoing),
    body: (connected) =>
      Effect.gen(function* () {
        isEchoing = false
        const readings = yield* prepare(connected)
        isEchoing = true
        for (const { answer, name } of readings) assert(Either.isLeft(yield* connected.ask(answer)), name)
      })
  })

  conforms("a refused credential is Unauthorized wherever it is used", {
    subject,
    off,
    options: refusedOptions,
    body: (connected) =>
      Effect.gen(function* () {
        for (const { answer, name } of yield* prepare(connected)) {
          const result = yield* connected.ask(answer)
          assert(Either.isLeft(result), `${name}: a refused credential passed for a success`)
          assert.strictEqual(result.left.reason, "Unauthorized", name)
        }
      })
  })
}
