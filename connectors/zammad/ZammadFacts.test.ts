/** What Zammad's pages show, by the fact sheet: read by the connector, and shown by the sandbox. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as FactSheet from "../../test/kit/FactSheet.ts"
import * as Sandbox from "./sandbox.ts"
import * as ZammadApi from "./ZammadApi.ts"
import * as ZammadPages from "./ZammadPages.ts"

const stamps = { updated_by_id: 3, created_by_id: 1, created_at: "2023-07-26T08:44:48.617Z", updated_at: "2023-08-04T12:01:44.370Z" }
const excerpt = [/is not in the example$/, "the sheet shows an excerpt"] as const

const facts: ReadonlyArray<FactSheet.Fact> = [
  {
    says: '{"id":2,"name":"Example Inc.",',
    example: {
      id: 2,
      name: "Example Inc.",
      shared: true,
      domain: "",
      domain_assignment: false,
      active: true,
      note: "",
      vip: false,
      ...stamps,
      member_ids: [3, 5, 4],
      secondary_member_ids: []
    },
    reads: Schema.decodeUnknownEither(ZammadApi.Organization),
    shown: { path: "/api/v1/organizations", at: [0] },
    but: [
      [/^\.vip is missing$/, "absent from one organization of the documented list"],
      [/^\.contract is not in the example$/, "administrators add attributes"]
    ]
  },
  {
    says: "id, organization_id|null, organization_ids[], login, firstname,",
    example: {
      id: 3,
      organization_id: 2,
      organization_ids: [4],
      login: "chris@chrispresso.com",
      firstname: "Christopher",
      lastname: "Miller",
      email: "chris@chrispresso.com",
      phone: "",
      mobile: "",
      active: true,
      verified: false,
      vip: false,
      role_ids: [1, 2],
      group_ids: {},
      preferences: {},
      created_at: stamps.created_at,
      updated_at: stamps.updated_at
    },
    reads: Schema.decodeUnknownEither(ZammadApi.User),
    shown: { path: "/api/v1/users", at: [1] },
    but: [excerpt]
  },
  {
    says: "User id 1 is the system user",
    example: { id: 1, login: "-", firstname: "-", lastname: "", email: "", active: false, organization_id: null, organization_ids: [], role_ids: [] },
    reads: Schema.decodeUnknownEither(ZammadApi.User),
    shown: { path: "/api/v1/users", at: [0] },
    but: [excerpt]
  },
  {
    says: "Role: `id, name, active, permission_ids[], …`",
    example: { id: 3, name: "Service", active: true, permission_ids: [61], permissions: ["ticket.customer"] },
    reads: Schema.decodeUnknownEither(ZammadApi.Role),
    shown: { path: "/api/v1/roles?expand=true", at: [2] },
    but: [excerpt]
  },
  {
    says: "{record_ids \\| organization_ids…, assets:{Organization:{…},User:{…}}, total_count?}",
    example: { record_ids: [2], assets: {} },
    reads: Schema.decodeUnknownEither(ZammadPages.Full),
    shown: { path: "/api/v1/organizations?full=true" }
  },
  {
    says: '{"error":"…","error_human":"…"}',
    example: { error: "Not authorized", error_human: "Not authorized" },
    reads: FactSheet.refused(403, "Not authorized"),
    shown: { path: "/api/v1/users", status: 401, headers: {} }
  }
]

const unused = [
  ["{tags:[…]}", "tags are on tickets"],
  ['{"error":"Can\'t delete, object has references."}', "nothing is written"]
] as const

const sheet = FactSheet.text("zammad")

describe("the facts of Zammad", () => {
  it.effect("are read by the connector and shown by the sandbox", () =>
    Effect.gen(function* () {
      const sandbox = Sandbox.make()
      sandbox.source.load({
        customers: [{ id: "1", email: "ann@x.example", name: "Ann Example" }],
        organizations: ["101", "102"].map((id) => ({ id, name: `Globex ${id}`, fields: { contract: "gold" } })),
        memberships: ["101", "102"].map((organization) => ({ customer: "1", organization }))
      })
      const headers = { authorization: `Token token=${sandbox.options("")["token"]}` }
      assert.deepStrictEqual(yield* FactSheet.problems(facts, sandbox.app, headers), [])
    })
  )

  it.skipIf(sheet === null)("are all that the sheet shows", () => {
    assert.deepStrictEqual(FactSheet.uncovered(sheet ?? "", facts, unused), [])
  })
})
