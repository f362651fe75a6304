/** What a search by the day of the last change tells of contacts. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as TestClock from "effect/TestClock"
import type { SourcePage } from "../../src/contract/Source.ts"
import type { SandboxApp } from "../../src/sandbox/Sandbox.ts"
import { baseUrl, connect, instead, listed, membershipsOf, nextOf, noon, numbers, people, reported, unknownOf } from "./TestConnection.ts"

const hour = 3_600_000
const memberships = (pages: ReadonlyArray<SourcePage>) => membershipsOf(pages.flatMap(({ records }) => records))
const paths = (log: ReadonlyArray<{ readonly path: string }>) => log.map(({ path }) => path)

describe("contacts that changed", () => {
  it.effect("are asked for in one search from two days before the last reading on; where nothing changed three calls are all", () =>
    Effect.gen(function* () {
      const { asked, changes, since } = yield* listed()
      const first = yield* changes(since)
      assert.deepStrictEqual([reported(first), paths(asked())], [[], ["/admins", "/tags", "/contacts/search"]])
      assert.deepStrictEqual(JSON.parse(asked()[2]?.body ?? ""), {
        query: { field: "updated_at", operator: ">", value: noon / 1000 - 49 * 3600 },
        pagination: { per_page: 150 },
        sort: { field: "updated_at", order: "ascending" }
      })
      yield* changes(nextOf(first))
      assert.strictEqual(JSON.parse(asked()[5]?.body ?? "").query.value, (noon + hour) / 1000 - 49 * 3600, "the next ones go on from when these were asked for")
    })
  )

  it.effect("are told with all that they are in, oldest change first", () =>
    Effect.gen(function* () {
      const { changes, desk, sandbox, since } = yield* listed()
      desk.untag("2", "vip")
      desk.load({ customers: [{ id: "9", email: null, name: "New", tags: ["beta"] }], organizations: [], memberships: [] })
      sandbox.editAt(noon + hour + 1000)
      desk.join("1", "102")
      const found = yield* changes(since)
      assert.deepStrictEqual(reported(found), ["2", "9", "1"])
      assert.deepStrictEqual(memberships(found), ["tag beta: 9", "tag vip: 1", "organization 102: 1"])
      assert.deepStrictEqual(reported(yield* changes(nextOf(found))), ["2", "9", "1"], "and told again for two days")
    })
  )

  it.effect("are asked for one by one where their row is cut", () =>
    Effect.gen(function* () {
      const { changes, desk, log, since } = yield* listed()
      for (const number of numbers(12)) desk.tag("3", `tag_${number}`)
      assert.strictEqual(memberships(yield* changes(since)).length, 13)
      assert.strictEqual(log.at(-1)?.path, "/contacts/3/tags")
    })
  )

  it.effect("come in pages, and a contact that changes on the way is told twice and counts once", () =>
    Effect.gen(function* () {
      const { changes, desk, inject, log, since } = yield* listed()
      desk.load({ customers: people(200).slice(5), organizations: [], memberships: [] })
      const found = yield* changes(since)
      assert.deepStrictEqual(
        found.map(({ cursor, end, rows }) => [cursor === null, end?.reached, rows]),
        [
          [false, undefined, 150],
          [true, true, 45]
        ]
      )
      assert.deepStrictEqual(unknownOf(found), [])
      const row = (id: string) => ({ type: "contact", id, role: "user", tags: { data: [] }, companies: { data: [] } })
      const page = (ids: ReadonlyArray<string>, next: unknown) => ({
        _tag: "Answer" as const,
        response: { status: 200, headers: {}, body: JSON.stringify({ type: "list", data: ids.map(row), total_count: 3, pages: { next } }) }
      })
      inject([page(["1", "2"], { starting_after: "x" }), page(["1"], null)], ({ path }) => path === "/contacts/search")
      const moved = yield* changes(since)
      assert.deepStrictEqual([reported(moved), log.at(-1)?.path], [["1", "2", "1"], "/contacts/search"])
      assert.deepStrictEqual(unknownOf(moved).length, 4, "another one slipped past")
    })
  )

  it.effect("merged, archived and deleted ones are not told; the one merged into and an unarchived one are", () =>
    Effect.gen(function* () {
      const { changes, desk, sandbox, since } = yield* listed()
      sandbox.merge("5", "4")
      sandbox.archive("3")
      desk.deleteCustomer("2")
      const found = yield* changes(since)
      assert.deepStrictEqual([reported(found), memberships(found)], [["4"], ["tag vip: 4", "organization 101: 4"]])
      assert.isFalse(found.some(({ records }) => records.some(({ _tag }) => _tag === "Gone")))
      sandbox.unarchive("3")
      assert.deepStrictEqual(reported(yield* changes(since)), ["3", "4"])
    })
  )

  it.effect("a tag or a company that does not count as a change waits for the next list", () =>
    Effect.gen(function* () {
      const { changes, desk, read, sandbox, since } = yield* listed()
      sandbox.countBelongings(false)
      desk.tag("1", "beta")
      desk.leave("5", "101")
      assert.deepStrictEqual(reported(yield* changes(since)), [])
      const all = memberships(yield* read("contacts"))
      assert.deepStrictEqual([all.includes("tag beta: 1"), all.includes("organization 101: 5")], [true, false])
    })
  )

  it.effect("whom the search does not know yet the next one tells", () =>
    Effect.gen(function* () {
      const { changes, desk, sandbox, since } = yield* listed()
      sandbox.searchLag(300_000)
      desk.tag("1", "beta")
      const first = yield* changes(since)
      assert.deepStrictEqual(reported(first), [])
      yield* TestClock.adjust("10 minutes")
      assert.deepStrictEqual(memberships(yield* changes(nextOf(first))), ["tag vip: 1", "tag beta: 1"])
    })
  )
})

describe("days", () => {
  const zones = ["Pacific/Kiritimati", "Europe/Prague", "America/New_York", "Pacific/Pago_Pago"]

  it.effect.each(zones)("of a workspace in %s: a change just after the list is told, at whatever hour that was", (zone) =>
    Effect.gen(function* () {
      // On 1 November clocks go back in New York.
      for (const day of [Date.UTC(2026, 10, 1), noon]) {
        for (let hours = 0; hours < 24; hours += 3) {
          const at = day + hours * hour - 1000
          const { changes, desk, sandbox, since } = yield* listed({}, at, zone)
          sandbox.editAt(at + 1000)
          desk.tag("1", "beta")
          assert.deepStrictEqual(reported(yield* changes(since)), ["1"], `listed at ${at}`)
        }
      }
    })
  )

  it.effect("are what a date is compared by, and other operators are refused", () =>
    Effect.gen(function* () {
      const { desk, sandbox } = yield* listed({}, noon, "Pacific/Kiritimati")
      sandbox.editAt(noon)
      desk.changeEmail("1", "other@x.example")
      const search = (operator: string, value: unknown) =>
        Effect.map(
          sandbox.app({
            method: "POST",
            path: "/contacts/search",
            query: new URLSearchParams(),
            headers: { authorization: `Bearer ${sandbox.options(baseUrl)["accessToken"]}` },
            body: JSON.stringify({ query: { field: "updated_at", operator, value } })
          }),
          ({ body, status }) => (status === 200 ? JSON.parse(body).total_count : status)
        )
      const midnight = (Date.UTC(2026, 10, 22, 24) - 14 * hour) / 1000
      assert.deepStrictEqual(
        yield* Effect.all([search("=", midnight), search("=", midnight - 1), search(">", midnight), search(">", midnight - 1), search("<", midnight)]),
        [1, 0, 0, 1, 4],
        "at noon in UTC the 23rd has begun two hours ago"
      )
      assert.deepStrictEqual(
        yield* Effect.all([search(">=", midnight), search("!=", midnight), search("IN", midnight), search(">", "soon")]),
        [400, 400, 400, 400]
      )
    })
  )
})

it.effect("a filter that is ignored tells everybody as they are", () =>
  Effect.gen(function* () {
    const everybody = JSON.stringify({ query: { operator: "OR", value: ["user", "lead"].map((value) => ({ field: "role", operator: "=", value })) } })
    const ignoring =
      (app: SandboxApp): SandboxApp =>
      (request) =>
        app(request.path === "/contacts/search" ? { ...request, body: everybody } : request)
    const { changes, desk, read, since } = yield* listed({ app: ignoring })
    desk.untag("2", "vip")
    const found = yield* changes(since)
    assert.deepStrictEqual([reported(found), unknownOf(found)], [numbers(5), []])
    assert.deepStrictEqual(memberships(found), memberships(yield* read("contacts")))
  })
)

describe("companies of contacts that did not change", () => {
  const groups = (pages: ReadonlyArray<SourcePage>) =>
    pages.flatMap(({ records }) => records.flatMap((record) => (record._tag === "Group" && record.group.kind === "organization" ? [record.group.id] : [])))

  it.effect("are still looked up where no list shows them", () =>
    Effect.gen(function* () {
      const { changes, desk, log, read, sandbox } = yield* connect({ options: (sandbox) => ({ ...sandbox.options(baseUrl), leads: "include" }) })
      yield* TestClock.setTime(noon)
      desk.load({ customers: [], organizations: [{ id: "leads", name: "Leads alone" }], memberships: [] })
      sandbox.addLead({ id: "l1", name: "L", organizations: ["leads"] })
      const since = nextOf(yield* read("contacts"))
      yield* TestClock.adjust("1 hour")
      const first = yield* changes(since)
      assert.deepStrictEqual(reported(first), [])
      assert.deepStrictEqual(groups(yield* read("companies")), ["leads"])
      assert.strictEqual(log.at(-1)?.path, "/companies/leads")
      yield* changes(nextOf(first))
      assert.deepStrictEqual(groups(yield* read("companies")), ["leads"], "and after the next changes")
    })
  )

  it.effect("leave it unknown which companies there are if too many are in no list", () =>
    Effect.gen(function* () {
      const scroll = { type: "list", data: [], pages: null, total_count: null, scroll_param: "p" }
      const { changes, desk, read } = yield* connect({ app: instead({ "/companies/scroll": scroll }) })
      const companies = numbers(201).map((id) => ({ id: `c${id}`, name: `Company ${id}` }))
      desk.load({
        customers: people(201),
        organizations: companies,
        memberships: companies.map(({ id }, index) => ({ customer: String(index + 1), organization: id }))
      })
      const since = nextOf(yield* read("contacts"))
      yield* changes(since)
      assert.deepStrictEqual(unknownOf(yield* read("companies")).slice(0, 1), [
        {
          part: { groups: "organization", carrier: "customer" },
          reason: "the scroll left out 201 companies that contacts are in, too many to look them up"
        }
      ])
    })
  )
})
