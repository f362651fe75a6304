/** Builds the request of a call, and takes care that credentials go to nobody but the vendor. */
import * as HttpBody from "@effect/platform/HttpBody"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as Either from "effect/Either"
import * as Redacted from "effect/Redacted"
import type { Redactor } from "../contract/Redactor.ts"
import * as ContentEncoding from "./ContentEncoding.ts"
import * as Loopback from "./Loopback.ts"
import type { QueryParams } from "./VendorClient.ts"

export type Method = "GET" | "POST" | "PATCH" | "PUT" | "DELETE"

export interface Credentials {
  readonly headers: Readonly<Record<string, Redacted.Redacted | string>>
  /** Credentials that the vendor takes in the query. */
  readonly params: Readonly<Record<string, Redacted.Redacted>>
}

/** The base URL without a trailing slash; or, in plain words, why nothing may be sent there. */
export const base = (baseUrl: string): Either.Either<string, string> => {
  if (!URL.canParse(baseUrl)) return Either.left("the base URL is not a URL")
  const url = new URL(baseUrl)
  if (url.username !== "" || url.password !== "") return Either.left("the base URL carries a user name or password; put credentials into their own options")
  if (url.search !== "" || url.hash !== "") return Either.left("the base URL ends before ? and #")
  if (url.protocol !== "https:" && !(url.protocol === "http:" && Loopback.isLoopback(url.hostname))) {
    return Either.left(`credentials are sent over https only, and ${url.protocol}//${url.host} is not; http is for this machine itself (localhost)`)
  }
  return Either.right(url.origin + url.pathname.replace(/\/+$/, ""))
}

/** A header takes printable letters of Latin-1 and tabs; any other would fail each call. */
const unsendable = /[^\t\x20-\x7e\x80-\xff]/u

/** In plain words why a credential cannot be sent in its header, without the credential; null if all can. */
export const headerFault = ({ headers }: Credentials): string | null => {
  for (const [name, value] of Object.entries(plain(headers))) {
    const letter = unsendable.exec(value)?.[0]
    if (letter !== undefined) {
      const code = `U+${(letter.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}`
      const what = letter === "\n" || letter === "\r" ? "a line break" : `the character ${code}`
      return `the value for the header ${name} contains ${what}, which no HTTP header can carry; copy the credential again, in one line and without changed signs`
    }
  }
  return null
}

/** Makes the credentials unsayable: whole, and the part of a header that is the secret itself. */
export const hide = (redactor: Redactor, { headers, params }: Credentials): void => {
  for (const value of [...Object.values(headers), ...Object.values(params)]) {
    if (typeof value === "string") continue
    const text = Redacted.value(value)
    redactor.hide(text)
    const [scheme = "", token] = text.split(" ", 2)
    if (token === undefined) continue
    redactor.hide(token)
    if (scheme.toLowerCase() !== "basic") continue
    const pair = Buffer.from(token, "base64").toString()
    redactor.hide(pair)
    redactor.hide(pair.slice(pair.indexOf(":") + 1))
  }
}

export interface RequestOptions {
  readonly method: Method
  readonly path: string
  readonly params: QueryParams
  readonly body: unknown
  readonly idempotencyKey?: string | undefined
}

/** Null if the path does not stay below the base URL, as with an id of `..`. */
export const make = (baseUrl: string, credentials: Credentials, options: RequestOptions): HttpClientRequest.HttpClientRequest | null => {
  if (!options.path.startsWith("/") || leavesBase.test(options.path)) return null
  const request = HttpClientRequest.make(options.method)(baseUrl + options.path + query(options.params, credentials.params), {
    acceptJson: true,
    headers: {
      "user-agent": "groupbridge",
      "accept-encoding": ContentEncoding.accepted,
      ...(options.idempotencyKey === undefined ? {} : { "idempotency-key": options.idempotencyKey }),
      ...plain(credentials.headers)
    }
  })
  return options.body === undefined ? request : HttpClientRequest.setBody(request, HttpBody.text(JSON.stringify(options.body), "application/json"))
}

/** The same request with a bearer token. */
export const bearer = (request: HttpClientRequest.HttpClientRequest, token: string): HttpClientRequest.HttpClientRequest =>
  HttpClientRequest.setHeader(request, "authorization", `Bearer ${token}`)

/** Dot segments are resolved by every URL parser, encoded or not; `?` and `#` would end the path. */
const leavesBase = /\/(\.|%2e){1,2}(\/|$)|[?#\\]/i

const query = (params: QueryParams, secrets: Readonly<Record<string, Redacted.Redacted>>): string => {
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(params)) {
    if (value === undefined) continue
    for (const one of typeof value === "object" ? value : [value]) search.append(name, String(one))
  }
  for (const [name, value] of Object.entries(secrets)) search.append(name, Redacted.value(value))
  return search.size === 0 ? "" : `?${search.toString()}`
}

const plain = (headers: Credentials["headers"]): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, typeof value === "string" ? value : Redacted.value(value)]))
