import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import type * as MigrationOutlook from "../../src/run/MigrationOutlook.ts"
import { OperationsStore } from "../../src/run/OperationsStore.ts"
import * as Bridge from "../kit/Bridge.ts"
import * as Commands from "../kit/Commands.ts"
import { invoke, migrate } from "../kit/Migrating.ts"

const limited = `
    rules:
      - kind: organization
      - kind: tag
        include: ["vip"]
    guards: { newGroups: 1 }`

const yes = () => Effect.succeed(true)

const whole = {
  Globex: ["c1@x.io", "c2@x.io", "c3@x.io"],
  Initech: ["c1@x.io", "c4@x.io", "c5@x.io"],
  vip: ["c1@x.io", "c2@x.io"]
}

/** Groups to be made, and memberships. */
const total = 3 + 8

const limitedSmall = Effect.tap(Bridge.small, (bridge) => Effect.sync(() => bridge.configure(limited)))

describe("migrating", () => {
  it.scopedLive("shows all of it, what limits hold included, and one word lets it through", () =>
    Effect.gen(function* () {
      const bridge = yield* limitedSmall
      let shown: MigrationOutlook.Outlook | undefined
      const confirm = (outlook: MigrationOutlook.Outlook) => Effect.sync(() => ((shown = outlook), true))
      const migrated = yield* migrate(bridge, confirm)
      // Three groups, and one call to fill each: cStar takes a hundred members a call.
      assert.deepInclude(shown, { groups: 3, memberships: 8, calls: 6, goesOn: false })
      assert.deepStrictEqual(shown?.small, { under: 3, groups: 1, calls: 2 })
      assert.deepStrictEqual(
        shown?.approves.map((part) => part.guard),
        ["first-run"]
      )
      assert.strictEqual(migrated.result.status, "done")
      assert.deepStrictEqual(migrated.result.summary, { groups: { create: 3, update: 0, delete: 0 }, assignments: { add: 8, remove: 0 } })
      assert.deepStrictEqual(bridge.held(), whole)
      assert.deepInclude(migrated.verified, { sizes: [], depth: "sample", by: "group", of: 3, read: 3, unread: [], differing: 0, differences: [], calls: 4 })
    })
  )

  it.scopedLive("makes no more calls than it may, and the same command goes on without another word", () =>
    Effect.gen(function* () {
      const bridge = yield* limitedSmall
      const seen: Array<readonly [calls: number, goesOn: boolean]> = []
      const confirm = ({ calls, goesOn }: MigrationOutlook.Outlook) => Effect.sync(() => (seen.push([calls, goesOn]), true))
      const part = migrate(bridge, confirm, () => Effect.void, { calls: 4, until: null })
      const first = yield* part
      assert.deepStrictEqual([first.result.status, first.result.withheld.map(({ changes }) => changes), bridge.target.writes()], ["partial", [3], 4])
      const second = yield* part
      assert.deepStrictEqual([second.result.status, second.result.withheld, bridge.target.writes()], ["done", [], 7])
      assert.deepStrictEqual(seen, [
        [6, false],
        [3, true]
      ])
      assert.deepStrictEqual(bridge.held(), whole)
    })
  )

  it.scopedLive("stores the word as a decision with its author", () =>
    Effect.gen(function* () {
      const bridge = yield* limitedSmall
      yield* migrate(bridge, yes)
      const decided = yield* invoke(bridge, () => Effect.flatMap(OperationsStore, (overview) => overview.part(1)))
      const { at: _, ...decision } = decided?.decided ?? { at: 0 }
      assert.deepStrictEqual(decision, { what: "approved", who: "petra", host: "ops1", reason: "migrate" })
    })
  )

  it.scopedLive("reads the source once", () =>
    Effect.gen(function* () {
      const bridge = yield* limitedSmall
      yield* migrate(bridge, yes)
      assert.strictEqual(bridge.source.log.filter((call) => call.path.includes("/organization_memberships")).length, 1)
    })
  )

  it.scopedLive("without the word writes nothing and leaves the part open", () =>
    Effect.gen(function* () {
      const bridge = yield* limitedSmall
      const migrated = yield* migrate(bridge, () => Effect.succeed(false))
      assert.deepInclude(migrated, { agreed: false, verified: null })
      assert.strictEqual(migrated.result.status, "held")
      assert.strictEqual(bridge.target.writes(), 0)
      const parts = yield* invoke(bridge, () => Effect.flatMap(OperationsStore, (overview) => overview.parts))
      assert.deepStrictEqual(
        parts.map((part) => part.decision),
        ["open"]
      )
    })
  )

  it.scopedLive("goes on after it was cut off, and says so", () =>
    Effect.gen(function* () {
      const bridge = yield* limitedSmall
      const cut = yield* Effect.fork(migrate(bridge, yes, () => (bridge.target.writes() >= 3 ? Effect.interrupt : Effect.void)))
      yield* Fiber.await(cut)
      const before = bridge.target.writes()
      assert.isAtLeast(before, 3)
      assert.isBelow(before, 6)
      const status = yield* Commands.json(bridge, ["status"])
      const runs = yield* Commands.json(bridge, ["runs"])
      const [{ migration }] = status.document.syncs
      const made = Object.values(bridge.held()).flat().length + Object.keys(bridge.held()).length
      assert.deepStrictEqual([migration.run, migration.done, migration.done + migration.left], ["r-2", made, total])
      assert.deepStrictEqual([runs.document.runs[0].status, runs.document.runs[0].left], ["interrupted", migration.left])
      assert.match(
        (yield* Commands.run(bridge, ["status"])).stdout,
        new RegExp(`MIGRATION M-1 CUT OFF in r-2: ${made} of ${total} changes made \\(\\d+ %\\) +groupbridge migrate customers`)
      )
      assert.include((yield* Commands.run(bridge, ["runs"])).stdout, `${migration.left} planned changes not made`)
      let goesOn = false
      const again = yield* migrate(bridge, (outlook) => Effect.sync(() => (goesOn = outlook.goesOn)))
      assert.isTrue(goesOn)
      assert.strictEqual(again.result.status, "done")
      assert.deepStrictEqual(bridge.held(), whole)
      assert.strictEqual(bridge.target.writes(), 7)
      const open = (yield* Commands.json(bridge, ["status"])).document.syncs[0].migration
      assert.deepInclude(open, { id: "M-1", phase: "sign-off", left: 0, approved: true })
    })
  )

  it.scopedLive("does not take a question that was cut off for an answer", () =>
    Effect.gen(function* () {
      const bridge = yield* limitedSmall
      yield* Fiber.await(yield* Effect.fork(migrate(bridge, () => Effect.interrupt)))
      const again = yield* migrate(bridge, (outlook) => Effect.succeed(outlook.goesOn))
      assert.isFalse(again.agreed)
      assert.strictEqual(bridge.target.writes(), 0)
    })
  )

  it.scopedLive("names the groups whose size is not what the answers confirmed", () =>
    Effect.gen(function* () {
      const bridge = yield* limitedSmall
      const meddle = Effect.sync(() => {
        const globex = bridge.cstar.target.groups().find((group) => group.name === "Globex" && group.members.length === 3)
        if (globex !== undefined) bridge.cstar.target.removeMember(globex.id, globex.members[0] ?? "")
      })
      const migrated = yield* migrate(bridge, yes, () => meddle)
      assert.deepInclude(migrated.verified, { sizes: ["Globex"], differing: 1 })
      const differences = migrated.verified === null || "error" in migrated.verified ? [] : migrated.verified.differences
      assert.deepStrictEqual(
        differences.map(({ group, what }) => [group, what]),
        [["Globex", "missing"]]
      )
    })
  )

  it.scopedLive("leaves to its own decision what is held for another reason", () =>
    Effect.gen(function* () {
      const bridge = yield* limitedSmall
      bridge.cstar.target.addGroup({ name: "Initech" })
      let shown: MigrationOutlook.Outlook | undefined
      const migrated = yield* migrate(bridge, (outlook) => Effect.sync(() => ((shown = outlook), true)))
      assert.deepStrictEqual(
        shown?.leaves.map((part) => part.guard),
        ["adoption"]
      )
      assert.strictEqual(migrated.result.status, "held")
      assert.deepStrictEqual(Object.keys(bridge.held()), ["Globex", "Initech", "vip"])
      assert.deepStrictEqual(bridge.held()["Initech"], [])
    })
  )

  it.scopedLive("counts one reading once for the time of grace, however often it plans", () =>
    Effect.gen(function* () {
      const bridge = yield* Bridge.small
      const rules = "\n    rules: [{ kind: organization }]\n    grace: { reads: 2 }"
      bridge.configure(rules)
      const part = migrate(bridge, yes, () => Effect.void, { calls: 9, until: null })
      yield* part
      bridge.zendesk.source.leave("3", "101")
      assert.strictEqual((yield* part).result.summary.assignments.remove, 0)
      assert.strictEqual((yield* part).result.summary.assignments.remove, 1)
    })
  )
})
