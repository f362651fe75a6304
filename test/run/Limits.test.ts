/** Runs that may make only so many calls, or only until some time: what is done, what is left, and that leaving it costs nothing. */
import { assert, describe, it } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as fc from "effect/FastCheck"
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import type { SyncResult } from "../../src/model/Result.ts"
import * as Crowd from "../kit/Crowd.ts"
import * as SmallEdits from "../kit/SmallEdits.ts"
import { jumping } from "../kit/Time.ts"

const { account, organizations, unguarded } = SmallEdits

const edits = fc.record({ ...SmallEdits.parts, calls: fc.constantFrom(2, 3, 5, 9) })

const removals = (bridge: Crowd.Running) => bridge.target.log.filter(({ method }) => method === "DELETE").length
const within = (calls: number) => ({ within: { calls, until: null } })

const holds = ({ calls, ...given }: SmallEdits.Edits & { readonly calls: number }) =>
  Effect.scoped(
    Effect.gen(function* () {
      const { bridge, left, wished } = yield* SmallEdits.edited(given)
      const fewest = left().calls
      const started = bridge.target.writes()
      // Each run takes one call more, for its number.
      let runs = 0
      assert.strictEqual((yield* bridge.plan()).result.estimate.calls, fewest === 0 ? 0 : fewest + 1, "the plan counts the fewest calls")
      for (let before = left(); before.calls > 0; before = left()) {
        const [writes, gone] = [bridge.target.writes(), removals(bridge)]
        const run = yield* bridge.sync(within(calls + 1))
        runs += 1
        const made = bridge.target.writes() - writes - 1
        assert.isAtLeast(removals(bridge) - gone, Math.min(before.removals, Math.ceil(calls / 5)), "a fifth is for removals")
        // The last call could make a group only, and nobody would be in it.
        assert.include([calls, calls - 1], made + Math.max(0, calls - before.calls))
        const isAll = made === before.calls
        assert.deepStrictEqual([run.status, run.withheld.length], isAll ? ["done", 0] : ["partial", 1])
      }
      assert.strictEqual(bridge.target.writes() - started, fewest + runs, "cut into runs it takes no call more")
      assert.strictEqual((yield* bridge.sync(within(calls))).status, "none")
      assert.deepStrictEqual(bridge.held(), wished)
    })
  )

describe("--max-calls", () => {
  it.live("never takes more, keeps a fifth for removals, and leaves out nothing for good: random small accounts", () =>
    Effect.promise(() =>
      fc.assert(
        fc.asyncProperty(edits, (given) => Effect.runPromise(holds(given))),
        { numRuns: 2, endOnFailure: true }
      )
    )
  )

  const left = ({ withheld }: SyncResult) => withheld.map(({ changes, reason }) => `${changes} ${reason}`)

  it.scopedLive("takes out first who has waited longest", () =>
    Effect.gen(function* () {
      const bridge = yield* Crowd.make(12, unguarded)
      yield* bridge.sync()
      const { source } = bridge.zendesk
      const sizes = () => ["Globex", "Plan vip"].map((name) => bridge.held()[name]?.length)
      for (const id of ["12", "11", "10"]) source.leave(id, "100001")
      const first = yield* bridge.sync(within(2))
      assert.deepStrictEqual(left(first), ["2 beyond --max-calls 2, and so left to the next run"])
      assert.deepStrictEqual(sizes(), [11, 6])
      for (const id of ["1", "2", "3"]) source.untag(id, "vip")
      yield* bridge.sync(within(3))
      assert.deepStrictEqual(sizes(), [9, 6])
      yield* bridge.sync(within(2))
      for (const id of ["4", "5", "6"]) source.leave(id, "100001")
      yield* bridge.sync(within(3))
      assert.deepStrictEqual(sizes(), [9, 3])
      yield* bridge.sync(within(4))
      assert.deepStrictEqual(sizes(), [6, 3])
    })
  )

  it.scopedLive("does one group whole before the next, and the largest first", () =>
    Effect.gen(function* () {
      const bridge = yield* account
      for (const id of Crowd.people(130)) bridge.zendesk.source.join(id, "102")
      for (const id of Crowd.people(3)) bridge.zendesk.source.join(id, "101")
      const first = yield* bridge.sync(within(2))
      assert.deepStrictEqual([Object.keys(bridge.held()), first.summary.assignments.add], [["Org 102"], 100])
      const second = yield* bridge.sync(within(2))
      assert.deepStrictEqual(
        Object.entries(bridge.held()).map(([name, { length }]) => [name, length]),
        [["Org 102", 130]],
        "with one call left no group is made that nobody would be in"
      )
      assert.strictEqual(second.status, "partial")
      assert.strictEqual((yield* bridge.sync(within(3))).status, "done")
    })
  )

  it.scoped("counts calls that were sent once more", () =>
    jumping(
      Effect.gen(function* () {
        const bridge = yield* account
        for (const organization of organizations) bridge.zendesk.source.join("1", organization)
        const isAdd = ({ method, path }: { readonly method: string; readonly path: string }) => method === "POST" && path.endsWith("/members")
        bridge.target.inject(
          [1, 2].map(() => ({ _tag: "Answer" as const, response: { status: 503, headers: {}, body: "{}" } })),
          isAdd
        )
        const run = yield* bridge.sync(within(6))
        assert.isAtMost(bridge.target.writes(), 6)
        assert.deepStrictEqual([run.status, run.withheld.length], ["partial", 1])
        assert.strictEqual((yield* bridge.sync()).status, "done")
      })
    )
  )
})

describe("--finish-by", () => {
  it.scoped("does what the allowance has room for until then, and not a call after", () =>
    jumping(
      Effect.gen(function* () {
        const bridge = yield* account
        for (const id of Crowd.people(40)) bridge.zendesk.source.join(id, "101")
        // A source without any membership would not be believed.
        bridge.zendesk.source.load({
          customers: [{ id: "999", email: "stays@x.io", name: "Stays" }],
          organizations: [{ id: "999", name: "Stays" }],
          memberships: [{ customer: "999", organization: "999" }]
        })
        yield* bridge.sync()
        const config = join(bridge.dir, "groupbridge.yaml")
        writeFileSync(config, readFileSync(config, "utf8").replace("budget: 100%", "budget: 10/minute"))
        yield* Effect.sleep("1 hour")
        for (const id of Crowd.people(40)) bridge.zendesk.source.leave(id, "101")
        const until = (yield* Clock.currentTimeMillis) + 150_000
        const run = yield* bridge.sync({ within: { calls: null, until } })
        const last = bridge.target.log.findLast(({ method }) => method !== "GET")
        assert.isAtMost(last?.at ?? 0, until)
        const { assignments } = run.summary
        assert.deepStrictEqual(
          run.withheld.map(({ changes, reason }) => [changes, reason]),
          [[40 - assignments.remove, "beyond what --finish-by leaves time for, and so left to the next run"]]
        )
        assert.isAtLeast(assignments.remove, 20, "three windows begin until then")
        assert.strictEqual((yield* bridge.sync()).summary.assignments.remove, 40 - assignments.remove)
      })
    )
  )
})
