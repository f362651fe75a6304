/** The scroll over companies: one at a time, dead after a minute, and never asked twice for the same page. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as TestClock from "effect/TestClock"
import type { SourcePage } from "../../src/contract/Source.ts"
import { baseUrl, connect, failure, inTime, instead, numbers, people, unknownOf } from "./TestConnection.ts"

const organizations = (count: number) => numbers(count).map((id) => ({ id: `c${id}`, name: `Company ${id}` }))
const world = (count: number) => ({
  customers: people(1),
  organizations: organizations(count),
  memberships: organizations(count).map(({ id }) => ({ customer: "1", organization: id }))
})
const groupsOf = (pages: ReadonlyArray<SourcePage>) =>
  pages.flatMap((page) => page.records.flatMap((record) => (record._tag === "Group" ? [record.group.id] : [])))
const isScroll = ({ path }: { readonly path: string }) => path === "/companies/scroll"
const page = (...ids: ReadonlyArray<string>) => ({ type: "list", data: ids.map((id) => ({ type: "company", id, name: id })), scroll_param: "p" })

describe("scroll", () => {
  it.effect("ends at empty data; its parameter stays the same and is no cursor", () =>
    Effect.gen(function* () {
      const { desk, log, read } = yield* connect()
      desk.load(world(150))
      const pages = yield* read("companies")
      assert.deepStrictEqual(
        pages.map(({ cursor, end, rows }) => [rows, cursor, end]),
        [
          [100, null, null],
          [50, null, null],
          [0, null, { reached: true, count: null }]
        ]
      )
      assert.strictEqual(new Set(log.map(({ query }) => query.get("scroll_param"))).size, 2)
      assert.deepStrictEqual(unknownOf(pages), [])
    })
  )

  it.effect("a page whose answer is lost is not skipped: the scroll waits for the lost one to die, begins anew and tells each company once", () =>
    Effect.gen(function* () {
      const { desk, inject, log, read } = yield* connect()
      desk.load(world(350))
      inject({ _tag: "Reset", when: "after" }, ({ path, query }) => path === "/companies/scroll" && query.has("scroll_param"))
      const begun = log.length
      const found = groupsOf(yield* inTime(read("companies")))
      assert.deepStrictEqual([found.length, new Set(found).size], [350, 350])
      const calls = log.slice(begun)
      assert.isAbove((calls.at(-1)?.at ?? 0) - (calls[1]?.at ?? 0), 60_000)
      assert.isAbove(calls.filter(({ status }) => status === 400).length, 1)
    })
  )

  it.effect("another integration's scroll is waited for", () =>
    Effect.gen(function* () {
      const { desk, read, sandbox } = yield* connect()
      desk.load(world(3))
      sandbox.occupyScroll(150_000)
      const fiber = yield* Effect.fork(read("companies"))
      yield* TestClock.adjust("149 seconds")
      assert.isTrue(Option.isNone(yield* Fiber.poll(fiber)))
      yield* TestClock.adjust("16 seconds")
      assert.strictEqual(groupsOf(yield* Fiber.join(fiber)).length, 3)
    })
  )

  it.effect("one that does not close is told, and may be tried again later", () =>
    Effect.gen(function* () {
      const { read, sandbox } = yield* connect()
      sandbox.occupyScroll(Number.POSITIVE_INFINITY)
      const error = yield* inTime(failure(read("companies")))
      assert.deepStrictEqual([error.reason, error.code, error.retryable], ["Unavailable", "scroll_exists", true])
      assert.match(error.detail, /another scroll over companies is open .*\(scroll already exists for this workspace\).*the next run tries again/)
    })
  )

  it.effect("one that died of a long wait begins anew", () =>
    Effect.gen(function* () {
      const { desk, inject, read } = yield* connect()
      desk.load(world(250))
      const limited = { status: 429, headers: { "retry-after": "90" }, body: "{}" }
      inject({ _tag: "Answer", response: limited }, ({ path, query }) => path === "/companies/scroll" && query.has("scroll_param"))
      const found = groupsOf(yield* inTime(read("companies")))
      assert.deepStrictEqual([found.length, new Set(found).size], [250, 250])
    })
  )

  it.effect("one that goes in a circle, or does not tell how to go on, is malformed", () =>
    Effect.gen(function* () {
      for (const body of [page("a", "b"), { ...page("a"), scroll_param: null }]) {
        const { read } = yield* connect({ app: instead({ "/companies/scroll": body }) })
        assert.strictEqual((yield* failure(read("companies"))).reason, "Malformed")
      }
    })
  )
})

describe("companies", () => {
  it.effect("that no list shows, though somebody is in them, are asked for by their id", () =>
    Effect.gen(function* () {
      const { desk, log, read, sandbox } = yield* connect({ options: (sandbox) => ({ ...sandbox.options(baseUrl), leads: "include" }) })
      desk.load(world(1))
      desk.load({
        customers: [],
        organizations: [
          { id: "leads", name: "Leads alone" },
          { id: "empty", name: "Empty" }
        ],
        memberships: []
      })
      sandbox.addLead({ id: "l1", name: "L", organizations: ["leads"] })
      yield* read("contacts")
      assert.deepStrictEqual(groupsOf(yield* read("companies")), ["c1", "leads"])
      assert.deepStrictEqual(
        log.filter(({ path }) => /^\/companies\/(?!scroll)/.test(path)).map(({ path }) => path),
        ["/companies/leads"]
      )
    })
  )

  it.effect("and are gone if they are not found", () =>
    Effect.gen(function* () {
      const { desk, read } = yield* connect()
      desk.load(world(2))
      yield* read("contacts")
      desk.deleteOrganization("c2")
      const pages = yield* read("companies")
      assert.deepStrictEqual(
        pages.flatMap((one) => one.records).filter(({ _tag }) => _tag === "Gone"),
        [{ _tag: "Gone", record: "group", key: { kind: "organization", carrier: "customer", id: "c2" }, cause: "deleted" }]
      )
    })
  )

  it.effect("a look-up that fails fails the read: nothing is known then", () =>
    Effect.gen(function* () {
      const { desk, inject, read } = yield* connect()
      desk.load(world(1))
      yield* read("contacts")
      desk.deleteOrganization("c1")
      inject({ _tag: "Answer", response: { status: 404, headers: {}, body: "<html>" } }, (request) => !isScroll(request))
      assert.strictEqual((yield* failure(read("companies"))).reason, "NotFound")
    })
  )
})
