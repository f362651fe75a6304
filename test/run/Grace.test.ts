/** When a removal is due: only what complete reads of runs that may write have shown, for as long as the config says. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { forbidden, to } from "../kit/Answers.ts"
import * as Bridge from "../kit/Bridge.ts"
import * as Crowd from "../kit/Crowd.ts"
import { heldBy } from "../kit/Deciding.ts"
import { passing } from "../kit/Time.ts"

const noMemberships = [forbidden, to("/organization_memberships")] as const

describe("grace", () => {
  it.scopedLive("counts reads of runs that may write, and not dry ones", () =>
    Effect.gen(function* () {
      const bridge = yield* Bridge.small
      bridge.configure(`${Bridge.usualRules}\n    grace: { reads: 2 }`)
      yield* bridge.sync()
      bridge.zendesk.source.leave("3", "101")
      for (let times = 0; times < 3; times++) assert.strictEqual((yield* bridge.plan()).result.status, "none")
      assert.strictEqual((yield* bridge.sync()).summary.assignments.remove, 0)
      for (let times = 0; times < 2; times++) yield* bridge.plan()
      assert.strictEqual((yield* bridge.sync()).summary.assignments.remove, 1)
    })
  )

  it.scoped("does not count reads that are not complete", () =>
    passing(
      Effect.gen(function* () {
        const bridge = yield* Bridge.small
        bridge.configure(`${Bridge.usualRules}\n    grace: { reads: 2 }`)
        yield* bridge.sync()
        bridge.zendesk.source.leave("3", "101")
        yield* bridge.sync()
        bridge.zendesk.source.join("3", "101")
        bridge.source.inject(...noMemberships)
        const run = yield* bridge.sync()
        assert.deepStrictEqual([run.status, run.summary.assignments.remove], ["partial", 0])
        assert.strictEqual((yield* bridge.sync()).status, "none")
      })
    )
  )

  it.scoped("a removal that came due in time waits for a complete read", () =>
    passing(
      Effect.gen(function* () {
        const bridge = yield* Bridge.small
        bridge.configure(`${Bridge.usualRules}\n    grace: { for: 10m }`)
        yield* bridge.sync()
        bridge.zendesk.source.leave("3", "101")
        yield* bridge.sync()
        yield* Effect.sleep("15 minutes")
        bridge.source.inject(...noMemberships)
        assert.strictEqual((yield* bridge.sync()).summary.assignments.remove, 0)
        assert.strictEqual((yield* bridge.sync()).summary.assignments.remove, 1)
      })
    )
  )

  it.scopedLive("each source of a sync has its own", () =>
    Effect.gen(function* () {
      const bridge = yield* Bridge.make
      bridge.configure(`\n    rules:\n      - { kind: tag, include: ["vip"], into: VIP }\n    grace: { reads: 3 }`, "[zendesk, beta]")
      const customers = ["1", "2"].map((id) => ({ id, email: `c${id}@x.io`, name: id, tags: ["vip"] }))
      for (const sandbox of [bridge.zendesk, bridge.beta]) sandbox.source.load({ customers, organizations: [], memberships: [] })
      Crowd.known(bridge, ["1", "2"])
      yield* bridge.sync()
      bridge.zendesk.source.untag("1", "vip")
      yield* bridge.sync()
      yield* bridge.sync()
      bridge.beta.source.untag("1", "vip")
      yield* bridge.sync()
      assert.strictEqual((yield* bridge.sync()).summary.assignments.remove, 0)
      assert.strictEqual((yield* bridge.sync()).summary.assignments.remove, 1)
    })
  )

  it.scopedLive("does not let a shrunken source pass its guard by waiting", () =>
    Effect.gen(function* () {
      const bridge = yield* Crowd.make(100, `${Bridge.usualRules}\n    grace: { reads: 2 }\n    guards: { removalPercent: 50, groupRemovalPercent: 50 }`)
      yield* bridge.sync()
      for (const id of Crowd.people(8)) bridge.zendesk.source.deleteCustomer(id)
      assert.deepStrictEqual(heldBy(yield* bridge.sync()), [])
      const run = yield* bridge.sync()
      assert.deepStrictEqual(heldBy(run), [["sourceShrink", 16]])
      assert.strictEqual(run.summary.assignments.remove, 0)
    })
  )
})

describe("a read that lacks a part", () => {
  it.scoped("takes nothing that only a dry run has seen missing", () =>
    passing(
      Effect.gen(function* () {
        const bridge = yield* Bridge.small
        yield* bridge.sync()
        bridge.zendesk.source.leave("3", "101")
        yield* bridge.plan()
        bridge.zendesk.source.join("3", "101")
        bridge.source.inject(...noMemberships)
        assert.strictEqual((yield* bridge.sync()).summary.assignments.remove, 0)
        assert.strictEqual((yield* bridge.sync()).status, "none")
      })
    )
  )

  it.scoped.each([
    ["/users", []],
    ["/organizations", ["vip c1@x.io"]],
    ["/organization_memberships", ["vip c1@x.io"]]
  ] as const)("without %s only what rests on the other parts is removed, and the rest with the next read, unasked", ([path, expected]) =>
    passing(
      Effect.gen(function* () {
        const rules = ["kind: organization", 'kind: tag, include: ["vip"]', 'kind: tag, of: organizations, include: ["gold"], name: Gold']
        const bridge = yield* Crowd.make(60, `\n    rules:${rules.map((rule) => `\n      - { ${rule} }`).join("")}`)
        const { source } = bridge.zendesk
        source.tagOrganization("100001", "gold")
        source.join("7", "100002")
        source.join("8", "100002")
        yield* bridge.sync()
        source.leave("60", "100001")
        source.leave("7", "100002")
        source.untag("1", "vip")
        source.deleteCustomer("50")
        yield* bridge.plan()
        const before = bridge.held()
        bridge.source.inject(forbidden, to(path))
        const run = yield* bridge.sync()
        const now = bridge.held()
        const lost = Object.entries(before).flatMap(([name, members]) =>
          members.filter((email) => !now[name]!.includes(email)).map((email) => `${name} ${email}`)
        )
        assert.deepStrictEqual({ status: run.status, held: heldBy(run), lost }, { status: "partial", held: [], lost: [...expected] })
        const next = yield* bridge.sync()
        assert.deepStrictEqual({ status: next.status, removed: next.summary.assignments.remove }, { status: "done", removed: 6 - expected.length })
      })
    )
  )
})
