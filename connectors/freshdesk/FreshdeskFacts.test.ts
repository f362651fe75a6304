/** What Freshdesk's pages and recordings show, by the fact sheet: read by the connector, and shown by the sandbox. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as FactSheet from "../../test/kit/FactSheet.ts"
import * as FreshdeskApi from "./FreshdeskApi.ts"
import * as Sandbox from "./sandbox.ts"

const stamps = { created_at: "2015-08-24T11:59:05Z", updated_at: "2015-08-24T11:59:05Z" }
const key = [/\.unique_external_id is not in the example$/, "among the further keys seen"] as const

/** A row of the list; what it may lack stands in it. */
const row = {
  active: true,
  address: null,
  company_id: 23,
  deleted: false,
  description: null,
  email: "clark@example.com",
  id: 432,
  contact_type: "contact",
  job_title: null,
  language: "en",
  mobile: null,
  name: "Clark Kent",
  phone: null,
  time_zone: "Hawaii",
  twitter_id: null,
  social_handler: [],
  ...stamps,
  other_companies: [25, 26],
  custom_fields: {}
}
const rare = [
  [/\.deleted is missing$/, "shown of the deleted alone"],
  [/\.social_handler is missing$/, "not in every account"]
] as const

const facts: ReadonlyArray<FactSheet.Fact> = [
  {
    says: "[{id,name,description,default,created_at,updated_at}]",
    example: [{ id: 1, name: "Account Administrator", description: "Has complete control", default: true, ...stamps }],
    reads: Schema.decodeUnknownEither(FreshdeskApi.Roles),
    shown: { path: "/api/v2/roles" }
  },
  {
    says: "{id:int, name, description:string|null, domains:string[],",
    example: {
      id: 8,
      name: "Lexcorp",
      description: null,
      domains: ["lexcorp", "lexcorp-usa"],
      note: null,
      health_score: null,
      account_tier: null,
      renewal_date: null,
      industry: null,
      custom_fields: {},
      created_at: "2014-01-08T09:08:53+05:30",
      updated_at: "2014-01-08T09:08:53+05:30"
    },
    reads: Schema.decodeUnknownEither(FreshdeskApi.Company),
    shown: { path: "/api/v2/companies", at: [0] }
  },
  {
    says: "{active:bool (=verified), address, company_id:int|null,",
    example: row,
    reads: Schema.decodeUnknownEither(FreshdeskApi.Contact),
    shown: { path: "/api/v2/contacts", at: [0] },
    but: [key, ...rare]
  },
  {
    says: "other_companies: [{company_id:int, view_all_tickets:bool}]",
    example: {
      ...row,
      other_companies: [{ company_id: 25, view_all_tickets: true }],
      tags: ["vip"],
      other_emails: ["lex@example.com"],
      avatar: null,
      devices: null
    },
    reads: Schema.decodeUnknownEither(FreshdeskApi.Contact),
    shown: { path: "/api/v2/contacts/1" },
    but: [key, ...rare]
  },
  {
    says: "{id, available, available_since, occasional, signature,",
    example: {
      id: 432,
      available: true,
      available_since: null,
      occasional: false,
      signature: null,
      ticket_scope: 1,
      type: "support_agent",
      group_ids: [],
      role_ids: [1],
      skill_ids: [],
      focus_mode: true,
      ...stamps,
      contact: {
        active: true,
        email: "diana@example.com",
        job_title: null,
        language: "en",
        last_login_at: null,
        mobile: null,
        name: "Diana Prince",
        phone: null,
        time_zone: "Chennai",
        ...stamps
      }
    },
    reads: Schema.decodeUnknownEither(FreshdeskApi.Agent),
    shown: { path: "/api/v2/agents", at: [0] },
    but: [[/\.(role_ids|skill_ids|focus_mode) is missing$/, "the documented list lacks them"]]
  },
  {
    says: '{"description":"Validation failed",',
    example: { description: "Validation failed", errors: [{ field: "per_page", message: "It should be a Positive Integer", code: "invalid_value" }] },
    reads: FactSheet.refused(400, "It should be a Positive Integer"),
    shown: { path: "/api/v2/contacts?per_page=101", status: 400 }
  },
  {
    says: '{"code":"invalid_credentials",',
    example: { code: "invalid_credentials", message: "You have to be logged in to perform this action." },
    reads: FactSheet.refused(401, "You have to be logged in"),
    shown: { path: "/api/v2/contacts", status: 401, headers: {} }
  },
  {
    says: "body may be empty",
    example: null,
    reads: FactSheet.refused(404, "not found"),
    shown: { path: "/api/v2/contacts/404", status: 404 }
  }
]

const unused = [
  ["{total,results}", "searches end after 300 rows"],
  ["{companies:[…]}", "names are not completed"],
  ["{fields:{default_fields:[],custom_fields:[]}}", "nothing is exported"]
] as const

const sheet = FactSheet.text("freshdesk")

describe("the facts of Freshdesk", () => {
  it.effect("are read by the connector and shown by the sandbox", () =>
    Effect.gen(function* () {
      const sandbox = Sandbox.make()
      sandbox.source.load({
        customers: [
          { id: "1", email: "ann@x.example", name: "Ann", tags: ["vip"] },
          { id: "2", email: "eve@x.example", name: "Eve", staff: true }
        ],
        organizations: ["101", "102"].map((id) => ({ id, name: `Globex ${id}` })),
        memberships: ["101", "102"].map((organization) => ({ customer: "1", organization }))
      })
      const headers = { authorization: `Basic ${Buffer.from(`${sandbox.options("")["apiKey"]}:X`).toString("base64")}` }
      assert.deepStrictEqual(yield* FactSheet.problems(facts, sandbox.app, headers), [])
    })
  )

  it.skipIf(sheet === null)("are all that the sheet shows", () => {
    assert.deepStrictEqual(FactSheet.uncovered(sheet ?? "", facts, unused), [])
  })
})
