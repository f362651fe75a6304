/** Who the token makes us at Zammad, what its roles let us see, and whom roles make a customer. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import type { ConnectorError } from "../../src/contract/ConnectorError.ts"
import type { Identity } from "../../src/contract/Identity.ts"
import * as RateHeaders from "../../src/http/pacing/RateHeaders.ts"
import type { VendorClient } from "../../src/http/VendorClient.ts"
import type { SourceCustomer } from "../../src/model/Customer.ts"
import * as ZammadApi from "./ZammadApi.ts"
import * as ZammadFailure from "./ZammadFailure.ts"
import * as ZammadPermissions from "./ZammadPermissions.ts"

export type Roles = ReadonlyMap<string, ZammadPermissions.Role>

/** A permission contains those below it, `admin` that of `admin.user`: the documented role Admin has five permissions and may do everything (read 2026-11). */
const grants = (permissions: ReadonlyArray<string>, wanted: string): boolean =>
  permissions.some((permission) => permission === wanted || wanted.startsWith(`${permission}.`))

const isStaff = (permissions: ReadonlyArray<string>): boolean =>
  grants(permissions, "ticket.agent") || permissions.some((permission) => permission === "admin" || permission.startsWith("admin."))

/**
 * Permissions decide, for roles are renamed and added. Who has none of a customer's counts as staff: only customers get groups.
 * Null where the row tells no roles, or one that the list of roles did not show.
 */
export const roleOf = (user: ZammadApi.User, roles: Roles): SourceCustomer["role"] | null => {
  const own = (user.role_ids ?? []).map((id) => roles.get(id)?.permissions ?? null)
  if (user.role_ids == null || own.includes(null)) return null
  const permissions = own.flatMap((one) => one ?? [])
  return grants(permissions, "ticket.customer") && !isStaff(permissions) ? "customer" : "staff"
}

/** Names of the user's roles that are staff's, as far as the list of roles shows them. */
export const staffRoles = (user: ZammadApi.User, roles: Roles): ReadonlyArray<string> =>
  (user.role_ids ?? []).flatMap((id) => {
    const role = roles.get(id)
    return role !== undefined && isStaff(role.permissions ?? []) ? [role.name] : []
  })

/** All roles in one call: nobody has as many as the smallest cap known lets through, and one that is missing is noticed at its users. */
export const readRoles = (client: VendorClient, connection: string): Effect.Effect<Roles, ConnectorError> =>
  Effect.flatMap(
    client.read({ path: "/roles", params: { expand: "true", page: 1, per_page: 500, sort_by: "id", order_by: "asc" }, schema: ZammadApi.Roles }),
    ({ body }) =>
      body.length === 0
        ? ZammadFailure.make(connection, "/roles", "Malformed", "the answer lists no role at all, and every Zammad has some")
        : Effect.succeed(ZammadPermissions.roles(body))
  )

const readMe = (client: VendorClient) => client.read({ path: "/users/me", schema: ZammadApi.Me })

/** What must be granted to see all rows of a list. Without it Zammad answers 200 with the user's own row, or their own organization. */
const needed = {
  users: ["ticket.agent", "admin.user"],
  organizations: ["ticket.agent", "admin.organization"]
} as const
export type List = keyof typeof needed

const sees = (me: ZammadApi.Me, roles: Roles, list: List): boolean => {
  const permissions = me.role_ids.flatMap((id) => roles.get(id)?.permissions ?? [])
  return needed[list].some((wanted) => grants(permissions, wanted))
}

const actorOf = (me: ZammadApi.Me): string => me.email || me.login || `user ${me.id}`

const isUnreported = (me: ZammadApi.Me, roles: Roles): boolean => me.role_ids.some((id) => (roles.get(id)?.permissions ?? null) === null)

const lacking = (me: ZammadApi.Me, list: List, roles: Roles): string =>
  isUnreported(me, roles)
    ? `Zammad does not tell what the roles of ${actorOf(me)} permit, so a part of the ${list} could pass for all of them: its list of roles must show the names of permissions`
    : `${actorOf(me)} may not list all ${list}, and Zammad then shows a part of them as if it were all: give its role ${needed[list].join(" or ")}`

export interface View {
  readonly me: ZammadApi.Me
  readonly roles: Roles
}

/** Asked before a list is read: fails with `NotAllowed` where it would show a part only. */
export const view = (client: VendorClient, connection: string, list: List): Effect.Effect<View, ConnectorError> =>
  Effect.gen(function* () {
    const { body: me } = yield* readMe(client)
    const roles = yield* readRoles(client, connection)
    if (!sees(me, roles, list)) return yield* ZammadFailure.make(connection, `/${list}`, "NotAllowed", lacking(me, list, roles))
    return { me, roles }
  })

/** Fails if the account does not answer. */
export const answers = (client: VendorClient): Effect.Effect<void, ConnectorError> => Effect.asVoid(readMe(client))

const lists = ["users", "organizations"] as const

/** Two calls. What the roles let us see is part of the role's name, so that a change shows: `Admin, Agent (sees users, organizations)`. */
export const identify = (client: VendorClient, account: { readonly connection: string; readonly host: string }): Effect.Effect<Identity, ConnectorError> =>
  Effect.gen(function* () {
    const { body: me, headers, serverTime } = yield* readMe(client)
    const now = yield* Clock.currentTimeMillis
    const { limit, remaining, resetAt } = RateHeaders.read({ status: 200, headers, body: undefined, now, serverTime, endpoint: null })
    const asked = yield* readRoles(client, account.connection).pipe(
      Effect.map(Either.right),
      Effect.catchIf(
        ({ reason }) => reason === "NotAllowed",
        (error) => Effect.succeed(Either.left(error.detail))
      )
    )
    const identity = {
      account: account.host,
      label: account.host,
      actor: actorOf(me),
      allowance: limit === null || remaining === null ? null : { limit, remaining, resetAt }
    }
    if (Either.isLeft(asked)) {
      const remedy = "without them nobody can tell customers from agents: give the token and the role of its user admin.role"
      return { ...identity, role: `roles ${me.role_ids.toSorted().join(", ")}`, missing: [`Zammad refuses to list roles ("${asked.left}"), and ${remedy}.`] }
    }
    const roles = asked.right
    const names = me.role_ids.map((id) => roles.get(id)?.name ?? `role ${id}`).toSorted()
    const seen = lists.filter((list) => sees(me, roles, list))
    return {
      ...identity,
      role: `${names.join(", ")} (sees ${seen.length === 0 ? "itself" : seen.join(", ")})`,
      missing: lists.filter((list) => !seen.includes(list)).map((list) => `${lacking(me, list, roles)}.`)
    }
  })
