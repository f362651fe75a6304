/** A source that shows nothing at all where it had rows is not believed, whatever the guards are set to. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as TestClock from "effect/TestClock"
import * as HoldWording from "../../src/report/HoldWording.ts"
import * as Bridge from "../kit/Bridge.ts"
import { approve, heldBy, reject } from "../kit/Deciding.ts"
import { passing } from "../kit/Time.ts"

const raised = `${Bridge.usualRules}
    guards: { removals: 100000, removalPercent: 100, groupRemovalPercent: 100, emptiedGroups: 1000, sourceShrink: 100 }`

const everybody = ["1", "2", "3", "4", "5", "6"]

/** A synced account whose helpdesk has lost all of its users and memberships since, with guards that would let everything through. */
const emptied = (more = "") =>
  Effect.gen(function* () {
    const bridge = yield* Bridge.small
    bridge.configure(raised + more)
    yield* passing(bridge.sync())
    const before = bridge.held()
    for (const id of everybody) bridge.zendesk.source.deleteCustomer(id)
    return { ...bridge, before }
  })

describe("a source without any row", () => {
  it.scoped("is held under emptySource run after run, days later too, and told with what it showed before", () =>
    Effect.gen(function* () {
      const bridge = yield* emptied()
      const { before } = bridge
      const planned = (yield* passing(bridge.plan())).result
      assert.deepStrictEqual([planned.status, planned.held.map(({ guard, changes }) => [guard, changes])], ["held", [["emptySource", 8]]])
      for (const wait of ["1 hour", "2 days", "9 days"] as const) {
        const run = yield* passing(bridge.sync())
        assert.deepStrictEqual([run.status, heldBy(run), run.summary.assignments.remove], ["held", [["emptySource", 8]], 0])
        assert.match(run.held[0]!.why.map(HoldWording.reason).join("\n"), /zendesk shows 0 users, and showed 6 before/)
        yield* TestClock.adjust(wait)
      }
      assert.deepStrictEqual(bridge.held(), before)
    })
  )

  it.scoped("is removed once a person approves, and asked about no more once rejected", () =>
    Effect.gen(function* () {
      const approved = yield* emptied()
      const [part] = (yield* passing(approved.sync())).held
      assert.strictEqual((yield* passing(approve(approved, part!.id))).summary.assignments.remove, 8)
      assert.strictEqual((yield* passing(approved.sync())).status, "none")
      const rejected = yield* emptied()
      const [other] = (yield* passing(rejected.sync())).held
      yield* reject(rejected, other!.id)
      const after = yield* passing(rejected.sync())
      assert.deepStrictEqual([after.status, rejected.held()], ["none", rejected.before])
    })
  )

  it.scoped("is not believed after a time of grace either", () =>
    Effect.gen(function* () {
      const bridge = yield* emptied("\n    grace: { reads: 2, for: 0h }")
      for (let day = 0; day < 3; day += 1) {
        yield* passing(bridge.sync())
        yield* TestClock.adjust("1 day")
      }
      const run = yield* passing(bridge.sync())
      assert.deepStrictEqual([heldBy(run), bridge.held()], [[["emptySource", 8]], bridge.before])
    })
  )

  it.scoped("is over as soon as the source is back, and who leaves then is removed", () =>
    Effect.gen(function* () {
      const bridge = yield* emptied()
      assert.deepStrictEqual(heldBy(yield* passing(bridge.sync())), [["emptySource", 8]])
      bridge.zendesk.source.load({
        customers: everybody.map((id) => ({ id, email: `c${id}@x.io`, name: `Customer ${id}`, tags: id < "3" ? ["vip"] : [] })),
        organizations: [],
        memberships: [
          ...["1", "2", "3"].map((customer) => ({ customer, organization: "101" })),
          ...["1", "4", "5"].map((customer) => ({ customer, organization: "102" }))
        ]
      })
      const run = yield* passing(bridge.sync())
      assert.deepStrictEqual([run.status, heldBy(run), bridge.held()], ["none", [], bridge.before])
      bridge.zendesk.source.leave("3", "101")
      assert.strictEqual((yield* passing(bridge.sync())).summary.assignments.remove, 1)
    })
  )
})
