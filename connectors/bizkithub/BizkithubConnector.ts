/** BizKitHub (bizkithub.com): a target that groups can be added to. What it is like stands in README.md beside this file. */
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import type { ConnectorError } from "../../src/contract/ConnectorError.ts"
import type { ConnectionContext, Connector } from "../../src/contract/Connector.ts"
import type { Target } from "../../src/contract/Target.ts"
import * as LiveVendorClient from "../../src/http/LiveVendorClient.ts"
import * as Address from "../kit/Address.ts"
import * as BizkithubErrors from "./BizkithubErrors.ts"
import * as BizkithubTarget from "./BizkithubTarget.ts"

/** Vendor docs, read 2026-11. Its message names no part of the value. */
const ApiKey = Schema.String.pipe(
  Schema.pattern(/^(PROD|DEV_|ROOT)[A-Za-z0-9]{28}$/, {
    message: () => "this is no BizKitHub key: 32 characters, PROD, DEV_ or ROOT and then 28 letters and digits",
    jsonSchema: {}
  })
)

const Options = Schema.Struct({
  apiKey: Schema.Redacted(ApiKey).annotations({ description: "A key of the organization: 32 characters that begin with PROD, DEV_ or ROOT. Keys may expire." }),
  baseUrl: Schema.optionalWith(
    Address.BaseUrl.annotations({ description: "Scheme and host of the API, perhaps with a path before it. Default: https://api.bizkithub.com." }),
    { default: () => "https://api.bizkithub.com" }
  )
})
type Options = typeof Options.Type

const makeTarget = ({ apiKey, baseUrl }: Options, context: ConnectionContext): Effect.Effect<Target, ConnectorError> =>
  Effect.gen(function* () {
    const key = Redacted.value(apiKey)
    const kind = key.slice(0, 4).replace("_", "")
    const client = yield* LiveVendorClient.make(context, {
      baseUrl: Address.trimmed(baseUrl),
      headers: {},
      params: { apiKey },
      decodeError: BizkithubErrors.decode
    })
    return BizkithubTarget.make({
      connection: context.name,
      client,
      identity: {
        account: `${Address.place(baseUrl)} ${kind}`,
        label: kind,
        actor: `key ...${key.slice(-4)}`,
        role: `${kind} key`,
        missing: [],
        allowance: null
      }
    })
  })

export const connector: Connector<Options, typeof Options.Encoded> = {
  name: "bizkithub",
  title: "BizKitHub",
  options: Options,
  // The smallest of those told (vendor docs, read 2026-11, whose pages disagree); answers tell the real one.
  limits: [{ calls: 1_000, perMillis: 3_600_000, endpoint: null }],
  target: { declaration: BizkithubTarget.declaration, make: makeTarget }
}
