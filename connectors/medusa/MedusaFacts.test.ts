/** What a Medusa server answered, by the fact sheet: read by the connector, and shown by the sandbox. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as FactSheet from "../../test/kit/FactSheet.ts"
import * as MedusaApi from "./MedusaApi.ts"
import * as Sandbox from "./sandbox.ts"

const created_at = "2026-12-01T05:13:44.361Z"
const group = { id: "cusgroup_01", name: "T1", created_by: "apk_01", created_at, updated_at: created_at, deleted_at: null, metadata: { groupbridge: "x" } }

const facts = (ids: { readonly group: string; readonly customer: string; readonly deleted: string }): ReadonlyArray<FactSheet.Fact> => {
  const members = (id: string) => `/admin/customer-groups/${id}/customers`
  return [
    {
      says: "{customer_group}",
      example: { customer_group: group },
      reads: Schema.decodeUnknownEither(MedusaApi.OneGroup),
      shown: { path: `/admin/customer-groups/${ids.group}` },
      but: [[/metadata/, "free JSON"]]
    },
    {
      says: "{customers|customer_groups, count, offset, limit}",
      example: { customers: [{ id: "cus_01", email: "ann@x.example" }], count: 1, offset: 0, limit: 50 },
      reads: Schema.decodeUnknownEither(MedusaApi.Customers),
      shown: { path: "/admin/customers?fields=id,email" }
    },
    {
      says: "{id,object,deleted:true}",
      example: { id: "cusgroup_none", object: "customer_group", deleted: true },
      reads: Schema.decodeUnknownEither(MedusaApi.Deleted),
      shown: { method: "DELETE", path: "/admin/customer-groups/cusgroup_none" }
    },
    {
      says: "{}",
      example: {},
      reads: Schema.decodeUnknownEither(MedusaApi.Changed),
      shown: { method: "POST", path: members(ids.deleted), body: { add: [ids.customer] } }
    },
    {
      says: '{"message":"request entity too large","type":"unknown_error"}',
      example: { message: "request entity too large", type: "unknown_error" },
      reads: FactSheet.refused(413, "request entity too large"),
      shown: { method: "POST", path: members(ids.group), body: { add: ["x".repeat(100_000)] }, status: 413 }
    },
    {
      says: "{type, message}",
      example: { type: "not_found", message: "You tried to set relationship customer_id: cus_x, but such entity does not exist" },
      reads: FactSheet.refused(404, "You tried to set relationship"),
      shown: { method: "POST", path: members(ids.group), body: { add: ["cus_x"] }, status: 404 }
    },
    {
      says: '{message:"Unauthorized"}',
      example: { message: "Unauthorized" },
      reads: FactSheet.refused(401, "Unauthorized"),
      shown: { path: "/admin/customers", headers: {}, status: 401 }
    }
  ]
}

const unused = [
  ["{token}", "a login of a person is not used"],
  ['{type:"unauthorized"}', "of a login"],
  ["{name, metadata?}", "input; in SandboxCalls"],
  ["{add?:[ids], remove?:[ids]}", "input; in SandboxCalls"],
  ["admin:{disable:true}", "of the server's config"]
] as const

const sheet = FactSheet.text("medusa")

describe("the facts of Medusa", () => {
  it.effect("are read by the connector and shown by the sandbox", () =>
    Effect.gen(function* () {
      const sandbox = Sandbox.make()
      const { target } = sandbox
      const [ann] = target.addCustomers([{ email: "ann@x.example", name: "Ann" }])
      const customer = ann?.id ?? ""
      const ids = { customer, group: target.addGroup({ name: "VIP", externalId: "5", members: [customer] }), deleted: target.addGroup({ name: "Gone" }) }
      target.deleteGroup(ids.deleted)
      const headers = { authorization: `Basic ${Buffer.from(`${sandbox.options("")["secretKey"]}:`).toString("base64")}` }
      assert.deepStrictEqual(yield* FactSheet.problems(facts(ids), sandbox.app, headers), [])
    })
  )

  it.skipIf(sheet === null)("are all that the sheet shows", () => {
    assert.deepStrictEqual(FactSheet.uncovered(sheet ?? "", facts({ customer: "", group: "", deleted: "" }), unused), [])
  })
})
