/** Whether and where traces are sent, by the standard variables (OpenTelemetry specification 1.49, "OTLP exporter" and "general SDK configuration"). */
export interface TraceSettings {
  readonly url: string
  /** Credentials, as a rule. */
  readonly headers: Readonly<Record<string, string>>
  readonly protocol: "http/json" | "http/protobuf"
  readonly serviceName: string
}

export type Variables = Readonly<Record<string, string | undefined>>

/** A variable that is set to nothing counts as not set. */
const first = (env: Variables, ...names: ReadonlyArray<string>): string | undefined => names.map((name) => env[name]?.trim()).find((value) => value)

/** `key=value` pairs between commas, percent-encoded. One that has no value, or is not encoded right, is left out. */
const pairs = (text: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    text.split(",").flatMap((pair) => {
      const at = pair.indexOf("=")
      if (at < 1) return []
      try {
        return [[pair.slice(0, at).trim(), decodeURIComponent(pair.slice(at + 1).trim())]]
      } catch {
        return []
      }
    })
  )

/** Null: no traces are asked for. A text: they are, and why they cannot be sent. */
export const read = (env: Variables): TraceSettings | string | null => {
  const own = first(env, "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
  const base = first(env, "OTEL_EXPORTER_OTLP_ENDPOINT")
  if (own === undefined && base === undefined) return null
  if (env["OTEL_SDK_DISABLED"]?.trim().toLowerCase() === "true" || first(env, "OTEL_TRACES_EXPORTER") === "none") return null
  const protocol = first(env, "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL") ?? "http/protobuf"
  if (protocol !== "http/json" && protocol !== "http/protobuf") return `traces are sent as http/protobuf or http/json, and not as ${protocol}`
  const url = own ?? `${String(base).replace(/\/+$/, "")}/v1/traces`
  if (!/^https?:\/\//.test(url) || !URL.canParse(url)) return "the endpoint of OTEL_EXPORTER_OTLP_ENDPOINT is no http or https address"
  const attributes = pairs(env["OTEL_RESOURCE_ATTRIBUTES"] ?? "")
  return {
    url,
    headers: pairs(first(env, "OTEL_EXPORTER_OTLP_TRACES_HEADERS", "OTEL_EXPORTER_OTLP_HEADERS") ?? ""),
    protocol,
    serviceName: first(env, "OTEL_SERVICE_NAME") ?? attributes["service.name"] ?? "groupbridge"
  }
}

/** The values that must be shown nowhere. */
export const secretsOf = ({ headers, url }: TraceSettings): ReadonlyArray<string> => {
  const { password, username } = new URL(url)
  return [...Object.values(headers), ...(password === "" ? [] : [decodeURIComponent(password), decodeURIComponent(username)])]
}
