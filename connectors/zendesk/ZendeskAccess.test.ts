/** Credentials, who they make us, and refusals. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { SandboxApp } from "../../src/sandbox/Sandbox.ts"
import { answering, baseUrl, connect, failure } from "./TestConnection.ts"
import type * as Sandbox from "./sandbox.ts"
import { connector } from "./ZendeskConnector.ts"

describe("credentials", () => {
  it.effect("an admin's API token costs one call and tells the allowance", () =>
    Effect.gen(function* () {
      const { source, log } = yield* connect()
      assert.deepStrictEqual(yield* source.identify, {
        account: "sandbox.zendesk.com",
        label: "sandbox",
        actor: "petra@sandbox.example",
        role: "admin",
        missing: [],
        allowance: { limit: 700, remaining: 699, resetAt: 60_000 }
      })
      assert.strictEqual(log.length, 1)
    })
  )

  it.effect("the subdomain names the account wherever the calls go", () =>
    Effect.gen(function* () {
      const { source } = yield* connect({ options: (sandbox) => ({ ...sandbox.oauthOptions(baseUrl), subdomain: "acme" }) })
      const { account, label } = yield* source.identify
      assert.deepStrictEqual([account, label], ["acme.zendesk.com", "acme"])
    })
  )

  it.effect("the anonymous guest that a revoked token gets is a refusal, though its status is 200", () =>
    Effect.gen(function* () {
      const { source, read } = yield* connect({ options: (sandbox) => sandbox.refusedOptions(baseUrl) })
      const error = yield* failure(source.identify)
      assert.strictEqual(error.reason, "Unauthorized")
      assert.match(error.detail, /anonymous guest: token revoked or its owner deactivated/)
      const listing = yield* failure(read("users"))
      assert.deepStrictEqual([listing.reason, listing.detail], ["Unauthorized", "Couldn't authenticate you"])
    })
  )

  it.effect("an end user's credential is a refusal too", () =>
    Effect.gen(function* () {
      const { sandbox, source } = yield* connect()
      sandbox.actAs({ role: "end-user" })
      assert.strictEqual((yield* failure(source.identify)).reason, "Unauthorized")
    })
  )

  it.effect("an API token given as access token is an invalid token", () =>
    Effect.gen(function* () {
      const { source } = yield* connect({ options: (sandbox) => ({ baseUrl, accessToken: String(sandbox.options(baseUrl)["apiToken"]) }) })
      const { reason, code } = yield* failure(source.identify)
      assert.deepStrictEqual([reason, code], ["Unauthorized", "invalid_token"])
    })
  )

  it.effect("an agent's role, restrictions and refused lists are told", () =>
    Effect.gen(function* () {
      const { sandbox, source } = yield* connect()
      sandbox.actAs({ role: "agent", role_type: 0, custom_role_id: 77, ticket_restriction: "organization", restricted_agent: true })
      sandbox.refuse("/organizations", 403)
      const { role, missing } = yield* source.identify
      assert.strictEqual(role, "agent (custom role 77, tickets: organization, restricted)")
      assert.strictEqual(missing.length, 2)
      assert.match(missing[0] ?? "", /^petra@sandbox.example is agent .* use the token of an admin\.$/)
      assert.match(missing[1] ?? "", /^Zendesk refuses to list organizations .*Access to this resource is restricted.* use the token of an admin\.$/)
    })
  )

  it.effect("an access token without the scope for a list is told, even an admin's", () =>
    Effect.gen(function* () {
      const { source, inject } = yield* connect({ options: (sandbox) => sandbox.oauthOptions(baseUrl) })
      const body = JSON.stringify({ error: "Forbidden", description: "Missing the following required scopes: read" })
      inject({ _tag: "Answer", response: { status: 403, headers: {}, body } }, ({ path }) => path.endsWith("/organization_memberships"))
      assert.deepStrictEqual((yield* source.identify).missing, [
        'Zendesk refuses to list organization memberships ("Missing the following required scopes: read"): use an access token with the scope "read".'
      ])
    })
  )
})

describe("an OAuth client", () => {
  const renewing = (sandbox: Sandbox.ZendeskSandbox) => sandbox.renewing.options(baseUrl)

  it.effect("is asked for a token first, and who we are is told as with any other credential", () =>
    Effect.gen(function* () {
      const { log, source } = yield* connect({ options: renewing })
      const { actor, missing, role } = yield* source.identify
      assert.deepStrictEqual([actor, role, missing], ["petra@sandbox.example", "admin", []])
      assert.strictEqual(log[0]?.path, "/oauth/tokens")
    })
  )

  it.effect("whose secret is wrong is a refused credential, in the vendor's words and with what to look at", () =>
    Effect.gen(function* () {
      const { sandbox, source } = yield* connect({ options: (sandbox) => sandbox.renewing.refusedOptions(baseUrl) })
      const error = yield* failure(source.identify)
      assert.deepStrictEqual([error.reason, error.code, error.status], ["Unauthorized", "invalid_client", 401])
      assert.match(error.message, /POST \/oauth\/tokens: Client authentication failed\.: check clientId and clientSecret/)
      for (const secret of sandbox.secrets) assert.notInclude(JSON.stringify(error), secret)
    })
  )

  it.effect("a guest is answered to an ended token: it is renewed before that is believed", () =>
    Effect.gen(function* () {
      const { inject, log, source } = yield* connect({ options: renewing })
      const guest = JSON.stringify({ user: { id: null, name: "Anonymous user", role: "end-user" } })
      inject({ _tag: "Answer", response: { status: 200, headers: {}, body: guest } }, ({ path }) => path.endsWith("/users/me"))
      assert.strictEqual((yield* source.identify).actor, "petra@sandbox.example")
      assert.strictEqual(log.filter(({ path }) => path === "/oauth/tokens").length, 2)
    })
  )

  it.effect.each([
    [{ access_token: "good-token", token_type: "mac" }, "not a bearer token"],
    [{ access_token: "line\nbreak-token", token_type: "bearer" }, "no header can carry"],
    [{ token_type: "bearer" }, "access_token"]
  ] as const)("an answer like %j is no token", ([body, detail]) =>
    Effect.gen(function* () {
      const { inject, source } = yield* connect({ options: renewing })
      inject({ _tag: "Answer", response: { status: 200, headers: {}, body: JSON.stringify(body) } })
      const error = yield* failure(source.identify)
      assert.strictEqual(error.reason, "Malformed")
      assert.include(error.detail, detail)
      assert.notInclude(error.message, "token\n")
    })
  )

  it.effect("whose tokens tell no lifetime, or tell it as text, works", () =>
    Effect.gen(function* () {
      for (const reported of [{}, { expires_in: null }, { expires_in: "1800" }, { expires_in: 0 }, { expires_in: -5 }]) {
        const { inject, log, sandbox, source } = yield* connect({ options: renewing })
        const body = JSON.stringify({ access_token: sandbox.renewing.tokens.issue(0), token_type: "Bearer", ...reported })
        inject({ _tag: "Answer", response: { status: 200, headers: {}, body } })
        yield* source.identify
        yield* source.identify
        assert.strictEqual(log.filter(({ path }) => path === "/oauth/tokens").length, 1, JSON.stringify(reported))
      }
    })
  )
})

it("warns of an API token, with the dates of its end, and of nothing else", () => {
  const warnings = (options: object) => connector.warnings?.(Schema.decodeUnknownSync(connector.options)({ subdomain: "acme", ...options }))
  const [warning = "", ...others] = warnings({ email: "petra@acme.example", apiToken: "secret-token" }) ?? []
  assert.deepStrictEqual(others, [])
  for (const part of ["2027-04-30", "2026-10-27", "clientId", "clientSecret"]) assert.include(warning, part)
  assert.deepStrictEqual(warnings({ clientId: "groupbridge", clientSecret: "secret-token" }), [])
})

describe("errors", () => {
  it.effect.each([
    [401, { error: "Couldn't authenticate you" }, "Unauthorized", "Couldn't authenticate you"],
    [401, { error: "invalid_token", error_description: "The access token provided is expired" }, "Unauthorized", "The access token provided is expired"],
    [
      403,
      { error: { title: "Forbidden", message: "Access to this resource is restricted" } },
      "NotAllowed",
      "Forbidden: Access to this resource is restricted"
    ],
    [403, { error: "Forbidden", description: "Missing the following required scopes: read" }, "NotAllowed", "Missing the following required scopes: read"],
    [404, { error: "RecordNotFound", description: "Not found" }, "NotFound", "Not found"],
    [400, { error: "TooManyValues", description: "Too many" }, "Invalid", "Too many"],
    [
      422,
      { error: "RecordInvalid", description: "Record validation errors", details: { name: [{ description: "Name: taken", error: "DuplicateValue" }] } },
      "Invalid",
      "Record validation errors"
    ],
    [200, "<html><body>maintenance</body></html>", "Malformed", null]
  ] as const)("status %i with %j", ([status, body, reason, detail]) =>
    Effect.gen(function* () {
      const { read } = yield* answering(body, status)
      const error = yield* failure(read("users"))
      assert.strictEqual(error.reason, reason)
      if (detail !== null) assert.strictEqual(error.detail, detail)
    })
  )

  it.effect.each(["options", "oauthOptions"] as const)("a vendor that echoes the credential is not repeated (%s)", (way) =>
    Effect.gen(function* () {
      const echo = (): SandboxApp => (request) =>
        Effect.succeed({ status: 403, headers: {}, body: JSON.stringify({ error: "Forbidden", description: `no: ${request.headers["authorization"]}` }) })
      const { read, sandbox } = yield* connect({ options: (sandbox) => sandbox[way](baseUrl), app: echo })
      const error = yield* failure(read("users"))
      const seen = `${error.message} ${JSON.stringify(error)}`
      assert.match(seen, /\[hidden\]/)
      for (const secret of sandbox.secrets) assert.notInclude(seen, secret)
    })
  )
})

describe("options", () => {
  const problem = (options: Readonly<Record<string, unknown>>) => {
    const result = Schema.decodeUnknownEither(connector.options, { errors: "all" })(options)
    return result._tag === "Left" ? result.left.message : null
  }
  const token = { email: "petra@acme.example", apiToken: "secret-token" }

  it("takes a subdomain or a base URL, and one of two credentials", () => {
    assert.isNull(problem({ subdomain: "acme", ...token }))
    assert.isNull(problem({ subdomain: "acme", accessToken: "secret-token" }))
    assert.isNull(problem({ subdomain: "acme", clientId: "groupbridge", clientSecret: "secret-token" }))
    assert.isNull(problem({ baseUrl: "http://127.0.0.1:8080/zendesk", ...token }))
  })

  it.each([
    [{ subdomain: "https://acme.zendesk.com", ...token }, /write only what stands before \.zendesk\.com/],
    [{ subdomain: "acme.zendesk.com", ...token }, /write only what stands before \.zendesk\.com/],
    [{ baseUrl: "acme", ...token }, /no http address/],
    [token, /give the subdomain/],
    [{ subdomain: "acme" }, /give clientId and clientSecret/],
    [{ subdomain: "acme", clientId: "groupbridge" }, /a clientId goes with the clientSecret/],
    [{ subdomain: "acme", clientSecret: "secret-token" }, /a clientSecret goes with the clientId/],
    [{ subdomain: "acme", clientId: "groupbridge", clientSecret: "secret-token", ...token }, /not both/],
    [{ subdomain: "acme", email: token.email }, /an email goes with an apiToken/],
    [{ subdomain: "acme", apiToken: token.apiToken }, /an apiToken goes with the email/],
    [{ subdomain: "acme", ...token, email: "petra@acme.example/token" }, /without \/token/],
    [{ subdomain: "acme", ...token, accessToken: "other-token" }, /not both/],
    [{ subdomain: "acme", ...token, suspended: "no" }, /include/]
  ])("refuses %j", (options, message) => {
    const found = problem(options)
    assert.match(found ?? "", message)
    assert.notInclude(found ?? "", token.apiToken)
  })
})
