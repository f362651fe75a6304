/** OAuth 2.0 client credentials (RFC 6749, section 4.4): a client's id and secret are exchanged for tokens that end. There is no refresh token. */
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import type { ConnectionContext } from "../../contract/Connector.ts"
import { ConnectorError } from "../../contract/ConnectorError.ts"
import * as LiveVendorClient from "../LiveVendorClient.ts"
import * as RenewingToken from "./RenewingToken.ts"

export interface ClientCredentials {
  /** Scheme and host, perhaps with a path, below which `path` stands. */
  readonly baseUrl: string
  /** Of the token endpoint: `/oauth/tokens`. */
  readonly path: string
  readonly clientId: string
  readonly clientSecret: Redacted.Redacted
  readonly scope: string
  /** What a person should look at where the vendor refuses the credential. Follows the vendor's words. */
  readonly remedy: string
}

const seconds = Schema.Union(Schema.Number, Schema.NumberFromString)

/** `expires_in` in seconds. Where it is left out the vendor does not say when the token ends. */
export const TokenAnswer = Schema.Struct({
  access_token: Schema.NonEmptyString,
  token_type: Schema.optional(Schema.NullOr(Schema.String)),
  expires_in: Schema.optional(Schema.NullOr(seconds))
})

/** What an `Authorization` header can carry (RFC 6750, section 2.1). */
const sendable = /^[\x21-\x7e]+$/

/**
 * Mints by one call under the connection's pacer, counted as a read. Whatever refusal of it is not passing is `Unauthorized`: it stops the connection.
 * The secret, and each token from its answer on, is hidden by the connection's redactor.
 */
export const make = (
  context: ConnectionContext,
  { baseUrl, path, clientId, clientSecret, remedy, scope }: ClientCredentials
): Effect.Effect<RenewingToken.RenewingToken, ConnectorError> =>
  Effect.gen(function* () {
    context.redactor.hide(Redacted.value(clientSecret))
    const client = yield* LiveVendorClient.make(context, { baseUrl, headers: {} })
    const refused = (error: ConnectorError) =>
      error.retryable || error.reason === "Malformed" ? error : error.with({ reason: "Unauthorized", detail: `${error.detail}: ${remedy}` })
    const malformed = (detail: string) =>
      new ConnectorError({ connection: context.name, call: `POST ${path}`, reason: "Malformed", detail, status: 200, effect: "none" })
    const mint = Effect.gen(function* () {
      const { body } = yield* client.read({
        path,
        body: { grant_type: "client_credentials", client_id: clientId, client_secret: Redacted.value(clientSecret), scope },
        schema: TokenAnswer
      })
      const { access_token: token, expires_in, token_type } = body
      context.redactor.hideMinted(context.name, token)
      if ((token_type ?? "bearer").toLowerCase() !== "bearer") return yield* malformed("the token is not a bearer token")
      if (!sendable.test(token)) return yield* malformed("the token holds characters that no header can carry")
      return { token, lifetimeMillis: typeof expires_in === "number" ? expires_in * 1000 : null }
    })
    return RenewingToken.make(Effect.mapError(mint, refused))
  })
