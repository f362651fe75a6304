/** The built command under a clock that was wrong. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as FakeTime from "../kit/FakeTime.ts"
import * as Installed from "../kit/Installed.ts"

const syncs = `  customers:
    from: acme
    to: cstar
    rules: [{ kind: tag, include: [vip] }]
`

describe.skipIf(FakeTime.absent !== null)(`a clock that was 400 days ahead once${FakeTime.absent ?? ""}`, () => {
  it.scopedLive(
    "is told of once by the runs after it, and keeps nobody out who became known meanwhile",
    () =>
      Effect.gen(function* () {
        const [acme, cstar] = [yield* Installed.desk, yield* Installed.team]
        const people = Installed.customers(3, 1, "vip")
        acme.edits.load({ customers: people, organizations: [], memberships: [] })
        const { dir, json, run } = yield* Installed.make({ sources: { acme }, targets: { cstar }, syncs })
        const ahead = yield* run(["sync"], { env: FakeTime.by("+400d") })
        assert.strictEqual(ahead.code, 0, ahead.stderr)
        const saved = yield* run(["plan", "customers", "--save", `${dir}/old.plan`], { env: FakeTime.by("+400d") })
        assert.strictEqual(saved.code, 0, saved.stderr)
        const paused = yield* run(["pause", "customers", "--until", "2h", "--reason", "a test"], { env: FakeTime.by("+400d") })
        assert.strictEqual(paused.code, 0, paused.stderr)
        Installed.known(cstar, people)

        const looked = yield* run(["status"])
        assert.match(looked.stderr, /the clock went back: .* 400 days later than now/)
        const resumed = yield* run(["resume", "customers"])
        assert.deepStrictEqual([resumed.code, resumed.stderr], [0, ""])
        const stale = yield* run(["apply", `${dir}/old.plan`])
        assert.deepStrictEqual([stale.code, /made at a time that is still to come/.test((stale.stdout + stale.stderr).replaceAll(/\s+/g, " "))], [5, true])
        const { document } = yield* json(["sync"])
        const [result] = document.syncs
        assert.deepStrictEqual(cstar.held(), { vip: ["c1@x.example", "c2@x.example", "c3@x.example"] })
        assert.match(result.plan.warnings[0], /the clock went back/)
        const next = yield* json(["sync"])
        assert.deepStrictEqual(next.document.syncs[0].plan.warnings, [])
      }),
    Installed.patience
  )
})
