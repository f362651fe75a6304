/** What is in doubt, through the built command: said beforehand, held, and said again until a person decides. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Installed from "../kit/Installed.ts"

const admin = { role: "admin", role_type: 4, custom_role_id: null, ticket_restriction: null, restricted_agent: false }

/** What was printed, on one line. */
const reported = ({ stdout, stderr }: Installed.Finished) => `${stdout} ${stderr}`.replaceAll(/\s+/g, " ")

describe("another person behind the token", () => {
  it.scopedLive(
    "is named by check beforehand with what that may hold; sync holds it, status says so until it is decided",
    () =>
      Effect.gen(function* () {
        const { acme, cstar } = yield* Installed.tagged(20, "vip")
        const { json, run } = yield* Installed.make({
          sources: { acme },
          targets: { cstar },
          syncs: `  customers:
    from: acme
    to: cstar
    rules: [{ kind: tag, include: ["vip"] }]
    guards: { removals: 100000, removalPercent: 100, groupRemovalPercent: 100, emptiedGroups: 1000, sourceShrink: 100 }
`
        })
        assert.strictEqual((yield* run(["sync", "--yes"])).code, 0)
        assert.notMatch(reported(yield* run(["check"])), /another account/)
        acme.sandbox.actAs({ ...admin, email: "otto@sandbox.example" })
        const check = yield* run(["check"])
        assert.strictEqual(check.code, 0, reported(check))
        assert.match(reported(check), /acme: otto@sandbox\.example is another account than petra@sandbox\.example.*20 memberships rest on .*held \(actor\)/)
        for (const id of ["1", "2", "3"]) acme.edits.untag(id, "vip")
        const { code, document } = yield* json(["sync", "--yes"])
        assert.deepStrictEqual([code, document.syncs[0].held.map(({ guard, changes }: Installed.Json) => [guard, changes])], [3, [["actor", 3]]])
        assert.match(reported(yield* run(["status"])), /3 leave, in doubt: actor/)
        assert.strictEqual((yield* run(["sync", "--yes", "--approve", "actor=3"])).code, 64)
        assert.strictEqual(cstar.held()["vip"]?.length, 20)
        const after = yield* run(["check"])
        assert.strictEqual(after.code, 1)
        assert.notMatch(reported(after), /is another account/)
        assert.match(reported(after), /customers: 3 leave, in doubt: actor.*groupbridge held H-1/)
        const [{ id }] = document.syncs[0].held
        assert.strictEqual((yield* run(["approve", id, "--yes"])).code, 0)
        assert.strictEqual(cstar.held()["vip"]?.length, 17)
        assert.strictEqual((yield* run(["check"])).code, 0)
      }),
    Installed.patience
  )
})
