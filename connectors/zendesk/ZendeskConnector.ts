/** Zendesk: a source of organizations, tags and who is in them. What it is like stands in README.md beside this file. */
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import type { ConnectionContext, Connector } from "../../src/contract/Connector.ts"
import type { ConnectorError } from "../../src/contract/ConnectorError.ts"
import type { Source } from "../../src/contract/Source.ts"
import * as ClientCredentials from "../../src/http/auth/ClientCredentials.ts"
import * as LiveVendorClient from "../../src/http/LiveVendorClient.ts"
import type { RecordUrls } from "../../src/model/RecordUrl.ts"
import * as Address from "../kit/Address.ts"
import { policy } from "../kit/Fields.ts"
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

const Secret = Schema.Redacted(Schema.NonEmptyString)

interface Given {
  readonly clientId?: string | undefined
  readonly clientSecret?: Redacted.Redacted | undefined
  readonly email?: string | undefined
  readonly apiToken?: Redacted.Redacted | undefined
  readonly accessToken?: Redacted.Redacted | undefined
}

/** Pairs of options that make one credential, the recommended one first; the first of each pair alone says that it is meant. */
const ways = [
  {
    options: ["clientId", "clientSecret"],
    without: {
      clientId: "a clientSecret goes with the clientId of its OAuth client",
      clientSecret: "a clientId goes with the clientSecret of its OAuth client"
    }
  },
  {
    options: ["email", "apiToken"],
    without: { email: "an apiToken goes with the email of the person in whose name it is used", apiToken: "an email goes with an apiToken" }
  },
  { options: ["accessToken"], without: {} }
] as const

/** Exactly one credential, and it whole. */
const credentialProblem = (given: Given) => {
  const meant = ways.filter(({ options }) => options.some((option) => given[option] !== undefined))
  const [way, other] = meant
  if (way === undefined)
    return { path: ["clientId"], message: "missing: give clientId and clientSecret (or accessToken; or email and apiToken, until April 2027)" }
  if (other !== undefined) {
    return {
      path: [other.options[other.options.length - 1] ?? ""],
      message: `give either ${way.options.join(" and ")} or ${other.options.join(" and ")}, not both`
    }
  }
  for (const [option, why] of Object.entries(way.without)) {
    if (given[option as keyof Given] === undefined) return { path: [option], message: `missing: ${why}` }
  }
  return given.email?.endsWith("/token") !== true || { path: ["email"], message: "write the address alone, without /token at its end" }
}

const Options = Schema.Struct({
  subdomain: Schema.optional(Subdomain.annotations({ description: "What stands before .zendesk.com in your agents' address: acme." })),
  baseUrl: Schema.optional(
    Address.BaseUrl.annotations({ description: "Scheme and host to call instead of https://SUBDOMAIN.zendesk.com, perhaps with a path before /api/v2." })
  ),
  clientId: Schema.optional(
    Schema.NonEmptyString.annotations({
      description:
        "Unique identifier of a confidential OAuth client of your account (Admin Center > Apps and integrations > APIs > OAuth clients). Goes with clientSecret."
    })
  ),
  clientSecret: Schema.optional(Secret.annotations({ description: "The OAuth client's secret. Tokens are made with it and renewed by themselves." })),
  email: Schema.optional(Schema.NonEmptyString.annotations({ description: "Address of the admin in whose name apiToken is used, without /token." })),
  apiToken: Schema.optional(
    Secret.annotations({
      description:
        "An API token that you still have; goes with email. None can be made since 2026-10-27, and all end on 2027-04-30: use clientId and clientSecret."
    })
  ),
  accessToken: Schema.optional(Secret.annotations({ description: "Instead: an OAuth access token with the scope read, of an admin. It is not renewed." })),
  suspended: policy("Whether suspended users keep their groups. Zendesk goes on listing them as members. Default: include."),
  unverified: policy("Whether users whose address was never verified get groups. Default: include."),
  identities: Schema.optionalWith(
    Schema.Literal("unmatched", "never").annotations({
      description:
        "unmatched: users that the target does not know by their address are asked for their other verified ones, one call each, and matched by those. Default: never."
    }),
    { default: () => "never" as const }
  )
}).pipe(
  Schema.filter(
    ({ subdomain, baseUrl, ...given }) =>
      subdomain === undefined && baseUrl === undefined
        ? { path: ["subdomain"], message: "missing: give the subdomain (or a baseUrl)" }
        : credentialProblem(given),
    { jsonSchema: {} }
  )
)
type Options = typeof Options.Type

/** The value of the Authorization header, where it is the same for every call. The client hides it, and what it is made of, from then on. */
const authorization = ({ email, apiToken, accessToken }: Options): Readonly<Record<string, Redacted.Redacted>> => {
  if (accessToken !== undefined) return { authorization: Redacted.make(`Bearer ${Redacted.value(accessToken)}`) }
  if (apiToken === undefined) return {}
  return { authorization: Redacted.make(`Basic ${Buffer.from(`${email}/token:${Redacted.value(apiToken)}`).toString("base64")}`) }
}

/** A token of a client that exists since 2026-04-30 lives 30 minutes at the usual (vendor docs "OAuth migration", read 2026-11). */
const renewing = (context: ConnectionContext, root: string, { clientId, clientSecret }: Options) =>
  clientId === undefined || clientSecret === undefined
    ? Effect.succeed(null)
    : ClientCredentials.make(context, {
        baseUrl: root,
        path: "/oauth/tokens",
        clientId,
        clientSecret,
        scope: "read",
        remedy: "check clientId and clientSecret, and that the OAuth client is confidential and allows the scope read"
      })

const credentialName = ({ accessToken, clientId }: Options) =>
  clientId !== undefined ? "OAuth client" : accessToken !== undefined ? "OAuth token" : "API token"

const makeSource = (options: Options, context: ConnectionContext): Effect.Effect<Source, ConnectorError> =>
  Effect.gen(function* () {
    const host = `${options.subdomain}.zendesk.com`
    const root = Address.trimmed(options.baseUrl ?? `https://${host}`)
    const token = yield* renewing(context, root, options)
    const client = yield* LiveVendorClient.make(context, {
      baseUrl: `${root}/api/v2`,
      headers: authorization(options),
      ...(token === null ? {} : { token }),
      // A conflict with a change under way passes (a public connector repeats it, read 2026-11).
      decodeError: (status) => (status === 409 ? { reason: "Unavailable" } : undefined)
    })
    return {
      identify: ZendeskIdentity.identify(client, {
        connection: context.name,
        host: options.subdomain === undefined ? new URL(root).host : host,
        credential: credentialName(options),
        renew: token === null ? Effect.succeed(false) : Effect.flatMap(token.current, token.replace)
      }),
      streams: ZendeskSource.streams(client, context.name, options),
      independent: true,
      customer: ZendeskSource.customer(client, options),
      ...(options.identities === "unmatched" ? { addresses: ZendeskIdentities.addresses(client, context.name) } : {}),
      agents: ZendeskAgents.agents(client, context.name)
    }
  })

/** Pages of the agents' workspace, as many public projects link to them (read 2026-11). */
const recordUrls = ({ subdomain }: Options): RecordUrls =>
  subdomain === undefined
    ? {}
    : { user: `https://${subdomain}.zendesk.com/agent/users/{id}`, organization: `https://${subdomain}.zendesk.com/agent/organizations/{id}` }

/** Vendor docs "OAuth migration", read 2026-11-30. */
const apiTokensEnd =
  "Zendesk's API tokens end on 2027-04-30, and from then on apiToken is refused. No new one can be made since 2026-10-27, and one that is not used for 30 days is switched off. Make an OAuth client (Admin Center > Apps and integrations > APIs > OAuth clients), and give its clientId and clientSecret instead of email and apiToken."

export const connector: Connector<Options, typeof Options.Encoded> = {
  name: "zendesk",
  title: "Zendesk",
  options: Options,
  asked: ["subdomain", "clientId", "clientSecret"],
  // The allowance depends on the plan, which no call tells; this is Suite Team's, and answers tell the rest (vendor docs, read 2026-11).
  limits: [
    { calls: 200, perMillis: 60_000, endpoint: null },
    { calls: 10, perMillis: 60_000, endpoint: ZendeskChanges.endpoints.organizations },
    { calls: 20, perMillis: 60_000, endpoint: ZendeskChanges.endpoints.users }
  ],
  renewing: true,
  warnings: ({ apiToken }) => (apiToken === undefined ? [] : [apiTokensEnd]),
  source: { declaration: ZendeskSource.declaration, decides: ["suspended", "unverified", "identities"], recordUrls, make: makeSource }
}
