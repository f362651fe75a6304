import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { join } from "node:path"
import type { HeldPart } from "../../src/model/Change.ts"
import * as HoldWording from "../../src/report/HoldWording.ts"
import { OperationsStore } from "../../src/run/OperationsStore.ts"
import * as StateLayer from "../../state/StateLayer.ts"
import * as Crowd from "../kit/Crowd.ts"
import { write } from "../kit/Deciding.ts"

const countsOf = ({ changes, groupCounts, guard, join, leave, memberships }: HeldPart) => ({ changes, groupCounts, guard, join, leave, memberships })

/** What waits, as the commands read it between runs. */
const held = (bridge: Crowd.Running) =>
  Effect.flatMap(OperationsStore, (store) => store.parts).pipe(
    Effect.map((parts) => ({
      rows: parts.map(({ proposal, why }) => ({ why: why.map(HoldWording.reason), proposal: proposal === null ? null : HoldWording.proposal(proposal) }))
    })),
    Effect.provide(StateLayer.layer(join(bridge.dir, ".groupbridge", "state.db"))),
    Effect.orDie
  )

describe("what a held part counts", () => {
  it.scopedLive("a renamed tag: people who leave, people who join and the new group, each by itself", () =>
    Effect.gen(function* () {
      const bridge = yield* Crowd.make(60)
      yield* bridge.sync()
      for (const id of Crowd.people(30)) {
        bridge.zendesk.source!.untag(id, "vip")
        bridge.zendesk.source!.tag(id, "plan_vip")
      }
      const run = yield* bridge.sync()
      assert.deepStrictEqual(run.held.map(countsOf), [
        {
          guard: "groupRemovalPercent",
          changes: 61,
          leave: 30,
          join: 30,
          memberships: { add: 30, remove: 30 },
          groupCounts: { create: 1, update: 0, delete: 0 }
        }
      ])
    })
  )

  it.scopedLive("a group deleted by hand is a group, and its people are people", () =>
    Effect.gen(function* () {
      const bridge = yield* Crowd.make(20)
      yield* bridge.sync()
      bridge.cstar.target!.deleteGroup(bridge.cstar.target!.groups().find(({ name }) => name === "Plan vip")!.id)
      const run = yield* bridge.sync({ depth: "full" })
      assert.deepStrictEqual(run.held.map(countsOf), [
        {
          guard: "drift",
          changes: 11,
          leave: 0,
          join: 10,
          memberships: { add: 10, remove: 0 },
          groupCounts: { create: 1, update: 0, delete: 0 }
        }
      ])
    })
  )

  it.scopedLive("what an earlier version stored as text is read as text", () =>
    Effect.gen(function* () {
      const bridge = yield* Crowd.make(20)
      yield* bridge.sync()
      Crowd.untag(bridge, Crowd.people(10))
      yield* bridge.sync()
      write(bridge, `UPDATE held_part SET why = '["it was too much"]', reasons = '[]', proposal = 'put  previously: [a]  into rule 1'`)
      const { rows } = yield* held(bridge)
      assert.deepStrictEqual(rows, [{ why: ["it was too much"], proposal: "put  previously: [a]  into rule 1" }])
    })
  )
})
