/** cStar's endpoints, for the sandbox: customer groups and customers. */
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import type { SandboxRequest, SandboxResponse } from "../../src/sandbox/Sandbox.ts"
import * as SandboxAnswers from "./SandboxAnswers.ts"
import type * as SandboxStaff from "./SandboxStaff.ts"
import * as SandboxStaffRoutes from "./SandboxStaffRoutes.ts"
import * as SandboxTeam from "./SandboxTeam.ts"

/** What an account has, and how it behaves. */
export interface Account {
  readonly team: SandboxTeam.Team
  readonly staff: SandboxStaff.Staff
  readonly behaviour: SandboxAnswers.Behaviour
  /** The path of all of it. */
  readonly base: string
}

/** Answers a call of a key that may make it. */
export const route = ({ base, behaviour, staff, team }: Account, request: SandboxRequest, now: number): SandboxResponse => {
  const refuse = SandboxAnswers.refusal(behaviour, now)
  if (!request.path.startsWith(`${base}/`)) {
    return refuse(403, "authorization_error", "insufficient_permissions", "This key does not have access to the team.")
  }
  const call: SandboxAnswers.Call = { team, staff, behaviour, request, now, refuse }
  const [first, id, third, ...rest] = request.path
    .slice(base.length + 1)
    .split("/")
    .map(decodeURIComponent)
  if (first === "customers" && third === undefined && request.method === "GET") return id === undefined ? listCustomers(call) : oneCustomer(call, id)
  if (first === "invites" && id === undefined) return SandboxStaffRoutes.invites(call)
  if (first === "members" && third === undefined) return id === undefined ? SandboxStaffRoutes.members(call) : SandboxStaffRoutes.member(call, id)
  if (rest.length === 0 && first === "customer-groups") {
    if (id === undefined) return request.method === "GET" ? listGroups(call) : createGroup(call)
    const group = team.groups.get(id)
    if (group === undefined) return refuse(404, "not_found_error", "resource_missing", "Customer group not found.", "groupId")
    if (third === undefined) return oneGroup(call, group)
    if (third === "members") return members(call, group)
  }
  return refuse(404, "not_found_error", "not_found", "No such endpoint.")
}

const shownCustomer = (customer: SandboxTeam.Customer) => ({
  id: customer.id,
  object: "customer",
  name: customer.name,
  email: customer.email,
  sentiment: null,
  status: "active",
  tags: [],
  notes: null,
  customFields: {},
  ticketCount: 0,
  metadata: {},
  createdAt: SandboxAnswers.iso(customer.createdAt),
  updatedAt: SandboxAnswers.iso(customer.createdAt)
})

const listCustomers = (call: SandboxAnswers.Call): SandboxResponse => {
  const search = call.request.query.get("search")
  const all = search === null || search === "" ? call.team.customers.sorted() : call.team.search(search)
  return SandboxAnswers.page(call, { usualSize: 20, envelope: call.behaviour.customerEnvelope }, all, shownCustomer)
}

const oneCustomer = ({ refuse, team }: SandboxAnswers.Call, id: string): SandboxResponse => {
  const customer = team.customers.get(id)
  if (customer === undefined) return refuse(404, "not_found_error", "resource_missing", "Customer not found.", "customerId")
  return SandboxAnswers.json(200, shownCustomer(customer))
}

const shownMembers = ({ behaviour, now, team }: SandboxAnswers.Call, group: SandboxTeam.Group): ReadonlyArray<SandboxTeam.Membership> =>
  behaviour.lag === 0 ? group.members.sorted() : team.membersAt(group, now - behaviour.lag)

const shownGroup = (call: SandboxAnswers.Call, group: SandboxTeam.Group) => ({
  id: group.id,
  object: "customer_group",
  name: group.name,
  slug: group.slug,
  ...(call.behaviour.showsExternalId ? { externalId: group.externalId ?? null } : {}),
  customerCount: shownMembers(call, group).length,
  createdAt: SandboxAnswers.iso(group.createdAt)
})

const listGroups = (call: SandboxAnswers.Call): SandboxResponse => {
  const search = call.request.query.get("search")?.toLowerCase() ?? ""
  const all = call.team.groups.sorted()
  const found = search === "" ? all : all.filter((group) => group.name.toLowerCase().includes(search))
  return SandboxAnswers.page(call, { usualSize: 25, envelope: call.behaviour.groupEnvelope }, found, (group) => ({
    ...shownGroup(call, group),
    description: group.description ?? null,
    ...(call.behaviour.showsCustomFields ? { customFields: group.customFields } : {})
  }))
}

const Text = Schema.optional(Schema.String)
const Fields = Schema.optional(Schema.Record({ key: Schema.String, value: Schema.Unknown }))
const GroupBody = Schema.Struct({
  name: Text,
  slug: Text,
  description: Text,
  externalId: Text,
  customFields: Fields
})
const MembersBody = Schema.Struct({
  customerId: Text,
  customerIds: Schema.optional(Schema.Array(Schema.String))
})

const createGroup = (call: SandboxAnswers.Call): SandboxResponse => {
  const { behaviour, refuse, request, team } = call
  if (request.method !== "POST") return refuse(405, "invalid_request_error", "method_not_allowed", "Method not allowed.")
  const body = Option.getOrUndefined(SandboxAnswers.bodyOf(call, GroupBody))
  if (body === undefined) return SandboxAnswers.unreadable(call)
  if (body.name === undefined || body.name === "") return refuse(400, "invalid_request_error", "parameter_missing", "Name is required.", "name")
  const wanted = body.slug ?? SandboxTeam.slugOf(body.name)
  if (behaviour.collisions === "conflict" && team.slugTaken(wanted)) {
    return refuse(409, "invalid_request_error", "resource_exists", "A group with this slug exists already.", "slug")
  }
  let slug = wanted
  for (let n = 2; behaviour.collisions === "suffix" && team.slugTaken(slug); n++) slug = `${wanted}-${n}`
  const group = team.addGroup({ ...body, name: body.name, slug, customFields: { ...body.customFields } }, call.now)
  return SandboxAnswers.json(201, { ...shownGroup(call, group), customFields: group.customFields })
}

const oneGroup = (call: SandboxAnswers.Call, group: SandboxTeam.Group): SandboxResponse => {
  const { behaviour, refuse, request, team } = call
  switch (request.method) {
    case "GET":
      return SandboxAnswers.json(200, {
        ...shownGroup(call, group),
        description: group.description ?? null,
        customFields: group.customFields
      })
    case "DELETE":
      team.groups.delete(group.id)
      return SandboxAnswers.json(200, { deleted: true, id: group.id })
    case "PATCH": {
      const body = Option.getOrUndefined(SandboxAnswers.bodyOf(call, GroupBody))
      if (body === undefined) return SandboxAnswers.unreadable(call)
      group.name = body.name ?? group.name
      group.slug = body.slug ?? group.slug
      group.description = body.description ?? group.description
      const kept = behaviour.patchedFields === "merge" ? group.customFields : {}
      if (body.customFields !== undefined) group.customFields = { ...kept, ...body.customFields }
      return SandboxAnswers.json(200, { id: group.id, object: "customer_group", name: group.name })
    }
    default:
      return refuse(405, "invalid_request_error", "method_not_allowed", "Method not allowed.")
  }
}

const members = (call: SandboxAnswers.Call, group: SandboxTeam.Group): SandboxResponse => {
  switch (call.request.method) {
    case "GET":
      return SandboxAnswers.page(call, { usualSize: 25, envelope: call.behaviour.groupEnvelope }, shownMembers(call, group), (member) => {
        const customer = call.team.customers.get(member.id)
        return {
          id: member.id,
          object: "customer",
          name: customer?.name,
          email: customer?.email,
          joinedGroupAt: SandboxAnswers.iso(member.joinedAt)
        }
      })
    case "POST":
      return addMembers(call, group)
    case "DELETE":
      return removeMember(call, group)
    default:
      return call.refuse(405, "invalid_request_error", "method_not_allowed", "Method not allowed.")
  }
}

const addMembers = (call: SandboxAnswers.Call, group: SandboxTeam.Group): SandboxResponse => {
  const { behaviour, refuse, team } = call
  const body = Option.getOrUndefined(SandboxAnswers.bodyOf(call, MembersBody))
  if (body === undefined) return SandboxAnswers.unreadable(call)
  const ids = body.customerIds ?? (body.customerId === undefined ? [] : [body.customerId])
  if (ids.length === 0) return refuse(400, "invalid_request_error", "parameter_missing", "customerId or customerIds is required.", "customerIds")
  if (ids.length > 100) return refuse(400, "invalid_request_error", "parameter_invalid", "At most 100 customers per call.", "customerIds")
  const unknown = ids.find((id) => team.customers.get(id) === undefined)
  if (unknown !== undefined && behaviour.unknownIds !== "skip") {
    const message = `Customer ${unknown} not found.`
    return behaviour.unknownIds === "refuse"
      ? refuse(404, "not_found_error", "resource_missing", message, "customerIds")
      : refuse(422, "invalid_request_error", "parameter_invalid", message, "customerIds")
  }
  const added = ids.filter((id) => team.customers.get(id) !== undefined && team.addMember(group, id, call.now)).length
  return SandboxAnswers.json(201, { added, total: ids.length, skipped: ids.length - added })
}

const removeMember = (call: SandboxAnswers.Call, group: SandboxTeam.Group): SandboxResponse => {
  const { behaviour, now, refuse, team } = call
  const customerId = call.request.query.get("customerId")
  if (customerId === null) return refuse(400, "invalid_request_error", "parameter_missing", "customerId is required.", "customerId")
  if (!team.removeMember(group, customerId, now) && behaviour.nonMembers === 404) {
    return refuse(404, "not_found_error", "resource_missing", "The customer is not a member of this group.", "customerId")
  }
  return SandboxAnswers.json(200, { removed: true, customerId, groupId: group.id })
}
