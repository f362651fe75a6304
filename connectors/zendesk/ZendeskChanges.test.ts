/** What Zendesk's incremental exports tell, and where they go on. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as TestClock from "effect/TestClock"
import type { SourcePage } from "../../src/contract/Source.ts"
import { answering, connect, customers, failure } from "./TestConnection.ts"

const noon = Date.UTC(2026, 10, 22, 12)
const seconds = (millis: number) => millis / 1000

/** An account whose lists were read at noon, and where their changes go on. */
const listed = Effect.gen(function* () {
  yield* TestClock.setTime(noon)
  const connection = yield* connect()
  connection.desk.load({
    customers: customers(6),
    organizations: ["101", "102", "103"].map((id) => ({ id, name: `Organization ${id}` })),
    memberships: []
  })
  const next = (pages: ReadonlyArray<SourcePage>) => pages.at(-1)?.end?.next ?? ""
  const users = next(yield* connection.read("users"))
  const organizations = next(yield* connection.read("organizations"))
  yield* TestClock.adjust("1 hour")
  return { ...connection, next, since: { users, organizations } }
})

const reported = (pages: ReadonlyArray<SourcePage>) =>
  pages.map(({ records }) =>
    records.flatMap((record) =>
      record._tag === "Customer" ? [record.customer.id] : record._tag === "Gone" ? [`gone ${"id" in record ? record.id : record.key.id}`] : []
    )
  )

describe("users by cursor", () => {
  it.effect("the first changes after a list begin a little before it, and the next ones where these ended", () =>
    Effect.gen(function* () {
      const { changes, desk, log, next, since } = yield* listed
      desk.suspend("2", true)
      desk.deleteCustomer("3")
      const first = yield* changes("users", since.users)
      assert.deepStrictEqual(reported(first), [["2", "gone 3"]])
      assert.deepStrictEqual(
        first.map(({ end, rows }) => [rows, end?.reached]),
        [[2, true]]
      )
      yield* TestClock.adjust("1 hour")
      desk.changeEmail("4", "other@x.example")
      const second = yield* changes("users", next(first))
      assert.deepStrictEqual(reported(second), [["4"]])
      const third = yield* changes("users", next(second))
      assert.deepStrictEqual([reported(third), next(third)], [[[]], next(second)], "where nothing is told it goes on from where it was")
      assert.deepStrictEqual(
        log.slice(2).map(({ query }) => query.get("start_time") ?? query.get("cursor")),
        [String(seconds(noon) - 300), next(first).slice(6), next(second).slice(6)]
      )
    })
  )

  it.effect("nothing told and no cursor: it goes on from the same time", () =>
    Effect.gen(function* () {
      const { changes, next, since } = yield* listed
      assert.strictEqual(next(yield* changes("users", since.users)), since.users)
    })
  )

  it.effect("pages are followed to end_of_stream, and a row that a page repeats counts as it was told last", () =>
    Effect.gen(function* () {
      const { changes, desk, sandbox, since } = yield* listed
      sandbox.exportPage(2)
      for (const id of ["1", "2", "3", "4", "5"]) desk.tag(id, "vip")
      const pages = yield* changes("users", since.users)
      assert.deepStrictEqual(reported(pages), [["1", "2"], ["3", "4"], ["5"]])
      assert.deepStrictEqual(
        pages.map(({ cursor, end }) => [cursor === null, end === null]),
        [
          [false, true],
          [false, true],
          [true, false]
        ]
      )
      const row = { id: 1, role: "end-user", name: "One", tags: ["vip"] }
      const { changes: repeated } = yield* answering({ users: [row, { ...row, tags: [] }], after_cursor: "YQ==", end_of_stream: true })
      const [page] = yield* repeated("users", "since 0")
      assert.deepStrictEqual([page?.rows, page?.records.map(({ _tag }) => _tag)], [1, ["Customer"]])
    })
  )

  it.effect("the newest minute is not told, and comes with the next changes", () =>
    Effect.gen(function* () {
      const { changes, desk, next, sandbox, since } = yield* listed
      sandbox.editAt(noon + 3_600_000 - 30_000)
      desk.tag("1", "vip")
      const first = yield* changes("users", since.users)
      assert.deepStrictEqual(reported(first), [[]])
      yield* TestClock.adjust("1 minute")
      assert.deepStrictEqual(reported(yield* changes("users", next(first))), [["1"]])
    })
  )

  it.effect("an agent is refused, and an eleventh call waits its minute", () =>
    Effect.gen(function* () {
      const { changes, sandbox, since } = yield* listed
      sandbox.actAs({ role: "agent" })
      assert.strictEqual((yield* failure(changes("users", since.users))).reason, "NotAllowed")
      sandbox.actAs({ role: "admin" })
      for (let call = 2; call <= 10; call++) yield* changes("users", since.users)
      const eleventh = yield* Effect.fork(changes("users", since.users))
      yield* TestClock.adjust("1 minute")
      assert.deepStrictEqual(reported(yield* eleventh), [[]])
    })
  )

  it.effect("where the server tells no time after a list, nothing is known of where its changes begin", () =>
    Effect.gen(function* () {
      const { read } = yield* answering({ users: [], meta: { has_more: false } })
      assert.deepStrictEqual(
        (yield* read("users")).map(({ end }) => end),
        [{ reached: true, count: null }]
      )
    })
  )
})

describe("organizations by time", () => {
  it.effect("changes go on a minute before the last one, never before where they began", () =>
    Effect.gen(function* () {
      const { changes, desk, log, next, since } = yield* listed
      const first = yield* changes("organizations", since.organizations)
      assert.deepStrictEqual([first.map(({ rows }) => rows), next(first)], [[0], since.organizations])
      yield* TestClock.adjust("1 hour")
      desk.renameOrganization("102", "Hooli")
      const second = yield* changes("organizations", next(first))
      assert.deepStrictEqual(
        second.flatMap(({ records }) => records.flatMap((record) => (record._tag === "Group" ? [record.group.name] : []))),
        ["Hooli"]
      )
      assert.strictEqual(next(second), String(seconds(noon) + 3600 - 60))
      assert.deepStrictEqual(
        (yield* changes("organizations", next(second))).map(({ rows }) => rows),
        [1],
        "the last one is repeated"
      )
      assert.strictEqual(log.at(-1)?.query.get("start_time"), next(second))
    })
  )

  it.effect("a deleted one is gone where Zendesk says so", () =>
    Effect.gen(function* () {
      const { changes, desk, sandbox, since } = yield* listed
      desk.deleteOrganization("101")
      assert.deepStrictEqual(reported(yield* changes("organizations", since.organizations)), [[]])
      sandbox.showDeletedOrganizations(true)
      assert.deepStrictEqual(reported(yield* changes("organizations", since.organizations)), [["gone 101"]])
    })
  )

  it.effect("a page begins in the second in which the last one ended, and a second of more rows than a page cannot be read", () =>
    Effect.gen(function* () {
      const { changes, desk, sandbox, since } = yield* listed
      sandbox.exportPage(2)
      desk.renameOrganization("101", "A")
      desk.renameOrganization("102", "B")
      sandbox.editAt(noon + 1000)
      desk.renameOrganization("103", "C")
      const pages = yield* changes("organizations", since.organizations).pipe(Effect.either)
      assert.deepStrictEqual(pages._tag === "Left" ? [pages.left.reason, /one second/.test(pages.left.detail)] : [], ["Malformed", true])
      sandbox.exportPage(3)
      assert.deepStrictEqual(
        (yield* changes("organizations", since.organizations)).map(({ rows }) => rows),
        [3]
      )
    })
  )
})

describe("tags that are switched off", () => {
  it.effect.each(["users", "organizations"] as const)("say nothing of whoever changed: %s", (name) =>
    Effect.gen(function* () {
      const { changes, desk, sandbox, since } = yield* listed
      desk.suspend("1", true)
      desk.renameOrganization("101", "A")
      sandbox.setTagsEnabled(false)
      const [page] = yield* changes(name, since[name])
      assert.strictEqual(page?.unknown.length, 2)
    })
  )
})
