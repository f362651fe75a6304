/** What Trybe's pages show, by the fact sheet: read by the connector, and shown by the sandbox. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Schema from "effect/Schema"
import * as FactSheet from "../../test/kit/FactSheet.ts"
import * as Sandbox from "./sandbox.ts"
import * as TrybeApi from "./TrybeApi.ts"

const created_at = "2023-01-01T00:00:00+00:00"
const label = { id: "ad1e", value: "VIP", colour: "0d9488", organisation_id: "org", created_at, updated_at: created_at }
const words = (reported: string) => (example: unknown) => {
  const found = TrybeApi.errorWords(JSON.stringify(example))
  return found?.includes(reported) === true ? Either.right(found) : Either.left(`it is understood as "${found}"`)
}

/** `ids` of the sandbox: of a customer, and of a label. */
const facts = (ids: { readonly customer: string; readonly label: string }): ReadonlyArray<FactSheet.Fact> => [
  {
    says: "{ id, value, colour, organisation_id, created_at, updated_at }",
    example: label,
    reads: Schema.decodeUnknownEither(TrybeApi.Label),
    shown: { path: "/customers/labels", at: ["data", 0] }
  },
  {
    says: "{ data:[…], links:{first,next,prev,last},",
    example: {
      data: [label],
      links: { first: null, next: null, prev: null, last: null },
      meta: { current_page: 1, from: 1, to: 1, total: 1, per_page: 15, last_page: 1 }
    },
    reads: Schema.decodeUnknownEither(TrybeApi.Labels),
    shown: { path: "/customers/labels" }
  },
  {
    says: "accept array, `{data:[…]}` or empty",
    example: [label],
    reads: Schema.decodeUnknownEither(TrybeApi.CustomerLabels),
    shown: { path: `/customers/customers/${ids.customer}/labels` }
  },
  {
    says: "{data:[…]}",
    example: { data: [label] },
    reads: Schema.decodeUnknownEither(TrybeApi.CustomerLabels),
    shown: { method: "POST", path: `/customers/customers/${ids.customer}/labels`, body: { labels: [ids.label] } }
  },
  {
    says: "{message}",
    example: { message: "Unauthenticated." },
    reads: words("Unauthenticated."),
    shown: { path: "/customers/labels", status: 401, headers: {} }
  },
  {
    says: "errors:{field:[…]}",
    example: { message: "The given data was invalid.", errors: { value: ["The value must not be greater than 20 characters."] } },
    reads: words("20 characters"),
    shown: { method: "POST", path: "/customers/labels", body: { value: "x".repeat(21) }, status: 422 }
  }
]

const unused = [["{id,event,timestamp,webhook_config_id,site_id,data}", "nothing listens to webhooks"]] as const

const sheet = FactSheet.text("customer-labels")

describe("the facts of Trybe", () => {
  it.effect("are read by the connector and shown by the sandbox", () =>
    Effect.gen(function* () {
      const sandbox = Sandbox.make()
      const [ann] = sandbox.target.addCustomers([{ email: "ann@x.example", name: "Ann" }])
      const customer = ann?.id ?? ""
      const ids = { customer, label: sandbox.target.addGroup({ name: "VIP", members: [customer] }) }
      const headers = { authorization: `Bearer ${sandbox.options("")["token"]}` }
      assert.deepStrictEqual(yield* FactSheet.problems(facts(ids), sandbox.app, headers), [])
    })
  )

  it.skipIf(sheet === null)("are all that the sheet shows", () => {
    assert.deepStrictEqual(FactSheet.uncovered(sheet ?? "", facts({ customer: "", label: "" }), unused), [])
  })
})
