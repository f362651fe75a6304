import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import type { SyncResult } from "../../src/model/Result.ts"
import { json, to } from "../kit/Answers.ts"
import * as HoldWording from "../../src/report/HoldWording.ts"
import * as Bridge from "../kit/Bridge.ts"
import { rows } from "../kit/Deciding.ts"

const people = (count: number) => Array.from({ length: count }, (_, index) => String(index + 1))

/** `count` customers, all in one organization, the first half with a tag. */
const crowd = (count: number, rules: string = Bridge.usualRules) =>
  Effect.gen(function* () {
    const bridge = yield* Bridge.make
    bridge.configure(rules)
    const ids = people(count)
    bridge.zendesk.source!.load({
      customers: ids.map((id) => ({ id, email: `c${id}@x.io`, name: `Customer ${id}`, tags: Number(id) <= count / 2 ? ["vip"] : [] })),
      organizations: [
        { id: "100001", name: "Globex" },
        { id: "100002", name: "Hooli" }
      ],
      memberships: ids.map((customer) => ({ customer, organization: "100001" }))
    })
    for (const customer of bridge.cstar.target!.addCustomers(ids.map((id) => ({ email: `c${id}@x.io`, name: id }))))
      bridge.emails.set(customer.id, customer.email!)
    return bridge
  })

const heldBy = (run: SyncResult) => run.held.map((part) => [part.guard, part.changes])

describe("guards", () => {
  it.scopedLive("a group that would lose more than half of its members keeps them all, run after run, while others leave", () =>
    Effect.gen(function* () {
      const bridge = yield* crowd(60)
      yield* bridge.sync()
      for (const id of people(20)) bridge.zendesk.source!.untag(id, "vip")
      bridge.zendesk.source!.leave("60", "100001")
      const run = yield* bridge.sync()
      assert.deepStrictEqual(heldBy(run), [["groupRemovalPercent", 20]])
      assert.strictEqual(run.status, "held")
      assert.strictEqual(run.summary.assignments.remove, 1)
      for (let day = 0; day < 3; day++) {
        const later = yield* bridge.sync()
        assert.deepStrictEqual(
          later.held.map((part) => part.id),
          run.held.map((part) => part.id)
        )
        assert.strictEqual(later.summary.assignments.remove, 0)
      }
      assert.strictEqual(bridge.held()["Plan vip"]!.length, 30)
    })
  )

  it.scopedLive("what is held stays held when most of it is taken back, and the part closes when all of it is", () =>
    Effect.gen(function* () {
      const bridge = yield* crowd(60)
      yield* bridge.sync()
      for (const id of people(20)) bridge.zendesk.source!.untag(id, "vip")
      yield* bridge.sync()
      for (const id of people(18)) bridge.zendesk.source!.tag(id, "vip")
      const run = yield* bridge.sync()
      assert.deepStrictEqual(heldBy(run), [["groupRemovalPercent", 2]])
      bridge.zendesk.source!.tag("19", "vip")
      bridge.zendesk.source!.tag("20", "vip")
      assert.deepStrictEqual(heldBy(yield* bridge.sync()), [])
      assert.strictEqual(bridge.held()["Plan vip"]!.length, 30)
    })
  )

  it.scopedLive("a held removal keeps its first cause, whatever happens to its people meanwhile", () =>
    Effect.gen(function* () {
      const bridge = yield* crowd(60)
      yield* bridge.sync()
      for (const id of people(20)) bridge.zendesk.source!.untag(id, "vip")
      const run = yield* bridge.sync()
      bridge.zendesk.source!.deleteCustomer("1")
      bridge.zendesk.source!.makeStaff("2")
      yield* bridge.sync()
      const { changes } = yield* bridge.plan()
      const held = changes.filter((change) => change.held === run.held[0]!.id)
      assert.deepStrictEqual([held.length, [...new Set(held.map((change) => change.cause))]], [20, ["untagged"]])
    })
  )

  it.scopedLive("more than 250 removals are held as a whole, and more than 5 % of what could be removed", () =>
    Effect.gen(function* () {
      const many = yield* crowd(600, `${Bridge.usualRules}\n    guards: { removalPercent: 100, groupRemovalPercent: 100 }`)
      yield* many.sync()
      for (const id of people(251)) many.zendesk.source!.untag(id, "vip")
      assert.deepStrictEqual(heldBy(yield* many.sync()), [["removals", 251]])
      const share = yield* crowd(60)
      yield* share.sync()
      for (const id of people(6)) share.zendesk.source!.untag(id, "vip")
      assert.deepStrictEqual(heldBy(yield* share.sync()), [["removalPercent", 6]])
    })
  )

  it.scopedLive("a stream that shows far fewer rows than before holds removals", () =>
    Effect.gen(function* () {
      const bridge = yield* crowd(100, `${Bridge.usualRules}\n    guards: { removalPercent: 50, groupRemovalPercent: 50 }`)
      yield* bridge.sync()
      for (const id of people(8)) bridge.zendesk.source!.deleteCustomer(id)
      const run = yield* bridge.sync()
      assert.deepStrictEqual(heldBy(run), [["sourceShrink", 16]])
      assert.strictEqual(run.summary.assignments.remove, 0)
    })
  )

  it.scopedLive("a first run that exceeds limits is one held part; the rest is applied", () =>
    Effect.gen(function* () {
      const bridge = yield* crowd(60, `${Bridge.usualRules}\n    guards: { additions: 50 }`)
      const run = yield* bridge.sync()
      assert.deepStrictEqual(heldBy(run), [["first-run", 92]])
      assert.deepStrictEqual(bridge.held(), {})
    })
  )

  it.scopedLive("a group that more than doubles is held, and so are too many new groups with their members", () =>
    Effect.gen(function* () {
      const bridge = yield* crowd(60, `${Bridge.usualRules}\n    guards: { newGroups: 2 }`)
      yield* bridge.sync()
      for (const id of people(60).slice(30)) bridge.zendesk.source!.tag(id, "vip")
      assert.deepStrictEqual(heldBy(yield* bridge.sync()), [])
      bridge.zendesk.source!.load({
        customers: [],
        organizations: ["100003", "100004", "100005"].map((id) => ({ id, name: `Org ${id}` })),
        memberships: ["100003", "100004", "100005"].map((organization) => ({ customer: "1", organization }))
      })
      assert.deepStrictEqual(heldBy(yield* bridge.sync()), [["newGroups", 6]])
      const growing = yield* crowd(60, Bridge.usualRules)
      for (const id of people(10)) growing.zendesk.source!.untag(id, "vip")
      yield* growing.sync()
      for (const id of people(60)) growing.zendesk.source!.tag(id, "vip")
      assert.deepStrictEqual(heldBy(yield* growing.sync()), [["groupGrowthPercent", 40]])
    })
  )

  it.scopedLive("too many groups losing their last member are held, those proved gone are not", () =>
    Effect.gen(function* () {
      const bridge = yield* crowd(60)
      const organizations = ["100011", "100012", "100013", "100014"]
      bridge.zendesk.source!.load({
        customers: [],
        organizations: [...organizations, "100021", "100022", "100023", "100024"].map((id) => ({ id, name: `Org ${id}` })),
        memberships: organizations.map((organization) => ({ customer: "1", organization }))
      })
      yield* bridge.sync()
      for (const id of organizations) bridge.zendesk.source!.leave("1", id)
      const run = yield* bridge.sync()
      assert.deepStrictEqual(heldBy(run), [["emptiedGroups", 4]])
      for (const id of organizations) bridge.zendesk.source!.join("1", id)
      yield* bridge.sync()
      for (const id of organizations) bridge.zendesk.source!.deleteOrganization(id)
      const gone = yield* bridge.sync()
      assert.deepStrictEqual(heldBy(gone), [])
      assert.strictEqual(gone.summary.assignments.remove, 4)
    })
  )

  it.scopedLive("a changed config holds what only it causes, and shows the lines; joiners go through", () =>
    Effect.gen(function* () {
      const bridge = yield* crowd(60)
      yield* bridge.sync()
      bridge.configure(`\n    rules:\n      - kind: tag\n        include: ["vip"]\n        name: "Plan {name}"`)
      bridge.zendesk.source!.tag("60", "vip")
      const line =
        readFileSync(join(bridge.dir, "groupbridge.yaml"), "utf8")
          .split("\n")
          .findIndex((text) => text.includes("- kind: tag")) + 1
      const run = yield* bridge.sync()
      assert.deepStrictEqual(heldBy(run), [["ruleChange", 60]])
      assert.deepStrictEqual(run.held[0]!.why.slice(0, 3).map(HoldWording.reason), [
        '- rule 1: organization * -> "{name}"',
        '- rule 2: tag "plan_*", "vip" -> "Plan {name}"',
        `+ rule 1: tag "vip" -> "Plan {name}"   (line ${line})`
      ])
      assert.deepStrictEqual(run.summary.assignments, { add: 1, remove: 0 })
      assert.deepStrictEqual(heldBy(yield* bridge.sync()), [["ruleChange", 60]])
    })
  )

  it.scopedLive("a guard lifted by number lets through up to it, once; who did so is kept, and the day's count begins anew", () =>
    Effect.gen(function* () {
      const bridge = yield* crowd(60)
      yield* bridge.sync()
      for (const id of people(6)) bridge.zendesk.source!.untag(id, "vip")
      assert.deepStrictEqual(heldBy(yield* bridge.sync({ lifted: new Map([["removalPercent", 6]]) })), [["removalPercent", 6]])
      yield* bridge.plan({ lifted: new Map([["removalPercent", 10]]) })
      assert.deepStrictEqual(rows(bridge, "SELECT * FROM decision"), [])
      assert.deepStrictEqual(heldBy(yield* bridge.sync()), [["removalPercent", 6]])
      const run = yield* bridge.sync({ lifted: new Map([["removalPercent", 10]]) })
      assert.deepStrictEqual({ held: heldBy(run), removed: run.summary.assignments.remove }, { held: [], removed: 6 })
      assert.deepStrictEqual(rows(bridge, "SELECT who, host, what, subject, details ->> 'lift' AS lift FROM decision"), [
        { who: "petra", host: "ops1", what: "lifted", subject: "customers", lift: "removalPercent=10" }
      ])
      bridge.zendesk.source!.untag("7", "vip")
      const next = yield* bridge.sync()
      assert.deepStrictEqual({ held: heldBy(next), removed: next.summary.assignments.remove }, { held: [], removed: 1 })
      for (const id of people(14).slice(7)) bridge.zendesk.source!.untag(id, "vip")
      assert.deepStrictEqual(heldBy(yield* bridge.sync()), [["removalPercent", 7]])
    })
  )

  it.scopedLive("a tag renamed at the source is proposed as a rename", () =>
    Effect.gen(function* () {
      const bridge = yield* crowd(60, `\n    rules:\n      - kind: tag\n        include: ["vip*"]`)
      yield* bridge.sync()
      for (const id of people(30)) {
        bridge.zendesk.source!.untag(id, "vip")
        bridge.zendesk.source!.tag(id, "vip_2026")
      }
      const run = yield* bridge.sync()
      const part = run.held.find((held) => held.guard === "groupRemovalPercent")
      assert.match(part?.proposal?.code === "previously" ? part.proposal.from : "", /^vip$/)
      bridge.configure(`\n    rules:\n      - kind: tag\n        include: ["vip*"]\n        previously: [vip]`)
      const renamed = yield* bridge.sync()
      assert.deepStrictEqual(
        { held: heldBy(renamed), summary: renamed.summary },
        { held: [], summary: { groups: { create: 0, update: 1, delete: 0 }, assignments: { add: 0, remove: 0 } } }
      )
      assert.deepStrictEqual(Object.keys(bridge.held()), ["vip_2026"])
    })
  )

  it.scopedLive("know what a source showed while the question of the first run is open: an empty list takes nobody", () =>
    Effect.gen(function* () {
      const bridge = yield* Bridge.small
      bridge.cstar.target.addGroup({ name: "Initech" })
      assert.deepStrictEqual(heldBy(yield* bridge.sync()), [["adoption", 4]])
      const nobody = { organization_memberships: [], meta: { has_more: false, after_cursor: null, before_cursor: null }, links: { next: null, prev: null } }
      bridge.source.inject(json(200, nobody), to("/organization_memberships"))
      const run = yield* bridge.sync()
      assert.deepStrictEqual([run.status, run.summary.assignments.remove], ["held", 0])
      assert.strictEqual(bridge.held()["Globex"]!.length, 3)
      assert.deepStrictEqual(heldBy(yield* bridge.sync()), [["adoption", 4]])
    })
  )
})
