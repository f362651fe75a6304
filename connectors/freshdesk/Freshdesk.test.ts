/** What Freshdesk's rows say; what every source must do stands in the conformance suite. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { answering, connect, customers, customersOf, json, membershipsOf, unknownOf } from "./TestConnection.ts"

const contact = {
  active: true,
  address: null,
  company_id: 11,
  description: null,
  email: "Anna@Globex.example",
  id: 158_002_801_280,
  job_title: "CTO",
  language: "cs",
  mobile: null,
  name: "Anna",
  phone: "1",
  time_zone: "Prague",
  twitter_id: null,
  unique_external_id: "A1",
  other_companies: [12, 11],
  custom_fields: { contract: "active", seats: 5, several: ["a"], job_title: "own" },
  created_at: "2024-01-02T03:04:05Z",
  updated_at: "2024-01-02T03:04:05Z"
}
const view = { ...contact, other_companies: [{ company_id: 12, view_all_tickets: false }], tags: ["VIP", "gold", "vip"], other_emails: [] }
const people = { customers: [{ id: "1", email: "a@x.example", name: "A", tags: ["vip"] }], organizations: [], memberships: [] }

describe("contacts", () => {
  it.effect("a row is completed by its view: all its companies, and each tag one group whatever its case", () =>
    Effect.gen(function* () {
      const { records, calls } = yield* answering({ "/contacts": json([contact]), [`/contacts/${contact.id}`]: json(view) })
      const id = "158002801280"
      const vip = { kind: "tag", carrier: "customer", id: "vip" } as const
      const gold = { kind: "tag", carrier: "customer", id: "gold" } as const
      const anna = {
        id,
        email: "Anna@Globex.example",
        externalId: "A1",
        name: "Anna",
        role: "customer",
        suspended: false,
        verified: true,
        excluded: null,
        fields: { phone: "1", mobile: null, job_title: "own", language: "cs", contract: "active", seats: 5 }
      } as const
      const membership = (group: string) => ({ _tag: "Membership", group: { kind: "organization", carrier: "customer", id: group }, customer: id }) as const
      assert.deepStrictEqual(yield* records("contacts"), [
        { _tag: "Customer", customer: anna },
        membership("11"),
        membership("12"),
        { _tag: "Group", group: { ...vip, name: "VIP", externalId: null, fields: {} } },
        { _tag: "Membership", group: vip, customer: id },
        { _tag: "Group", group: { ...gold, name: "gold", externalId: null, fields: {} } },
        { _tag: "Membership", group: gold, customer: id }
      ])
      assert.deepStrictEqual(calls(), ["/contacts", `/contacts/${id}`, "/contacts blocked", "/contacts deleted", "/agents"])
    })
  )

  it.effect("a list that does carry tags costs no further call", () =>
    Effect.gen(function* () {
      const { desk, sandbox, calls, records } = yield* connect()
      sandbox.show({ tagsInLists: true, severalCompanies: true })
      desk.load(people)
      assert.deepStrictEqual(membershipsOf(yield* records("contacts")), ["tag:vip 1"])
      assert.notInclude(calls(), "/contacts/1")
    })
  )

  it.effect("tags that even the view does not show are unknown, not gone", () =>
    Effect.gen(function* () {
      const { tags: _, ...without } = view
      const { read } = yield* answering({ "/contacts": json([contact]), [`/contacts/${contact.id}`]: json(without) })
      assert.deepStrictEqual(
        unknownOf(yield* read("contacts")).map(({ part }) => part),
        [
          { groups: "tag", carrier: "customer" },
          { memberships: "tag", carrier: "customer" }
        ]
      )
    })
  )

  it.effect("whoever vanishes between list and view keeps companies, and all tags are unknown", () =>
    Effect.gen(function* () {
      const { read } = yield* answering({ "/contacts": json([contact]), [`/contacts/${contact.id}`]: { status: 404, headers: {}, body: "" } })
      const pages = yield* read("contacts")
      assert.deepStrictEqual(membershipsOf(pages.flatMap(({ records }) => records)), ["organization:11 158002801280", "organization:12 158002801280"])
      assert.strictEqual(unknownOf(pages).length, 2)
    })
  )

  it.effect("with tags skipped nothing is said of tags, and no view is asked for", () =>
    Effect.gen(function* () {
      const { source, calls, records } = yield* answering({ "/contacts": json([{ ...contact, tags: ["vip"] }]) }, { tags: "skip" })
      assert.deepStrictEqual(source.streams[0]?.declaration.parts, ["customers", { memberships: "organization", carrier: "customer" }])
      assert.deepStrictEqual(membershipsOf(yield* records("contacts")), ["organization:11 158002801280", "organization:12 158002801280"])
      assert.deepStrictEqual(calls(), ["/contacts", "/contacts blocked", "/contacts deleted", "/agents"])
    })
  )

  it.effect("a missing other_companies has told nothing: one view shows whether the account has several companies at all", () =>
    Effect.gen(function* () {
      const { other_companies: _, ...row } = contact
      const rows = [row, { ...row, id: 2 }]
      const reported = yield* answering(
        { "/contacts": json(rows), [`/contacts/${row.id}`]: json(view), "/contacts/2": json({ ...view, id: 2 }) },
        { tags: "skip" }
      )
      assert.deepStrictEqual(membershipsOf(yield* reported.records("contacts")).length, 4)
      const unreported = yield* answering({ "/contacts": json(rows), [`/contacts/${row.id}`]: json(row) }, { tags: "skip" })
      assert.deepStrictEqual(membershipsOf(yield* unreported.records("contacts")), ["organization:11 158002801280", "organization:11 2"])
      assert.deepStrictEqual(unreported.calls().slice(0, 2), ["/contacts", `/contacts/${row.id}`])
      assert.notInclude(unreported.calls(), "/contacts/2")
    })
  )

  it.effect("deleted ones are gone, only if their row says so", () =>
    Effect.gen(function* () {
      const rows = [
        { ...contact, deleted: true },
        { ...contact, id: 2 },
        { ...contact, id: 3, deleted: false }
      ]
      const { records } = yield* answering({ "/contacts deleted": json(rows) })
      assert.deepStrictEqual(yield* records("contacts"), [{ _tag: "Gone", record: "customer", id: "158002801280", cause: "deleted" }])
    })
  )

  it.effect("blocked, unverified and chat visitors are left out only as the options say; visitors always", () =>
    Effect.gen(function* () {
      const excluded = (options: Readonly<Record<string, unknown>>) =>
        Effect.gen(function* () {
          const { desk, sandbox, records } = yield* connect({ options })
          desk.load({ customers: customers(4), organizations: [], memberships: [] })
          sandbox.desk.change("2", { state: "blocked" })
          sandbox.desk.change("3", { verified: false })
          sandbox.desk.change("4", { visitor: true })
          const found = customersOf(yield* records("contacts"))
          return ["1", "2", "3", "4"].map((id) => found.find((customer) => customer.id === id)?.excluded)
        })
      assert.deepStrictEqual(yield* excluded({}), [null, null, null, "chat visitor"])
      assert.deepStrictEqual(yield* excluded({ blocked: "exclude" }), [null, "blocked", null, "chat visitor"])
      assert.deepStrictEqual(yield* excluded({ unverified: "exclude" }), [null, null, "unverified", "chat visitor"])
    })
  )

  it.effect("who becomes an agent is staff under the same id", () =>
    Effect.gen(function* () {
      const { desk, records } = yield* connect()
      desk.load(people)
      desk.makeStaff("1")
      const found = yield* records("contacts")
      assert.deepStrictEqual(
        customersOf(found).map(({ id, email, role }) => `${id} ${email} ${role}`),
        ["1 a@x.example staff"]
      )
      assert.deepStrictEqual(membershipsOf(found), [])
    })
  )

  it.effect("where agents may not be listed the customers are not wholly known", () =>
    Effect.gen(function* () {
      const { desk, sandbox, read } = yield* connect()
      desk.load(people)
      sandbox.setAdministrator(false)
      const pages = yield* read("contacts")
      assert.deepStrictEqual(
        unknownOf(pages).map(({ part }) => part),
        ["customers"]
      )
      assert.match(unknownOf(pages)[0]?.reason ?? "", /only be listed by an administrator .*not authorized/)
      assert.strictEqual(pages.at(-1)?.end?.reached, true)
    })
  )
})

describe("companies", () => {
  it.effect("a company becomes a group; its domains may be bare words", () =>
    Effect.gen(function* () {
      const company = {
        id: 11,
        name: "Globex",
        description: null,
        domains: ["globex", "globex.example"],
        note: null,
        health_score: "Happy",
        account_tier: "Premium",
        renewal_date: "2026-01-01T00:00:00+05:30",
        industry: null,
        custom_fields: { tier: 2, industry: "own" }
      }
      const { records } = yield* answering({ "/companies": json([company]) })
      const fields = {
        domains: "globex,globex.example",
        description: null,
        health_score: "Happy",
        account_tier: "Premium",
        renewal_date: company.renewal_date,
        industry: "own",
        tier: 2
      }
      assert.deepStrictEqual(yield* records("companies"), [
        { _tag: "Group", group: { kind: "organization", carrier: "customer", id: "11", name: "Globex", externalId: null, fields } }
      ])
    })
  )
})

describe("look-up", () => {
  it.effect("tells who is there, blocked, deleted, gone for good, and who became an agent", () =>
    Effect.gen(function* () {
      const { desk, sandbox, source } = yield* connect()
      desk.load({ customers: [...customers(5), { id: "6", email: null, name: "No address" }], organizations: [], memberships: [] })
      desk.suspend("2", true)
      desk.deleteCustomer("3")
      sandbox.desk.deleteForGood("4")
      desk.makeStaff("5")
      desk.suspend("6", true)
      const reported = yield* Effect.forEach(["1", "2", "3", "4", "5", "6"], (id) =>
        Effect.map(source.customer(id), (found) => Option.match(found, { onNone: () => "none", onSome: ({ role, suspended }) => `${role} ${suspended}` }))
      )
      assert.deepStrictEqual(reported, ["customer false", "customer true", "none", "none", "staff false", "customer true"])
    })
  )

  it.effect("a wrong domain answers not found to everything, which says nothing of anybody", () =>
    Effect.gen(function* () {
      const { source } = yield* connect({ app: () => () => Effect.succeed({ status: 404, headers: {}, body: "" }) })
      assert.strictEqual((yield* Effect.flip(source.customer("1"))).reason, "NotFound")
      assert.match((yield* Effect.flip(source.identify)).detail, /no Freshdesk account at sandbox\.freshdesk\.com: check "domain"/)
    })
  )
})
