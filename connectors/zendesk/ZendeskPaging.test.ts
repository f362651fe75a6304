/** How Zendesk's lists are paged, and that the sandbox sets the same traps. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/TestClock"
import type { SandboxRequest } from "../../src/sandbox/Sandbox.ts"
import * as Sandbox from "./sandbox.ts"
import { answering, baseUrl, connect, customers, customersOf, failure } from "./TestConnection.ts"

describe("paging", () => {
  it.effect("ends at has_more false, though the last page carries a next link and a cursor", () =>
    Effect.gen(function* () {
      const { desk, read, log } = yield* connect()
      desk.load({ customers: customers(200), organizations: [], memberships: [] })
      const pages = yield* read("users")
      assert.deepStrictEqual(
        pages.map(({ rows, end }) => [rows, end]),
        [
          [100, null],
          [100, { reached: true, count: null, next: "since 0" }]
        ]
      )
      assert.deepStrictEqual(
        pages.map(({ cursor }) => cursor === null),
        [false, true]
      )
      assert.deepStrictEqual(
        log.map(({ query }) => query.get("page[size]")),
        ["100", "100"]
      )
    })
  )

  it.effect("an answer by offset is followed to its end on our own host, but proves nothing", () =>
    Effect.gen(function* () {
      const ignoresCursor = (request: SandboxRequest): SandboxRequest => {
        const query = new URLSearchParams(request.query)
        query.delete("page[size]")
        return { ...request, query, headers: { ...request.headers, host: "elsewhere.example" } }
      }
      const { desk, read, source } = yield* connect({ app: (app) => (request) => app(ignoresCursor(request)) })
      desk.load({ customers: customers(250), organizations: [], memberships: [] })
      const pages = yield* read("users")
      assert.strictEqual(new Set(pages.flatMap((page) => customersOf(page.records)).map(({ id }) => id)).size, 250)
      assert.deepStrictEqual(
        pages.map(({ end }) => end),
        [null, null, { reached: true, count: { value: 250, exact: false } }]
      )
      assert.strictEqual(new Set(pages.map(({ cursor }) => cursor)).size, 3)
      for (const page of pages)
        assert.deepStrictEqual(
          page.unknown.map(({ part }) => part),
          [...(source.streams[0]?.declaration.parts ?? [])]
        )
    })
  )

  it.effect.each([
    { users: [] },
    { users: [], meta: { has_more: true } },
    { users: [], meta: { has_more: true, after_cursor: null } },
    { users: [], next_page: "page two" },
    { meta: { has_more: false } }
  ])("an answer that does not tell its end is malformed: %j", (body) =>
    Effect.gen(function* () {
      const { read } = yield* answering(body)
      assert.strictEqual((yield* failure(read("users"))).reason, "Malformed")
    })
  )

  it.effect("waits as long as a 429 says and loses nothing", () =>
    Effect.gen(function* () {
      const { sandbox, desk, read, log } = yield* connect()
      desk.load({ customers: customers(150), organizations: [], memberships: [] })
      sandbox.limitPerMinute(1)
      const reading = yield* Effect.fork(read("users"))
      yield* TestClock.adjust("59 seconds")
      assert.strictEqual(Option.isNone(yield* Fiber.poll(reading)), true)
      assert.strictEqual(log.filter(({ status }) => status === 200).length, 1)
      yield* TestClock.adjust("3 minutes")
      assert.strictEqual(
        (yield* Fiber.join(reading)).reduce((rows, page) => rows + page.rows, 0),
        150
      )
    })
  )

  it.effect("a conflict passes", () =>
    Effect.gen(function* () {
      const { desk, read, inject } = yield* connect()
      desk.load({ customers: customers(1), organizations: [], memberships: [] })
      inject({ _tag: "Answer", response: { status: 409, headers: {}, body: "" } })
      const reading = yield* Effect.fork(read("users"))
      yield* TestClock.adjust("1 minute")
      assert.strictEqual((yield* Fiber.join(reading)).length, 1)
    })
  )
})

describe("sandbox", () => {
  const get = (sandbox: Sandbox.ZendeskSandbox, path: string) => {
    const url = new URL(`${baseUrl}/api/v2${path}`)
    const { email, apiToken } = sandbox.options(baseUrl)
    const authorization = `Basic ${Buffer.from(`${email}/token:${apiToken}`).toString("base64")}`
    const request = { method: "GET", path: url.pathname, query: url.searchParams, headers: { authorization }, body: "" }
    return Effect.map(sandbox.app(request), ({ status, headers, body }) => ({ status, headers, body: JSON.parse(body) }))
  }

  it.effect("has Zendesk's traps", () =>
    Effect.gen(function* () {
      const sandbox = Sandbox.make()
      sandbox.source.load({
        customers: customers(120),
        organizations: [
          { id: "5", name: "G" },
          { id: "six", name: "H" }
        ],
        memberships: []
      })
      sandbox.source.join("1", "5")
      sandbox.source.join("1", "six")
      const { body: capped } = yield* get(sandbox, "/users?page[size]=500")
      assert.deepStrictEqual([capped.users.length, capped.meta.has_more], [100, true])
      const { body: last } = yield* get(sandbox, `/users.json?page[size]=100&page[after]=${encodeURIComponent(capped.meta.after_cursor)}`)
      assert.deepStrictEqual([last.users.length, last.meta.has_more], [20, false])
      assert.isString(last.meta.after_cursor)
      assert.match(last.links.next, /page%5Bafter%5D/)
      const { body: offset } = yield* get(sandbox, "/users")
      assert.deepStrictEqual([offset.count, offset.meta, new URL(offset.next_page).searchParams.get("page")], [120, undefined, "2"])
      assert.strictEqual((yield* get(sandbox, "/users?page=101")).status, 400)
      const { body: members } = yield* get(sandbox, "/organization_memberships?page[size]=100")
      assert.deepStrictEqual(
        members.organization_memberships.map((row: { readonly default: unknown }) => row.default),
        [true, null]
      )
      assert.isTrue(members.organization_memberships.every((row: { readonly organization_id: unknown }) => Number.isSafeInteger(row.organization_id)))
    })
  )

  it.effect("rows deleted while somebody pages move nobody past the cursor", () =>
    Effect.gen(function* () {
      const { desk, source } = yield* connect()
      desk.load({ customers: customers(250), organizations: [], memberships: [] })
      const seen = yield* Stream.runFold(source.streams[0]?.pages ?? Stream.empty, new Set<string>(), (ids, page) => {
        for (const { id } of customersOf(page.records)) ids.add(id)
        if (page.end === null)
          customersOf(page.records)
            .slice(0, 40)
            .forEach(({ id }) => desk.deleteCustomer(id))
        return ids
      })
      assert.strictEqual(seen.size, 250)
    })
  )
})
