/** Spans of runs and calls, sent to a collector. Loaded only where traces are asked for. */
import * as OtlpSerialization from "@effect/opentelemetry/OtlpSerialization"
import * as OtlpTracer from "@effect/opentelemetry/OtlpTracer"
import * as HttpClient from "@effect/platform/HttpClient"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Predicate from "effect/Predicate"
import type { Redactor } from "../contract/Redactor.ts"
import { secretsOf, type TraceSettings } from "./TraceSettings.ts"

const redacted = (redact: Redactor["redact"], value: unknown): unknown => {
  if (typeof value === "string") return redact(value)
  if (Array.isArray(value)) return value.map((one) => redacted(redact, one))
  return Predicate.isRecord(value) ? Object.fromEntries(Object.entries(value).map(([key, one]) => [key, redacted(redact, one)])) : value
}

/** The encoding that the settings name, after every text was redacted. */
const serialization = ({ redact }: Redactor, protocol: TraceSettings["protocol"]) =>
  Layer.effect(
    OtlpSerialization.OtlpSerialization,
    Effect.map(OtlpSerialization.OtlpSerialization, (plain) => ({ ...plain, traces: (data: unknown) => plain.traces(redacted(redact, data)) }))
  ).pipe(Layer.provide(protocol === "http/json" ? OtlpSerialization.layerJson : OtlpSerialization.layerProtobuf))

/**
 * Sends the spans of what runs under it, every five seconds and once more at its end, for three seconds at the most. What cannot be delivered is dropped, and
 * reported once by `undelivered`, in words without the address: a run does not fail for it.
 */
export const layer = (
  settings: TraceSettings,
  client: HttpClient.HttpClient,
  redactor: Redactor,
  undelivered: (why: string) => Effect.Effect<void>
): Layer.Layer<never> => {
  for (const secret of secretsOf(settings)) redactor.hide(secret)
  let isReported = false
  const report = (why: string) =>
    Effect.suspend(() => {
      if (isReported) return Effect.void
      isReported = true
      return undelivered(why)
    })
  const watched = HttpClient.transform(client, (call) =>
    Effect.tapBoth(call, {
      onFailure: () => report("no answer"),
      onSuccess: ({ status }) => (status >= 200 && status < 300 ? Effect.void : report(`answered ${status}`))
    })
  )
  return OtlpTracer.layer({ url: settings.url, headers: settings.headers, resource: { serviceName: settings.serviceName } }).pipe(
    Layer.provide(serialization(redactor, settings.protocol)),
    Layer.provide(Layer.succeed(HttpClient.HttpClient, watched))
  )
}
