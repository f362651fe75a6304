/** Runs between two full reads: they read what changed, beside the lists that tell no changes, and conclude nothing from what is not told. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as TestClock from "effect/TestClock"
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import * as Chance from "../crash/Chance.ts"
import * as Bridge from "../kit/Bridge.ts"
import type { Running } from "../kit/Crowd.ts"
import * as Hourly from "../kit/Hourly.ts"
import { calling, changes, everybody, everything, kinds, noon } from "../kit/Hourly.ts"
import { passing } from "../kit/Time.ts"
import * as Worlds from "../kit/Worlds.ts"

const test = (what: string, body: Effect.Effect<void, never, Effect.Effect.Context<typeof Hourly.small>>) => it.scoped(what, () => body)

describe("a run between two full reads", () => {
  test(
    "makes one call for the changes of each list that tells them, and says so",
    Effect.gen(function* () {
      const bridge = yield* Hourly.small
      const { calls, result } = yield* calling(bridge, bridge.sync())
      assert.deepStrictEqual([calls, result.status, kinds(result)], [changes, "none", ["changes", "changes", "full"]])
      assert.deepStrictEqual(bridge.held(), everybody)
      yield* TestClock.adjust("1 hour")
      const dry = yield* calling(bridge, bridge.plan())
      const next = yield* calling(bridge, bridge.sync())
      assert.deepStrictEqual([dry.calls, next.calls, next.since], [changes, changes, dry.since], "a dry run moves nothing on")
    })
  )

  test(
    "a tag that is taken off or given, a new name, and a user who became staff",
    Effect.gen(function* () {
      const bridge = yield* Hourly.small
      const { source } = bridge.zendesk
      source.untag("2", "vip")
      source.tag("5", "vip")
      source.renameOrganization("101", "Globex GmbH")
      source.makeStaff("4")
      const { calls, result } = yield* calling(bridge, bridge.sync())
      assert.deepStrictEqual([calls, result.summary.assignments], [changes, { add: 1, remove: 2 }])
      assert.deepStrictEqual(bridge.held(), { "Globex GmbH": everybody.Globex, Initech: ["c1@x.io", "c5@x.io"], "Plan vip": ["c1@x.io", "c5@x.io"] })
    })
  )

  test(
    "a deleted user loses all; who is told nothing of keeps everything",
    Effect.gen(function* () {
      const bridge = yield* Hourly.small
      bridge.zendesk.source.deleteCustomer("2")
      const { result } = yield* calling(bridge, bridge.sync())
      assert.deepStrictEqual(kinds(result), ["changes", "changes", "full"])
      assert.deepStrictEqual(bridge.held(), { ...everybody, Globex: ["c1@x.io", "c3@x.io"], "Plan vip": ["c1@x.io"] })
    })
  )

  test(
    "memberships are listed whole, so that what they lack is gone",
    Effect.gen(function* () {
      const bridge = yield* Hourly.small
      bridge.zendesk.source.leave("3", "101")
      const { calls, result } = yield* calling(bridge, bridge.sync())
      assert.deepStrictEqual([calls, result.summary.assignments, result.withheld], [changes, { add: 0, remove: 1 }, []])
      assert.deepStrictEqual(bridge.held()["Globex"], ["c1@x.io", "c2@x.io"])
    })
  )

  test(
    "what an organization is tagged with holds for its members, given and taken off",
    Effect.gen(function* () {
      const bridge = yield* Hourly.begun(
        Effect.tap(Bridge.small, ({ configure, zendesk }) => {
          configure(`\n    rules:\n      - { kind: tag, of: organizations, include: ["key"], into: Key }`)
          zendesk.source.tagOrganization("101", "key")
        })
      )
      bridge.zendesk.source.tagOrganization("102", "key")
      assert.deepStrictEqual((yield* calling(bridge, bridge.sync())).calls, changes)
      assert.strictEqual(bridge.held()["Key"]?.length, 5)
      yield* TestClock.adjust("1 hour")
      bridge.zendesk.source.untagOrganization("101", "key")
      assert.deepStrictEqual((yield* calling(bridge, bridge.sync())).calls, changes)
      assert.deepStrictEqual(bridge.held()["Key"], everybody.Initech)
    })
  )

  test(
    "who came too late for the changes and is in a membership already is asked for, once",
    Effect.gen(function* () {
      const bridge = yield* Hourly.small
      bridge.zendesk.source.load({ customers: [{ id: "7", email: "c7@x.io", name: "Seven", tags: ["vip"] }], organizations: [], memberships: [] })
      bridge.zendesk.editAt(noon + 3_599_000)
      bridge.zendesk.source.load({ customers: [{ id: "8", email: "c8@x.io", name: "Eight", tags: ["vip"] }], organizations: [], memberships: [] })
      bridge.zendesk.source.join("8", "101")
      for (const { email, id } of bridge.cstar.target.addCustomers(["7", "8"].map((id) => ({ email: `c${id}@x.io`, name: id }))))
        bridge.emails.set(id, `${email}`)
      assert.deepStrictEqual((yield* calling(bridge, bridge.sync())).calls, [...changes, "/users/8"])
      assert.deepStrictEqual(bridge.held(), { ...everybody, Globex: [...everybody.Globex, "c8@x.io"], "Plan vip": [...everybody["Plan vip"], "c7@x.io"] })
      yield* TestClock.adjust("1 hour")
      assert.deepStrictEqual((yield* calling(bridge, bridge.sync())).calls, changes)
      assert.deepStrictEqual(bridge.held()["Plan vip"], [...everybody["Plan vip"], "c7@x.io", "c8@x.io"])
    })
  )

  test(
    "an organization that came too late for the changes is waited for; nothing is withheld",
    Effect.gen(function* () {
      const bridge = yield* Hourly.small
      bridge.zendesk.editAt(noon + 3_599_000)
      bridge.zendesk.source.load({ customers: [], organizations: [{ id: "104", name: "Umbrella" }], memberships: [{ customer: "6", organization: "104" }] })
      bridge.zendesk.source.leave("3", "101")
      const run = yield* passing(bridge.sync())
      assert.deepStrictEqual([run.summary.assignments, run.withheld, run.status], [{ add: 0, remove: 1 }, [], "done"])
      yield* TestClock.adjust("1 hour")
      yield* passing(bridge.sync())
      assert.deepStrictEqual(bridge.held()["Umbrella"], ["c6@x.io"])
    })
  )

  test(
    "many changes in small pages, some told twice",
    Effect.gen(function* () {
      const bridge = yield* Hourly.small
      bridge.zendesk.exportPage(2)
      for (const id of ["1", "2", "3", "4", "5", "6"]) bridge.zendesk.source.tag(id, "plan_a")
      bridge.source.inject(
        Hourly.answering(200, {
          users: [{ id: 6, role: "end-user", name: "Six", email: "c6@x.io", tags: ["vip"] }],
          after_cursor: Buffer.from(`${noon / 1000}.0||0`).toString("base64"),
          end_of_stream: false
        }),
        Hourly.users
      )
      const { result } = yield* calling(bridge, bridge.sync())
      assert.deepStrictEqual(kinds(result), ["changes", "changes", "full"])
      assert.deepStrictEqual(bridge.held()["Plan plan_a"]?.length, 6)
      assert.deepStrictEqual(bridge.held()["Plan vip"], everybody["Plan vip"], "what was told of Six first is not so any more")
    })
  )
})

describe("a day of random edits", () => {
  it.scoped.each([1, 2])("read by its changes alone leaves nothing for a full read to do (seed %i)", (seed) =>
    Effect.gen(function* () {
      const chance = Chance.make(seed)
      let world: Worlds.World | null = null
      const bridge = yield* Hourly.begun(
        Effect.map(Worlds.make(chance), (made) => {
          made.configure(`${Worlds.rules}\n    ${Worlds.unlimited}`)
          world = made
          return made
        })
      )
      for (let hour = 1; hour <= 4; hour++) {
        // Some edits come so late that only the next changes tell them.
        bridge.zendesk.editAt(noon + hour * 3_600_000 - (hour < 4 && chance.happens(0.5) ? 30_000 : 90_000))
        if (world !== null) Worlds.live(world, chance, 12)
        const { calls, result } = yield* calling(bridge, bridge.sync())
        assert.deepStrictEqual([calls.slice(0, 4), result.error], [changes, null], `hour ${hour}`)
        yield* TestClock.adjust("1 hour")
      }
      const full = yield* calling(bridge, bridge.sync({ depth: "full" }))
      assert.deepStrictEqual([kinds(full.result), full.result.status, full.result.calls.write], [["full", "full", "full"], "none", 0])
    })
  )
})

describe("everything is read", () => {
  const full = (
    what: string,
    before: (bridge: Running) => Effect.Effect<void> | void,
    run: (bridge: Running) => Effect.Effect<unknown> = ({ sync }) => sync()
  ) =>
    test(
      what,
      Effect.gen(function* () {
        const bridge = yield* Hourly.small
        const first = before(bridge)
        if (Effect.isEffect(first)) yield* first
        const { calls } = yield* calling(bridge, run(bridge))
        assert.deepStrictEqual(calls.filter((path) => !path.startsWith("/incremental")).slice(0, 4), everything)
        assert.deepStrictEqual(bridge.held(), everybody)
      })
    )
  const edit =
    (from: string, to: string) =>
    ({ dir }: Running) => {
      const file = join(dir, "groupbridge.yaml")
      writeFileSync(file, readFileSync(file, "utf8").replace(from, to))
    }

  full("after a plan that read everything", (bridge) => Effect.zipRight(TestClock.adjust("1 day"), passing(bridge.plan())))
  full("when rules say something else", edit("    rules:", "    match: [email, externalId]\n    rules:"))
  full(
    "for what a script lets past a limit",
    () => {},
    ({ sync }) => sync({ lifted: new Map([["removals", 300]]) })
  )
  full("when fullRead is over", () => TestClock.adjust("24 hours"))
  full("when the sync asks for it in every run", edit("    to: cstar", "    to: cstar\n    fullRead: 0s"))
  full(
    "when another sync of the same source asks for it oftener",
    edit("syncs:\n", "syncs:\n  other:\n    from: zendesk\n    to: shop\n    fullRead: 1h\n    rules: [{ kind: organization }]\n")
  )
  full("when what nobody ever wished is removed", edit("    to: cstar", "    to: cstar\n    removals: all\n    guards: { ruleChange: apply }"))
  full("when an option decides anew who counts", edit("    connector: zendesk\n", "    connector: zendesk\n    suspended: exclude\n"))
  full("for a second run at once, as the latest changes are told later", (bridge) => Effect.zipRight(passing(bridge.sync()), TestClock.adjust("30 seconds")))
  full(
    "for what was approved",
    () => {},
    ({ sync }) => sync({ kind: "approve" })
  )
  full(
    "for a full refresh",
    () => {},
    ({ sync }) => sync({ depth: "full" })
  )
  full("when the clock went back", () => TestClock.setTime(noon - 60_000))
  full("behind another role, and in the run after it", (bridge) =>
    Effect.gen(function* () {
      bridge.zendesk.actAs({ role: "admin", role_type: 4, custom_role_id: 9 })
      const run = yield* passing(bridge.sync())
      assert.deepStrictEqual(kinds(run), ["full", "full", "full"])
      bridge.zendesk.actAs({ role: "admin", role_type: 4, custom_role_id: null })
      yield* TestClock.adjust("1 hour")
    })
  )
})
