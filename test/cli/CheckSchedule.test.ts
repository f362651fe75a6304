/** What `check` says that schedules cost, against what serving them really costs. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as TestClock from "effect/TestClock"
import { join } from "node:path"
import * as CheckSchedule from "../../src/cli/CheckSchedule.ts"
import * as World from "../../src/cli/World.ts"
import * as ConfigFile from "../../src/config/ConfigFile.ts"
import * as Bridge from "../kit/Bridge.ts"
import * as Served from "../kit/Served.ts"

/** Calls a day to the source: as `check` tells them of each sync, and what a day of serving takes of it. */
const day = (first: string, second: string) =>
  Effect.gen(function* () {
    const bridge = yield* Bridge.make
    const rules = `\n    rules: [{ kind: tag, include: ["*"] }]\n    schedule: "${first}"`
    bridge.configure(`${rules}\n  second:\n    from: zendesk\n    to: shop${rules.replace(first, second)}`)
    yield* Served.serve(bridge, 61, Effect.void, [7, 8])
    yield* TestClock.setTime(Served.start + 3_660_000)
    const config = yield* ConfigFile.load({ file: join(bridge.dir, "groupbridge.yaml"), connectors: bridge.vendors.connectors, env: {} })
    const environment = Served.environment(bridge)
    const syncs = World.all(config)
    const costs = yield* Served.withState(
      bridge,
      Effect.forEach([...config.syncs.values()], (sync) => CheckSchedule.costs(environment, config, sync, syncs))
    )
    const reported = costs.flat().flatMap(({ callsPerDay, connection }) => (connection === "zendesk" ? [callsPerDay] : []))
    const before = bridge.source.log.length
    yield* Served.serve(bridge, 24 * 60, Effect.void, [7, 8])
    return { reported, real: bridge.source.log.length - before }
  })

describe("what schedules are said to cost", () => {
  it.scoped("of two syncs of one source that are due together is the one read that they share", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* day("7 4-22/6 * * *", "7 4-22/6 * * *"), { reported: [8, 8], real: 16 })
      assert.deepStrictEqual(yield* day("7 4-22/6 * * *", "8 4-22/6 * * *"), { reported: [16, 16], real: 32 })
    })
  )
})
