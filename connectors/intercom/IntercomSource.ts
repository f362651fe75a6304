/** Intercom as a source: contacts, or what changed in them, then companies and segments, which are always read in full. */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { ConnectorError } from "../../src/contract/ConnectorError.ts"
import type { Source, SourceDeclaration } from "../../src/contract/Source.ts"
import type { SourceCustomer } from "../../src/model/Customer.ts"
import type { VendorClient } from "../../src/http/VendorClient.ts"
import * as IntercomAdmins from "./IntercomAdmins.ts"
import * as IntercomApi from "./IntercomApi.ts"
import * as IntercomCompanies from "./IntercomCompanies.ts"
import * as IntercomContacts from "./IntercomContacts.ts"
import * as IntercomPaging from "./IntercomPaging.ts"
import * as IntercomRecords from "./IntercomRecords.ts"
import * as IntercomSegments from "./IntercomSegments.ts"

export const declaration: SourceDeclaration = {
  streams: [IntercomContacts.declaration, IntercomCompanies.declaration, IntercomSegments.declaration],
  customerWord: "contact",
  deletionsSeen: false,
  suspensionsSeen: false,
  lookup: true,
  agents: IntercomAdmins.declaration
}

/** `scroll` must not repeat calls by itself. */
export interface Access extends IntercomContacts.Access {
  readonly scroll: VendorClient
}

export const streams = (access: Access): Source["streams"] => {
  const named = new Set<string>()
  return [IntercomContacts.stream(access, named), IntercomCompanies.stream(access, named), IntercomSegments.stream(access)]
}

/** A contact, or under the id that we give to admins an admin. Deleted, merged and archived contacts are not found, each alike. */
export const customer =
  (access: Access): Source["customer"] =>
  (id) => {
    const number = IntercomRecords.adminId(id)
    const one = number === null ? contact(access, id) : admin(access, number)
    return Effect.catchIf(Effect.asSome(one), IntercomPaging.isGone, () => Effect.succeed(Option.none()))
  }

const contact = (access: Access, id: string): Effect.Effect<SourceCustomer, ConnectorError> =>
  Effect.flatMap(IntercomContacts.staffOf(access), (staff) =>
    Effect.map(access.client.read({ path: `/contacts/${encodeURIComponent(id)}`, template: "/contacts/{id}", schema: IntercomApi.Contact }), ({ body }) =>
      IntercomRecords.contact(body, access.policy, staff)
    )
  )

const admin = ({ client }: Access, id: string): Effect.Effect<SourceCustomer, ConnectorError> =>
  Effect.map(client.read({ path: `/admins/${encodeURIComponent(id)}`, template: "/admins/{id}", schema: IntercomApi.Admin }), ({ body }) =>
    IntercomRecords.admin(body)
  )
