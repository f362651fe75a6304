/** Who works in an Intercom workspace: people, and bots that are listed among them. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { connect, failure, instead } from "./TestConnection.ts"

const admin = (id: number | string, email: string | null, name: string | null = `A ${id}`) => ({ type: "admin", id, email, name })

describe("admins", () => {
  it.effect("are all of one role, and told in one call", () =>
    Effect.gen(function* () {
      const { agents, log, sandbox } = yield* connect()
      const id = sandbox.agents.add({ email: "Ann@acme.example", name: "Ann" })
      assert.deepStrictEqual(yield* agents, [
        { items: [{ id, email: "Ann@acme.example", name: "Ann", roles: ["admin"], active: true }], total: null, end: true }
      ])
      assert.deepStrictEqual(
        log.map(({ path, query }) => `${path}?${query}`),
        ["/admins?"]
      )
    })
  )

  it.effect("that are bots are nobody: without a usable address, or with one of Intercom's making", () =>
    Effect.gen(function* () {
      const admins = [
        admin(1, null, "Operator"),
        admin("2", "", "Fin"),
        admin(3, "no address"),
        admin(4, "operator+ecahpwf5@intercom.io"),
        null,
        admin(5, "ann@acme.example"),
        admin(6, "operator@acme.example", null)
      ]
      const { agents } = yield* connect({ app: instead({ "/admins": { type: "admin.list", admins } }) })
      assert.deepStrictEqual(
        (yield* agents).flatMap(({ items }) => items.map(({ id, name }) => [id, name])),
        [
          ["5", "A 5"],
          ["6", null]
        ]
      )
    })
  )

  it.effect("that the app may not read are refused, not missing", () =>
    Effect.gen(function* () {
      const { agents, sandbox } = yield* connect()
      sandbox.refuse("/admins", 403)
      assert.strictEqual((yield* failure(agents)).reason, "NotAllowed")
    })
  )
})
