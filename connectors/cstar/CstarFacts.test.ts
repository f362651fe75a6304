/** What cStar's pages show, by the fact sheet: read by the connector, and shown by the sandbox. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as FactSheet from "../../test/kit/FactSheet.ts"
import * as CstarApi from "./CstarApi.ts"
import * as CstarErrors from "./CstarErrors.ts"
import * as Sandbox from "./sandbox.ts"

const team = "/api/v1/teams/team_1"
const timestamp = "2026-01-15T10:30:00Z"
const group = { id: "b3f1", object: "customer_group", name: "Enterprise", slug: "enterprise", customerCount: 42, createdAt: timestamp }
const member = { id: "cus_1", object: "customer", name: "Ann", email: "ann@x.example", joinedGroupAt: timestamp }
const customer = {
  id: "cus_1",
  object: "customer",
  name: "Ann",
  email: "ann@x.example",
  sentiment: null,
  status: "active",
  tags: ["vip"],
  notes: null,
  customFields: {},
  ticketCount: 3,
  metadata: {},
  createdAt: timestamp,
  updatedAt: timestamp
}
const refusal = {
  success: false,
  error: {
    type: "authentication_error",
    code: "authentication_required",
    message: "Invalid or missing authentication token.",
    doc_url: "https://www.cstar.help/docs/errors",
    request_id: "req_1"
  },
  meta: { timestamp }
}

/** `ids` of the sandbox: of a group, of a member of it, and of somebody who is not. */
const facts = (ids: { readonly group: string; readonly member: string; readonly stranger: string }): ReadonlyArray<FactSheet.Fact> => [
  {
    says: "{data:[…], pagination:{total,page,pageSize,hasMore}}",
    example: { data: [{ ...group, description: "Big ones" }], pagination: { total: 1, page: 1, pageSize: 25, hasMore: false } },
    reads: Schema.decodeUnknownEither(CstarApi.list(CstarApi.Group)),
    shown: { path: `${team}/customer-groups` },
    but: [
      [/^\.data\[\]\.customFields is not in the example$/, "promised by the table of fields, and the mark needs it: the sandbox shows it unless told otherwise"]
    ]
  },
  {
    says: "the create sample lacks `description`",
    example: { ...group, customFields: { tier: "gold" } },
    reads: Schema.decodeUnknownEither(CstarApi.Group),
    shown: { method: "POST", path: `${team}/customer-groups`, body: { name: "New", customFields: { tier: "gold" } }, status: 201 }
  },
  {
    says: "GET `/customer-groups/{groupId}` | – | 200 bare object",
    example: { ...group, description: null, customFields: {} },
    reads: Schema.decodeUnknownEither(CstarApi.Group),
    shown: { path: `${team}/customer-groups/${ids.group}` }
  },
  {
    says: "the PATCH sample has only `id, object, name`",
    example: { id: "b3f1", object: "customer_group", name: "Enterprise" },
    reads: Schema.decodeUnknownEither(CstarApi.Updated),
    shown: { method: "PATCH", path: `${team}/customer-groups/${ids.group}`, body: { name: "Renamed" } }
  },
  {
    says: '{data:[{id,object:"customer",name,email,joinedGroupAt}],pagination}',
    example: { data: [member], pagination: { total: 1, page: 1, pageSize: 25, hasMore: false } },
    reads: Schema.decodeUnknownEither(CstarApi.list(CstarApi.MemberRow)),
    shown: { path: `${team}/customer-groups/${ids.group}/members` }
  },
  {
    says: "{added,total,skipped}",
    example: { added: 3, total: 5, skipped: 2 },
    reads: Schema.decodeUnknownEither(CstarApi.Added),
    shown: { method: "POST", path: `${team}/customer-groups/${ids.group}/members`, body: { customerIds: [ids.stranger] }, status: 201 }
  },
  {
    says: "{removed:true,customerId,groupId}",
    example: { removed: true, customerId: "cus_1", groupId: "b3f1" },
    reads: Schema.decodeUnknownEither(CstarApi.Removed),
    shown: { method: "DELETE", path: `${team}/customer-groups/${ids.group}/members?customerId=${ids.member}` }
  },
  {
    says: "{deleted:true,id}",
    example: { deleted: true, id: "b3f1" },
    reads: Schema.decodeUnknownEither(CstarApi.Deleted),
    shown: { method: "DELETE", path: `${team}/customer-groups/${ids.group}` }
  },
  {
    says: "{success,data,meta.pagination{…totalPages}}",
    example: { success: true, data: [customer], meta: { requestId: "req_1", timestamp, pagination: { page: 1, pageSize: 20, total: 1, totalPages: 1 } } },
    reads: Schema.decodeUnknownEither(CstarApi.list(CstarApi.CustomerRow)),
    shown: { path: `${team}/customers` }
  },
  {
    says: "{success:true,data,pagination{…hasMore}}",
    example: { success: true, data: [customer], pagination: { page: 1, pageSize: 20, total: 1, hasMore: false } },
    reads: Schema.decodeUnknownEither(CstarApi.list(CstarApi.CustomerRow)),
    shown: { never: "the sandbox shows the envelope of the reference, unless told otherwise" }
  },
  {
    says: "{success:false,error:{type,code,message,doc_url,request_id},meta:{timestamp}}",
    example: refusal,
    reads: FactSheet.refused(401, "Invalid or missing authentication token.", CstarErrors.decode),
    shown: { path: `${team}/customers`, status: 401, headers: {} }
  },
  {
    says: "`error` may be a plain **string**",
    example: { success: false, error: "Invalid API key" },
    reads: FactSheet.refused(401, "Invalid API key", CstarErrors.decode),
    shown: { never: "of older pages; the sandbox answers so only if told" }
  }
]

const unused = [
  [
    "{success:true,data:[…],meta:{requestId,timestamp,pagination:{page,pageSize,total,totalPages}}}",
    "the envelope of customers, above, for members of the team"
  ],
  ['{success:true,data:[{id:"inv_...",email,', "CstarTeam.test.ts reads invitations"],
  ["{success:true,data:{id,email,role,status}}", "CstarTeam.test.ts reads what an invitation answers"]
] as const

const sheet = FactSheet.text("cstar")

describe("the facts of cStar", () => {
  it.effect("are read by the connector and shown by the sandbox", () =>
    Effect.gen(function* () {
      const sandbox = Sandbox.make()
      const [ann, ben] = sandbox.target.addCustomers(["ann", "ben"].map((name) => ({ name, email: `${name}@x.example` })))
      const ids = { member: ann?.id ?? "", stranger: ben?.id ?? "", group: sandbox.target.addGroup({ name: "Globex", members: [ann?.id ?? ""] }) }
      const headers = { authorization: `Bearer ${sandbox.options("")["apiKey"]}` }
      assert.deepStrictEqual(yield* FactSheet.problems(facts(ids), sandbox.app, headers), [])
    })
  )

  it.skipIf(sheet === null)("are all that the sheet shows", () => {
    assert.deepStrictEqual(FactSheet.uncovered(sheet ?? "", facts({ group: "", member: "", stranger: "" }), unused), [])
  })
})
