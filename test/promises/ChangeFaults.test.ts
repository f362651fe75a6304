/** Invariant 1 for what changed: whatever goes wrong with the changes removes nobody, and nothing of them is lost. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as TestClock from "effect/TestClock"
import type { Fault } from "../../src/sandbox/Sandbox.ts"
import * as Bridge from "../kit/Bridge.ts"
import * as Crowd from "../kit/Crowd.ts"
import * as Hourly from "../kit/Hourly.ts"
import { calling, everybody, kinds } from "../kit/Hourly.ts"
import { passing } from "../kit/Time.ts"

const user = { id: 1, role: "end-user", name: "One", email: "c1@x.io", active: true }
const readable = Buffer.from(`${Hourly.noon / 1000}.0||0`).toString("base64")
const some = { id: 101, name: "Globex" }
const other = { ...user, id: 6, name: "Six", email: "c6@x.io", tags: ["vip"] }
const usersPage = (more: object) => Hourly.answering(200, { users: [{ ...user, tags: [] }, other], after_cursor: "YQ==", end_of_stream: false, ...more })

interface Trouble {
  readonly what: string
  readonly faults: ReadonlyArray<Fault>
  readonly on?: typeof Hourly.users
  readonly says: RegExp
}

const troubles: ReadonlyArray<Trouble> = [
  { what: "a cursor that is refused", faults: [Hourly.answering(422, { error: "InvalidValue", description: "Invalid cursor" })], says: /Invalid cursor/ },
  { what: "a cursor that is too old", faults: [Hourly.answering(400, { error: "InvalidValue", description: "expired" })], says: /expired/ },
  {
    what: "an agent, whom the export is refused",
    faults: [Hourly.answering(403, { error: { title: "Forbidden", message: "Admins only" } })],
    says: /Admins only/
  },
  { what: "an export that is not there", faults: [Hourly.answering(404, { error: "InvalidEndpoint" })], says: /refused/ },
  {
    what: "a page that takes one's tag and gives another one, and a second that never comes",
    faults: [usersPage({}), ...Array<Fault>(8).fill(Hourly.answering(503, ""))],
    says: /failed/
  },
  { what: "a page that is cut", faults: [usersPage({ after_cursor: readable }), ...Array.from({ length: 8 }, (): Fault => ({ _tag: "Cut" }))], says: /failed/ },
  { what: "a cursor that repeats", faults: [usersPage({}), usersPage({})], says: /circle/ },
  { what: "more to come without a cursor", faults: [usersPage({ after_cursor: null })], says: /no cursor/ },
  { what: "no word on whether more is to come", faults: [usersPage({ end_of_stream: undefined })], says: /failed/ },
  {
    what: "a row without tags",
    faults: [usersPage({ users: [user, other], end_of_stream: true })],
    says: /did not tell the tags of user \d+, and those of others/
  },
  { what: "rows without tags", faults: [usersPage({ users: [user], end_of_stream: true })], says: /switched off/ },
  { what: "another shape", faults: [Hourly.answering(200, {})], says: /failed/ },
  {
    what: "a second that is never left",
    faults: [0, 1].map(() => Hourly.answering(200, { organizations: [{ ...some, tags: [] }], end_time: Hourly.noon / 1000, end_of_stream: false })),
    on: Hourly.organizations,
    says: /in one second/
  },
  {
    what: "time that goes back",
    faults: [Hourly.answering(200, { organizations: [{ ...some, tags: [] }], end_time: 7, end_of_stream: true })],
    on: Hourly.organizations,
    says: /before they begin/
  }
]

describe("invariant 1: a fault of the changes removes nobody", () => {
  it.scoped.each(troubles)("$what: everything is read, and the reason is told", ({ faults, on = Hourly.users, says }) =>
    Effect.gen(function* () {
      const bridge = yield* Hourly.small
      bridge.source.inject(faults, on)
      const { calls, result } = yield* calling(bridge, bridge.sync())
      assert.deepStrictEqual([result.status, bridge.held()], ["none", everybody])
      assert.include(calls, on === Hourly.users ? "/users" : "/organizations")
      assert.match(result.plan?.warnings.join("\n") ?? "", says)
      yield* TestClock.adjust("1 hour")
      assert.deepStrictEqual(kinds((yield* calling(bridge, bridge.sync())).result), ["changes", "changes", "full"], "the full read is a new beginning")
    })
  )

  it.scoped("no changes at all, and an account whose every list is suddenly empty beside them", () =>
    Effect.gen(function* () {
      const bridge = yield* Hourly.small
      const empty = [
        [Hourly.answering(200, { users: [], after_cursor: null, end_of_stream: true }), Hourly.users],
        [Hourly.answering(200, { organizations: [], end_time: null, end_of_stream: true }), Hourly.organizations]
      ] as const
      for (const [fault, on] of empty) bridge.source.inject(fault, on)
      const first = yield* calling(bridge, bridge.sync())
      assert.deepStrictEqual([first.result.status, kinds(first.result)], ["none", ["changes", "changes", "full"]])
      yield* TestClock.adjust("1 hour")
      const second = yield* calling(bridge, bridge.sync())
      assert.deepStrictEqual(second.since, first.since, "it goes on from where it was")
      yield* TestClock.adjust("1 hour")
      for (const [fault, on] of empty) bridge.source.inject(fault, on)
      bridge.source.inject(Hourly.answering(200, { organization_memberships: [], meta: { has_more: false } }), Hourly.on("/organization_memberships"))
      const { result } = yield* calling(bridge, bridge.sync())
      assert.deepStrictEqual([result.status, bridge.held()], ["held", everybody])
      assert.include(
        result.held.map(({ guard }) => guard),
        "emptySource"
      )
    })
  )

  it.scoped("memberships of strangers in place of ours", () =>
    Effect.gen(function* () {
      const bridge = yield* Hourly.small
      const strangers = Array.from({ length: 201 }, (_, index) => ({ user_id: 1000 + index, organization_id: 101 }))
      bridge.source.inject(Hourly.answering(200, { organization_memberships: strangers, meta: { has_more: false } }), Hourly.on("/organization_memberships"))
      const { result } = yield* calling(bridge, bridge.sync())
      assert.deepStrictEqual([kinds(result)?.[0], result.status, bridge.held()], ["changes", "partial", everybody])
      yield* TestClock.adjust("1 hour")
      const next = yield* calling(bridge, bridge.sync())
      assert.deepStrictEqual([kinds(next.result)?.[0], next.result.status, bridge.held()], ["full", "none", everybody])
    })
  )

  it.scoped("tags that are switched off", () =>
    Effect.gen(function* () {
      const bridge = yield* Hourly.small
      bridge.zendesk.setTagsEnabled(false)
      bridge.zendesk.source.changeEmail("1", "c1@x.io")
      const { result } = yield* calling(bridge, bridge.sync())
      assert.deepStrictEqual([kinds(result)?.[0], result.status, bridge.held()], ["full", "partial", everybody])
      yield* TestClock.adjust("1 hour")
      const next = yield* calling(bridge, bridge.sync())
      assert.deepStrictEqual([kinds(next.result)?.[0], bridge.held()], ["full", everybody], "what is not wholly known is continued by nothing")
    })
  )
})

describe("nothing of the changes is lost", () => {
  it.scoped("when the run breaks off after they were read, or is killed", () =>
    Effect.gen(function* () {
      const bridge = yield* Hourly.small
      bridge.zendesk.source.untag("1", "vip")
      const memberships = Hourly.on("/organization_memberships")
      bridge.source.inject(Array<Fault>(8).fill(Hourly.answering(503, "")), memberships)
      const broken = yield* calling(bridge, bridge.sync())
      assert.deepStrictEqual([broken.result.status, bridge.held()], ["failed", everybody])
      yield* TestClock.adjust("1 hour")
      bridge.source.inject({ _tag: "Stall", when: "before" }, memberships)
      const before = bridge.source.log.length
      const killed = yield* Effect.fork(bridge.sync())
      yield* passing(
        Effect.repeat(
          Effect.promise(() => new Promise<void>((resolve) => setImmediate(resolve))),
          { until: () => bridge.source.log.length >= before + 4 }
        )
      )
      yield* Fiber.interrupt(killed)
      yield* TestClock.adjust("1 hour")
      const next = yield* calling(bridge, bridge.sync())
      assert.deepStrictEqual([next.since, kinds(next.result)], [broken.since, ["changes", "changes", "full"]])
      assert.deepStrictEqual(bridge.held()["Plan vip"], ["c2@x.io"])
    })
  )

  it.scoped("of one second that is told in two parts", () =>
    Effect.gen(function* () {
      const bridge = yield* Hourly.small
      bridge.zendesk.source.renameOrganization("101", "Globex GmbH")
      yield* calling(bridge, bridge.sync())
      bridge.zendesk.editAt(Hourly.noon)
      bridge.zendesk.source.renameOrganization("102", "Initech GmbH")
      yield* TestClock.adjust("1 hour")
      yield* calling(bridge, bridge.sync())
      assert.deepStrictEqual(Object.keys(bridge.held()), ["Globex GmbH", "Initech GmbH", "Plan vip"])
    })
  )
})

describe("how many changes there are is no size", () => {
  const grown = Hourly.begun(Crowd.make(40, `\n    rules:\n      - { kind: tag, include: ["vip"], into: VIP }\n    fullRead: 3h`))

  it.scoped("a few changed users are no shrunken list, and many no grown one", () =>
    Effect.gen(function* () {
      const bridge = yield* grown
      for (const hour of [1, 2, 3, 4, 5]) {
        Crowd.tag(bridge, [String(20 + hour)])
        const { result } = yield* calling(bridge, bridge.sync())
        assert.deepStrictEqual([result.status, result.held], ["done", []], `hour ${hour}`)
        yield* TestClock.adjust("1 hour")
      }
    })
  )

  it.scoped("what a full read held because it showed less stays held when only changes are read", () =>
    Effect.gen(function* () {
      const bridge = yield* grown
      yield* TestClock.adjust("3 hours")
      // Whom a membership names would be asked for, and found.
      for (const id of Crowd.people(40).slice(30)) bridge.zendesk.source.leave(id, "100001")
      const cut = Crowd.people(30).map((id) => ({
        id: Number(id),
        role: "end-user",
        name: `Customer ${id}`,
        email: `c${id}@x.io`,
        active: true,
        tags: Number(id) <= 12 ? ["vip"] : []
      }))
      bridge.source.inject(
        Hourly.answering(200, { users: cut, meta: { has_more: false } }, { date: new Date(Hourly.noon + 4 * 3_600_000).toUTCString() }),
        Hourly.on("/api/v2/users")
      )
      const before = bridge.held()
      const first = yield* calling(bridge, bridge.sync())
      assert.strictEqual(first.result.status, "held")
      yield* TestClock.adjust("1 hour")
      const next = yield* calling(bridge, bridge.sync())
      assert.deepStrictEqual([kinds(next.result)?.[0], next.result.status, bridge.held()], ["changes", "held", before])
      assert.deepStrictEqual(
        next.result.held.map(({ id }) => id),
        first.result.held.map(({ id }) => id)
      )
    })
  )

  it.scoped("whoever is about to lose something that an earlier read lacked is looked for in full first", () =>
    Effect.gen(function* () {
      const rules = `\n    rules:\n      - { kind: organization }\n      - { kind: tag, include: ["vip"], into: VIP }\n    grace: { reads: 2 }\n    guards: { removalPercent: 100, groupRemovalPercent: 100 }`
      const bridge = yield* Hourly.begun(Crowd.make(6, rules))
      Crowd.untag(bridge, ["1", "2"])
      bridge.zendesk.source.leave("6", "100001")
      const first = yield* calling(bridge, bridge.sync())
      assert.deepStrictEqual([kinds(first.result)?.[0], first.result.summary.assignments.remove], ["changes", 0])
      yield* TestClock.adjust("1 hour")
      // The tag is back, and no change tells it.
      bridge.zendesk.editAt(0)
      Crowd.tag(bridge, ["2"])
      const second = yield* calling(bridge, bridge.sync())
      assert.deepStrictEqual([kinds(second.result)?.[0], second.result.summary.assignments.remove], ["full", 2])
      assert.deepStrictEqual(bridge.held()["VIP"], ["c2@x.io", "c3@x.io"])
      yield* TestClock.adjust("1 hour")
      assert.strictEqual(kinds((yield* calling(bridge, bridge.sync())).result)?.[0], "changes")
    })
  )

  it.scoped("whom a full read lacked while the target was down is looked for in full before anything is removed", () =>
    Effect.gen(function* () {
      const bridge = yield* Hourly.begun(Effect.tap(Bridge.small, ({ zendesk }) => zendesk.source.tag("6", "vip")))
      const before = bridge.held()
      yield* TestClock.adjust("1 day")
      const five = ["1", "2", "3", "4", "5"].map((id) => ({
        id: Number(id),
        role: "end-user",
        name: `Customer ${id}`,
        email: `c${id}@x.io`,
        active: true,
        tags: id < "3" ? ["vip"] : []
      }))
      const date = new Date(Hourly.noon + 25 * 3_600_000).toUTCString()
      bridge.source.inject(Hourly.answering(200, { users: five, meta: { has_more: false } }, { date }), Hourly.on("/api/v2/users"))
      bridge.target.inject(Array<Fault>(12).fill(Hourly.answering(503, "")), ({ query }) => query.get("pageSize") === "100")
      const first = yield* calling(bridge, bridge.sync({ depth: "counts" }))
      assert.deepStrictEqual([first.result.status, first.calls, bridge.held()], ["failed", Hourly.everything, before])
      yield* TestClock.adjust("1 hour")
      const second = yield* calling(bridge, bridge.sync())
      assert.deepStrictEqual([kinds(second.result), second.result.status, bridge.held()], [["full", "full", "full"], "none", before])
      yield* TestClock.adjust("1 hour")
      assert.deepStrictEqual(kinds((yield* calling(bridge, bridge.sync())).result)?.[0], "changes")
    })
  )
})
