/** An Intercom workspace as an HTTP app: REST API 2.14, read side, with its traps (its OpenAPI document, docs and recordings, read 2026-11). */
import * as Clock from "effect/Clock"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import type { AgentEdits, ConnectorSandbox, SandboxRequest, SandboxResponse, SourceEdits } from "../../src/sandbox/Sandbox.ts"
import * as SandboxCalls from "./SandboxCalls.ts"
import * as SandboxLists from "./SandboxLists.ts"
import * as SandboxScroll from "./SandboxScroll.ts"
import * as SandboxSearch from "./SandboxSearch.ts"
import * as SandboxShow from "./SandboxShow.ts"
import * as SandboxWorkspace from "./SandboxWorkspace.ts"

export interface IntercomSandbox extends ConnectorSandbox, SandboxWorkspace.OwnEdits {
  readonly source: SourceEdits
  readonly agents: AgentEdits
  /** Answers this status on this path ("/tags"), until it is given null. */
  readonly refuse: (path: string, status: number | null) => void
  /** Calls that the app may make in each window of ten seconds; 1666 at the start. */
  readonly limitPerWindow: (calls: number) => void
  /** Another integration holds the only scroll until then (epoch milliseconds). */
  readonly occupyScroll: (until: number) => void
  /** The time of edits from now on, until a call comes; at the start that of the last call. */
  readonly editAt: (millis: number) => void
  /** Whether tags and companies move a contact's `updated_at`; nobody documents it. They do at the start. */
  readonly countBelongings: (counted: boolean) => void
  /** Where the workspace's days begin; Europe/Prague at the start. */
  readonly setTimezone: (timezone: string) => void
  /** How long the search knows nothing of a change, in milliseconds; 0 at the start. */
  readonly searchLag: (millis: number) => void
}

const accessToken = "ic-access-token-4fJ9sQ2mT7"
const revokedToken = "ic-access-token-revoked-6Hw3"
const windowMillis = 10_000

type Headers = Readonly<Record<string, string>>
const { error, json } = SandboxLists

const unauthorized = error(401, "unauthorized", "Access Token Invalid")
const noPage: SandboxResponse = { status: 404, headers: { "content-type": "text/html" }, body: "<html><body><h1>404 Not Found</h1></body></html>" }
const contactNotFound = error(404, "not_found", "User Not Found")
const companyNotFound = error(404, "company_not_found", "Company Not Found")

const refusal = (status: number): SandboxResponse =>
  status === 403 ? error(403, "forbidden", "Not authorized to access resource") : error(status, "refused", "Refused on demand")

/** The app's allowance, in windows that begin at full ten seconds. No Retry-After. */
const allowance = () => {
  let limit = 1666
  let window = 0
  let used = 0
  return {
    set: (calls: number) => {
      limit = calls
    },
    take: (now: number): { readonly allowed: boolean; readonly limit: number; readonly headers: Headers } => {
      const current = Math.floor(now / windowMillis)
      if (current !== window) used = 0
      window = current
      const allowed = used < limit
      if (allowed) used += 1
      const headers = {
        "x-ratelimit-limit": String(limit),
        "x-ratelimit-remaining": String(limit - used),
        "x-ratelimit-reset": String(((current + 1) * windowMillis) / 1000)
      }
      return { allowed, limit, headers }
    }
  }
}

export const make = (): IntercomSandbox => {
  let editedAt: number | null = null
  let belongingsCount = true
  let timezone = "Europe/Prague"
  let searchLag = 0
  const workspace = SandboxWorkspace.make({ at: () => editedAt, belongingsCount: () => belongingsCount })
  const scroll = SandboxScroll.make<SandboxWorkspace.Company>()
  const limit = allowance()
  const refused = new Map<string, number>()
  const showCompany = (row: SandboxWorkspace.Company) => SandboxShow.company(workspace, row)

  const scrolled = (request: SandboxRequest, now: number): SandboxResponse => {
    const answer = scroll.next(request.query.get("scroll_param"), now, workspace.listed)
    switch (answer._tag) {
      case "Exists":
        return error(400, "scroll_exists", "scroll already exists for this workspace")
      case "Lost":
        return error(500, "server_error", "Request failed due to an internal network error. Please restart the scroll operation.")
      case "Page":
        return json(200, { type: "list", data: answer.rows.map(showCompany), pages: null, total_count: null, scroll_param: answer.param })
    }
  }

  /** Contacts as the search knows them. */
  const indexed = (now: number) =>
    [...workspace.contacts.values()].flatMap((contact) => {
      const age = now - contact.editedAt * 1000
      return age >= 0 && age < searchLag ? (contact.before ?? []) : contact
    })

  const ofContact = (request: SandboxRequest, id: string, what: string | undefined): SandboxResponse => {
    const contact = workspace.contacts.get(id)
    if (contact === undefined) return contactNotFound
    if (what === undefined) return json(200, SandboxShow.contact(contact))
    if (what === "tags") {
      const tags = [...workspace.tags.values()].filter((tag) => contact.tags.includes(tag.id))
      return json(200, { type: "list", data: tags.map(SandboxShow.tag) })
    }
    const companies = contact.companies.flatMap((company) => workspace.companies.get(company) ?? [])
    return SandboxLists.byNumber(request, companies, 50, showCompany)
  }

  const answer = (request: SandboxRequest, now: number): SandboxResponse => {
    const { method, path } = request
    if (method === "POST" && path === "/contacts/search") return SandboxSearch.answer(request, indexed(now), timezone)
    if (method !== "GET") return noPage
    switch (path) {
      case "/me":
        return json(200, SandboxShow.me(timezone))
      case "/admins":
        return json(200, { type: "admin.list", admins: [...workspace.admins.values()].map(SandboxShow.admin) })
      case "/tags":
        return json(200, { type: "list", data: [...workspace.tags.values()].map(SandboxShow.tag) })
      case "/segments":
        return json(200, { type: "segment.list", segments: [...workspace.segments.values()].map(SandboxShow.segment) })
      case "/contacts":
        return SandboxLists.byCursor([...workspace.contacts.values()], request.query.get("per_page"), request.query.get("starting_after"), 10)
      case "/companies":
        return SandboxLists.byNumber(request, workspace.listed(), 15, showCompany)
      case "/companies/scroll":
        return scrolled(request, now)
    }
    const [, kind, id = "", what] = /^\/(contacts|companies|admins)\/([^/]+)(?:\/(companies|tags))?$/.exec(path) ?? []
    if (kind === "contacts") return ofContact(request, id, what)
    if (kind === "companies" && what === undefined) {
      const company = workspace.companies.get(id)
      return company === undefined ? companyNotFound : json(200, showCompany(company))
    }
    if (kind !== "admins" || what !== undefined) return noPage
    const admin = [...workspace.admins.values()].find((row) => row.id === id)
    return admin === undefined ? error(404, "admin_not_found", "Admin not found") : json(200, SandboxShow.admin(admin))
  }

  const handle = (request: SandboxRequest, now: number): SandboxResponse => {
    if (request.headers["authorization"] !== `Bearer ${accessToken}`) return unauthorized
    editedAt = now
    const { allowed, headers, limit: calls } = limit.take(now)
    const status = refused.get(request.path)
    const accepted = request.headers["accept"] ?? "*/*"
    const response = !allowed
      ? error(429, "rate_limit_exceeded", `Exceeded rate limit of ${calls} in 10_seconds`)
      : !/application\/json|\*\/\*/.test(accepted)
        ? error(406, "media_type_not_acceptable", "The Accept header should send a media type of application/json")
        : status === undefined
          ? answer(request, now)
          : refusal(status)
    const date = DateTime.toDateUtc(DateTime.unsafeMake(now)).toUTCString()
    return { ...response, headers: { ...response.headers, ...headers, date } }
  }

  return {
    app: (request) => Effect.map(Clock.currentTimeMillis, (now) => handle(request, now)),
    options: (baseUrl) => ({ baseUrl, accessToken }),
    refusedOptions: (baseUrl) => ({ baseUrl, accessToken: revokedToken }),
    secrets: [accessToken, revokedToken],
    documented: SandboxCalls.documented,
    pageSize: SandboxLists.longestPage,
    source: workspace.edits,
    needed: (path) =>
      path.endsWith("/contacts")
        ? ["id", "external_id", "role", "email", "tags", "companies"]
        : path.endsWith("/admins")
          ? ["id", "email"]
          : ["id", "name", "company_id", "tags", "external_id", "role", "email", "companies"],
    // Recorded: a contact that counts more tags than its own list shows, for months.
    doubtful: (row) => ({ ...row, tags: { ...Object(row["tags"]), total_count: 14 } }),
    agents: workspace.teammates,
    ...workspace.own,
    refuse: (path, status) => {
      if (status === null) refused.delete(path)
      else refused.set(path, status)
    },
    limitPerWindow: limit.set,
    occupyScroll: scroll.occupy,
    editAt: (millis) => {
      editedAt = millis
    },
    countBelongings: (counted) => {
      belongingsCount = counted
    },
    setTimezone: (zone) => {
      timezone = zone
    },
    searchLag: (millis) => {
      searchLag = millis
    }
  }
}
