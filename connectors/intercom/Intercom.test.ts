/** What Intercom's rows say; what every source must do stands in the conformance suite. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { baseUrl, connect, customersOf, failure, instead, membershipsOf, people, unknownOf } from "./TestConnection.ts"

/** A recorded row: `remote_created_at`, `last_request_at`, `size`, `website` and `industry` are absent, and the key is beyond 2^53. */
const company = {
  type: "company",
  id: "6762f07a1bb69f9f2193baea",
  company_id: "9223372036854775807",
  app_id: "ws",
  name: "Globex",
  created_at: 1734537338,
  updated_at: 1734537338,
  monthly_spend: 155.5,
  session_count: 0,
  user_count: 4,
  tags: { type: "tag.list", tags: [{ type: "tag", id: "102", name: "VIP" }] },
  segments: { type: "segment.list", segments: [] },
  plan: { type: "plan", id: "269315", name: "Pro" },
  custom_attributes: { contract: "active", paid_subscriber: true, several: ["a"] }
}

const nested = (type: string, ids: ReadonlyArray<string>) => ({
  type: "list",
  data: ids.map((id) => ({ id, type, url: `/${type}/${id}` })),
  url: `/contacts/6762f0d01bb69f9f2193bb7d/${type}`,
  total_count: ids.length,
  has_more: false
})
const contact = {
  type: "contact",
  id: "6762f0d01bb69f9f2193bb7d",
  workspace_id: "ws",
  external_id: "70",
  role: "user",
  email: "joe@bloggs.com",
  phone: "+1123456789",
  name: "Joe Bloggs",
  avatar: null,
  owner_id: null,
  created_at: 1734537424,
  signed_up_at: null,
  custom_attributes: { plan: "gold", seats: 5, nothing: null, order: { type: "order.list", instances: [] } },
  tags: nested("tag", ["102"]),
  companies: nested("company", [company.id])
}
const lastPage = { type: "pages", page: 1, per_page: 150, total_pages: 1 }
const contacts = (...data: ReadonlyArray<unknown>) => ({ type: "list", data, total_count: data.length, pages: lastPage })
const tags = { type: "list", data: [{ type: "tag", id: "102", name: "VIP" }] }
const joe = {
  id: contact.id,
  email: "joe@bloggs.com",
  externalId: "70",
  name: "Joe Bloggs",
  role: "customer",
  suspended: false,
  verified: true,
  excluded: null,
  fields: { phone: "+1123456789", plan: "gold", seats: 5, nothing: null }
} as const

describe("rows", () => {
  it.effect("a contact becomes a customer; the names of its tags come from the list of tags", () =>
    Effect.gen(function* () {
      const { records } = yield* connect({ app: instead({ "/contacts": contacts(contact), "/tags": tags }) })
      const vip = { kind: "tag", carrier: "customer", id: "vip" } as const
      assert.deepStrictEqual(yield* records("contacts"), [
        { _tag: "Customer", customer: joe },
        { _tag: "Group", group: { ...vip, name: "VIP", externalId: null, fields: {} } },
        { _tag: "Membership", group: vip, customer: joe.id },
        { _tag: "Membership", group: { kind: "organization", carrier: "customer", id: company.id }, customer: joe.id }
      ])
    })
  )

  it.effect("a company becomes a group by Intercom's id with the customer's own key, and its tag one of its own", () =>
    Effect.gen(function* () {
      const page = (...data: ReadonlyArray<unknown>) => ({ type: "list", data, pages: null, total_count: null, scroll_param: "p" })
      const rows = page(company, { type: "company", id: "c2", company_id: "key-2" }, { type: "company", id: "c3", name: "", tags: { tags: [] } })
      const app = instead({ "/companies/scroll": [rows, page()] })
      const { read } = yield* connect({ app })
      const pages = yield* read("companies")
      const globex = { kind: "organization", carrier: "customer", id: company.id } as const
      const vip = { kind: "tag", carrier: "organization", id: "vip" } as const
      const fields = { plan: "Pro", size: null, website: null, industry: null, monthly_spend: 155.5, contract: "active", paid_subscriber: true }
      const records = pages.flatMap((page) => page.records)
      assert.deepStrictEqual(records.slice(0, 3), [
        { _tag: "Group", group: { ...globex, name: "Globex", externalId: "9223372036854775807", fields } },
        { _tag: "Group", group: { ...vip, name: "VIP", externalId: null, fields: {} } },
        { _tag: "Inclusion", group: vip, organization: globex }
      ])
      assert.deepStrictEqual(
        records.slice(3).map((record) => (record._tag === "Group" ? record.group.name : record._tag)),
        ["key-2", "c3"]
      )
      // A company that shows no tags says nothing about them.
      assert.deepStrictEqual(
        unknownOf(pages).map(({ part, row }) => [part, row]),
        [[{ inclusions: "tag", carrier: "organization" }, "c2"]]
      )
    })
  )

  it.effect("leads are left out unless the options say otherwise, and no call is made for them", () =>
    Effect.gen(function* () {
      const lead = { ...contact, id: "lead1", role: "lead", email: null, external_id: null, companies: null, tags: null }
      const rows = instead({ "/contacts": contacts(lead), "/tags": tags })
      const without = yield* connect({ app: rows })
      const [left] = customersOf(yield* without.records("contacts"))
      assert.deepStrictEqual([left?.excluded, left?.role, left?.verified, left?.email], ["lead", "customer", false, null])
      assert.deepStrictEqual(
        without.log.map(({ path }) => path),
        ["/admins", "/tags", "/contacts"]
      )
      const within = yield* connect({ app: rows, options: (sandbox) => ({ ...sandbox.options(baseUrl), leads: "include" }) })
      within.sandbox.addLead({ id: "lead1", name: "L" })
      assert.deepStrictEqual(
        customersOf(yield* within.records("contacts")).map(({ excluded }) => excluded),
        [null]
      )
    })
  )

  it.effect("a lead and a user of one address stay two, and an id that comes as a number keeps its digits or is refused", () =>
    Effect.gen(function* () {
      const rows = contacts(contact, { ...contact, id: "lead1", role: "lead" }, { ...contact, id: "u2", external_id: 71, email: "" })
      const { records } = yield* connect({ app: instead({ "/contacts": rows, "/tags": tags }) })
      assert.deepStrictEqual(
        customersOf(yield* records("contacts")).map(({ email, excluded, externalId }) => [email, excluded, externalId]),
        [
          ["joe@bloggs.com", null, "70"],
          ["joe@bloggs.com", "lead", "70"],
          [null, null, "71"]
        ]
      )
      const lost = yield* connect({ app: instead({ "/contacts": contacts({ ...contact, external_id: 2 ** 60 }) }) })
      assert.strictEqual((yield* failure(lost.read("contacts"))).reason, "Malformed")
    })
  )
})

describe("staff", () => {
  it.effect("a teammate's contact is staff by its address, whatever its case; one without a contact is told by itself", () =>
    Effect.gen(function* () {
      const { desk, records, source } = yield* connect()
      desk.load({
        customers: [
          { id: "1", email: "Petra@X.example", name: "Petra", tags: ["vip"] },
          { id: "2", email: "anna@x.example", name: "Anna", tags: ["vip"] },
          { id: "a1", email: "petra@x.example", name: "Petra at work", staff: true },
          { id: "a2", email: null, name: "Operator", staff: true }
        ],
        organizations: [],
        memberships: []
      })
      const found = yield* records("contacts")
      assert.deepStrictEqual(
        customersOf(found).map(({ id, role }) => `${id} ${role}`),
        ["1 staff", "2 customer", "admin:814861 staff"]
      )
      assert.deepStrictEqual(membershipsOf(found), ["tag vip: 2"])
      const roles = yield* Effect.forEach(["1", "2", "admin:814861", "admin:1", "3"], (id) =>
        Effect.map(source.customer(id), (one) => Option.getOrNull(one)?.role)
      )
      assert.deepStrictEqual(roles, ["staff", "customer", "staff", undefined, undefined])
    })
  )

  it.effect("without a read before it, a look-up asks for the admins once", () =>
    Effect.gen(function* () {
      const { desk, log, source } = yield* connect()
      desk.load({ customers: people(2), organizations: [], memberships: [] })
      desk.makeStaff("2")
      const roles = yield* Effect.forEach(["1", "2"], (id) => Effect.map(source.customer(id), (one) => Option.getOrNull(one)?.role))
      assert.deepStrictEqual(roles, ["customer", "staff"])
      assert.deepStrictEqual(
        log.map(({ path }) => path),
        ["/admins", "/contacts/1", "/contacts/2"]
      )
    })
  )

  it.effect("where the admins may not be read, nobody is taken for a customer", () =>
    Effect.gen(function* () {
      const { desk, read, sandbox } = yield* connect()
      desk.load({ customers: people(2), organizations: [], memberships: [] })
      sandbox.refuse("/admins", 403)
      assert.strictEqual((yield* failure(read("contacts"))).reason, "NotAllowed")
    })
  )
})

describe("those who go", () => {
  it.effect("deleted, merged and archived contacts are in no list and not found; an unarchived one is back", () =>
    Effect.gen(function* () {
      const { desk, records, sandbox, source } = yield* connect()
      desk.load({
        customers: people(4),
        organizations: [{ id: "101", name: "Globex" }],
        memberships: [{ customer: "2", organization: "101" }]
      })
      desk.deleteCustomer("1")
      sandbox.merge("2", "4")
      sandbox.archive("3")
      const found = yield* records("contacts")
      assert.deepStrictEqual(
        customersOf(found).map(({ id }) => id),
        ["4"]
      )
      assert.deepStrictEqual(membershipsOf(found), ["organization 101: 4"])
      for (const id of ["1", "2", "3"]) assert.isTrue(Option.isNone(yield* source.customer(id)), id)
      sandbox.unarchive("3")
      assert.isTrue(Option.isSome(yield* source.customer("3")))
    })
  )

  it.effect.each(["<!DOCTYPE html><p>no such page</p>", `{"type":"error.list","errors":[{"code":"route_unknown","message":"No such route"}]}`])(
    "a 404 that names no record does not say that anybody is gone: %s",
    (body) =>
      Effect.gen(function* () {
        const { inject, source } = yield* connect()
        inject({ _tag: "Answer", response: { status: 404, headers: {}, body } }, ({ path }) => path === "/contacts/1")
        assert.strictEqual((yield* failure(source.customer("1"))).reason, "NotFound")
      })
  )
})
