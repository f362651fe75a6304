/** Who is who: several sources, ambiguous people, exceptions, and people who come and go at the target. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import Sqlite from "better-sqlite3"
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import * as Killable from "../apply/Killable.ts"
import * as Bridge from "../kit/Bridge.ts"
import * as Crowd from "../kit/Crowd.ts"
import * as Deciding from "../kit/Deciding.ts"
import { passing } from "../kit/Time.ts"

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

/** Four tagged customers; the target spells the first two with other letters, the third alike and the fourth with A to Z in another case. */
const spelled = Effect.gen(function* () {
  const bridge = yield* Bridge.make
  bridge.configure(tagRule())
  const people = ["\u00c1nna@x.io", "\u212aim@x.io", "\u00f3la@x.io", "BOB@x.io"].map((email, index) => ({
    id: String(index + 1),
    email,
    name: email,
    tags: ["vip"]
  }))
  bridge.zendesk.source.load({ customers: people, organizations: [], memberships: [] })
  const there = ["\u00e1nna@x.io", "kim@x.io", "\u00f3la@x.io", "bob@X.io"].map((email, index) => ({ email, name: String(index + 1) }))
  for (const customer of bridge.cstar.target.addCustomers(there)) bridge.emails.set(customer.id, customer.name ?? "")
  return bridge
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

  it.scopedLive("are in doubt whose address the target spells with other letters in another case, and lose or gain nothing for it", () =>
    Effect.gen(function* () {
      const bridge = yield* spelled
      const run = yield* bridge.sync()
      assert.deepStrictEqual([run.plan?.summary.ambiguous, run.plan?.summary.unmatched], [2, 2])
      assert.deepStrictEqual(bridge.held(), { VIP: ["3", "4"] })
      const searches = () => bridge.target.log.filter((call) => call.path.endsWith("/customers")).length
      const before = searches()
      assert.deepStrictEqual([(yield* bridge.sync()).status, searches()], ["none", before])
      assert.deepStrictEqual(Deciding.rows(bridge, "SELECT count(*) AS links FROM customer_link"), [{ links: 2 }])
    })
  )

  it.scopedLive("stay matched who were matched before that, and what is ours of theirs is still taken out", () =>
    Effect.gen(function* () {
      const bridge = yield* spelled
      yield* bridge.sync()
      // As a version that folded all letters noted it.
      const state = new Sqlite(Killable.stateFile(bridge))
      state.exec(`INSERT INTO customer_link SELECT s.id, t.connection, t.id, 'email', s.address, 0
        FROM source_customer s JOIN target_customer t ON t.address = s.address WHERE s.key = '1'`)
      state.close()
      assert.deepStrictEqual([(yield* bridge.sync()).plan?.summary.ambiguous, bridge.held()], [1, { VIP: ["1", "3", "4"] }])
      bridge.zendesk.source.untag("1", "vip")
      assert.strictEqual((yield* bridge.sync()).summary.assignments.remove, 1)
      assert.deepStrictEqual(bridge.held(), { VIP: ["3", "4"] })
    })
  )

  it.scopedLive("are kept in by an exception that names them, and kept out also by one that may", () =>
    Effect.gen(function* () {
      const bridge = yield* spelled
      writeFileSync(join(bridge.dir, "exceptions.csv"), "\u00c1nna@x.io,VIP,always,,promised,petra\n\u00d3la@x.io,VIP,never,,fraud,petra\n")
      bridge.configure(tagRule("\n    exceptions: exceptions.csv"))
      const run = yield* bridge.sync()
      assert.deepStrictEqual(bridge.held(), { VIP: ["4"] })
      assert.match(run.plan?.warnings.join() ?? "", /no customer at cstar is known by \u00c1nna@x\.io/)
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
