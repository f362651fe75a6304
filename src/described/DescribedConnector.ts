/** A connector made of a manifest: its options, its limits, its source. */
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import { createHash } from "node:crypto"
import type { AnyConnector } from "../contract/Connector.ts"
import * as Calls from "./Calls.ts"
import * as DescribedSource from "./DescribedSource.ts"
import type { Manifest } from "./Manifest.ts"
import * as Template from "./Template.ts"

const isUrl = (url: string): true | string => (URL.canParse(url) && /^https?:$/.test(new URL(url).protocol)) || `${JSON.stringify(url)} is no http address`

/** What of the manifest decides who gets what: a change of it is held like a changed rule. */
const meaningOf = ({ lists }: Manifest): string => createHash("sha256").update(JSON.stringify(lists)).digest("hex").slice(0, 16)

const optionsOf = (manifest: Manifest): Schema.Schema<Readonly<Record<string, unknown>>, Readonly<Record<string, unknown>>> => {
  const fields = Object.entries(manifest.options ?? {}).map(([name, { default: usual, description, secret }]) => {
    const text = (secret === true ? Schema.Redacted(Schema.NonEmptyString) : Schema.NonEmptyString).annotations({ description }) as Schema.Schema<
      unknown,
      unknown
    >
    return [
      name,
      usual === undefined ? text : Schema.optionalWith(text, { default: () => (secret === true ? Redacted.make(usual) : usual), exact: true })
    ] as const
  })
  const baseUrl = Schema.optionalWith(
    Schema.String.pipe(Schema.filter(isUrl, { jsonSchema: {} })).annotations({ description: `Scheme and host of the API. Default: ${manifest.baseUrl}.` }),
    { exact: true }
  )
  const struct = Schema.Struct({ ...Object.fromEntries(fields), baseUrl }) as unknown as Schema.Schema<object, object>
  return struct.pipe(Schema.attachPropertySignature("manifest", meaningOf(manifest))) as never
}

const plain = (value: unknown): string => {
  const text = Redacted.isRedacted(value) ? Redacted.value(value) : value
  return typeof text === "string" ? text : ""
}

export const make = (manifest: Manifest, file: string): AnyConnector => {
  const names = Object.keys(manifest.options ?? {})
  const secrets = new Set(names.filter((name) => manifest.options?.[name]?.secret === true))
  const connected = (options: Readonly<Record<string, unknown>>) => {
    const values = Object.fromEntries(names.map((name) => [name, plain(options[name])]))
    const baseUrl = plain(options["baseUrl"]) || Template.fillOptions(manifest.baseUrl, values)
    return { baseUrl: baseUrl.replace(/\/+$/, ""), values, secrets }
  }
  return {
    name: manifest.connector,
    title: manifest.title,
    described: file,
    options: optionsOf(manifest),
    limits: (manifest.limits ?? []).map(({ calls, seconds }) => ({ calls, perMillis: seconds * 1000, endpoint: null })),
    ...(manifest.auth?.clientCredentials === undefined ? {} : { renewing: true as const }),
    source: {
      declaration: DescribedSource.declarationOf(manifest),
      decides: ["manifest", ...names.filter((name) => !secrets.has(name))],
      make: (options, context) => Effect.map(Calls.make(manifest, connected(options), context), (calls) => DescribedSource.make(manifest, calls))
    }
  }
}
