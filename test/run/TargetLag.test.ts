/** What a target's lists do not show yet, or do not show once, costs us neither a membership nor the knowledge of whose it is. */
import { assert, describe, it } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as TestClock from "effect/TestClock"
import * as ExitCode from "../../src/cli/ExitCode.ts"
import * as SyncText from "../../src/report/SyncText.ts"
import type { SandboxRequest } from "../../src/sandbox/Sandbox.ts"
import * as Bridge from "../kit/Bridge.ts"
import * as Crowd from "../kit/Crowd.ts"
import { approve, heldBy, reject, rows } from "../kit/Deciding.ts"
import { looking } from "../kit/Looking.ts"
import { passing } from "../kit/Time.ts"
import * as Samples from "../report/Samples.ts"

const origins = (bridge: Pick<Bridge.Bridge, "dir">) => rows(bridge, "SELECT origin, count(*) AS n FROM assignment GROUP BY 1 ORDER BY 1")

const raised = `${Bridge.usualRules}
    guards: { removals: 100000, removalPercent: 100, groupRemovalPercent: 100, emptiedGroups: 1000, sourceShrink: 100 }`

type Running = Effect.Effect.Success<typeof Bridge.make>

const isMembers = ({ method, path }: SandboxRequest) => method === "GET" && /\/customer-groups\/[^/]+\/members$/.test(path)

interface MembersPage {
  readonly data: ReadonlyArray<{ readonly joinedGroupAt?: string | null }>
  readonly pagination: { readonly total: number }
}

/** Rewrites what the target shows of groups' members and of the counts of groups. */
const showing = (
  bridge: Running,
  members: (page: MembersPage, now: number) => MembersPage,
  count: (group: string, count: number, now: number) => number
): void =>
  bridge.behind(
    (app) => (request: SandboxRequest) =>
      Effect.gen(function* () {
        const answer = yield* app(request)
        if (request.method !== "GET" || "_tag" in answer || answer.status !== 200 || !request.path.includes("/customer-groups")) return answer
        const now = yield* Clock.currentTimeMillis
        const rewritten = isMembers(request)
          ? JSON.stringify(members(JSON.parse(answer.body) as MembersPage, now))
          : answer.body.replaceAll(
              /"id":"([^"]+)"((?:(?!"id":).)*?)"customerCount":(\d+)/g,
              (_, id: string, between: string, n: string) => `"id":"${id}"${between}"customerCount":${count(id, Number(n), now)}`
            )
        return { ...answer, body: rewritten }
      })
  )

/** As long as `isEmpty` says so every group shows no member: `[]` with total 0, and counts of 0. */
const emptying = (bridge: Running, isEmpty: () => boolean): void =>
  showing(
    bridge,
    (page) => (isEmpty() ? { ...page, data: [], pagination: { ...page.pagination, total: 0 } } : page),
    (_, count) => (isEmpty() ? 0 : count)
  )

/** Members do not show when they joined. */
const timeless = (bridge: Running): void =>
  showing(
    bridge,
    (page) => ({ ...page, data: page.data.map((row) => ({ ...row, joinedGroupAt: null })) }),
    (_, count) => count
  )

/** Lists and counts lack whoever was added less than `millis` ago. */
const lagging = (bridge: Running, millis: number): void => {
  const joined = new Map<string, ReadonlyArray<number>>()
  bridge.behind(
    (app) => (request: SandboxRequest) =>
      Effect.tap(app(request), (answer) =>
        Effect.gen(function* () {
          const [, group] = /\/customer-groups\/([^/]+)\/members$/.exec(request.path) ?? []
          if (request.method !== "POST" || group === undefined || "_tag" in answer) return
          const { added = 0 } = JSON.parse(answer.body) as { readonly added?: number }
          const now = yield* Clock.currentTimeMillis
          joined.set(group, [...(joined.get(group) ?? []), ...Array.from({ length: added }, () => now)])
        })
      )
  )
  showing(
    bridge,
    (page, now) => {
      const data = page.data.filter(({ joinedGroupAt }) => Date.parse(joinedGroupAt ?? "") <= now - millis)
      return { ...page, data, pagination: { ...page.pagination, total: page.pagination.total - (page.data.length - data.length) } }
    },
    (group, count, now) => count - (joined.get(group) ?? []).filter((at) => at > now - millis).length
  )
}

describe("one well-formed but empty answer of the target", () => {
  it.scoped("holds what it seems to say, and is forgotten once the target is right again: what was ours still is", () =>
    Effect.gen(function* () {
      const bridge = yield* Bridge.small
      yield* passing(bridge.sync())
      let isEmpty = true
      emptying(bridge, () => isEmpty)
      yield* TestClock.adjust("1 day")
      const held = yield* passing(bridge.sync())
      assert.deepStrictEqual([held.status, heldBy(held)], ["held", [["drift", 8]]])
      isEmpty = false
      yield* TestClock.adjust("1 day")
      const right = yield* passing(bridge.sync())
      assert.deepStrictEqual([right.status, heldBy(right), right.plan?.byHand, origins(bridge)], ["none", [], [], [{ origin: "applied", n: 8 }]])
      bridge.zendesk.source.leave("3", "101")
      assert.strictEqual((yield* passing(bridge.sync())).summary.assignments.remove, 1)
    })
  )

  it.scoped("is forgotten too where people are put back without being asked: who is there already is ours again", () =>
    Effect.gen(function* () {
      const bridge = yield* Bridge.small
      bridge.configure(`${raised}\n    drift: restore`)
      yield* passing(bridge.sync())
      let isEmpty = true
      emptying(bridge, () => isEmpty)
      yield* TestClock.adjust("1 day")
      yield* passing(bridge.sync())
      isEmpty = false
      yield* TestClock.adjust("1 day")
      yield* passing(bridge.sync({ depth: "full" }))
      assert.deepStrictEqual(origins(bridge), [{ origin: "applied", n: 8 }])
    })
  )

  it.scoped("ends no time of grace", () =>
    Effect.gen(function* () {
      const bridge = yield* Bridge.small
      bridge.configure(`${raised}\n    grace: { for: 30h }`)
      yield* passing(bridge.sync())
      let isEmpty = true
      emptying(bridge, () => isEmpty)
      bridge.zendesk.source.leave("3", "101")
      yield* TestClock.adjust("1 hour")
      yield* passing(bridge.sync({ depth: "full" }))
      isEmpty = false
      yield* TestClock.adjust("1 hour")
      assert.strictEqual((yield* passing(bridge.sync({ depth: "full" }))).summary.assignments.remove, 0)
      yield* TestClock.adjust("30 hours")
      assert.strictEqual((yield* passing(bridge.sync({ depth: "full" }))).summary.assignments.remove, 1)
    })
  )

  it.scoped("leaves rows unconfirmed where the target shows no time: said, and held under ownership before one is removed", () =>
    Effect.gen(function* () {
      const bridge = yield* Bridge.small
      bridge.configure(raised)
      timeless(bridge)
      yield* passing(bridge.sync())
      let isEmpty = true
      emptying(bridge, () => isEmpty)
      yield* TestClock.adjust("1 day")
      yield* passing(bridge.sync())
      isEmpty = false
      yield* TestClock.adjust("1 day")
      const right = yield* passing(bridge.sync())
      assert.deepStrictEqual(origins(bridge), [{ origin: "applied", n: 8 }])
      assert.strictEqual(ExitCode.ofSync(right), 3)
      assert.match(
        SyncText.text([right], Samples.view).replaceAll(/\s+/g, " "),
        /8 memberships that cstar did not show for a while, or .*groupbridge confirm customers/
      )
      bridge.zendesk.source.leave("3", "101")
      const leaving = yield* passing(bridge.sync())
      assert.deepStrictEqual([leaving.status, heldBy(leaving), leaving.summary.assignments.remove], ["held", [["ownership", 1]], 0])
      assert.strictEqual((yield* passing(approve(bridge, leaving.held[0]!.id))).summary.assignments.remove, 1)
    })
  )

  for (const whose of ["applied", "found"] as const)
    it.scoped(`is in doubt until a person decides whose they are: ${whose}`, () =>
      Effect.gen(function* () {
        const bridge = yield* Bridge.small
        bridge.configure(raised)
        timeless(bridge)
        yield* passing(bridge.sync())
        let isEmpty = true
        emptying(bridge, () => isEmpty)
        yield* TestClock.adjust("1 day")
        yield* passing(bridge.sync())
        isEmpty = false
        yield* TestClock.adjust("1 day")
        assert.strictEqual((yield* passing(bridge.sync())).plan?.unconfirmed, 8)
        const groups = yield* looking(bridge.dir, (store) => store.unconfirmedGroups("customers"))
        assert.deepStrictEqual(
          groups.map(({ memberships }) => memberships),
          [3, 3, 2]
        )
        yield* looking(bridge.dir, (store) => store.confirm("customers", whose, { who: "petra", host: "ops1", reason: "looked" }))
        assert.deepStrictEqual(origins(bridge), [{ origin: whose, n: 8 }])
        bridge.zendesk.source.leave("3", "101")
        const after = yield* passing(bridge.sync())
        assert.deepStrictEqual([after.plan?.unconfirmed, ExitCode.ofSync(after), after.summary.assignments.remove], [0, 0, whose === "applied" ? 1 : 0])
      })
    )
})

describe("a row that was really taken out by hand", () => {
  it.scoped("and put in again by hand later is theirs, by its time at the target", () =>
    Effect.gen(function* () {
      const bridge = yield* Bridge.small
      bridge.configure(raised)
      yield* passing(bridge.sync())
      const { id } = Crowd.groupOf(bridge, "Globex")
      yield* TestClock.adjust("1 day")
      bridge.cstar.target.removeMember(id, Crowd.idOf(bridge, "c3@x.io"))
      assert.deepStrictEqual(heldBy(yield* passing(bridge.sync({ depth: "full" }))), [["drift", 1]])
      yield* TestClock.adjust("1 day")
      bridge.cstar.target.addMember(id, Crowd.idOf(bridge, "c3@x.io"))
      yield* passing(bridge.sync({ depth: "full" }))
      assert.deepStrictEqual(origins(bridge), [
        { origin: "applied", n: 7 },
        { origin: "found", n: 1 }
      ])
    })
  )

  it.scoped("is theirs where a person had decided that it stays out", () =>
    Effect.gen(function* () {
      const bridge = yield* Bridge.small
      timeless(bridge)
      yield* passing(bridge.sync())
      const { id } = Crowd.groupOf(bridge, "Globex")
      bridge.cstar.target.removeMember(id, Crowd.idOf(bridge, "c3@x.io"))
      const [part] = (yield* passing(bridge.sync({ depth: "full" }))).held
      yield* reject(bridge, part!.id)
      yield* TestClock.adjust("1 day")
      yield* passing(bridge.sync({ depth: "full" }))
      bridge.cstar.target.addMember(id, Crowd.idOf(bridge, "c3@x.io"))
      yield* passing(bridge.sync({ depth: "full" }))
      assert.deepStrictEqual(origins(bridge), [
        { origin: "applied", n: 7 },
        { origin: "found", n: 1 }
      ])
    })
  )
})

describe("lists that lag 4 s behind what was written", () => {
  it.scoped("lose none of 49 memberships, and each of them can still be removed", () =>
    Effect.gen(function* () {
      const bridge = yield* Bridge.make
      bridge.configure(raised)
      Crowd.tagged(bridge, Crowd.people(49))
      Crowd.known(bridge, Crowd.people(49))
      lagging(bridge, 4000)
      yield* passing(bridge.sync())
      for (const depth of ["full", "counts", "usual"] as const) {
        const run = yield* passing(bridge.sync({ depth }))
        assert.deepStrictEqual([run.error, run.status, heldBy(run), origins(bridge)], [null, "none", [], [{ origin: "applied", n: 49 }]], depth)
      }
      Crowd.untag(bridge, Crowd.people(49))
      assert.strictEqual((yield* passing(bridge.sync())).summary.assignments.remove, 49)
    })
  )
})

/** 49 tagged people whom the target knows, and lists that lag so many milliseconds. */
const tagged = (millis: number) =>
  Effect.gen(function* () {
    const bridge = yield* Bridge.make
    bridge.configure(raised)
    Crowd.tagged(bridge, Crowd.people(49))
    Crowd.known(bridge, Crowd.people(49))
    lagging(bridge, millis)
    return bridge
  })

const adds = ({ method, path }: { readonly method: string; readonly path: string }) => method === "POST" && path.endsWith("/members")

const allOurs = [{ origin: "applied", n: 49 }]

describe("an answer that is lost while lists lag 8 s", () => {
  it.scoped("loses no membership: what the repeated call calls skipped is ours", () =>
    Effect.gen(function* () {
      const bridge = yield* tagged(8000)
      bridge.target.inject({ _tag: "Reset", when: "after" }, adds)
      yield* passing(bridge.sync())
      const again = yield* passing(bridge.sync({ depth: "full" }))
      assert.deepStrictEqual([again.error, heldBy(again), origins(bridge)], [null, [], allOurs])
      Crowd.untag(bridge, Crowd.people(49))
      assert.strictEqual((yield* passing(bridge.sync())).summary.assignments.remove, 49)
    })
  )

  it.scoped("leaves to others what they had put there before we first asked", () =>
    Effect.gen(function* () {
      const bridge = yield* tagged(0)
      const id = bridge.cstar.target.addGroup({ name: "Plan vip", members: [Crowd.idOf(bridge, "c1@x.io")] })
      bridge.configure(`${raised}\n    adopt: { groups: [name] }`)
      yield* TestClock.adjust("1 hour")
      bridge.target.inject({ _tag: "Reset", when: "after" }, adds)
      yield* passing(bridge.sync())
      assert.deepStrictEqual(
        [origins(bridge), bridge.cstar.target.groups().map((group) => group.id)],
        [
          [
            { origin: "applied", n: 48 },
            { origin: "found", n: 1 }
          ],
          [id]
        ]
      )
    })
  )
})

describe("a group that this run made", () => {
  it.scoped("is ours with all who are in it, also where the answer says that they were in already", () =>
    Effect.gen(function* () {
      const bridge = yield* tagged(1000)
      // Something on the way sends a call twice and hands back the second answer.
      bridge.behind((app) => (request: SandboxRequest) => (adds(request) ? Effect.zipRight(app(request), app(request)) : app(request)))
      const run = yield* passing(bridge.sync())
      assert.deepStrictEqual([run.error, origins(bridge)], [null, allOurs])
    })
  )
})

describe("the first write to a target whose lists lag", () => {
  it.scoped("of 300 ms is looked for again instead of failing, and nothing is written twice", () =>
    Effect.gen(function* () {
      const bridge = yield* tagged(300)
      const run = yield* passing(bridge.sync())
      assert.deepStrictEqual([run.error, run.status, bridge.target.log.filter(adds).length], [null, "done", 1])
    })
  )

  it.scoped("of longer than can be waited for fails without one more pack each run, and goes on once it shows", () =>
    Effect.gen(function* () {
      const bridge = yield* tagged(60_000)
      bridge.zendesk.source.tag("1", "plan_a")
      bridge.zendesk.source.tag("2", "plan_b")
      assert.match((yield* passing(bridge.sync())).error?.message ?? "", /the first write was confirmed but does not show/)
      const writes = bridge.target.log.filter(adds).length
      assert.match((yield* passing(bridge.sync())).error?.message ?? "", /the first write was confirmed but does not show/)
      assert.strictEqual(bridge.target.log.filter(adds).length, writes)
      yield* TestClock.adjust("2 minutes")
      const run = yield* passing(bridge.sync())
      assert.deepStrictEqual([run.error, origins(bridge)], [null, [{ origin: "applied", n: 51 }]])
    })
  )
})
