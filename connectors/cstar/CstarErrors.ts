/** What cStar's refusals mean. */
import * as Option from "effect/Option"
import type { Reason } from "../../src/contract/ConnectorError.ts"
import * as VendorWords from "../../src/http/VendorWords.ts"
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

const notTheApi = "an HTML page came instead of cStar's API; is baseUrl right?"

/**
 * Reads a refusal; what it leaves out is as with every vendor. The field that the refusal is about stands behind the vendor's words.
 * A 404 that is an HTML page is `Malformed`: something between us and cStar wrote it, and it must not pass for a group that is gone.
 */
export const decode = (status: number, _headers: Readonly<Record<string, string>>, body: string): Partial<VendorWords.Refusal> | undefined => {
  if (status === 404 && VendorWords.isHtml(body)) return { reason: "Malformed", detail: notTheApi }
  return Option.getOrUndefined(Option.map(CstarApi.errorOf(body), refusal))
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
