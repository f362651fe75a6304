/** What a plan says beside its changes, for its report. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as RecordUrl from "../../src/model/RecordUrl.ts"
import * as Bridge from "../kit/Bridge.ts"

describe("a plan", () => {
  it.scopedLive("names its rules, the groups that it changes most, whom the rules reach, and who has no counterpart", () =>
    Effect.gen(function* () {
      const bridge = yield* Bridge.small
      yield* bridge.sync()
      const source = bridge.zendesk.source!
      source.load({
        customers: [
          { id: "21", email: "nobody@x.io", name: "Nobody" },
          { id: "22", email: null, name: "Caller" }
        ],
        organizations: [],
        memberships: [
          { customer: "21", organization: "101" },
          { customer: "22", organization: "101" }
        ]
      })
      source.leave("3", "101")
      source.join("6", "101")
      source.untag("2", "vip")
      const { changes, result } = yield* bridge.plan()
      assert.strictEqual(changes.length, 3)
      assert.deepStrictEqual(
        result.rules.map(({ index, meaning }) => [index, meaning]),
        [
          [1, 'organization * -> "{name}"'],
          [2, 'tag "plan_*", "vip" -> "Plan {name}"']
        ]
      )
      assert.deepStrictEqual(result.mostChanged, [
        { name: "Globex", members: 3, leave: 1, join: 1 },
        { name: "Plan vip", members: 2, leave: 1, join: 0 }
      ])
      assert.strictEqual(result.unmatched.total, 2)
      assert.deepStrictEqual(
        result.unmatched.people.map(({ id, email, record, reason }) => [id, email, record, reason]),
        [
          ["22", null, "user", "no-address"],
          ["21", "nobody@x.io", "user", "not-found"]
        ]
      )
      // Who left the only group that a rule takes is out of its reach.
      assert.deepStrictEqual(result.matching, { customers: 7, matched: 5 })
    })
  )

  it.scopedLive("has a hash that stays while it says the same, and changes with one change", () =>
    Effect.gen(function* () {
      const bridge = yield* Bridge.small
      const hash = Effect.map(bridge.plan(), ({ result }) => result.hash)
      const first = yield* hash
      assert.match(first ?? "", /^[0-9a-f]{64}$/)
      assert.strictEqual(yield* hash, first)
      bridge.zendesk.source!.leave("3", "101")
      assert.notStrictEqual(yield* hash, first)
    })
  )

  it.scopedLive("of a run that writes takes no time to count whom the rules reach", () =>
    Effect.gen(function* () {
      const bridge = yield* Bridge.small
      const { plan } = yield* bridge.sync()
      assert.strictEqual(plan?.matching, null)
      assert.deepStrictEqual(plan?.unmatched.people, [])
    })
  )
})

describe("the address of a record's page", () => {
  const urls = { user: "https://acme.zendesk.com/agent/users/{id}", hostile: "javascript:alert({id})" }

  it("takes the id as text", () => {
    assert.strictEqual(RecordUrl.of(urls, "user", "38/7?x=$&"), "https://acme.zendesk.com/agent/users/38%2F7%3Fx%3D%24%26")
  })

  it("is answered for http and https alone, and for known records", () => {
    assert.deepStrictEqual(
      ["tag", "hostile", "constructor"].map((record) => RecordUrl.of(urls, record, "1")),
      [null, null, null]
    )
  })
})
