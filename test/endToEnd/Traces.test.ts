/** Traces, as a collector receives them. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Installed from "../kit/Installed.ts"
import * as Receivers from "../kit/Receivers.ts"

interface Span {
  readonly name: string
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId?: string
  readonly kind: number
  readonly attributes: ReadonlyArray<{ readonly key: string; readonly value: Readonly<Record<string, unknown>> }>
}

const bridge = Effect.gen(function* () {
  const { acme, cstar } = yield* Installed.tagged(3, "vip")
  return yield* Installed.make({ sources: { acme }, targets: { cstar }, syncs: "  customers:\n    from: acme\n    to: cstar\n    rules: [{ kind: tag }]\n" })
})

const valueOf = (span: Span, key: string) => Object.values(span.attributes.find((one) => one.key === key)?.value ?? {})[0]

describe("traces", () => {
  it.scopedLive(
    "show a run with its reading, planning, applying and calls, and neither customers nor secrets",
    () =>
      Effect.gen(function* () {
        const { run } = yield* bridge
        const collector = yield* Receivers.webhook
        const env = {
          OTEL_EXPORTER_OTLP_ENDPOINT: `${collector.url}/`,
          OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
          OTEL_EXPORTER_OTLP_HEADERS: "x-collector-key=k%20123456",
          OTEL_RESOURCE_ATTRIBUTES: "deployment.environment=test"
        }
        const { code, stderr } = yield* run(["sync", "--yes"], { env })
        assert.strictEqual(code, 0, stderr)
        assert.isNotEmpty(collector.received)
        const spans: Array<Span> = []
        for (const { body, headers, method, path } of collector.received) {
          assert.strictEqual(`${method} ${path}`, "POST /v1/traces")
          assert.strictEqual(headers["x-collector-key"], "k 123456")
          assert.notInclude(body, "x.example")
          const [resource] = JSON.parse(body).resourceSpans
          assert.includeDeepMembers(resource.resource.attributes, [
            { key: "service.name", value: { stringValue: "groupbridge" } },
            { key: "deployment.environment", value: { stringValue: "test" } }
          ])
          spans.push(...resource.scopeSpans[0].spans)
        }
        assert.strictEqual(new Set(spans.map(({ traceId }) => traceId)).size, 1)
        const [root, ...more] = spans.filter(({ parentSpanId }) => parentSpanId === undefined)
        assert.isEmpty(more)
        assert.strictEqual(root?.name, "run")
        assert.deepStrictEqual(
          ["groupbridge.sync", "groupbridge.kind", "groupbridge.run", "groupbridge.status"].map((key) => valueOf(root!, key)),
          ["customers", "sync", "r-1", "done"]
        )
        const above = (span: Span): ReadonlyArray<string> => {
          const parent = spans.find(({ spanId }) => spanId === span.parentSpanId)
          return parent === undefined ? [span.name] : [...above(parent), span.name]
        }
        const ways = spans.map((span) => above(span).join(" > "))
        assert.includeMembers(ways, ["run > read", "run > plan", "run > plan > check the limits", "run > apply", "run > apply > POST /customer-groups"])
        const made = spans.find(({ name }) => name === "POST /customer-groups")
        assert.deepStrictEqual(
          ["groupbridge.connection", "groupbridge.call", "http.response.status_code"].map((key) => String(valueOf(made!, key))),
          ["cstar", "write", "201"]
        )
        assert.strictEqual(made?.kind, 3)
      }),
    Installed.patience
  )

  it.scopedLive(
    "that cannot be delivered cost a run one line, and nothing else",
    () =>
      Effect.gen(function* () {
        const { run } = yield* bridge
        const collector = yield* Receivers.webhook
        collector.answer.status = 401
        const refused = yield* run(["sync", "--yes"], { env: { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${collector.url}/in` } })
        assert.strictEqual(refused.code, 0, refused.stderr)
        assert.match(refused.stderr, /traces are not delivered: answered 401/)
        assert.deepStrictEqual(collector.received.map(({ headers, path }) => [path, headers["content-type"]])[0], ["/in", "application/x-protobuf"])
        const wrong = yield* run(["sync", "--yes"], { env: { OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:4317", OTEL_EXPORTER_OTLP_PROTOCOL: "grpc" } })
        assert.strictEqual(wrong.code, 0, wrong.stderr)
        assert.match(wrong.stderr, /traces are not sent: traces are sent as http\/protobuf or http\/json, and not as grpc/)
      }),
    Installed.patience
  )
})
