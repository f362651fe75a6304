/** How Intercom's lists end, what they cut, and what may slip past. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { altered, baseUrl, connect, customersOf, failure, inTime, instead, membershipsOf, numbers, people, unknownOf } from "./TestConnection.ts"

const companies = (count: number) => numbers(count).map((id) => ({ id: `c${id}`, name: `Company ${id}` }))
const contact = { type: "contact", id: "1", role: "user", email: "c1@x.example", name: "C 1" }
const empty = { type: "list", data: [], total_count: 0, has_more: false }
const pages = { type: "pages", page: 1, per_page: 150, total_pages: 1 }
const listOf = (...data: ReadonlyArray<unknown>) => ({ type: "list", data, total_count: data.length, pages })

describe("nested lists", () => {
  it.effect("cut at ten are read to their end at their own endpoints, page by page on our own host", () =>
    Effect.gen(function* () {
      const { desk, log, records } = yield* connect()
      desk.load({
        customers: [{ ...people(1)[0]!, tags: numbers(12).map((number) => `tag_${number}`) }, ...people(2).slice(1)],
        organizations: companies(120),
        memberships: [...companies(120).map(({ id }) => ({ customer: "1", organization: id })), { customer: "2", organization: "c1" }]
      })
      const found = membershipsOf(yield* records("contacts"))
      assert.strictEqual(found.filter((line) => line.startsWith("tag ") && line.endsWith(": 1")).length, 12)
      assert.strictEqual(found.filter((line) => line.startsWith("organization ") && line.endsWith(": 1")).length, 120)
      assert.deepStrictEqual(
        log.slice(3).map(({ path, query }) => `${path}${query.size === 0 ? "" : `?${query}`}`),
        ["/contacts/1/tags", "/contacts/1/companies", "/contacts/1/companies?per_page=50&page=2", "/contacts/1/companies?per_page=50&page=3"]
      )
    })
  )

  it.effect("exactly ten are whole", () =>
    Effect.gen(function* () {
      const { desk, log, records } = yield* connect()
      const ten = companies(10).map(({ id }) => ({ customer: "1", organization: id }))
      desk.load({ customers: people(1), organizations: companies(10), memberships: ten })
      assert.strictEqual(membershipsOf(yield* records("contacts")).length, 10)
      assert.strictEqual(log.length, 3)
    })
  )

  it.effect.each([{}, { companies: null }, { companies: { type: "list", data: null } }, { companies: { data: [{ id: "a" }], has_more: true } }])(
    "a contact that does not show its companies is asked for them, whether they come as data or as companies: %j",
    (shown) =>
      Effect.gen(function* () {
        for (const key of ["data", "companies"]) {
          const own = { type: "list", [key]: [{ id: "a" }, { id: "b" }], total_count: 2, pages: { ...pages, next: null } }
          const { read } = yield* connect({ app: instead({ "/contacts": listOf({ ...contact, tags: empty, ...shown }), "/contacts/1/companies": own }) })
          const found = yield* read("contacts")
          assert.deepStrictEqual(membershipsOf(found.flatMap((page) => page.records)), ["organization a: 1", "organization b: 1"])
          assert.deepStrictEqual(unknownOf(found), [])
        }
      })
  )

  it.effect("companies that their own endpoint does not show all of leave the memberships of this contact in doubt, also where its links go in a circle", () =>
    Effect.gen(function* () {
      const circle = { type: "list", data: [{ id: "a" }], total_count: 3, pages: { ...pages, next: "https://elsewhere.example/contacts/1/companies?page=2" } }
      const { log, read } = yield* connect({ app: instead({ "/contacts": listOf({ ...contact, tags: empty }), "/contacts/1/companies": circle }) })
      assert.deepStrictEqual(unknownOf(yield* read("contacts")), [
        { part: { memberships: "organization", carrier: "customer" }, row: "1", reason: "Intercom counted 3 companies of contact 1 and showed 1" }
      ])
      assert.isBelow(log.length, 7)
    })
  )

  it.effect("tags that their own endpoint does not show all of leave the memberships of this contact in doubt", () =>
    Effect.gen(function* () {
      const row = { ...contact, tags: { ...empty, data: [{ id: "1" }], total_count: 3, has_more: true }, companies: empty }
      const own = { type: "list", data: [{ id: "1", name: "vip" }] }
      const { read } = yield* connect({ app: instead({ "/contacts": listOf(row), "/contacts/1/tags": own }) })
      assert.deepStrictEqual(unknownOf(yield* read("contacts")), [
        { part: { memberships: "tag", carrier: "customer" }, row: "1", reason: "Intercom counted 3 tags of contact 1 and showed 1" }
      ])
    })
  )

  it.effect("a tag made after the names were read is asked for; a contact that vanished meanwhile is gone", () =>
    Effect.gen(function* () {
      const { desk, records } = yield* connect({ app: altered("/tags", (body) => ({ ...body, data: [] })) })
      desk.load({ customers: [{ ...people(1)[0]!, tags: ["Fresh"] }], organizations: [], memberships: [] })
      assert.deepStrictEqual(membershipsOf(yield* records("contacts")), ["tag fresh: 1"])
      const row = { ...contact, id: "9", tags: { ...empty, data: [{ id: "77" }], total_count: 1 }, companies: empty }
      const { records: others } = yield* connect({ app: instead({ "/contacts": listOf(row) }) })
      assert.deepStrictEqual(yield* others("contacts"), [{ _tag: "Gone", record: "customer", id: "9", cause: "deleted" }])
    })
  )
})

describe("contacts", () => {
  it.effect("are asked for 150 at a time by cursor, each call with the version", () =>
    Effect.gen(function* () {
      const versions = new Set<string | undefined>()
      const { desk, log, read } = yield* connect({
        app: (app) => (request) => {
          versions.add(request.headers["intercom-version"])
          return app(request)
        }
      })
      desk.load({ customers: people(301), organizations: [], memberships: [] })
      const found = yield* read("contacts")
      assert.deepStrictEqual(
        found.map(({ rows, end }) => [rows, end?.reached, end?.count]),
        [
          [150, undefined, undefined],
          [150, undefined, undefined],
          [1, true, { value: 301, exact: false }]
        ]
      )
      assert.deepStrictEqual([...new Set(log.slice(2).map(({ query }) => query.get("per_page")))], ["150"])
      assert.deepStrictEqual([...versions], ["2.14"])
    })
  )

  it.effect.each([undefined, null, "", "end"])("end without a next: %j", (next) =>
    Effect.gen(function* () {
      const link = next === "" ? { starting_after: null } : next === "end" ? { starting_after: "" } : next
      const body = { type: "list", data: [], total_count: 0, pages: { ...pages, next: link } }
      const { read } = yield* connect({ app: instead({ "/contacts": body }) })
      assert.deepStrictEqual(
        (yield* read("contacts")).map(({ end }) => end?.reached),
        [true]
      )
    })
  )

  it.effect("a next that is a link is followed by its query; one that leads nowhere is malformed", () =>
    Effect.gen(function* () {
      const page = (id: string, next: unknown) => ({
        type: "list",
        data: [{ ...contact, id, tags: empty, companies: empty }],
        total_count: 2,
        pages: { ...pages, next }
      })
      const linked = instead({ "/contacts": [page("1", "https://elsewhere.example/contacts?per_page=150&starting_after=abc"), page("2", null)] })
      const { log, records } = yield* connect({ app: linked })
      assert.strictEqual(customersOf(yield* records("contacts")).length, 2)
      assert.strictEqual(log.at(-1)?.query.get("starting_after"), "abc")
      const { read } = yield* connect({ app: instead({ "/contacts": page("1", "https://elsewhere.example/contacts") }) })
      assert.strictEqual((yield* failure(read("contacts"))).reason, "Malformed")
    })
  )

  it.effect("an answer without pages and count just stops, and has not reached its end", () =>
    Effect.gen(function* () {
      const { read } = yield* connect({ app: instead({ "/contacts": { type: "list", data: [] } }) })
      const found = yield* read("contacts")
      assert.deepStrictEqual(found.at(-1)?.end, { reached: false, count: null })
      assert.strictEqual(unknownOf(found).length, 4)
    })
  )

  it.effect("a walk that showed fewer contacts than there were at its start proves nothing; one that was overtaken by new ones does", () =>
    Effect.gen(function* () {
      const slipped = altered("/contacts", (body) => ({
        ...body,
        data: (body["data"] as ReadonlyArray<{ readonly id: string }>).filter(({ id }) => id !== "7")
      }))
      const short = yield* connect({ app: slipped })
      short.desk.load({ customers: people(160), organizations: [], memberships: [] })
      const found = yield* short.read("contacts")
      assert.deepStrictEqual(
        unknownOf(found).map(({ part }) => part),
        [...(short.source.streams[0]?.declaration.parts ?? [])]
      )
      assert.strictEqual(unknownOf(found)[0]?.reason, "Intercom counted 160 contacts and showed 159")

      let calls = 0
      const growing = altered("/contacts", (body) => ({ ...body, total_count: Number(body["total_count"]) + calls++ }))
      const busy = yield* connect({ app: growing })
      busy.desk.load({ customers: people(160), organizations: [], memberships: [] })
      assert.deepStrictEqual(unknownOf(yield* busy.read("contacts")), [])
    })
  )
})

describe("segments", () => {
  const world = {
    customers: numbers(4).map((id) => ({ id, email: null, name: `C ${id}`, segments: id === "4" ? [] : ["Active"] })),
    organizations: [],
    memberships: []
  }

  it.effect("are read by one search each, of users unless leads are wanted", () =>
    Effect.gen(function* () {
      for (const leads of ["exclude", "include"]) {
        const { desk, log, records } = yield* connect({ options: (sandbox) => ({ ...sandbox.options(baseUrl), leads }) })
        desk.load(world)
        const found = yield* records("segments")
        const [group] = found
        assert.strictEqual(group?._tag === "Group" ? group.group.name : null, "Active")
        assert.strictEqual(membershipsOf(found).length, 3)
        const id = group?._tag === "Group" ? group.group.id : ""
        const inSegment = { field: "segment_id", operator: "=", value: id }
        const query = leads === "include" ? inSegment : { operator: "AND", value: [inSegment, { field: "role", operator: "=", value: "user" }] }
        assert.deepStrictEqual(JSON.parse(log[1]?.body ?? ""), { query, pagination: { per_page: 150 } })
      }
    })
  )

  it.effect("a search that is refused leaves what is known of segments as it is", () =>
    Effect.gen(function* () {
      const { desk, inject, read } = yield* connect()
      desk.load(world)
      const body = JSON.stringify({ type: "error.list", errors: [{ code: "parameter_invalid", message: "no such segment" }] })
      inject({ _tag: "Answer", response: { status: 400, headers: {}, body } }, ({ path }) => path === "/contacts/search")
      const found = yield* inTime(read("segments"))
      assert.deepStrictEqual(unknownOf(found), [
        { part: { memberships: "segment", carrier: "customer" }, reason: 'the search for segment "Active" was refused: no such segment' }
      ])
      assert.deepStrictEqual(found.at(-1)?.end, { reached: true, count: null })
    })
  )

  it.effect("a search that showed fewer than it counts leaves the memberships unknown", () =>
    Effect.gen(function* () {
      const { desk, read } = yield* connect({ app: altered("/contacts/search", (body) => ({ ...body, total_count: 9 })) })
      desk.load(world)
      assert.match(unknownOf(yield* read("segments"))[0]?.reason ?? "", /^Intercom counted 9 contacts in segment "Active" and showed 3$/)
    })
  )
})
