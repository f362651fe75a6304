/** What BizKitHub's refusals mean: the code decides, because a bad key is a 404 there and a refused value may be a 500 (vendor docs, read 2026-11). */
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import type { Reason } from "../../src/contract/ConnectorError.ts"
import type * as VendorWords from "../../src/http/VendorWords.ts"

const text = Schema.optional(Schema.NullOr(Schema.String))

/** Both documented shapes in one: `{error: {code, message, description}}` and `{success: false, errorCode, message}`. */
export const Body = Schema.Struct({
  success: Schema.optional(Schema.Unknown),
  error: Schema.optional(Schema.Union(Schema.Struct({ code: text, message: text, description: text }), Schema.Unknown)),
  errorCode: text,
  message: text
})
export type Body = typeof Body.Type

const Reported = Schema.Struct({ code: text, message: text, description: text })

const limited: ReadonlySet<string> = new Set(["INTERNAL_TOO_MANY_REQUESTS", "PUBLIC_API_KEY_TOO_MANY_REQUEST", "RATE_LIMIT_EXCEEDED"])

/** Null: the code is not documented, or there is none. */
export const reasonOf = (code: string | null): Reason | null => {
  if (code === null) return null
  if (limited.has(code)) return "RateLimited"
  if (code.startsWith("PUBLIC_API_KEY_")) return "Unauthorized"
  if (code === "INTERNAL_VALIDATION_FAILED") return "Invalid"
  return code === "INTERNAL_RESOURCE_NOT_FOUND" ? "NotFound" : null
}

export interface Refused {
  readonly code: string | null
  readonly words: string | null
}

/** Code and words of a body in either shape. */
export const reported = (body: Body): Refused => {
  const error: Partial<typeof Reported.Type> = Option.getOrElse(Schema.decodeUnknownOption(Reported)(body.error), () => ({}))
  const words = [error.message ?? body.message, error.description].filter((part) => part !== null && part !== undefined && part !== "")
  return { code: error.code ?? body.errorCode ?? null, words: words.length === 0 ? null : words.join(": ") }
}

const decodeBody = Schema.decodeUnknownOption(Schema.parseJson(Body))

/** A 404 means that a customer is not there only where its code says so: without one the key, the address of the API or anything may be wrong. */
export const decode = (status: number, _headers: Readonly<Record<string, string>>, body: string): Partial<VendorWords.Refusal> | undefined => {
  const { code, words } = Option.match(decodeBody(body), { onNone: (): Refused => ({ code: null, words: null }), onSome: reported })
  const known = reasonOf(code)
  const reason = known ?? (status === 404 ? "Malformed" : null)
  const unclear = known === null && status === 404 ? "a 404 that does not say what is missing; are key and baseUrl right?" : null
  const detail = [words, unclear].filter((part) => part !== null).join("; ")
  return { ...(reason === null ? {} : { reason }), ...(detail === "" ? {} : { detail }), code }
}
