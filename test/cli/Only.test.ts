/** `--only GROUP`: by name at the target or the source; a slip of the typing does nothing. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Commands from "../kit/Commands.ts"
import * as Crowd from "../kit/Crowd.ts"

describe("--only", () => {
  it.scopedLive("with a name that no group has ends with 64 and the nearest name, and does nothing", () =>
    Effect.gen(function* () {
      const bridge = yield* Crowd.make(6)
      for (const command of [["plan"], ["sync", "--yes"]]) {
        const { code, stderr, stdout } = yield* Commands.run(bridge, [...command, "--only", "Plan Vipp"])
        assert.strictEqual(code, 64, stdout + stderr)
        assert.match((stdout + stderr).replaceAll(/\s+/g, " "), /no group of customers is called so.*did you mean "Plan vip"/)
      }
      assert.deepStrictEqual([bridge.held(), bridge.target.writes()], [{}, 0])
      assert.notInclude((yield* Commands.run(bridge, ["status"])).stdout, "FAILED")
    })
  )

  it.scopedLive("takes the name at the source, too, and names of groups that are gone", () =>
    Effect.gen(function* () {
      const bridge = yield* Crowd.make(6)
      assert.strictEqual((yield* Commands.run(bridge, ["sync", "--yes", "--only", "vip"])).code, 0)
      assert.deepStrictEqual(Object.keys(bridge.held()), ["Plan vip"])
      assert.strictEqual((yield* Commands.run(bridge, ["plan", "--only", "Globex"])).code, 0)
      bridge.zendesk.source.load({ customers: [], organizations: [], memberships: [] })
      assert.notStrictEqual((yield* Commands.run(bridge, ["plan", "--only", "Plan vip"])).code, 64)
    })
  )
})
