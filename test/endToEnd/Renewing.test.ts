/** A source whose tokens end during a run, through the built command. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Installed from "../kit/Installed.ts"

const syncs = "  customers:\n    from: acme\n    to: cstar\n    rules: [{ kind: tag }]\n"

const world = Effect.gen(function* () {
  const { acme, cstar } = yield* Installed.tagged(450, "vip")
  const { renewing } = acme.sandbox
  const withSecrets = Object.defineProperty({ ...acme.sandbox, options: renewing.options }, "secrets", { get: () => acme.sandbox.secrets })
  const oauth = { connector: "zendesk", sandbox: withSecrets, url: acme.url }
  return { acme, cstar, oauth, tokens: renewing.tokens }
})

describe("an OAuth client of Zendesk", () => {
  it.scopedLive(
    "whose tokens end after two calls: check warns of nothing, a sync does everything, and no token is printed or kept",
    () =>
      Effect.gen(function* () {
        const { cstar, oauth, tokens } = yield* world
        tokens.endAfter(2)
        const { run } = yield* Installed.make({ sources: { acme: oauth }, targets: { cstar }, syncs })
        const check = yield* run(["check"])
        assert.strictEqual(check.code, 0, check.stdout + check.stderr)
        assert.match(check.stdout, /All is well\./)
        const sync = yield* run(["sync", "--yes", "--log-level", "debug"])
        assert.strictEqual(sync.code, 0, sync.stdout + sync.stderr)
        assert.strictEqual(cstar.held()["vip"]?.length, 450)
        assert.isAbove(tokens.all.length, 3)
      }),
    Installed.patience
  )

  it.scopedLive(
    "whose secret is wrong: exit 1, with what to look at; an API token works and is warned of",
    () =>
      Effect.gen(function* () {
        const { acme, cstar, oauth } = yield* world
        const wrong = { ...oauth, sandbox: { ...acme.sandbox, options: acme.sandbox.renewing.refusedOptions } }
        const refused = yield* (yield* Installed.make({ sources: { acme: wrong }, targets: { cstar }, syncs })).run(["sync", "--yes"])
        assert.strictEqual(refused.code, 1)
        assert.match((refused.stdout + refused.stderr).replaceAll(/\s+/g, " "), /Client authentication failed\.: check clientId and clientSecret/)

        const check = yield* (yield* Installed.make({ sources: { acme }, targets: { cstar }, syncs })).run(["check"])
        assert.strictEqual(check.code, 0)
        const said = check.stdout.replaceAll(/\s+/g, " ")
        assert.match(said, /acme: Zendesk's API tokens end on 2027-04-30.* 2026-10-27.* clientId and clientSecret/)
        assert.match(said, /1 warning/)
      }),
    Installed.patience
  )
})
