/** What is doubtful about one customer withholds that customer only, and a person is told while something depends on it. */
import { assert, describe, it } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as TestClock from "effect/TestClock"
import type * as Faulty from "../../src/sandbox/Faulty.ts"
import type { WireRow } from "../../src/sandbox/Sandbox.ts"
import * as WireRows from "../../library/conformance/WireRows.ts"
import * as Bridge from "../kit/Bridge.ts"
import * as Hourly from "../kit/Hourly.ts"
import { passing } from "../kit/Time.ts"

const people = ["ann", "bob", "cy"].map((name, index) => ({ id: String(index + 1), email: `${name}@x.example`, name, tags: ["vip"] }))
const world = { customers: people, organizations: [{ id: "101", name: "Globex" }], memberships: [{ customer: "1", organization: "101" }] }

const rules = `
    fullRead: 0s
    rules: [{ kind: organization }, { kind: tag, name: "{name}" }]`

/** Three customers who are all in the group vip, the first of whom can be shown without tags. */
const synced = (more = "") =>
  Effect.gen(function* () {
    const bridge = yield* Bridge.make
    bridge.configure(rules + more)
    bridge.zendesk.source.load(world)
    const known = bridge.cstar.target.addCustomers(people.map(({ email, name }) => ({ email, name })))
    for (const { email, id } of known) bridge.emails.set(id, email ?? id)
    let unreported = false
    const change = ({ tags, ...row }: WireRow): WireRow => (unreported ? row : { ...row, tags })
    bridge.behind(
      (app) => (request) =>
        Effect.flatMap(app(request), (delivery): Effect.Effect<Faulty.Delivery> => {
          if ("_tag" in delivery) return Effect.succeed(delivery)
          return WireRows.changing(WireRows.ofAddress("ann@x.example", change))(() => Effect.succeed(delivery))(request)
        })
    )
    assert.strictEqual((yield* bridge.sync()).status, "done")
    const doubt = (doubtful: boolean) => {
      unreported = doubtful
    }
    return { ...bridge, doubt, known }
  })

const vip = (bridge: Bridge.Bridge) => bridge.held()["vip"]

describe("a customer in doubt", () => {
  it.scoped("keeps what they have, while another leaves; told while something depends on it, and not when nothing does", () =>
    passing(
      Effect.gen(function* () {
        const bridge = yield* synced()
        bridge.doubt(true)
        bridge.zendesk.source.untag("2", "vip")
        const first = yield* bridge.sync()
        assert.deepStrictEqual(vip(bridge), ["ann@x.example", "cy@x.example"])
        assert.strictEqual(first.status, "partial")
        assert.deepStrictEqual(first.withheld, [{ reason: "zendesk: Zendesk did not tell the tags of user 1, and those of others", changes: 1 }])

        bridge.doubt(false)
        assert.deepStrictEqual([(yield* bridge.sync()).status, vip(bridge)], ["none", ["ann@x.example", "cy@x.example"]])
        bridge.zendesk.source.untag("1", "vip")
        assert.strictEqual((yield* bridge.sync()).status, "done")
        assert.deepStrictEqual(vip(bridge), ["cy@x.example"])
        bridge.doubt(true)
        const last = yield* bridge.sync()
        assert.deepStrictEqual([last.status, last.withheld], ["none", []], "nothing of hers is at stake")
      })
    )
  )

  it.scoped("who is the last in a group keeps it, and gets what is told", () =>
    passing(
      Effect.gen(function* () {
        const bridge = yield* synced()
        bridge.doubt(true)
        for (const id of ["2", "3"]) bridge.zendesk.source.untag(id, "vip")
        bridge.zendesk.source.load({ customers: [], organizations: [{ id: "102", name: "Initech" }], memberships: [{ customer: "1", organization: "102" }] })
        yield* bridge.sync()
        assert.deepStrictEqual(bridge.held(), { Globex: ["ann@x.example"], Initech: ["ann@x.example"], vip: ["ann@x.example"] })
      })
    )
  )

  it.scoped("does not use up the time of grace of what was absent before", () =>
    passing(
      Effect.gen(function* () {
        const bridge = yield* synced("\n    grace: { reads: 2, for: 0h }")
        bridge.zendesk.source.untag("1", "vip")
        yield* bridge.sync()
        assert.include(vip(bridge) ?? [], "ann@x.example")
        bridge.doubt(true)
        yield* bridge.sync()
        assert.include(vip(bridge) ?? [], "ann@x.example")
        bridge.doubt(false)
        yield* bridge.sync()
        assert.notInclude(vip(bridge) ?? [], "ann@x.example")
      })
    )
  )

  it.scoped("whom a whole read left in doubt costs no other whole read when they change; who comes into doubt by a change does", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(Hourly.noon)
      const bridge = yield* synced()
      bridge.configure(rules.replace("fullRead: 0s", "fullRead: 24h"))
      const wholeReads = (sync: Effect.Effect<unknown>) =>
        Effect.gen(function* () {
          const before = bridge.source.log.length
          yield* TestClock.adjust("1 hour")
          yield* Effect.flatMap(Clock.currentTimeMillis, (now) => Effect.sync(() => bridge.zendesk.editAt(now)))
          for (const { email, id } of people.slice(0, 2)) bridge.zendesk.source.changeEmail(id, email)
          yield* TestClock.adjust("1 hour")
          yield* sync
          return bridge.source.log.slice(before).filter(({ path }) => path.endsWith("/users")).length
        })
      yield* bridge.sync()
      assert.strictEqual(yield* wholeReads(bridge.sync()), 0)
      bridge.doubt(true)
      assert.strictEqual(yield* wholeReads(bridge.sync()), 1)
      assert.strictEqual(yield* wholeReads(bridge.sync()), 0)
      assert.include(vip(bridge) ?? [], "ann@x.example")
    })
  )

  it.scoped("is not mirrored: what others gave them stays under removals: all, and goes from who is sure", () =>
    passing(
      Effect.gen(function* () {
        const bridge = yield* synced("\n    removals: all")
        const globex = bridge.cstar.target.groups().find(({ name }) => name === "Globex")
        for (const { id } of bridge.known.slice(1)) bridge.cstar.target.addMember(globex?.id ?? "", id)
        bridge.zendesk.source.untag("1", "vip")
        bridge.doubt(true)
        yield* TestClock.adjust("7 hours")
        yield* bridge.sync({ depth: "full" })
        assert.include(vip(bridge) ?? [], "ann@x.example")
        assert.deepStrictEqual(bridge.held()["Globex"], ["ann@x.example"])
      })
    )
  )
})
