/** The address under which a connector calls its vendor's API. */
import * as Schema from "effect/Schema"
import * as VendorWords from "../../src/http/VendorWords.ts"

export const BaseUrl = Schema.String.pipe(
  Schema.filter((url) => (URL.canParse(url) && /^https?:$/.test(new URL(url).protocol)) || `${JSON.stringify(url)} is no http address`, { jsonSchema: {} })
)

/** The address without slashes at its end, so that a path can be put behind it. */
export const trimmed = (url: string): string => url.replace(/\/+$/, "")

/** Host and path prefix: the account, where the API itself does not name it. */
export const place = (url: string): string => {
  const { host, pathname } = new URL(url)
  return trimmed(host + pathname)
}

/** A 404 that is an HTML page comes from something before the API: it must not pass for a record that is gone. Undefined: it is none. */
export const webPage = (status: number, body: string, detail: string): Partial<VendorWords.Refusal> | undefined =>
  status === 404 && VendorWords.isHtml(body) ? { reason: "Malformed", detail } : undefined
