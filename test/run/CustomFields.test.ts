/** Custom fields of a rule are kept true after the group was made, and nothing else in them is touched. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type { SandboxRequest } from "../../src/sandbox/Sandbox.ts"
import * as Bridge from "../kit/Bridge.ts"
import { passing } from "../kit/Time.ts"

/** Fields that only a changed config causes are held unless the sync says otherwise. */
const rules = (tier: string) => `
    rules:
      - { kind: organization, customFields: { origin: "{connection}", tier: "${tier}" } }
    guards: { ruleChange: apply }`

const patching = ({ method }: SandboxRequest) => method === "PATCH"

describe("custom fields of a rule", () => {
  it.scoped.each(["replace", "merge"] as const)(
    "are written again when the rule says otherwise, and cost nothing when it does not (a vendor that would %s)",
    (patchedFields) =>
      passing(
        Effect.gen(function* () {
          const bridge = yield* Bridge.small
          bridge.cstar.behave({ patchedFields })
          bridge.configure(rules("silver"))
          yield* bridge.sync()
          assert.strictEqual((yield* bridge.sync()).status, "none")
          const before = bridge.target.writes()
          bridge.configure(rules("gold"))
          const { changes } = yield* bridge.plan()
          assert.deepStrictEqual(new Set(changes.map(({ op }) => op)), new Set(["group.update"]))
          const done = yield* bridge.sync()
          assert.strictEqual(done.status, "done")
          // The run's number comes first.
          const [, ...patched] = bridge.target.log
            .filter((call) => call.method === "PATCH")
            .map(({ body }): { readonly customFields: Record<string, string> } => JSON.parse(body))
          assert.strictEqual(patched.length, done.summary.groups.update)
          for (const { customFields } of patched) {
            assert.deepInclude(customFields, { origin: "zendesk", tier: "gold" })
            assert.isString(customFields["groupbridge"], "our mark stays")
          }
          assert.strictEqual(bridge.target.writes(), before + 1 + patched.length)
          assert.strictEqual((yield* bridge.sync()).status, "none")
        })
      )
  )

  it.scoped("whose writing was refused once are written by the next run", () =>
    passing(
      Effect.gen(function* () {
        const bridge = yield* Bridge.small
        bridge.configure(rules("silver"))
        yield* bridge.sync()
        bridge.configure(rules("gold"))
        bridge.target.inject({ _tag: "Reset", when: "before" }, patching)
        yield* bridge.sync()
        assert.strictEqual((yield* bridge.sync()).status, "none")
      })
    )
  )
})
