/** What `--approve GUARD=N` let through is a decision: who, which guard, in which run. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Commands from "../kit/Commands.ts"
import * as Crowd from "../kit/Crowd.ts"
import type { Json } from "../kit/Installed.ts"

describe("a limit that was lifted once", () => {
  it.scopedLive("is recorded with who lifted it: decisions, runs and explain name it", () =>
    Effect.gen(function* () {
      const bridge = yield* Crowd.make(60)
      yield* bridge.sync()
      Crowd.untag(bridge, Crowd.people(20))
      const run = (...args: ReadonlyArray<string>) => Effect.map(Commands.run(bridge, args), ({ stdout }) => stdout.replaceAll(/\s+/g, " "))
      yield* run("sync", "--yes", "--approve", "groupRemovalPercent=70", "--approve", "removalPercent=90")
      assert.strictEqual(bridge.held()["Plan vip"]?.length, 10)
      const log = yield* run("decisions")
      assert.match(log, /groupRemovalPercent=70 let through in r-2 of customers by \S+@\S+/)
      assert.notInclude(log, "removalPercent=90")
      assert.include(yield* run("runs"), "--approve groupRemovalPercent=70")
      const explained = yield* run("explain", "c1@x.io", "Plan vip")
      assert.match(explained, /Taken by us .*approved by \S+@\S+/)
      assert.match(explained, /groupRemovalPercent=70, let through \d\d:\d\d by \S+@\S+/)
      const { document } = yield* Commands.json(bridge, ["runs", "r-2"])
      const approvals = document.runs[0].changes.map(({ approval }: Json) => [approval?.part, approval?.lift])
      assert.deepStrictEqual(approvals.at(-1), [null, "groupRemovalPercent=70"])
    })
  )
})
