/** What Vendure's refusals mean: nearly all of them come with status 200 (a server of version 3.7.3, 2026-12). */
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import type { Reason } from "../../src/contract/ConnectorError.ts"
import type * as VendorWords from "../../src/http/VendorWords.ts"
import * as Address from "../kit/Address.ts"

const text = Schema.optional(Schema.NullOr(Schema.String))
export const Failure = Schema.Struct({
  errors: Schema.NonEmptyArray(Schema.Struct({ message: text, extensions: Schema.optional(Schema.NullOr(Schema.Struct({ code: text }))) }))
})
const decodeFailure = Schema.decodeUnknownOption(Failure)
const decodeText = Schema.decodeUnknownOption(Schema.parseJson(Failure))

const reasons: Readonly<Record<string, Reason>> = {
  // An ended session, a wrong key and a missing permission are answered alike.
  FORBIDDEN: "Unauthorized",
  UNAUTHORIZED: "Unauthorized",
  ENTITY_NOT_FOUND: "NotFound",
  USER_INPUT_ERROR: "Invalid",
  BAD_USER_INPUT: "Invalid",
  GRAPHQL_PARSE_FAILED: "Misconfigured",
  GRAPHQL_VALIDATION_FAILED: "Misconfigured",
  CHANNEL_NOT_FOUND: "Misconfigured"
}

/** Words of databases that refuse one statement for what is in it: asked again it is refused again, and nothing of it was kept. */
const databaseRefuses = /duplicate key|unique constraint|too long|out of range|too large|invalid input syntax|duplicate entry/i

const advice: Readonly<Record<string, string>> = {
  FORBIDDEN:
    "the credential is wrong or has ended, its role lacks a permission (ReadCustomer and Create-, Update-, DeleteCustomerGroup), or the shop takes no API keys (tokenMethod)",
  GRAPHQL_VALIDATION_FAILED: "is `markField` a custom field of CustomerGroup?"
}

/** Each call has one write, which is one transaction: what is refused by name was not done. */
export const refusedBy = (body: unknown): VendorWords.BodyRefusal | undefined =>
  Option.getOrUndefined(
    Option.map(decodeFailure(body), ({ errors: [error] }) => {
      const code = error.extensions?.code ?? null
      const message = error.message ?? "an error without words"
      const reason = reasons[code ?? ""] ?? (databaseRefuses.test(message) ? "Invalid" : "Unavailable")
      const more = advice[code ?? ""]
      return { reason, detail: more === undefined ? message : `${message}: ${more}`, code, effect: reason === "Unavailable" ? "unknown" : "none" }
    })
  )

export const decodeError = (status: number, _headers: Readonly<Record<string, string>>, body: string): Partial<VendorWords.Refusal> | undefined => {
  const page = Address.webPage(status, body, "an HTML page came instead of Vendure's API; are baseUrl and path right?")
  if (page !== undefined) return page
  if (status === 404) return { reason: "Malformed", detail: "there is no Vendure API under this address; are baseUrl and path right?" }
  const refusal = status === 400 ? Option.getOrUndefined(Option.map(decodeText(body), refusedBy)) : undefined
  return refusal === undefined ? undefined : { reason: refusal.reason, detail: refusal.detail, code: refusal.code }
}
