/** What `explain` says that the next run does is what it does, and why the last one did not. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type { Explanation } from "../../src/model/Explanation.ts"
import * as Chance from "../crash/Chance.ts"
import * as Bridge from "../kit/Bridge.ts"
import * as Looks from "../kit/Looks.ts"
import * as Worlds from "../kit/Worlds.ts"

const grace = `${Bridge.usualRules}\n    grace: { reads: 2 }`

const one = (bridge: Pick<Bridge.Bridge, "dir">, customer: string, group: string) =>
  Effect.map(Looks.explain(bridge, customer, group), ([row]) => {
    if (row === undefined) throw new Error(`nothing of ${customer} in ${group}`)
    return row
  })

/** Who is in which group, as `customer group`: groups by what they serve, for their names change. */
const rowsOf = ({ cstar, emails }: Worlds.World): ReadonlySet<string> =>
  new Set(cstar.target.groups().flatMap(({ externalId, members }) => members.map((member) => `${emails.get(member)} ${externalId}`)))

/** `zendesk/organization:501` serves `501`; `zendesk/tag:vip` serves `tag:vip`. */
const servedBy = ({ group }: Explanation): string => String(group.handle).replace(/^zendesk\/(organization:)?/, "")

const changes: ReadonlySet<Explanation["next"]> = new Set(["add", "remove"])

describe("explain", () => {
  it.scopedLive("says that a removal waits for its time of grace, and only then that the next run makes it", () =>
    Effect.gen(function* () {
      const bridge = yield* Bridge.small
      bridge.configure(grace)
      yield* bridge.sync()
      bridge.zendesk.source.leave("3", "101")
      yield* bridge.plan()
      const planned = yield* one(bridge, "c3@x.io", "Globex")
      assert.deepStrictEqual([planned.next, planned.skipped], ["waits", null])
      assert.strictEqual((yield* bridge.sync()).summary.assignments.remove, 0)
      const waiting = yield* one(bridge, "c3@x.io", "Globex")
      assert.deepStrictEqual([waiting.next, waiting.skipped?.reason, waiting.skipped?.run], ["remove", "grace", "r-2"])
      assert.strictEqual((yield* bridge.sync()).summary.assignments.remove, 1)
      const gone = yield* one(bridge, "c3@x.io", "Globex")
      assert.deepStrictEqual([gone.next, gone.skipped], ["nothing", null])
    })
  )

  it.scopedLive("keeps when and why a claim ended after the removal was made", () =>
    Effect.gen(function* () {
      const bridge = yield* Bridge.small
      bridge.configure(grace)
      yield* bridge.sync()
      bridge.zendesk.source.leave("3", "101")
      yield* bridge.sync()
      const ended = (row: Explanation) => row.sources.find(({ id }) => id === "101")?.ended
      const before = ended(yield* one(bridge, "c3@x.io", "Globex"))
      yield* bridge.sync()
      yield* bridge.sync()
      assert.strictEqual(before?.cause, "left")
      assert.deepStrictEqual(ended(yield* one(bridge, "c3@x.io", "Globex")), before)
    })
  )

  it.scopedLive("gives the first run as cause to the first run alone, also while its question is open", () =>
    Effect.gen(function* () {
      const bridge = yield* Bridge.small
      bridge.configure(`${Bridge.usualRules}\n    guards: { additions: 4 }`)
      yield* bridge.sync()
      bridge.zendesk.source.join("6", "103")
      const { changes: planned } = yield* bridge.plan()
      const causes = planned.filter(({ op }) => op === "assignment.add").map(({ cause, customer }) => `${customer?.email} ${cause}`)
      assert.include(causes, "c6@x.io joined")
      assert.include(causes, "c1@x.io first-run")
    })
  )

  it.scopedLive.each([1, 2, 3, 4, 5, 6])(
    "tells what the next run does, row by row (seed %i)",
    (seed) =>
      Effect.gen(function* () {
        const chance = Chance.make(1000 + seed)
        const bridge = yield* Worlds.make(chance)
        const drift = chance.pick(["ask", "restore", "accept"])
        const removals = chance.pick(["ours", "ours", "never"])
        bridge.configure(
          `${Worlds.rules}\n    ${Worlds.unlimited}\n    grace: { reads: ${1 + chance.whole(3)} }\n    drift: ${drift}\n    removals: ${removals}`
        )
        for (let day = 0; day < 6; day++) {
          Worlds.live(bridge, chance, chance.whole(8))
          const group = chance.pick(
            bridge.cstar.target
              .groups()
              .map(({ id, members }) => ({ id, member: members[0] }))
              .concat([{ id: "", member: undefined }])
          )
          if (group.member !== undefined && chance.happens(0.5)) bridge.cstar.target.removeMember(group.id, group.member)
          if (chance.happens(0.5)) yield* bridge.plan()
          else yield* bridge.sync()
          const before = rowsOf(bridge)
          const expected = new Map<string, Explanation["next"]>()
          for (const id of Worlds.people) {
            for (const row of yield* Looks.explain(bridge, `zendesk/${id}`)) {
              if (row.customer !== null) expected.set(`c${id}@x.io ${servedBy(row)}`, row.next)
            }
          }
          yield* bridge.sync()
          const after = rowsOf(bridge)
          const did = (row: string) => (before.has(row) === after.has(row) ? null : after.has(row) ? "add" : "remove")
          const rows = new Set([...before, ...after, ...expected.keys()])
          const wrong = [...rows].flatMap((row) => {
            const said = expected.get(row) ?? "nothing"
            return (changes.has(said) ? said : null) === did(row) ? [] : [`${row}: said ${said}, did ${did(row)}`]
          })
          assert.deepStrictEqual(wrong, [], `seed ${seed}, day ${day}, drift ${drift}, removals ${removals}`)
        }
      }),
    60_000
  )
})
