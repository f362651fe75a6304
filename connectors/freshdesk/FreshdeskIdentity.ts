/** Who the API key makes us at Freshdesk, and what it cannot show us. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { ConnectorError } from "../../src/contract/ConnectorError.ts"
import type { Identity } from "../../src/contract/Identity.ts"
import * as RateHeaders from "../../src/http/pacing/RateHeaders.ts"
import type { VendorClient } from "../../src/http/VendorClient.ts"
import * as FreshdeskApi from "./FreshdeskApi.ts"

export interface Account {
  readonly connection: string
  /** `acme.freshdesk.com`. */
  readonly host: string
}

const lists = [
  { path: "/contacts", word: "contacts" },
  { path: "/companies", word: "companies" },
  { path: "/agents", word: "agents" }
] as const

const scopes = new Map([
  [2, "tickets of their groups"],
  [3, "tickets of their own"]
])

const refusedOnly = <A>(asked: Effect.Effect<A, ConnectorError>) =>
  asked.pipe(
    Effect.map((value) => ({ value, refusal: null })),
    Effect.catchIf(
      ({ reason }) => reason === "NotAllowed",
      ({ detail }) => Effect.succeed({ value: null, refusal: detail })
    )
  )

/** Asks one row of each list; a refusal is a missing right, any other failure fails. */
const refusedLists = (client: VendorClient): Effect.Effect<ReadonlyArray<string>, ConnectorError> =>
  Effect.map(
    Effect.forEach(lists, ({ path, word }) =>
      Effect.map(refusedOnly(client.read({ path, params: { per_page: 1 }, schema: Schema.Array(Schema.Unknown) })), ({ refusal }) =>
        refusal === null ? [] : [`Freshdesk refuses to list ${word} ("${refusal}"): use the API key of an administrator.`]
      )
    ),
    (found) => found.flat()
  )

/** Whatever changes the rows that the agent may see is part of it, so that a change shows: `Account Administrator`, `Agent (tickets of their groups)`. */
const roleOf = (me: FreshdeskApi.Me, names: ReadonlyMap<string, string> | null): string => {
  const roles = (me.role_ids ?? []).map((id) => names?.get(id) ?? `role ${id}`).toSorted()
  const fallback = names === null ? "agent" : "agent with administrator's rights"
  const details = [me.type === null || me.type === "support_agent" ? undefined : me.type, scopes.get(me.ticket_scope ?? 0)].filter(
    (detail) => detail !== undefined
  )
  return `${roles.length === 0 ? fallback : roles.join(", ")}${details.length === 0 ? "" : ` (${details.join(", ")})`}`
}

const wrongDomain = ({ connection, call, status, code }: ConnectorError, host: string) =>
  new ConnectorError({
    connection,
    call,
    reason: "NotFound",
    detail: `there is no Freshdesk account at ${host}: check "domain", which is what stands before .freshdesk.com in your agents' address`,
    status,
    code,
    effect: "none"
  })

/** Two calls for an administrator, whom the list of roles is open to; one more for each list otherwise. */
export const identify = (client: VendorClient, { host }: Account): Effect.Effect<Identity, ConnectorError> =>
  Effect.gen(function* () {
    const { body, headers, serverTime } = yield* Effect.mapError(client.read({ path: "/agents/me", schema: FreshdeskApi.Me }), (error) =>
      error.reason === "NotFound" ? wrongDomain(error, host) : error
    )
    const now = yield* Clock.currentTimeMillis
    const { limit, remaining, resetAt } = RateHeaders.read({ status: 200, headers, body: undefined, now, serverTime, endpoint: null })
    const { value: roles } = yield* refusedOnly(client.read({ path: "/roles", schema: FreshdeskApi.Roles }))
    const names = roles === null ? null : new Map(roles.body.map(({ id, name }) => [id, name]))
    return {
      account: host,
      label: host.replace(/\.freshdesk\.com$/, ""),
      actor: body.contact.email ?? `agent ${body.id}`,
      role: roleOf(body, names),
      missing: names === null ? yield* refusedLists(client) : [],
      allowance: limit === null || remaining === null ? null : { limit, remaining, resetAt }
    }
  })
