import type * as HttpClient from "@effect/platform/HttpClient"
import { assert, describe, it } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import * as TestClock from "effect/TestClock"
import type { ConnectorError } from "../../src/contract/ConnectorError.ts"
import type { PacerWindow } from "../../src/contract/Pacer.ts"
import * as LiveVendorClient from "../../src/http/LiveVendorClient.ts"
import * as SlotPacer from "../../src/http/pacing/SlotPacer.ts"
import type { VendorClient } from "../../src/http/VendorClient.ts"
import * as SecretRedactor from "../../src/observe/SecretRedactor.ts"
import * as Faulty from "../../src/sandbox/Faulty.ts"
import * as InProcess from "../../src/sandbox/InProcess.ts"
import type { Fault, SandboxApp, SandboxResponse } from "../../src/sandbox/Sandbox.ts"

const token = "canary-token-1"
const queryKey = "canary-query-2"
const baseUrl = "https://vendor.test/api"
const Group = Schema.Struct({ id: Schema.String })
const readGroup = { path: "/groups/1", schema: Group }

const answer = (status: number, body: string, headers: Readonly<Record<string, string>> = {}): SandboxResponse => ({ status, headers, body })
const fault = (status: number, body: string, headers: Readonly<Record<string, string>> = {}): Fault => ({
  _tag: "Answer",
  response: answer(status, body, headers)
})

interface Settings extends Partial<LiveVendorClient.VendorClientOptions> {
  readonly app?: SandboxApp
  readonly maxWaitMillis?: number
  readonly windows?: ReadonlyArray<PacerWindow>
  readonly client?: HttpClient.HttpClient
}

const connect = ({ app, maxWaitMillis, windows, client, ...options }: Settings = {}) =>
  Effect.gen(function* () {
    const faulty = Faulty.make(app ?? (() => Effect.succeed(answer(200, `{"id":"1"}`))))
    const pacer = yield* SlotPacer.make({ windows: windows ?? [], restored: [], concurrency: 2, maxWaitMillis: maxWaitMillis ?? null })
    const redactor = SecretRedactor.make()
    const vendor = yield* LiveVendorClient.make(
      { name: "acme", client: client ?? InProcess.client({ [baseUrl]: faulty.app }), pacer, redactor },
      { baseUrl, headers: { authorization: Redacted.make(`Bearer ${token}`) }, params: { key: Redacted.make(queryKey) }, ...options }
    )
    return { ...faulty, vendor, pacer }
  })

/** Runs to the end on the test's clock; answers how long that took too. */
const settle = <A, E>(effect: Effect.Effect<A, E>, limit = 600_000) =>
  Effect.gen(function* () {
    const begun = yield* Clock.currentTimeMillis
    const fiber = yield* Effect.fork(Effect.zip(Effect.either(effect), Clock.currentTimeMillis))
    yield* TestClock.adjust(limit)
    const [result, ended] = yield* Fiber.join(fiber)
    return { result, took: ended - begun }
  })

const errorOf = <A>(effect: Effect.Effect<A, ConnectorError>) =>
  Effect.map(settle(effect), ({ result }) => {
    if (result._tag === "Right") throw new Error("should have failed")
    assert.notInclude(JSON.stringify(result.left) + result.left.message + String(result.left.stack), "canary")
    return result.left
  })

const append = (vendor: VendorClient) =>
  vendor.write("POST", { path: "/groups/1/members", template: "/groups/{id}/members", body: { ids: ["a"] }, schema: Group })

describe("LiveVendorClient", () => {
  it.effect("sends credentials, query and body, and decodes the answer with the server's time", () =>
    Effect.gen(function* () {
      const seen: Array<string> = []
      const { vendor, log } = yield* connect({
        app: (request) => {
          seen.push(`${request.headers["authorization"]} ${request.headers["content-type"]}`)
          return Effect.succeed(answer(200, `{"id":"1","more":true}`, { date: "Thu, 01 Jan 1970 00:00:05 GMT" }))
        }
      })
      const read = yield* vendor.write("PATCH", {
        path: "/groups/a%2Fb",
        params: { "page[size]": 100, ids: ["x", "y"], no: undefined },
        body: { a: 1 },
        schema: Group
      })
      assert.deepStrictEqual([read.body, read.status, read.serverTime], [{ id: "1" }, 200, 5_000])
      assert.deepStrictEqual(seen, [`Bearer ${token} application/json`])
      const [call] = log
      assert.strictEqual(call?.path, "/groups/a%2Fb")
      assert.deepStrictEqual(
        [...(call?.query ?? [])],
        [
          ["page[size]", "100"],
          ["ids", "x"],
          ["ids", "y"],
          ["key", queryKey]
        ]
      )
      assert.strictEqual(call?.body, `{"a":1}`)
    })
  )

  const refusals: ReadonlyArray<readonly [status: number, body: string, reason: string, detail: string, code: string | null]> = [
    [401, `{"error":"Couldn't authenticate you"}`, "Unauthorized", "Couldn't authenticate you", null],
    [401, `{"error":"invalid_token","error_description":"expired"}`, "Unauthorized", "expired", "invalid_token"],
    [403, `{"error":{"title":"Forbidden","message":"Access is restricted"}}`, "NotAllowed", "Forbidden: Access is restricted", null],
    [404, `{"error":"RecordNotFound","description":"Not found"}`, "NotFound", "Not found", "RecordNotFound"],
    [404, `<!doctype html><title>No such help desk</title>`, "NotFound", "not found (the answer is an HTML page)", null],
    [
      400,
      `{"success":false,"error":{"type":"invalid_request_error","code":"parameter_missing","message":"name is missing"}}`,
      "Invalid",
      "name is missing",
      "parameter_missing"
    ],
    [409, `{"error":"taken"}`, "Invalid", "taken", null],
    [422, `{"errors":[{"code":"bad","title":"too long"}]}`, "Invalid", "too long", "bad"],
    [418, ``, "Malformed", "answered with status 418, which means nothing here", null],
    [400, JSON.stringify({ error: `no ${token} \u001b[31m\n${"x".repeat(400)}` }), "Invalid", `no [hidden] \\u001b[31m ${"x".repeat(276)}…`, null],
    [400, JSON.stringify({ message: `${"x".repeat(290)} ${token}` }), "Invalid", `${"x".repeat(290)} [hidden]`, null]
  ]
  for (const [status, body, reason, detail, code] of refusals) {
    it.effect(`takes ${status} ${body.slice(0, 40)} for ${reason}, with the vendor's words`, () =>
      Effect.gen(function* () {
        const { vendor, inject, log } = yield* connect()
        inject(fault(status, body))
        const error = yield* errorOf(append(vendor))
        assert.deepStrictEqual([error.reason, error.detail, error.code, error.status], [reason, detail, code, status])
        assert.strictEqual(error.effect, "none")
        assert.strictEqual(error.call, "POST /groups/{id}/members")
        assert.strictEqual(log.length, 1)
      })
    )
  }

  it.effect("lets the vendor's connector know better", () =>
    Effect.gen(function* () {
      const { vendor, inject } = yield* connect({
        decodeError: (status, _, body) => (status === 400 ? { reason: "NotFound", detail: `${body} ${token}` } : undefined)
      })
      inject(fault(400, "gone"))
      const error = yield* errorOf(vendor.read(readGroup))
      assert.deepStrictEqual([error.reason, error.detail], ["NotFound", "gone [hidden]"])
    })
  )

  const unreadable: ReadonlyArray<readonly [name: string, response: SandboxResponse, detail: RegExp]> = [
    ["HTML", answer(200, `<html>log in, ${token}</html>`), /^the answer is an HTML page, not JSON; it begins: <html>log in, \[hidden\]/],
    ["cut JSON", answer(200, `{"id":`), /^the answer is not JSON; it begins: {"id":$/],
    ["nothing", answer(200, ""), /^the answer is empty$/],
    ["nothing with 204", answer(204, ""), /^the answer is empty$/],
    ["another shape", answer(200, `{"id":"1","x":1}`.replace(`"1"`, `{"name":"${token}"}`)), /^the answer does not fit: at id: Expected string$/],
    [
      "deep nesting",
      answer(200, `{"id":"1","x":${"[".repeat(400)}${"]".repeat(400)}}`),
      /^the answer nests its JSON more than 200 levels deep; it begins: \{"id":"1","x":\[+$/
    ],
    ["a redirect", answer(302, "", { location: `https://evil.test/?key=${queryKey}` }), /^redirects to evil\.test; credentials are not carried along/],
    ["too much", answer(200, JSON.stringify({ id: "x".repeat(2_000) })), /^the answer is larger than 1000 bytes$/]
  ]
  for (const [name, response, detail] of unreadable) {
    it.effect(`takes ${name} for Malformed, and does not repeat it`, () =>
      Effect.gen(function* () {
        const { vendor, log } = yield* connect({ app: () => Effect.succeed(response), maxBytes: 1_000 })
        const error = yield* errorOf(vendor.read(readGroup))
        assert.match(error.detail, detail)
        assert.deepStrictEqual([error.reason, error.effect, log.length], ["Malformed", "none", 1])
        // The vendor may have done it all the same.
        assert.strictEqual((yield* errorOf(append(vendor))).effect, "unknown")
      })
    )
  }

  it.effect("does not look at a body that nobody wants", () =>
    Effect.gen(function* () {
      const { vendor, inject } = yield* connect()
      for (const body of ["", "OK", "{}"]) {
        inject(fault(200, body))
        yield* vendor.write("DELETE", { path: "/groups/1", schema: Schema.Void })
      }
    })
  )

  const lost: ReadonlyArray<readonly [name: string, fault: Fault]> = [
    ["a server's failure", fault(500, "<html>")],
    ["503", fault(503, "")],
    ["a reset before the deed", { _tag: "Reset", when: "before" }],
    ["a reset after the deed", { _tag: "Reset", when: "after" }],
    ["a cut answer", { _tag: "Cut" }],
    ["silence", { _tag: "Stall", when: "after" }]
  ]
  for (const [name, what] of lost) {
    it.effect(`repeats a read after ${name}, but never a write that must not be`, () =>
      Effect.gen(function* () {
        const { vendor, inject, log } = yield* connect()
        inject([what, what])
        const read = yield* settle(vendor.read(readGroup))
        assert.strictEqual(read.result._tag, "Right")
        assert.strictEqual(read.took, 1_500 + (what._tag === "Stall" ? 60_000 : 0))
        inject(what)
        const error = yield* errorOf(append(vendor))
        assert.deepStrictEqual([error.reason, error.effect, log.length], ["Unavailable", "unknown", 4])
        inject(what)
        const repeated = yield* settle(vendor.write("PUT", { ...readGroup, repeatable: true }))
        assert.strictEqual(repeated.result._tag, "Right")
      })
    )
  }

  it.effect("repeats any call that never reached the vendor, and gives up after its retries", () =>
    Effect.gen(function* () {
      const { vendor } = yield* connect({ client: InProcess.client({}), retries: 3 })
      const { result, took } = yield* settle(append(vendor))
      assert.deepInclude(result, { _tag: "Left" })
      assert.strictEqual(took, 500 + 1_000 + 2_000)
      const error = yield* errorOf(append(vendor))
      assert.deepStrictEqual([error.reason, error.effect, error.detail], ["Unavailable", "none", "host not found: vendor.test"])
    })
  )

  it.effect("asks by POST what is read with a body, which is a read all the same", () =>
    Effect.gen(function* () {
      const { vendor, inject, log, pacer } = yield* connect()
      inject({ _tag: "Reset", when: "after" })
      const { result } = yield* settle(vendor.read({ path: "/groups/search", body: { name: "a" }, schema: Group }))
      assert.deepStrictEqual(result._tag === "Right" ? result.right.body : result.left, { id: "1" })
      assert.deepStrictEqual(
        log.map(({ body, method, path }) => [method, path, body]),
        Array.from({ length: 2 }, () => ["POST", "/groups/search", `{"name":"a"}`])
      )
      const { reads, writes } = yield* pacer.status
      assert.deepStrictEqual([reads, writes], [2, 0])
    })
  )

  it.effect("does not call a write undone that was lost before it was refused", () =>
    Effect.gen(function* () {
      const { vendor, inject } = yield* connect()
      inject([{ _tag: "Reset", when: "after" }, fault(404, "")])
      const error = yield* errorOf(vendor.write("DELETE", { path: "/groups/1", schema: Schema.Void, repeatable: true }))
      assert.deepStrictEqual([error.reason, error.effect], ["NotFound", "unknown"])
    })
  )

  const waits: ReadonlyArray<readonly [name: string, refusal: Fault, millis: number]> = [
    ["Retry-After in seconds", fault(429, "", { "retry-after": "7" }), 7_000],
    ["Retry-After as a date", fault(429, "", { "retry-after": "Thu, 01 Jan 2026 00:00:09 GMT", date: "Thu, 01 Jan 2026 00:00:01 GMT" }), 8_000],
    ["a reset header", fault(429, "", { "x-ratelimit-remaining": "0", "x-ratelimit-reset": "12" }), 12_000],
    ["the body", fault(429, `{"error":{"code":"rate_limit_exceeded","retryAfter":20}}`), 20_000],
    ["nobody", fault(429, "slow down"), 60_000]
  ]
  for (const [name, refusal, millis] of waits) {
    it.effect(`waits after a 429 as told by ${name}, repeats even a write, and uses up no retry`, () =>
      Effect.gen(function* () {
        const { vendor, inject, pacer, writes } = yield* connect({ retries: 0 })
        inject([refusal])
        const { result, took } = yield* settle(append(vendor))
        assert.deepStrictEqual([result._tag, took], ["Right", millis])
        assert.strictEqual(writes(), 2)
        const status = yield* pacer.status
        assert.deepStrictEqual([status.writes, status.limited], [2, 1])
      })
    )
  }

  it.effect("hands back where waiting would take too long, and says when to come again", () =>
    Effect.gen(function* () {
      const closed = yield* connect({ maxWaitMillis: 30_000 })
      closed.inject(fault(429, "", { "retry-after": "31" }))
      assert.deepInclude(yield* errorOf(append(closed.vendor)), { reason: "RateLimited", retryAt: 31_000, effect: "none" })
      assert.strictEqual(closed.log.length, 1)

      const now = yield* Clock.currentTimeMillis
      const { vendor, log } = yield* connect({ maxWaitMillis: 30_000, windows: [{ calls: 2, perMillis: 3_600_000, endpoint: null }] })
      yield* vendor.read(readGroup)
      yield* vendor.read(readGroup)
      const { result, took } = yield* settle(vendor.read(readGroup), 0)
      if (result._tag === "Left") assert.deepInclude(result.left, { reason: "RateLimited", retryAt: now + 3_600_000 })
      assert.deepStrictEqual([result._tag, took, log.length], ["Left", 0, 2])
    })
  )

  it.effect("hands back calls that were waiting already when the gate closed", () =>
    Effect.gen(function* () {
      const { vendor, pacer } = yield* connect({ maxWaitMillis: 30_000 })
      yield* pacer.report({ limit: null, remaining: null, resetAt: null, pausedUntil: 20_000, endpoint: null })
      const fiber = yield* Effect.fork(Effect.flip(vendor.read(readGroup)))
      yield* TestClock.adjust(10_000)
      yield* pacer.report({ limit: null, remaining: null, resetAt: null, pausedUntil: 500_000, endpoint: null })
      yield* TestClock.adjust(20_000)
      assert.deepInclude(yield* Fiber.join(fiber), { reason: "RateLimited", retryAt: 500_000 })
    })
  )

  it.effect("reports what headers tell of the account and of an endpoint", () =>
    Effect.gen(function* () {
      const { vendor, inject, pacer } = yield* connect({ endpointHeaders: { tags: ["zendesk-ratelimit-tags-index"] } })
      inject(
        fault(200, `{"id":"1"}`, {
          "x-rate-limit": "700",
          "x-rate-limit-remaining": "42",
          "ratelimit-reset": "30",
          "zendesk-ratelimit-tags-index": "total=100; remaining=0; resets=52"
        })
      )
      yield* vendor.read({ ...readGroup, endpoint: "tags" })
      const status = yield* pacer.status
      assert.deepStrictEqual([status.limit, status.remaining, status.resetAt], [700, 42, 30_000])
      assert.deepStrictEqual([yield* pacer.nextStart("tags"), yield* pacer.nextStart(null)], [52_000, 0])
    })
  )

  it.effect("reads what is nested as deeply as vendors do", () =>
    Effect.gen(function* () {
      const { vendor } = yield* connect({ app: () => Effect.succeed(answer(200, `{"id":"\\"[1]","x":${"[".repeat(150)}${"]".repeat(150)}}`)) })
      assert.deepStrictEqual((yield* vendor.read(readGroup)).body, { id: '"[1]' })
    })
  )

  const unsendable: ReadonlyArray<readonly [credential: string, letter: string]> = [
    ["canary\u2013token", "the character U+2013"],
    ["canary-token\n", "a line break"],
    ["canary\u0007token", "the character U+0007"]
  ]
  for (const [credential, letter] of unsendable) {
    it.effect(`refuses a credential with ${letter} before anything is sent`, () =>
      Effect.gen(function* () {
        const error = yield* errorOf(connect({ headers: { authorization: Redacted.make(credential) } }))
        assert.deepStrictEqual([error.reason, error.call], ["Misconfigured", "credential"])
        assert.include(error.detail, letter)
      })
    )
  }

  it.effect("sends a credential in Latin-1", () => connect({ headers: { authorization: Redacted.make("canary-\u00e9-token") } }))

  it.effect("sends credentials to nobody but the vendor", () =>
    Effect.gen(function* () {
      for (const unsafe of ["http://vendor.test", "ftp://vendor.test", "https://user:pass@vendor.test", "vendor.test", "https://vendor.test?x=1"]) {
        assert.strictEqual((yield* errorOf(connect({ baseUrl: unsafe }))).reason, "Misconfigured")
      }
      for (const own of ["http://localhost:1", "http://127.0.0.1:1/x/", "http://[::1]:1"]) yield* connect({ baseUrl: own })
      const { vendor, log } = yield* connect()
      for (const path of ["/groups/../keys", "/groups/%2e%2E", "//evil.test\\x", "groups", "/groups?x=1"]) {
        assert.strictEqual((yield* errorOf(vendor.read({ path, schema: Group }))).reason, "Invalid")
      }
      assert.strictEqual(log.length, 0)
    })
  )
})
