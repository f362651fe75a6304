/** What changes of the config file may and may not bring about by themselves. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { forbidden, to } from "../kit/Answers.ts"
import * as HoldWording from "../../src/report/HoldWording.ts"
import * as Bridge from "../kit/Bridge.ts"
import * as Crowd from "../kit/Crowd.ts"
import { approve, heldBy, letGo, renameSync, write } from "../kit/Deciding.ts"
import { passing } from "../kit/Time.ts"

const vip = (more = "") => `\n    rules:\n      - { kind: tag, include: ["vip"], into: VIP }${more}`

describe("removals:", () => {
  it.scopedLive("from never to ours asks about those who left before, and takes those who leave now", () =>
    Effect.gen(function* () {
      const bridge = yield* Bridge.small
      bridge.configure(`${Bridge.usualRules}\n    removals: never`)
      yield* bridge.sync()
      bridge.zendesk.source.leave("3", "101")
      assert.strictEqual((yield* bridge.sync()).status, "none")
      bridge.configure(Bridge.usualRules)
      bridge.zendesk.source.leave("5", "102")
      const run = yield* bridge.sync()
      assert.deepStrictEqual(heldBy(run), [["ruleChange", 1]])
      assert.strictEqual(run.summary.assignments.remove, 1)
      assert.include(bridge.held()["Globex"]!, "c3@x.io")
    })
  )

  it.scopedLive("from ours to all asks before it takes what others put there; from then on it mirrors", () =>
    Effect.gen(function* () {
      const bridge = yield* Bridge.small
      yield* bridge.sync()
      const { id } = Crowd.groupOf(bridge, "Globex")
      bridge.cstar.target.addMember(id, Crowd.idOf(bridge, "c6@x.io"))
      yield* bridge.sync({ depth: "full" })
      bridge.configure(`${Bridge.usualRules}\n    removals: all`)
      const run = yield* bridge.sync()
      assert.deepStrictEqual(heldBy(run), [["ruleChange", 1]])
      assert.strictEqual(bridge.held()["Globex"]!.length, 4)
      assert.strictEqual((yield* approve(bridge, run.held[0]!.id)).summary.assignments.remove, 1)
      bridge.cstar.target.addMember(id, Crowd.idOf(bridge, "c6@x.io"))
      assert.strictEqual((yield* bridge.sync()).summary.assignments.remove, 1)
    })
  )

  it.scoped("all takes nobody while a source is not read whole", () =>
    passing(
      Effect.gen(function* () {
        const bridge = yield* Bridge.small
        bridge.configure(`${Bridge.usualRules}\n    removals: all`)
        yield* bridge.sync()
        bridge.cstar.target.addMember(Crowd.groupOf(bridge, "Globex").id, Crowd.idOf(bridge, "c6@x.io"))
        bridge.zendesk.source.join("6", "101")
        bridge.source.inject(forbidden, to("/organization_memberships"))
        const run = yield* bridge.sync()
        assert.deepStrictEqual([run.status, run.summary.assignments.remove], ["partial", 0])
        assert.strictEqual(bridge.held()["Globex"]!.length, 4)
        assert.strictEqual((yield* bridge.sync()).status, "none")
      })
    )
  )

  it.scopedLive("all leaves whoever may be somebody ambiguous", () =>
    Effect.gen(function* () {
      const bridge = yield* Bridge.small
      bridge.configure(`${Bridge.usualRules}\n    removals: all`)
      yield* bridge.sync()
      bridge.zendesk.source.load({ customers: [{ id: "9", email: "twice@x.io", name: "T", tags: ["vip"] }], organizations: [], memberships: [] })
      const [one] = bridge.cstar.target.addCustomers(["twice@x.io", "Twice@x.io"].map((email) => ({ email, name: email })))
      bridge.cstar.target.addMember(Crowd.groupOf(bridge, "Plan vip").id, one!.id)
      const run = yield* bridge.sync()
      assert.deepStrictEqual([run.summary.assignments.remove, run.plan?.summary.ambiguous], [0, 1])
    })
  )
})

describe("rules and sources", () => {
  it.scopedLive("a group that no longer meets its condition keeps its people until somebody decides", () =>
    Effect.gen(function* () {
      const bridge = yield* Bridge.small
      bridge.configure(`\n    rules:\n      - kind: organization\n        where: { members: ">= 3" }`)
      yield* bridge.sync()
      bridge.zendesk.source.leave("3", "101")
      const run = yield* bridge.sync()
      assert.deepStrictEqual([heldBy(run), run.summary.assignments.remove], [[["ruleChange", 2]], 1])
      assert.deepStrictEqual(bridge.held()["Globex"], ["c1@x.io", "c2@x.io"])
    })
  )

  it.scopedLive("a source taken out of from: keeps what it asked for", () =>
    Effect.gen(function* () {
      const bridge = yield* Bridge.make
      bridge.configure(vip(), "[zendesk, beta]")
      Crowd.tagged(bridge, ["1"])
      bridge.beta.source.load({ customers: [{ id: "2", email: "c2@x.io", name: "2", tags: ["vip"] }], organizations: [], memberships: [] })
      Crowd.known(bridge, ["1", "2"])
      yield* bridge.sync()
      bridge.configure(vip())
      const { held } = yield* bridge.sync()
      assert.deepStrictEqual(
        held.map(({ changes, guard }) => [guard, changes]),
        [["configGone", 1]]
      )
      Crowd.untag(bridge, ["1"])
      yield* bridge.sync()
      assert.deepStrictEqual(bridge.held(), { VIP: ["c2@x.io"] })
    })
  )

  it.scopedLive("two syncs on one group: a member stays while one of them asks for him", () =>
    Effect.gen(function* () {
      const bridge = yield* Bridge.make
      Crowd.tagged(bridge, ["1", "2"])
      bridge.beta.source.load({
        customers: ["1", "2"].map((id) => ({ id, email: `c${id}@x.io`, name: id, tags: ["vip"] })),
        organizations: [],
        memberships: []
      })
      Crowd.known(bridge, ["1", "2"])
      bridge.configure(vip())
      yield* bridge.sync()
      renameSync(bridge, "customers", "first")
      bridge.configure(vip(), "beta")
      assert.strictEqual((yield* bridge.sync()).status, "none")
      bridge.beta.source.untag("1", "vip")
      assert.strictEqual((yield* bridge.sync()).status, "none")
      renameSync(bridge, "customers", "second")
      renameSync(bridge, "first", "customers")
      bridge.configure(vip())
      Crowd.untag(bridge, ["1", "2"])
      assert.strictEqual((yield* bridge.sync()).summary.assignments.remove, 1)
      assert.deepStrictEqual(bridge.held(), { VIP: ["c2@x.io"] })
    })
  )

  it.scopedLive("guards see what has grown while another question was open", () =>
    Effect.gen(function* () {
      const bridge = yield* Bridge.small
      yield* bridge.sync()
      const globex = Crowd.groupOf(bridge, "Globex")
      bridge.cstar.target.removeMember(globex.id, globex.members[0]!)
      assert.deepStrictEqual(heldBy(yield* bridge.sync({ depth: "counts" })), [["drift", 1]])
      const more = Crowd.people(100).slice(10)
      Crowd.tagged(bridge, more)
      Crowd.known(bridge, more)
      assert.strictEqual((yield* bridge.sync()).summary.assignments.add, 90)
      Crowd.untag(bridge, more.slice(0, 80))
      const run = yield* bridge.sync()
      assert.strictEqual(run.summary.assignments.remove, 0)
      assert.deepStrictEqual(heldBy(run).sort(), [
        ["drift", 1],
        ["groupRemovalPercent", 80]
      ])
    })
  )
})

describe("what decides who is who, and who counts", () => {
  it.scopedLive("an option that leaves people out asks before it takes anything, and again before it gives it back", () =>
    Effect.gen(function* () {
      const bridge = yield* Bridge.small
      const file = join(bridge.dir, "groupbridge.yaml")
      const usual = readFileSync(file, "utf8")
      const option = (value: string) => writeFileSync(file, usual.replace("    connector: zendesk\n", `    connector: zendesk\n    suspended: ${value}\n`))
      const suspended = { id: "7", email: "c7@x.io", name: "7", suspended: true, tags: ["vip"] }
      bridge.zendesk.source.load({ customers: [suspended], organizations: [], memberships: [] })
      Crowd.known(bridge, ["7"])
      yield* bridge.sync()
      option("exclude")
      bridge.zendesk.source.leave("3", "101")
      const run = yield* bridge.sync()
      assert.deepStrictEqual([heldBy(run), run.summary.assignments.remove], [[["ruleChange", 1]], 1])
      assert.includeMembers(run.held[0]!.why.map(HoldWording.reason), [
        '- options of "zendesk": suspended "include"',
        '+ options of "zendesk": suspended "exclude"'
      ])
      assert.include(bridge.held()["Plan vip"]!, "c7@x.io")
      assert.deepStrictEqual(
        (yield* bridge.plan()).result.held.map((part) => part.id),
        [run.held[0]!.id]
      )
      assert.strictEqual((yield* approve(bridge, run.held[0]!.id)).summary.assignments.remove, 1)
      assert.strictEqual((yield* bridge.sync()).status, "none")
      option("include")
      const back = yield* bridge.sync()
      assert.deepStrictEqual([heldBy(back), back.summary.assignments.add], [[["ruleChange", 1]], 0])
    })
  )

  it.scopedLive("somebody whom an option kept unmatched until now is asked about, not added", () =>
    Effect.gen(function* () {
      const bridge = yield* Bridge.small
      const file = join(bridge.dir, "groupbridge.yaml")
      const usual = readFileSync(file, "utf8")
      writeFileSync(file, usual.replace("    connector: zendesk\n", "    connector: zendesk\n    suspended: exclude\n"))
      bridge.zendesk.source.load({ customers: [{ id: "7", email: "c7@x.io", name: "7", suspended: true, tags: ["vip"] }], organizations: [], memberships: [] })
      Crowd.known(bridge, ["7"])
      yield* bridge.sync()
      writeFileSync(file, usual)
      const run = yield* bridge.sync()
      assert.deepStrictEqual([heldBy(run), run.summary.assignments.add], [[["ruleChange", 1]], 0])
    })
  )

  it.scopedLive("a new line of a map file asks about whom it matches; whoever joins meanwhile does not wait", () =>
    Effect.gen(function* () {
      const bridge = yield* Bridge.small
      bridge.zendesk.source.load({ customers: [{ id: "7", email: "old@x.io", name: "7", tags: ["vip"] }], organizations: [], memberships: [] })
      const [target] = bridge.cstar.target.addCustomers([{ email: "new@x.io", name: "7" }])
      yield* bridge.sync()
      writeFileSync(join(bridge.dir, "map.csv"), `id,target\n7,${target!.id}\n`)
      bridge.configure(`${Bridge.usualRules}\n    match: [email, { file: map.csv }]`)
      Crowd.tag(bridge, ["6"])
      const run = yield* bridge.sync()
      assert.deepStrictEqual([heldBy(run), run.summary.assignments.add], [[["ruleChange", 1]], 1])
      assert.include(run.held[0]!.why.map(HoldWording.reason), `+ match 2: file: id "7" -> "${target!.id}"`)
    })
  )
})

describe("exceptions", () => {
  it.scopedLive("always outlives the last tag that made its group, and ends with its line", () =>
    Effect.gen(function* () {
      const bridge = yield* Bridge.small
      const write = (line: string) => writeFileSync(join(bridge.dir, "exceptions.csv"), line)
      write("c5@x.io,VIP,always,,promised,petra\n")
      bridge.configure(vip("\n    exceptions: exceptions.csv"))
      yield* bridge.sync()
      Crowd.untag(bridge, ["1", "2"])
      yield* bridge.sync()
      assert.deepStrictEqual(bridge.held(), { VIP: ["c5@x.io"] })
      write("c6@x.io,Other,always,,promised,petra\n")
      yield* bridge.sync()
      assert.deepStrictEqual(bridge.held(), { VIP: [] })
    })
  )

  it.scopedLive("end with their line though somebody else is ambiguous", () =>
    Effect.gen(function* () {
      const bridge = yield* Bridge.small
      writeFileSync(join(bridge.dir, "exceptions.csv"), "c5@x.io,VIP,always,,promised,petra\n")
      bridge.configure(vip("\n    exceptions: exceptions.csv"))
      bridge.zendesk.source.load({ customers: [{ id: "9", email: "twice@x.io", name: "T", tags: ["vip"] }], organizations: [], memberships: [] })
      bridge.cstar.target.addCustomers(["twice@x.io", "Twice@x.io"].map((email) => ({ email, name: email })))
      assert.strictEqual((yield* bridge.sync()).plan?.summary.ambiguous, 1)
      writeFileSync(join(bridge.dir, "exceptions.csv"), "c6@x.io,VIP,never,,promised,petra\n")
      yield* bridge.sync()
      assert.deepStrictEqual(bridge.held(), { VIP: ["c1@x.io", "c2@x.io"] })
    })
  )
})

describe("to:", () => {
  it.scopedLive("another target leaves the old one as it is, and never sends its groups to the new one", () =>
    Effect.gen(function* () {
      const bridge = yield* Bridge.small
      bridge.configure(vip())
      yield* bridge.sync()
      bridge.configure(`${vip()}\n    guards: { ruleChange: apply }`, "zendesk", "shop")
      bridge.shop.target.addCustomers(["1", "2"].map((id) => ({ email: `c${id}@x.io`, name: id })))
      const held = yield* bridge.plan()
      assert.deepStrictEqual([held.result.held.map(({ guard }) => guard), held.changes], [["configGone"], []])
      assert.deepStrictEqual(yield* letGo(bridge, "customers", "zendesk", "shop"), { leaving: 0, staying: 2 })
      const { changes } = yield* bridge.plan()
      assert.deepStrictEqual(changes.map((change) => change.op).sort(), ["assignment.add", "assignment.add", "group.create"])
      assert.strictEqual((yield* bridge.sync()).error, null)
      assert.deepStrictEqual(bridge.held(), { VIP: ["c1@x.io", "c2@x.io"] })
      assert.deepStrictEqual(
        bridge.shop.target.groups().map((group) => group.members.length),
        [2]
      )
    })
  )
})

describe("names of groups", () => {
  const named = (name: string) => `\n    rules:\n      - { kind: organization, name: "${name}" }`
  const names = (bridge: Pick<Bridge.Bridge, "held">) => Object.keys(bridge.held())

  it.scopedLive("that only the config changes wait; a group that the source renames meanwhile does not", () =>
    Effect.gen(function* () {
      const bridge = yield* Bridge.small
      bridge.configure(named("{name}"))
      yield* bridge.sync()
      bridge.configure(named("Customer {name}"))
      bridge.zendesk.source.renameOrganization("101", "Globex AG")
      const run = yield* bridge.sync()
      assert.deepStrictEqual([heldBy(run), run.summary.groups.update], [[["ruleChange", 1]], 1])
      assert.deepStrictEqual(run.held[0]?.groupCounts, { create: 0, update: 1, delete: 0 })
      assert.deepStrictEqual(names(bridge), ["Customer Globex AG", "Initech"])
      assert.strictEqual((yield* approve(bridge, run.held[0]!.id)).summary.groups.update, 1)
      assert.deepStrictEqual(names(bridge), ["Customer Globex AG", "Customer Initech"])
      assert.strictEqual((yield* bridge.sync()).status, "none")
    })
  )

  it.scopedLive("that only another version of the program reads otherwise wait as well", () =>
    Effect.gen(function* () {
      const bridge = yield* Bridge.small
      bridge.configure(named("{name}"))
      yield* bridge.sync()
      // As a version left it that called the group otherwise under the same rules.
      write(bridge, "UPDATE target_group SET written = json_set(written, '$.name', 'The Globex') WHERE name = 'Globex'")
      write(bridge, "UPDATE baseline SET meaning = (SELECT json_group_array(value) FROM json_each(meaning) WHERE value NOT LIKE 'meaning of rules%')")
      const run = yield* bridge.sync()
      assert.deepStrictEqual([heldBy(run), run.summary.groups.update], [[["ruleChange", 1]], 0])
      assert.include(run.held[0]!.why.map(HoldWording.reason), "+ meaning of rules: version 1")
    })
  )
})
