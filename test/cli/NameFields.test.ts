/** Names that rules make of fields, where groups do not have them, and patterns that match nothing. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Bridge from "../kit/Bridge.ts"
import * as Commands from "../kit/Commands.ts"
import * as Crowd from "../kit/Crowd.ts"

const rules = (name: string, more = "") => `
    rules:
      - { kind: organization, name: "${name}"${more} }`

const organizations = [
  { id: "1001", name: "Globex", externalId: "gx", fields: { plan: "Gold" } },
  { id: "1002", name: "Initech", externalId: "it", fields: { plan: "Silver" } },
  { id: "1003", name: "Hooli", externalId: "ho", fields: { plan: "  " } },
  { id: "1004", name: "Acme", externalId: "ac", fields: {} }
]

/** Four organizations of two customers each, all known to the target; two of them without a plan. */
const accounts = (text: string) =>
  Effect.gen(function* () {
    const bridge = yield* Bridge.make
    bridge.configure(text)
    const people = Crowd.people(8)
    Crowd.known(bridge, people)
    bridge.zendesk.source.load({
      customers: people.map((id) => ({ id, email: `c${id}@x.io`, name: id })),
      organizations,
      memberships: people.map((customer) => ({ customer, organization: String(1001 + (Number(customer) % 4)) }))
    })
    const shown = (...args: ReadonlyArray<string>) =>
      Effect.map(Commands.run(bridge, args), ({ code, stderr, stdout }) => ({ code, text: `${stdout}\n${stderr}`.replaceAll(/\s+/g, " ") }))
    return { ...bridge, shown }
  })

describe("a name made of a field", () => {
  it.scopedLive("that no group has: check exits 1, and plan and sync hold the rule", () =>
    Effect.gen(function* () {
      const { held, shown, target } = yield* accounts(rules("VIP {plam}"))
      const plan = yield* shown("plan")
      assert.include(plan.text, "rule 1 (line")
      assert.include(plan.text, "held, as no group that the rule takes has {plam}, which its name or external id asks for")
      assert.include(plan.text, '(4 groups: "Globex", "Initech", "Hooli", "Acme")')
      const check = yield* shown("check")
      assert.strictEqual(check.code, 1)
      assert.match(
        check.text,
        /problem customers, rule 1 \(line \d+\): name "VIP \{plam\}": no organization that it takes has \{plam\}, so the rule is held; did you mean \{plan\}\?/
      )
      const sync = yield* shown("sync", "--yes", "--quiet")
      assert.strictEqual(sync.code, 4)
      assert.match(sync.text, /4 groups left alone: .*\{plam\}/)
      assert.deepStrictEqual([held(), target.writes()], [{}, 0])
      assert.include((yield* shown("status")).text, "cstar: 4 groups left alone for the name groupbridge plan")
    })
  )

  it.scopedLive("that some groups do not have: they are skipped and counted, and the others are made", () =>
    Effect.gen(function* () {
      const { held, shown, zendesk } = yield* accounts(rules("VIP {plan}"))
      const plan = yield* shown("plan")
      assert.include(plan.text, 'skipped, as the source has nothing for {plan}, which its rule\'s name or external id asks for (2 groups: "Hooli", "Acme")')
      assert.strictEqual((yield* shown("check")).code, 0)
      assert.strictEqual((yield* shown("sync", "--yes")).code, 0)
      assert.deepStrictEqual(Object.keys(held()), ["VIP Gold", "VIP Silver"])
      const explained = yield* shown("explain", "c2@x.io", "Hooli")
      assert.include(explained.text, "the source has nothing for {plan}")

      // A group of ours whose field is emptied keeps its name and its members.
      zendesk.source.load({
        customers: Crowd.people(8).map((id) => ({ id, email: `c${id}@x.io`, name: id })),
        organizations: [{ id: "1001", name: "Globex", externalId: "gx", fields: {} }, ...organizations.slice(1)],
        memberships: Crowd.people(8)
          .filter((id) => id !== "4")
          .map((customer) => ({ customer, organization: String(1001 + (Number(customer) % 4)) }))
      })
      assert.strictEqual((yield* shown("sync", "--yes")).code, 0)
      assert.deepStrictEqual(held()["VIP Gold"], ["c4@x.io", "c8@x.io"])
      assert.deepStrictEqual(Object.keys(held()), ["VIP Gold", "VIP Silver"])
    })
  )

  it.scopedLive("an external id with a field that is missing makes strangers one group no more", () =>
    Effect.gen(function* () {
      const { held, shown } = yield* accounts(rules("{name}", ', externalId: "plan-{plan}"'))
      assert.include((yield* shown("plan")).text, '(2 groups: "Hooli", "Acme")')
      yield* shown("sync", "--yes")
      assert.deepStrictEqual(Object.keys(held()), ["Globex", "Initech"])
    })
  )
})

describe("a pattern that matches no group", () => {
  it.scopedLive("is a problem of check, and a warning of plan", () =>
    Effect.gen(function* () {
      const { shown } = yield* accounts(`\n    rules:\n      - { kind: organization, include: ["Globx", "Hooli"] }`)
      const words = /customers, rule 1 \(line \d+\): include "Globx" matches no organization; nearest: Globex/
      assert.match((yield* shown("plan")).text, words)
      const check = yield* shown("check")
      assert.strictEqual(check.code, 1)
      assert.match(check.text, new RegExp(`problem ${words.source}`))
    })
  )
})
