/** Lines of exceptions.csv, by what they were about when they were written: renames change nothing of it, and a lost file ends nothing. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import * as Bridge from "../kit/Bridge.ts"
import * as Crowd from "../kit/Crowd.ts"
import * as Deciding from "../kit/Deciding.ts"

type Bridged = Effect.Effect.Success<typeof Bridge.make>

const header = "email,group,what,until,reason,by\n"
const write = (bridge: Bridged, text: string): void => writeFileSync(join(bridge.dir, "exceptions.csv"), text)
const exceptions = "\n    exceptions: exceptions.csv"
const tagged = (rule: string) => `\n    rules:\n      - { kind: organization }\n      - { kind: tag, include: ["vip", "gold"]${rule} }${exceptions}`

/** Globex (100001): customers 1 to 4. Tag vip: 1 and 2. Two more at the target, in no group of the source. */
const account = (lines: string, rule = "") =>
  Effect.gen(function* () {
    const bridge = yield* Bridge.make
    write(bridge, header + lines)
    bridge.configure(tagged(rule))
    bridge.zendesk.source.load({
      customers: ["1", "2", "3", "4"].map((id) => ({ id, email: `c${id}@x.io`, name: id, tags: Number(id) <= 2 ? ["vip"] : [] })),
      organizations: [{ id: "100001", name: "Globex" }],
      memberships: ["1", "2", "3", "4"].map((customer) => ({ customer, organization: "100001" }))
    })
    Crowd.known(bridge, ["1", "2", "3", "4", "8", "9"])
    return bridge
  })

describe("an exception", () => {
  it.scopedLive("never keeps its customer out of an organization that is renamed", () =>
    Effect.gen(function* () {
      const bridge = yield* account("c4@x.io,Globex,never,,unpaid,petra\n")
      yield* bridge.sync()
      assert.deepStrictEqual(bridge.held()["Globex"], ["c1@x.io", "c2@x.io", "c3@x.io"])
      bridge.zendesk.source.renameOrganization("100001", "Globex GmbH")
      const run = yield* bridge.sync()
      assert.deepStrictEqual(bridge.held()["Globex GmbH"], ["c1@x.io", "c2@x.io", "c3@x.io"])
      assert.include(run.plan?.warnings.join("\n"), '"Globex" is called "Globex GmbH" now')
      assert.strictEqual((yield* bridge.sync()).status, "none")
    })
  )

  it.scopedLive("always keeps its customers in a group that the config names anew, though they are in no mapped group", () =>
    Effect.gen(function* () {
      const bridge = yield* account("c8@x.io,VIP,always,,promised,petra\nc9@x.io,VIP,always,,promised,petra\n", ', name: "VIP"')
      yield* bridge.sync()
      assert.deepStrictEqual(bridge.held()["VIP"], ["c1@x.io", "c2@x.io", "c8@x.io", "c9@x.io"])
      bridge.configure(tagged(', name: "Very Important"'))
      const run = yield* bridge.sync()
      assert.deepStrictEqual([run.summary.assignments, Deciding.heldBy(run)], [{ add: 0, remove: 0 }, [["ruleChange", 1]]])
      assert.deepStrictEqual(bridge.held()["VIP"], ["c1@x.io", "c2@x.io", "c8@x.io", "c9@x.io"])
      yield* Deciding.approve(bridge, run.held[0]!.id)
      assert.deepStrictEqual(bridge.held()["Very Important"], ["c1@x.io", "c2@x.io", "c8@x.io", "c9@x.io"])
    })
  )

  it.scopedLive("follows its customer to another address", () =>
    Effect.gen(function* () {
      const bridge = yield* account("c2@x.io,vip,never,,unpaid,petra\n")
      yield* bridge.sync()
      bridge.zendesk.source.changeEmail("2", "two@x.io")
      yield* bridge.sync()
      assert.deepStrictEqual(bridge.held()["vip"], ["c1@x.io"])
    })
  )

  it.scopedLive("never, whose tag is gone, holds its customer before the groups that came up since", () =>
    Effect.gen(function* () {
      const bridge = yield* account("c2@x.io,vip,never,,unpaid,petra\n")
      yield* bridge.sync()
      for (const id of ["1", "2"]) {
        bridge.zendesk.source.untag(id, "vip")
        bridge.zendesk.source.tag(id, "gold")
      }
      const run = yield* bridge.sync()
      assert.deepInclude(Deciding.heldBy(run), ["exceptions", 1])
      assert.notInclude(bridge.held()["gold"] ?? [], "c2@x.io")
      yield* bridge.sync()
      assert.notInclude(bridge.held()["gold"] ?? [], "c2@x.io")
    })
  )

  it.scopedLive("that reaches no customer or no group is named by the plan", () =>
    Effect.gen(function* () {
      const bridge = yield* account("c5@x.io,vip,always,,typo,petra\nc8@x.io,wip,always,,typo,petra\n")
      const { result } = yield* bridge.plan()
      assert.include(result.warnings.join("\n"), "exceptions line 2: no customer at cstar is known by c5@x.io")
      assert.include(result.warnings.join("\n"), 'exceptions line 3: no mapped group is called "wip"')
    })
  )
})

describe("an exceptions file", () => {
  for (const [what, text] of [
    ["its lines", header],
    ["its lines and its header", ""]
  ] as const) {
    it.scopedLive(`that lost ${what} ends nothing until a person agrees`, () =>
      Effect.gen(function* () {
        const bridge = yield* account("c8@x.io,vip,always,,promised,petra\nc2@x.io,vip,never,,unpaid,petra\n")
        yield* bridge.sync()
        const before = { ...bridge.held() }
        assert.deepStrictEqual(before["vip"], ["c1@x.io", "c8@x.io"])
        write(bridge, text)
        const held = yield* bridge.sync()
        assert.deepStrictEqual([held.status, Deciding.heldBy(held), bridge.held()], ["held", [["exceptions", 2]], before])
        const again = yield* bridge.sync()
        assert.deepStrictEqual([Deciding.heldBy(again), bridge.held()], [[["exceptions", 2]], before])
        yield* Deciding.approve(bridge, held.held[0]!.id)
        assert.deepStrictEqual(bridge.held()["vip"], ["c1@x.io", "c2@x.io"])
        const after = yield* bridge.sync()
        assert.deepStrictEqual([after.status, after.plan?.warnings], ["none", []])
      })
    )
  }

  it.scopedLive("that has its lines back closes the question, and one that never had lines may be empty", () =>
    Effect.gen(function* () {
      const bridge = yield* account("")
      assert.strictEqual((yield* bridge.sync()).status, "done")
      write(bridge, `${header}c8@x.io,vip,always,,promised,petra\n`)
      yield* bridge.sync()
      write(bridge, header)
      assert.strictEqual((yield* bridge.sync()).status, "held")
      write(bridge, `${header}c8@x.io,vip,always,,promised,petra\n`)
      assert.strictEqual((yield* bridge.sync()).status, "none")
      assert.include(bridge.held()["vip"] ?? [], "c8@x.io")
    })
  )
})
