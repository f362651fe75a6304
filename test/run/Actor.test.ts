/** Another person behind the credential, with the same role, is another view: what only an earlier one was shown is not removed for being absent. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as TestClock from "effect/TestClock"
import * as HoldWording from "../../src/report/HoldWording.ts"
import * as Bridge from "../kit/Bridge.ts"
import * as Crowd from "../kit/Crowd.ts"
import { approve, heldBy, reject } from "../kit/Deciding.ts"
import { passing } from "../kit/Time.ts"

const raised = `${Bridge.usualRules}
    guards: { removals: 100000, removalPercent: 100, groupRemovalPercent: 100, emptiedGroups: 1000, sourceShrink: 100 }`

const admin = { role: "admin", role_type: 4, custom_role_id: null, ticket_restriction: null, restricted_agent: false }

const some = Crowd.people(18)

/** 40 members of an organization, synced by petra; otto, an admin too, is not shown 18 of the memberships. */
const takenOver = Effect.gen(function* () {
  const bridge = yield* Crowd.make(40, raised)
  yield* passing(bridge.sync())
  const before = bridge.held()
  const actAs = (email: string) => bridge.zendesk.actAs({ ...admin, email })
  const hide = (ids: ReadonlyArray<string>) => ids.forEach((id) => bridge.zendesk.source.leave(id, "100001"))
  const show = (ids: ReadonlyArray<string>) => ids.forEach((id) => bridge.zendesk.source.join(id, "100001"))
  actAs("otto@sandbox.example")
  hide(some)
  return { ...bridge, actAs, before, hide, show }
})

describe("another person behind the token with the same role", () => {
  it.scoped("who sees fewer rows removes nobody: they are held under actor, run after run, also after dry ones", () =>
    Effect.gen(function* () {
      const bridge = yield* takenOver
      const plan = (yield* passing(bridge.plan())).result
      assert.deepStrictEqual([plan.status, plan.held.map(({ guard, changes }) => [guard, changes])], ["held", [["actor", 18]]])
      for (const wait of ["1 hour", "1 day", "10 days"] as const) {
        const run = yield* passing(bridge.sync())
        assert.deepStrictEqual([run.status, heldBy(run), run.summary.assignments.remove], ["held", [["actor", 18]], 0])
        assert.match(
          run.held[0]!.why.map(HoldWording.reason).join("\n"),
          /otto@sandbox\.example reads zendesk now and does not show them; petra@sandbox\.example did/
        )
        yield* TestClock.adjust(wait)
      }
      assert.deepStrictEqual(bridge.held(), bridge.before)
    })
  )

  it.scoped("holds only what petra alone saw: who leaves once otto has seen them is removed", () =>
    Effect.gen(function* () {
      const bridge = yield* takenOver
      yield* passing(bridge.sync())
      bridge.hide(["30"])
      const run = yield* passing(bridge.sync())
      assert.deepStrictEqual([heldBy(run), run.summary.assignments.remove], [[["actor", 18]], 1])
      bridge.show(some)
      assert.deepStrictEqual(heldBy(yield* passing(bridge.sync())), [])
      bridge.hide(["1"])
      assert.strictEqual((yield* passing(bridge.sync())).summary.assignments.remove, 1)
    })
  )

  it.scoped("is asked about once: approved they go, rejected they stay; and petra, back, has her own view", () =>
    Effect.gen(function* () {
      const approved = yield* takenOver
      const [part] = (yield* passing(approved.sync())).held
      assert.strictEqual((yield* passing(approve(approved, part!.id))).summary.assignments.remove, 18)
      const rejected = yield* takenOver
      const [other] = (yield* passing(rejected.sync())).held
      yield* reject(rejected, other!.id)
      assert.deepStrictEqual([(yield* passing(rejected.sync())).status, rejected.held()], ["none", rejected.before])
      rejected.actAs("petra@sandbox.example")
      rejected.hide(["35"])
      assert.deepStrictEqual(heldBy(yield* passing(rejected.sync())), [["actor", 1]])
    })
  )

  it.scoped("does not hold who was seen to be gone, or to be staff now", () =>
    Effect.gen(function* () {
      const bridge = yield* takenOver
      bridge.show(some)
      bridge.zendesk.source.makeStaff("1")
      const run = yield* passing(bridge.sync())
      assert.deepStrictEqual([heldBy(run), run.summary.assignments.remove], [[], 2])
    })
  )
})
