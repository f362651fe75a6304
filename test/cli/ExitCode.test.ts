import { assert, describe, it } from "@effect/vitest"
import * as ExitCode from "../../src/cli/ExitCode.ts"
import { h14, plan, result } from "../report/Samples.ts"

const quiet = { ...result, held: [], refused: [], withheld: [], status: "done" as const, error: null }

describe("exit codes", () => {
  it("take what matters most of several syncs", () => {
    assert.strictEqual(ExitCode.worst([]), 0)
    assert.strictEqual(ExitCode.worst([0, 4, 3]), 3)
    assert.strictEqual(ExitCode.worst([3, 75, 0]), 75)
    assert.strictEqual(ExitCode.worst([75, 1, 6]), 1)
    assert.strictEqual(ExitCode.worst([1, 64]), 64)
    assert.strictEqual(ExitCode.worst([2, 4]), 4)
  })

  it("tell pending changes of a plan only if asked, held ones too", () => {
    assert.strictEqual(ExitCode.ofPlan(plan, false), 0)
    assert.strictEqual(ExitCode.ofPlan(plan, true), 2)
    assert.strictEqual(ExitCode.ofPlan({ ...plan, status: "none" }, true), 0)
    assert.strictEqual(ExitCode.ofPlan({ ...plan, error: { kind: "unavailable", message: "away" } }, true), 75)
  })

  it("tell how a run ended", () => {
    assert.strictEqual(ExitCode.ofSync(quiet), 0)
    assert.strictEqual(ExitCode.ofSync({ ...quiet, held: [h14] }), 3)
    assert.strictEqual(ExitCode.ofSync({ ...quiet, held: [{ ...h14, decision: "rejected" }] }), 0)
    assert.strictEqual(ExitCode.ofSync({ ...quiet, withheld: [{ reason: "the list broke off", changes: 2 }] }), 4)
    const stuck = { ...plan, blocked: [{ name: "B", handle: "zendesk/organization:1", reason: { code: "name-taken", name: "B" } as const }] }
    assert.strictEqual(ExitCode.ofSync({ ...quiet, plan: stuck }), 4)
    assert.strictEqual(ExitCode.ofSync({ ...quiet, held: [h14], error: { kind: "credential", message: "refused" } }), 1)
    assert.strictEqual(ExitCode.ofSync({ ...quiet, error: { kind: "locked", message: "taken" } }), 6)
    assert.strictEqual(ExitCode.ofSync({ ...quiet, error: { kind: "stale", message: "old" } }), 5)
  })
})
