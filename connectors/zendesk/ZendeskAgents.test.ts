/** Who works at a Zendesk account, and what of it a filter or a page may tell wrongly. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { answering, baseUrl, connect, failure, lastPage } from "./TestConnection.ts"

const row = (id: number, values: object = {}) => ({ id, name: `A ${id}`, email: `a${id}@acme.example`, role: "agent", ...values })

describe("agents", () => {
  it.effect("are asked for with both roles on every page", () =>
    Effect.gen(function* () {
      const { agents, log, sandbox } = yield* connect()
      for (let n = 0; n < 101; n++) sandbox.agents.add({ email: `a${n}@acme.example`, name: `A ${n}`, roles: [n === 100 ? "admin" : "agent"] })
      const pages = yield* agents
      assert.deepStrictEqual(
        pages.map(({ end, items }) => [items.length, end]),
        [
          [100, false],
          [1, true]
        ]
      )
      for (const { query } of log) assert.deepStrictEqual([query.getAll("role[]"), query.get("page[size]")], [["agent", "admin"], "100"])
      assert.deepStrictEqual(
        log.map(({ query }) => query.has("page[after]")),
        [false, true]
      )
    })
  )

  it.effect("are those whose own row says so, should the filter not be understood", () =>
    Effect.gen(function* () {
      const users = [row(1, { role: "end-user" }), row(2), row(3, { role: "admin" }), row(4, { role: "something new" })]
      const { agents } = yield* answering({ users, ...lastPage })
      assert.deepStrictEqual(
        (yield* agents).flatMap(({ items }) => items.map(({ id, roles }) => [id, ...roles])),
        [
          ["2", "agent"],
          ["3", "admin"]
        ]
      )
    })
  )

  it.effect("carry the name of their kind beside their role", () =>
    Effect.gen(function* () {
      const users = [0, 1, 2, 3, 4, 5, 99, null].map((role_type, n) => row(n, { role_type, role: role_type === 4 ? "admin" : "agent" }))
      const { agents } = yield* answering({ users, ...lastPage })
      const [page] = yield* agents
      assert.deepStrictEqual(
        page?.items.map(({ roles }) => roles.join(" + ")),
        ["agent", "agent + light agent", "agent + chat agent", "agent + contributor", "admin", "agent + billing admin", "agent", "agent"]
      )
    })
  )

  it.effect("who are suspended or deleted are still told, as not at work", () =>
    Effect.gen(function* () {
      const { agents } = yield* answering({ users: [row(1, { suspended: true }), row(2, { active: false, email: null }), row(3)], ...lastPage })
      assert.deepStrictEqual(
        (yield* agents).flatMap(({ items }) => items.map(({ active }) => active)),
        [false, false, true]
      )
    })
  )

  it.effect("paged by offset are followed, and never proved to be all", () =>
    Effect.gen(function* () {
      const next = `${baseUrl}/api/v2/users?role%5B%5D=agent&role%5B%5D=admin&page=2`
      const { agents, inject, log } = yield* answering({ users: [row(2)], next_page: null, count: 2 })
      inject({ _tag: "Answer", response: { status: 200, headers: {}, body: JSON.stringify({ users: [row(1)], next_page: next, count: 2 }) } })
      assert.deepStrictEqual(
        (yield* agents).map(({ end, items }) => [items[0]?.id, end]),
        [
          ["1", false],
          ["2", false]
        ]
      )
      assert.deepStrictEqual([log[1]?.query.getAll("role[]"), log[1]?.query.get("page")], [["agent", "admin"], "2"])
    })
  )

  it.effect("whose list does not tell whether it goes on are unreadable", () =>
    Effect.gen(function* () {
      const { agents } = yield* answering({ users: [row(1)] })
      assert.strictEqual((yield* failure(agents)).reason, "Malformed")
    })
  )
})
