/** Intercom: a source of companies, tags and segments and who is in them. What it is like stands in README.md beside this file. */
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Ref from "effect/Ref"
import * as Schema from "effect/Schema"
import type { ConnectionContext, Connector } from "../../src/contract/Connector.ts"
import type { ConnectorError } from "../../src/contract/ConnectorError.ts"
import type { Source } from "../../src/contract/Source.ts"
import * as LiveVendorClient from "../../src/http/LiveVendorClient.ts"
import * as Address from "../kit/Address.ts"
import * as IntercomAdmins from "./IntercomAdmins.ts"
import * as IntercomIdentity from "./IntercomIdentity.ts"
import * as IntercomSource from "./IntercomSource.ts"

/** Answers differ between versions; without this header the app's setting would decide. */
const version = "2.14"

const hosts = { us: "https://api.intercom.io", eu: "https://api.eu.intercom.io", au: "https://api.au.intercom.io" } as const

const Options = Schema.Struct({
  accessToken: Schema.Redacted(Schema.NonEmptyString).annotations({
    description: "The access token of an app of your workspace (Developer Hub > your app > Authentication), or one from OAuth."
  }),
  region: Schema.optionalWith(
    Schema.Literal("us", "eu", "au").annotations({ description: "Where the workspace is hosted; a token works in its own region alone. Default: us." }),
    { default: () => "us" as const }
  ),
  leads: Schema.optionalWith(
    Schema.Literal("include", "exclude").annotations({
      description: "Whether leads get groups. Every visitor who writes becomes one, often without an address. Default: exclude, which leaves users."
    }),
    { default: () => "exclude" as const }
  ),
  baseUrl: Schema.optional(Address.BaseUrl.annotations({ description: "Scheme and host to call instead of the region's, perhaps with a path." }))
})
type Options = typeof Options.Type

const makeSource = ({ accessToken, baseUrl, leads, region }: Options, context: ConnectionContext): Effect.Effect<Source, ConnectorError> =>
  Effect.gen(function* () {
    const vendor = {
      baseUrl: baseUrl ?? hosts[region],
      headers: { authorization: Redacted.make(`Bearer ${Redacted.value(accessToken)}`), "intercom-version": version }
    }
    const client = yield* LiveVendorClient.make(context, vendor)
    const scroll = yield* LiveVendorClient.make(context, { ...vendor, retries: 0 })
    const access = { client, scroll, connection: context.name, policy: { leads }, staff: yield* Ref.make<ReadonlySet<string> | null>(null) }
    const others = Object.keys(hosts).filter((name) => name !== region)
    const hint =
      baseUrl === undefined ? `; region is ${region}, and the token of a workspace hosted elsewhere is refused there: region: ${others.join(" or ")}` : ""
    return {
      identify: IntercomIdentity.identify(client, hint),
      streams: IntercomSource.streams(access),
      customer: IntercomSource.customer(access),
      agents: IntercomAdmins.agents(client)
    }
  })

export const connector: Connector<Options, typeof Options.Encoded> = {
  name: "intercom",
  title: "Intercom",
  options: Options,
  // Each app's, which is spread over windows of ten seconds; answers tell if a workspace has less (vendor docs, read 2026-11).
  limits: [
    { calls: 1666, perMillis: 10_000, endpoint: null },
    { calls: 10_000, perMillis: 60_000, endpoint: null }
  ],
  source: { declaration: IntercomSource.declaration, make: makeSource }
}
