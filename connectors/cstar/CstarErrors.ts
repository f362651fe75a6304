/** What cStar's refusals mean. */
import * as Option from "effect/Option"
import type { Reason } from "../../src/contract/ConnectorError.ts"
import type * as VendorWords from "../../src/http/VendorWords.ts"
import * as Address from "../kit/Address.ts"
import * as CstarApi from "./CstarApi.ts"

/** Codes and types in use (vendor docs, read 2026-11); they outrank the status, which not every page names. */
const reasons: Readonly<Record<string, Reason>> = {
  authentication_required: "Unauthorized",
  invalid_api_key: "Unauthorized",
  authentication_error: "Unauthorized",
  insufficient_permissions: "NotAllowed",
  publishable_key_write: "NotAllowed",
  authorization_error: "NotAllowed",
  resource_missing: "NotFound",
  not_found: "NotFound",
  not_found_error: "NotFound",
  rate_limit_exceeded: "RateLimited",
  rate_limit_error: "RateLimited"
}

/**
 * Reads a refusal; what it leaves out is as with every vendor. The field that the refusal is about stands behind the vendor's words.
 */
export const decode = (status: number, _headers: Readonly<Record<string, string>>, body: string): Partial<VendorWords.Refusal> | undefined => {
  const page = Address.webPage(status, body, "an HTML page came instead of cStar's API; is baseUrl right?")
  return page ?? Option.getOrUndefined(Option.map(CstarApi.errorOf(body), refusal))
}

const refusal = ({ code, message, param, type }: CstarApi.VendorError): Partial<VendorWords.Refusal> => {
  const reason = reasons[code ?? ""] ?? reasons[type ?? ""]
  const detail = message === null || param === null ? message : `${message} (${param})`
  return {
    ...(reason === undefined ? {} : { reason }),
    ...(detail === null ? {} : { detail }),
    code: code ?? type
  }
}
