import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { join } from "node:path"
import { AuditLog } from "../../src/operate/AuditLog.ts"
import * as StateLayer from "../../state/StateLayer.ts"
import * as Bridge from "../kit/Bridge.ts"
import { looking } from "../kit/Looking.ts"

const petra = { who: "petra", host: "ops1", reason: "Gold ended" }

const refused = { _tag: "Answer", response: { status: 401, headers: {}, body: "{}" } } as const

const withoutTag = `
    rules:
      - kind: organization`

describe("what is looked up between runs", () => {
  it.scopedLive("tells runs with what they changed, newest first", () =>
    Effect.gen(function* () {
      const bridge = yield* Bridge.small
      yield* bridge.sync()
      yield* bridge.sync()
      const [last, first] = yield* looking(bridge.dir, (overview) => overview.runs(50))
      assert.deepStrictEqual([last?.run, last?.status, last?.command, last?.by], ["r-2", "none", "sync", "petra@ops1"])
      assert.deepStrictEqual(first?.summary, { groups: { create: 3, update: 0, delete: 0 }, assignments: { add: 8, remove: 0 } })
      const everything = { from: null, to: null, run: 1, groups: null, person: null }
      const changes = yield* Effect.flatMap(AuditLog, (records) => Effect.zipRight(records.select(everything, "plan"), records.selected(null))).pipe(
        Effect.provide(StateLayer.layer(join(bridge.dir, ".groupbridge", "state.db")))
      )
      assert.strictEqual(changes.rows.length, 11)
      const own = changes.rows.filter((change) => change.customer?.email === "c4@x.io")
      assert.deepStrictEqual(
        own.map(({ op, cause, source }) => [op, cause, source?.id, source?.group]),
        [["assignment.add", "first-run", "4", "organization Initech"]]
      )
      assert.isNull(yield* looking(bridge.dir, (overview) => overview.run(9)))
    })
  )

  it.scopedLive("keeps a held part with its rows and causes, and who decided on it", () =>
    Effect.gen(function* () {
      const bridge = yield* Bridge.small
      yield* bridge.sync()
      bridge.configure(withoutTag)
      assert.strictEqual((yield* bridge.sync()).status, "held")
      const [part] = yield* looking(bridge.dir, (overview) => overview.parts)
      assert.deepStrictEqual([part?.id, part?.guard, part?.changes, part?.decision], ["H-1", "ruleChange", 2, "open"])
      const rows = yield* looking(bridge.dir, (overview) => overview.partChanges(1, null))
      assert.deepStrictEqual(
        rows.rows.map(({ op, cause, held }) => [op, cause, held]),
        [
          ["assignment.remove", "rule-changed", "H-1"],
          ["assignment.remove", "rule-changed", "H-1"]
        ]
      )
      yield* looking(bridge.dir, (overview) => overview.decide(1, "rejected", petra))
      const found = yield* looking(bridge.dir, (overview) => overview.part(1))
      assert.deepStrictEqual([found?.part.decision, found?.decided?.who, found?.decided?.reason], ["rejected", "petra", "Gold ended"])
      assert.strictEqual((yield* bridge.sync()).status, "none")
      yield* looking(bridge.dir, (overview) => overview.decide(1, "approved", petra))
      assert.strictEqual((yield* bridge.sync({ kind: "approve", part: 1 })).summary.assignments.remove, 2)
      const [run] = yield* looking(bridge.dir, (overview) => overview.runs(1))
      assert.deepStrictEqual([run?.command, run?.reason], ["approve H-1", "Gold ended"])
    })
  )

  it.scopedLive("counts failures in a row", () =>
    Effect.gen(function* () {
      const bridge = yield* Bridge.small
      yield* bridge.sync()
      assert.isNull(yield* looking(bridge.dir, (overview) => overview.failing("customers")))
      bridge.source.inject([refused, refused])
      const first = yield* bridge.sync()
      const second = yield* bridge.sync()
      assert.deepStrictEqual([first.error?.kind, second.error?.kind], ["credential", "credential"])
      assert.strictEqual((yield* looking(bridge.dir, (overview) => overview.failing("customers")))?.runs, 2)
      yield* bridge.sync()
      assert.isNull(yield* looking(bridge.dir, (overview) => overview.failing("customers")))
    })
  )
})
