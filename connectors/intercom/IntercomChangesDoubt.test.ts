/** Where Intercom's search does not tell for sure which contacts changed, so that all of them are read. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as TestClock from "effect/TestClock"
import type { SourcePage } from "../../src/contract/Source.ts"
import type { SandboxApp } from "../../src/sandbox/Sandbox.ts"
import { altered, connect, failure, instead, listed, nextOf, noon, numbers, people, unknownOf } from "./TestConnection.ts"

/** Rows that do not show their companies. */
const cut = (body: Readonly<Record<string, unknown>>) => ({
  ...body,
  data: (body["data"] as ReadonlyArray<object>).map((row) => Object.assign({}, row, { companies: null }))
})

describe("all contacts are read instead", () => {
  const reasonOf = (pages: ReadonlyArray<SourcePage>) => [unknownOf(pages).length, unknownOf(pages)[0]?.reason]
  const adminsChanged = "the admins of the workspace changed, and whose contact is staff's by that is not told"

  it.effect("where somebody became staff, is staff no more or has another address: their contact need not change for it", () =>
    Effect.gen(function* () {
      const { asked, changes, desk, read, since } = yield* listed()
      for (const edit of [() => desk.makeStaff("1"), () => desk.changeEmail("a1", "c2@x.example"), () => desk.deleteCustomer("a1")]) {
        edit()
        assert.deepStrictEqual(reasonOf(yield* changes(since)), [4, adminsChanged])
      }
      assert.deepStrictEqual(
        asked().map(({ path }) => path),
        ["/admins", "/admins", "/admins"]
      )
      const again = nextOf(yield* read("contacts"))
      assert.deepStrictEqual(unknownOf(yield* changes(again)), [])
    })
  )

  it.effect("where the search is refused", () =>
    Effect.gen(function* () {
      const { changes, inject, since } = yield* listed()
      const body = JSON.stringify({ type: "error.list", errors: [{ code: "parameter_invalid", message: "updated_at is no field" }] })
      inject({ _tag: "Answer", response: { status: 400, headers: {}, body } }, ({ path }) => path === "/contacts/search")
      const { detail, reason } = yield* failure(changes(since))
      assert.deepStrictEqual([reason, detail], ["Invalid", "updated_at is no field"])
    })
  )

  it.effect("where it shows fewer than it counts, or tells no count", () =>
    Effect.gen(function* () {
      for (const [total, reason] of [
        [7, "Intercom counted 7 changed contacts and showed 0"],
        [undefined, "Intercom did not tell how many changed contacts there are, so that a missed one would not be noticed"]
      ] as const) {
        const { changes, since } = yield* listed({ app: altered("/contacts/search", (body) => ({ ...body, total_count: total })) })
        assert.deepStrictEqual(reasonOf(yield* changes(since)), [4, reason])
      }
    })
  )

  it.effect("where the server's clock went back, or what the last reading left cannot be read", () =>
    Effect.gen(function* () {
      const { changes, since } = yield* listed()
      assert.deepStrictEqual(reasonOf(yield* changes("1763812800")), [4, "where the last reading ended is not known any more"])
      yield* TestClock.setTime(noon - 1000)
      assert.deepStrictEqual(reasonOf(yield* changes(since)), [4, "Intercom's clock went back since the last reading"])
    })
  )

  it.effect("after a list whose time the server did not tell; after changes it then goes on from where it was", () =>
    Effect.gen(function* () {
      const timeless =
        (app: SandboxApp): SandboxApp =>
        (request) =>
          Effect.map(app(request), (response) => ({ ...response, headers: { "content-type": "application/json" } }))
      const { changes, since } = yield* listed({ app: timeless })
      assert.strictEqual(since, "")
      const left = (yield* listed()).since
      assert.strictEqual(nextOf(yield* changes(left)), left)
    })
  )

  it.effect("every time where they are in more companies than are carried along", () =>
    Effect.gen(function* () {
      const rows = (count: number) => ({ data: numbers(count).map((id) => ({ id })), total_count: count, pages: { next: null } })
      for (const [count, isKnown] of [
        [20_000, true],
        [20_001, false]
      ] as const) {
        const { desk, read } = yield* connect({ app: (app) => instead({ "/contacts/1/companies": rows(count) })(altered("/contacts", cut)(app)) })
        desk.load({ customers: people(1), organizations: [], memberships: [] })
        assert.strictEqual(nextOf(yield* read("contacts")) !== "", isKnown)
      }
    })
  )
})
