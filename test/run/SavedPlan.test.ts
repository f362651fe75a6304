/** What of the difference a run takes on: a saved plan's rows, or named groups. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import * as Bridge from "../kit/Bridge.ts"
import * as Crowd from "../kit/Crowd.ts"
import { rows } from "../kit/Deciding.ts"

/** Plans and saves the free rows, with a header as of now and of this config except for what `given` says. */
const save = (bridge: Crowd.Running, given: Readonly<Record<string, unknown>> = {}) =>
  Effect.gen(function* () {
    const { changes, result } = yield* bridge.plan()
    const accounts = rows(bridge, "SELECT json_group_object(name, account) AS text FROM connection") as ReadonlyArray<{ readonly text: string }>
    const meaning = rows(bridge, "SELECT meaning AS text FROM baseline") as ReadonlyArray<{ readonly text: string }>
    const header = {
      groupbridge: "plan/1",
      id: "p-1",
      sync: "customers",
      created: Date.now(),
      accounts: JSON.parse(accounts[0]!.text),
      meaning: JSON.parse(meaning[0]!.text),
      reads: [],
      summary: result.summary,
      estimate: {},
      guards: [],
      ...given
    }
    const file = join(bridge.dir, "plan.jsonl")
    const lines = [header, ...changes.filter((change) => change.held === undefined)].map((line) => `${JSON.stringify(line)}\n`)
    writeFileSync(file, lines.join(""))
    return file
  })

describe("lesson 6: people apply what they reviewed: a saved plan", () => {
  it.scopedLive("applies its rows and nothing else; what is no longer true is refused row by row", () =>
    Effect.gen(function* () {
      const bridge = yield* Crowd.make(60)
      yield* bridge.sync()
      const { source } = bridge.zendesk
      for (const id of ["58", "59"]) source.leave(id, "100001")
      source.join("1", "100002")
      const file = yield* save(bridge)
      source.join("59", "100001")
      source.leave("57", "100001")
      source.join("2", "100002")
      const run = yield* bridge.sync({ kind: "apply", file })
      assert.deepStrictEqual([run.status, run.summary.assignments, run.withheld.length], ["partial", { add: 1, remove: 1 }, 1])
      assert.deepStrictEqual(bridge.held()["Hooli"], ["c1@x.io"])
      assert.includeMembers([...bridge.held()["Globex"]!], ["c57@x.io", "c59@x.io"])
      assert.deepStrictEqual((yield* bridge.sync({ kind: "apply", file })).summary.assignments, { add: 0, remove: 0 })
    })
  )

  it.scopedLive("is held by a guard that trips in between", () =>
    Effect.gen(function* () {
      const bridge = yield* Crowd.make(60)
      yield* bridge.sync()
      Crowd.untag(bridge, ["1", "2"])
      const file = yield* save(bridge)
      Crowd.untag(bridge, Crowd.people(20))
      const run = yield* bridge.sync({ kind: "apply", file })
      assert.deepStrictEqual([run.status, run.summary.assignments.remove], ["held", 0])
    })
  )

  it.scopedLive("of another config, account, sync or time is refused whole", () =>
    Effect.gen(function* () {
      const bridge = yield* Crowd.make(60)
      yield* bridge.sync()
      Crowd.untag(bridge, ["1"])
      const writes = bridge.target.writes()
      const others = [{ meaning: ["x"] }, { accounts: { zendesk: "other", cstar: "other" } }, { created: Date.now() - 8 * 86_400_000 }, { sync: "other" }]
      for (const other of others) {
        const run = yield* bridge.sync({ kind: "apply", file: yield* save(bridge, other) })
        assert.deepStrictEqual([run.status, run.error?.kind], ["failed", "stale"], JSON.stringify(other))
      }
      assert.strictEqual(bridge.target.writes(), writes)
    })
  )

  it.scopedLive("adds nobody to a group that is gone since, though the next sync would make it again", () =>
    Effect.gen(function* () {
      const bridge = yield* Bridge.small
      bridge.configure(`${Bridge.usualRules}\n    drift: restore`)
      yield* bridge.sync()
      bridge.zendesk.source.join("6", "101")
      const file = yield* save(bridge)
      bridge.cstar.target.deleteGroup(Crowd.groupOf(bridge, "Globex").id)
      const run = yield* bridge.sync({ kind: "apply", file, depth: "counts" })
      assert.deepStrictEqual([run.error, run.refused, run.summary.assignments.add], [null, [], 0])
    })
  )
})

describe("--only", () => {
  it.scopedLive("does the groups of that name alone, and takes the name literally", () =>
    Effect.gen(function* () {
      const bridge = yield* Bridge.small
      bridge.zendesk.source.tag("3", "plan_a")
      bridge.zendesk.source.tag("4", "plan-a")
      bridge.configure(`\n    rules:\n      - { kind: tag, include: ["plan*"], name: "X {name}" }`)
      yield* bridge.sync({ only: ["tag:plan_a"] })
      assert.deepStrictEqual(bridge.held(), { "X plan_a": ["c3@x.io"] })
      yield* bridge.sync()
      assert.deepStrictEqual(bridge.held(), { "X plan-a": ["c4@x.io"], "X plan_a": ["c3@x.io"] })
      assert.strictEqual((yield* bridge.sync()).status, "none")
    })
  )
})
