/** Which calls go through a proxy, as `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY` say. */
import * as Either from "effect/Either"
import * as Loopback from "./Loopback.ts"

export type Variables = Readonly<Record<string, string | undefined>>

export interface Proxies {
  /** For https; undici takes the one for http where there is none. Undefined: none. */
  readonly https: string | undefined
  readonly http: string | undefined
  /** Host and port of the proxy that calls to the URL go through, without its credentials; null where they go straight. */
  readonly of: (url: URL) => string | null
}

const variable = (env: Variables, name: string): { readonly name: string; readonly value: string } | undefined => {
  for (const written of [name.toLowerCase(), name]) {
    const value = env[written]?.trim()
    if (value !== undefined && value !== "") return { name: written, value }
  }
  return undefined
}

const protocols = new Set(["http:", "https:"])

/** `proxy.acme.example:3128` is taken for http, as curl takes it. */
const proxyUrl = (env: Variables, name: string): Either.Either<URL | undefined, string> => {
  const found = variable(env, name)
  if (found === undefined) return Either.right(undefined)
  const written = found.value.includes("://") ? found.value : `http://${found.value}`
  // The value may hold a password, so it is not shown.
  if (!URL.canParse(written) || !protocols.has(new URL(written).protocol)) {
    return Either.left(`${found.name} is not the URL of an http or https proxy such as http://proxy.example:3128`)
  }
  return Either.right(new URL(written))
}

interface Exempt {
  readonly host: string
  /** Null: every port. */
  readonly port: string | null
}

/** `NO_PROXY`: hosts separated by commas or space, each with its subdomains; `*` for all. */
const exemptions = (text: string): ReadonlyArray<Exempt> =>
  text.split(/[,\s]+/).flatMap((entry) => {
    const [, host = "", port = null] = /^(.*?)(?::(\d+))?$/.exec(entry) ?? []
    return host === "" ? [] : [{ host: host === "*" ? host : host.replace(/^\*?\./, "").toLowerCase(), port }]
  })

const portOf = ({ port, protocol }: URL): string => (port !== "" ? port : protocol === "https:" ? "443" : "80")

/** Left: why the variables cannot be followed, in words that hold no credential. */
export const read = (env: Variables): Either.Either<Proxies, string> =>
  Either.gen(function* () {
    const http = yield* proxyUrl(env, "HTTP_PROXY")
    const https = yield* proxyUrl(env, "HTTPS_PROXY")
    const exempt = exemptions(variable(env, "NO_PROXY")?.value ?? "")
    const isExempt = (url: URL): boolean =>
      exempt.some(({ host, port }) => (port === null || port === portOf(url)) && (host === "*" || url.hostname === host || url.hostname.endsWith(`.${host}`)))
    return {
      https: https?.href,
      http: http?.href,
      of: (url) => {
        const proxy = url.protocol === "https:" ? (https ?? http) : http
        // Credentials go over plain http to this machine itself alone, and so to no proxy.
        return proxy === undefined || Loopback.isLoopback(url.hostname) || isExempt(url) ? null : proxy.host
      }
    }
  })
