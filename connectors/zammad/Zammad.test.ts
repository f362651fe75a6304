/** What Zammad's rows say, whom roles make a customer, and what a token may see; what every source must do stands in the conformance suite. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import type { SourcePage, SourceRecord } from "../../src/contract/Source.ts"
import { answering, connect, json, people } from "./TestConnection.ts"
import { connector } from "./ZammadConnector.ts"

/** The vendor's own sample of a user, shortened, with an attribute that an administrator added. */
const user = {
  active: true,
  login_failed: 0,
  verified: false,
  login: "chris@chrispresso.com",
  last_login: "2021-09-23T13:17:24.817Z",
  id: 30,
  updated_by_id: 1,
  organization_id: 2,
  firstname: "Christopher",
  lastname: "Miller",
  email: "Chris@chrispresso.com",
  image: "7a6a0d1d94ad2037153cf3a6c1b49a53",
  phone: "",
  vip: false,
  note: "wire &amp; cable",
  customer_number: "K-77",
  preferences: { locale: "de-de" },
  created_at: "2021-07-26T14:44:41.066Z",
  updated_at: "2021-09-23T13:17:24.825Z",
  role_ids: [3],
  organization_ids: [7, 2],
  group_ids: { "1": ["full"] }
}

/** The list of users shows these. */
const listing = (rows: ReadonlyArray<unknown>) => answering((call) => (call === "/users 1" ? json(rows) : undefined))
const roleOf = (records: ReadonlyArray<SourceRecord>) => records.flatMap((record) => (record._tag === "Customer" ? [record.customer.role] : []))
const unknownOf = (pages: ReadonlyArray<SourcePage>) => pages.flatMap(({ unknown }) => unknown.map(({ part, reason }) => `${JSON.stringify(part)}: ${reason}`))
const membershipsPart = '{"memberships":"organization","carrier":"customer"}'

describe("users", () => {
  it.effect("a row tells the primary organization and the secondary ones, each once, and attributes that were added", () =>
    Effect.gen(function* () {
      const { records } = yield* listing([user])
      const membership = (id: string) => ({ _tag: "Membership", group: { kind: "organization", carrier: "customer", id }, customer: "30" }) as const
      assert.deepStrictEqual(yield* records("users"), [
        {
          _tag: "Customer",
          customer: {
            id: "30",
            email: "Chris@chrispresso.com",
            externalId: null,
            name: "Christopher Miller",
            role: "customer",
            suspended: false,
            verified: false,
            excluded: null,
            fields: { phone: "", vip: false, customer_number: "K-77", login: "chris@chrispresso.com" }
          }
        },
        membership("2"),
        membership("7")
      ])
    })
  )

  it.effect("the system's own user is nobody, blank is null, and who has no name is called by the login", () =>
    Effect.gen(function* () {
      const blank = { ...user, id: 31, email: "", firstname: "", lastname: " ", organization_id: null, organization_ids: [] }
      const { records } = yield* listing([{ ...user, id: 1, email: "", firstname: "-" }, blank])
      const found = yield* records("users")
      assert.deepStrictEqual(
        found.map((record) => record._tag === "Customer" && [record.customer.id, record.customer.email, record.customer.name]),
        [["31", null, "chris@chrispresso.com"]]
      )
    })
  )

  it.effect("an inactive user keeps the groups, unless the options say otherwise", () =>
    Effect.gen(function* () {
      for (const [inactive, excluded] of [
        ["include", null],
        ["exclude", "inactive"]
      ] as const) {
        const { edits, records } = yield* connect({ options: { inactive } })
        edits.load({ customers: people(1), organizations: [], memberships: [] })
        edits.suspend("c1", true)
        const [record] = yield* records("users")
        assert.deepInclude(record?._tag === "Customer" ? record.customer : {}, { suspended: true, excluded })
      }
    })
  )

  it.effect.each(["organization_id", "organization_ids"])("rows without %s leave memberships unknown", (key) =>
    Effect.gen(function* () {
      const row = Object.fromEntries(Object.entries(user).filter(([name]) => name !== key))
      const { read } = yield* listing([row])
      assert.deepStrictEqual(unknownOf(yield* read("users")), [`${membershipsPart}: Zammad did not tell all organizations of users`])
    })
  )

  it.effect("the secondary organization stays when the primary one goes", () =>
    Effect.gen(function* () {
      const { edits, records } = yield* connect()
      const organizations = [
        { id: "globex", name: "Globex" },
        { id: "initech", name: "Initech" }
      ]
      edits.load({ customers: people(1), organizations, memberships: organizations.map(({ id }) => ({ customer: "c1", organization: id })) })
      edits.leave("c1", "globex")
      const reported = (yield* records("users")).flatMap((record) => (record._tag === "Membership" ? [record.group.id] : []))
      assert.deepStrictEqual(reported, ["12"])
    })
  )
})

describe("roles", () => {
  it.effect.each([
    ["customer", ["ticket.customer"]],
    ["staff", ["ticket.customer", "ticket.agent"]],
    ["staff", ["ticket.customer", "admin.organization"]],
    ["staff", ["ticket.customer", "admin"]],
    ["staff", ["ticket"]],
    ["staff", ["knowledge_base.reader"]],
    ["staff", []]
  ] as const)("makes %s of who has %o, whatever the role is called", ([role, permissions]) =>
    Effect.gen(function* () {
      const { edits, records, sandbox } = yield* connect()
      edits.load({ customers: people(1), organizations: [], memberships: [] })
      sandbox.desk.roles.set(9, { id: 9, name: "Customer", permissions })
      sandbox.desk.change("c1", { roles: [9] })
      assert.deepStrictEqual(roleOf(yield* records("users")), [role])
    })
  )

  it.effect("that show only the ids of their permissions are told by the names that other roles prove, and leave doubt where none does", () =>
    Effect.gen(function* () {
      const { edits, read, sandbox } = yield* connect()
      edits.load({ customers: people(3), organizations: [], memberships: [] })
      sandbox.desk.roles.set(8, { id: 8, name: "Shop", permissions: ["ticket.customer", "user_preferences"] })
      sandbox.desk.roles.set(9, { id: 9, name: "Chat", permissions: ["chat.agent", "knowledge_base.reader"] })
      sandbox.desk.change("c1", { roles: [8] })
      sandbox.desk.change("c2", { roles: [9] })
      sandbox.hideNames([8, 9])
      const pages = yield* read("users")
      assert.deepStrictEqual(roleOf(pages.flatMap(({ records }) => records)), ["customer", "customer"])
      const reason = "Zammad did not tell what the roles of user 102 permit"
      assert.deepStrictEqual(unknownOf(pages), [`"customers": ${reason}`, `${membershipsPart}: ${reason}`])
    })
  )

  it.effect("of which no name is told make nobody staff and nobody gone: the list is not read", () =>
    Effect.gen(function* () {
      const { edits, read, sandbox, source } = yield* connect()
      edits.load({ customers: people(2), organizations: [], memberships: [] })
      sandbox.hideNames([1, 2, 3])
      const error = yield* Effect.flip(read("users"))
      assert.deepStrictEqual([error.reason, /does not tell what the roles of petra@sandbox.example permit/.test(error.detail)], ["NotAllowed", true])
      assert.match((yield* source.identify).missing.join(" "), /must show the names of permissions/)
    })
  )

  it.effect("a role that the list of roles does not show makes nobody staff, and nobody gone", () =>
    Effect.gen(function* () {
      const { edits, read, sandbox, source } = yield* connect()
      edits.load({ customers: people(2), organizations: [], memberships: [] })
      sandbox.desk.change("c1", { roles: [99] })
      const pages = yield* read("users")
      assert.strictEqual(roleOf(pages.flatMap(({ records }) => records)).length, 1)
      const reason = "Zammad did not tell what the roles of user 101 permit"
      assert.deepStrictEqual(unknownOf(pages), [`"customers": ${reason}`, `${membershipsPart}: ${reason}`])
      assert.strictEqual((yield* Effect.flip(source.customer("101"))).reason, "Malformed")
    })
  )

  it.effect("without the names of permissions, or with no role at all, nothing is read", () =>
    Effect.gen(function* () {
      for (const [rows, reason] of [
        [[{ id: 3, name: "Customer", permission_ids: [57] }], "NotAllowed"],
        [[], "Malformed"]
      ] as const) {
        const { read } = yield* answering((call) => (call === "/roles 1" ? json(rows) : undefined))
        assert.strictEqual((yield* Effect.flip(read("users"))).reason, reason)
      }
    })
  )
})

describe("a token", () => {
  it.effect("of an administrator is told with what it sees, in two calls", () =>
    Effect.gen(function* () {
      const { calls, log, source } = yield* connect()
      assert.deepStrictEqual(yield* source.identify, {
        account: "support.acme.example",
        label: "support.acme.example",
        actor: "petra@sandbox.example",
        role: "Admin, Agent (sees users, organizations)",
        missing: [],
        allowance: null
      })
      assert.deepStrictEqual(calls(), ["/users/me", "/roles 1"])
      assert.isFalse(log.some(({ query }) => query.has("token")))
    })
  )

  it.effect("of an agent, who may not list roles, is told what is missing, and reads nothing", () =>
    Effect.gen(function* () {
      const { read, sandbox, source } = yield* connect()
      sandbox.setRoles([2])
      const { missing, role } = yield* source.identify
      assert.strictEqual(role, "roles 2")
      assert.match(missing.join(), /^Zammad refuses to list roles \("Not authorized"\), .* give the token and the role of its user admin\.role\.$/)
      assert.strictEqual((yield* Effect.flip(read("users"))).reason, "NotAllowed")
    })
  )

  it.effect("of a customer, whom Zammad shows one row with 200, is refused before it reads", () =>
    Effect.gen(function* () {
      const { calls, edits, read, sandbox, source } = yield* connect()
      edits.load({ customers: people(3), organizations: [], memberships: [] })
      sandbox.desk.roles.set(3, { id: 3, name: "Service", permissions: ["ticket.customer", "admin.role"] })
      sandbox.setRoles([3])
      assert.deepInclude(yield* source.identify, { role: "Service (sees itself)" })
      for (const name of ["users", "organizations"]) {
        const { detail, reason } = yield* Effect.flip(read(name))
        assert.deepStrictEqual(
          [reason, detail.includes(`give its role ticket.agent or admin.${name === "users" ? "user" : "organization"}`)],
          ["NotAllowed", true]
        )
      }
      assert.notInclude(calls(), "/users 1")
    })
  )

  it.effect("that is shown nobody but its own user proves nobody absent, whatever its roles say", () =>
    Effect.gen(function* () {
      const alone = yield* listing([{ ...user, id: 3 }])
      const reason = "Zammad shows the token nobody but its own user"
      assert.deepStrictEqual(unknownOf(yield* alone.read("users")), [`"customers": ${reason}`, `${membershipsPart}: ${reason}`])
      const fresh = yield* connect()
      fresh.sandbox.showOwner()
      assert.deepStrictEqual(unknownOf(yield* fresh.read("users")), [])
    })
  )
})

describe("one user", () => {
  it.effect("is gone only if Zammad itself says so", () =>
    Effect.gen(function* () {
      const { source } = yield* connect()
      assert.deepStrictEqual(yield* source.customer("77"), Option.none())
      const elsewhere = yield* answering((call) => (call.startsWith("/users/") ? json({ error: "no such page" }, 404) : undefined))
      assert.strictEqual((yield* Effect.flip(elsewhere.source.customer("77"))).reason, "NotFound")
    })
  )
})

describe("organizations", () => {
  it.effect("a row becomes a group, with attributes that were added and without the note, which is HTML", () =>
    Effect.gen(function* () {
      const organization = {
        id: 2,
        name: "Chrispresso Inc.",
        shared: true,
        domain: "",
        domain_assignment: false,
        active: false,
        note: "electrical and electronic wire &amp; cable.",
        contract: "gold",
        updated_by_id: 1,
        created_by_id: 1,
        created_at: "2021-11-03T11:57:15.817Z",
        updated_at: "2021-11-03T11:57:15.817Z",
        member_ids: [5, 4, 3]
      }
      const { records } = yield* answering((call) => (call === "/organizations 1" ? json([organization]) : undefined))
      const fields = { shared: true, domain: "", domain_assignment: false, contract: "gold", active: false }
      assert.deepStrictEqual(yield* records("organizations"), [
        { _tag: "Group", group: { kind: "organization", carrier: "customer", id: "2", name: organization.name, externalId: null, fields } }
      ])
    })
  )
})

describe("options", () => {
  it("refuse an address with the page that is open in it", () => {
    const decoded = Schema.decodeUnknownEither(connector.options)({ baseUrl: "https://support.acme.example/#dashboard", token: "t" })
    assert.match(Either.isLeft(decoded) ? decoded.left.message : "", /before the #/)
  })
})
