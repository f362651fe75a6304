/**
 * A cStar team that behaves as cStar's pages say, traps included, and where they are silent or disagree, as `behave` says
 * (vendor docs, read 2026-11).
 */
import * as Clock from "effect/Clock"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import type { ConnectorSandbox, SandboxApp, SandboxRequest, SandboxResponse, TargetEdits, TeamEdits } from "../../src/sandbox/Sandbox.ts"
import * as SandboxAnswers from "./SandboxAnswers.ts"
import * as SandboxCalls from "./SandboxCalls.ts"
import * as SandboxKeys from "./SandboxKeys.ts"
import * as SandboxRoutes from "./SandboxRoutes.ts"
import * as SandboxStaff from "./SandboxStaff.ts"
import * as SandboxTeam from "./SandboxTeam.ts"

const teamId = "team_1"
const secretKey = "sk_live_4b7d1e9a60c2f8539f2c"
const publishableKey = "pk_live_c81f02d7a94e3b6577d0"

export interface CstarSandbox extends ConnectorSandbox {
  /** The vendor's edits and reads, all present. */
  readonly target: TargetEdits
  readonly team: TeamEdits
  /** Options with the key that can only read. */
  readonly readOnlyOptions: (baseUrl: string) => Readonly<Record<string, unknown>>
  /** Every POST that came with an idempotency key, in order. */
  readonly keyed: ReadonlyArray<SandboxKeys.KeyedCall>
  readonly behave: (behaviour: Partial<SandboxAnswers.Behaviour>) => void
  /** The secret key's limit: so many calls in fixed windows of so many milliseconds. Documented: 1,000 an hour. */
  readonly limit: (calls: number, perMillis: number) => void
}

interface Key {
  calls: number
  perMillis: number
  readonly writes: boolean
  window: number
  used: number
}

const hour = 3_600_000

export const make = (): CstarSandbox => {
  const team = SandboxTeam.make()
  const behaviour: SandboxAnswers.Behaviour = { ...SandboxAnswers.usual }
  const secret: Key = { calls: 1_000, perMillis: hour, writes: true, window: -1, used: 0 }
  const publishable: Key = { calls: 100, perMillis: hour, writes: false, window: -1, used: 0 }
  const keys = new Map([
    [`Bearer ${secretKey}`, secret],
    [`Bearer ${publishableKey}`, publishable]
  ])
  const replays = SandboxKeys.make()
  // Edits by hand have no clock of their own: they happen when the vendor was last called.
  let seen = 0
  const staff = SandboxStaff.make(() => seen)
  const account: SandboxRoutes.Account = { team, staff, behaviour, base: `/api/v1/teams/${teamId}` }

  const answer = (request: SandboxRequest, now: number): SandboxResponse => {
    const refuse = SandboxAnswers.refusal(behaviour, now)
    const key = keys.get(request.headers["authorization"] ?? "")
    if (key === undefined) return refuse(401, "authentication_error", "authentication_required", "Invalid or missing authentication token.")
    const allowance = spend(key, now)
    const headers = behaviour.limitHeaders ? allowance.headers : {}
    if (allowance.retryAfter !== null) {
      const limited = refuse(429, "rate_limit_error", "rate_limit_exceeded", "Too many requests. Try again in 60 seconds.")
      const wait = { "retry-after": String(allowance.retryAfter) }
      return {
        ...limited,
        headers: { ...limited.headers, ...(behaviour.limitHeaders ? { ...headers, ...wait } : {}) }
      }
    }
    const response =
      request.method !== "GET" && !key.writes
        ? refuse(403, "authorization_error", "publishable_key_write", "Publishable keys cannot write. Use a secret key.")
        : behaviour.keepsKeys
          ? replays.answer(
              request,
              now,
              () => refuse(409, "invalid_request_error", "idempotency_conflict", "This idempotency key was used for another request."),
              () => SandboxRoutes.route(account, request, now)
            )
          : SandboxRoutes.route(account, request, now)
    return { ...response, headers: { ...response.headers, ...headers } }
  }
  const app: SandboxApp = (request) =>
    Effect.map(Clock.currentTimeMillis, (now) => {
      seen = now
      const response = answer(request, now)
      const date = DateTime.toDateUtc(DateTime.unsafeMake(now)).toUTCString()
      return {
        ...response,
        headers: { "content-type": "application/json", date, ...response.headers }
      }
    })
  return {
    app,
    options: (baseUrl) => ({ teamId, apiKey: secretKey, baseUrl }),
    refusedOptions: (baseUrl) => ({ teamId, apiKey: "sk_live_0000000000000000dead", baseUrl }),
    readOnlyOptions: (baseUrl) => ({ teamId, readKey: publishableKey, baseUrl }),
    secrets: [secretKey, publishableKey],
    documented: SandboxCalls.documented,
    pageSize: 100,
    keyed: replays.calls,
    behave: (changed) => {
      Object.assign(behaviour, changed)
    },
    limit: (calls, perMillis) => {
      Object.assign(secret, { calls, perMillis, window: -1, used: 0 })
    },
    target: edits(team, () => seen),
    needed: (path) => (path.endsWith("/customer-groups") ? ["id", "name", "externalId", "customFields"] : ["id", "email", "externalId", "external_id"]),
    team: staff.edits
  }
}

/** Takes one call from the key's window; `retryAfter` is set, and nothing taken, where none is left. */
const spend = (key: Key, now: number): { readonly headers: Record<string, string>; readonly retryAfter: number | null } => {
  const window = Math.floor(now / key.perMillis)
  if (window !== key.window) Object.assign(key, { window, used: 0 })
  const left = key.calls - key.used
  if (left > 0) key.used++
  const resetAt = (window + 1) * key.perMillis
  return {
    headers: {
      "x-ratelimit-limit": String(key.calls),
      "x-ratelimit-remaining": String(Math.max(left - 1, 0)),
      "x-ratelimit-reset": String(Math.ceil(resetAt / 1000)),
      "x-ratelimit-window": String(Math.ceil(key.perMillis / 1000))
    },
    retryAfter: left > 0 ? null : Math.ceil((resetAt - now) / 1000)
  }
}

const edits = (team: SandboxTeam.Team, now: () => number): TargetEdits => ({
  addCustomers: (customers) =>
    customers.map(({ email, name }) => {
      const { id } = team.addCustomer(email, name, now())
      return { id, email, name, externalId: null }
    }),
  deleteCustomer: team.deleteCustomer,
  groups: () =>
    team.groups.sorted().map((group) => ({
      id: group.id,
      name: group.name,
      externalId: group.externalId ?? null,
      members: group.members.sorted().map((member) => member.id)
    })),
  addGroup: ({ name, externalId, members }) => {
    const group = team.addGroup({ name, externalId }, now())
    for (const member of members ?? []) team.addMember(group, member, now())
    return group.id
  },
  addMember: (id, customer) => {
    const group = team.groups.get(id)
    if (group !== undefined) team.addMember(group, customer, now())
  },
  removeMember: (id, customer) => {
    const group = team.groups.get(id)
    if (group !== undefined) team.removeMember(group, customer, now())
  },
  renameGroup: (id, name) => {
    const group = team.groups.get(id)
    if (group !== undefined) group.name = name
  },
  deleteGroup: (id) => {
    team.groups.delete(id)
  }
})
