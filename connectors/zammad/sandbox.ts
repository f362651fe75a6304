/** A Zammad as an HTTP app: REST API, read side, with its traps (vendor docs and code, read 2026-11). */
import * as Clock from "effect/Clock"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import type { AgentEdits, ConnectorSandbox, SandboxRequest, SandboxResponse, SourceEdits } from "../../src/sandbox/Sandbox.ts"
import * as SandboxCalls from "./SandboxCalls.ts"
import * as SandboxDesk from "./SandboxDesk.ts"

export interface ZammadSandbox extends ConnectorSandbox {
  readonly source: SourceEdits
  readonly agents: AgentEdits
  readonly desk: SandboxDesk.Desk
  /** The roles of the token's user: 1 and 2 at the start. A customer's sees one row and one organization, with 200. */
  readonly setRoles: (roles: ReadonlyArray<number>) => void
  /** Shows the token's user in the list of users, as a real Zammad does. */
  readonly showOwner: () => void
  /** Of these roles only the ids of permissions are shown from now on, not their names. */
  readonly hideNames: (roles: ReadonlyArray<number>) => void
  /** The most rows a page has, whatever is asked for; 500 at the start. */
  readonly cap: (rows: number) => void
}

const token = "zammad-token-4cV8nQ2x"
const revokedToken = "zammad-token-revoked-9Lk1"
const pageSize = 100
const stamps = { created_at: "2023-07-26T08:44:48.617Z", updated_at: "2023-08-04T12:01:44.370Z", created_by_id: 1, updated_by_id: 3 }

const json = (status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): SandboxResponse => ({
  status,
  headers: { "content-type": "application/json; charset=utf-8", ...headers },
  body: JSON.stringify(body)
})
const failure = (status: number, error: string) => json(status, { error, error_human: error }, status === 401 || status === 403 ? { "x-failure": error } : {})

type Row = Readonly<Record<string, unknown>> & { readonly id: number }

const user = ({ id, active, attributes, email, firstname, lastname, organization, roles, secondary }: SandboxDesk.DeskUser): Row => ({
  id,
  organization_id: organization,
  login: email || firstname,
  firstname,
  lastname,
  email,
  image: null,
  phone: "",
  mobile: "",
  note: "",
  active,
  verified: false,
  vip: false,
  last_login: null,
  preferences: {},
  ...stamps,
  ...attributes,
  role_ids: roles,
  organization_ids: secondary,
  group_ids: {}
})

/** `vip` is missing from some, as in the documented list. */
const organization = ({ id, attributes, name }: SandboxDesk.DeskOrganization, users: ReadonlyArray<SandboxDesk.DeskUser>): Row => ({
  id,
  name,
  shared: true,
  domain: "",
  domain_assignment: false,
  active: true,
  note: "wire &amp; cable",
  ...(id % 2 === 0 ? { vip: false } : {}),
  ...stamps,
  ...attributes,
  member_ids: users.filter((one) => one.organization === id).map((one) => one.id),
  secondary_member_ids: users.filter((one) => one.secondary.includes(id)).map((one) => one.id)
})

export const make = (): ZammadSandbox => {
  const desk = SandboxDesk.make()
  let most = 500
  let ownerShown = false
  let owner: SandboxDesk.DeskUser = {
    id: 3,
    firstname: "Petra",
    lastname: "Sandbox",
    email: "petra@sandbox.example",
    active: true,
    roles: [1, SandboxDesk.agentRole],
    organization: null,
    secondary: [],
    attributes: {}
  }
  const may = (permission: string) =>
    owner.roles.some((id) => desk.roles.get(id)?.permissions.some((one) => one === permission || permission.startsWith(`${one}.`)))
  const byId = <A extends { readonly id: number }>(rows: Iterable<A>) => [...rows].sort((left, right) => left.id - right.id)

  const list = <A extends { readonly id: number }>(request: SandboxRequest, rows: ReadonlyArray<A>, show: (row: A) => Row, model: string): SandboxResponse => {
    const size = Math.min(Number(request.query.get("per_page") ?? 500), most)
    const first = (Number(request.query.get("page") ?? 1) - 1) * size
    const shown = rows.slice(first, first + size).map(show)
    if (request.query.get("full") !== "true") return json(200, shown)
    const assets = shown.length === 0 ? {} : { [model]: Object.fromEntries(shown.map((row) => [String(row.id), row])) }
    return json(200, { record_ids: shown.map(({ id }) => id), assets })
  }

  const users = () => {
    if (!may("ticket.agent") && !may("admin.user")) return [owner]
    return byId(ownerShown ? [...desk.users.values(), owner] : desk.users.values())
  }
  const organizations = () => {
    const all = byId(desk.organizations.values())
    return may("ticket.agent") || may("admin.organization") ? all : all.filter(({ id }) => id === owner.organization)
  }
  const permissions = new Map<string, number>()
  const permissionId = (name: string): number => {
    const id = permissions.get(name) ?? 40 + permissions.size
    permissions.set(name, id)
    return id
  }
  const namesHidden = new Set<number>()
  const role = (request: SandboxRequest) => (row: SandboxDesk.DeskRole) => ({
    id: row.id,
    name: row.name,
    active: true,
    ...stamps,
    permission_ids: row.permissions.map(permissionId),
    ...(request.query.get("expand") === "true" && !namesHidden.has(row.id) ? { permissions: row.permissions } : {})
  })

  const answer = (request: SandboxRequest): SandboxResponse => {
    const path = /\/api\/v1(\/.*)$/.exec(request.path)?.[1] ?? ""
    if (request.method === "GET" && path === "/users/me") return json(200, user(owner))
    if (request.method === "GET" && path === "/users") return list(request, users(), user, "User")
    if (request.method === "GET" && path === "/organizations") {
      const everybody = [...desk.users.values()]
      return list(request, organizations(), (row) => organization(row, everybody), "Organization")
    }
    if (request.method === "GET" && path === "/roles") {
      return may("admin.role") ? list(request, byId(desk.roles.values()), role(request), "Role") : failure(403, "Not authorized")
    }
    const [, id] = /^\/users\/(\d+)$/.exec(path) ?? []
    if (request.method !== "GET" || id === undefined) return failure(404, `No route matches [${request.method}] ${request.path}`)
    const row = desk.users.get(Number(id))
    return row === undefined ? failure(404, `Couldn't find User with 'id'=${id}`) : json(200, user(row))
  }

  const handle = (request: SandboxRequest, now: number): SandboxResponse => {
    const response = request.headers["authorization"] === `Token token=${token}` ? answer(request) : failure(401, "Authorization failed")
    return { ...response, headers: { ...response.headers, date: DateTime.toDateUtc(DateTime.unsafeMake(now)).toUTCString() } }
  }

  return {
    app: (request) => Effect.map(Clock.currentTimeMillis, (now) => handle(request, now)),
    options: (baseUrl) => ({ baseUrl, token }),
    refusedOptions: (baseUrl) => ({ baseUrl, token: revokedToken }),
    secrets: [token, revokedToken],
    documented: SandboxCalls.documented,
    pageSize,
    source: desk.edits,
    hideNames: (roles) => roles.forEach((id) => namesHidden.add(id)),
    needed: (path) =>
      /\/users(\/me)?$/.test(path)
        ? ["id", "email", "active", "verified", "organization_id", "organization_ids", "role_ids"]
        : ["id", "name", "permissions", "permission_ids", "active"],
    doubtful: ({ organization_ids: _untold, ...row }) => row,
    agents: desk.agents,
    desk,
    setRoles: (roles) => {
      owner = { ...owner, roles }
    },
    showOwner: () => {
      ownerShown = true
    },
    cap: (rows) => {
      most = rows
    }
  }
}
