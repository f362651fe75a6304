/** A Medusa shop that behaves as a server of version 2.21.2 did, traps included (2026-12). */
import * as Clock from "effect/Clock"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import type { ConnectorSandbox, SandboxApp, SandboxRequest, SandboxResponse, TargetEdits } from "../../src/sandbox/Sandbox.ts"
import * as SandboxCalls from "./SandboxCalls.ts"

const secretKey = "sk_3f9a1c5e7b2d4f6a8c0e1b3d5f7a9c2e4b6d8f0a1c3e5b7d9f2a4c6e8b0d1f3a"

export interface MedusaSandbox extends ConnectorSandbox {
  readonly target: TargetEdits
  /** A guest's record, also beside one with an account; answers its id. */
  readonly addGuest: (email: string) => string
  /** Takes a record away altogether, as no call does. */
  readonly forget: (customer: string) => void
  /** Options of a connection that sees guests, too. */
  readonly guestOptions: (baseUrl: string) => Readonly<Record<string, unknown>>
}

interface Row {
  readonly id: string
  deleted: boolean
}

interface Customer extends Row {
  readonly email: string
  readonly first_name: string
  readonly last_name: string
  readonly has_account: boolean
}

interface Group extends Row {
  name: string
  metadata: Readonly<Record<string, unknown>> | null
  readonly created_at: string
  readonly members: Set<string>
}

type Answer = { readonly status: number; readonly body: unknown }

const refused = (status: number, type: string, message: string): Answer => ({ status, body: { type, message } })
const page404: Answer = { status: 404, body: null }

const Metadata = Schema.optional(Schema.NullOr(Schema.Record({ key: Schema.String, value: Schema.Unknown })))
const GroupBody = Schema.parseJson(Schema.Struct({ name: Schema.optional(Schema.String), metadata: Metadata }))
const MembersBody = Schema.parseJson(Schema.Struct({ add: Schema.optional(Schema.Array(Schema.String)), remove: Schema.optional(Schema.Array(Schema.String)) }))
const decoded = <A, I>(schema: Schema.Schema<A, I>, { body }: SandboxRequest): A | null => Option.getOrNull(Schema.decodeUnknownOption(schema)(body))

/** Only what is asked for is shown; names that are unknown are dropped in silence. */
const shown = (row: object, fields: string | null): object =>
  fields === null ? row : Object.fromEntries(Object.entries(row).filter(([name]) => fields.split(",").includes(name)))

const merged = (old: Group["metadata"], given: Group["metadata"]): Group["metadata"] =>
  given === null ? null : Object.fromEntries(Object.entries({ ...old, ...given }).filter(([, value]) => value !== ""))

export const make = (): MedusaSandbox => {
  const customers = new Map<string, Customer>()
  const groups = new Map<string, Group>()
  let made = 0
  // Edits by hand have no clock of their own: they happen when the vendor was last called.
  let seen = 0

  const id = (kind: string): string => `${kind}_01M8${(++made).toString(32).toUpperCase().padStart(22, "0")}`
  const addCustomer = (email: string, name: string, has_account: boolean): Customer => {
    const [first_name = "", ...rest] = name.split(" ")
    const customer = { id: id("cus"), email, first_name, last_name: rest.join(" "), has_account, deleted: false }
    customers.set(customer.id, customer)
    return customer
  }
  const addGroup = (name: string, metadata: Group["metadata"]): Group => {
    const group = {
      id: id("cusgroup"),
      name,
      metadata: merged(null, metadata),
      created_at: new Date(seen).toISOString(),
      members: new Set<string>(),
      deleted: false
    }
    groups.set(group.id, group)
    return group
  }
  const living = <A extends Row>(rows: ReadonlyMap<string, A>): ReadonlyArray<A> => [...rows.values()].filter(({ deleted }) => !deleted)
  const showGroup = ({ created_at, id, metadata, name }: Group) => ({
    id,
    name,
    metadata,
    created_at,
    created_by: "apk_1",
    updated_at: created_at,
    deleted_at: null
  })
  const showCustomer = ({ email, first_name, has_account, id, last_name }: Customer) => ({
    id,
    email,
    first_name,
    last_name,
    has_account,
    company_name: null,
    phone: null,
    metadata: null
  })

  const paged = (key: string, { query }: SandboxRequest, rows: ReadonlyArray<object>): Answer => {
    const [limit, offset] = [Number(query.get("limit") ?? 50), Number(query.get("offset") ?? 0)]
    if (Number.isNaN(limit)) return refused(400, "invalid_data", "Invalid request: Value for field 'limit' should be of type number")
    if (limit < 0 || (query.get("order") ?? "id") !== "id") return refused(500, "unknown_error", "An unknown error occurred.")
    const page = rows.slice(offset, offset + limit).map((row) => shown(row, query.get("fields")))
    return { status: 200, body: { [key]: page, count: rows.length, offset, limit } }
  }

  const taken = (name: string, but: Group | null): boolean => living(groups).some((group) => group !== but && group.name === name)
  const exists = (name: string) => refused(400, "invalid_data", `Customer group with name: ${name}, already exists.`)

  const groupCalls = (request: SandboxRequest): Answer => {
    if (request.method === "GET") return paged("customer_groups", request, living(groups).map(showGroup))
    const body = decoded(GroupBody, request)
    if (body?.name === undefined) return refused(400, "invalid_data", "Invalid request: Field 'name' is required")
    if (taken(body.name, null)) return exists(body.name)
    return { status: 200, body: { customer_group: showGroup(addGroup(body.name, body.metadata ?? null)) } }
  }

  const oneGroup = (request: SandboxRequest, id: string): Answer => {
    const found = groups.get(id)
    if (request.method === "DELETE") {
      if (found !== undefined) found.deleted = true
      return { status: 200, body: { id, object: "customer_group", deleted: true } }
    }
    if (found === undefined || found.deleted) return refused(404, "not_found", `Customer group with id: ${id} not found`)
    if (request.method === "POST") {
      const body = decoded(GroupBody, request)
      if (body === null) return refused(400, "invalid_data", "Invalid request")
      if (body.name !== undefined && taken(body.name, found)) return exists(body.name)
      found.name = body.name ?? found.name
      if (body.metadata !== undefined) found.metadata = merged(found.metadata, body.metadata)
    }
    return { status: 200, body: { customer_group: shown(showGroup(found), request.query.get("fields")) } }
  }

  /** Removals are done whatever becomes of the additions; a deleted customer or group is taken without a word. */
  const members = (request: SandboxRequest, id: string): Answer => {
    if (request.method !== "POST") return page404
    const { add = [], remove = [] } = decoded(MembersBody, request) ?? {}
    const group = groups.get(id)
    for (const one of remove) group?.members.delete(one)
    if (group === undefined && add.length > 0)
      return refused(404, "not_found", `You tried to set relationship customer_group_id: ${id}, but such entity does not exist`)
    const unknown = add.find((one) => !customers.has(one))
    if (unknown !== undefined) return refused(404, "not_found", `You tried to set relationship customer_id: ${unknown}, but such entity does not exist`)
    for (const one of add) group?.members.add(one)
    return { status: 200, body: group === undefined || group.deleted ? {} : { customer_group: showGroup(group) } }
  }

  const listCustomers = (request: SandboxRequest): Answer => {
    const { query } = request
    const [group, ids, account, q] = [query.get("groups"), query.getAll("id[]"), query.get("has_account"), query.get("q")?.toLowerCase() ?? ""]
    const rows = living(customers).filter(
      (row) =>
        // A deleted group still lists its members; one that never was lists none.
        (group === null || groups.get(group)?.members.has(row.id) === true) &&
        (ids.length === 0 || ids.includes(row.id)) &&
        (account === null || String(row.has_account) === account) &&
        [row.email, row.first_name, row.last_name].some((text) => text.toLowerCase().includes(q))
    )
    return paged("customers", request, rows.map(showCustomer))
  }

  const oneCustomer = (id: string, { query }: SandboxRequest): Answer => {
    const found = customers.get(id)
    if (found === undefined || found.deleted) return refused(404, "not_found", `Customer with id: ${id} was not found`)
    return { status: 200, body: { customer: shown(showCustomer(found), query.get("fields")) } }
  }

  const route = (request: SandboxRequest): Answer => {
    if (request.body.length > 100_000) return { status: 413, body: { message: "request entity too large", type: "unknown_error" } }
    if (request.query.toString().length > 16_000) return { status: 431, body: undefined }
    const basic = Buffer.from(`${secretKey}:`).toString("base64")
    if (request.headers["authorization"] !== `Basic ${basic}`) return { status: 401, body: { message: "Unauthorized" } }
    const [admin, kind, id, inner, more] = request.path.slice(1).split("/").map(decodeURIComponent)
    if (admin !== "admin" || more !== undefined) return page404
    if (kind === "customers" && request.method === "GET" && inner === undefined) return id === undefined ? listCustomers(request) : oneCustomer(id, request)
    if (kind !== "customer-groups") return page404
    if (id === undefined) return groupCalls(request)
    return inner === undefined ? oneGroup(request, id) : inner === "customers" ? members(request, id) : page404
  }

  const app: SandboxApp = (request) =>
    Effect.map(Clock.currentTimeMillis, (now): SandboxResponse => {
      seen = now
      const { body, status } = route(request)
      const date = DateTime.toDateUtc(DateTime.unsafeMake(now)).toUTCString()
      if (body === null) return { status, headers: { "content-type": "text/html", date }, body: "<!DOCTYPE html><html><body>Cannot GET</body></html>" }
      return { status, headers: { "content-type": "application/json", date }, body: body === undefined ? "" : JSON.stringify(body) }
    })

  const options = (baseUrl: string) => ({ baseUrl, secretKey })
  return {
    app,
    options,
    guestOptions: (baseUrl) => ({ ...options(baseUrl), customers: "all" }),
    refusedOptions: (baseUrl) => ({ baseUrl, secretKey: "sk_000000000000000000000000dead" }),
    secrets: [secretKey],
    documented: SandboxCalls.documented,
    pageSize: 200,
    needed: (path) => (path.includes("customer-groups") ? ["id", "name", "metadata"] : ["id", "email"]),
    addGuest: (email) => addCustomer(email, "Guest", false).id,
    forget: (customer) => {
      customers.delete(customer)
    },
    target: {
      addCustomers: (added) => added.map(({ email, name }) => ({ id: addCustomer(email, name, true).id, email, name, externalId: null })),
      deleteCustomer: (customer) => {
        const found = customers.get(customer)
        if (found !== undefined) found.deleted = true
      },
      groups: () =>
        living(groups).map(({ id, members, metadata, name }) => ({
          id,
          name,
          externalId: typeof metadata?.["externalId"] === "string" ? metadata["externalId"] : null,
          members: living(customers)
            .flatMap((customer) => (members.has(customer.id) ? [customer.id] : []))
            .toSorted()
        })),
      addGroup: ({ externalId, members = [], name }) => {
        const group = addGroup(name, externalId === undefined ? null : { externalId })
        for (const member of members) group.members.add(member)
        return group.id
      },
      addMember: (group, customer) => {
        groups.get(group)?.members.add(customer)
      },
      removeMember: (group, customer) => {
        groups.get(group)?.members.delete(customer)
      },
      renameGroup: (group, name) => {
        const found = groups.get(group)
        if (found !== undefined) found.name = name
      },
      deleteGroup: (group) => {
        const found = groups.get(group)
        if (found !== undefined) found.deleted = true
      }
    }
  }
}
