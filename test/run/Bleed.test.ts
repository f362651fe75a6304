/** Limits that cannot be outwaited: many small runs pass nothing that one large run would not, and a day later they may go on. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as TestClock from "effect/TestClock"
import * as Bridge from "../kit/Bridge.ts"
import * as Crowd from "../kit/Crowd.ts"
import { approve, heldBy } from "../kit/Deciding.ts"
import { passing } from "../kit/Time.ts"

const rules = (guards: string) => `${Bridge.usualRules}\n    guards: { ${guards} }`

/** Runs hour by hour, each after its edit, until something is held. Answers how many runs went through, and what was held. */
const hourly = (bridge: Crowd.Running, times: number, edit: (hour: number) => void) =>
  Effect.gen(function* () {
    for (let hour = 0; hour < times; hour++) {
      yield* TestClock.adjust("1 hours")
      edit(hour)
      const run = yield* passing(bridge.sync())
      if (run.held.length > 0) return { went: hour, held: heldBy(run), removed: run.summary.assignments.remove }
    }
    return { went: times, held: [], removed: 0 }
  })

describe("a slow bleed", () => {
  it.scoped("of 4 % an hour is held by removalPercent at the hour that passes 5 % of the day, and goes on the day after", () =>
    Effect.gen(function* () {
      const bridge = yield* Crowd.make(50, rules("groupRemovalPercent: 100, sourceShrink: 100"))
      yield* passing(bridge.sync())
      yield* TestClock.adjust("25 hours")
      const leave = (hour: number) => [1, 2, 3].forEach((one) => bridge.zendesk.source.leave(String(hour * 3 + one), "100001"))
      assert.deepStrictEqual(yield* hourly(bridge, 3, leave), { went: 1, held: [["removalPercent", 3]], removed: 0 })
      for (const id of ["4", "5", "6"]) bridge.zendesk.source.join(id, "100001")
      assert.deepStrictEqual(heldBy(yield* passing(bridge.sync())), [])
      yield* TestClock.adjust("24 hours")
      for (const id of ["4", "5", "6"]) bridge.zendesk.source.leave(id, "100001")
      const run = yield* passing(bridge.sync())
      assert.deepStrictEqual([heldBy(run), run.summary.assignments.remove], [[], 3])
    })
  )

  it.scoped("of one group is held by groupRemovalPercent at half of what it had that day", () =>
    Effect.gen(function* () {
      const bridge = yield* Crowd.make(60, rules("removalPercent: 100, sourceShrink: 100"))
      yield* passing(bridge.sync())
      yield* TestClock.adjust("25 hours")
      const untag = (hour: number) => Crowd.untag(bridge, [hour * 4 + 1, hour * 4 + 2, hour * 4 + 3, hour * 4 + 4].map(String))
      assert.deepStrictEqual(yield* hourly(bridge, 8, untag), { went: 3, held: [["groupRemovalPercent", 4]], removed: 0 })
    })
  )

  it.scoped("of a stream is held by sourceShrink, and a decision begins a new count", () =>
    Effect.gen(function* () {
      const bridge = yield* Crowd.make(100, rules("removalPercent: 100, groupRemovalPercent: 100"))
      yield* passing(bridge.sync())
      yield* TestClock.adjust("25 hours")
      const remove = (hour: number) => [1, 2, 3, 4].forEach((one) => bridge.zendesk.source.deleteCustomer(String(hour * 4 + one)))
      const { held, went } = yield* hourly(bridge, 5, remove)
      assert.deepStrictEqual([went, held], [1, [["sourceShrink", 8]]])
      const [part] = (yield* passing(bridge.sync())).held
      assert.strictEqual((yield* passing(approve(bridge, part?.id ?? ""))).summary.assignments.remove, 8)
      bridge.zendesk.source.deleteCustomer("9")
      const run = yield* passing(bridge.sync())
      assert.deepStrictEqual([heldBy(run), run.summary.assignments.remove], [[], 2])
    })
  )

  it.scoped("of groups is held by emptiedGroups at the fourth that loses its last member in a day", () =>
    Effect.gen(function* () {
      const bridge = yield* Crowd.make(60, rules("removalPercent: 100"))
      const organizations = ["100011", "100012", "100013", "100014"]
      bridge.zendesk.source.load({
        customers: [],
        organizations: organizations.map((id) => ({ id, name: `Org ${id}` })),
        memberships: organizations.map((organization) => ({ customer: "1", organization }))
      })
      yield* passing(bridge.sync())
      yield* TestClock.adjust("25 hours")
      const { held, went } = yield* hourly(bridge, 4, (hour) => bridge.zendesk.source.leave("1", organizations[hour]!))
      assert.deepStrictEqual([went, held], [3, [["emptiedGroups", 1]]])
    })
  )

  it.scoped("into a group is held by groupGrowthPercent when it has doubled in a day", () =>
    Effect.gen(function* () {
      const bridge = yield* Crowd.make(60)
      Crowd.untag(bridge, Crowd.people(10))
      yield* passing(bridge.sync())
      yield* TestClock.adjust("25 hours")
      Crowd.tagged(bridge, [])
      const tag = (hour: number) =>
        Crowd.tag(
          bridge,
          Array.from({ length: 8 }, (_, index) => String(31 + hour * 8 + index))
        )
      const { held, went } = yield* hourly(bridge, 3, tag)
      assert.deepStrictEqual([went, held], [2, [["groupGrowthPercent", 8]]])
    })
  )
})
