/** Tokens, regions, who they make us, and refusals. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as TestClock from "effect/TestClock"
import { connector } from "./IntercomConnector.ts"
import { altered, baseUrl, connect, failure, inTime, people } from "./TestConnection.ts"

describe("who we are", () => {
  it.effect("the workspace is the account, and the allowance is told", () =>
    Effect.gen(function* () {
      const { source, log } = yield* connect()
      assert.deepStrictEqual(yield* source.identify, {
        account: "sandbox_ws1",
        label: "Sandbox",
        actor: "petra@sandbox.example",
        role: null,
        missing: [],
        allowance: { limit: 1666, remaining: 1665, resetAt: 10_000 }
      })
      assert.deepStrictEqual(
        log.map(({ path }) => path),
        ["/me", "/contacts", "/companies", "/segments", "/tags", "/admins"]
      )
    })
  )

  it.effect("a missing permission is named with its remedy", () =>
    Effect.gen(function* () {
      const { sandbox, source } = yield* connect()
      sandbox.refuse("/tags", 403)
      sandbox.refuse("/admins", 403)
      // Whether an empty workspace has lists to ask for is another question.
      sandbox.refuse("/companies", 404)
      assert.deepStrictEqual((yield* source.identify).missing, [
        'Intercom refuses to list tags ("Not authorized to access resource"): give the app the permission "Read tags" (Developer Hub > Authentication).',
        'Intercom refuses to list admins ("Not authorized to access resource"): give the app the permission "Read admins" (Developer Hub > Authentication).'
      ])
    })
  )

  it.effect("a plan that excludes a list is no matter of permissions", () =>
    Effect.gen(function* () {
      const { inject, source } = yield* connect()
      const body = JSON.stringify({ type: "error.list", errors: [{ code: "api_plan_restricted", message: "Active subscription needed" }] })
      inject({ _tag: "Answer", response: { status: 403, headers: {}, body } }, ({ path }) => path === "/segments")
      assert.deepStrictEqual((yield* source.identify).missing, [
        'Intercom refuses to list segments ("Active subscription needed"): the workspace\'s plan excludes it.'
      ])
    })
  )

  it.effect("an answer without the workspace is malformed, for nothing could be bound to it", () =>
    Effect.gen(function* () {
      const { source } = yield* connect({ app: altered("/me", (body) => ({ ...body, app: null })) })
      assert.strictEqual((yield* failure(source.identify)).reason, "Malformed")
    })
  )

  it.effect.each([
    [{}, "api.intercom.io", /region is us, .* region: eu or au$/],
    [{ region: "eu" }, "api.eu.intercom.io", /region is eu, .* region: us or au$/],
    [{ region: "au" }, "api.au.intercom.io", /region is au, .* region: us or eu$/],
    [{ baseUrl, region: "au" }, "sandbox.intercom.test", /^Access Token Invalid$/]
  ] as const)("%j goes to %s, and a refused token is told with the region", ([options, host, detail]) =>
    Effect.gen(function* () {
      const hosts = new Set<string | undefined>()
      const { source } = yield* connect({
        options: (sandbox) => ({ accessToken: sandbox.refusedOptions(baseUrl)["accessToken"], ...options }),
        app: (app) => (request) => {
          hosts.add(request.headers["host"])
          return app(request)
        }
      })
      const error = yield* failure(source.identify)
      assert.deepStrictEqual([error.reason, error.code, [...hosts]], ["Unauthorized", "unauthorized", [host]])
      assert.match(error.detail, detail)
    })
  )
})

describe("limits", () => {
  it.effect("a 429 without Retry-After waits for the reset, and nothing is lost", () =>
    Effect.gen(function* () {
      // Only a moment of our days shows whether the reset is read as a date.
      yield* TestClock.setTime(1_793_000_001_000)
      const { desk, log, read, sandbox } = yield* connect()
      desk.load({ customers: people(301), organizations: [], memberships: [] })
      sandbox.limitPerWindow(3)
      const fiber = yield* Effect.fork(read("contacts"))
      yield* TestClock.adjust("8 seconds")
      assert.isTrue(Option.isNone(yield* Fiber.poll(fiber)))
      assert.strictEqual(log.filter(({ status }) => status === 200).length, 3)
      yield* TestClock.adjust("5 seconds")
      assert.strictEqual(
        (yield* Fiber.join(fiber)).reduce((rows, page) => rows + page.rows, 0),
        301
      )
    })
  )
})

describe("errors", () => {
  const body = (code: string, message: string | null) => ({ type: "error.list", request_id: null, errors: [{ code, message, field: null }] })

  it.effect.each([
    [401, body("unauthorized", "Access Token Invalid"), "Unauthorized", "Access Token Invalid"],
    [403, body("forbidden", "Not authorized"), "NotAllowed", "Not authorized"],
    [403, body("api_plan_restricted", "Active subscription needed"), "NotAllowed", "Active subscription needed"],
    [404, body("not_found", "User Not Found"), "NotFound", "User Not Found"],
    [400, body("parameter_invalid", "starting_after is invalid"), "Invalid", "starting_after is invalid"],
    [406, body("media_type_not_acceptable", null), "Malformed", null],
    [409, body("conflict", "Multiple existing users match"), "Invalid", "Multiple existing users match"],
    [500, "", "Unavailable", "the server failed with status 500"]
  ] as const)("status %i with %j", ([status, answer, reason, detail]) =>
    Effect.gen(function* () {
      const response = { status, headers: {}, body: typeof answer === "string" ? answer : JSON.stringify(answer) }
      const { read } = yield* connect({ app: () => () => Effect.succeed(response) })
      const error = yield* inTime(failure(read("contacts")))
      assert.strictEqual(error.reason, reason)
      if (detail !== null) assert.strictEqual(error.detail, detail)
    })
  )
})

describe("options", () => {
  const problem = (options: Readonly<Record<string, unknown>>) => {
    const result = Schema.decodeUnknownEither(connector.options, { errors: "all" })(options)
    return result._tag === "Left" ? result.left.message : null
  }

  it("need a token alone", () => {
    assert.isNull(problem({ accessToken: "secret-token" }))
    assert.isNull(problem({ accessToken: "secret-token", region: "au", leads: "include", baseUrl: "http://127.0.0.1:8080/intercom" }))
  })

  it.each([
    [{}, /accessToken/],
    [{ accessToken: "" }, /accessToken/],
    [{ accessToken: "secret-token", region: "EU" }, /region/],
    [{ accessToken: "secret-token", leads: "no" }, /leads/],
    [{ accessToken: "secret-token", baseUrl: "api.intercom.io" }, /no http address/]
  ])("refuses %j", (options, message) => {
    const found = problem(options)
    assert.match(found ?? "", message)
    assert.notInclude(found ?? "", "secret-token")
  })
})
