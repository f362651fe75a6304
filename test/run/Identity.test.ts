/** Who is who: several sources, ambiguous people, exceptions, and people who come and go at the target. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import * as Bridge from "../support/Bridge.ts"
import * as Crowd from "../support/Crowd.ts"
import { passing } from "../support/Time.ts"

const tagRule = (more = "") => `\n    rules:\n      - { kind: tag, include: ["vip"], into: VIP }${more}`

/** Two helpdesks that know the same two people, both tagged in both. */
const twoSources = Effect.gen(function* () {
  const bridge = yield* Bridge.make
  bridge.configure(tagRule(), "[zendesk, beta]")
  const people = ["1", "2"].map((id) => ({ id, email: `c${id}@x.io`, name: `Customer ${id}`, tags: ["vip"] }))
  for (const sandbox of [bridge.zendesk, bridge.beta]) sandbox.source!.load({ customers: people, organizations: [], memberships: [] })
  for (const customer of bridge.cstar.target!.addCustomers(people)) bridge.emails.set(customer.id, customer.email!)
  return bridge
})

const offline = { _tag: "Answer", response: { status: 503, headers: {}, body: "" } } as const

describe("several sources", () => {
  it.scopedLive("a customer keeps a group while one of them asks for it, and loses it when none does", () =>
    Effect.gen(function* () {
      const bridge = yield* twoSources
      yield* bridge.sync()
      assert.deepStrictEqual(bridge.held(), { VIP: ["c1@x.io", "c2@x.io"] })
      bridge.zendesk.source!.untag("1", "vip")
      assert.strictEqual((yield* bridge.sync()).status, "none")
      bridge.beta.source!.untag("1", "vip")
      yield* bridge.sync()
      assert.deepStrictEqual(bridge.held(), { VIP: ["c2@x.io"] })
    })
  )

  it.scoped("one that is down keeps what it asked for, while the other goes on", () =>
    passing(
      Effect.gen(function* () {
        const bridge = yield* twoSources
        yield* bridge.sync()
        bridge.beta.source!.untag("1", "vip")
        bridge.beta.source!.untag("2", "vip")
        bridge.zendesk.source!.untag("1", "vip")
        bridge.secondSource.inject(Array.from({ length: 40 }, () => offline))
        const run = yield* bridge.sync()
        assert.strictEqual(run.status, "partial")
        assert.match(run.withheld.map((item) => item.reason).join(), /beta/)
        assert.deepStrictEqual(bridge.held(), { VIP: ["c1@x.io", "c2@x.io"] })
      })
    )
  )
})

describe("people", () => {
  it.scopedLive("two customers of one source on one customer of the target: neither gains nor loses", () =>
    Effect.gen(function* () {
      const bridge = yield* Bridge.small
      bridge.configure(tagRule())
      yield* bridge.sync()
      assert.deepStrictEqual(bridge.held(), { VIP: ["c1@x.io", "c2@x.io"] })
      // Somebody else takes over the address that the match of customer 1 rests on.
      bridge.zendesk.source!.changeEmail("1", "other@x.io")
      bridge.zendesk.source!.untag("1", "vip")
      bridge.zendesk.source!.changeEmail("5", "c1@x.io")
      const run = yield* bridge.sync()
      assert.deepStrictEqual(bridge.held(), { VIP: ["c1@x.io", "c2@x.io"] })
      assert.strictEqual(run.plan?.summary.ambiguous, 1)
    })
  )

  it.scopedLive("are not in doubt for an address that somebody took from a colleague: who became staff loses the groups", () =>
    Effect.gen(function* () {
      const bridge = yield* Bridge.small
      bridge.configure(tagRule())
      yield* bridge.sync()
      bridge.zendesk.source!.changeEmail("1", "other@x.io")
      bridge.zendesk.source!.changeEmail("2", "c1@x.io")
      bridge.zendesk.source!.makeStaff("1")
      const run = yield* bridge.sync()
      assert.deepStrictEqual([run.plan?.summary.ambiguous, bridge.held()], [0, { VIP: ["c2@x.io"] }])
    })
  )

  it.scopedLive.each(["counts", "full"] as const)(
    "a customer who is deleted and made again at the target is matched anew and gets the groups back (--refresh %s)",
    (depth) =>
      Effect.gen(function* () {
        const bridge = yield* Bridge.small
        bridge.configure(tagRule())
        yield* bridge.sync()
        bridge.cstar.target.deleteCustomer(Crowd.idOf(bridge, "c1@x.io"))
        for (const customer of bridge.cstar.target.addCustomers([{ email: "c1@x.io", name: "again" }])) bridge.emails.set(customer.id, "c1 again")
        const run = yield* bridge.sync({ depth })
        assert.deepStrictEqual([run.held, run.plan?.byHand, bridge.held()], [[], [], { VIP: ["c1 again", "c2@x.io"] }])
        assert.strictEqual((yield* bridge.sync({ depth })).status, "none")
        bridge.zendesk.source.untag("1", "vip")
        assert.strictEqual((yield* bridge.sync()).summary.assignments.remove, 1)
      })
  )

  it.scopedLive("exceptions outrank rules: always, never, and only until their day is over", () =>
    Effect.gen(function* () {
      const bridge = yield* Bridge.small
      writeFileSync(
        join(bridge.dir, "exceptions.csv"),
        "c5@x.io,VIP,always,,promised,petra\nc1@x.io,VIP,never,,fraud,petra\nc6@x.io,VIP,always,2020-01-01,over,petra\n"
      )
      bridge.configure(tagRule("\n    exceptions: exceptions.csv"))
      yield* bridge.sync()
      assert.deepStrictEqual(bridge.held(), { VIP: ["c2@x.io", "c5@x.io"] })
      writeFileSync(join(bridge.dir, "exceptions.csv"), "c2@x.io,VIP,never,,fraud,petra\n")
      const { changes } = yield* bridge.plan()
      assert.deepStrictEqual(
        changes.map((change) => `${change.op} ${change.customer?.email} ${change.cause}`).sort(),
        ["assignment.add c1@x.io joined", "assignment.remove c2@x.io exception", "assignment.remove c5@x.io exception"].sort()
      )
    })
  )

  it.scopedLive("who is not found is remembered, and asked for again an hour later at the earliest", () =>
    Effect.gen(function* () {
      const bridge = yield* Bridge.small
      bridge.zendesk.source!.load({ customers: [{ id: "77", email: "stranger@x.io", name: "S", tags: ["vip"] }], organizations: [], memberships: [] })
      const run = yield* bridge.sync()
      assert.deepStrictEqual(run.plan?.unmatched.reasons, [{ reason: "not-found", customers: 1 }])
      const searches = bridge.target.log.filter((call) => call.path.endsWith("/customers")).length
      yield* bridge.sync()
      assert.strictEqual(bridge.target.log.filter((call) => call.path.endsWith("/customers")).length, searches)
    })
  )
})
