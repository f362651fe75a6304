/** Who works at a Zendesk account: agents and admins, by one list with a filter. */
import * as Stream from "effect/Stream"
import type { Source } from "../../src/contract/Source.ts"
import type { Agent, AgentsDeclaration } from "../../src/contract/Team.ts"
import type { VendorClient } from "../../src/http/VendorClient.ts"
import * as ZendeskApi from "./ZendeskApi.ts"
import * as ZendeskPages from "./ZendeskPages.ts"

const roles = ["agent", "admin"]

export const declaration: AgentsDeclaration = {
  roles: [...roles, ...ZendeskApi.agentKinds.values()],
  end: ZendeskPages.end,
  canLoseRows: false,
  pageSize: ZendeskPages.size
}

/** A light agent has the role of an agent too; which of the two counts is for the config file to say. */
const agent = ({ active, email, id, name, role, role_type, suspended }: ZendeskApi.User): Agent => ({
  id,
  email,
  name,
  roles: [role, ...(role_type === null ? [] : [ZendeskApi.agentKinds.get(role_type) ?? []])].flat(),
  active: active && !suspended
})

/** A filter that was not understood must invite nobody: each row says itself whether it is an agent's. */
export const agents = (client: VendorClient, connection: string): NonNullable<Source["agents"]> =>
  ZendeskPages.pages(client, connection, { path: "/users", params: { "role[]": roles }, schema: ZendeskApi.Users }).pipe(
    Stream.map(({ body, byOffset, cursor }) => ({
      items: body.users.filter(({ role }) => roles.includes(role)).map(agent),
      total: null,
      end: cursor === null && !byOffset
    }))
  )
