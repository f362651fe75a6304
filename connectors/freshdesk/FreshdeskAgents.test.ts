/** Who works at a Freshdesk account, and where the names of their roles come from. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { answering, connect, json } from "./TestConnection.ts"

const roles = json([
  { id: 71, name: "Account Administrator" },
  { id: 72, name: "Agent" }
])
const row = (id: number, values: object = {}) => ({ id, contact: { name: `A ${id}`, email: `a${id}@acme.example`, active: true }, ...values })
const reported = (pages: ReadonlyArray<{ readonly items: ReadonlyArray<{ readonly id: string; readonly roles: ReadonlyArray<string> }> }>) =>
  pages.flatMap(({ items }) => items.map(({ id, roles }) => [id, ...roles]))

describe("agents", () => {
  it.effect("have the names of their roles, whose list is read once", () =>
    Effect.gen(function* () {
      const { agents, calls, sandbox } = yield* connect()
      const ids = Array.from({ length: 101 }, (_, n) =>
        sandbox.agents.add({ email: `a${n}@acme.example`, name: `A ${1000 + n}`, roles: n === 0 ? ["Account Administrator", "Lead"] : ["Lead"] })
      )
      const pages = yield* agents
      assert.deepStrictEqual(
        pages.map(({ end, items }) => [items.length, end]),
        [
          [100, false],
          [1, true]
        ]
      )
      assert.deepStrictEqual(pages[0]?.items.slice(0, 2), [
        { id: ids[0] ?? "", email: "a0@acme.example", name: "A 1000", roles: ["Account Administrator", "Lead"], active: true },
        { id: ids[1] ?? "", email: "a1@acme.example", name: "A 1001", roles: ["Lead"], active: true }
      ])
      assert.deepStrictEqual(calls(), ["/roles", "/agents", "/agents"])
    })
  )

  it.effect("whose roles the list does not show are looked at one by one", () =>
    Effect.gen(function* () {
      const { agents, calls, sandbox } = yield* connect()
      sandbox.show({ tagsInLists: false, severalCompanies: true, rolesInLists: false })
      const ids = ["Ann", "Ben"].map((name) => sandbox.agents.add({ email: `${name}@acme.example`, name, roles: [`${name}'s`] }))
      assert.deepStrictEqual(reported(yield* agents), [
        [ids[0], "Ann's"],
        [ids[1], "Ben's"]
      ])
      assert.deepStrictEqual(calls(), ["/roles", "/agents", ...ids.map((id) => `/agents/${id}`)])
    })
  )

  it.effect("are there without a role where nothing tells one, and with its number where it has no name", () =>
    Effect.gen(function* () {
      const { agents } = yield* answering({
        "/roles": roles,
        "/agents": json([row(1), row(2), row(3, { role_ids: [72, 99] }), row(4, { role_ids: [] })]),
        "/agents/1": json(row(1)),
        "/agents/2": { status: 404, headers: {}, body: "" }
      })
      assert.deepStrictEqual(reported(yield* agents), [["1"], ["2"], ["3", "Agent", "role 99"], ["4"]])
    })
  )

  it.effect("who never verified their address work there all the same", () =>
    Effect.gen(function* () {
      const contact = { name: "Ann", email: "ann@acme.example", active: false }
      const { agents } = yield* answering({ "/roles": roles, "/agents": json([row(1, { role_ids: [72], contact })]) })
      assert.deepStrictEqual(
        (yield* agents).flatMap(({ items }) => items.map(({ active }) => active)),
        [true]
      )
    })
  )

  it.effect("and roles are refused to everybody but administrators", () =>
    Effect.gen(function* () {
      const { agents, sandbox } = yield* connect()
      sandbox.setAdministrator(false)
      const refused = yield* Effect.flip(agents)
      assert.deepStrictEqual([refused.reason, refused.detail], ["NotAllowed", "You are not authorized to perform this action."])
      sandbox.setAdministrator(true)
      sandbox.refuse("/agents", { status: 403, body: { code: "access_denied", message: "no" } })
      assert.strictEqual((yield* Effect.flip(agents)).reason, "NotAllowed")
    })
  )

  it.effect("are not read beside a list without any role, which no account has", () =>
    Effect.gen(function* () {
      const { agents } = yield* answering({ "/roles": json([]), "/agents": json([row(1, { role_ids: [72] })]) })
      assert.strictEqual((yield* Effect.flip(agents)).reason, "Malformed")
    })
  )
})
