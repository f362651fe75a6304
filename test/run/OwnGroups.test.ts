/** A group of ours that is there is never made again, whatever its key is made of now. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Bridge from "../kit/Bridge.ts"

const guards = "\n    guards: { ruleChange: apply, removalPercent: 100, groupRemovalPercent: 100, emptiedGroups: 100 }"
const plain = `\n    rules: [{ kind: organization }]${guards}`
const explicit = `\n    rules: [{ kind: organization, externalId: "{id}" }]${guards}`

const people = ["1", "2", "3"].map((id) => ({ id, email: `c${id}@x.example`, name: id }))

const sizes = (bridge: Bridge.Bridge) => Object.fromEntries(bridge.cstar.target.groups().map(({ members, name }) => [name, members.length]))

const filled = Effect.gen(function* () {
  const bridge = yield* Bridge.make
  bridge.zendesk.source.load({
    customers: people,
    organizations: [
      { id: "101", name: "Globex" },
      { id: "102", name: "Initech" }
    ],
    memberships: [
      { customer: "1", organization: "101" },
      { customer: "2", organization: "101" },
      { customer: "3", organization: "102" }
    ]
  })
  bridge.cstar.target.addCustomers(people)
  bridge.configure(plain)
  assert.strictEqual((yield* bridge.sync()).status, "done")
  return bridge
})

describe("groups of ours", () => {
  it.scopedLive("keep their place when a rule names the external id that they have already", () =>
    Effect.gen(function* () {
      const bridge = yield* filled
      bridge.configure(explicit)
      bridge.zendesk.source.leave("2", "101")
      const after = yield* bridge.sync()
      assert.deepStrictEqual([after.summary.groups.create, after.summary.assignments.add], [0, 0])
      assert.strictEqual(bridge.cstar.target.groups().length, 2)
      assert.deepStrictEqual(sizes(bridge), { Globex: 1, Initech: 1 })
    })
  )

  it.scopedLive("of one source are not taken by another source that has the same ids", () =>
    Effect.gen(function* () {
      const bridge = yield* filled
      bridge.beta.source.load({ customers: [], organizations: [{ id: "101", name: "Other" }], memberships: [] })
      bridge.configure(`\n    emptyGroups: create${plain}`, "[zendesk, beta]")
      yield* bridge.sync()
      assert.deepStrictEqual(sizes(bridge), { Globex: 2, Initech: 1, Other: 0 })
    })
  )
})
