/** What Zendesk's pages and recordings show, by the fact sheet: read by the connector, and shown by the sandbox. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as FactSheet from "../../test/kit/FactSheet.ts"
import { TokenAnswer } from "../../src/http/auth/ClientCredentials.ts"
import * as Sandbox from "./sandbox.ts"
import * as SandboxCalls from "./SandboxCalls.ts"
import * as ZendeskApi from "./ZendeskApi.ts"

const stamps = { created_at: "2009-08-26T00:07:08Z", updated_at: "2010-05-13T00:07:08Z" }
const guest = { headers: { authorization: "Basic bm9ib2R5" } }
const expired = { headers: { authorization: "Bearer expired" } }
const { clientId, clientSecret } = Sandbox.make().renewing.options("")
const tokenRequest = { grant_type: "client_credentials", client_id: clientId, client_secret: clientSecret, scope: "read" }
const onlyReads = { never: "the sandbox only reads" }

const facts: ReadonlyArray<FactSheet.Fact> = [
  {
    says: "{id:int, url:string, name:string, external_id:string|null,",
    example: {
      id: 4_112_492,
      url: "https://acme.zendesk.com/api/v2/organizations/4112492.json",
      name: "Groablet Enterprises",
      external_id: null,
      domain_names: ["example.com"],
      details: null,
      notes: null,
      group_id: null,
      shared_tickets: true,
      shared_comments: true,
      tags: ["smiley"],
      organization_fields: { datepudding: "2015-11-04T00:00:00+00:00" },
      ...stamps
    },
    reads: Schema.decodeUnknownEither(ZendeskApi.Organization),
    shown: { path: "/api/v2/organizations?page[size]=1", at: ["organizations", 0] },
    but: [[/^\.organization_fields\./, "fields are the account's own"]]
  },
  {
    says: "{id:int, url, user_id:int, organization_id:int, default: true|null,",
    example: {
      id: 4,
      url: "https://acme.zendesk.com/api/v2/organization_memberships/4.json",
      user_id: 29,
      organization_id: 12,
      default: true,
      organization_name: "Groablet Enterprises",
      view_tickets: true,
      ...stamps
    },
    reads: Schema.decodeUnknownEither(ZendeskApi.Membership),
    shown: { path: "/api/v2/organization_memberships?page[size]=1", at: ["organization_memberships", 0] }
  },
  {
    says: "{id, url, name, email:string|null, created_at, updated_at, time_zone,",
    example: {
      id: 35_436,
      url: "https://acme.zendesk.com/api/v2/users/35436.json",
      name: "Johnny Agent",
      email: null,
      ...stamps,
      time_zone: "Copenhagen",
      iana_time_zone: "Europe/Copenhagen",
      phone: null,
      shared_phone_number: null,
      photo: null,
      locale_id: 8,
      locale: "en-DE",
      organization_id: 57_542,
      role: "end-user",
      verified: true,
      external_id: null,
      tags: ["enterprise"],
      alias: null,
      active: true,
      shared: false,
      shared_agent: false,
      last_login_at: null,
      two_factor_auth_enabled: null,
      signature: null,
      details: null,
      notes: null,
      role_type: null,
      custom_role_id: null,
      moderator: false,
      ticket_restriction: "requested",
      only_private_comments: false,
      restricted_agent: true,
      suspended: false,
      default_group_id: null,
      report_csv: false,
      user_fields: {}
    },
    reads: Schema.decodeUnknownEither(ZendeskApi.User),
    shown: { path: "/api/v2/users?page[size]=1", at: ["users", 0] }
  },
  {
    says: "meta:{has_more:bool, after_cursor:string|null, before_cursor:string|null}",
    example: { users: [], meta: { has_more: false, after_cursor: "eyJvIjoiaWQifQ==", before_cursor: "eyJvIjoiaWQifQ==" }, links: { next: null, prev: null } },
    reads: Schema.decodeUnknownEither(ZendeskApi.Users),
    shown: { path: "/api/v2/users?page[size]=1" }
  },
  {
    says: "`meta` present → cursor, `next_page` key present → offset",
    example: { users: [], next_page: null, previous_page: null, count: 0 },
    reads: Schema.decodeUnknownEither(ZendeskApi.Users),
    shown: { path: "/api/v2/users" }
  },
  {
    says: "{user:{…}}",
    example: { user: { id: 35_436, role: "admin", email: "johnny@example.com" } },
    reads: Schema.decodeUnknownEither(ZendeskApi.Me),
    shown: { path: "/api/v2/users/me" },
    but: [[/is not in the example$/, "the sheet names what tells who we are, and not the rest of the user"]]
  },
  {
    says: '{grant_type: "client_credentials",',
    example: tokenRequest,
    reads: Schema.decodeUnknownEither(SandboxCalls.TokenRequest, { onExcessProperty: "error" }),
    shown: { never: "it is what is sent, and not an answer" }
  },
  {
    says: "{access_token, token_type:",
    example: { access_token: "f9a3c1", token_type: "bearer", expires_in: 1800, scope: "read" },
    reads: Schema.decodeUnknownEither(TokenAnswer),
    shown: { method: "POST", path: "/oauth/tokens", body: tokenRequest }
  },
  {
    says: '{"error":"Couldn\'t authenticate you"}',
    example: { error: "Couldn't authenticate you" },
    reads: FactSheet.refused(401, "Couldn't authenticate you"),
    shown: { path: "/api/v2/users", status: 401, ...guest }
  },
  {
    says: '{"error":"invalid_token",',
    example: { error: "invalid_token", error_description: "The access token provided is expired, revoked, malformed or invalid for other reasons." },
    reads: FactSheet.refused(401, "expired, revoked"),
    shown: { path: "/api/v2/users", status: 401, ...expired }
  },
  {
    says: '{"error":{"title":…,"message":"Access to this resource is restricted…"}}',
    example: { error: { title: "Forbidden", message: "Access to this resource is restricted. Please contact the account administrator." } },
    reads: FactSheet.refused(403, "Access to this resource is restricted"),
    shown: { path: "/api/v2/organizations/403", status: 403 }
  },
  {
    says: "Missing the following required scopes: read",
    example: { error: "Forbidden", description: "Missing the following required scopes: read" },
    reads: FactSheet.refused(403, "required scopes: read"),
    shown: { never: "the sandbox refuses in the other of the two shapes" }
  },
  {
    says: '{"error":"RecordNotFound",',
    example: { error: "RecordNotFound", description: "Not found" },
    reads: FactSheet.refused(404, "Not found"),
    shown: { path: "/api/v2/users/404", status: 404 }
  },
  {
    says: '{"error":"InvalidEndpoint",',
    example: { error: "InvalidEndpoint", description: "Not found" },
    reads: FactSheet.refused(404, "Not found"),
    shown: { path: "/api/v2/nowhere", status: 404 }
  },
  {
    says: '{"error":"TooManyValues",',
    example: { error: "TooManyValues", description: "Parameter ids accepts a list of at most 100 values" },
    reads: FactSheet.refused(400, "at most 100 values"),
    shown: { path: `/api/v2/users/show_many?ids=${Array.from({ length: 101 }, (_, id) => id).join(",")}`, status: 400 }
  },
  {
    says: '{"error":{"title":"Invalid attribute",',
    example: { error: { title: "Invalid attribute", message: "You passed an invalid value" } },
    reads: FactSheet.refused(400, "Invalid attribute: You passed"),
    shown: { path: "/api/v2/users?page[size]=0", status: 400 }
  },
  {
    says: '{"error":"RecordInvalid",',
    example: {
      error: "RecordInvalid",
      description: "Record validation errors",
      details: { name: [{ description: "Name: is too short", error: "ValueTooShort" }] }
    },
    reads: FactSheet.refused(422, "Record validation errors"),
    shown: onlyReads
  },
  {
    says: '{"error":"APIRateLimitExceeded",',
    example: { error: "APIRateLimitExceeded", description: "Number of allowed incremental export API requests per minute exceeded" },
    reads: FactSheet.refused(429, "per minute exceeded"),
    shown: { never: "it would spend the allowance of all others; ZendeskPaging.test.ts looks at it" }
  },
  {
    says: '{"errors":[{"code":"TooManyRequests","title":…}]}',
    example: { errors: [{ code: "TooManyRequests", title: "Too many requests" }] },
    reads: FactSheet.refused(429, "Too many requests"),
    shown: { never: "the sandbox refuses in the shape that was recorded" }
  }
]

const unused = [
  ["{count:{value,refreshed_at}}", "counts are approximate, and not asked for"],
  ["{name,count}", "the list of tags is of tickets"],
  ["{id, url, user_id, type:", "addresses beside the first are not read"],
  ["links:{next,prev}", "it stands beside meta above"],
  ["{users[], after_url,", "lists are read whole"],
  ["{organizations|users[], count, end_time,", "lists are read whole"],
  ["{id:string, url, status:", "merges are seen by what is gone"]
] as const

const sheet = FactSheet.text("zendesk")

describe("the facts of Zendesk", () => {
  it.effect("are read by the connector and shown by the sandbox", () =>
    Effect.gen(function* () {
      const sandbox = Sandbox.make()
      sandbox.source.load({
        customers: [{ id: "1", email: "ann@x.example", name: "Ann", tags: ["vip"] }],
        organizations: [{ id: "101", name: "Globex", tags: ["gold"], fields: { contract: "gold" } }],
        memberships: [{ customer: "1", organization: "101" }]
      })
      const { apiToken, email } = sandbox.options("")
      const headers = { authorization: `Basic ${Buffer.from(`${email}/token:${apiToken}`).toString("base64")}` }
      sandbox.refuse("/organizations/403", 403)
      assert.deepStrictEqual(yield* FactSheet.problems(facts, sandbox.app, headers), [])
    })
  )

  it.skipIf(sheet === null)("are all that the sheet shows", () => {
    assert.deepStrictEqual(FactSheet.uncovered(sheet ?? "", facts, unused), [])
  })
})
