import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import * as Scope from "effect/Scope"
import * as Tracer from "effect/Tracer"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import * as LiveVendorClient from "../../src/http/LiveVendorClient.ts"
import * as SlotPacer from "../../src/http/pacing/SlotPacer.ts"
import * as UndiciClient from "../../src/http/UndiciClient.ts"
import * as SecretRedactor from "../../src/observe/SecretRedactor.ts"
import * as Faulty from "../../src/sandbox/Faulty.ts"
import type { SandboxRequest } from "../../src/sandbox/Sandbox.ts"
import * as Serve from "../../src/sandbox/Serve.ts"

const Body = Schema.Struct({ id: Schema.String })

const vendorAt = (baseUrl: string, timeout = 2_000, maxBytes = 1_000_000) =>
  Effect.gen(function* () {
    const pacer = yield* SlotPacer.make({ windows: [], restored: [], concurrency: 4 })
    const client = yield* UndiciClient.make()
    return yield* LiveVendorClient.make(
      { name: "acme", client, pacer, redactor: SecretRedactor.make() },
      { baseUrl, headers: { authorization: Redacted.make("Bearer canary-token") }, timeout, maxBytes, retries: 1 }
    )
  })

const served = Effect.gen(function* () {
  const seen: Array<SandboxRequest> = []
  const faulty = Faulty.make((request) => {
    seen.push(request)
    return Effect.succeed({ status: 200, headers: { "content-type": "application/json" }, body: JSON.stringify({ id: "é".repeat(5_000) }) })
  })
  const { url } = yield* Serve.serve(faulty.app)
  return { ...faulty, seen, url, vendor: yield* vendorAt(url, 500) }
})

const read = { path: "/a%2Fb", params: { q: "x?y" }, schema: Body }
const write = { path: "/a", body: { name: "ü" }, schema: Body }

describe("Serve, called through UndiciClient", () => {
  it.scopedLive("carries a whole call, shows a tracer its path and nothing more, and nothing of the tracer to the vendor", () =>
    Effect.gen(function* () {
      const { vendor, seen } = yield* served
      const tracer = yield* Effect.tracer
      const spans: Array<string> = []
      const attributes: Array<string> = []
      const recording = Tracer.make({
        span: (name, ...rest) => {
          spans.push(name)
          const span = tracer.span(name, ...rest)
          const attribute = span.attribute.bind(span)
          span.attribute = (key, value) => {
            attributes.push(key)
            attribute(key, value)
          }
          return span
        },
        context: (f, fiber) => tracer.context(f, fiber)
      })
      const answer = yield* Effect.withTracer(Effect.withSpan(vendor.read(read), "outer"), recording)
      assert.deepStrictEqual(spans, ["outer", "GET /a%2Fb"])
      assert.deepStrictEqual(attributes.toSorted(), ["groupbridge.call", "groupbridge.connection", "http.response.status_code"])
      assert.strictEqual(answer.body.id.length, 5_000)
      assert.isNotNull(answer.serverTime)
      yield* vendor.write("POST", write)
      const [first, second] = seen
      assert.deepStrictEqual([first?.method, first?.path, first?.query.get("q")], ["GET", "/a%2Fb", "x?y"])
      assert.deepStrictEqual([second?.method, second?.body], ["POST", `{"name":"ü"}`])
      assert.deepStrictEqual(Object.keys(first?.headers ?? {}).toSorted(), ["accept", "accept-encoding", "authorization", "connection", "host", "user-agent"])
    })
  )

  for (const [fault, words] of [
    [{ _tag: "Reset", when: "before" }, /^connection reset$|^the connection was closed/],
    [{ _tag: "Reset", when: "after" }, /^connection reset$|^the connection was closed/],
    [{ _tag: "Cut" }, /^the answer broke off$/],
    [{ _tag: "Stall", when: "after" }, /^no answer within 500ms$/]
  ] as const) {
    it.scopedLive(`really performs ${JSON.stringify(fault)}`, () =>
      Effect.gen(function* () {
        const { vendor, inject, writes } = yield* served
        inject(fault)
        const error = yield* Effect.flip(vendor.write("POST", write))
        assert.match(error.detail, words)
        assert.deepStrictEqual([error.reason, error.effect, writes()], ["Unavailable", "unknown", 1])
        inject(fault)
        assert.strictEqual((yield* vendor.read(read)).status, 200)
      })
    )
  }

  it.scopedLive("closes with its scope, stalled calls included", () =>
    Effect.gen(function* () {
      const scope = yield* Scope.make()
      const faulty = Faulty.make(() => Effect.succeed({ status: 200, headers: {}, body: "{}" }))
      faulty.inject({ _tag: "Stall", when: "before" })
      const { url } = yield* Scope.extend(Serve.serve(faulty.app), scope)
      const client = yield* UndiciClient.make()
      const stalled = yield* Effect.fork(Effect.flip(client.execute(HttpClientRequest.get(url))))
      yield* Effect.sleep(100)
      yield* Scope.close(scope, Exit.void)
      assert.strictEqual((yield* stalled)._tag, "RequestError")
      const vendor = yield* vendorAt(url)
      const error = yield* Effect.flip(vendor.write("POST", write))
      assert.deepStrictEqual([error.detail, error.effect], ["connection refused", "none"])
    })
  )

  it.scopedLive("an interrupted call closes its connection", () =>
    Effect.gen(function* () {
      let left = false
      const { url } = yield* Serve.serve(() => Effect.onInterrupt(Effect.never, () => Effect.sync(() => (left = true))))
      const client = yield* UndiciClient.make()
      yield* Effect.timeoutOption(client.execute(HttpClientRequest.get(url)), 100)
      yield* Effect.sleep(100)
      assert.isTrue(left)
    })
  )

  for (const [what, rest, maxBytes, detail] of [
    ["has no end", "x".repeat(10_000), 20_000, /^the answer is larger than 20000 bytes$/],
    ["stalls in its middle", "", 20_000, /^no answer within 200ms$/]
  ] as const) {
    it.scopedLive(`gives up a body that ${what}, and closes its connection`, () =>
      Effect.gen(function* () {
        let left = 0
        const server = createServer((_, response) => {
          response.writeHead(200, { "content-type": "application/json" }).write(`{"id":"`)
          const more = setInterval(() => rest !== "" && response.write(rest), 5)
          response.on("close", () => {
            clearInterval(more)
            left += 1
          })
        })
        yield* Effect.acquireRelease(
          Effect.async<void>((resume) => void server.listen(0, "127.0.0.1", () => resume(Effect.void))),
          () => Effect.sync(() => server.close())
        )
        const { port } = server.address() as AddressInfo
        const vendor = yield* vendorAt(`http://127.0.0.1:${port}`, 200, maxBytes)
        assert.match((yield* Effect.flip(vendor.write("POST", write))).detail, detail)
        yield* Effect.sleep(50)
        assert.strictEqual(left, 1)
      })
    )
  }

  it.scopedLive("says in plain words what kept a call from its vendor", () =>
    Effect.gen(function* () {
      const { url } = yield* Serve.serve(() => Effect.succeed({ status: 200, headers: {}, body: "{}" }))
      const client = yield* UndiciClient.make()
      const words = (target: string) =>
        Effect.map(Effect.flip(client.execute(HttpClientRequest.get(target))), (error) => ("description" in error ? error.description : ""))
      assert.match((yield* words("http://no-such-host.invalid")) ?? "", /^host (not found|name could not be looked up): no-such-host\.invalid$/)
      assert.match((yield* words(url.replace("http:", "https:"))) ?? "", /TLS/)
    })
  )

  it.scopedLive("follows no redirect", () =>
    Effect.gen(function* () {
      const { url } = yield* Serve.serve((request) => Effect.succeed({ status: request.path === "/" ? 302 : 200, headers: { location: "/other" }, body: "" }))
      const client = yield* UndiciClient.make()
      assert.strictEqual((yield* client.execute(HttpClientRequest.get(url))).status, 302)
    })
  )
})
