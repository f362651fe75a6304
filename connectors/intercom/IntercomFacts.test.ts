/** What Intercom's pages and recordings show, by the fact sheet: read by the connector, and shown by the sandbox. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as FactSheet from "../../test/kit/FactSheet.ts"
import * as IntercomApi from "./IntercomApi.ts"
import * as Sandbox from "./sandbox.ts"

const stamps = { created_at: 1_717_041_508, updated_at: 1_717_041_508 }
const tag = { type: "tag", id: "81", name: "Manual tag" }
const segment = { type: "segment", id: "6657add46abd0167d9419cd2", name: "Active" }
const nested = (what: string, type: string) => ({
  type: "list",
  data: [{ id: "81", type, url: `/${what}/81` }],
  url: `/contacts/6657adf6abd0167d9419d00/${what}`,
  total_count: 1,
  has_more: false
})

const contact = {
  type: "contact",
  id: "6657adf6abd0167d9419d00",
  external_id: null,
  workspace_id: "this_is_an_id1_that_should_be_at_least_",
  role: "user",
  email: null,
  email_domain: null,
  phone: null,
  formatted_phone: null,
  name: null,
  avatar: null,
  owner_id: null,
  has_hard_bounced: false,
  marked_email_as_spam: false,
  unsubscribed_from_emails: false,
  ...stamps,
  signed_up_at: null,
  last_seen_at: null,
  last_replied_at: null,
  last_contacted_at: null,
  location: null,
  custom_attributes: {},
  tags: nested("tags", "tag"),
  companies: nested("companies", "company"),
  notes: null,
  social_profiles: null,
  merge_history: null
}
const absent = [/\.(email_domain|formatted_phone|merge_history) is missing$/, "the sheet marks them as optional"] as const
const more = [/is not in the example$/, "the sheet names some fields for all; IntercomOpenApi.test.ts looks at every one"] as const

const company = {
  type: "company",
  id: "531ee472cce572a6ec000006",
  company_id: "9223372036854775807",
  app_id: "abc123",
  name: "Blue Sun",
  plan: {},
  remote_created_at: 1_717_041_508,
  ...stamps,
  last_request_at: null,
  size: 100,
  website: "https://example.com",
  industry: "Manufacturing",
  monthly_spend: 1000,
  session_count: 0,
  user_count: 1,
  tags: { type: "tag.list", tags: [tag] },
  segments: { type: "segment.list", segments: [{ type: "segment", id: "1" }] },
  custom_attributes: {}
}

const facts: ReadonlyArray<FactSheet.Fact> = [
  {
    says: "app {id_code, name, region, timezone, created_at}",
    example: {
      type: "admin",
      id: "1",
      email: null,
      app: { id_code: "abc123", name: "Acme", region: "US", timezone: "Europe/Prague", created_at: 1_717_041_508 }
    },
    reads: Schema.decodeUnknownEither(IntercomApi.Me),
    shown: { path: "/me" },
    but: [more]
  },
  {
    says: '{type:"list",data:[contact],total_count,pages}',
    example: { type: "list", data: [contact], total_count: 1, pages: { type: "pages", page: 1, per_page: 50, total_pages: 1, next: null } },
    reads: Schema.decodeUnknownEither(IntercomApi.Contacts),
    shown: { path: "/contacts?per_page=50" },
    but: [absent, more, [/^\.pages\.next is missing$/, "null or absent is the end"]]
  },
  {
    says: 'pages:{type:"pages",page,per_page,total_pages,next:{per_page,starting_after}|null/absent}',
    example: {
      type: "list",
      data: [],
      total_count: 2,
      pages: { type: "pages", page: 1, per_page: 1, total_pages: 2, next: { per_page: 1, starting_after: "WyJ4Il0=" } }
    },
    reads: Schema.decodeUnknownEither(IntercomApi.Contacts),
    shown: { path: "/contacts?per_page=1" }
  },
  {
    says: '{type:"contact", id: 24-hex, external_id:string|null,',
    example: contact,
    reads: Schema.decodeUnknownEither(IntercomApi.Contact),
    shown: { path: "/contacts/1" },
    but: [absent, more]
  },
  {
    says: "{query,pagination:{per_page,starting_after},sort:{field,order}}",
    example: { type: "list", data: [contact], total_count: 1, pages: { type: "pages", page: 1, per_page: 150, total_pages: 1 } },
    reads: Schema.decodeUnknownEither(IntercomApi.Contacts),
    shown: { method: "POST", path: "/contacts/search", body: { query: { field: "role", operator: "=", value: "user" }, pagination: { per_page: 150 } } },
    but: [absent, more]
  },
  {
    says: '{type:"list",data:[{type:"tag",id,name}]}',
    example: { type: "list", data: [tag] },
    reads: Schema.decodeUnknownEither(IntercomApi.Tags),
    shown: { path: "/tags" }
  },
  {
    says: '{type:"segment.list",segments:[{type,id,name,created_at,updated_at,',
    example: { type: "segment.list", segments: [{ ...segment, ...stamps, person_type: "user", count: 3 }] },
    reads: Schema.decodeUnknownEither(IntercomApi.Segments),
    shown: { path: "/segments" },
    but: [[/\.count is missing$/, "counts are shown on demand"]]
  },
  {
    says: '{type:"admin", id:string, name, email, job_title,',
    example: {
      type: "admin",
      id: "991267459",
      name: "Ciaran Lee",
      email: null,
      job_title: null,
      away_mode_enabled: false,
      away_mode_reassign: false,
      has_inbox_seat: true,
      team_ids: [814_865],
      avatar: null,
      team_priority_level: null
    },
    reads: Schema.decodeUnknownEither(IntercomApi.Admin),
    shown: { path: "/admins", at: ["admins", 0] },
    but: [
      [/\.(avatar|team_priority_level) is missing$/, "the sheet marks them as optional"],
      [/\.away_status_reason_id is not in the example$/, "in the OpenAPI document"]
    ]
  },
  {
    says: '{type:"company", id: 24-hex string, company_id: string (the customer\'s own key),',
    example: company,
    reads: Schema.decodeUnknownEither(IntercomApi.Company),
    shown: { path: "/companies/globex" },
    but: [[/\.(remote_created_at|last_request_at|size|website|industry) is missing$/, "absent from a recorded row"]]
  },
  {
    says: "schema calls the array `companies`, the official example calls it `data`",
    example: { type: "list", companies: [company], total_count: 1, pages: null },
    reads: Schema.decodeUnknownEither(IntercomApi.ContactCompanies),
    shown: { path: "/contacts/1/companies" },
    but: [
      [/^\.companies is missing$/, "the example's word for it"],
      [/^\.data is not in the example$/, "likewise"]
    ]
  },
  {
    says: '{"type":"error.list","request_id":string|null,"errors":[{"code":string,"message":string,"field":string|null}]}',
    example: { type: "error.list", request_id: "b6k", errors: [{ code: "unauthorized", message: "Access Token Invalid", field: null }] },
    reads: FactSheet.refused(401, "Access Token Invalid"),
    shown: { path: "/contacts", status: 401, headers: {} },
    but: [[/\.field is missing$/, "the document's examples lack it"]]
  }
]

const unused = [
  ['{type:"team.list",teams:[{id,name,admin_ids}]}', "teams are of teammates"],
  ['{field:"tag_id",operator:"=",value:"<id>"}', "tags stand in the rows of contacts"],
  ['{id,object:"company",deleted:true}', "nothing is written"]
] as const

const sheet = FactSheet.text("intercom")

describe("the facts of Intercom", () => {
  it.effect("are read by the connector and shown by the sandbox", () =>
    Effect.gen(function* () {
      const sandbox = Sandbox.make()
      sandbox.source.load({
        customers: [
          { id: "1", email: "ann@x.example", name: "Ann", tags: ["vip"], segments: ["Active"] },
          { id: "2", email: "ben@x.example", name: "Ben" },
          { id: "3", email: "eve@x.example", name: "Eve", staff: true }
        ],
        organizations: [{ id: "globex", name: "Globex", tags: ["gold"] }],
        memberships: [{ customer: "1", organization: "globex" }]
      })
      const headers = { authorization: `Bearer ${sandbox.options("")["accessToken"]}` }
      assert.deepStrictEqual(yield* FactSheet.problems(facts, sandbox.app, headers), [])
    })
  )

  it.skipIf(sheet === null)("are all that the sheet shows", () => {
    assert.deepStrictEqual(FactSheet.uncovered(sheet ?? "", facts, unused), [])
  })
})
