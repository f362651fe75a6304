/** Runs between two full reads of a source of which one stream alone tells what changed: contacts by a search, companies and segments by their lists. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as TestClock from "effect/TestClock"
import { connector } from "../../connectors/intercom/IntercomConnector.ts"
import * as Intercom from "../../connectors/intercom/sandbox.ts"
import type { Connector } from "../../src/contract/Connector.ts"
import * as Faulty from "../../src/sandbox/Faulty.ts"
import * as InProcess from "../../src/sandbox/InProcess.ts"
import type { SandboxApp } from "../../src/sandbox/Sandbox.ts"
import * as Bridge from "../kit/Bridge.ts"
import * as Crowd from "../kit/Crowd.ts"
import * as Hourly from "../kit/Hourly.ts"
import { passing } from "../kit/Time.ts"
import * as Worlds from "../kit/Worlds.ts"

const url = "https://api.intercom.test"

/** The connector with the sandbox's options, so that a config names nothing but it. */
const bound = (sandbox: Intercom.IntercomSandbox, app: Faulty.DeliveringApp): Connector<object, object> => ({
  name: connector.name,
  title: connector.title,
  limits: connector.limits,
  options: Schema.Struct({}),
  source: {
    declaration: connector.source!.declaration,
    make: (_, context) =>
      connector.source!.make(Schema.decodeUnknownSync(connector.options)(sandbox.options(url)), { ...context, client: InProcess.client({ [url]: app }) })
  }
})

const rules = `${Bridge.usualRules}
    ${Worlds.unlimited}`

/** `wrap`: what stands before the sandbox. `strangers`: contacts who are in nothing. */
const hourly = (wrap: (app: SandboxApp) => SandboxApp = (app) => app, strangers = 0) =>
  Effect.gen(function* () {
    yield* TestClock.setTime(Hourly.noon)
    const intercom = Intercom.make()
    const vendor = Faulty.make(wrap(intercom.app))
    const bridge = yield* Bridge.makeWith([bound(intercom, vendor.app)])
    bridge.configure(rules, "intercom")
    Crowd.known(bridge, Crowd.people(6))
    intercom.source.load({
      customers: ["1", "2", "3", "4", "5", "6"].map((id) => ({
        id,
        email: `c${id}@x.io`,
        name: `Customer ${id}`,
        tags: id < "3" ? ["vip"] : [],
        segments: ["Active"]
      })),
      organizations: [
        { id: "101", name: "Globex" },
        { id: "102", name: "Initech" }
      ],
      memberships: ["1", "2", "3"].map((customer) => ({ customer, organization: "101" })).concat({ customer: "4", organization: "102" })
    })
    const others = Array.from({ length: strangers }, (_, index) => ({ id: `s${index}`, email: null, name: `Stranger ${index}` }))
    intercom.source.load({ customers: others, organizations: [], memberships: [] })
    /** Paths of the calls of a run to Intercom beside those of `identify`. */
    const run = (depth: "usual" | "full" = "usual") =>
      Effect.gen(function* () {
        const before = vendor.log.length
        const result = yield* passing(bridge.sync({ depth }))
        const calls = vendor.log.slice(before).map(({ path }) => path)
        const reads = result.plan?.reads.flatMap(({ streams }) => streams) ?? []
        return { result, calls: calls.slice(calls.lastIndexOf("/admins")), kinds: reads.map(({ kind }) => kind), why: reads[0]?.why }
      })
    const first = yield* run()
    assert.strictEqual(first.result.status, "done", JSON.stringify(first.result.error))
    yield* TestClock.adjust("1 hour")
    intercom.editAt(Hourly.noon + 3_600_000)
    return { bridge, desk: intercom.source, first, intercom, run, vendor }
  })

const lists = ["/companies/scroll", "/companies/scroll", "/segments", "/contacts/search"]
const delta = ["changes", "full", "full"]
const held = { Globex: ["c1@x.io", "c2@x.io", "c3@x.io"], Initech: ["c4@x.io"], "Plan vip": ["c1@x.io", "c2@x.io"] }

describe("an hour after everything was read", () => {
  it.scoped("nothing changed: a search instead of the list of contacts", () =>
    Effect.gen(function* () {
      const { bridge, first, run } = yield* hourly((app) => app, 2994)
      assert.strictEqual(first.calls.filter((path) => path === "/contacts").length, 20, "3,000 contacts are 20 pages")
      const { calls, kinds, result } = yield* run()
      assert.deepStrictEqual([kinds, result.status, result.withheld], [delta, "none", []])
      assert.deepStrictEqual(calls, ["/admins", "/tags", "/contacts/search", ...lists])
      assert.deepStrictEqual(bridge.held(), held)
    })
  )

  it.scoped("tags and companies given and taken, somebody new", () =>
    Effect.gen(function* () {
      const { bridge, desk, run } = yield* hourly()
      desk.untag("1", "vip")
      desk.tag("5", "vip")
      desk.leave("3", "101")
      desk.join("4", "101")
      desk.load({ customers: [{ id: "9", email: "c6@x.io", name: "Nine", tags: ["vip"] }], organizations: [], memberships: [] })
      desk.changeEmail("6", null)
      const { kinds, result } = yield* run()
      assert.deepStrictEqual([kinds, result.error], [delta, null])
      assert.deepStrictEqual(bridge.held()["Globex"], ["c1@x.io", "c2@x.io", "c4@x.io"])
      assert.isTrue(bridge.held()["Plan vip"]?.includes("c5@x.io"))
      assert.isFalse(bridge.held()["Plan vip"]?.includes("c1@x.io"))
    })
  )

  it.scoped("a deleted company goes with its members, though none of them counts as changed; one that the scroll forgot stays", () =>
    Effect.gen(function* () {
      let forgotten = ""
      const forgetful =
        (app: SandboxApp): SandboxApp =>
        (request) =>
          Effect.map(app(request), (response) => {
            if (request.path !== "/companies/scroll" || response.status !== 200) return response
            const body = JSON.parse(response.body)
            return { ...response, body: JSON.stringify({ ...body, data: body.data.filter(({ id }: { readonly id: string }) => id !== forgotten) }) }
          })
      const { bridge, desk, run } = yield* hourly(forgetful)
      forgotten = "102"
      desk.deleteOrganization("101")
      const { calls, kinds } = yield* run()
      assert.deepStrictEqual(kinds, delta)
      assert.sameMembers(
        calls.filter((path) => /^\/companies\/\d/.test(path)),
        ["/companies/101", "/companies/102"]
      )
      assert.deepStrictEqual([bridge.held()["Globex"] ?? [], bridge.held()["Initech"]], [[], held.Initech])
      yield* TestClock.adjust("1 hour")
      assert.deepStrictEqual([(yield* run("full")).result.calls.write, bridge.held()["Initech"]], [0, held.Initech], "a full read finds nothing left to do")
    })
  )

  it.scoped("a deleted, merged or archived contact keeps its groups until everything is read", () =>
    Effect.gen(function* () {
      const { bridge, desk, intercom, run } = yield* hourly()
      desk.deleteCustomer("1")
      intercom.merge("2", "5")
      intercom.archive("3")
      assert.deepStrictEqual((yield* run()).kinds, delta)
      assert.deepStrictEqual(bridge.held(), { Globex: [...held.Globex, "c5@x.io"], Initech: held.Initech, "Plan vip": [...held["Plan vip"], "c5@x.io"] })
      yield* TestClock.adjust("24 hours")
      assert.deepStrictEqual((yield* run()).kinds, ["full", "full", "full"])
      assert.deepStrictEqual(bridge.held(), { Globex: ["c5@x.io"], Initech: held.Initech, "Plan vip": ["c5@x.io"] })
    })
  )

  it.scoped("a tag that does not count as a change is seen when everything is read, and never undone by the hours between", () =>
    Effect.gen(function* () {
      const { bridge, desk, intercom, run } = yield* hourly()
      intercom.countBelongings(false)
      desk.untag("1", "vip")
      yield* run()
      assert.deepStrictEqual(bridge.held(), held)
      yield* TestClock.adjust("1 hour")
      yield* run("full")
      assert.deepStrictEqual(bridge.held()["Plan vip"], ["c2@x.io"])
      yield* TestClock.adjust("1 hour")
      assert.deepStrictEqual([(yield* run()).kinds, bridge.held()["Plan vip"]], [delta, ["c2@x.io"]])
    })
  )
})

describe("everything is read, and the run says why", () => {
  it.scoped("where the search by day is refused", () =>
    Effect.gen(function* () {
      const { bridge, desk, run, vendor } = yield* hourly()
      desk.deleteCustomer("1")
      const body = JSON.stringify({ type: "error.list", errors: [{ code: "parameter_invalid", message: "updated_at is no field" }] })
      vendor.inject({ _tag: "Answer", response: { status: 400, headers: {}, body } }, (request) => request.body.includes("updated_at"))
      const { kinds, why } = yield* run()
      assert.deepStrictEqual([kinds, why], [["full", "full", "full"], "it was refused: updated_at is no field"])
      assert.deepStrictEqual(bridge.held(), { ...held, Globex: ["c2@x.io", "c3@x.io"], "Plan vip": ["c2@x.io"] })
    })
  )

  it.scoped("where somebody became staff, who loses all at once", () =>
    Effect.gen(function* () {
      const { bridge, desk, run } = yield* hourly()
      desk.makeStaff("2")
      const { kinds, why } = yield* run()
      assert.deepStrictEqual([kinds, why], [["full", "full", "full"], "the admins of the workspace changed, and whose contact is staff's by that is not told"])
      assert.deepStrictEqual(bridge.held(), { ...held, Globex: ["c1@x.io", "c3@x.io"], "Plan vip": ["c1@x.io"] })
    })
  )
})
