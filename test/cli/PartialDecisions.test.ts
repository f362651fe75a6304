/** Deciding on some of what a held part holds, by group and by customer. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Bridge from "../kit/Bridge.ts"
import * as Commands from "../kit/Commands.ts"
import * as Crowd from "../kit/Crowd.ts"
import type { Json } from "../kit/Installed.ts"

const rules = (more = "") => `${more}
    rules:
      - { kind: tag, include: ["vip", "gold"] }`

/** Two tags of 20 customers each; all but two lose them, so that one part holds 36 removals. */
const lost = Effect.gen(function* () {
  const bridge = yield* Bridge.make
  bridge.configure(rules())
  const ids = Crowd.people(40)
  Crowd.known(bridge, ids)
  const tag = (id: string) => (Number(id) <= 20 ? "vip" : "gold")
  bridge.zendesk.source.load({
    customers: ids.map((id) => ({ id, email: `c${id}@x.io`, name: id, tags: [tag(id)] })),
    organizations: [],
    memberships: []
  })
  yield* bridge.sync()
  for (const id of ids.filter((one) => Number(one) % 20 > 2)) bridge.zendesk.source.untag(id, tag(id))
  for (const id of ["20", "40"]) bridge.zendesk.source.untag(id, tag(id))
  const { held } = yield* bridge.sync()
  assert.deepStrictEqual(
    held.map(({ changes }) => changes),
    [36]
  )
  const id = held[0]!.id
  const run = (...args: ReadonlyArray<string>) => Commands.run(bridge, args)
  const open = Effect.map(Commands.json(bridge, ["held"]), ({ document }) => document.held.map((part: Json) => [part.id, part.decision, part.changes]))
  const members = () => ["vip", "gold"].map((name) => bridge.held()[name]?.length ?? 0)
  return { bridge, id, rest: `H-${Number(id.slice(2)) + 1}`, members, open, run }
})

describe("of a held part", () => {
  it.scopedLive("one group is approved, and the others stay open in a part of their own", () =>
    Effect.gen(function* () {
      const { bridge, id, members, open, rest, run } = yield* lost
      const unknown = yield* run("approve", id, "--only", "golf", "--yes")
      assert.deepStrictEqual([unknown.code, members()], [64, [20, 20]])
      assert.match(unknown.stderr, /no group is known as "golf"; did you mean "gold"/)
      const asked = yield* run("approve", id, "--only", "gold")
      assert.deepStrictEqual([asked.code, members()], [64, [20, 20]])
      assert.match(asked.stderr, new RegExp(`holds 36 changes; 18 of them are chosen.* groupbridge approve ${id} --only gold --yes`))

      const approved = yield* run("approve", id, "--only", "gold", "--yes", "--reason", "Gold ended")
      assert.match(approved.stderr, /18 rows read again: 18 still true/)
      assert.match(approved.stderr, new RegExp(`18 other changes of it wait as before, now as ${rest}`))
      assert.deepStrictEqual([members(), yield* open], [[20, 2], [[rest, "open", 18]]])
      assert.match((yield* run("held", rest)).stdout, /18 changes held since/)
      const log = yield* run("decisions")
      assert.match(
        log.stdout.replaceAll(/\s+/g, " "),
        new RegExp(`approved ${id} \\(only "gold", 18 changes; the rest became ${rest}\\) by .*@.* "Gold ended"`)
      )

      assert.deepStrictEqual(
        (yield* bridge.sync()).held.map((part) => [part.id, part.changes, part.isNew]),
        [[rest, 18, false]]
      )
      const reported = yield* run("approve", id, "--yes")
      assert.deepStrictEqual([reported.code, members()], [64, [20, 2]])
      assert.include(reported.stderr, `now as ${rest}`)
      assert.strictEqual((yield* run("approve", rest, "--yes")).code, 0)
      assert.deepStrictEqual([members(), yield* open], [[2, 2], []])
    })
  )

  it.scopedLive("one customer is rejected: status and held say by whom, when and why, and the others can be approved", () =>
    Effect.gen(function* () {
      const { bridge, id, members, open, rest, run } = yield* lost
      const rejected = yield* run("reject", id, "--customer", "c3@x.io", "--yes", "--reason", "a contract")
      assert.strictEqual(rejected.code, 0, rejected.stderr)
      assert.deepStrictEqual(yield* open, [
        [rest, "open", 35],
        [id, "rejected", 1]
      ])
      for (const command of ["status", "held"])
        assert.match((yield* run(command)).stdout.replaceAll(/\s+/g, " "), new RegExp(`${id} .*rejected by \\S+@\\S+ \\d\\d:\\d\\d: "a contract"`))
      assert.strictEqual((yield* run("approve", rest, "--yes")).code, 0)
      assert.deepStrictEqual(members(), [3, 2])
      assert.include([...bridge.held()["vip"]!], "c3@x.io")
      yield* bridge.sync()
      assert.deepStrictEqual(members(), [3, 2])
      assert.strictEqual((yield* run("reject", id, "--customer", "c4@x.io", "--yes")).code, 64)
    })
  )

  it.scopedLive("that was rejected one group is approved; what is left stays rejected by whom it was", () =>
    Effect.gen(function* () {
      const { bridge, id, members, rest, run } = yield* lost
      yield* run("reject", id, "--yes", "--reason", "a mistake")
      assert.strictEqual((yield* run("approve", id, "--only", "vip", "--yes")).code, 0)
      const { document } = yield* Commands.json(bridge, ["held"])
      assert.deepStrictEqual(
        document.held.map((part: Json) => [part.id, part.decision, part.changes, part.rejected.reason]),
        [[rest, "rejected", 18, "a mistake"]]
      )
      assert.strictEqual((yield* bridge.sync()).status, "none")
      assert.deepStrictEqual(members(), [2, 20])
    })
  )

  it.scopedLive("a customer is approved with the new group that he needs, and the others wait", () =>
    Effect.gen(function* () {
      const bridge = yield* Bridge.make
      bridge.configure(rules("\n    guards: { additions: 1, newGroups: 0 }"))
      const ids = Crowd.people(5)
      Crowd.known(bridge, ids)
      Crowd.tagged(bridge, ids)
      const [part] = (yield* bridge.sync()).held
      assert.deepStrictEqual([part?.guard, part?.changes, bridge.held()["vip"]], ["first-run", 6, undefined])
      const id = part!.id
      const approved = yield* Commands.run(bridge, ["approve", id, "--customer", "c2@x.io", "--yes"])
      assert.deepStrictEqual(bridge.held()["vip"], ["c2@x.io"], approved.stdout + approved.stderr)
      const [waiting] = (yield* bridge.sync()).held
      assert.deepStrictEqual([waiting?.changes, bridge.held()["vip"]], [4, ["c2@x.io"]])
      assert.strictEqual((yield* Commands.run(bridge, ["approve", waiting!.id, "--yes"])).code, 0)
      assert.strictEqual(bridge.held()["vip"]?.length, 5)
    })
  )
})
