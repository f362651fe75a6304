/** Where traces are sent, by the standard variables. */
import { assert, describe, it } from "@effect/vitest"
import * as TraceSettings from "../../src/observe/TraceSettings.ts"

const local = "http://127.0.0.1:4318"
const usual = { url: `${local}/v1/traces`, headers: {}, protocol: "http/protobuf", serviceName: "groupbridge" } as const

const cases: ReadonlyArray<readonly [what: string, env: TraceSettings.Variables, read: ReturnType<typeof TraceSettings.read>]> = [
  ["nothing is set", {}, null],
  ["the endpoint is empty", { OTEL_EXPORTER_OTLP_ENDPOINT: " " }, null],
  ["an endpoint", { OTEL_EXPORTER_OTLP_ENDPOINT: local }, usual],
  ["an endpoint with a path", { OTEL_EXPORTER_OTLP_ENDPOINT: `${local}/otel/` }, { ...usual, url: `${local}/otel/v1/traces` }],
  [
    "one of traces alone is taken as it is",
    { OTEL_EXPORTER_OTLP_ENDPOINT: local, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${local}/t` },
    { ...usual, url: `${local}/t` }
  ],
  ["it is switched off", { OTEL_EXPORTER_OTLP_ENDPOINT: local, OTEL_SDK_DISABLED: "TRUE" }, null],
  ["no exporter is wanted", { OTEL_EXPORTER_OTLP_ENDPOINT: local, OTEL_TRACES_EXPORTER: "none" }, null],
  [
    "headers, the name, another protocol",
    {
      OTEL_EXPORTER_OTLP_ENDPOINT: local,
      OTEL_EXPORTER_OTLP_HEADERS: "a=1, authorization=Bearer%20x%3D,broken,%=%E0%A4%A",
      OTEL_SERVICE_NAME: "support",
      OTEL_EXPORTER_OTLP_PROTOCOL: "http/json"
    },
    { ...usual, headers: { a: "1", authorization: "Bearer x=" }, protocol: "http/json", serviceName: "support" }
  ],
  ["the name as an attribute", { OTEL_EXPORTER_OTLP_ENDPOINT: local, OTEL_RESOURCE_ATTRIBUTES: "service.name=crm,a=b" }, { ...usual, serviceName: "crm" }],
  ["gRPC", { OTEL_EXPORTER_OTLP_ENDPOINT: local, OTEL_EXPORTER_OTLP_PROTOCOL: "grpc" }, "traces are sent as http/protobuf or http/json, and not as grpc"],
  ["no address", { OTEL_EXPORTER_OTLP_ENDPOINT: "collector:4317" }, "the endpoint of OTEL_EXPORTER_OTLP_ENDPOINT is no http or https address"]
]

describe("the variables of traces", () => {
  for (const [what, env, read] of cases) it(`read: ${what}`, () => assert.deepStrictEqual(TraceSettings.read(env), read))

  it("hold secrets: headers, and what stands before the host", () => {
    const settings = TraceSettings.read({ OTEL_EXPORTER_OTLP_ENDPOINT: "https://team:pass%40word@c.example", OTEL_EXPORTER_OTLP_HEADERS: "key=abcdef" })
    assert.isObject(settings)
    assert.deepStrictEqual(TraceSettings.secretsOf(settings as TraceSettings.TraceSettings), ["abcdef", "pass@word", "team"])
  })
})
