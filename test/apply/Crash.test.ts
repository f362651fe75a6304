/** A run that is killed at any boundary of any call, then run again, ends as if it had never been killed. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type { ChangeOp } from "../../src/model/Change.ts"
import { RunStore } from "../../src/run/RunStore.ts"
import * as StateLayer from "../../state/StateLayer.ts"
import * as Bridge from "../kit/Bridge.ts"
import { passing } from "../kit/Time.ts"
import * as Killable from "./Killable.ts"

type World = Effect.Effect.Success<typeof Bridge.small>

const rules = `${Bridge.usualRules}
    guards: { removalPercent: 100, groupRemovalPercent: 100, sourceShrink: 100, emptiedGroups: 100 }
    adopt: { groups: [name] }`

const customer = (bridge: World, email: string): string => [...bridge.emails].find(([, known]) => known === email)![0]
const group = (bridge: World, name: string): string => bridge.cstar.target!.groups().find((one) => one.name === name)!.id

/** Somebody has made a group by hand, with one who belongs there and one who does not. */
const begin = Effect.gen(function* () {
  const bridge = yield* Bridge.small
  bridge.configure(rules)
  bridge.cstar.target!.addGroup({ name: "Initech", members: [customer(bridge, "c4@x.io"), customer(bridge, "c6@x.io")] })
  return bridge
})

/** The source moves on: a name changes, four people leave (one of them was put in by hand), two come, a group is new. */
const moveOn = (bridge: World) => {
  const source = bridge.zendesk.source!
  source.renameOrganization("101", "Globex Corporation")
  source.leave("2", "101")
  source.leave("3", "101")
  source.leave("4", "102")
  source.untag("2", "vip")
  source.join("6", "101")
  source.join("2", "103")
}

const letGo = (bridge: World) => {
  const source = bridge.zendesk.source!
  for (const [person, organization] of [
    ["1", "101"],
    ["6", "101"],
    ["1", "102"],
    ["5", "102"],
    ["2", "103"]
  ] as const)
    source.leave(person, organization)
  source.untag("1", "vip")
  // A source without any membership would not be believed.
  source.load({
    customers: [{ id: "9", email: "stays@x.io", name: "Stays" }],
    organizations: [{ id: "109", name: "Stays" }],
    memberships: [{ customer: "9", organization: "109" }]
  })
}

/** A story in parts, killed once in its first or second part; answers what target and state hold after each part. */
const story = (place: Killable.Place | null, part: 1 | 2, options: Killable.RunOptions, behaviour: Parameters<World["cstar"]["behave"]>[0]) =>
  Effect.gen(function* () {
    const bridge = yield* begin
    bridge.cstar.behave(behaviour)
    const ends: Array<unknown> = []
    const end = Effect.gen(function* () {
      const run = yield* Killable.sync(bridge, options)
      assert.isNull(run.error)
      assert.deepStrictEqual(Killable.unaccounted(bridge), [])
      ends.push({ held: bridge.held(), believed: Killable.believed(bridge) })
    })
    if (part === 2) {
      yield* Killable.sync(bridge, options)
      moveOn(bridge)
    }
    if (place !== null) yield* Killable.killed(bridge, place, options)
    yield* end
    const writes = bridge.target.writes()
    assert.strictEqual((yield* Killable.sync(bridge, options)).status, "none")
    assert.strictEqual(bridge.target.writes(), writes)
    if (part === 1) moveOn(bridge)
    letGo(bridge)
    yield* end
    return { ends, last: bridge.held() }
  })

/** A call by its kind and number, and the part of the story that has it. */
type Call = readonly [op: ChangeOp, part: 1 | 2, call: number]

const everyCall: ReadonlyArray<Call> = [
  ["group.create", 1, 2],
  ["assignment.add", 1, 1],
  ["assignment.add", 1, 3],
  ["group.update", 2, 1],
  ["assignment.remove", 2, 3]
]

/** What the target may leave out; whose the rows are must come out the same. */
const views: Readonly<Record<string, readonly [Killable.RunOptions, Parameters<World["cstar"]["behave"]>[0], ReadonlyArray<Call>]>> = {
  "an open target": [{}, {}, everyCall],
  "no marks": [{}, { showsCustomFields: false }, [["group.create", 1, 1]]],
  "no times": [{ hide: /^(joinedGroupAt|createdAt)$/ }, {}, [["assignment.add", 1, 2]]]
}

describe("invariant 2: killed at any boundary and run again, it ends as if never killed", () => {
  for (const [view, [options, behaviour, calls]] of Object.entries(views)) {
    for (const [op, part, call] of calls) {
      it.scoped(
        `${view}: ${op} number ${call}, at every boundary`,
        () =>
          Effect.gen(function* () {
            const never = yield* passing(story(null, part, options, behaviour))
            assert.deepStrictEqual(never.last["Initech"], ["c4@x.io", "c6@x.io"])
            assert.strictEqual(Object.values(never.last).flat().length, 2)
            for (const at of Killable.boundaries) {
              const again = yield* Effect.scoped(passing(story({ at, op, call }, part, options, behaviour)))
              assert.deepStrictEqual(again, never, at)
            }
          }),
        120_000
      )
    }
  }

  it.scoped("a target that shows neither mark nor time: a group that may be the lost one is not made twice, and a person is asked", () =>
    passing(
      Effect.gen(function* () {
        const options = { hide: /^(joinedGroupAt|createdAt)$/ }
        for (const answer of ["lost with its run", "lost"]) {
          const bridge = yield* Bridge.small
          bridge.cstar.behave({ showsCustomFields: false })
          if (answer === "lost") {
            bridge.target.inject({ _tag: "Reset", when: "after" }, ({ method, path }) => method === "POST" && path.endsWith("/customer-groups"))
            const run = yield* Killable.sync(bridge, options)
            assert.match(run.refused.map(({ reason }) => reason).join(), /no second one is made/)
            yield* Effect.sleep("2 hours")
          } else yield* Killable.killed(bridge, { at: "effect without answer", op: "group.create", call: 1 }, options)
          const run = yield* Killable.sync(bridge, options)
          assert.deepStrictEqual([run.status, run.held.map(({ guard }) => guard)], ["held", ["adoption"]], answer)
          const names = bridge.cstar.target!.groups().map(({ name }) => name)
          assert.strictEqual(new Set(names).size, names.length, answer)
          assert.deepStrictEqual(Killable.unaccounted(bridge), [])
        }
      })
    )
  )

  it.scoped("who was put in by hand before our call stays, whatever became of the call", () =>
    passing(
      Effect.gen(function* () {
        for (const at of ["effect without answer", "answer without stored result"] as const) {
          const bridge = yield* Bridge.small
          yield* bridge.sync()
          bridge.zendesk.source!.join("5", "101")
          bridge.zendesk.source!.join("6", "101")
          bridge.cstar.target!.addMember(group(bridge, "Globex"), customer(bridge, "c6@x.io"))
          yield* Effect.sleep("1 minutes")
          yield* Killable.killed(bridge, { at, op: "assignment.add", call: 1 }, { depth: "none" })
          yield* Killable.sync(bridge, { depth: "none" })
          bridge.zendesk.source!.leave("5", "101")
          bridge.zendesk.source!.leave("6", "101")
          yield* Killable.sync(bridge)
          assert.deepStrictEqual(bridge.held()["Globex"], ["c1@x.io", "c2@x.io", "c3@x.io", "c6@x.io"], at)
        }
      })
    )
  )

  it.scoped("a list that loses rows proves nothing: the call stays open until one is whole", () =>
    passing(
      Effect.gen(function* () {
        const bridge = yield* Bridge.small
        yield* Killable.killed(bridge, { at: "effect without answer", op: "group.create", call: 1 })
        const empty = {
          status: 200,
          headers: { "content-type": "application/json" },
          body: JSON.stringify({ data: [], pagination: { total: 1, page: 1, pageSize: 100, hasMore: false } })
        }
        bridge.target.inject(
          [1, 2].map(() => ({ _tag: "Answer", response: empty }) as const),
          ({ method, path, query }) => method === "GET" && path.endsWith("/customer-groups") && query.get("pageSize") === "100"
        )
        const writes = bridge.target.writes()
        assert.strictEqual((yield* Killable.sync(bridge)).error?.kind, "unavailable")
        assert.strictEqual(bridge.target.writes(), writes)
        assert.strictEqual((yield* Killable.sync(bridge)).status, "done")
        assert.deepStrictEqual(Object.keys(bridge.held()), ["Globex", "Initech", "Plan vip"])
      })
    )
  )

  it.scoped("a large group that was filled by a part is filled up, not held as one that grows too fast", () =>
    passing(
      Effect.gen(function* () {
        const bridge = yield* Bridge.make
        const people = Array.from({ length: 250 }, (_, index) => ({ id: String(index + 1), email: `c${index + 1}@x.io`, name: `Customer ${index + 1}` }))
        const memberships = people.map(({ id }) => ({ customer: id, organization: "101" }))
        bridge.zendesk.source!.load({ customers: people, organizations: [{ id: "101", name: "Globex" }], memberships })
        for (const { id, email } of bridge.cstar.target!.addCustomers(people)) bridge.emails.set(id, email ?? id)
        yield* Killable.killed(bridge, { at: "result stored", op: "assignment.add", call: 1 })
        assert.strictEqual(bridge.held()["Globex"]?.length, 100)
        const run = yield* Killable.sync(bridge)
        assert.deepStrictEqual([run.status, run.held.map(({ guard }) => guard)], ["done", []])
        assert.strictEqual(bridge.held()["Globex"]?.length, 250)
      })
    )
  )

  it.scoped("again and again, also while it settles what the one before left", () =>
    passing(
      Effect.gen(function* () {
        const bridge = yield* begin
        for (const at of Killable.boundaries) {
          yield* Killable.killed(bridge, { at, op: "assignment.add", call: 1 })
          if (at === "late") yield* Effect.sleep("3 seconds")
          if (at === "effect without answer") break
        }
        yield* Killable.sync(bridge)
        assert.deepStrictEqual(Killable.unaccounted(bridge), [])
        moveOn(bridge)
        letGo(bridge)
        yield* Killable.sync(bridge)
        assert.deepStrictEqual(bridge.held(), { "Globex Corporation": [], Initech: ["c4@x.io", "c6@x.io"], "Plan vip": [] })
      })
    )
  )

  it.scoped("what it had sent counts against the allowance of the next run", () =>
    passing(
      Effect.gen(function* () {
        const bridge = yield* begin
        yield* Killable.killed(bridge, { at: "result stored", op: "assignment.add", call: 1 })
        const sent = bridge.target.writes()
        assert.isAbove(sent, 0)
        const used = yield* Effect.flatMap(RunStore, (store) => store.pacerUse("cstar")).pipe(Effect.provide(StateLayer.layer(Killable.stateFile(bridge))))
        assert.strictEqual(used.length, sent)
        yield* Killable.sync(bridge)
      })
    )
  )
})
