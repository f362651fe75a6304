/** What must hold for every call that only reads, of a source or a target, when the vendor or the way to it fails. */
import { assert } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Fiber from "effect/Fiber"
import * as TestClock from "effect/TestClock"
import type { ConnectorError, Reason } from "../../src/contract/ConnectorError.ts"
import type { Identity } from "../../src/contract/Identity.ts"
import type { LoggedCall } from "../../src/sandbox/Sandbox.ts"
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

interface Failing {
  readonly reasons: ReadonlyArray<Reason>
  /** What whoever wrote the connector should do if it passes for a success. */
  readonly remedy: string
}

const assertFailed = (result: Either.Either<unknown, ConnectorError>, at: string, { reasons, remedy }: Failing) => {
  if (Either.isRight(result)) return assert.fail(`${at}: passed for a success: ${remedy}. What came of it: ${JSON.stringify(result.right)?.slice(0, 300)}`)
  const { message, reason } = result.left
  assert.include(
    reasons,
    reason,
    `${at}: ${message}: is ${reason}, not ${reasons.join(" or ")}; what a status means here is said in \`decodeError\` of the client`
  )
}

const throughClient = "call the vendor through VendorClient alone, and decode every answer with a Schema"

/** Answers of another shape than any vendor's list, and what a connector can do about them. */
const shapes = [
  ...["{}", "null", `{"error":"boom"}`].map((body) => ({
    body,
    remedy: "make the field that carries the rows required in the Schema; a default of no rows makes everybody gone"
  })),
  {
    body: "[]",
    remedy:
      "proxies and wrong addresses answer [] too; where the vendor's own empty list is a bare [], prove it by a header that only the vendor sends (connectors/freshdesk/FreshdeskPages.ts) or by one call more in another form (connectors/zammad/ZammadPages.ts)"
  }
]

export const suite = ({ prepare, subject }: Readings): void => {
  const off = callsOff(subject)
  const everywhere = (title: string, body: (connected: Connected, place: Place) => Effect.Effect<void>) =>
    conforms(title, {
      subject,
      off,
      body: (connected) =>
        Effect.flatMap(prepare(connected), (readings) => Effect.forEach(places(readings), (place) => body(connected, place), { discard: true }))
    })

  /** `sure`: one more call may be made to make sure of what the answer means. */
  const failing = (
    title: string,
    fault: Fault,
    { bare: isBare = false, reasons, remedy, tries }: Failing & { readonly tries: "once" | "sure" | "again"; readonly bare?: boolean }
  ) =>
    everywhere(title, ({ ask, faulty }, { answer, at, bare = false, calls }) =>
      Effect.gen(function* () {
        if (isBare && bare) return
        let active = true
        const before = faulty.log.length
        const there = after(calls)
        faulty.inject(many(fault), (request) => active && there(request))
        const result = yield* ask(answer)
        active = false
        assertFailed(result, at, { reasons, remedy })
        const failed = faulty.log.length - before - calls
        const most = { once: 1, sure: 2, again: 19 }[tries]
        assert(
          failed <= most,
          `${at}: made ${failed} calls, where ${most === 1 ? "one tells and a repetition cannot help" : `${most} are enough`}: call through VendorClient alone`
        )
        if (tries === "again") assert(failed > 1, `${at}: it was not tried again, and such a failure may pass: call through VendorClient, as a read`)
      })
    )

  const passing = (title: string, faults: ReadonlyArray<Fault>) =>
    everywhere(title, ({ faulty, reported }, { answer, at, calls }) =>
      Effect.gen(function* () {
        const expected = yield* reported(answer)
        faulty.inject(faults, after(calls))
        assert.deepStrictEqual(yield* reported(answer), expected, `${at}: the answer differs after failures that passed`)
      })
    )

  everywhere("a 429 is waited out as long as it says, and nothing is lost", ({ faulty, reported }, { answer: reading, at, calls }) =>
    Effect.gen(function* () {
      const expected = yield* reported(reading)
      faulty.inject(answer(429, "{}", { "retry-after": "77" }), after(calls))
      const before = faulty.log.length
      assert.deepStrictEqual(yield* reported(reading), expected, at)
      const [limited, next] = faulty.log.slice(before + calls)
      assert.strictEqual(limited?.status, 429, `${at}: this call was not made`)
      assert.isAtLeast((next?.at ?? 0) - (limited?.at ?? 0), 77_000, `${at}: went on before the time that Retry-After told`)
    })
  )
  passing("a failure that passes is not noticed", [answer(503, ""), html(502), { _tag: "Reset", when: "after" }, { _tag: "Cut" }])
  passing("an answer that only the closing of its connection cut is asked for again", [{ _tag: "Closed" }, { _tag: "Closed" }])
  for (const encoding of ["gzip", "br", "deflate"] as const) passing(`an answer that comes as ${encoding} is the same answer`, [{ _tag: "Encoded", encoding }])
  failing("an answer with bytes that are no UTF-8 is no success", { _tag: "Garbled" }, { reasons: ["Malformed"], remedy: throughClient, tries: "once" })
  failing("a server that goes on failing is Unavailable, after some tries", answer(500, `{"error":"boom"}`), {
    reasons: ["Unavailable"],
    remedy: throughClient,
    tries: "again"
  })
  failing(
    "a connection that goes on breaking is Unavailable, after some tries",
    { _tag: "Reset", when: "before" },
    {
      reasons: ["Unavailable"],
      remedy: throughClient,
      tries: "again"
    }
  )
  failing("an answer that never comes is given up", { _tag: "Stall", when: "before" }, { reasons: ["Unavailable"], remedy: throughClient, tries: "again" })
  failing("a 401 is Unauthorized and not repeated", answer(401, "{}"), {
    reasons: ["Unauthorized"],
    remedy: "catch NotAllowed and NotFound where they mean something, and never Unauthorized",
    tries: "once"
  })
  failing("an HTML page instead of an answer is no success", html(200), { reasons: ["Malformed", "Unavailable"], remedy: throughClient, tries: "once" })
  failing("a 404 that is an HTML page says of nothing that it is gone", html(404), {
    reasons: ["Malformed", "NotFound", "Unavailable"],
    remedy: "a wrong address answers so too: make it Malformed in `decodeError` (VendorWords.isHtml), and believe a 404 only while the account itself answers",
    tries: "once"
  })
  failing("JSON that ends in its middle is no success", answer(200, `{"data":[{"id":`), { reasons: ["Malformed"], remedy: throughClient, tries: "once" })
  failing("an empty body is no success", answer(200, ""), { reasons: ["Malformed"], remedy: throughClient, tries: "once" })
  const reasons: ReadonlyArray<Reason> = ["Malformed", "Unauthorized", "NotAllowed", "Unavailable"]
  for (const { body, remedy } of shapes) {
    failing(`an answer of another shape is no success: ${body}`, answer(200, body), {
      bare: body === "[]",
      reasons,
      remedy,
      tries: body === "[]" ? "sure" : "once"
    })
  }

  conforms("a list does not end in an answer of another shape at its last call", {
    subject,
    off,
    body: (connected) =>
      Effect.gen(function* () {
        const { ask, faulty, reported } = connected
        for (const { answer: reading, list, name } of yield* prepare(connected)) {
          if (!list) continue
          const before = faulty.log.length
          yield* reported(reading)
          const last = faulty.log.length - before - 1
          for (const { body, remedy } of shapes) {
            let active = true
            const there = after(last)
            faulty.inject(many(answer(200, body)), (request) => active && there(request))
            const result = yield* ask(reading)
            active = false
            assertFailed(result, `${name}, call ${last + 1} is answered ${body}`, { reasons, remedy })
          }
        }
      })
  })

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
  everywhere("reading makes no call that could write", ({ faulty, reported }, { answer, at }) =>
    Effect.gen(function* () {
      yield* reported(answer)
      assert.deepStrictEqual(
        faulty.log.filter((call) => faulty.isWrite(call) && !asks(call)).map(({ method, path }) => `${method} ${path}`),
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
