/** Further addresses of a user: which count, and what an answer proves. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type { Source } from "../../src/contract/Source.ts"
import type { ZendeskSandbox } from "./sandbox.ts"
import { baseUrl, connect, failure, lastPage } from "./TestConnection.ts"

const asked = ({ addresses }: Pick<Source, "addresses">) => (addresses === undefined ? Effect.dieMessage("no addresses") : addresses("7"))

const asking = { options: (sandbox: ZendeskSandbox) => ({ ...sandbox.options(baseUrl), identities: "unmatched" }) }

describe("other addresses", () => {
  it.effect("are asked for only where the option says so", () =>
    Effect.gen(function* () {
      assert.isUndefined((yield* connect()).source.addresses)
      assert.isDefined((yield* connect(asking)).source.addresses)
    })
  )

  it.effect("are verified addresses beside the user's own, over all pages", () =>
    Effect.gen(function* () {
      const { desk, log, sandbox, source } = yield* connect(asking)
      desk.load({ customers: [{ id: "7", email: "ann@x.example", name: "Ann" }], organizations: [], memberships: [] })
      for (let n = 0; n < 120; n++) sandbox.addAddress("7", `a${n}@x.example`, n % 40 === 0)
      const found = yield* asked(source)
      assert.deepStrictEqual(found, ["a0@x.example", "a40@x.example", "a80@x.example"])
      assert.deepStrictEqual(
        log.map(({ path, query }) => [path, query.get("page[size]")]),
        [
          ["/api/v2/users/7/identities", "100"],
          ["/api/v2/users/7/identities", "100"]
        ]
      )
      desk.deleteCustomer("7")
      assert.deepStrictEqual(yield* asked(source), [])
    })
  )

  it.effect.each([
    [404, { error: "InvalidEndpoint", description: "Not found" }, "NotFound"],
    [403, { error: "Forbidden", description: "Missing the following required scopes: read" }, "NotAllowed"],
    [200, { users: [], ...lastPage }, "Malformed"],
    [200, { identities: [] }, "Malformed"]
  ] as const)("are not none by status %i with %j", ([status, body, reason]) =>
    Effect.gen(function* () {
      const response = { status, headers: { "content-type": "application/json" }, body: JSON.stringify(body) }
      const { source } = yield* connect({ ...asking, app: () => () => Effect.succeed(response) })
      assert.strictEqual((yield* failure(asked(source))).reason, reason)
    })
  )
})
