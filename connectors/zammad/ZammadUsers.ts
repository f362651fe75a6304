/** The walk over all users, from which customers and agents are read. */
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { ConnectorError } from "../../src/contract/ConnectorError.ts"
import type { VendorClient } from "../../src/http/VendorClient.ts"
import * as ZammadApi from "./ZammadApi.ts"
import { type Page, pages } from "./ZammadPages.ts"
import * as ZammadRights from "./ZammadRights.ts"

export interface UsersPage {
  readonly page: Page<ZammadApi.User>
  readonly roles: ZammadRights.Roles
  /** So far there was nobody but the token's own user: one that sees itself alone gets 200 too, and every Zammad has one user more, the system's own. */
  readonly alone: boolean
}

/** Fails with `NotAllowed` where the token would be shown a part only. */
export const walk = (client: VendorClient, connection: string): Stream.Stream<UsersPage, ConnectorError> =>
  Stream.unwrap(
    Effect.map(ZammadRights.view(client, connection, "users"), ({ me, roles }) =>
      Stream.mapAccum(pages(client, connection, { path: "/users", row: ZammadApi.User }), true, (before, page) => {
        const alone = before && page.rows.every(({ id }) => id === me.id)
        return [alone, { page, roles, alone }]
      })
    )
  )
