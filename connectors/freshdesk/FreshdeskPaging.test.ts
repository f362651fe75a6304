/** How Freshdesk's lists are paged and limited, and that the sandbox sets the same traps. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as TestClock from "effect/TestClock"
import type { SandboxApp, SandboxRequest, SandboxResponse } from "../../src/sandbox/Sandbox.ts"
import * as Sandbox from "./sandbox.ts"
import { baseUrl, connect, customers, json, signed } from "./TestConnection.ts"

const companies = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => ({ id: from + index, name: `Company ${from + index}` }))
const link = (page: number) => ({ ...signed, link: `< https://elsewhere.example/api/v2/companies?page=${page}>;rel="next"` })
/** Companies by page; what lies beyond is an empty list. */
const paged = (pages: ReadonlyArray<SandboxResponse>) =>
  connect({ app: () => (request) => Effect.succeed(pages[Number(request.query.get("page")) - 1] ?? json([])) })
const withoutLink =
  (app: SandboxApp): SandboxApp =>
  (request) =>
    Effect.map(app(request), (response) => ({ ...response, headers: Object.fromEntries(Object.entries(response.headers).filter(([name]) => name !== "link")) }))

describe("paging", () => {
  it.effect("goes on by number on our own host as long as there is a link, however short the page", () =>
    Effect.gen(function* () {
      const { read, log } = yield* paged([json(companies(1, 100), link(2)), json(companies(101, 140), link(3)), json(companies(141, 150))])
      const pages = yield* read("companies")
      assert.deepStrictEqual(
        pages.map(({ rows, end }) => [rows, end?.reached]),
        [
          [100, undefined],
          [40, undefined],
          [10, true]
        ]
      )
      assert.deepStrictEqual(
        log.map(({ query }) => `${query.get("page")} of ${query.get("per_page")}`),
        ["1 of 100", "2 of 100", "3 of 100"]
      )
    })
  )

  it.effect("a full page without a link is not believed to be the last: somebody may have dropped the header", () =>
    Effect.gen(function* () {
      const { desk, read } = yield* connect({ app: withoutLink })
      desk.load({ customers: [], organizations: companies(1, 250).map(({ id, name }) => ({ id: String(id), name })), memberships: [] })
      const pages = yield* read("companies")
      assert.deepStrictEqual(
        pages.map(({ rows }) => rows),
        [100, 100, 50]
      )
      assert.deepStrictEqual(pages.at(-1)?.end, { reached: true, count: null })
    })
  )

  it.effect("an empty list counts only with Freshdesk's own headers", () =>
    Effect.gen(function* () {
      const own = yield* paged([])
      assert.deepStrictEqual(
        (yield* own.read("companies")).map(({ end }) => end?.reached),
        [true]
      )
      const foreign = yield* paged([json([], { "content-type": "application/json" })])
      const error = yield* Effect.flip(foreign.read("companies"))
      assert.strictEqual(error.reason, "Malformed")
      assert.match(error.detail, /empty list without the headers that Freshdesk puts on every answer/)
    })
  )

  it.effect("an empty page that promises more, and a page that comes again, are no end", () =>
    Effect.gen(function* () {
      for (const second of [json([], link(3)), json(companies(1, 100), link(3))]) {
        const { read } = yield* paged([json(companies(1, 100), link(2)), second])
        assert.deepStrictEqual(
          (yield* read("companies")).map(({ end }) => end?.reached),
          [undefined, false]
        )
      }
    })
  )

  it.effect("contacts are not at their end before the blocked, the deleted and the agents are read", () =>
    Effect.gen(function* () {
      const { desk, read } = yield* connect({ options: { tags: "skip" } })
      desk.load({ customers: customers(250), organizations: [], memberships: [] })
      desk.suspend("7", true)
      const pages = yield* read("contacts")
      assert.deepStrictEqual(
        pages.map(({ cursor }) => cursor),
        ["contacts, page 2", "contacts, page 3", "blocked contacts, page 1", "deleted contacts, page 1", "agents, page 1", null]
      )
    })
  )

  it.effect("a list that stops short in the middle ends the stream without an end", () =>
    Effect.gen(function* () {
      const { read } = yield* connect({
        app: (app) => (request) => (request.query.get("state") === "blocked" ? Effect.succeed(json([], link(2))) : app(request))
      })
      assert.deepStrictEqual(
        (yield* read("contacts")).filter(({ end }) => end !== null).map(({ end }) => end?.reached),
        [false]
      )
    })
  )
})

describe("limits", () => {
  it.effect("a 429 of the list of contacts comes with plenty left for the account, and is waited out", () =>
    Effect.gen(function* () {
      const { desk, sandbox, read, log } = yield* connect({ options: { tags: "skip" } })
      desk.load({ customers: customers(250), organizations: [], memberships: [] })
      sandbox.limitPerMinute(700, 2)
      const reading = yield* Effect.fork(read("contacts"))
      yield* TestClock.adjust("59 seconds")
      assert.isTrue(Option.isNone(yield* Fiber.poll(reading)))
      assert.strictEqual(log.filter(({ status }) => status === 200).length, 2)
      yield* TestClock.adjust("5 minutes")
      assert.strictEqual(
        (yield* Fiber.join(reading)).reduce((rows, page) => rows + page.rows, 0),
        250
      )
    })
  )
})

describe("sandbox", () => {
  const get = (sandbox: Sandbox.FreshdeskSandbox, path: string) => {
    const url = new URL(`${baseUrl}/api/v2${path}`)
    const authorization = `Basic ${Buffer.from(`${String(sandbox.options(baseUrl)["apiKey"])}:X`).toString("base64")}`
    const request: SandboxRequest = { method: "GET", path: url.pathname, query: url.searchParams, headers: { authorization }, body: "" }
    return Effect.map(sandbox.app(request), ({ status, headers, body }) => ({ status, headers, body: body === "" ? null : JSON.parse(body) }))
  }

  it.effect("has Freshdesk's traps", () =>
    Effect.gen(function* () {
      const sandbox = Sandbox.make()
      sandbox.source.load({
        customers: [...customers(40), { id: "99", email: "s@x.example", name: "S", staff: true }],
        organizations: ["5", "6"].map((id) => ({ id, name: `Company ${id}` })),
        memberships: ["5", "6"].map((organization) => ({ customer: "1", organization }))
      })
      sandbox.source.suspend("2", true)
      sandbox.source.deleteCustomer("3")
      const { body, headers } = yield* get(sandbox, "/contacts")
      assert.strictEqual(body.length, 30)
      assert.match(headers["link"] ?? "", /^< https:\/\/.*page=2.*>;rel="next"$/)
      assert.strictEqual((yield* get(sandbox, "/contacts?page=2")).body.length, 8)
      assert.strictEqual((yield* get(sandbox, "/contacts?page=2")).headers["link"], undefined)
      const listed = body.find(({ id }: { readonly id: number }) => id === 1)
      assert.deepStrictEqual([listed.company_id, listed.other_companies, listed.tags], [5, [6], undefined])
      const { body: viewed } = yield* get(sandbox, "/contacts/1")
      assert.deepStrictEqual([viewed.other_companies, viewed.tags], [[{ company_id: 6, view_all_tickets: true }], []])
      const states = yield* Effect.forEach(["blocked", "deleted"], (state) => get(sandbox, `/contacts?state=${state}`))
      assert.deepStrictEqual(
        states.map(({ body }) => [body.length, body[0].id, body[0].deleted]),
        [
          [1, 2, undefined],
          [1, 3, true]
        ]
      )
      assert.strictEqual((yield* get(sandbox, "/contacts?per_page=101")).status, 400)
      assert.strictEqual((yield* get(sandbox, "/contacts?role=x")).body.errors[0].code, "invalid_field")
      assert.deepStrictEqual(yield* Effect.map(get(sandbox, "/contacts/77"), ({ status, body }) => [status, body]), [404, null])
      sandbox.show({ tagsInLists: false, severalCompanies: true, rolesInLists: false })
      const { body: agents } = yield* get(sandbox, "/agents")
      assert.deepStrictEqual([agents[0].contact.email, agents[0].email, agents[0].role_ids], ["s@x.example", undefined, undefined])
    })
  )
})
