/** What a target's lists show wrongly must cost nobody a group, a match or the knowledge of whose a row is. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as TestClock from "effect/TestClock"
import { json } from "../kit/Answers.ts"
import type { SandboxRequest, SandboxResponse } from "../../src/sandbox/Sandbox.ts"
import * as Bridge from "../kit/Bridge.ts"
import * as Crowd from "../kit/Crowd.ts"
import { heldBy, rows } from "../kit/Deciding.ts"
import { passing } from "../kit/Time.ts"

const listing = (what: string) => (request: SandboxRequest) =>
  request.method === "GET" && request.path.endsWith(what) && request.query.get("pageSize") === "100" && !request.query.has("search")

/** So many tagged at the source, and so many of them and others known at the target. */
const crowded = (tagged: number, known: number) =>
  Effect.gen(function* () {
    const bridge = yield* Bridge.make
    bridge.configure(Bridge.usualRules)
    Crowd.tagged(bridge, Crowd.people(tagged))
    Crowd.known(bridge, Crowd.people(known))
    return bridge
  })

/** One and the same page of groups, under whatever number it is asked for, and always another one to come. */
const endless = (bridge: Bridge.Bridge, page: number): Effect.Effect<SandboxResponse> => {
  const data = bridge.cstar.target.groups().map(({ id, members, name }) => ({ id, name, customerCount: members.length }))
  return Effect.succeed({ status: 200, headers: {}, body: JSON.stringify({ data, pagination: { page, pageSize: 100, hasMore: true } }) })
}

describe("a list of groups", () => {
  it.scopedLive("that disagrees with its total makes no group", () =>
    Effect.gen(function* () {
      const bridge = yield* Bridge.small
      const short = json(200, { data: [], pagination: { page: 1, pageSize: 100, total: 4, totalPages: 1 } })
      bridge.target.inject([short, short], listing("/customer-groups"))
      assert.strictEqual((yield* bridge.sync()).summary.groups.create, 0)
      assert.strictEqual((yield* bridge.sync()).summary.groups.create, 3)
    })
  )

  it.scopedLive("that shows the same groups page after page is left, and no group is made or given up for it, in words", () =>
    Effect.gen(function* () {
      const bridge = yield* Bridge.small
      yield* bridge.sync()
      bridge.zendesk.source.load({
        customers: [],
        organizations: [{ id: "104", name: "Umbrella" }],
        memberships: [{ customer: "5", organization: "104" }]
      })
      const before = bridge.held()
      let pages = 0
      bridge.behind((app) => (request) => (listing("/customer-groups")(request) ? endless(bridge, ++pages) : app(request)))
      const run = yield* bridge.sync({ depth: "counts" })
      assert.isBelow(pages, 20)
      assert.deepStrictEqual([bridge.held(), run.error], [before, null])
      assert.deepStrictEqual(
        run.plan?.blocked.map(({ name, reason }) => [name, reason.code]),
        ["Hooli", "Umbrella"].map((name) => [name, "list-incomplete"])
      )
    })
  )

  it.scopedLive("that leaves ours out, total and all, is not believed before they are looked up", () =>
    Effect.gen(function* () {
      const bridge = yield* Bridge.small
      yield* bridge.sync()
      bridge.target.inject(json(200, { data: [], pagination: { page: 1, pageSize: 100, total: 0, totalPages: 0 } }), listing("/customer-groups"))
      const run = yield* bridge.sync({ depth: "counts" })
      assert.deepStrictEqual([run.status, heldBy(run)], ["none", []])
      bridge.zendesk.source.leave("3", "101")
      assert.strictEqual((yield* bridge.sync()).summary.assignments.remove, 1)
    })
  )

  it.scopedLive("must have shown a group empty in this run before it is deleted for that", () =>
    Effect.gen(function* () {
      const bridge = yield* Bridge.small
      bridge.configure(`${Bridge.usualRules}\n    deleteEmptyGroups: true`)
      yield* bridge.sync()
      Crowd.untag(bridge, ["1", "2"])
      assert.strictEqual((yield* bridge.sync()).summary.assignments.remove, 2)
      const { id } = Crowd.groupOf(bridge, "Plan vip")
      bridge.cstar.target.addMember(id, Crowd.idOf(bridge, "c6@x.io"))
      assert.strictEqual((yield* bridge.sync()).summary.groups.delete, 0)
      assert.strictEqual((yield* bridge.sync({ depth: "counts" })).summary.groups.delete, 0)
      bridge.cstar.target.removeMember(id, Crowd.idOf(bridge, "c6@x.io"))
      assert.strictEqual((yield* bridge.sync({ depth: "counts" })).summary.groups.delete, 1)
      Crowd.tag(bridge, ["1"])
      yield* bridge.sync()
      assert.deepStrictEqual(bridge.held()["Plan vip"], ["c1@x.io"])
    })
  )
})

/** Thirty tagged people after a first sync, and thirty more whom the target does not know yet: the next run lists its customers. */
const listed = Effect.gen(function* () {
  const bridge = yield* Bridge.make
  bridge.configure(Bridge.usualRules)
  Crowd.tagged(bridge, Crowd.people(30))
  Crowd.known(bridge, Crowd.people(30))
  yield* bridge.sync()
  Crowd.tagged(bridge, Crowd.people(60).slice(30))
  return bridge
})

describe("a list of customers", () => {
  it.scopedLive("that shows one twice and misses another proves nobody gone", () =>
    Effect.gen(function* () {
      const bridge = yield* listed
      const ids = [...bridge.emails.keys()].slice(0, 29)
      const data = [...ids, ids[0]!].map((id) => ({ id, email: bridge.emails.get(id), name: id }))
      bridge.target.inject(json(200, { data, pagination: { page: 1, pageSize: 100, total: 30, totalPages: 1 } }), listing("/customers"))
      yield* bridge.sync()
      assert.deepStrictEqual(rows(bridge, "SELECT count(*) AS n FROM target_customer WHERE gone_at IS NOT NULL"), [{ n: 0 }])
      assert.deepStrictEqual(rows(bridge, "SELECT count(*) AS n FROM assignment WHERE origin = 'applied'"), [{ n: 30 }])
    })
  )

  it.scopedLive("without somebody who is really gone drops the match, and he is matched anew", () =>
    Effect.gen(function* () {
      const bridge = yield* listed
      bridge.cstar.target.deleteCustomer(Crowd.idOf(bridge, "c3@x.io"))
      Crowd.known(bridge, ["3"])
      const run = yield* bridge.sync()
      assert.deepStrictEqual([heldBy(run), bridge.held()["Plan vip"]!.length], [[], 30])
      assert.strictEqual((yield* bridge.sync({ depth: "full" })).status, "none")
    })
  )

  it.scoped("who was deleted at the target is asked for no more, and matched anew when he is back", () =>
    Effect.gen(function* () {
      const bridge = yield* Bridge.small
      bridge.configure(`${Bridge.usualRules}\n    drift: restore`)
      yield* passing(bridge.sync())
      bridge.cstar.target.deleteCustomer(Crowd.idOf(bridge, "c4@x.io"))
      assert.strictEqual((yield* passing(bridge.sync({ depth: "full" }))).refused.length, 1)
      yield* TestClock.adjust("2 days")
      const writes = bridge.target.writes()
      assert.strictEqual((yield* passing(bridge.sync({ depth: "full" }))).status, "none")
      assert.strictEqual(bridge.target.writes(), writes)
      Crowd.known(bridge, ["4"])
      yield* TestClock.adjust("8 days")
      assert.strictEqual((yield* passing(bridge.sync())).summary.assignments.add, 1)
      assert.include(bridge.held()["Initech"]!, "c4@x.io")
    })
  )
})

describe("a match", () => {
  it.scopedLive("that was never sure is not made, so that it can give nobody another's groups later", () =>
    Effect.gen(function* () {
      const bridge = yield* Bridge.small
      yield* bridge.sync()
      const { source } = bridge.zendesk
      source.changeEmail("1", "other@x.io")
      source.load({ customers: [{ id: "9", email: "c1@x.io", name: "T" }], organizations: [], memberships: [{ customer: "9", organization: "103" }] })
      assert.isAtLeast((yield* bridge.sync()).plan!.summary.ambiguous, 1)
      source.changeEmail("9", "nine@x.io")
      assert.strictEqual((yield* bridge.sync()).plan?.summary.ambiguous, 0)
      source.deleteCustomer("1")
      yield* bridge.sync()
      assert.isUndefined(bridge.held()["Hooli"])
    })
  )

  it.scopedLive("is not made by the beginning of a list, for somebody else may have the address further on", () =>
    Effect.gen(function* () {
      const bridge = yield* crowded(8, 1000)
      bridge.cstar.target.addCustomers(Crowd.people(8).map((id) => ({ email: `C${id}@X.IO`, name: id })))
      const run = yield* bridge.sync()
      assert.deepStrictEqual([run.summary.assignments.add, run.plan?.summary.ambiguous], [0, 8])
    })
  )

  it.scopedLive("is not made by a list that lacks somebody", () =>
    Effect.gen(function* () {
      const bridge = yield* crowded(6, 6)
      bridge.cstar.target.addCustomers([{ email: "C1@X.IO", name: "1" }])
      const data = [...bridge.emails].map(([id, email]) => ({ id, email, name: id }))
      bridge.target.inject(json(200, { data, pagination: { page: 1, pageSize: 100, total: 7, totalPages: 1 } }), listing("/customers"))
      yield* bridge.sync()
      assert.deepStrictEqual(bridge.held()["Plan vip"], ["c2@x.io", "c3@x.io", "c4@x.io", "c5@x.io", "c6@x.io"])
    })
  )

  it.scopedLive("is made by two lists, where one lacks many and too many would have to be asked for", () =>
    Effect.gen(function* () {
      const bridge = yield* crowded(201, 201)
      bridge.cstar.target.addCustomers([{ email: "C1@X.IO", name: "1" }])
      bridge.target.inject(json(200, { data: [], pagination: { page: 1, pageSize: 100, total: 202, totalPages: 3 } }), listing("/customers"))
      const run = yield* bridge.sync()
      assert.deepStrictEqual([run.summary.assignments.add, run.plan?.summary.ambiguous], [200, 1])
      assert.strictEqual(bridge.target.log.filter(({ query }) => query.has("search")).length, 0)
    })
  )

  it.scopedLive("is not made with whoever was met in a group, before the address is asked for", () =>
    Effect.gen(function* () {
      const bridge = yield* crowded(3, 3)
      yield* bridge.sync()
      Crowd.known(bridge, ["9"])
      bridge.cstar.target.addCustomers([{ email: "C9@X.IO", name: "9" }])
      bridge.cstar.target.addMember(Crowd.groupOf(bridge, "Plan vip").id, Crowd.idOf(bridge, "c9@x.io"))
      yield* bridge.sync({ depth: "full" })
      bridge.zendesk.source.load({ customers: [{ id: "9", email: "c9@x.io", name: "9", tags: ["vip"] }], organizations: [], memberships: [] })
      assert.strictEqual((yield* bridge.sync()).plan?.summary.ambiguous, 1)
    })
  )

  it.scopedLive("by address folds case, space and international domains; without an address there is none", () =>
    Effect.gen(function* () {
      const bridge = yield* Bridge.make
      bridge.configure(Bridge.usualRules)
      const emails = ["Ann@BÜCHER.example", " BOB@x.io ", null]
      bridge.zendesk.source.load({
        customers: emails.map((email, index) => ({ id: String(index + 1), email, name: "N", tags: ["vip"] })),
        organizations: [],
        memberships: []
      })
      for (const customer of bridge.cstar.target.addCustomers(["ann@xn--bcher-kva.example", "bob@X.io"].map((email) => ({ email, name: email }))))
        bridge.emails.set(customer.id, customer.email!)
      const run = yield* bridge.sync()
      assert.deepStrictEqual(bridge.held(), { "Plan vip": ["ann@xn--bcher-kva.example", "bob@X.io"] })
      assert.deepStrictEqual(run.plan?.unmatched.reasons, [{ reason: "no-address", customers: 1 }])
    })
  )

  it.scopedLive("outlives a time as staff", () =>
    Effect.gen(function* () {
      const bridge = yield* Bridge.small
      yield* bridge.sync()
      bridge.zendesk.source.makeStaff("3")
      assert.strictEqual((yield* bridge.sync()).summary.assignments.remove, 1)
      bridge.zendesk.source.load({ customers: [{ id: "3", email: "c3@x.io", name: "3" }], organizations: [], memberships: [] })
      assert.strictEqual((yield* bridge.sync()).summary.assignments.add, 1)
    })
  )
})
