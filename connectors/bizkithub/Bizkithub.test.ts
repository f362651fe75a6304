/** What is peculiar about BizKitHub: slugs, how a customer is named, and refusals whose status misleads. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Inspectable from "effect/Inspectable"
import * as Schema from "effect/Schema"
import * as SlotPacer from "../../src/http/pacing/SlotPacer.ts"
import * as SecretRedactor from "../../src/observe/SecretRedactor.ts"
import * as Faulty from "../../src/sandbox/Faulty.ts"
import * as InProcess from "../../src/sandbox/InProcess.ts"
import type { Fault } from "../../src/sandbox/Sandbox.ts"
import { connector } from "./BizkithubConnector.ts"
import * as BizkithubSlug from "./BizkithubSlug.ts"
import * as Sandbox from "./sandbox.ts"

const baseUrl = "https://api.bizkithub.com"

const connected = Effect.gen(function* () {
  const sandbox = Sandbox.make()
  const faulty = Faulty.make(sandbox.app)
  const options = yield* Schema.decodeUnknown(connector.options)(sandbox.options(baseUrl))
  const role = yield* Effect.fromNullable(connector.target)
  const pacer = yield* SlotPacer.make({ windows: [], restored: [], concurrency: 4 })
  const client = InProcess.client({ [baseUrl]: faulty.app })
  return { sandbox, faulty, target: yield* role.make(options, { name: "shop", client, pacer, redactor: SecretRedactor.make() }) }
})

const pack = (customer: string, ...groups: ReadonlyArray<string>) => ({ by: "customer", customer, groups }) as const

const answered = (status: number, body: unknown): Fault => ({
  _tag: "Answer",
  response: { status, headers: { "content-type": "application/json" }, body: JSON.stringify(body) }
})

describe("BizKitHub's slugs", () => {
  it("are made as the vendor's examples are", () => {
    const slugs = ["Joolz Aer+", "Project Review: Q1 & Q2", "Привет, мир!", "  Straße -- 7 ", "🎉", "Šťastný ÆØÅ"].map((text) => BizkithubSlug.of(text))
    assert.deepStrictEqual(
      slugs.map(({ slug }) => slug),
      ["joolz-aer-plus", "project-review-q1-and-q2", "priviet-mir", "strasse-7", "", "stastny-aeoa"]
    )
    assert.isFalse(slugs.some(({ lossy }) => lossy))
    assert.deepStrictEqual(BizkithubSlug.of("北京 VIP"), { slug: "vip", lossy: true })
    for (const { slug } of slugs) assert.deepStrictEqual(BizkithubSlug.of(slug), { slug, lossy: false })
  })

  it.scoped("are all that is sent: anything else is refused here", () =>
    Effect.gen(function* () {
      const { faulty, target } = yield* connected
      for (const group of ["Plan Gold", "a--b", "", "x".repeat(65)]) {
        const error = yield* Effect.flip(target.add(pack("a@x.example", "fine", group)))
        assert.deepStrictEqual([error.reason, error.effect], ["Invalid", "none"])
      }
      assert.strictEqual(faulty.log.length, 0)
    })
  )
})

describe("BizKitHub's customers", () => {
  it.scoped("are named by an address or a reference number, never by both", () =>
    Effect.gen(function* () {
      const { faulty, sandbox, target } = yield* connected
      sandbox.target.addCustomers([{ email: "a@x.example", name: "Ann" }])
      sandbox.refer("a@x.example", "CU00000000000001")
      yield* target.add(pack("a@x.example", "one"))
      yield* target.add(pack("CU00000000000001", "two"))
      assert.deepStrictEqual(
        faulty.log.map(({ body }) => JSON.parse(body)),
        [
          { email: "a@x.example", groups: ["one"] },
          { cuRefNo: "CU00000000000001", groups: ["two"] }
        ]
      )
      assert.strictEqual((yield* Effect.flip(target.add(pack("CU1", "two")))).reason, "Invalid")
      assert.strictEqual(faulty.log.length, 2)
    })
  )
})

describe("BizKitHub's refusals", () => {
  it.scoped("mean what their code says, in either shape and whatever the status", () =>
    Effect.gen(function* () {
      const { faulty, target } = yield* connected
      const meanings = [
        ["PUBLIC_API_KEY_HAS_BEEN_EXPIRED", "Unauthorized"],
        ["PUBLIC_API_KEY_SAMPLE_VALUE", "Unauthorized"],
        ["INTERNAL_VALIDATION_FAILED", "Invalid"],
        ["INTERNAL_RESOURCE_NOT_FOUND", "NotFound"]
      ] as const
      for (const [code, reason] of meanings) {
        for (const status of [200, 400, 404, 500]) {
          for (const body of [{ error: { code, message: "No.", description: "Really." } }, { success: false, errorCode: code, message: "No." }]) {
            faulty.inject(answered(status, body))
            const error = yield* Effect.flip(target.add(pack("a@x.example", "vip")))
            assert.deepStrictEqual([error.reason, error.effect, error.code], [reason, "none", code], `${status} ${JSON.stringify(body)}`)
            assert.include(error.detail, "No.")
          }
        }
      }
    })
  )

  it.scoped("without a code take a 404 for nobody's absence, and 200 without success for none", () =>
    Effect.gen(function* () {
      const { faulty, target } = yield* connected
      const failing = [
        [404, {}, "Malformed", "none"],
        [404, { error: { code: "SOMETHING_NEW", message: "?" } }, "Malformed", "none"],
        [500, { error: { message: "?" } }, "Unavailable", "unknown"],
        [200, {}, "Malformed", "unknown"],
        [200, { success: "true" }, "Malformed", "unknown"],
        [200, { success: false, message: "?" }, "Invalid", "none"]
      ] as const
      for (const [status, body, reason, effect] of failing) {
        faulty.inject(answered(status, body))
        const error = yield* Effect.flip(target.add(pack("a@x.example", "vip")))
        assert.deepStrictEqual([error.reason, error.effect], [reason, effect], `${status} ${JSON.stringify(body)}`)
      }
    })
  )
})

describe("BizKitHub's key", () => {
  it.scoped("goes into the query, names the account by its first characters, and is seen nowhere", () =>
    Effect.gen(function* () {
      const { faulty, sandbox, target } = yield* connected
      const [key = ""] = sandbox.secrets
      const identity = yield* target.identify
      assert.deepStrictEqual([identity.account, identity.actor], ["api.bizkithub.com PROD", `key ...${key.slice(-4)}`])
      faulty.inject(answered(404, { error: { code: "PUBLIC_API_KEY_DOES_NOT_EXIST", message: `${baseUrl}/api?apiKey=${key} is unknown` } }))
      const error = yield* Effect.flip(target.add(pack("a@x.example", "vip")))
      assert.strictEqual(faulty.log[0]?.query.get("apiKey"), key)
      assert.notInclude(Inspectable.toStringUnknown(error) + error.message + JSON.stringify(error), key)
    })
  )

  it("of another form is refused before anything is called, and not repeated", () => {
    for (const apiKey of ["", "PROD1", "TEST0000000000000000000000000000", `PROD${"a".repeat(29)}`]) {
      const decoded = Schema.decodeUnknownEither(connector.options)({ apiKey })
      assert.strictEqual(decoded._tag, "Left")
    }
  })
})
