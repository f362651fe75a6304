/** `plan`, `sync`, `status`, `unmatched` and `explain` say the same of who is who, whatever has happened before. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type { PlanResult } from "../../src/model/Result.ts"
import * as Chance from "../crash/Chance.ts"
import * as Bridge from "../kit/Bridge.ts"
import * as Crowd from "../kit/Crowd.ts"
import * as Looks from "../kit/Looks.ts"
import { passing } from "../kit/Time.ts"
import * as Worlds from "../kit/Worlds.ts"

/** Ids of the source's customers by reason, as `unmatched` lists them. */
const listed = (rows: Effect.Effect.Success<ReturnType<typeof Looks.overview>>["unmatched"]) =>
  Object.fromEntries(
    [...new Set(rows.map(({ reason }) => reason))].sort().map((reason) => [reason, rows.filter((row) => row.reason === reason).map(({ id }) => id)])
  )

const sizes = (by: Readonly<Record<string, ReadonlyArray<string>>>) => Object.fromEntries(Object.entries(by).map(([reason, ids]) => [reason, ids.length]))

const reported = ({ unmatched }: PlanResult) =>
  Object.fromEntries(unmatched.reasons.map(({ reason, customers }) => [reason, customers] as const).sort(([a], [b]) => (a < b ? -1 : 1)))

/** Asserts that all commands agree with the plan that was made last; answers whom they call what. */
const agree = (bridge: Crowd.Running, plan: PlanResult | null, people: ReadonlyArray<string>, when: string) =>
  Effect.gen(function* () {
    if (plan === null) throw new Error(`${when}: no plan`)
    const { status, unmatched } = yield* Looks.overview(bridge)
    const by = listed(unmatched)
    assert.deepStrictEqual(sizes(by), reported(plan), `${when}: unmatched and plan`)
    assert.deepStrictEqual([status.unmatched, status.ambiguous], [plan.summary.unmatched, plan.summary.ambiguous], `${when}: status and plan`)
    for (const id of people) {
      const rows = yield* Looks.explain(bridge, `zendesk/${id}`)
      const person = rows.flatMap((row) => row.people).find((one) => one.id === id)
      if (person === undefined) continue
      assert.strictEqual(person.ambiguous !== null, by["ambiguous"]?.includes(id) === true, `${when}: explain ${id}`)
      if (by["not-found"]?.includes(id) === true) assert.deepStrictEqual([person.link, person.lookup !== null], [null, true], `${when}: explain ${id}`)
    }
    return by
  })

describe("commands that look", () => {
  it.scopedLive("tell the two whose address moved from one to the other as the run does", () =>
    Effect.gen(function* () {
      const bridge = yield* Bridge.small
      yield* bridge.sync()
      bridge.zendesk.source.changeEmail("1", "other@x.io")
      bridge.zendesk.source.changeEmail("6", "c1@x.io")
      bridge.zendesk.source.tag("6", "vip")
      const planned = yield* bridge.plan()
      assert.deepStrictEqual(yield* agree(bridge, planned.result, ["1", "2", "6"], "after the plan"), { ambiguous: ["1", "6"] })
      const run = yield* bridge.sync()
      assert.deepStrictEqual(yield* agree(bridge, run.plan, ["1", "2", "6"], "after the sync"), { ambiguous: ["1", "6"] })
    })
  )

  it.scopedLive("list after the first plan whom it did not find, and not everybody", () =>
    Effect.gen(function* () {
      const bridge = yield* Crowd.make(6, Bridge.usualRules)
      bridge.cstar.target.deleteCustomer(Crowd.idOf(bridge, "c4@x.io"))
      bridge.zendesk.source.changeEmail("5", null)
      const planned = yield* bridge.plan()
      assert.deepStrictEqual(yield* agree(bridge, planned.result, Crowd.people(6), "after the first plan"), { "no-address": ["5"], "not-found": ["4"] })
    })
  )

  it.scoped("tell of refused rows as long as they are wanted", () =>
    passing(
      Effect.gen(function* () {
        const bridge = yield* Bridge.small
        yield* bridge.plan()
        bridge.cstar.target.deleteCustomer(Crowd.idOf(bridge, "c2@x.io"))
        const run = yield* bridge.sync()
        const reported = Effect.gen(function* () {
          const { status } = yield* Looks.overview(bridge)
          const rows = yield* Looks.explain(bridge, "zendesk/2")
          return { status: status.refused, explain: rows.filter(({ refused }) => refused !== null).map(({ group }) => group.name) }
        })
        assert.strictEqual(run.refused.length, 2)
        assert.deepStrictEqual(yield* reported, { status: 2, explain: ["Globex", "Plan vip"] })
        // The refusal said that the customer is gone: nothing is wanted for them until they are matched anew.
        const next = yield* bridge.sync()
        assert.deepStrictEqual([next.refused.length, (yield* reported).status], [0, 0])
      })
    )
  )

  it.scopedLive.each([1, 2, 3, 4, 5, 6])(
    "agree after random days (seed %i)",
    (seed) =>
      Effect.gen(function* () {
        const chance = Chance.make(seed)
        const bridge = yield* Worlds.make(chance)
        bridge.configure(`${Worlds.rules}\n    ${Worlds.unlimited}`)
        const alive = () => Worlds.people.filter((id) => !bridge.gone.has(id))
        for (let day = 0; day < 8; day++) {
          Worlds.live(bridge, chance, chance.whole(6))
          for (let moves = chance.whole(3); moves > 0; moves--) {
            const [from, to] = [chance.pick(alive()), chance.pick(alive())]
            // Somebody gets a new address, and another may take the old one, or one that nobody had.
            bridge.zendesk.source.changeEmail(from, chance.happens(0.2) ? null : `new${day}${moves}@x.io`)
            if (chance.happens(0.7)) bridge.zendesk.source.changeEmail(to, `c${from}@x.io`)
          }
          if (chance.happens(0.3)) bridge.cstar.target.addCustomers([{ email: `c${chance.pick(Worlds.people)}@x.io`, name: "twin" }])
          const when = `seed ${seed}, day ${day}`
          if (chance.happens(0.4)) yield* agree(bridge, (yield* bridge.plan()).result, Worlds.people, `${when}, plan`)
          else yield* agree(bridge, (yield* bridge.sync()).plan, Worlds.people, `${when}, sync`)
        }
      }),
    60_000
  )
})
