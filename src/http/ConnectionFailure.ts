/** Puts an error of undici or of Node's sockets into words that carry no credential. */
import { TransportFailure } from "./TransportFailure.ts"

export interface Way {
  /** Of the vendor, with the port where it is not the usual one. */
  readonly host: string
  /** Host and port of the proxy in use; null for none. */
  readonly proxy: string | null
  /** The file that `NODE_EXTRA_CA_CERTS` names. */
  readonly certificates: string | undefined
}

/** `error` is what the client threw; a `TransportFailure` stays as it is. */
export const of = (error: unknown, way: Way): TransportFailure => {
  if (error instanceof TransportFailure) return error
  const { words, ...rest } = understood(error, way)
  return new TransportFailure({ words: way.proxy === null ? words : `${words} (through the proxy ${way.proxy})`, ...rest })
}

const understood = (error: unknown, way: Way): Pick<TransportFailure, "words" | "reached" | "passing"> => {
  const inner = innermost(error)
  const code = codeOf(inner)
  const refusal = way.proxy === null ? undefined : proxyRefusal(inner)
  if (refusal !== undefined) return { words: refusal, reached: false, passing: false }
  const unknownHost = lookedUp[code]
  // With a proxy it is the proxy's own name that this machine looks up.
  if (unknownHost !== undefined) return { words: `${unknownHost}: ${hostIn(inner) ?? way.host}`, reached: false, passing: true }
  const words = neverReached[code]
  if (words !== undefined) return { words, reached: false, passing: true }
  if (certificateCode.test(code)) return { words: certificateWords(code, way), reached: false, passing: false }
  return { words: brokeOff[code] ?? `the connection failed${code === "" ? "" : ` (${code})`}`, reached: true, passing: true }
}

/** The innermost error with a code: with several addresses tried, Node wraps one error for each. */
const innermost = (error: unknown): unknown => {
  if (error instanceof AggregateError && error.errors.length > 0) return innermost(error.errors[0])
  if (!(error instanceof Error) || ("code" in error && typeof error.code === "string")) return error
  return error.cause === undefined ? error : innermost(error.cause)
}

const codeOf = (error: unknown): string => (error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "")

const hostIn = (error: unknown): string | undefined =>
  error instanceof Error && "hostname" in error && typeof error.hostname === "string" ? error.hostname : undefined

/** A proxy that opens no tunnel says why by a status, which undici keeps in its message alone. */
const proxyRefusal = (error: unknown): string | undefined => {
  const status = error instanceof Error ? /^Proxy response \((\d{3})\)/.exec(error.message)?.[1] : undefined
  if (status === undefined) return undefined
  return `the proxy refused the connection with status ${status}${status === "407" ? ", it wants a user name and a password in its URL" : ""}`
}

const lookedUp: Readonly<Record<string, string>> = {
  ENOTFOUND: "host not found",
  EAI_AGAIN: "host name could not be looked up"
}

const neverReached: Readonly<Record<string, string>> = {
  ECONNREFUSED: "connection refused",
  EHOSTUNREACH: "host unreachable",
  ENETUNREACH: "network unreachable",
  UND_ERR_CONNECT_TIMEOUT: "no connection within 10 s",
  EPROTO: "TLS could not be agreed on",
  ERR_SSL_WRONG_VERSION_NUMBER: "the server does not speak TLS there"
}

const brokeOff: Readonly<Record<string, string>> = {
  ECONNRESET: "connection reset",
  EPIPE: "connection reset",
  UND_ERR_SOCKET: "the connection was closed before an answer came",
  ETIMEDOUT: "the connection timed out"
}

const certificateCode = /CERT|SIGNED|SIGNATURE|ISSUER|ALTNAME|^ERR_TLS/

const certificateWords = (code: string, { certificates, host }: Way): string => {
  if (code === "CERT_HAS_EXPIRED") return `TLS certificate of ${host} has expired`
  if (code === "ERR_TLS_CERT_ALTNAME_INVALID") return `TLS certificate is for another host name than ${host}`
  const what = code.includes("SELF_SIGNED") ? `TLS certificate of ${host} is self-signed` : `TLS certificate of ${host} is not trusted (${code})`
  return `${what}; ${
    certificates === undefined || certificates === ""
      ? "if it is signed by an authority of your own, name a file with that authority's certificate (PEM) in NODE_EXTRA_CA_CERTS"
      : `NODE_EXTRA_CA_CERTS names ${certificates}, which holds none for it or cannot be read`
  }`
}
