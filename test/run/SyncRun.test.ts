import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Bridge from "../kit/Bridge.ts"

describe("one sync, whole", () => {
  it.scopedLive("brings the groups and their members over, and does nothing the second time", () =>
    Effect.gen(function* () {
      const bridge = yield* Bridge.small
      const first = yield* bridge.sync()
      assert.deepStrictEqual({ status: first.status, error: first.error }, { status: "done", error: null })
      assert.deepStrictEqual(bridge.held(), {
        Globex: ["c1@x.io", "c2@x.io", "c3@x.io"],
        Initech: ["c1@x.io", "c4@x.io", "c5@x.io"],
        "Plan vip": ["c1@x.io", "c2@x.io"]
      })
      assert.deepStrictEqual(first.summary, { groups: { create: 3, update: 0, delete: 0 }, assignments: { add: 8, remove: 0 } })
      const writes = bridge.target.writes()
      const second = yield* bridge.sync()
      assert.strictEqual(second.status, "none")
      assert.strictEqual(bridge.target.writes(), writes)
    })
  )
})
