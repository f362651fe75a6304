/** Several syncs of one invocation share what they read, and the calls that they may make. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Installed from "../kit/Installed.ts"

const syncs = `  gold:
    from: acme
    to: cstar
    rules: [{ kind: tag, include: ["gold"] }]
  vip:
    from: acme
    to: cstar
    rules: [{ kind: tag, include: ["vip"] }]
`

describe("several syncs of one command", () => {
  it.scopedLive(
    "read a source once, ask each connection once who we are, and share their calls",
    () =>
      Effect.gen(function* () {
        const { acme, cstar } = yield* Installed.tagged(3, "vip", "gold")
        const { json } = yield* Installed.make({ sources: { acme }, targets: { cstar }, syncs })
        const first = yield* json(["sync", "--max-calls", "3"])
        const status = (document: Installed.Json) => document.syncs.map((sync: Installed.Json) => [sync.sync, sync.status, sync.calls.write])
        assert.deepStrictEqual(
          [first.code, status(first.document)],
          [
            4,
            [
              ["gold", "done", 2],
              // One call could make its group, and nobody would be in it.
              ["vip", "partial", 0]
            ]
          ]
        )
        // The number that was typed, and not what the first sync left of it.
        assert.match(first.document.syncs[1].withheld[0].reason, /^beyond --max-calls 3,/)
        // Who we are, users, organizations, memberships.
        assert.deepStrictEqual([acme.log.length, new Set(acme.log.map(({ path }) => path)).size], [4, 4])
        assert.strictEqual(cstar.log.filter(({ query }) => query.get("pageSize") === "1").length, 1)
        const second = yield* json(["sync", "--max-calls", "3"])
        assert.deepStrictEqual(
          [second.code, status(second.document)],
          [
            0,
            [
              ["gold", "none", 0],
              // The run's number, the group, and who is in it.
              ["vip", "done", 3]
            ]
          ]
        )
      }),
    Installed.patience
  )
})
