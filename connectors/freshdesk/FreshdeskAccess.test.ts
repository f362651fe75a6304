/** Keys, who they make us, and refusals. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { connector } from "./FreshdeskConnector.ts"
import { baseUrl, connect } from "./TestConnection.ts"

describe("keys", () => {
  it.effect("an administrator's costs two calls and tells the allowance", () =>
    Effect.gen(function* () {
      const { source, calls } = yield* connect()
      assert.deepStrictEqual(yield* source.identify, {
        account: "sandbox.freshdesk.com",
        label: "sandbox",
        actor: "petra@sandbox.example",
        role: "Account Administrator",
        missing: [],
        allowance: { limit: 700, remaining: 699, resetAt: null }
      })
      assert.deepStrictEqual(calls(), ["/agents/me", "/roles"])
    })
  )

  it.effect("the domain names the account wherever the calls go", () =>
    Effect.gen(function* () {
      const { source } = yield* connect({ options: { domain: "https://ACME.freshdesk.com/a/tickets" } })
      const { account, label } = yield* source.identify
      assert.deepStrictEqual([account, label], ["acme.freshdesk.com", "acme"])
    })
  )

  it.effect("anybody else's is another role, and what is refused is named with its remedy", () =>
    Effect.gen(function* () {
      const { sandbox, source } = yield* connect()
      sandbox.setAdministrator(false)
      sandbox.refuse("/companies", { status: 403, body: { code: "require_feature", message: "The Companies feature is not supported in your plan." } })
      const { role, missing } = yield* source.identify
      assert.strictEqual(role, "role 72")
      assert.deepStrictEqual(missing, [
        'Freshdesk refuses to list companies ("The Companies feature is not supported in your plan."): use the API key of an administrator.',
        'Freshdesk refuses to list agents ("You are not authorized to perform this action."): use the API key of an administrator.'
      ])
    })
  )

  it.effect.each([
    [401, "invalid_credentials", "Unauthorized"],
    [403, "password_lockout", "Unauthorized"],
    [403, "account_suspended", "Unauthorized"],
    [403, "access_denied", "NotAllowed"],
    [403, "require_feature", "NotAllowed"]
  ] as const)("status %i with code %s is %s", ([status, code, reason]) =>
    Effect.gen(function* () {
      const { sandbox, read, log } = yield* connect()
      sandbox.refuse("/companies", { status, body: { code, message: "No." } })
      const error = yield* Effect.flip(read("companies"))
      assert.deepStrictEqual([error.reason, error.code, error.detail], [reason, code, "No."])
      assert.strictEqual(log.length, 1)
    })
  )

  it.effect("a validation error is told in Freshdesk's words", () =>
    Effect.gen(function* () {
      const { sandbox, read } = yield* connect()
      const errors = [{ field: "page", message: "It should be a Positive Integer", code: "invalid_value" }]
      sandbox.refuse("/companies", { status: 400, body: { description: "Validation failed", errors } })
      const error = yield* Effect.flip(read("companies"))
      assert.deepStrictEqual([error.reason, error.code, error.detail], ["Invalid", "invalid_value", "It should be a Positive Integer"])
    })
  )

  it.effect("a key that the vendor repeats alone is hidden too", () =>
    Effect.gen(function* () {
      const { sandbox, read } = yield* connect()
      const key = String(sandbox.options(baseUrl)["apiKey"])
      sandbox.refuse("/companies", { status: 403, body: { code: "access_denied", message: `no access with ${key}` } })
      assert.strictEqual((yield* Effect.flip(read("companies"))).detail, "no access with [hidden]")
    })
  )
})

describe("options", () => {
  const problem = (options: Readonly<Record<string, unknown>>) => {
    const result = Schema.decodeUnknownEither(connector.options, { errors: "all" })({ apiKey: "secret-key", ...options })
    return result._tag === "Left" ? result.left.message : null
  }

  it.each(["acme", "ACME.freshdesk.com", "https://acme.freshdesk.com", "https://acme.freshdesk.com/a/dashboard"])(
    "takes the domain as pasted: %s",
    (domain) => {
      const options = Schema.decodeUnknownSync(connector.options)({ apiKey: "secret-key", domain })
      assert.strictEqual(options.domain, "acme")
    }
  )

  it.each([
    [{}, /give the domain/],
    [{ domain: "support.acme.com" }, /is no Freshdesk domain: .*host name of your own/],
    [{ domain: "http://acme.freshdesk.com" }, /is no Freshdesk domain/],
    [{ baseUrl: "acme" }, /no http address/],
    [{ domain: "acme", apiKey: "" }, /apiKey/],
    [{ domain: "acme", tags: "yes" }, /"read"/]
  ])("refuses %j", (options, message) => {
    const found = problem(options)
    assert.match(found ?? "", message)
    assert.notInclude(found ?? "", "secret-key")
  })
})
