/** One customer of a described source: as the list shows them, nobody whom the list passes over, and gone only while the vendor itself answers. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as SlotPacer from "../../src/http/pacing/SlotPacer.ts"
import * as SecretRedactor from "../../src/observe/SecretRedactor.ts"
import * as InProcess from "../../src/sandbox/InProcess.ts"
import * as Vendor from "./Vendor.ts"

const manifest = `${Vendor.manifestOf(Vendor.ways[0]!).replace("    whole:", "    only: { /kind: [user, agent] }\n    whole:")}
lookup: { path: "/contacts/{id}", row: /contact }
`

const rows: Readonly<Record<string, unknown>> = {
  "1": { id: 1, email: "c1@x.io", kind: "user" },
  "2": { id: 2, email: "c2@x.io", kind: "lead" },
  "3": { id: 4, email: "c4@x.io", kind: "user" },
  "5": { id: 5, email: "c5@x.io" }
}

const look = (id: string, answers: boolean) =>
  Effect.gen(function* () {
    const connector = Vendor.described(manifest)
    const client = InProcess.client({
      "https://beta.zendesk.test": ({ path }) => {
        const body = path.endsWith("/me") ? (answers ? { account: "workspace 7" } : null) : rows[path.split("/").at(-1) ?? ""]
        const found = path.endsWith("/me") ? body : { contact: body }
        return Effect.succeed({ status: body === undefined ? 404 : 200, headers: { "content-type": "application/json" }, body: JSON.stringify(found) })
      }
    })
    const pacer = yield* SlotPacer.make({ windows: [], restored: [], concurrency: 2 })
    const options = yield* Effect.orDie(Schema.decodeUnknown(connector.options)({}))
    const source = yield* connector.source!.make(options, { name: "acme", client, pacer, redactor: SecretRedactor.make() })
    return yield* source.customer(id)
  }).pipe(Effect.scoped)

describe("one customer", () => {
  it.effect("is who was asked for, as the list would show them", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(
        Option.map(yield* look("1", true), ({ email, id, role }) => [id, email, role]),
        Option.some(["1", "c1@x.io", "customer"])
      )
      assert.isTrue(Option.isNone(yield* look("2", true)))
      for (const id of ["3", "5"]) assert.strictEqual((yield* Effect.flip(look(id, true))).reason, "Malformed", id)
    })
  )

  it.effect("is gone only while the vendor itself answers", () =>
    Effect.gen(function* () {
      assert.isTrue(Option.isNone(yield* look("9", true)))
      assert.strictEqual((yield* Effect.flip(look("9", false))).reason, "Malformed")
    })
  )
})
