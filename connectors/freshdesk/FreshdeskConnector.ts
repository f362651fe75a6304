/** Freshdesk: a source of companies, contact tags and who is in them. What it is like stands in README.md beside this file. */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
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
import * as FreshdeskAgents from "./FreshdeskAgents.ts"
import * as FreshdeskContact from "./FreshdeskContact.ts"
import * as FreshdeskIdentity from "./FreshdeskIdentity.ts"
import { contactsList } from "./FreshdeskPages.ts"
import * as FreshdeskSource from "./FreshdeskSource.ts"

/** What people paste: `acme`, `acme.freshdesk.com`, `https://acme.freshdesk.com/a/tickets`. */
const pasted = /^(?:https:\/\/)?([a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)(?:\.freshdesk\.com)?(?:\/.*)?$/i

const Domain = Schema.transform(
  Schema.String.pipe(
    Schema.pattern(pasted, {
      message: ({ actual }) =>
        `${JSON.stringify(actual)} is no Freshdesk domain: write what stands before .freshdesk.com ("acme" for https://acme.freshdesk.com); the API does not answer under a host name of your own`
    })
  ),
  Schema.String,
  { strict: true, decode: (text) => (pasted.exec(text)?.[1] ?? text).toLowerCase(), encode: (domain) => domain }
)

const Options = Schema.Struct({
  domain: Schema.optional(Domain.annotations({ description: "What stands before .freshdesk.com in your agents' address: acme." })),
  baseUrl: Schema.optional(
    Address.BaseUrl.annotations({ description: "Scheme and host to call instead of https://DOMAIN.freshdesk.com, perhaps with a path before /api/v2." })
  ),
  apiKey: Schema.Redacted(Schema.NonEmptyString).annotations({ description: "The API key of an administrator (Profile settings, below the password)." }),
  tags: Schema.optionalWith(
    Schema.Literal("read", "skip").annotations({
      description: "read: contact tags, for which Freshdesk wants one call a contact. skip: companies only, 100 contacts a call. Default: read."
    }),
    { default: () => "read" as const }
  ),
  blocked: policy("Whether blocked contacts keep their groups. Default: include."),
  unverified: policy("Whether contacts whose address was never verified get groups. Default: include.")
}).pipe(
  Schema.filter(
    ({ domain, baseUrl }) =>
      domain !== undefined || baseUrl !== undefined || { path: ["domain"], message: 'missing: give the domain ("acme" for https://acme.freshdesk.com)' },
    { jsonSchema: {} }
  )
)
type Options = typeof Options.Type

const codeOf = Schema.decodeUnknownOption(Schema.parseJson(Schema.Struct({ code: Schema.String })))

/** No other call would fare better with this key; repeated tries lock the agent (vendor docs, read 2026-11). */
const closed = new Set(["invalid_credentials", "account_suspended", "password_lockout", "password_expired", "ssl_required"])

const decodeError = (status: number, _headers: Readonly<Record<string, string>>, body: string): Partial<VendorWords.Refusal> | undefined => {
  const page = Address.webPage(status, body, "answered with a web page instead of data, as for a domain that is not Freshdesk's: check domain and baseUrl")
  if (page !== undefined) return page
  const code = Option.getOrUndefined(codeOf(body))?.code
  return status === 403 && code !== undefined && closed.has(code) ? { reason: "Unauthorized" } : undefined
}

const makeSource = (options: Options, context: ConnectionContext): Effect.Effect<Source, ConnectorError> =>
  Effect.gen(function* () {
    const key = Redacted.value(options.apiKey)
    context.redactor.hide(key)
    const root = Address.trimmed(options.baseUrl ?? `https://${options.domain}.freshdesk.com`)
    const host = options.domain === undefined ? new URL(root).host : `${options.domain}.freshdesk.com`
    const client = yield* LiveVendorClient.make(context, {
      baseUrl: `${root}/api/v2`,
      // The key is the user name; the password may be anything.
      headers: { authorization: Redacted.make(`Basic ${Buffer.from(`${key}:X`).toString("base64")}`) },
      decodeError
    })
    return {
      identify: FreshdeskIdentity.identify(client, { connection: context.name, host }),
      streams: FreshdeskSource.streams(client, context.name, options),
      customer: FreshdeskContact.customer(client, context.name, options),
      agents: FreshdeskAgents.agents(client, context.name)
    }
  })

/** Pages of the agents' portal, as many public projects link to them (read 2026-11). */
const recordUrls = ({ domain }: Options): RecordUrls =>
  domain === undefined ? {} : { contact: `https://${domain}.freshdesk.com/a/contacts/{id}`, organization: `https://${domain}.freshdesk.com/a/companies/{id}` }

export const connector: Connector<Options, typeof Options.Encoded> = {
  name: "freshdesk",
  title: "Freshdesk",
  options: Options,
  asked: ["domain", "apiKey"],
  // Of the plan Growth (vendor docs, read 2026-11). Answers tell the account's limit, but never that of the list.
  limits: [
    { calls: 200, perMillis: 60_000, endpoint: null },
    { calls: 20, perMillis: 60_000, endpoint: contactsList }
  ],
  source: { declaration: FreshdeskSource.declaration, recordUrls, make: makeSource }
}
