/** Medusa (medusajs.com), version 2: a shop as a target with customer groups. What it is like stands in README.md beside this file. */
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import type { ConnectorError } from "../../src/contract/ConnectorError.ts"
import type { ConnectionContext, Connector } from "../../src/contract/Connector.ts"
import type { Target } from "../../src/contract/Target.ts"
import * as LiveVendorClient from "../../src/http/LiveVendorClient.ts"
import type * as VendorWords from "../../src/http/VendorWords.ts"
import * as Address from "../kit/Address.ts"
import * as MedusaTarget from "./MedusaTarget.ts"

const Options = Schema.Struct({
  baseUrl: Address.BaseUrl.annotations({ description: "Scheme and host of the shop's server, below which /admin stands: https://shop.example.com." }),
  secretKey: Schema.Redacted(Schema.NonEmptyString.pipe(Schema.pattern(/^sk_/))).annotations({
    description: "A secret API key (sk_...) of the admin. It may do everything there."
  }),
  customers: Schema.optionalWith(
    Schema.Literal("registered", "all").annotations({
      description:
        "Whose records are seen: registered, those with an account (default); or all, also guests and records made by hand, where an address with records of both is ambiguous."
    }),
    { default: () => "registered" as const }
  )
})
type Options = typeof Options.Type

/** Above 100 kB the server answers 413 (version 2.21.2, 2026-12). */
const largestBody = 90_000

const decodeError = (status: number, _headers: Readonly<Record<string, string>>, body: string): Partial<VendorWords.Refusal> | undefined =>
  status === 413 || status === 431 ? { reason: "Invalid" } : Address.webPage(status, body, "an HTML page came instead of Medusa's API; is baseUrl right?")

const makeTarget = ({ baseUrl, customers, secretKey }: Options, context: ConnectionContext): Effect.Effect<Target, ConnectorError> =>
  Effect.gen(function* () {
    const secret = Redacted.value(secretKey)
    context.redactor.hide(secret)
    const client = yield* LiveVendorClient.make(context, {
      baseUrl: Address.trimmed(baseUrl),
      headers: { authorization: Redacted.make(`Basic ${Buffer.from(`${secret}:`).toString("base64")}`) },
      decodeError,
      largestBody
    })
    const guests = customers === "all"
    // Whose records are seen is part of what is seen: a state made with one is not to be read with the other.
    const account = `${Address.place(baseUrl)}${guests ? " with guests" : ""}`
    const actor = secret.length < 16 ? null : `key ...${secret.slice(-4)}`
    return MedusaTarget.make({
      connection: context.name,
      client,
      guests,
      identity: { account, label: account, actor, role: null, missing: [], allowance: null }
    })
  })

export const connector: Connector<Options, typeof Options.Encoded> = {
  name: "medusa",
  title: "Medusa",
  options: Options,
  asked: ["baseUrl", "secretKey"],
  // None is built in (version 2.21.2, 2026-12); a 429 of something before it is obeyed all the same.
  limits: [],
  target: { declaration: MedusaTarget.declaration, make: makeTarget }
}
