/** A shop that loses updates of calls at once and skips unknown customers in silence, through the built command. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Vendure from "../../connectors/vendure/sandbox.ts"
import * as Installed from "../kit/Installed.ts"

const syncs = `  customers:
    from: acme
    to: shop
    match: [email]
    rules: [{ kind: organization }]
`
const groups = ["Globex", "Initech", "Hooli", "Vandelay"]

const world = Effect.gen(function* () {
  const acme = yield* Installed.desk
  const sandbox = Vendure.make()
  const shop = yield* Installed.place("vendure", sandbox)
  const people = Installed.customers(6, 1)
  acme.edits.load({
    customers: people,
    organizations: groups.map((name, index) => ({ id: String(101 + index), name })),
    memberships: people.flatMap(({ id }) => groups.map((_, index) => ({ customer: id, organization: String(101 + index) })))
  })
  const ids = shop.edits.addCustomers(people.map(({ email, name }) => ({ email: email ?? "", name }))).map(({ id }) => id)
  return { ...(yield* Installed.make({ sources: { acme }, targets: { shop }, syncs })), sandbox, shop, ids }
})

describe("a shop that loses updates", () => {
  it.scopedLive(
    "is written to by one call at a time, so that all customers are in all groups",
    () =>
      Effect.gen(function* () {
        const { ids, json, sandbox, shop } = yield* world
        sandbox.behave({ changeTakes: 60 })
        const plan = (yield* json(["plan"])).document.syncs[0]
        // Four groups are made and four packs added, each after a look, and the first write is read back; one after the other.
        assert.deepStrictEqual([plan.estimate.calls, plan.estimate.reads, plan.estimate.seconds], [8, 5, 6], JSON.stringify(plan.estimate))
        const sync = yield* json(["sync"])
        assert.strictEqual(sync.document.syncs[0].calls.write, 8)
        assert.deepStrictEqual([sync.code, shop.held()], [0, Object.fromEntries(groups.toSorted().map((name) => [name, ids]))])
      }),
    Installed.patience
  )

  it.scopedLive(
    "refuses only a customer who was skipped in silence, and does not count them as done",
    () =>
      Effect.gen(function* () {
        const { ids, json, run, shop } = yield* world
        assert.strictEqual((yield* run(["plan"])).code, 0)
        const [gone = "", ...others] = ids
        // The customer is found, and deleted before anything is written: the first write ever goes to one group.
        shop.inject({ _tag: "Reset", when: "before" }, (request) => {
          if (shop.isWrite(request)) shop.edits.deleteCustomer(gone)
          return false
        })
        const sync = yield* json(["sync"])
        assert.deepStrictEqual(shop.held(), Object.fromEntries(groups.toSorted().map((name) => [name, others])))
        const [only] = sync.document.syncs
        assert.deepStrictEqual([only.summary.assignments, only.refused.length], [{ add: 20, remove: 0 }, 4], JSON.stringify(only))
        assert.match(only.refused[0].reason, /^the answer confirmed it, and shows no change/)
        const again = yield* json(["sync"])
        assert.deepStrictEqual([again.code, again.document.syncs[0].calls.write], [0, 0], JSON.stringify(again.document))
      }),
    Installed.patience
  )
})
