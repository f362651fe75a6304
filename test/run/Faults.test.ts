/** What a source or target does wrong must cost nobody a group, and what a lost answer did must stay known. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type { SandboxRequest } from "../../src/sandbox/Sandbox.ts"
import * as Bridge from "../kit/Bridge.ts"
import { passing } from "../kit/Time.ts"

const synced = Effect.gen(function* () {
  const bridge = yield* Bridge.small
  assert.strictEqual((yield* bridge.sync()).status, "done")
  return bridge
})

const to = (path: string) => (request: SandboxRequest) => request.path.includes(path)
const adding = (request: SandboxRequest) => request.method === "POST" && request.path.endsWith("/members")
const creating = (request: SandboxRequest) => request.method === "POST" && request.path.endsWith("/customer-groups")
const json = (status: number, body: unknown) =>
  ({ _tag: "Answer", response: { status, headers: { "content-type": "application/json" }, body: JSON.stringify(body) } }) as const

const emptyPage = (key: string) =>
  json(200, { [key]: [], meta: { has_more: false, after_cursor: null, before_cursor: null }, links: { next: null, prev: null } })

/** Named faults of a reading, each with the calls it strikes. */
const readingFaults = {
  "no users at all": [emptyPage("users"), to("/users")],
  "no memberships at all": [emptyPage("organization_memberships"), to("/organization_memberships")],
  "no organizations at all": [emptyPage("organizations"), to("/organizations")],
  "memberships refused": [json(403, { error: { title: "Forbidden", message: "Access to this resource is restricted" } }), to("/organization_memberships")],
  "users refused": [
    json(403, { error: "Forbidden", description: "Missing the following required scopes: read" }),
    (request: SandboxRequest) => request.path.endsWith("/users")
  ],
  "a page of users that says there is more, and no cursor": [
    json(200, { users: [], meta: { has_more: true } }),
    (request: SandboxRequest) => request.path.endsWith("/users")
  ],
  "HTML instead of users": [
    { _tag: "Answer", response: { status: 200, headers: { "content-type": "text/html" }, body: "<html>maintenance</html>" } },
    (request: SandboxRequest) => request.path.endsWith("/users")
  ],
  "a body cut in its middle": [{ _tag: "Cut" }, to("/organization_memberships")],
  "an anonymous guest": [json(200, { user: { id: null, name: "Anonymous user", role: "end-user", email: null } }), to("/users/me")]
} as const

describe("invariant 1: a faulty reading removes nobody", () => {
  it.scoped.each(Object.keys(readingFaults) as ReadonlyArray<keyof typeof readingFaults>)("%s", (name) =>
    passing(
      Effect.gen(function* () {
        const bridge = yield* synced
        const before = bridge.held()
        const [fault, when] = readingFaults[name]
        bridge.source.inject(
          Array.from({ length: 8 }, () => fault),
          when
        )
        const writes = bridge.target.writes()
        const run = yield* bridge.sync()
        assert.deepStrictEqual(bridge.held(), before)
        assert.strictEqual(bridge.target.writes(), writes)
        assert.notStrictEqual(run.status, "done")
      })
    )
  )

  it.scoped("tags switched off, and the next run goes on as if nothing had been", () =>
    passing(
      Effect.gen(function* () {
        const bridge = yield* synced
        const before = bridge.held()
        bridge.zendesk.setTagsEnabled(false)
        const run = yield* bridge.sync()
        assert.strictEqual(run.status, "partial")
        assert.match(run.withheld.map((item) => item.reason).join(), /switched off/)
        assert.deepStrictEqual(bridge.held(), before)
        bridge.zendesk.setTagsEnabled(true)
        assert.strictEqual((yield* bridge.sync()).status, "none")
      })
    )
  )

  it.scoped("another role behind the token may add, and removes nothing until that is confirmed", () =>
    passing(
      Effect.gen(function* () {
        const bridge = yield* synced
        bridge.zendesk.actAs({ role: "agent" })
        bridge.zendesk.source!.leave("3", "101")
        bridge.zendesk.source!.join("6", "101")
        const run = yield* bridge.sync()
        assert.deepStrictEqual(run.summary.assignments, { add: 1, remove: 0 })
        assert.match(run.withheld.map((item) => item.reason).join(), /state rebind zendesk/)
      })
    )
  )
})

describe("a list that passes over somebody", () => {
  it.scoped("whom memberships name and who is still there takes nothing from them, and the next whole list goes on as if nothing had been", () =>
    passing(
      Effect.gen(function* () {
        const bridge = yield* synced
        const before = bridge.held()
        const row = (id: string) => ({
          id: Number(id),
          name: id,
          email: `c${id}@x.io`,
          role: "end-user",
          active: true,
          verified: true,
          suspended: false,
          tags: id < "3" ? ["vip"] : []
        })
        const users = ["2", "3", "4", "5", "6"].map(row)
        bridge.source.inject(
          json(200, { users, meta: { has_more: false, after_cursor: null, before_cursor: null }, links: { next: null, prev: null } }),
          (request) => request.path.endsWith("/users")
        )
        const run = yield* bridge.sync({ depth: "full" })
        assert.deepStrictEqual([run.status, bridge.held()], ["partial", before])
        assert.match(run.withheld.map(({ reason }) => reason).join(), /it passed over 1 that are there \(such as 1\)/)
        assert.strictEqual((yield* bridge.sync({ depth: "full" })).status, "none")
      })
    )
  )
})

describe("a lost or vague answer", () => {
  it.scoped("of an add that happened is ours: it is taken out again when the source lets go", () =>
    passing(
      Effect.gen(function* () {
        const bridge = yield* Bridge.small
        bridge.target.inject(
          [
            { _tag: "Reset", when: "after" },
            { _tag: "Reset", when: "after" },
            { _tag: "Reset", when: "before" }
          ],
          adding
        )
        const run = yield* bridge.sync()
        assert.deepStrictEqual({ status: run.status, error: run.error }, { status: "done", error: null })
        assert.strictEqual(run.summary.assignments.add, 8)
        assert.deepStrictEqual(bridge.held()["Globex"], ["c1@x.io", "c2@x.io", "c3@x.io"])
        bridge.zendesk.source!.leave("3", "101")
        assert.strictEqual((yield* bridge.sync()).summary.assignments.remove, 1)
      })
    )
  )

  it.scoped("of a create that happened makes no second group, whether or not the target shows marks", () =>
    passing(
      Effect.gen(function* () {
        for (const showsCustomFields of [true, false]) {
          const bridge = yield* Bridge.small
          bridge.cstar.behave({ showsCustomFields })
          bridge.target.inject({ _tag: "Reset", when: "after" }, creating)
          const run = yield* bridge.sync()
          assert.deepStrictEqual({ status: run.status, error: run.error }, { status: "done", error: null })
          assert.deepStrictEqual(
            bridge.cstar
              .target!.groups()
              .map((group) => group.name)
              .sort(),
            ["Globex", "Initech", "Plan vip"]
          )
          bridge.zendesk.source!.leave("3", "101")
          assert.strictEqual((yield* bridge.sync()).summary.assignments.remove, 1)
        }
      })
    )
  )

  it.scoped("that names no rows is settled by looking: who was there before stays theirs", () =>
    passing(
      Effect.gen(function* () {
        const bridge = yield* synced
        bridge.zendesk.source!.load({
          customers: [],
          organizations: [],
          memberships: [
            { customer: "6", organization: "101" },
            { customer: "5", organization: "101" }
          ]
        })
        const globex = bridge.cstar.target!.groups().find((group) => group.name === "Globex")!
        const c6 = [...bridge.emails].find(([, email]) => email === "c6@x.io")![0]
        // Somebody adds him by hand after our last look, and well before our call.
        bridge.cstar.target!.addMember(globex.id, c6)
        yield* Effect.sleep("1 minutes")
        const run = yield* bridge.sync({ depth: "none" })
        assert.deepStrictEqual(run.summary.assignments, { add: 1, remove: 0 })
        bridge.zendesk.source!.leave("6", "101")
        bridge.zendesk.source!.leave("5", "101")
        const last = yield* bridge.sync({ depth: "none" })
        assert.deepStrictEqual(last.summary.assignments, { add: 0, remove: 1 })
        assert.include(bridge.held()["Globex"]!, "c6@x.io")
      })
    )
  )

  it.scoped("a bad row in a pack is isolated; the rest goes through, and it is not asked for again at once", () =>
    passing(
      Effect.gen(function* () {
        const bridge = yield* Bridge.small
        const c2 = [...bridge.emails].find(([, email]) => email === "c2@x.io")![0]
        yield* bridge.plan()
        bridge.cstar.target!.deleteCustomer(c2)
        const run = yield* bridge.sync()
        assert.strictEqual(run.status, "partial")
        assert.deepStrictEqual(
          run.refused.map((row) => row.change.customer?.email),
          ["c2@x.io", "c2@x.io"]
        )
        assert.deepStrictEqual(bridge.held(), { Globex: ["c1@x.io", "c3@x.io"], Initech: ["c1@x.io", "c4@x.io", "c5@x.io"], "Plan vip": ["c1@x.io"] })
        const writes = bridge.target.writes()
        yield* bridge.sync()
        assert.strictEqual(bridge.target.writes(), writes)
      })
    )
  )

  it.scoped("limits and outages on the way: 429 with and without Retry-After, 503, stalls", () =>
    passing(
      Effect.gen(function* () {
        const bridge = yield* Bridge.small
        const limited = (headers: Readonly<Record<string, string>>) =>
          ({
            _tag: "Answer",
            response: {
              status: 429,
              headers,
              body: JSON.stringify({ success: false, error: { type: "rate_limit_error", code: "rate_limit_exceeded", message: "Try again in 60 seconds" } })
            }
          }) as const
        bridge.target.inject([limited({ "retry-after": "7" }), limited({}), json(503, {}), { _tag: "Stall", when: "after" }, { _tag: "Cut" }], adding)
        bridge.source.inject([limited({ "retry-after": "30" }), json(503, {}), { _tag: "Stall", when: "before" }])
        const run = yield* bridge.sync()
        assert.deepStrictEqual({ status: run.status, error: run.error }, { status: "done", error: null })
        assert.deepStrictEqual(bridge.held(), {
          Globex: ["c1@x.io", "c2@x.io", "c3@x.io"],
          Initech: ["c1@x.io", "c4@x.io", "c5@x.io"],
          "Plan vip": ["c1@x.io", "c2@x.io"]
        })
        assert.strictEqual((yield* bridge.sync()).status, "none")
      })
    )
  )

  it.scoped.each([2, 50])("a 200 that says nothing is no proof that anything was done (%i of them)", (times) =>
    passing(
      Effect.gen(function* () {
        const bridge = yield* synced
        bridge.zendesk.source!.leave("3", "101")
        const held = bridge.held()
        const nothing = { _tag: "Answer", response: { status: 200, headers: { "content-type": "application/json" }, body: "" } } as const
        bridge.target.inject(
          Array.from({ length: times }, () => nothing),
          (request) => request.method !== "GET"
        )
        const run = yield* bridge.sync()
        if (times > 2) assert.deepStrictEqual([run.status, run.error?.kind, bridge.held()], ["failed", "unavailable", held])
        else assert.deepStrictEqual([run.status, bridge.held()["Globex"]], ["done", ["c1@x.io", "c2@x.io"]])
      })
    )
  )

  it.scoped("a vendor that stays away ends the run, and the next one goes on", () =>
    passing(
      Effect.gen(function* () {
        const bridge = yield* Bridge.small
        bridge.target.inject(
          Array.from({ length: 50 }, () => json(503, {})),
          (request) => request.method !== "GET"
        )
        const run = yield* bridge.sync()
        assert.deepStrictEqual([run.status, run.error?.kind], ["failed", "unavailable"])
        bridge.target.inject([])
        for (let more = 0; more < 20; more++) if ((yield* bridge.sync()).status === "done") break
        assert.strictEqual((yield* bridge.sync()).status, "none")
        assert.deepStrictEqual(
          bridge.cstar
            .target!.groups()
            .map((group) => group.name)
            .sort(),
          ["Globex", "Initech", "Plan vip"]
        )
      })
    )
  )
})
