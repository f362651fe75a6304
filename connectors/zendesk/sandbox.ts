/** A Zendesk account as an HTTP app: Support API v2, read side, with its traps (vendor docs and public recordings, read 2026-11). */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as IssuedTokens from "../../src/sandbox/IssuedTokens.ts"
import type { AgentEdits, ConnectorSandbox, RenewingCredential, SandboxRequest, SandboxResponse, SourceEdits } from "../../src/sandbox/Sandbox.ts"
import * as SandboxAllowance from "./SandboxAllowance.ts"
import * as SandboxCalls from "./SandboxCalls.ts"
import * as SandboxDesk from "./SandboxDesk.ts"
import * as SandboxExports from "./SandboxExports.ts"
import * as SandboxRows from "./SandboxRows.ts"
import * as SandboxShow from "./SandboxShow.ts"

export interface ZendeskSandbox extends ConnectorSandbox {
  readonly source: SourceEdits
  readonly agents: AgentEdits
  readonly renewing: RenewingCredential
  /** A further address of a user; one that is not verified may be anybody's. */
  readonly addAddress: SandboxDesk.Desk["addAddress"]
  readonly removeAddress: SandboxDesk.Desk["removeAddress"]
  /** Off: the key `tags` is missing from users and organizations. */
  readonly setTagsEnabled: (enabled: boolean) => void
  /** Answers this status on this path ("/organizations"), until it is given null. */
  readonly refuse: (path: string, status: number | null) => void
  /** Calls a minute that the account may make; 700 at the start. */
  readonly limitPerMinute: (calls: number) => void
  /** Rows of a page of the incremental exports; 1,000 at the start. */
  readonly exportPage: (rows: number) => void
  /** Whether the export of organizations shows deleted ones, with `deleted_at`; no recording of such a row is known, so that it does not at the start. */
  readonly showDeletedOrganizations: (shown: boolean) => void
  /** The time of edits from now on, until a call comes; at the start that of the last call. */
  readonly editAt: (millis: number) => void
  /** What `/users/me` shows of the credential's owner besides id and address, an admin at the start. */
  readonly actAs: (owner: Readonly<Record<string, unknown>>) => void
  /** Options with an OAuth access token that is not renewed instead of address and API token. */
  readonly oauthOptions: (baseUrl: string) => Readonly<Record<string, unknown>>
}

const email = "petra@sandbox.example"
const apiToken = "zd-api-token-4fJ9sQ2m"
const accessToken = "zd-oauth-token-8Kx1vT7c"
const revokedToken = "zd-api-token-revoked-6Hw3"
const clientId = "groupbridge_sandbox"
const clientSecret = "zd-client-secret-3Lr8wY5n"
const wrongSecret = "zd-client-secret-wrong-7Tq2"
/** Tokens of clients that exist since 2026-04-30 live half an hour at the usual (vendor docs, read 2026-11). */
const tokenSeconds = 1800
const basicOf = (token: string) => Buffer.from(`${email}/token:${token}`).toString("base64")
const basic = basicOf(apiToken)
const me = { id: 7_000_000_000_001, url: "https://sandbox.zendesk.com/api/v2/users/7000000000001.json", name: "Petra", email, active: true }
const pageSize = 100
const deepestPage = 100

type Headers = Readonly<Record<string, string>>
const json = (status: number, body: unknown, headers: Headers = {}): SandboxResponse => ({
  status,
  headers: { "content-type": "application/json; charset=utf-8", ...headers },
  body: JSON.stringify(body)
})
const notFound = json(404, { error: "RecordNotFound", description: "Not found" })
const noEndpoint = json(404, { error: "InvalidEndpoint", description: "Not found" })
const invalid = (message: string) => json(400, { error: { title: "Invalid attribute", message } })
const refusal = (status: number) =>
  status === 403
    ? json(403, { error: { title: "Forbidden", message: "Access to this resource is restricted. Please contact the account administrator." } })
    : json(status, { error: "Refused", description: "Refused on demand" })

/** Where the credential is refused: null if it is good. An API token as bearer is an invalid token; `/users/me` answers a guest. */
const refuseCredential = (authorization: string | undefined, path: string, isGood: (token: string) => boolean): SandboxResponse | null => {
  if (authorization === `Basic ${basic}` || authorization === `Bearer ${accessToken}`) return null
  if (authorization?.startsWith("Bearer ") === true && isGood(authorization.slice("Bearer ".length))) return null
  if (authorization?.startsWith("Bearer ") === true) {
    const error_description = "The access token provided is expired, revoked, malformed or invalid for other reasons."
    return json(401, { error: "invalid_token", error_description }, { "www-authenticate": 'Bearer realm="Zendesk"' })
  }
  if (path === "/users/me") return json(200, { user: { id: null, name: "Anonymous user", email: null, role: "end-user", active: false } })
  return json(401, { error: "Couldn't authenticate you" })
}

const cursorAt = (place: number) => Buffer.from(JSON.stringify({ o: "id", v: place })).toString("base64")
const placeOf = (cursor: string): number => Number(/^\{"o":"id","v":(\d+)\}$/.exec(Buffer.from(cursor, "base64").toString())?.[1])

/** Brackets come percent-encoded in links. */
const linkTo = (request: SandboxRequest, changes: Readonly<Record<string, string>>): string => {
  const query = new URLSearchParams(request.query)
  for (const [name, value] of Object.entries(changes)) query.set(name, value)
  return `https://${request.headers["host"] ?? "sandbox.zendesk.com"}${request.path}?${query}`
}

/** Mints by client credentials, and by nothing else. */
const issueToken = ({ body, method }: SandboxRequest, tokens: IssuedTokens.IssuedTokens, now: number): SandboxResponse => {
  if (method !== "POST") return noEndpoint
  const asked: unknown = JSON.parse(body === "" ? "null" : body)
  const field = (name: string): unknown => (typeof asked === "object" && asked !== null ? Object.entries(asked).find(([key]) => key === name)?.[1] : undefined)
  if (field("grant_type") !== "client_credentials") return json(400, { error: "unsupported_grant_type", error_description: "The grant type is not supported." })
  if (field("client_id") !== clientId || field("client_secret") !== clientSecret) {
    return json(401, { error: "invalid_client", error_description: "Client authentication failed." })
  }
  if (field("scope") !== "read") return json(400, { error: "invalid_scope", error_description: "The requested scope is invalid." })
  return json(200, { access_token: tokens.issue(now), token_type: "bearer", expires_in: tokenSeconds, scope: "read" })
}

interface Listing<A extends SandboxRows.Row> {
  readonly key: string
  readonly rows: SandboxRows.Rows<A>
  readonly keep: (row: A) => boolean
  readonly show: (row: A) => unknown
}

/** A page size above 100 is silently 100. The last page that has rows still carries a cursor and a next link. */
const byCursor = <A extends SandboxRows.Row>(request: SandboxRequest, listing: Listing<A>): SandboxResponse => {
  const size = Math.min(pageSize, Number(request.query.get("page[size]")))
  if (!(size >= 1)) return invalid("page[size] is invalid")
  const after = request.query.get("page[after]")
  const start = after === null ? -1 : placeOf(after)
  if (Number.isNaN(start)) return invalid("page[after] is invalid")
  const { rows, last, more } = listing.rows.slice(start, size, listing.keep)
  const cursor = rows.length === 0 ? null : cursorAt(last)
  return json(200, {
    [listing.key]: rows.map(listing.show),
    meta: { has_more: more, after_cursor: cursor, before_cursor: cursor },
    links: { next: cursor === null ? null : linkTo(request, { "page[after]": cursor }), prev: null }
  })
}

/** What an endpoint answers without `page[size]`: the older paging, which ends in an error beyond page 100. */
const byOffset = <A extends SandboxRows.Row>(request: SandboxRequest, listing: Listing<A>): SandboxResponse => {
  const page = Math.max(1, Number(request.query.get("page") ?? 1) || 1)
  const size = Math.min(pageSize, Math.max(1, Number(request.query.get("per_page") ?? pageSize) || pageSize))
  if (page > deepestPage) return json(400, { error: "InvalidPaginationDepth", description: "The page is beyond the limit of 100 pages" })
  const all = listing.rows.slice(-1, Number.POSITIVE_INFINITY, listing.keep).rows
  const more = page * size < all.length
  return json(200, {
    [listing.key]: all.slice((page - 1) * size, page * size).map(listing.show),
    next_page: more ? linkTo(request, { page: String(page + 1) }) : null,
    previous_page: page > 1 ? linkTo(request, { page: String(page - 1) }) : null,
    count: all.length
  })
}

const list = <A extends SandboxRows.Row>(request: SandboxRequest, listing: Listing<A>): SandboxResponse =>
  request.query.has("page[size]") ? byCursor(request, listing) : byOffset(request, listing)

export const make = (): ZendeskSandbox => {
  let editedAt: number | null = null
  const desk = SandboxDesk.make(() => editedAt)
  const limit = SandboxAllowance.make(700)
  const exportLimits = { users: SandboxAllowance.make(20), organizations: SandboxAllowance.make(10) }
  const tokens = IssuedTokens.make("zd-minted-token-", tokenSeconds)
  let exportPage = 1000
  let deletedShown = false
  const refused = new Map<string, number>()
  let tagsEnabled = true
  let owner: Readonly<Record<string, unknown>> = { role: "admin", role_type: 4, custom_role_id: null, ticket_restriction: null, restricted_agent: false }

  const showUser = (row: SandboxDesk.DeskUser) => SandboxShow.user(desk, row, tagsEnabled)
  const showOrganization = (row: SandboxDesk.DeskOrganization) => SandboxShow.organization(desk, row, tagsEnabled)
  const showMembership = (row: SandboxDesk.DeskMembership) => SandboxShow.membership(desk, row)

  /** For admins only, and ten a minute; of users by cursor twenty. */
  const exported = (request: SandboxRequest, path: string, now: number): SandboxResponse => {
    const { allowed, headers } = exportLimits[path === "/incremental/users/cursor" ? "users" : "organizations"].take(now)
    if (owner["role"] !== "admin") return refusal(403)
    if (!allowed)
      return json(429, { error: "APIRateLimitExceeded", description: "Number of allowed incremental export API requests per minute exceeded" }, headers)
    const user = (id: number) => {
      const row = desk.users.get(id) ?? desk.deleted.get(id)
      return row === undefined ? undefined : { ...showUser(row), permanently_deleted: false }
    }
    const organization = (id: number) => {
      const row = desk.organizations.get(id)
      if (row !== undefined) return { ...showOrganization(row), deleted_at: null }
      const gone = deletedShown ? desk.deletedOrganizations.get(id) : undefined
      return gone === undefined ? undefined : { ...showOrganization(gone), deleted_at: "2026-11-01T00:00:00Z" }
    }
    const { status, body } =
      path === "/incremental/users/cursor"
        ? SandboxExports.byCursor(request, desk.changes.users, exportPage, now, "users", user)
        : SandboxExports.byTime(request, desk.changes.organizations, exportPage, now, "organizations", organization)
    return json(status, body)
  }

  const answer = (request: SandboxRequest, path: string, now: number): SandboxResponse => {
    if (path === "/incremental/users/cursor" || path === "/incremental/organizations") return exported(request, path, now)
    const roles = [...request.query.getAll("role[]"), ...request.query.getAll("role")]
    if (path === "/users") {
      return list(request, { key: "users", rows: desk.users, keep: ({ role }) => roles.length === 0 || roles.includes(role), show: showUser })
    }
    if (path === "/organizations") return list(request, { key: "organizations", rows: desk.organizations, keep: () => true, show: showOrganization })
    if (path === "/organization_memberships") {
      return list(request, { key: "organization_memberships", rows: desk.memberships, keep: () => true, show: showMembership })
    }
    if (path === "/users/me") return json(200, { user: { ...me, ...owner } })
    if (path === "/users/show_many") {
      const ids = (request.query.get("ids") ?? "").split(",").filter((id) => id !== "")
      if (ids.length > pageSize) return json(400, { error: "TooManyValues", description: "Parameter ids accepts a list of at most 100 values" })
      const found = ids.flatMap((id) => desk.users.get(Number(id)) ?? desk.deleted.get(Number(id)) ?? [])
      return json(200, { users: found.map(showUser), next_page: null, previous_page: null, count: found.length })
    }
    const [, holder] = /^\/users\/(\d+)\/identities$/.exec(path) ?? []
    if (holder !== undefined) {
      const user = desk.users.get(Number(holder))
      if (user === undefined) return notFound
      const rows = SandboxRows.make<ReturnType<typeof SandboxShow.identities>[number]>()
      SandboxShow.identities(user).forEach(rows.put)
      return list(request, { key: "identities", rows, keep: () => true, show: (row) => row })
    }
    const [, kind, id] = /^\/(users|organizations)\/(\d+)$/.exec(path) ?? []
    if (kind === undefined) return noEndpoint
    if (kind === "users") {
      const user = desk.users.get(Number(id)) ?? desk.deleted.get(Number(id))
      return user === undefined ? notFound : json(200, { user: showUser(user) })
    }
    const organization = desk.organizations.get(Number(id))
    return organization === undefined ? notFound : json(200, { organization: showOrganization(organization) })
  }

  const handle = (request: SandboxRequest, now: number): SandboxResponse => {
    editedAt = now
    const { allowed, headers } = limit.take(now)
    if (!allowed) return json(429, { error: "APIRateLimitExceeded", description: "Number of allowed API requests per minute exceeded" }, headers)
    if (request.path.endsWith("/oauth/tokens")) return issueToken(request, tokens, now)
    const [, path] = /\/api\/v2(\/.*?)(?:\.json)?$/.exec(request.path) ?? []
    if (path === undefined || request.method !== "GET") return { ...noEndpoint, headers: { ...noEndpoint.headers, ...headers } }
    const status = refused.get(path)
    const isGood = (token: string) => tokens.accepts(token, now)
    const response = refuseCredential(request.headers["authorization"], path, isGood) ?? (status === undefined ? answer(request, path, now) : refusal(status))
    return { ...response, headers: { ...response.headers, ...headers } }
  }

  return {
    app: (request) => Effect.map(Clock.currentTimeMillis, (now) => handle(request, now)),
    options: (baseUrl) => ({ baseUrl, email, apiToken }),
    oauthOptions: (baseUrl) => ({ baseUrl, accessToken }),
    refusedOptions: (baseUrl) => ({ baseUrl, email, apiToken: revokedToken }),
    renewing: {
      options: (baseUrl) => ({ baseUrl, clientId, clientSecret }),
      refusedOptions: (baseUrl) => ({ baseUrl, clientId, clientSecret: wrongSecret }),
      tokens,
      lifetimeMillis: tokenSeconds * 1000
    },
    get secrets() {
      return [apiToken, accessToken, revokedToken, clientSecret, wrongSecret, basic, basicOf(revokedToken), ...tokens.all]
    },
    documented: SandboxCalls.documented,
    pageSize,
    source: desk.edits,
    needed: (path) =>
      path.endsWith("/organizations")
        ? ["id", "name", "external_id", "tags", "deleted_at"]
        : ["id", "email", "external_id", "role", "active", "suspended", "verified", "tags", "user_id", "organization_id"],
    doubtful: ({ tags: _untold, ...row }) => row,
    agents: desk.agents,
    addAddress: desk.addAddress,
    removeAddress: desk.removeAddress,
    setTagsEnabled: (enabled) => {
      tagsEnabled = enabled
    },
    refuse: (path, status) => {
      if (status === null) refused.delete(path)
      else refused.set(path, status)
    },
    limitPerMinute: limit.set,
    exportPage: (rows) => {
      exportPage = rows
    },
    showDeletedOrganizations: (shown) => {
      deletedShown = shown
    },
    editAt: (millis) => {
      editedAt = millis
    },
    actAs: (other) => {
      owner = other
    }
  }
}
