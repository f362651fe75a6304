/** A Vendure shop that behaves as a server of version 3.7.3 on PostgreSQL did, traps included (2026-12). */
import * as Clock from "effect/Clock"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import type { ConnectorSandbox, SandboxApp, SandboxRequest, SandboxResponse, TargetEdits } from "../../src/sandbox/Sandbox.ts"
import * as SandboxCalls from "./SandboxCalls.ts"
import * as SandboxGraphql from "./SandboxGraphql.ts"
import * as SandboxShop from "./SandboxShop.ts"

const apiKey = "0f3b5c7d9e1a2b4c6d8e0f1a:7c1d9e3f5a7b9c1d3e5f7a9b1c3d5e7f9a1b3c5d7e9f1a3b5c7d9e1f3a5b7c9d1e3f"
const markField = "groupbridge"

export interface VendureSandbox extends ConnectorSandbox {
  readonly target: TargetEdits
  /** Options of a connection that knows of no custom field. */
  readonly plainOptions: (baseUrl: string) => Readonly<Record<string, unknown>>
  readonly behave: (behaviour: Partial<Behaviour>) => void
}

export interface Behaviour {
  /** The shop declares no custom field of groups: what is written to one is dropped without a word. */
  readonly bare: boolean
  /** How long the server works at a change of members, in milliseconds. */
  readonly changeTakes: number
}

const json = (status: number, body: unknown): SandboxResponse => ({ status, headers: {}, body: JSON.stringify(body) })

const failure = (status: number, code: string | null, message: string) => {
  const error = { message, ...(code === null ? {} : { extensions: { code } }) }
  return json(status, { errors: [error], ...(status === 200 ? { data: null } : {}) })
}

const Body = Schema.parseJson(Schema.Struct({ query: Schema.String, variables: Schema.optional(Schema.Record({ key: Schema.String, value: Schema.Unknown })) }))

const people = { totalItems: null, items: "Customer" }
const types = (fields: ReadonlySet<string>): SandboxGraphql.Types => ({
  Query: { customerGroups: "CustomerGroupList", customerGroup: "CustomerGroup", customers: "CustomerList", customer: "Customer" },
  Mutation: {
    createCustomerGroup: "CustomerGroup",
    updateCustomerGroup: "CustomerGroup",
    deleteCustomerGroup: "DeletionResponse",
    addCustomersToGroup: "CustomerGroup",
    removeCustomersFromGroup: "CustomerGroup"
  },
  CustomerGroupList: { totalItems: null, items: "CustomerGroup" },
  CustomerGroup: { id: null, name: null, createdAt: null, customers: "CustomerList", customFields: fields.size === 0 ? null : "CustomerGroupCustomFields" },
  CustomerGroupCustomFields: Object.fromEntries([...fields].map((field) => [field, null])),
  CustomerList: people,
  Customer: { id: null, emailAddress: null, firstName: null, lastName: null },
  DeletionResponse: { result: null, message: null }
})

const refusal = (error: unknown): SandboxResponse => {
  if (error instanceof SandboxGraphql.Refused) return failure(400, error.code, error.message)
  if (error instanceof SandboxShop.ShopError) return failure(200, error.code, error.message)
  throw error
}

export const make = (): VendureSandbox => {
  const shop = SandboxShop.make()
  shop.fields.add(markField)
  let changeTakes = 0
  // Edits by hand have no clock of their own: they happen when the vendor was last called.
  let seen = 0

  /** The first half of a call: an answer, or what is left to do of it. */
  const begin = (request: SandboxRequest): SandboxResponse | (() => SandboxResponse) => {
    if (request.path !== "/admin-api") return json(404, { statusCode: 404, message: `Cannot ${request.method} ${request.path}` })
    if (request.body.length > 100_000) return json(500, { statusCode: 500, message: "" })
    const body = Option.getOrNull(Schema.decodeUnknownOption(Body)(request.body))
    if (body === null) return json(400, { statusCode: 400, message: "Bad Request", path: request.path })
    const { kind, root } = SandboxGraphql.parse(body.query, body.variables ?? {})
    SandboxGraphql.check(types(shop.fields), kind === "query" ? "Query" : "Mutation", root)
    if (request.headers["vendure-api-key"] !== apiKey) return failure(200, "FORBIDDEN", "You are not currently authorized to perform this action")
    if (kind === "query") return json(200, { data: SandboxGraphql.select(shop.query, root) })
    const [only] = root
    if (only === undefined || root.length > 1)
      return failure(200, "BAD_USER_INPUT", "one write a call, for what the first does is kept whatever the second says")
    const rest = shop.mutation(seen)[only.name]?.(only.args)
    return () => json(200, { data: { [only.name]: SandboxGraphql.select(rest?.(), only.fields) } })
  }

  const refusing = (work: () => SandboxResponse | (() => SandboxResponse)): SandboxResponse | (() => SandboxResponse) => {
    try {
      return work()
    } catch (error) {
      return refusal(error)
    }
  }

  const app: SandboxApp = (request) =>
    Effect.gen(function* () {
      const now = yield* Clock.currentTimeMillis
      seen = now
      const begun = refusing(() => begin(request))
      if (typeof begun === "function" && changeTakes > 0) yield* Effect.sleep(changeTakes)
      const response = typeof begun === "function" ? refusing(begun) : begun
      const date = DateTime.toDateUtc(DateTime.unsafeMake(now)).toUTCString()
      return { ...(response as SandboxResponse), headers: { "content-type": "application/json; charset=utf-8", date } }
    })

  const plainOptions = (baseUrl: string) => ({ baseUrl, apiKey })
  return {
    app,
    isWrite: ({ body }) => !body.startsWith('{"query":"query'),
    plainOptions,
    options: (baseUrl) => ({ ...plainOptions(baseUrl), markField }),
    refusedOptions: (baseUrl) => ({ baseUrl, apiKey: "0f3b5c7d9e1a2b4c6d8e0f1a:00000000000000000000dead", markField }),
    secrets: [apiKey, apiKey.slice(apiKey.indexOf(":") + 1)],
    documented: SandboxCalls.documented,
    pageSize: 100,
    needed: () => ["id", "name", "emailAddress", "customers", "customFields"],
    behave: (changed) => {
      if (changed.changeTakes !== undefined) changeTakes = changed.changeTakes
      if (changed.bare === true) shop.fields.clear()
    },
    target: edits(shop, () => seen)
  }
}

const edits = (shop: SandboxShop.Shop, now: () => number): TargetEdits => {
  const change = (group: string, id: string, turn: (groups: Set<string>) => void) => {
    const customer = shop.customers.get(id)
    if (customer === undefined || !shop.groups.has(group)) return
    const groups = new Set(customer.groups)
    turn(groups)
    customer.groups = groups
  }
  return {
    addCustomers: (customers) =>
      customers.map(({ email, name }) => {
        const { emailAddress, id } = shop.addCustomer(email, name)
        return { id, email: emailAddress, name, externalId: null }
      }),
    deleteCustomer: (id) => {
      const customer = shop.customers.get(id)
      if (customer !== undefined) customer.deleted = true
    },
    groups: () =>
      [...shop.groups.values()].map(({ id, name }) => ({
        id,
        name,
        externalId: null,
        members: shop
          .membersOf(id)
          .map((customer) => customer.id)
          .toSorted()
      })),
    addGroup: ({ members = [], name }) => {
      const { id } = shop.addGroup(name, now())
      for (const member of members) change(id, member, (groups) => groups.add(id))
      return id
    },
    addMember: (group, customer) => change(group, customer, (groups) => groups.add(group)),
    removeMember: (group, customer) => change(group, customer, (groups) => groups.delete(group)),
    renameGroup: (id, name) => {
      const group = shop.groups.get(id)
      if (group !== undefined) group.name = name
    },
    deleteGroup: shop.deleteGroup
  }
}
