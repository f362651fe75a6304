/** What BizKitHub's pages show, by the fact sheet: read by the connector, and shown by the sandbox. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as FactSheet from "../../test/kit/FactSheet.ts"
import * as BizkithubErrors from "./BizkithubErrors.ts"
import * as BizkithubSlug from "./BizkithubSlug.ts"
import * as Sandbox from "./sandbox.ts"

const facts = (sandbox: Sandbox.BizkithubSandbox): ReadonlyArray<FactSheet.Fact> => {
  const { apiKey } = sandbox.options("")
  const add = (email: string, key = apiKey) => ({ method: "POST", path: `/api/v1/customer/add-groups?apiKey=${key}`, body: { email, groups: ["vip"] } })
  return [
    { says: '{ "success": true }', example: { success: true }, reads: Schema.decodeUnknownEither(BizkithubErrors.Body), shown: add("ann@x.example") },
    {
      says: "{error:{code,message,description}}",
      example: { error: { code: "INTERNAL_RESOURCE_NOT_FOUND", message: "Customer does not exist.", description: "See the documentation." } },
      reads: FactSheet.refused(500, "Customer does not exist.", BizkithubErrors.decode),
      shown: { ...add("nobody@x.example"), status: 500 }
    },
    {
      says: "A bad or expired key is documented as HTTP 404",
      example: { error: { code: "PUBLIC_API_KEY_DOES_NOT_EXIST", message: "API key does not exist.", description: "See the documentation." } },
      reads: FactSheet.refused(404, "API key does not exist.", BizkithubErrors.decode),
      shown: { ...add("ann@x.example", sandbox.refusedOptions("")["apiKey"]), status: 404 }
    },
    {
      says: "{success:false,errorCode,message}",
      example: { success: false, errorCode: "INTERNAL_VALIDATION_FAILED", message: "E-mail is not valid." },
      reads: FactSheet.refused(200, "E-mail is not valid.", BizkithubErrors.decode),
      shown: { never: "of storefront calls; the sandbox answers so only if told" }
    },
    {
      says: '{error:{code:"RATE_LIMIT_EXCEEDED",message,retry_after}}',
      example: { error: { code: "RATE_LIMIT_EXCEEDED", message: "Too many requests.", retry_after: 3600 } },
      reads: FactSheet.refused(429, "Too many requests.", BizkithubErrors.decode),
      shown: { ...add("ann@x.example"), status: 429 }
    }
  ]
}

const unused = [["groups:[{name,slug}]", "the call needs a customer who is logged in"]] as const

const sheet = FactSheet.text("bizkithub")

describe("the facts of BizKitHub", () => {
  it.effect("are read by the connector and shown by the sandbox", () =>
    Effect.gen(function* () {
      const sandbox = Sandbox.make()
      sandbox.target.addCustomers([{ email: "ann@x.example", name: "Ann" }])
      const [limited, ...others] = facts(sandbox).toReversed()
      assert.deepStrictEqual(yield* FactSheet.problems(others, sandbox.app, {}), [])
      sandbox.limit(0)
      assert.deepStrictEqual(yield* FactSheet.problems(limited === undefined ? [] : [limited], sandbox.app, {}), [])
    })
  )

  it("make the slugs of the documented names", () => {
    assert.deepStrictEqual(
      ["Joolz Aer+", "Project Review: Q1 & Q2", "Привет, мир!"].map((name) => BizkithubSlug.of(name).slug),
      ["joolz-aer-plus", "project-review-q1-and-q2", "priviet-mir"]
    )
  })

  it.skipIf(sheet === null)("are all that the sheet shows", () => {
    assert.deepStrictEqual(FactSheet.uncovered(sheet ?? "", facts(Sandbox.make()), unused), [])
  })
})
