/**
 * Who may do what on the service's page. Pure.
 *
 * | request | open to |
 * |---|---|
 * | `/healthz`, `/readyz` | all, under any host name: they say nothing but whether the service works, and probes ask by address |
 * | reading, from this machine | all |
 * | reading, from elsewhere or through a proxy | a session, or the token as a bearer |
 * | the log-in | all, sent by the page itself |
 * | changing anything | a session with the secret of its forms, sent by the page itself; or the token as a bearer |
 *
 * Invariants: a page of another site can neither read (its host name is refused, so no name can be pointed at us) nor change (its origin is refused, and it
 * knows no secret of our forms). Without a token in the config and without a one-time link there is no session, and so no change.
 */

export interface Listening {
  /** The address is one of this machine alone. */
  readonly isLoopback: boolean
  /** Names by which the page may be asked for, with their port: "127.0.0.1:8080". */
  readonly local: ReadonlySet<string>
  /** Further names by which it is reached, through a proxy or as this machine's. */
  readonly hosts: ReadonlySet<string>
}

export interface Asked {
  readonly method: string
  readonly path: string
  readonly host: string | null
  readonly origin: string | null
  /** The browser's own word on where a request comes from. */
  readonly fetchSite: string | null
  /** Something on the way says that it passed the request on. */
  readonly isForwarded: boolean
  readonly hasSession: boolean
  /** The secret of the session's forms was sent. */
  readonly hasFormSecret: boolean
  readonly hasToken: boolean
}

export type Verdict =
  | { readonly _tag: "Allowed" }
  /** No session yet: a page leads to the log-in, everything else is refused. */
  | { readonly _tag: "Login" }
  | { readonly _tag: "Refused"; readonly status: 400 | 401 | 403 | 405 | 421; readonly why: string }

const allowed: Verdict = { _tag: "Allowed" }
const refused = (status: 400 | 401 | 403 | 405 | 421, why: string): Verdict => ({ _tag: "Refused", status, why })

export const probes: ReadonlySet<string> = new Set(["/healthz", "/readyz"])
export const loginPath = "/login"

/** The host that an origin names; null for one that names none, such as "null". */
const hostOf = (origin: string): string | null => (/^https?:\/\//.test(origin) && URL.canParse(origin) ? new URL(origin).host : null)

const isOwn = ({ fetchSite, origin }: Asked, known: ReadonlySet<string>): boolean => {
  if (fetchSite !== null && fetchSite !== "same-origin" && fetchSite !== "none") return false
  if (origin !== null) return known.has(hostOf(origin) ?? "")
  return fetchSite !== null
}

export const judge = (asked: Asked, { hosts, isLoopback, local }: Listening): Verdict => {
  const isReading = asked.method === "GET" || asked.method === "HEAD"
  if (!isReading && asked.method !== "POST") return refused(405, "only GET, HEAD and POST are answered")
  if (isReading && probes.has(asked.path)) return allowed
  if (asked.host === null) return refused(400, "the request names no host")
  const known = new Set([...local, ...hosts])
  if (!known.has(asked.host)) return refused(421, `${asked.host} is no name that this service is known by; it belongs under serve.hosts`)
  if (asked.hasToken) return allowed
  if (!isReading) {
    if (!isOwn(asked, known)) return refused(403, "a change must be sent by this service's own page")
    if (asked.path === loginPath) return allowed
    if (!asked.hasSession) return { _tag: "Login" }
    return asked.hasFormSecret ? allowed : refused(403, "the form is older than this service's start, or not its own: load the page again")
  }
  if (asked.path === loginPath || asked.hasSession) return allowed
  return isLoopback && local.has(asked.host) && !asked.isForwarded ? allowed : { _tag: "Login" }
}
