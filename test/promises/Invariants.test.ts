/**
 * The invariants of the design that are proved here. The others have their names where their worlds are: 1 in ReadingFaults, 2 in
 * test/apply/Crash, 7 in test/run/Lease, 8 in test/endToEnd/Hostile; 9, memory, is measured by `npm run bench`, and test/report/PlanDocuments
 * shows that rows go through reports while they come.
 */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as TestClock from "effect/TestClock"
import type { GuardName } from "../../src/model/Guard.ts"
import * as Bridge from "../kit/Bridge.ts"
import * as Chance from "../crash/Chance.ts"
import * as Crowd from "../kit/Crowd.ts"
import { passing } from "../kit/Time.ts"
import * as Worlds from "../kit/Worlds.ts"

describe("invariant 3: running twice changes nothing the second time", () => {
  it.scopedLive("and makes no write call, whatever happened before and whatever else is in the config", () =>
    Effect.gen(function* () {
      for (let seed = 1; seed <= 4; seed++) {
        const chance = Chance.make(seed)
        const bridge = yield* Worlds.make(chance)
        const more = chance.pick(["removals: all", "removals: never", "adopt: { groups: [name], members: confirmed, names: follow }", "emptyGroups: create"])
        bridge.configure(`${Worlds.rules}\n    ${more}\n    ${Worlds.unlimited}`)
        for (let round = 0; round < 2; round++) {
          Worlds.live(bridge, chance, 12)
          assert.strictEqual((yield* bridge.sync()).error, null, `seed ${seed}`)
          const [held, writes] = [bridge.held(), bridge.target.writes()]
          const again = yield* bridge.sync()
          assert.deepStrictEqual([again.status, again.held, again.plan?.estimate.calls], ["none", [], 0], `seed ${seed}, ${more}`)
          assert.deepStrictEqual([bridge.held(), bridge.target.writes()], [held, writes], `seed ${seed}, ${more}`)
        }
      }
    })
  )
})

describe("invariant 4: what we did not make is not removed under `ours`", () => {
  it.scopedLive("nobody whom a person put in leaves, and no group of theirs, when the source lets go of everybody", () =>
    Effect.gen(function* () {
      for (let seed = 11; seed <= 13; seed++) {
        const chance = Chance.make(seed)
        const bridge = yield* Worlds.make(chance)
        const foreign = new Set<string>()
        const putIn = () => {
          for (const group of bridge.cstar.target.groups()) {
            const [customer] = chance.pick([...bridge.emails])
            if (group.members.includes(customer)) continue
            bridge.cstar.target.addMember(group.id, customer)
            foreign.add(`${group.id} ${bridge.emails.get(customer)}`)
          }
        }
        // A group that only people fill, and one that a rule would fill too.
        for (const name of ["By hand", "Org 101"]) bridge.cstar.target.addGroup({ name })
        bridge.configure(`${Worlds.rules}\n    adopt: { groups: [name] }\n    drift: accept\n    ${Worlds.unlimited}`)
        putIn()
        for (let round = 0; round < 3; round++) {
          Worlds.live(bridge, chance, 10)
          yield* bridge.sync({ depth: chance.pick(["usual", "counts", "full"]) })
          putIn()
        }
        Worlds.letGo(bridge)
        // A source without any membership would not be believed.
        bridge.zendesk.source.load({
          customers: [{ id: "9999", email: "stays@x.io", name: "Stays" }],
          organizations: [{ id: "9999", name: "Stays" }],
          memberships: [{ customer: "9999", organization: "9999" }]
        })
        yield* bridge.sync({ depth: "full" })
        yield* bridge.sync({ depth: "full" })
        const left = bridge.cstar.target.groups().flatMap(({ id, members }) => members.map((member) => `${id} ${bridge.emails.get(member)}`))
        assert.deepStrictEqual(left.toSorted(), [...foreign].toSorted(), `seed ${seed}`)
      }
    })
  )
})

interface Held {
  readonly guard: GuardName
  readonly config?: string
  readonly before?: (bridge: Crowd.Running) => void
  readonly cause: (bridge: Crowd.Running) => void
  readonly takenBack?: (bridge: Crowd.Running) => void
}

const wide = (guards: string) => `${Bridge.usualRules}\n    guards: { ${guards} }`
const organizations = ["100011", "100012", "100013", "100014"]
const small = (bridge: Crowd.Running) =>
  bridge.zendesk.source.load({
    customers: [],
    organizations: organizations.map((id) => ({ id, name: `Org ${id}` })),
    memberships: organizations.map((organization) => ({ customer: "1", organization }))
  })
const loses = (count: number) => ({
  cause: (bridge: Crowd.Running) => Crowd.untag(bridge, Crowd.people(count)),
  takenBack: (bridge: Crowd.Running) => Crowd.tag(bridge, Crowd.people(count))
})
const gains = {
  cause: (bridge: Crowd.Running) => Crowd.tag(bridge, Crowd.people(60).slice(30)),
  takenBack: (bridge: Crowd.Running) => Crowd.untag(bridge, Crowd.people(60).slice(30))
}

/** One way into every guard, over sixty people in one organization of whom half have a tag. */
const held: ReadonlyArray<Held> = [
  { guard: "removals", config: wide("removals: 5, removalPercent: 100"), ...loses(6) },
  { guard: "removalPercent", ...loses(8) },
  { guard: "groupRemovalPercent", ...loses(20) },
  {
    guard: "emptiedGroups",
    before: small,
    cause: (bridge) => organizations.forEach((id) => bridge.zendesk.source.leave("1", id)),
    takenBack: (bridge) => organizations.forEach((id) => bridge.zendesk.source.join("1", id))
  },
  {
    guard: "sourceShrink",
    config: wide("removalPercent: 100, groupRemovalPercent: 100"),
    cause: (bridge) => Crowd.people(6).forEach((id) => bridge.zendesk.source.leave(id, "100001")),
    takenBack: (bridge) => Crowd.people(6).forEach((id) => bridge.zendesk.source.join(id, "100001"))
  },
  { guard: "additions", config: wide("additions: 20"), ...gains },
  { guard: "groupGrowthPercent", config: wide("groupGrowthPercent: 50"), ...gains },
  {
    guard: "newGroups",
    config: wide("newGroups: 2"),
    cause: small,
    takenBack: (bridge) => organizations.forEach((id) => bridge.zendesk.source.leave("1", id))
  },
  {
    guard: "ruleChange",
    cause: (bridge) => bridge.configure(`\n    rules:\n      - kind: organization`),
    takenBack: (bridge) => bridge.configure(Bridge.usualRules)
  },
  {
    guard: "adoption",
    cause: (bridge) => {
      bridge.cstar.target.addGroup({ name: "Hooli" })
      bridge.zendesk.source.join("1", "100002")
    },
    takenBack: (bridge) => bridge.zendesk.source.leave("1", "100002")
  },
  {
    guard: "drift",
    cause: (bridge) => bridge.cstar.target.removeMember(Crowd.groupOf(bridge, "Plan vip").id, Crowd.idOf(bridge, "c1@x.io")),
    takenBack: (bridge) => Crowd.untag(bridge, ["1"])
  }
]

describe("invariant 5: what a guard holds today it still holds tomorrow", () => {
  it.scoped.each(held)("$guard, under one id for days, until the source takes it back", ({ before, cause, config, guard, takenBack }) =>
    Effect.gen(function* () {
      const bridge = yield* Crowd.make(60, config)
      before?.(bridge)
      let first = yield* passing(bridge.sync())
      // What a first run may not do at once is not what is asked here.
      if (first.held.length > 0)
        first = yield* passing(
          bridge.sync({
            lifted: new Map([
              ["additions", 9999],
              ["newGroups", 99]
            ])
          })
        )
      assert.deepStrictEqual(first.held, [])
      yield* TestClock.adjust("25 hours")
      cause(bridge)
      const run = yield* passing(bridge.sync())
      assert.deepStrictEqual(
        run.held.map((part) => part.guard),
        [guard]
      )
      const kept = bridge.held()
      for (let day = 0; day < 4; day++) {
        yield* TestClock.adjust("25 hours")
        const later = yield* passing(bridge.sync())
        assert.deepStrictEqual(
          later.held.map(({ id, changes }) => [id, changes]),
          run.held.map(({ id, changes }) => [id, changes])
        )
        assert.deepStrictEqual([bridge.held(), later.calls.write], [kept, 0])
      }
      takenBack?.(bridge)
      assert.deepStrictEqual((yield* passing(bridge.sync())).held, [])
    })
  )

  it.scoped("first-run", () =>
    Effect.gen(function* () {
      const bridge = yield* Crowd.make(60, wide("additions: 50"))
      const run = yield* passing(bridge.sync())
      for (let day = 0; day < 3; day++) {
        yield* TestClock.adjust("25 hours")
        assert.deepStrictEqual(
          (yield* passing(bridge.sync())).held.map(({ id, guard, changes }) => [id, guard, changes]),
          [[run.held[0]?.id, "first-run", 92]]
        )
      }
      assert.deepStrictEqual(bridge.held(), {})
    })
  )
})
