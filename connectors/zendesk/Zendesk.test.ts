/** What Zendesk's rows say; what every source must do stands in the conformance suite. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { answering, baseUrl, connect, customers, customersOf, failure, lastPage } from "./TestConnection.ts"

const user = {
  id: 1234567890123,
  url: "https://acme.zendesk.com/api/v2/users/1234567890123.json",
  name: "Anna",
  email: "anna@globex.example",
  created_at: "2024-01-02T03:04:05Z",
  updated_at: "2024-01-02T03:04:05Z",
  time_zone: "Prague",
  phone: null,
  photo: null,
  locale: "cs",
  organization_id: 5512,
  role: "end-user",
  verified: true,
  external_id: "A1",
  tags: ["VIP", "plan_gold", "vip"],
  active: true,
  shared: false,
  suspended: false,
  user_fields: { contract: "active", seats: 5, since: null, several: ["a", "b"] },
  is_billing_admin: false,
  suspension_details: null
}
const organization = {
  id: 5512,
  name: "Globex",
  external_id: null,
  domain_names: ["globex.example", "globex.test"],
  details: "key account",
  notes: null,
  group_id: null,
  shared_tickets: true,
  shared_comments: false,
  tags: ["VIP"],
  organization_fields: { contract: "active", tier: 2 },
  created_at: "2024-01-02T03:04:05Z",
  updated_at: "2024-01-02T03:04:05Z",
  deleted_at: null
}

describe("rows", () => {
  it.effect("a user becomes a customer, and each tag one group whatever its case", () =>
    Effect.gen(function* () {
      const { records } = yield* answering({ users: [user, { ...user, id: 2, tags: ["Vip"] }], ...lastPage })
      const vip = { kind: "tag", carrier: "customer", id: "vip" } as const
      const gold = { kind: "tag", carrier: "customer", id: "plan_gold" } as const
      const anna = {
        id: "1234567890123",
        email: "anna@globex.example",
        externalId: "A1",
        name: "Anna",
        role: "customer",
        suspended: false,
        verified: true,
        excluded: null,
        fields: { phone: null, locale: "cs", contract: "active", seats: 5, since: null }
      } as const
      assert.deepStrictEqual(yield* records("users"), [
        { _tag: "Customer", customer: anna },
        { _tag: "Group", group: { ...vip, name: "VIP", externalId: null, fields: {} } },
        { _tag: "Membership", group: vip, customer: anna.id },
        { _tag: "Group", group: { ...gold, name: "plan_gold", externalId: null, fields: {} } },
        { _tag: "Membership", group: gold, customer: anna.id },
        { _tag: "Customer", customer: { ...anna, id: "2" } },
        { _tag: "Membership", group: vip, customer: "2" }
      ])
    })
  )

  it.effect("an organization becomes a group, and its tag a group of its own that includes it", () =>
    Effect.gen(function* () {
      const { records } = yield* answering({ organizations: [organization], ...lastPage })
      const globex = { kind: "organization", carrier: "customer", id: "5512" } as const
      const vip = { kind: "tag", carrier: "organization", id: "vip" } as const
      const fields = { domain_names: "globex.example,globex.test", details: "key account", shared_tickets: true, contract: "active", tier: 2 }
      assert.deepStrictEqual(yield* records("organizations"), [
        { _tag: "Group", group: { ...globex, name: "Globex", externalId: null, fields } },
        { _tag: "Group", group: { ...vip, name: "VIP", externalId: null, fields: {} } },
        { _tag: "Inclusion", group: vip, organization: globex }
      ])
    })
  )

  it.effect("every membership counts, whether default is true, false or null", () =>
    Effect.gen(function* () {
      const rows = [true, false, null].map((value, index) => ({ id: index, user_id: 7, organization_id: 5512 + index, default: value, organization_name: "G" }))
      const { records } = yield* answering({ organization_memberships: rows, ...lastPage })
      assert.deepStrictEqual(
        yield* records("organization memberships"),
        ["5512", "5513", "5514"].map((id) => ({
          _tag: "Membership" as const,
          group: { kind: "organization" as const, carrier: "customer" as const, id },
          customer: "7"
        }))
      )
    })
  )

  it.effect("deleted rows are gone, not customers or groups", () =>
    Effect.gen(function* () {
      const { records } = yield* answering({
        users: [{ ...user, active: false, email: null }],
        organizations: [{ ...organization, deleted_at: "2026-01-02T03:04:05Z" }],
        ...lastPage
      })
      assert.deepStrictEqual(yield* records("users"), [{ _tag: "Gone", record: "customer", id: "1234567890123", cause: "deleted" }])
      const key = { kind: "organization", carrier: "customer", id: "5512" } as const
      assert.deepStrictEqual(yield* records("organizations"), [{ _tag: "Gone", record: "group", key, cause: "deleted" }])
    })
  )

  it.effect("an id beyond 2^53 has lost digits and stops the read", () =>
    Effect.gen(function* () {
      const { read } = yield* answering('{"users":[{"id":9007199254740993,"role":"end-user"}],"meta":{"has_more":false}}')
      assert.strictEqual((yield* failure(read("users"))).reason, "Malformed")
    })
  )

  it.effect("agents and admins are staff and their tags tell nothing; who is promoted is staff from then on", () =>
    Effect.gen(function* () {
      const { desk, records } = yield* connect()
      desk.load({
        customers: [
          { id: "1", email: "a@x.example", name: "A", tags: ["vip"] },
          { id: "2", email: "b@x.example", name: "B", tags: ["internal"], staff: true }
        ],
        organizations: [],
        memberships: []
      })
      const roles = Effect.map(records("users"), (found) => customersOf(found).map(({ id, role }) => `${id} ${role}`))
      assert.deepStrictEqual(yield* roles, ["1 customer", "2 staff"])
      desk.makeStaff("1")
      assert.deepStrictEqual(yield* roles, ["1 staff", "2 staff"])
      assert.deepStrictEqual(
        (yield* records("users")).map(({ _tag }) => _tag),
        ["Customer", "Customer"]
      )
    })
  )

  it.effect("suspended and unverified customers are left out only if the options say so", () =>
    Effect.gen(function* () {
      const users = [user, { ...user, id: 2, suspended: true }, { ...user, id: 3, verified: false }, { ...user, id: 4, role: "agent", suspended: true }]
      const app = () => () => Effect.succeed({ status: 200, headers: {}, body: JSON.stringify({ users, ...lastPage }) })
      const excluded = (policy: Readonly<Record<string, string>>) =>
        Effect.gen(function* () {
          const { records } = yield* connect({ options: (sandbox) => ({ ...sandbox.options(baseUrl), ...policy }), app })
          return customersOf(yield* records("users")).map((customer) => customer.excluded)
        })
      assert.deepStrictEqual(yield* excluded({}), [null, null, null, null])
      assert.deepStrictEqual(yield* excluded({ suspended: "exclude" }), [null, "suspended", null, null])
      assert.deepStrictEqual(yield* excluded({ unverified: "exclude" }), [null, null, "unverified", null])
    })
  )
})

describe("tags", () => {
  it.effect("switched off, they are unknown, not gone; people and organizations are still read", () =>
    Effect.gen(function* () {
      const { sandbox, desk, read } = yield* connect()
      desk.load({
        customers: [{ id: "1", email: "a@x.example", name: "A", tags: ["vip"] }],
        organizations: [{ id: "5", name: "Globex", tags: ["vip"] }],
        memberships: []
      })
      assert.deepStrictEqual(
        (yield* read("users")).flatMap(({ unknown }) => unknown),
        []
      )
      sandbox.setTagsEnabled(false)
      const [users] = yield* read("users")
      assert.deepStrictEqual(
        users?.records.map(({ _tag }) => _tag),
        ["Customer"]
      )
      assert.deepStrictEqual(
        users?.unknown.map(({ part }) => part),
        [
          { groups: "tag", carrier: "customer" },
          { memberships: "tag", carrier: "customer" }
        ]
      )
      assert.match(users?.unknown[0]?.reason ?? "", /switched off/)
      const [organizations] = yield* read("organizations")
      assert.deepStrictEqual(
        organizations?.records.map(({ _tag }) => _tag),
        ["Group"]
      )
      assert.deepStrictEqual(
        organizations?.unknown.map(({ part }) => part),
        [
          { groups: "tag", carrier: "organization" },
          { inclusions: "tag", carrier: "organization" }
        ]
      )
    })
  )
})

describe("look-up", () => {
  it.effect("tells who is there, who is staff and who is gone", () =>
    Effect.gen(function* () {
      const { desk, source } = yield* connect()
      desk.load({ customers: [...customers(2), { id: "3", email: "s@x.example", name: "S", staff: true }], organizations: [], memberships: [] })
      desk.deleteCustomer("2")
      const roles = yield* Effect.forEach(["1", "2", "3", "4"], (id) => Effect.map(source.customer(id), (found) => Option.getOrNull(found)?.role))
      assert.deepStrictEqual(roles, ["customer", undefined, "staff", undefined])
    })
  )

  it.effect.each([{ error: "InvalidEndpoint", description: "Not found" }, "<!DOCTYPE html><p>no such page</p>"])(
    "a 404 that is not RecordNotFound does not say that anybody is gone",
    (body) =>
      Effect.gen(function* () {
        const { source } = yield* answering(body, 404)
        assert.strictEqual((yield* failure(source.customer("1"))).reason, "NotFound")
      })
  )
})
