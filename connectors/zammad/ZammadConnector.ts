/** Zammad: a source of organizations and who is in them. What it is like stands in README.md beside this file. */
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import type { ConnectionContext, Connector } from "../../src/contract/Connector.ts"
import type { ConnectorError } from "../../src/contract/ConnectorError.ts"
import type { Source } from "../../src/contract/Source.ts"
import * as LiveVendorClient from "../../src/http/LiveVendorClient.ts"
import type * as VendorWords from "../../src/http/VendorWords.ts"
import type { RecordUrls } from "../../src/model/RecordUrl.ts"
import * as Address from "../kit/Address.ts"
import { policy } from "../kit/Fields.ts"
import * as ZammadAgents from "./ZammadAgents.ts"
import * as ZammadRights from "./ZammadRights.ts"
import * as ZammadSource from "./ZammadSource.ts"

const BaseUrl = Schema.String.pipe(
  Schema.filter(
    (url) =>
      (URL.canParse(url) && /^https?:$/.test(new URL(url).protocol) && !/[?#]/.test(url)) ||
      `${JSON.stringify(url)} is no address of a Zammad: write what stands in your agents' address bar before the # ("https://support.acme.example")`,
    { jsonSchema: {} }
  )
)

const Options = Schema.Struct({
  baseUrl: BaseUrl.annotations({ description: "Your Zammad's address, without # and what follows: https://support.acme.example." }),
  token: Schema.Redacted(Schema.NonEmptyString).annotations({
    description: "An access token (profile > Token Access) of an account that may list all users, organizations and roles."
  }),
  inactive: policy("Whether inactive users keep their groups. Zammad goes on listing them. Default: include.")
})
type Options = typeof Options.Type

/** Zammad's own 404 is JSON. */
const decodeError = (status: number, _headers: Readonly<Record<string, string>>, body: string): Partial<VendorWords.Refusal> | undefined =>
  Address.webPage(status, body, "answered with a web page instead of data, as for an address that is not Zammad's: check baseUrl")

const makeSource = (options: Options, context: ConnectionContext): Effect.Effect<Source, ConnectorError> =>
  Effect.gen(function* () {
    const token = Redacted.value(options.token)
    context.redactor.hide(token)
    const client = yield* LiveVendorClient.make(context, {
      baseUrl: `${Address.trimmed(options.baseUrl)}/api/v1`,
      headers: { authorization: Redacted.make(`Token token=${token}`) },
      decodeError
    })
    return {
      identify: ZammadRights.identify(client, { connection: context.name, host: new URL(options.baseUrl).host }),
      streams: ZammadSource.streams(client, context.name, options),
      customer: ZammadSource.customer(client, context.name, options),
      agents: ZammadAgents.agents(client, context.name)
    }
  })

/** Zammad's own pages, which its web application and public clients link to (read 2026-11). */
const recordUrls = ({ baseUrl }: Options): RecordUrls => {
  const { origin, pathname } = new URL(baseUrl)
  const root = Address.trimmed(`${origin}${pathname}`)
  return { user: `${root}/#user/profile/{id}`, organization: `${root}/#organization/profile/{id}` }
}

export const connector: Connector<Options, typeof Options.Encoded> = {
  name: "zammad",
  title: "Zammad",
  options: Options,
  // None documented; a proxy before it may have one and then says 429.
  limits: [],
  source: { declaration: ZammadSource.declaration, decides: ["inactive"], recordUrls, make: makeSource }
}
