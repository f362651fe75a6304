/** A Freshdesk account as an HTTP app: API v2, read side, with its traps (vendor docs and public recordings, read 2026-11). */
import * as Clock from "effect/Clock"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import type { AgentEdits, ConnectorSandbox, SandboxRequest, SandboxResponse, SourceEdits } from "../../src/sandbox/Sandbox.ts"
import * as SandboxCalls from "./SandboxCalls.ts"
import * as SandboxDesk from "./SandboxDesk.ts"
import * as SandboxFilter from "./SandboxFilter.ts"
import * as SandboxShow from "./SandboxShow.ts"

export interface FreshdeskSandbox extends ConnectorSandbox {
  readonly source: SourceEdits
  readonly agents: AgentEdits
  readonly desk: SandboxDesk.Desk
  /** What the account shows: no tags in lists, several companies and the roles of agents at the start. */
  readonly show: (shown: SandboxShow.Shown) => void
  /** Whether the key is an administrator's, as at the start. Others may list neither agents nor roles. */
  readonly setAdministrator: (administrator: boolean) => void
  /** Answers this status and body on this path ("/companies"), until it is given null. */
  readonly refuse: (path: string, refusal: { readonly status: number; readonly body: unknown } | null) => void
  /** Calls a minute: of the account, and of the list of contacts, which no header tells. */
  readonly limitPerMinute: (account: number, contactsList: number) => void
  /** How `updated_since` is taken; as documented at the start. */
  readonly filterBy: (filter: SandboxFilter.Filter) => void
  /** When the following edits are made, until the next call; epoch milliseconds. */
  readonly editAt: (millis: number) => void
}

const apiKey = "fd-api-key-9sQ2m4fJ"
const revokedKey = "fd-api-key-revoked-6Hw3"
const basicOf = (key: string) => Buffer.from(`${key}:X`).toString("base64")
const pageSize = 100
const usualPageSize = 30
const minute = 60_000
const madeAt = "2024-01-02T03:04:05Z"

type Headers = Readonly<Record<string, string>>
const json = (status: number, body: unknown, headers: Headers = {}): SandboxResponse => ({
  status,
  headers: { "content-type": "application/json; charset=utf-8", ...headers },
  body: JSON.stringify(body)
})
/** Wrong ids and wrong domains alike: the body is empty. */
const notFound: SandboxResponse = { status: 404, headers: {}, body: "" }
const invalid = (field: string, message: string) =>
  json(400, {
    description: "Validation failed",
    errors: [{ field, message, code: message === "Unexpected/invalid field in request" ? "invalid_field" : "invalid_value" }]
  })
const accessDenied = json(403, { code: "access_denied", message: "You are not authorized to perform this action." })

/** Numbered pages of a bare array. The link to the next page has a blank before it and none after it. */
const list = <A>(request: SandboxRequest, rows: ReadonlyArray<A>, show: (row: A) => unknown): SandboxResponse => {
  const page = Number(request.query.get("page") ?? 1)
  const size = Number(request.query.get("per_page") ?? usualPageSize)
  if (!Number.isInteger(page) || page < 1) return invalid("page", "It should be a Positive Integer")
  if (!Number.isInteger(size) || size < 1 || size > pageSize) return invalid("per_page", "It should be a Positive Integer less than or equal to 100")
  const query = new URLSearchParams(request.query)
  query.set("page", String(page + 1))
  const link = `< https://${request.headers["host"] ?? "sandbox.freshdesk.com"}${request.path}?${query}>;rel="next"`
  return json(200, rows.slice((page - 1) * size, page * size).map(show), page * size < rows.length ? { link } : {})
}

const states = new Map<string | null, SandboxDesk.DeskContact["state"]>([
  [null, "usual"],
  ["blocked", "blocked"],
  ["deleted", "deleted"]
])
const filters = new Set(["page", "per_page", "state", "email", "updated_since", "_updated_since"])

/** Calls counted in whole minutes from the first call of each. */
const counter = (limit: number) => {
  let start = 0
  let used = 0
  let most = limit
  return {
    set: (calls: number) => {
      most = calls
    },
    take: (now: number) => {
      if (now - start >= minute) {
        start = now
        used = 0
      }
      const allowed = used < most
      used += 1
      return { allowed, total: most, remaining: Math.max(0, most - used), seconds: Math.ceil((start + minute - now) / 1000) }
    }
  }
}

export const make = (): FreshdeskSandbox => {
  let editedAt: number | null = null
  const desk = SandboxDesk.make(() => editedAt)
  const account = counter(700)
  const contactsList = counter(200)
  const refused = new Map<string, SandboxResponse>()
  let shown: SandboxShow.Shown = { tagsInLists: false, severalCompanies: true }
  let isAdministrator = true
  let filter: SandboxFilter.Filter = "documented"

  const contacts = (request: SandboxRequest): SandboxResponse => {
    const unexpected = [...request.query.keys()].find((name) => !filters.has(name))
    if (unexpected !== undefined) return invalid(unexpected, "Unexpected/invalid field in request")
    const keep = SandboxFilter.keep(request.query, filter)
    if (typeof keep === "string") return invalid(keep, "Unexpected/invalid field in request")
    const state = states.get(request.query.get("state"))
    if (state === undefined) return invalid("state", "It should be one of these values: 'verified,unverified,all,deleted,blocked'")
    const email = request.query.get("email")?.toLowerCase()
    const rows = desk.contacts(state).filter((row) => keep(row.changedAt) && (email === undefined || row.email?.toLowerCase() === email))
    return list(request, rows, (row) => SandboxShow.listed(row, shown))
  }

  const answer = (request: SandboxRequest, path: string): SandboxResponse => {
    if (path === "/contacts") return contacts(request)
    if (path === "/companies") return list(request, desk.companies(), SandboxShow.company)
    if (path === "/agents/me") {
      const { id } = isAdministrator ? SandboxDesk.administrator : SandboxDesk.supporter
      return json(200, SandboxShow.agent({ id: 7_001, name: "Petra", email: "petra@sandbox.example", roles: [id] }, true))
    }
    const [, kind, id] = /^\/(contacts|agents)\/(\d+)$/.exec(path) ?? []
    if (kind === "contacts") {
      const row = desk.contact(Number(id))
      return row === undefined ? notFound : json(200, SandboxShow.viewed(row, shown))
    }
    if (path !== "/agents" && path !== "/roles" && kind === undefined) return notFound
    if (!isAdministrator) return accessDenied
    if (path === "/agents") return list(request, desk.agents(), (row) => SandboxShow.agent(row, shown.rolesInLists ?? true))
    if (path === "/roles")
      return json(
        200,
        desk.roles().map(({ id, name }) => ({ id, name, description: "", default: id <= SandboxDesk.supporter.id, created_at: madeAt, updated_at: madeAt }))
      )
    const row = desk.agent(Number(id))
    return row === undefined ? notFound : json(200, SandboxShow.agent(row, true))
  }

  const handle = (request: SandboxRequest, now: number): SandboxResponse => {
    editedAt = now
    const [, path] = /\/api\/v2(\/.*)$/.exec(request.path) ?? []
    const spent = account.take(now)
    const date = { date: DateTime.toDateUtc(DateTime.unsafeMake(now)).toUTCString() }
    const sub = path === "/contacts" ? contactsList.take(now) : spent
    const tight = spent.allowed ? sub : spent
    if (!tight.allowed) {
      return json(429, { code: "too_many_requests", message: "API rate limit exceeded" }, { ...date, "retry-after": String(tight.seconds) })
    }
    const headers = {
      ...date,
      "x-freshdesk-api-version": "latest=v2; requested=v2",
      "x-ratelimit-total": String(spent.total),
      "x-ratelimit-remaining": String(spent.remaining),
      "x-ratelimit-used-currentrequest": "1"
    }
    const respond = (response: SandboxResponse) => ({ ...response, headers: { ...response.headers, ...headers } })
    if (request.headers["authorization"] !== `Basic ${basicOf(apiKey)}`) {
      return respond(json(401, { code: "invalid_credentials", message: "You have to be logged in to perform this action." }))
    }
    if (path === undefined || request.method !== "GET") return respond(notFound)
    return respond(refused.get(path) ?? answer(request, path))
  }

  return {
    app: (request) => Effect.map(Clock.currentTimeMillis, (now) => handle(request, now)),
    options: (baseUrl) => ({ domain: "sandbox", baseUrl, apiKey }),
    refusedOptions: (baseUrl) => ({ domain: "sandbox", baseUrl, apiKey: revokedKey }),
    secrets: [apiKey, revokedKey, basicOf(apiKey), basicOf(revokedKey)],
    documented: SandboxCalls.documented,
    pageSize,
    source: desk.edits,
    needed: (path) =>
      path.endsWith("/companies")
        ? ["id", "name"]
        : ["id", "email", "unique_external_id", "active", "deleted", "contact_type", "company_id", "other_companies", "tags", "contact", "role_ids"],
    doubtful: ({ tags: _untold, ...row }) => row,
    agents: desk.staff,
    desk,
    show: (next) => {
      shown = next
    },
    setAdministrator: (next) => {
      isAdministrator = next
    },
    refuse: (path, refusal) => {
      if (refusal === null) refused.delete(path)
      else refused.set(path, json(refusal.status, refusal.body))
    },
    limitPerMinute: (calls, list) => {
      account.set(calls)
      contactsList.set(list)
    },
    filterBy: (next) => {
      filter = next
    },
    editAt: (millis) => {
      editedAt = millis
    }
  }
}
