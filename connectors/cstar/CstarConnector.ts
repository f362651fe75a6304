/** cStar (cstar.help): a target with customer groups, and a team. What it is like stands in README.md beside this file. */
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import type { ConnectorError } from "../../src/contract/ConnectorError.ts"
import type { ConnectionContext, Connector } from "../../src/contract/Connector.ts"
import * as LiveVendorClient from "../../src/http/LiveVendorClient.ts"
import * as Address from "../kit/Address.ts"
import type * as CstarAccess from "./CstarAccess.ts"
import * as CstarErrors from "./CstarErrors.ts"
import * as CstarKey from "./CstarKey.ts"
import * as CstarTarget from "./CstarTarget.ts"
import * as CstarTeam from "./CstarTeam.ts"

const Options = Schema.Struct({
  teamId: Schema.NonEmptyString.annotations({
    description: "The team whose customer groups are kept, as in the address of cStar's API: team_1."
  }),
  apiKey: Schema.optional(
    Schema.Redacted(Schema.NonEmptyString).annotations({
      description: "A secret key (sk_live_... or sk_test_...), which reads and writes. Live and test keys open different data."
    })
  ),
  readKey: Schema.optional(
    Schema.Redacted(Schema.NonEmptyString).annotations({
      description: "Instead of apiKey, for plans only: a publishable key (pk_live_... or pk_test_...). Nothing can be written with it; 100 calls an hour."
    })
  ),
  baseUrl: Schema.optionalWith(
    Address.BaseUrl.annotations({
      description: "Scheme and host of the API, perhaps with a path before it. Default: https://www.cstar.help."
    }),
    { default: () => "https://www.cstar.help" }
  )
}).pipe(
  Schema.filter(
    ({ apiKey, readKey }) => {
      if (apiKey !== undefined && readKey !== undefined) return { path: ["readKey"], message: "give either apiKey or readKey, not both" }
      if (apiKey !== undefined || readKey !== undefined) return true
      return { path: ["apiKey"], message: "missing: give apiKey, or readKey if nothing is ever to be written" }
    },
    { jsonSchema: {} }
  )
)
type Options = typeof Options.Type

/** Without it the newest version answers, whatever it is by then (vendor docs, read 2026-11-30). */
const version = "2026-03-01"

/** Target and team are two views of one key. */
const connect = (options: Options, context: ConnectionContext): Effect.Effect<CstarAccess.Access, ConnectorError> =>
  Effect.gen(function* () {
    const key = options.apiKey ?? options.readKey ?? Redacted.make("")
    const facts = CstarKey.read(Redacted.value(key), options.apiKey === undefined)
    const client = yield* LiveVendorClient.make(context, {
      baseUrl: `${Address.trimmed(options.baseUrl)}/api/v1/teams/${encodeURIComponent(options.teamId)}`,
      headers: { authorization: Redacted.make(`Bearer ${Redacted.value(key)}`), "cstar-version": version },
      decodeError: CstarErrors.decode
    })
    return {
      connection: context.name,
      client,
      identity: {
        account: [Address.place(options.baseUrl), options.teamId, ...(facts.mode === null ? [] : [facts.mode])].join(" "),
        label: options.teamId,
        actor: facts.actor,
        role: facts.role,
        missing: facts.readOnly === null ? [] : [`write: ${facts.readOnly}`]
      },
      readOnly: facts.readOnly
    }
  })

export const connector: Connector<Options, typeof Options.Encoded> = {
  name: "cstar",
  title: "cStar",
  options: Options,
  asked: ["teamId", "apiKey"],
  // A secret key's; a publishable one has 100 an hour, and answers tell which it is (vendor docs, read 2026-11).
  limits: [{ calls: 1_000, perMillis: 3_600_000, endpoint: null }],
  target: { declaration: CstarTarget.declaration, make: (options, context) => Effect.map(connect(options, context), CstarTarget.make) },
  team: { declaration: CstarTeam.declaration, make: (options, context) => Effect.map(connect(options, context), CstarTeam.make) }
}
