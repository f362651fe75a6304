/** cStar's endpoints for customer groups and customers, for the sandbox. */
import * as DateTime from "effect/DateTime"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import type { SandboxRequest, SandboxResponse } from "../../src/sandbox/Sandbox.ts"
import * as SandboxTeam from "./SandboxTeam.ts"

/** What the vendor's pages leave open or tell in two ways. */
export interface Behaviour {
  /** Rows of a list of groups show `customFields`; the documented sample does not. */
  showsCustomFields: boolean
  /** Groups show their `externalId`; no documented sample does. */
  showsExternalId: boolean
  /** Where a list keeps its pagination. */
  groupEnvelope: "pagination" | "meta"
  customerEnvelope: "pagination" | "meta"
  /** Larger pages than this are cut without a word. */
  pageCap: number
  errors: "object" | "string"
  /** Answers tell of the allowance, and a 429 when to come back. */
  limitHeaders: boolean
  /** An unknown id among `customerIds` fails the whole call (404, or 422), or counts as skipped. */
  unknownIds: "refuse" | "refuse-422" | "skip"
  /** What removing somebody who is not a member answers. */
  nonMembers: 404 | 200
  /** A second group of a name is made with another slug, refused with 409, or made with the same slug. */
  collisions: "suffix" | "conflict" | "duplicate"
  /** What PATCH does to `customFields` that it is not given. */
  patchedFields: "replace" | "merge"
}

export const usual: Behaviour = {
  showsCustomFields: true,
  showsExternalId: false,
  groupEnvelope: "pagination",
  customerEnvelope: "meta",
  pageCap: 100,
  errors: "object",
  limitHeaders: true,
  unknownIds: "refuse",
  nonMembers: 404,
  collisions: "suffix",
  patchedFields: "replace"
}

type Refuse = (status: number, type: string, code: string, message: string, param?: string) => SandboxResponse

const iso = (millis: number): string => DateTime.formatIso(DateTime.unsafeMake(millis))

const json = (status: number, body: unknown): SandboxResponse => ({
  status,
  headers: {},
  body: JSON.stringify(body)
})

/** An error answer, in the shape of the reference or as the plain text of older pages. */
export const refusal =
  (behaviour: Behaviour, now: number): Refuse =>
  (status, type, code, message, param) => {
    const doc_url = `https://www.cstar.help/docs/errors#${code}`
    const detail = {
      type,
      code,
      message,
      ...(param === undefined ? {} : { param }),
      doc_url,
      request_id: "req_sandbox"
    }
    const error = behaviour.errors === "string" ? message : detail
    return json(status, { success: false, error, meta: { timestamp: iso(now) } })
  }

interface Call {
  readonly team: SandboxTeam.Team
  readonly behaviour: Behaviour
  readonly request: SandboxRequest
  readonly now: number
  readonly refuse: Refuse
}

/** Answers a call of a key that may make it. */
export const route = (team: SandboxTeam.Team, behaviour: Behaviour, base: string, request: SandboxRequest, now: number): SandboxResponse => {
  const refuse = refusal(behaviour, now)
  if (!request.path.startsWith(`${base}/`)) {
    return refuse(403, "authorization_error", "insufficient_permissions", "This key does not have access to the team.")
  }
  const call: Call = { team, behaviour, request, now, refuse }
  const [first, id, third, ...rest] = request.path
    .slice(base.length + 1)
    .split("/")
    .map(decodeURIComponent)
  if (rest.length === 0 && first === "customers" && id === undefined && request.method === "GET") return listCustomers(call)
  if (rest.length === 0 && first === "customer-groups") {
    if (id === undefined) return request.method === "GET" ? listGroups(call) : createGroup(call)
    const group = team.groups.get(id)
    if (group === undefined) return refuse(404, "not_found_error", "resource_missing", "Customer group not found.", "groupId")
    if (third === undefined) return oneGroup(call, group)
    if (third === "members") return members(call, group)
  }
  return refuse(404, "not_found_error", "not_found", "No such endpoint.")
}

interface Listing {
  readonly usualSize: number
  readonly envelope: "pagination" | "meta"
}

const page = <A>(call: Call, { envelope, usualSize }: Listing, all: ReadonlyArray<A>, show: (row: A) => unknown): SandboxResponse => {
  const number = (name: string, otherwise: number): number => Math.max(1, Math.floor(Number(call.request.query.get(name) ?? otherwise)) || otherwise)
  const page = number("page", 1)
  const pageSize = Math.min(number("pageSize", usualSize), call.behaviour.pageCap)
  const data = all.slice((page - 1) * pageSize, page * pageSize).map((row) => show(row))
  const told = { total: all.length, page, pageSize }
  if (envelope === "pagination") return json(200, { data, pagination: { ...told, hasMore: page * pageSize < all.length } })
  const pagination = { ...told, totalPages: Math.ceil(all.length / pageSize) }
  return json(200, {
    success: true,
    data,
    meta: { requestId: "req_sandbox", timestamp: iso(call.now), pagination }
  })
}

const listCustomers = (call: Call): SandboxResponse => {
  const search = call.request.query.get("search")
  const all = search === null || search === "" ? call.team.customers.sorted() : call.team.search(search)
  return page(call, { usualSize: 20, envelope: call.behaviour.customerEnvelope }, all, (customer) => ({
    id: customer.id,
    object: "customer",
    name: customer.name,
    email: customer.email,
    status: "active",
    tags: [],
    customFields: {},
    ticketCount: 0,
    createdAt: iso(customer.createdAt)
  }))
}

const shownGroup = ({ behaviour }: Call, group: SandboxTeam.Group) => ({
  id: group.id,
  object: "customer_group",
  name: group.name,
  slug: group.slug,
  ...(behaviour.showsExternalId ? { externalId: group.externalId ?? null } : {}),
  customerCount: group.members.size(),
  createdAt: iso(group.createdAt)
})

const listGroups = (call: Call): SandboxResponse => {
  const search = call.request.query.get("search")?.toLowerCase() ?? ""
  const all = call.team.groups.sorted()
  const found = search === "" ? all : all.filter((group) => group.name.toLowerCase().includes(search))
  return page(call, { usualSize: 25, envelope: call.behaviour.groupEnvelope }, found, (group) => ({
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

const bodyOf = <A, I>(call: Call, schema: Schema.Schema<A, I>): Option.Option<A> => Schema.decodeUnknownOption(Schema.parseJson(schema))(call.request.body)

const unreadable = (call: Call) => call.refuse(400, "invalid_request_error", "parameter_invalid", "The request body could not be read.")

const createGroup = (call: Call): SandboxResponse => {
  const { behaviour, refuse, request, team } = call
  if (request.method !== "POST") return refuse(405, "invalid_request_error", "method_not_allowed", "Method not allowed.")
  const body = Option.getOrUndefined(bodyOf(call, GroupBody))
  if (body === undefined) return unreadable(call)
  if (body.name === undefined || body.name === "") return refuse(400, "invalid_request_error", "parameter_missing", "Name is required.", "name")
  const wanted = body.slug ?? SandboxTeam.slugOf(body.name)
  if (behaviour.collisions === "conflict" && team.slugTaken(wanted)) {
    return refuse(409, "invalid_request_error", "resource_exists", "A group with this slug exists already.", "slug")
  }
  let slug = wanted
  for (let n = 2; behaviour.collisions === "suffix" && team.slugTaken(slug); n++) slug = `${wanted}-${n}`
  const group = team.addGroup({ ...body, name: body.name, slug, customFields: { ...body.customFields } }, call.now)
  return json(201, { ...shownGroup(call, group), customFields: group.customFields })
}

const oneGroup = (call: Call, group: SandboxTeam.Group): SandboxResponse => {
  const { behaviour, refuse, request, team } = call
  switch (request.method) {
    case "GET":
      return json(200, {
        ...shownGroup(call, group),
        description: group.description ?? null,
        customFields: group.customFields
      })
    case "DELETE":
      team.groups.delete(group.id)
      return json(200, { deleted: true, id: group.id })
    case "PATCH": {
      const body = Option.getOrUndefined(bodyOf(call, GroupBody))
      if (body === undefined) return unreadable(call)
      group.name = body.name ?? group.name
      group.slug = body.slug ?? group.slug
      group.description = body.description ?? group.description
      const kept = behaviour.patchedFields === "merge" ? group.customFields : {}
      if (body.customFields !== undefined) group.customFields = { ...kept, ...body.customFields }
      return json(200, { id: group.id, object: "customer_group", name: group.name })
    }
    default:
      return refuse(405, "invalid_request_error", "method_not_allowed", "Method not allowed.")
  }
}

const members = (call: Call, group: SandboxTeam.Group): SandboxResponse => {
  switch (call.request.method) {
    case "GET":
      return page(call, { usualSize: 25, envelope: call.behaviour.groupEnvelope }, group.members.sorted(), (member) => {
        const customer = call.team.customers.get(member.id)
        return {
          id: member.id,
          object: "customer",
          name: customer?.name,
          email: customer?.email,
          joinedGroupAt: iso(member.joinedAt)
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

const addMembers = (call: Call, group: SandboxTeam.Group): SandboxResponse => {
  const { behaviour, refuse, team } = call
  const body = Option.getOrUndefined(bodyOf(call, MembersBody))
  if (body === undefined) return unreadable(call)
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
  return json(201, { added, total: ids.length, skipped: ids.length - added })
}

const removeMember = (call: Call, group: SandboxTeam.Group): SandboxResponse => {
  const { behaviour, refuse } = call
  const customerId = call.request.query.get("customerId")
  if (customerId === null) return refuse(400, "invalid_request_error", "parameter_missing", "customerId is required.", "customerId")
  if (!group.members.delete(customerId) && behaviour.nonMembers === 404) {
    return refuse(404, "not_found_error", "resource_missing", "The customer is not a member of this group.", "customerId")
  }
  return json(200, { removed: true, customerId, groupId: group.id })
}
