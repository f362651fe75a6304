/** BizKitHub as a target: one call that adds groups to one customer. Nothing can be listed, and nobody can be taken out. */
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { ConnectorError, type Reason } from "../../src/contract/ConnectorError.ts"
import type { Identity } from "../../src/contract/Identity.ts"
import type { Pack, Receipt, Target, TargetDeclaration } from "../../src/contract/Target.ts"
import type { VendorClient } from "../../src/http/VendorClient.ts"
import * as BizkithubErrors from "./BizkithubErrors.ts"
import * as BizkithubSlug from "./BizkithubSlug.ts"

export const declaration: TargetDeclaration = {
  groupWord: "group",
  testable: false,
  groups: {
    list: false,
    create: "on-first-use",
    update: false,
    delete: false,
    mark: false,
    externalId: "none",
    nameLength: null,
    longNames: "refused",
    slugs: { of: BizkithubSlug.of, longest: BizkithubSlug.longest },
    pageSize: 1,
    count: false
  },
  assignments: {
    listedBy: "none",
    joinedAt: false,
    pageSize: 1,
    // The largest number of groups a call takes is not documented; a pack that is refused is halved.
    add: { by: "customer", pack: 100 },
    remove: "none"
  },
  customers: { list: false, pageSize: 1, search: false, externalId: false, namedBy: "email" }
}

export interface Access {
  readonly connection: string
  readonly client: VendorClient
  readonly identity: Identity
}

const path = "/api/v1/customer/add-groups"
const call = `POST ${path}`

const fail = (access: Access, reason: Reason, detail: string, reported: Pick<ConnectorError, "code" | "effect" | "status">) =>
  new ConnectorError({ connection: access.connection, call, reason, detail, ...reported })

const refusal = (access: Access, detail: string) => fail(access, "Invalid", detail, { code: null, status: null, effect: "none" })

const referenceLength = 16

/** Exactly one way to name the customer is sent: of two the reference number would win, and a stale one be somebody else's. */
const named = (customer: string): { readonly email: string } | { readonly cuRefNo: string } =>
  customer.includes("@") ? { email: customer } : { cuRefNo: customer }

const checked = (access: Access, pack: Pack): Effect.Effect<Extract<Pack, { by: "customer" }>, ConnectorError> => {
  if (pack.by !== "customer" || pack.groups.length > declaration.assignments.add.pack) {
    return Effect.dieMessage("BizKitHub takes the groups of one customer, at most 100 a call")
  }
  if (!pack.customer.includes("@") && pack.customer.length !== referenceLength) {
    return Effect.fail(refusal(access, `a customer is named by an address or a reference number of ${referenceLength} characters, and this is neither`))
  }
  // Anything else would be made a slug of by BizKitHub, and might then be another group's; a group once made stays.
  const other = pack.groups.find((slug) => !BizkithubSlug.isSlug(slug))
  return other === undefined ? Effect.succeed(pack) : Effect.fail(refusal(access, `"${other}" is no slug of at most ${BizkithubSlug.longest} characters`))
}

/** A known code says that nothing was done, whatever the status. */
const sure = (error: ConnectorError): ConnectorError =>
  error.effect === "unknown" && error.status !== null && BizkithubErrors.reasonOf(error.code) !== null ? error.with({ effect: "none" }) : error

const add = (access: Access, pack: Pack): Effect.Effect<Receipt, ConnectorError> =>
  Effect.gen(function* () {
    const { customer, groups } = yield* checked(access, pack)
    const { body, serverTime, status } = yield* Effect.mapError(
      access.client.write("POST", { path, body: { ...named(customer), groups }, schema: BizkithubErrors.Body }),
      sure
    )
    if (body.success === true) return { changed: "done", count: null, serverTime }
    const { code, words } = BizkithubErrors.reported(body)
    const reason = BizkithubErrors.reasonOf(code) ?? (body.success === false ? "Invalid" : "Malformed")
    const effect = reason === "Malformed" ? "unknown" : "none"
    return yield* fail(access, reason, words ?? "the answer does not say success: true", { code, status, effect })
  })

const excluded = (what: string) => Effect.dieMessage(`BizKitHub has no call ${what}`)

export const make = (access: Access): Target => ({
  identify: Effect.succeed(access.identity),
  groups: Stream.dieMessage("BizKitHub has no call to list groups"),
  group: () => excluded("to look at a group"),
  createGroup: () => excluded("to make a group"),
  updateGroup: () => excluded("to change a group"),
  deleteGroup: () => excluded("to delete a group"),
  groupsOf: () => excluded("to look at a customer"),
  members: () => Stream.dieMessage("BizKitHub has no call to list members"),
  add: (pack) => add(access, pack),
  remove: () => excluded("to take somebody out of a group"),
  customers: Stream.dieMessage("BizKitHub has no call to list customers"),
  customersByAddress: () => excluded("to find a customer")
})
