/** Who works at a Freshdesk account: its agents, with the names of their roles. Both lists are open to administrators alone. */
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { ConnectorError } from "../../src/contract/ConnectorError.ts"
import type { Source } from "../../src/contract/Source.ts"
import type { Agent, AgentsDeclaration } from "../../src/contract/Team.ts"
import type { VendorClient } from "../../src/http/VendorClient.ts"
import * as FreshdeskApi from "./FreshdeskApi.ts"
import { listed, pages } from "./FreshdeskPages.ts"

export const declaration: AgentsDeclaration = { ...listed, roles: null }

/** Names by id. Every account has some, so that an empty answer is somebody else's. */
const roleNames = (client: VendorClient, connection: string): Effect.Effect<ReadonlyMap<string, string>, ConnectorError> =>
  Effect.flatMap(client.read({ path: "/roles", schema: FreshdeskApi.Roles }), ({ body }) =>
    body.length === 0 ? noRoles(connection) : Effect.succeed(new Map(body.map(({ id, name }) => [id, name])))
  )

const noRoles = (connection: string) =>
  new ConnectorError({
    connection,
    call: "GET /roles",
    reason: "Malformed",
    detail: "the answer lists no role at all, and every Freshdesk account has some",
    status: 200,
    effect: "none"
  })

/** The documented example of the list lacks them: then the agent's own view is asked. Who has none there either, or has just gone, is told without. */
const roleIds = (client: VendorClient, { id, role_ids }: FreshdeskApi.Agent): Effect.Effect<ReadonlyArray<string>, ConnectorError> =>
  role_ids === undefined
    ? client.read({ path: `/agents/${id}`, template: "/agents/{id}", schema: FreshdeskApi.Agent }).pipe(
        Effect.map(({ body }) => body.role_ids ?? []),
        Effect.catchIf(
          ({ reason }) => reason === "NotFound",
          () => Effect.succeed([])
        )
      )
    : Effect.succeed(role_ids)

/** `active` of an agent's contact means that the address was verified; no answer is documented to show somebody who may not work there any more. */
const agent = ({ contact, id }: FreshdeskApi.Agent, roles: ReadonlyArray<string>): Agent => ({
  id,
  email: contact.email,
  name: contact.name,
  roles,
  active: true
})

export const agents = (client: VendorClient, connection: string): NonNullable<Source["agents"]> =>
  Stream.unwrap(
    Effect.map(roleNames(client, connection), (names) => {
      const named = (row: FreshdeskApi.Agent) =>
        Effect.map(roleIds(client, row), (ids) =>
          agent(
            row,
            ids.map((id) => names.get(id) ?? `role ${id}`)
          )
        )
      return Stream.mapEffect(pages(client, connection, { path: "/agents", schema: FreshdeskApi.Agents }), ({ end, rows }) =>
        Effect.map(Effect.forEach(rows, named), (items) => ({ items, total: null, end: end?.reached === true }))
      )
    })
  )
