/** Who works in an Intercom workspace: its admins, in one call without pages. */
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { ListPage } from "../../src/contract/Target.ts"
import type { Source } from "../../src/contract/Source.ts"
import type { Agent, AgentsDeclaration } from "../../src/contract/Team.ts"
import type { VendorClient } from "../../src/http/VendorClient.ts"
import * as Address from "../../src/model/Address.ts"
import * as IntercomApi from "./IntercomApi.ts"

/** Version 2.14 shows no roles: each listed teammate counts as an admin. */
const role = "admin"

export const declaration: AgentsDeclaration = {
  roles: [role],
  end: "the list of admins is not paged: one answer is all of it",
  canLoseRows: false,
  pageSize: 1_000
}

/** Bots are admins without an address, or with one of Intercom's own making (recorded by public programs, read 2026-11). */
const isBot = ({ email }: IntercomApi.Admin): boolean => {
  const address = Address.normalise(email)
  return address === null || /^operator\+[^@]*@intercom\.io$/.test(address)
}

const agent = ({ email, id, name }: IntercomApi.Admin): Agent => ({ id, email, name, roles: [role], active: true })

export const agents = (client: VendorClient): NonNullable<Source["agents"]> =>
  Stream.fromEffect(
    Effect.map(client.read({ path: "/admins", schema: IntercomApi.Admins }), ({ body }): ListPage<Agent> => ({
      items: body.admins.flatMap((admin) => (admin === null || isBot(admin) ? [] : [agent(admin)])),
      total: null,
      end: true
    }))
  )
