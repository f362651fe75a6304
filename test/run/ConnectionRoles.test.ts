import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { join } from "node:path"
import * as ConfigFile from "../../src/config/ConfigFile.ts"
import * as Connections from "../../src/run/Connections.ts"
import * as StateLayer from "../../state/StateLayer.ts"
import * as Bridge from "../kit/Bridge.ts"

describe("a connection is opened", () => {
  it.scopedLive("for a role that its connector has, and else fails as misconfigured", () =>
    Effect.gen(function* () {
      const { dir, vendors } = yield* Bridge.small
      const config = yield* ConfigFile.load({ file: join(dir, "groupbridge.yaml"), connectors: vendors.connectors, env: {} })
      const opened = Effect.gen(function* () {
        const { openAs } = yield* Connections.make(config, { maxWaitMillis: null, onWait: () => Effect.void })
        const outcome = <R extends Connections.Role>(name: string, role: R) =>
          Effect.map(Effect.either(openAs(name, role)), (result) => {
            if (result._tag === "Right") return role
            return result.left._tag === "ConnectorError" ? result.left.reason : result.left.message
          })
        return yield* Effect.all([
          outcome("zendesk", "source"),
          outcome("zendesk", "target"),
          outcome("zendesk", "team"),
          outcome("cstar", "target"),
          outcome("cstar", "source"),
          outcome("none", "source")
        ])
      })
      const outcomes = yield* opened.pipe(Effect.provideService(Connections.Vendors, vendors), Effect.scoped, Effect.provide(StateLayer.layer(config.state)))
      assert.deepStrictEqual(outcomes, ["source", "Misconfigured", "Misconfigured", "target", "Misconfigured", "Misconfigured"])
    })
  )
})
