/** What Freshdesk's narrowed lists of contacts tell, where they go on, and what becomes of a filter that is not what the vendor's pages say. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as TestClock from "effect/TestClock"
import type { SourcePage } from "../../src/contract/Source.ts"
import type { SandboxApp } from "../../src/sandbox/Sandbox.ts"
import type { Desk } from "./SandboxDesk.ts"
import { answering, connect, customers, customersOf, json, membershipsOf, type Setup, signed } from "./TestConnection.ts"

const noon = Date.UTC(2026, 10, 22, 12)
const hour = 3_600_000
const overlap = 30 * 60_000
const organizations = ["101", "102"].map((id) => ({ id, name: `Company ${id}` }))

const next = (pages: ReadonlyArray<SourcePage>) => pages.at(-1)?.end?.next ?? ""
const reported = (pages: ReadonlyArray<SourcePage>) =>
  pages.flatMap(({ records }) =>
    records.flatMap((record) => (record._tag === "Customer" ? [record.customer.id] : record._tag === "Gone" && "id" in record ? [`gone ${record.id}`] : []))
  )
const sinceOf = (cursor: string): unknown => JSON.parse(cursor).since

/** An account with a blocked and a deleted contact, whose lists were read at noon; `asked`: the calls since. */
const listed = (setup: Setup = {}, count = 6) =>
  Effect.gen(function* () {
    yield* TestClock.setTime(noon)
    const connection = yield* connect(setup)
    const { calls, desk, read } = connection
    desk.load({ customers: customers(count), organizations, memberships: [{ customer: "1", organization: "101" }] })
    desk.suspend("5", true)
    desk.deleteCustomer("6")
    const since = next(yield* read("contacts"))
    const before = calls().length
    yield* TestClock.adjust("1 hour")
    return { ...connection, since, asked: () => calls().slice(before) }
  })

const narrowed = ["/contacts updated_since", "/contacts blocked updated_since", "/contacts deleted updated_since"]
const everyList = [...narrowed, "/agents"]

describe("contacts that changed", () => {
  it.effect("nobody: one call for each list, and no view of anybody", () =>
    Effect.gen(function* () {
      const { asked, changes, since } = yield* listed()
      const pages = yield* changes(since)
      assert.deepStrictEqual([reported(pages), asked()], [[], everyList])
      assert.deepStrictEqual([sinceOf(since), sinceOf(next(pages))], [noon - overlap, noon + hour - overlap], "by the server's clock of the first answer")
    })
  )

  it.effect("somebody: a call for each, who is told with all companies and tags", () =>
    Effect.gen(function* () {
      const { asked, changes, desk, since } = yield* listed()
      desk.tag("1", "vip")
      desk.join("2", "101")
      desk.join("2", "102")
      const records = (yield* changes(since)).flatMap(({ records }) => records)
      assert.deepStrictEqual(membershipsOf(records), ["organization:101 1", "tag:vip 1", "organization:101 2", "organization:102 2"])
      assert.deepStrictEqual(asked(), ["/contacts updated_since", "/contacts/1", "/contacts/2", ...everyList.slice(1)])
    })
  )

  it.effect("who is new, blocked, let in again, deleted, restored, or became an agent", () =>
    Effect.gen(function* () {
      const { changes, desk, sandbox, since } = yield* listed()
      desk.suspend("1", true)
      desk.suspend("5", false)
      desk.deleteCustomer("2")
      sandbox.desk.change("6", { state: "usual" })
      desk.makeStaff("3")
      desk.load({ customers: [{ id: "9", email: "new@x.example", name: "New" }], organizations: [], memberships: [] })
      const pages = yield* changes(since)
      assert.deepStrictEqual(reported(pages).toSorted(), ["1", "3", "5", "6", "9", "gone 2"])
      const otherwise = customersOf(pages.flatMap(({ records }) => records)).flatMap(({ id, role, suspended }) => (suspended || role === "staff" ? [id] : []))
      assert.deepStrictEqual(otherwise, ["1", "3"])
    })
  )

  it.effect("changes go on half an hour before the last reading began, so that what a list shows late is told", () =>
    Effect.gen(function* () {
      const { changes, desk, sandbox, since } = yield* listed()
      sandbox.editAt(noon - 20 * 60_000)
      desk.tag("1", "late")
      sandbox.editAt(noon - 40 * 60_000)
      desk.tag("2", "before")
      assert.deepStrictEqual(reported(yield* changes(since)), ["1"])
    })
  )

  it.effect("oldest change first, in pages", () =>
    Effect.gen(function* () {
      const { changes, desk, sandbox, since } = yield* listed({ options: { tags: "skip" } }, 150)
      for (let id = 150; id > 30; id--) {
        sandbox.editAt(noon + (150 - id) * 1000)
        desk.tag(String(id), "vip")
      }
      const pages = yield* changes(since)
      assert.deepStrictEqual(
        pages.map(({ cursor, rows }) => [cursor, rows]),
        [
          ["contacts, page 2", 100],
          ["blocked contacts, page 1", 20],
          ["deleted contacts, page 1", 0],
          ["agents, page 1", 0],
          [null, 0]
        ]
      )
      assert.deepStrictEqual([reported(pages)[0], reported(pages).at(-1)], ["150", "31"])
    })
  )

  it.effect("with tags skipped a changed contact costs no view", () =>
    Effect.gen(function* () {
      const { asked, changes, desk, since } = yield* listed({ options: { tags: "skip" } })
      desk.join("2", "102")
      assert.deepStrictEqual(membershipsOf((yield* changes(since)).flatMap(({ records }) => records)), ["organization:102 2"])
      assert.deepStrictEqual(asked(), everyList)
    })
  )
})

describe("the filter", () => {
  it.effect("refused in both spellings fails, with the vendor's words on the documented one", () =>
    Effect.gen(function* () {
      const { asked, changes, sandbox, since } = yield* listed()
      sandbox.filterBy("refused")
      const error = yield* Effect.flip(changes(since))
      assert.deepStrictEqual([error.reason, error.detail.startsWith("no list may be narrowed by updated_since: ")], ["Invalid", true])
      assert.deepStrictEqual(asked(), ["/contacts updated_since", "/contacts _updated_since"])
    })
  )

  it.effect("of an older account is asked for by its own name, and from then on at once", () =>
    Effect.gen(function* () {
      const { asked, changes, desk, sandbox, since } = yield* listed()
      sandbox.filterBy("older")
      desk.tag("1", "vip")
      const first = yield* changes(since)
      assert.deepStrictEqual(reported(first), ["1"])
      const older = ["/contacts _updated_since", "/contacts blocked _updated_since", "/contacts deleted _updated_since", "/agents"]
      assert.deepStrictEqual(asked(), ["/contacts updated_since", "/contacts _updated_since", "/contacts/1", ...older.slice(1)])
      yield* TestClock.adjust("1 hour")
      yield* changes(next(first))
      assert.deepStrictEqual(asked().slice(6), older)
    })
  )

  it.effect("that is ignored shows everybody, and only who changed is told", () =>
    Effect.gen(function* () {
      const { asked, changes, desk, sandbox, since } = yield* listed()
      sandbox.filterBy("ignored")
      desk.tag("1", "vip")
      desk.deleteCustomer("2")
      assert.deepStrictEqual(reported(yield* changes(since)), ["1", "gone 2"])
      assert.deepStrictEqual(asked(), ["/contacts updated_since", "/contacts/1", ...everyList.slice(1)])
    })
  )

  it.effect.each(["ahead", "empty"] as const)("that holds changes back (%s) is found out by those who changed before, and the list is read whole", (filter) =>
    Effect.gen(function* () {
      const { changes, desk, sandbox, since } = yield* listed()
      desk.tag("1", "vip")
      desk.suspend("2", true)
      const first = yield* changes(since)
      yield* TestClock.adjust("1 hour")
      sandbox.filterBy(filter)
      desk.tag("3", "vip")
      desk.suspend("4", true)
      const before = yield* changes(next(first))
      assert.deepStrictEqual(reported(before), ["3", "4"])
    })
  )

  it.effect("is not proven by those who changed once more", () =>
    Effect.gen(function* () {
      const { changes, desk, sandbox, since } = yield* listed()
      for (const id of ["1", "2", "3", "4"]) desk.tag(id, "vip")
      const first = yield* changes(since)
      yield* TestClock.adjust("12 hours")
      sandbox.filterBy("ahead")
      sandbox.editAt(noon + 3 * hour)
      desk.load({ customers: [{ id: "9", email: "new@x.example", name: "New" }], organizations: [], memberships: [] })
      sandbox.editAt(noon + 11 * hour)
      for (const id of ["1", "2", "3", "4"]) desk.tag(id, "gold")
      assert.deepStrictEqual(reported(yield* changes(next(first))), ["9", "1", "2", "3", "4"])
    })
  )

  it.effect("is not used for a list in which nobody was", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(noon)
      const { calls, changes, desk, read, sandbox } = yield* connect()
      desk.load({ customers: customers(2), organizations: [], memberships: [] })
      const since = next(yield* read("contacts"))
      const before = calls().length
      yield* TestClock.adjust("1 hour")
      sandbox.filterBy("empty")
      desk.deleteCustomer("1")
      assert.deepStrictEqual(reported(yield* changes(since)), ["gone 1"])
      assert.deepStrictEqual(calls().slice(before), ["/contacts updated_since", "/contacts", "/contacts blocked", "/contacts deleted", "/agents"])
    })
  )
})

describe("lists of several pages", () => {
  /** Does `edit` once, after the answer to this page of the usual contacts, and again for each further walk while there are edits left. */
  const between = (edits: Array<() => void>) => {
    let on = false
    const app =
      (inner: SandboxApp): SandboxApp =>
      (request) =>
        Effect.map(inner(request), (response) => {
          if (on && request.query.get("page") === "1" && request.path.endsWith("/contacts") && !request.query.has("state")) edits.shift()?.()
          return response
        })
    return { app, begin: () => (on = true) }
  }

  it.effect.each([
    ["leaves", (desk: Desk) => desk.change("1", { state: "deleted" }), 147],
    ["gets a new name and is met again", (desk: Desk) => desk.change("1", { name: "Zoe" }), 148]
  ] as const)("somebody on a page that was read %s, and another one is passed over: a further walk finds who that was", ([, edit, count]) =>
    Effect.gen(function* () {
      const edits: Array<() => void> = []
      const { app, begin } = between(edits)
      const { asked, changes, desk, sandbox, since } = yield* listed({ app, options: { tags: "skip" } }, 150)
      for (let id = 1; id <= 150; id++) if (id !== 5 && id !== 6) desk.tag(String(id), "vip")
      edits.push(() => edit(sandbox.desk))
      begin()
      const pages = yield* changes(since)
      assert.strictEqual(new Set(reported(pages).filter((one) => !one.startsWith("gone"))).size, count)
      assert.strictEqual(asked().filter((call) => call === "/contacts updated_since").length, 6, "three walks, two pages each")
    })
  )

  it.effect("that never show the same twice are given up", () =>
    Effect.gen(function* () {
      const edits: Array<() => void> = []
      const { app, begin } = between(edits)
      const { changes, desk, since } = yield* listed({ app, options: { tags: "skip" } }, 150)
      for (let id = 7; id <= 150; id++) desk.tag(String(id), "vip")
      for (const id of ["10", "11", "12"]) edits.push(() => desk.deleteCustomer(id))
      begin()
      const error = yield* Effect.flip(changes(since))
      assert.deepStrictEqual([error.reason, /passed over/.test(error.detail)], ["Malformed", true])
    })
  )
})

describe("what cannot be told for sure", () => {
  const row = { id: 1, name: "A", other_companies: [], tags: [], updated_at: "2026-11-22T11:59:00+00:00" }
  const since = JSON.stringify({ since: noon - overlap, filter: "updated_since", last: { usual: [{ id: "1", at: noon }], blocked: [], deleted: [] } })
  const failure = (answers: Readonly<Record<string, unknown>>, cursor = since) =>
    Effect.gen(function* () {
      const { changes } = yield* answering(Object.fromEntries(Object.entries(answers).map(([path, body]) => [path, json(body)])))
      const { detail, reason } = yield* Effect.flip(changes(cursor))
      return [reason, detail]
    })

  it.effect("a row without the time of its change, a deleted one that does not say so, a cursor that cannot be read", () =>
    Effect.gen(function* () {
      const { updated_at: _, ...timeless } = row
      assert.deepStrictEqual(yield* failure({ "/contacts": [timeless] }), ["Malformed", "contact 1 does not tell when it was changed"])
      const alive = ["Malformed", "contact 2 is listed among the deleted and does not say that it is deleted"]
      assert.deepStrictEqual(yield* failure({ "/contacts": [row], "/contacts deleted": [{ ...row, id: 2 }] }), alive)
      assert.deepStrictEqual(yield* failure({}, "2026"), ["Malformed", "where changes were to go on cannot be read"])
    })
  )

  it.effect("tags that a view does not show are unknown", () =>
    Effect.gen(function* () {
      const { tags: _, ...untagged } = row
      const { changes } = yield* answering({ "/contacts": json([untagged]), "/contacts/1": json(untagged) })
      assert.strictEqual((yield* changes(since)).flatMap(({ unknown }) => unknown).length, 2)
    })
  )

  it.effect("where the server tells no time nothing is known of where changes begin", () =>
    Effect.gen(function* () {
      const { read } = yield* answering({ "/contacts": json([row]) })
      assert.deepStrictEqual((yield* read("contacts")).at(-1)?.end, { reached: true, count: null })
    })
  )

  it.effect("times with an offset are understood", () =>
    Effect.gen(function* () {
      const dated = json([{ ...row, updated_at: "2026-11-22T17:00:00+05:30" }], { ...signed, date: new Date(noon).toUTCString() })
      const { read } = yield* answering({ "/contacts": dated })
      assert.deepStrictEqual(JSON.parse(next(yield* read("contacts"))).last.usual, [{ id: "1", at: noon - overlap }])
    })
  )
})
