/** Trybe (try.be): a target with customer labels. What it is like stands in README.md beside this file. */
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import type { ConnectorError } from "../../src/contract/ConnectorError.ts"
import type { ConnectionContext, Connector } from "../../src/contract/Connector.ts"
import type { Target } from "../../src/contract/Target.ts"
import * as LiveVendorClient from "../../src/http/LiveVendorClient.ts"
import type * as VendorWords from "../../src/http/VendorWords.ts"
import * as Address from "../kit/Address.ts"
import * as TrybeApi from "./TrybeApi.ts"
import * as TrybeTarget from "./TrybeTarget.ts"

const Options = Schema.Struct({
  token: Schema.Redacted(Schema.NonEmptyString).annotations({
    description: "A personal access token of a back-office user, better of an account that no person uses; it has that user's rights, site by site."
  }),
  baseUrl: Schema.optionalWith(
    Address.BaseUrl.annotations({ description: "Scheme and host of the API: https://api.playground.try.be for Trybe's sandbox. Default: https://api.try.be." }),
    { default: () => "https://api.try.be" }
  )
})
type Options = typeof Options.Type

const decodeError = (status: number, _headers: Readonly<Record<string, string>>, body: string): Partial<VendorWords.Refusal> | undefined => {
  const detail = TrybeApi.errorWords(body)
  return Address.webPage(status, body, "an HTML page came instead of Trybe's API; is baseUrl right?") ?? (detail === null ? undefined : { detail })
}

const makeTarget = ({ baseUrl, token }: Options, context: ConnectionContext): Effect.Effect<Target, ConnectorError> =>
  Effect.gen(function* () {
    const secret = Redacted.value(token)
    const client = yield* LiveVendorClient.make(context, {
      baseUrl: Address.trimmed(baseUrl),
      headers: { authorization: Redacted.make(`Bearer ${secret}`) },
      decodeError
    })
    const account = Address.place(baseUrl)
    const actor = secret.length < 16 ? null : `token ...${secret.slice(-4)}`
    return TrybeTarget.make({ connection: context.name, client, identity: { account, label: account, actor, role: null, missing: [], allowance: null } })
  })

export const connector: Connector<Options, typeof Options.Encoded> = {
  name: "trybe",
  title: "Trybe",
  options: Options,
  // None is documented (vendor docs, read 2026-11); a 429 is obeyed all the same.
  limits: [],
  target: { declaration: TrybeTarget.declaration, make: makeTarget }
}
