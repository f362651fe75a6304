/** Who works at a Zammad: users whose roles permit an agent's or an administrator's work. */
import * as Stream from "effect/Stream"
import type { Source } from "../../src/contract/Source.ts"
import type { Agent, AgentsDeclaration } from "../../src/contract/Team.ts"
import type { VendorClient } from "../../src/http/VendorClient.ts"
import * as ZammadApi from "./ZammadApi.ts"
import { listed } from "./ZammadPages.ts"
import * as ZammadRights from "./ZammadRights.ts"
import * as ZammadUsers from "./ZammadUsers.ts"

export const declaration: AgentsDeclaration = { ...listed, roles: null }

/** Only roles of staff are named. Somebody whose roles cannot all be told is there, perhaps without a role, for they may be staff. */
const agent =
  (roles: ZammadRights.Roles) =>
  (user: ZammadApi.User): ReadonlyArray<Agent> => {
    if (ZammadApi.isSystem(user)) return []
    const names = ZammadRights.staffRoles(user, roles)
    return names.length === 0 && ZammadRights.roleOf(user, roles) !== null ? [] : [{ ...ZammadApi.person(user), roles: names, active: user.active }]
  }

/** All users are walked: no filter by role is documented for the list. */
export const agents = (client: VendorClient, connection: string): NonNullable<Source["agents"]> =>
  Stream.map(ZammadUsers.walk(client, connection), ({ alone, page, roles }) => ({
    items: page.rows.flatMap(agent(roles)),
    total: null,
    end: page.end?.reached === true && !alone
  }))
