/** What runs read, against the fewest calls that the APIs permit, counted at the sandboxes. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as fc from "effect/FastCheck"
import * as Crowd from "../kit/Crowd.ts"
import * as SmallAccounts from "../kit/SmallAccounts.ts"
import { jumping } from "../kit/Time.ts"

const { account, reads, unguarded } = SmallAccounts

const holds = (world: SmallAccounts.World) =>
  Effect.gen(function* () {
    const { again, fewest, fewestAgain, first } = yield* SmallAccounts.measure(world)
    assert.deepStrictEqual(first, fewest, JSON.stringify(world))
    assert.deepStrictEqual(again, fewestAgain, JSON.stringify(world))
  })

describe("reads", () => {
  it.live("take the fewest calls: random small accounts, and the run right after", () =>
    Effect.promise(() =>
      fc.assert(
        fc.asyncProperty(SmallAccounts.worlds, (given) => Effect.runPromise(holds(given))),
        { numRuns: 4, endOnFailure: true }
      )
    )
  )

  it.scoped("look at members only where the count is not what our own writes make of it", () =>
    jumping(
      Effect.gen(function* () {
        const bridge = yield* Crowd.make(40, unguarded.replace(`{ kind: tag, include: ["vip", "gold"] }`, "{ kind: organization }, { kind: tag }"))
        yield* bridge.sync()
        Crowd.untag(bridge, ["1", "2"])
        yield* bridge.sync()
        const later = (hours: number) =>
          Effect.zipRight(
            Effect.sleep(`${hours} hours`),
            Effect.suspend(() => {
              const seen = bridge.target.log.length
              return Effect.map(bridge.sync(), () => reads(bridge, seen))
            })
          )
        assert.deepStrictEqual(yield* later(1), { identity: 1 })
        assert.deepStrictEqual(yield* later(6), { identity: 1, groups: 1 }, "counts alone, and they agree")
        const globex = Crowd.groupOf(bridge, "Globex").id
        bridge.cstar.target.removeMember(globex, Crowd.idOf(bridge, "c9@x.io"))
        // The row that is missing is looked for once more, as nothing says how long lists lag, and asks whether its customer is still there.
        assert.deepStrictEqual(yield* later(6), { identity: 1, groups: 1, members: 2, search: 1 })
        assert.deepStrictEqual(yield* later(6), { identity: 1, groups: 1 })
        assert.deepStrictEqual(yield* later(24 * 30), { identity: 1, groups: 1, members: 2 }, "the full look, once a month")
      })
    )
  )

  it.scoped("ask again for whom the target does not know after an hour, six, a day and then weekly", () =>
    jumping(
      Effect.gen(function* () {
        const { bridge, tag } = yield* account({ before: 300, after: 0, found: 0, strangers: 1, there: 0 })
        const asked: Array<number> = []
        let at = 0
        for (const hour of [0, 0.9, 1, 6.9, 7, 30.9, 31, 198, 199]) {
          yield* Effect.sleep(`${(hour - at) * 60} minutes`)
          at = hour
          const seen = bridge.target.log.length
          yield* bridge.sync()
          if ((reads(bridge, seen)["search"] ?? 0) > 0) asked.push(hour)
        }
        assert.deepStrictEqual(asked, [0, 1, 7, 31, 199])
        const seen = bridge.target.log.length
        tag("99")
        yield* bridge.sync()
        assert.strictEqual(reads(bridge, seen)["search"], 1, "who is new is asked for at once, and nobody else")
      })
    )
  )
})
