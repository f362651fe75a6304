/** Vendure (vendure.io): a shop as a target with customer groups. What it is like stands in README.md beside this file. */
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import type { ConnectorError } from "../../src/contract/ConnectorError.ts"
import type { ConnectionContext, Connector } from "../../src/contract/Connector.ts"
import type { Target } from "../../src/contract/Target.ts"
import * as LiveVendorClient from "../../src/http/LiveVendorClient.ts"
import * as Address from "../kit/Address.ts"
import * as VendureErrors from "./VendureErrors.ts"
import * as VendureTarget from "./VendureTarget.ts"

const named = (description: string, pattern: RegExp, otherwise: string) =>
  Schema.optionalWith(Schema.String.pipe(Schema.pattern(pattern)).annotations({ description }), { default: () => otherwise })

const Options = Schema.Struct({
  baseUrl: Address.BaseUrl.annotations({ description: "Scheme and host of the shop's server: https://shop.example.com." }),
  apiKey: Schema.Redacted(Schema.NonEmptyString).annotations({
    description: "An API key of an administrator whose role may read customers and change customer groups (Vendure 3.6 or newer, with tokenMethod api-key)."
  }),
  path: named("Path of the Admin API, where the shop has changed it. Default: /admin-api.", /^\/[\w./-]*$/, "/admin-api"),
  apiKeyHeader: named("The header that carries the key, where the shop has changed it. Default: vendure-api-key.", /^[\w-]+$/, "vendure-api-key"),
  channel: Schema.optional(
    Schema.String.pipe(Schema.pattern(/^[\x21-\x7e]+$/)).annotations({
      description: "Token of a channel, where not the default one is kept. Only its customers are then seen and changed."
    })
  ),
  markField: Schema.optional(
    Schema.String.pipe(Schema.pattern(/^[A-Za-z_]\w*$/)).annotations({
      description: "A custom field of CustomerGroup (of type text) for our mark, by which groups are known again without the state. Left out: none is written."
    })
  )
})
type Options = typeof Options.Type

/** Above 100 kB the server answers 500, as if it had failed (version 3.7.3, 2026-12). */
const largestBody = 90_000

const makeTarget = ({ apiKey, apiKeyHeader, baseUrl, channel, markField, path }: Options, context: ConnectionContext): Effect.Effect<Target, ConnectorError> =>
  Effect.gen(function* () {
    const secret = Redacted.value(apiKey)
    context.redactor.hide(secret.slice(secret.indexOf(":") + 1))
    const client = yield* LiveVendorClient.make(context, {
      baseUrl: Address.trimmed(baseUrl),
      headers: { [apiKeyHeader]: apiKey, ...(channel === undefined ? {} : { "vendure-token": channel }) },
      decodeError: VendureErrors.decodeError,
      refusedBy: VendureErrors.refusedBy,
      largestBody
    })
    const account = `${Address.place(baseUrl)}${path}${channel === undefined ? "" : ` channel ${channel}`}`
    const actor = secret.includes(":") ? `key ${secret.slice(0, secret.indexOf(":")).slice(0, 6)}...` : null
    const identity = { account, label: account, actor, role: null, missing: [], allowance: null }
    return VendureTarget.make({ connection: context.name, client, identity, path, markField: markField ?? null })
  })

export const connector: Connector<Options, typeof Options.Encoded> = {
  name: "vendure",
  title: "Vendure",
  options: Options,
  asked: ["baseUrl", "apiKey"],
  // None is built in (version 3.7.3, 2026-12); a 429 of something before it is obeyed all the same.
  limits: [],
  target: { declaration: VendureTarget.declaration, make: makeTarget }
}
