/** Zendesk: a source of organizations, tags and who is in them. What it is like stands in README.md beside this file. */
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import type { ConnectionContext, Connector } from "../../src/contract/Connector.ts"
import type { ConnectorError } from "../../src/contract/ConnectorError.ts"
import type { Source } from "../../src/contract/Source.ts"
import * as LiveVendorClient from "../../src/http/LiveVendorClient.ts"
import * as ZendeskAgents from "./ZendeskAgents.ts"
import * as ZendeskChanges from "./ZendeskChanges.ts"
import * as ZendeskIdentities from "./ZendeskIdentities.ts"
import * as ZendeskIdentity from "./ZendeskIdentity.ts"
import * as ZendeskSource from "./ZendeskSource.ts"

const Subdomain = Schema.String.pipe(
  Schema.pattern(/^[a-z][a-z0-9-]{2,62}$/, {
    message: ({ actual }) =>
      `${JSON.stringify(actual)} is not a subdomain: write only what stands before .zendesk.com in your agents' address, in lower case ("acme" for https://acme.zendesk.com)`
  })
)

const BaseUrl = Schema.String.pipe(
  Schema.filter((url) => (URL.canParse(url) && /^https?:$/.test(new URL(url).protocol)) || `${JSON.stringify(url)} is no http address`, { jsonSchema: {} })
)

const Secret = Schema.Redacted(Schema.NonEmptyString)

const policy = (description: string) =>
  Schema.optionalWith(Schema.Literal("include", "exclude").annotations({ description }), { default: () => "include" as const })

const Options = Schema.Struct({
  subdomain: Schema.optional(Subdomain.annotations({ description: "What stands before .zendesk.com in your agents' address: acme." })),
  baseUrl: Schema.optional(
    BaseUrl.annotations({ description: "Scheme and host to call instead of https://SUBDOMAIN.zendesk.com, perhaps with a path before /api/v2." })
  ),
  email: Schema.optional(Schema.NonEmptyString.annotations({ description: "Address of the admin in whose name apiToken is used, without /token." })),
  apiToken: Schema.optional(Secret.annotations({ description: "An API token (Admin Center > Apps and integrations > APIs). Goes with email." })),
  accessToken: Schema.optional(Secret.annotations({ description: "Instead of email and apiToken: an OAuth access token with the scope read, of an admin." })),
  suspended: policy("Whether suspended users keep their groups. Zendesk goes on listing them as members. Default: include."),
  unverified: policy("Whether users whose address was never verified get groups. Default: include."),
  identities: Schema.optionalWith(
    Schema.Literal("unmatched", "never").annotations({
      description:
        "unmatched: users whom the target does not know by their address are asked for their other verified ones, one call each, and matched by those. Default: never."
    }),
    { default: () => "never" as const }
  )
}).pipe(
  Schema.filter(
    ({ subdomain, baseUrl, email, apiToken, accessToken }) => {
      if (subdomain === undefined && baseUrl === undefined) return { path: ["subdomain"], message: "missing: give the subdomain (or a baseUrl)" }
      if (accessToken !== undefined && (email !== undefined || apiToken !== undefined)) {
        return { path: ["accessToken"], message: "give either email and apiToken or accessToken, not both" }
      }
      if (accessToken !== undefined) return true
      if (email === undefined && apiToken === undefined) return { path: ["apiToken"], message: "missing: give email and apiToken, or accessToken" }
      if (email === undefined) return { path: ["email"], message: "missing: an apiToken goes with the email of the person in whose name it is used" }
      if (apiToken === undefined) return { path: ["apiToken"], message: "missing: an email goes with an apiToken" }
      return !email.endsWith("/token") || { path: ["email"], message: "write the address alone, without /token at its end" }
    },
    { jsonSchema: {} }
  )
)
type Options = typeof Options.Type

/** The value of the Authorization header. The client hides it, and what it is made of, from then on. */
const authorization = ({ email, apiToken, accessToken }: Options): Redacted.Redacted => {
  if (accessToken !== undefined) return Redacted.make(`Bearer ${Redacted.value(accessToken)}`)
  const pair = `${email}/token:${apiToken === undefined ? "" : Redacted.value(apiToken)}`
  return Redacted.make(`Basic ${Buffer.from(pair).toString("base64")}`)
}

const makeSource = (options: Options, context: ConnectionContext): Effect.Effect<Source, ConnectorError> =>
  Effect.gen(function* () {
    const host = `${options.subdomain}.zendesk.com`
    const root = (options.baseUrl ?? `https://${host}`).replace(/\/+$/, "")
    const client = yield* LiveVendorClient.make(context, {
      baseUrl: `${root}/api/v2`,
      headers: { authorization: authorization(options) },
      // A conflict with a change under way passes (a public connector repeats it, read 2026-11).
      decodeError: (status) => (status === 409 ? { reason: "Unavailable" } : undefined)
    })
    return {
      identify: ZendeskIdentity.identify(client, {
        connection: context.name,
        host: options.subdomain === undefined ? new URL(root).host : host,
        credential: options.accessToken === undefined ? "API token" : "OAuth token"
      }),
      streams: ZendeskSource.streams(client, context.name, options),
      independent: true,
      customer: ZendeskSource.customer(client, options),
      ...(options.identities === "unmatched" ? { addresses: ZendeskIdentities.addresses(client, context.name) } : {}),
      agents: ZendeskAgents.agents(client, context.name)
    }
  })

export const connector: Connector<Options, typeof Options.Encoded> = {
  name: "zendesk",
  title: "Zendesk",
  options: Options,
  // The allowance depends on the plan, which no call tells; this is Suite Team's, and answers tell the rest (vendor docs, read 2026-11).
  limits: [
    { calls: 200, perMillis: 60_000, endpoint: null },
    { calls: 10, perMillis: 60_000, endpoint: ZendeskChanges.endpoint }
  ],
  source: { declaration: ZendeskSource.declaration, decides: ["suspended", "unverified", "identities"], make: makeSource }
}
