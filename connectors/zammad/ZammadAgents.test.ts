/** Who works at a Zammad: told from customers by what roles permit. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { answering, connect, json } from "./TestConnection.ts"

const user = { active: true, email: "a@acme.example", firstname: "Ann", lastname: "Acme", login: "ann", organization_id: null, organization_ids: [] }

describe("agents", () => {
  it.effect("are users whose roles permit it, under the names of those roles alone", () =>
    Effect.gen(function* () {
      const { agents, edits, sandbox } = yield* connect()
      edits.load({ customers: [{ id: "c1", email: "c1@x.example", name: "Cy" }], organizations: [], memberships: [] })
      edits.makeStaff("c1")
      edits.load({ customers: [{ id: "c2", email: "c2@x.example", name: "Di" }], organizations: [], memberships: [] })
      const admin = sandbox.agents.add({ email: "Petra@acme.example", name: "Petra Acme", roles: ["Admin", "Service"] })
      const found = (yield* agents).flatMap(({ items }) => items)
      assert.deepStrictEqual(found, [
        { id: String(sandbox.desk.userId("c1")), email: "c1@x.example", name: "Cy", roles: ["Agent"], active: true },
        { id: admin, email: "Petra@acme.example", name: "Petra Acme", roles: ["Admin"], active: true }
      ])
    })
  )

  it.effect("who are inactive are told so; the system's own user is nobody", () =>
    Effect.gen(function* () {
      const { agents, sandbox } = yield* connect()
      const id = sandbox.agents.add({ email: null, name: "Ann" })
      sandbox.agents.deactivate(id)
      const [page, ...rest] = yield* agents
      assert.deepStrictEqual(page?.items, [{ id, email: null, name: "Ann", roles: ["Agent"], active: false }])
      assert.deepStrictEqual(
        rest.map(({ end }) => end),
        [true]
      )
    })
  )

  it.effect("may be those whose roles nothing tells: they are there, with the roles that are known", () =>
    Effect.gen(function* () {
      const rows = [
        { ...user, id: 7 },
        { ...user, id: 8, role_ids: [2, 99] },
        { ...user, id: 9, role_ids: [3, 99] },
        { ...user, id: 10, role_ids: [3] }
      ]
      const { agents } = yield* answering((call) => (call === "/users 1" ? json(rows) : call === "/users 2" ? json([]) : undefined))
      assert.deepStrictEqual(
        (yield* agents).flatMap(({ items }) => items.map(({ id, roles }) => [id, ...roles])),
        [["7"], ["8", "Agent"], ["9"]]
      )
    })
  )

  it.effect("are not read with a token that would see a part of them, nor all known to one that sees itself alone", () =>
    Effect.gen(function* () {
      const { agents, sandbox } = yield* connect()
      sandbox.setRoles([3])
      assert.strictEqual((yield* Effect.flip(agents)).reason, "NotAllowed")
      const alone = yield* answering((call) => (call === "/users 1" ? json([{ ...user, id: 3, role_ids: [2] }]) : call === "/users 2" ? json([]) : undefined))
      assert.deepStrictEqual(
        (yield* alone.agents).map(({ end }) => end),
        [false, false]
      )
    })
  )
})
