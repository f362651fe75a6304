/** Who the credential makes us at Zendesk, and what it cannot show us. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { ConnectorError } from "../../src/contract/ConnectorError.ts"
import type { Identity } from "../../src/contract/Identity.ts"
import * as RateHeaders from "../../src/http/pacing/RateHeaders.ts"
import type { VendorClient } from "../../src/http/VendorClient.ts"
import * as ZendeskApi from "./ZendeskApi.ts"

export interface Account {
  /** The connection's name, for errors. */
  readonly connection: string
  /** `acme.zendesk.com`. */
  readonly host: string
  readonly credential: "API token" | "OAuth token" | "OAuth client"
  /** Replaces a token that has ended; false where there is nothing to replace. */
  readonly renew: Effect.Effect<boolean, ConnectorError>
}

type Owner = ZendeskApi.Me["user"]

/** Whatever changes the rows that the owner may see is part of it, so that a change shows: `agent (custom role 77, tickets: organization, restricted)`. */
const roleOf = (owner: Owner): string => {
  const details = [
    owner.role_type === null ? undefined : ZendeskApi.agentKinds.get(owner.role_type),
    owner.custom_role_id === null ? undefined : `custom role ${owner.custom_role_id}`,
    owner.role === "admin" || owner.ticket_restriction === null ? undefined : `tickets: ${owner.ticket_restriction}`,
    owner.restricted_agent && owner.role !== "admin" ? "restricted" : undefined
  ].filter((detail) => detail !== undefined)
  return details.length === 0 ? `${owner.role}` : `${owner.role} (${details.join(", ")})`
}

const lists = [
  { path: "/users", word: "users" },
  { path: "/organizations", word: "organizations" },
  { path: "/organization_memberships", word: "organization memberships" }
] as const

/** Asks one row of each list; a refusal is a missing right, any other failure fails. */
const refusedLists = (client: VendorClient, remedy: string): Effect.Effect<ReadonlyArray<string>, ConnectorError> =>
  Effect.map(
    Effect.forEach(lists, ({ path, word }) =>
      client.read({ path, params: { "page[size]": 1 }, schema: Schema.Struct({}) }).pipe(
        Effect.as([] as ReadonlyArray<string>),
        Effect.catchIf(
          ({ reason }) => reason === "NotAllowed",
          ({ detail }) => Effect.succeed([`Zendesk refuses to list ${word} ("${detail}"): ${remedy}.`])
        )
      )
    ),
    (found) => found.flat()
  )

const refused = (account: Account, detail: string) =>
  new ConnectorError({
    connection: account.connection,
    call: "GET /users/me",
    reason: "Unauthorized",
    detail,
    status: 200,
    effect: "none"
  })

const remedy = ({ credential }: Account, role: string | null): string => {
  if (credential === "OAuth client") return role === "admin" ? 'allow the OAuth client the scope "read"' : "make the OAuth client as an admin"
  return credential === "OAuth token" && role === "admin" ? 'use an access token with the scope "read"' : "use the token of an admin"
}

/** Zendesk may answer 200 with an anonymous guest to a token that has ended, so it is renewed once before the guest is believed. */
const askWho = (client: VendorClient, { renew }: Account) =>
  Effect.gen(function* () {
    const ask = client.read({ path: "/users/me", schema: ZendeskApi.Me })
    const first = yield* ask
    return first.body.user.id === null && (yield* renew) ? yield* ask : first
  })

/**
 * One call for an admin's API token; one more for each list where an agent's role or a token's scopes may refuse it.
 * A guest or an end user fails as `Unauthorized`: Zendesk answers 200 to a revoked token here (public report, read 2026-11).
 */
export const identify = (client: VendorClient, account: Account): Effect.Effect<Identity, ConnectorError> =>
  Effect.gen(function* () {
    const { body, headers, serverTime } = yield* askWho(client, account)
    const { user } = body
    if (user.id === null) {
      return yield* refused(account, "Zendesk answers as anonymous guest: token revoked or its owner deactivated; put in a new one, of an admin")
    }
    if (user.role !== "admin" && user.role !== "agent") {
      return yield* refused(
        account,
        `the ${account.credential} belongs to an ${user.role ?? "unknown role"}, who may list nobody: ${remedy(account, user.role)}`
      )
    }
    const now = yield* Clock.currentTimeMillis
    const { limit, remaining, resetAt } = RateHeaders.read({ status: 200, headers, body: undefined, now, serverTime, endpoint: null })
    const role = roleOf(user)
    const actor = user.email ?? `user ${user.id}`
    const agent =
      user.role === "agent" ? [`${actor} is ${role}, and Zendesk may show an agent fewer users and organizations: ${remedy(account, user.role)}.`] : []
    const probed = user.role === "agent" || account.credential !== "API token" ? yield* refusedLists(client, remedy(account, user.role)) : []
    return {
      account: account.host,
      label: account.host.replace(/\.zendesk\.com$/, ""),
      actor,
      role,
      missing: [...agent, ...probed],
      allowance: limit === null || remaining === null ? null : { limit, remaining, resetAt }
    }
  })
