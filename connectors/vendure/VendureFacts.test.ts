/** What a Vendure server answered, by the fact sheet: read by the connector, and shown by the sandbox. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Schema from "effect/Schema"
import * as FactSheet from "../../test/kit/FactSheet.ts"
import * as Sandbox from "./sandbox.ts"
import * as VendureApi from "./VendureApi.ts"
import * as VendureErrors from "./VendureErrors.ts"

const path = "/admin-api"
const ask = (query: string, variables: Readonly<Record<string, unknown>> = {}) => ({ method: "POST", path, body: { query, variables } })
const refused = (reason: string) => (example: unknown) => {
  const found = VendureErrors.refusedBy(example)?.reason
  return found === reason ? Either.right(found) : Either.left(`it is understood as ${found}`)
}
const failure = (message: string, code: string) => ({ errors: [{ message, extensions: { code } }], data: null })

const facts = (ids: { readonly group: string; readonly customer: string }): ReadonlyArray<FactSheet.Fact> => [
  {
    says: "{items,totalItems}",
    example: { data: { customers: { totalItems: 1, items: [{ id: "1", emailAddress: "ann@x.example", firstName: "Ann", lastName: "" }] } } },
    reads: Schema.decodeUnknownEither(VendureApi.Customers),
    shown: ask(VendureApi.customers, { take: 100, skip: 0 })
  },
  {
    says: "`CustomerGroup`: `id, createdAt, updatedAt, name, customers(options)`",
    example: { data: { customerGroup: { id: "1", name: "VIP", createdAt: "2026-12-01T04:55:57.765Z", customers: { totalItems: 1 } } } },
    reads: Schema.decodeUnknownEither(VendureApi.OneGroup),
    shown: ask(VendureApi.group(null), { id: ids.group })
  },
  {
    says: "data:{customerGroup:null}",
    example: { data: { customerGroup: null } },
    reads: Schema.decodeUnknownEither(VendureApi.Members),
    shown: ask(VendureApi.members, { id: "4711", take: 100, skip: 0 })
  },
  {
    says: '{"__entityId__":1}',
    example: { data: { customerGroup: { customFields: { groupbridge: null } } } },
    reads: (example) => Either.right(example),
    shown: ask("query($id:ID!){customerGroup(id:$id){customFields{groupbridge}}}", { id: ids.group })
  },
  {
    says: "{statusCode,message,timestamp,path}",
    example: { statusCode: 404, message: "Cannot POST /x" },
    reads: FactSheet.refused(404, "are baseUrl and path right?", VendureErrors.decodeError),
    shown: { method: "POST", path: "/x", status: 404 }
  },
  {
    says: '{"statusCode":500,"message":""}',
    example: { statusCode: 500, message: "" },
    reads: FactSheet.refused(500, "the server failed with status 500", VendureErrors.decodeError),
    shown: { ...ask("x".repeat(100_001)), status: 500 }
  },
  {
    says: "no right, expired session, wrong or deleted key",
    example: failure("You are not currently authorized to perform this action", "FORBIDDEN"),
    reads: refused("Unauthorized"),
    shown: { ...ask(VendureApi.anyGroup), headers: {} }
  },
  {
    says: "unknown group id on a write",
    example: failure('No CustomerGroup with the id "4711" could be found', "ENTITY_NOT_FOUND"),
    reads: refused("NotFound"),
    shown: ask(VendureApi.remove, { id: "4711" })
  },
  {
    says: "removing a non-member",
    example: failure("Customer does not belong to this CustomerGroup", "USER_INPUT_ERROR"),
    reads: refused("Invalid"),
    shown: ask(VendureApi.removeMembers, { id: ids.group, customers: ["2"], take: 100, those: ["2"] })
  },
  {
    says: "bad syntax, unknown field, unknown filter",
    example: { errors: [{ message: "Cannot query field", extensions: { code: "GRAPHQL_VALIDATION_FAILED" } }] },
    reads: FactSheet.refused(400, "Cannot query field", VendureErrors.decodeError),
    shown: { ...ask("query{customerGroups(options:{take:1}){count}}"), status: 400 }
  },
  {
    says: "ask in the same mutation for `customers(options:{filter:{id:{in:[…]}},take:1000}){totalItems items{id}}`",
    example: { data: { addCustomersToGroup: { id: "1", customers: { totalItems: 1, items: [{ id: "1" }] } } } },
    reads: Schema.decodeUnknownEither(VendureApi.Added),
    shown: ask(VendureApi.addMembers, { id: ids.group, customers: [ids.customer], take: 100, those: [ids.customer] })
  }
]

const unused = [
  ["{query, variables}", "the body of every call, in SandboxCalls"],
  ["filter:{externalId:{eq}}", "no group is looked for by a custom field"],
  ["customFields:{…}", "input; tested in Vendure.test.ts"],
  ["options:{take,skip,sort,filter,filterOperator}", "input; in SandboxShop"],
  ["sort:{id:ASC}", "input; in every list"],
  ["filter:{emailAddress:{eq}}", "`contains` is asked for"],
  ["{in:[…]}", "of addresses: each is asked for by itself"],
  ["customers{items{groups{id}}}", "memberships are listed by group"]
] as const

const sheet = FactSheet.text("vendure")

describe("the facts of Vendure", () => {
  it.effect("are read by the connector and shown by the sandbox", () =>
    Effect.gen(function* () {
      const sandbox = Sandbox.make()
      const [ann] = sandbox.target.addCustomers([
        { email: "ann@x.example", name: "Ann" },
        { email: "ben@x.example", name: "Ben" }
      ])
      const customer = ann?.id ?? ""
      const ids = { customer, group: sandbox.target.addGroup({ name: "VIP", members: [customer] }) }
      const headers = { "vendure-api-key": String(sandbox.options("")["apiKey"]) }
      assert.deepStrictEqual(yield* FactSheet.problems(facts(ids), sandbox.app, headers), [])
    })
  )

  it.skipIf(sheet === null)("are all that the sheet shows", () => {
    assert.deepStrictEqual(FactSheet.uncovered(sheet ?? "", facts({ customer: "", group: "" }), unused), [])
  })
})
