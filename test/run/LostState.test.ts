/** A state folder that was lost is noticed also where the target's lists show no marks: one group that would be adopted is looked at by itself. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { rmSync } from "node:fs"
import { join } from "node:path"
import * as Bridge from "../kit/Bridge.ts"
import { passing } from "../kit/Time.ts"

/** A synced account whose state folder is gone; lists of groups show external ids, and no custom fields. */
const lost = (rules: string) =>
  Effect.gen(function* () {
    const bridge = yield* Bridge.small
    bridge.configure(rules)
    bridge.cstar.behave({ showsCustomFields: false, showsExternalId: true })
    yield* passing(bridge.sync())
    rmSync(join(bridge.dir, ".groupbridge"), { recursive: true })
    return bridge
  })

const single = ({ method, path }: { readonly method: string; readonly path: string }) => method === "GET" && /\/customer-groups\/[^/]+$/.test(path)

describe("a lost state folder", () => {
  for (const [what, rules] of [
    ["adopted by external id", Bridge.usualRules],
    ["adopted by name", `${Bridge.usualRules}\n    adopt: { groups: [name] }`],
    ["proposed by name", `${Bridge.usualRules}\n    adopt: { groups: [] }`]
  ] as const)
    it.scoped(`is noticed before a group would be ${what}: one call, and nothing is written`, () =>
      Effect.gen(function* () {
        const bridge = yield* lost(rules)
        const [writes, looks] = [bridge.target.writes(), bridge.target.log.filter(single).length]
        for (const again of [1, 2]) {
          const run = yield* passing(bridge.sync())
          assert.match(run.error?.message ?? "", /is a new state file, but 1 group in cstar carries the mark of state/)
          assert.deepStrictEqual([run.status, bridge.target.writes(), bridge.target.log.filter(single).length], ["failed", writes, looks + 1], `run ${again}`)
        }
      })
    )

  it.scoped("is none where the group carries no mark, and a state that has written asks for none", () =>
    Effect.gen(function* () {
      const bridge = yield* Bridge.small
      bridge.configure(`${Bridge.usualRules}\n    adopt: { groups: [name] }`)
      bridge.cstar.behave({ showsCustomFields: false })
      bridge.cstar.target.addGroup({ name: "Globex" })
      const run = yield* passing(bridge.sync())
      assert.deepStrictEqual([run.error, bridge.target.log.filter(single).length], [null, 1])
      bridge.cstar.target.addGroup({ name: "Hooli" })
      bridge.zendesk.source.join("6", "103")
      // The second look is at the group that carries the number.
      assert.deepStrictEqual([(yield* passing(bridge.sync({ depth: "full" }))).error, bridge.target.log.filter(single).length], [null, 2])
    })
  )
})
