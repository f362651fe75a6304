/** Customers whom the target knows by another address than the one in their record: asked for only where nothing else matched. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as TestClock from "effect/TestClock"
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import * as Connectors from "../../connectors/registry.ts"
import * as ConfigFile from "../../src/config/ConfigFile.ts"
import type { Explanation } from "../../src/model/Explanation.ts"
import * as ExplainLinks from "../../src/report/ExplainLinks.ts"
import * as Explain from "../../src/explain/Explain.ts"
import { ExplanationStore } from "../../src/explain/ExplanationStore.ts"
import { Erasure } from "../../src/operate/Erasure.ts"
import { OperationsStore } from "../../src/run/OperationsStore.ts"
import * as StateLayer from "../../state/StateLayer.ts"
import * as Bridge from "../kit/Bridge.ts"
import * as Crowd from "../kit/Crowd.ts"
import * as Deciding from "../kit/Deciding.ts"
import { passing } from "../kit/Time.ts"

const connectors = await Connectors.load()

const rules = `\n    rules:\n      - { kind: tag, include: ["vip"], into: VIP }`
const asked = (bridge: Bridge.Bridge) => bridge.source.log.flatMap(({ path }) => /\/users\/(\d+)\/identities/.exec(path)?.[1] ?? [])

const choose = (bridge: Bridge.Bridge, identities: "unmatched" | "never") => {
  bridge.configure(rules)
  const file = join(bridge.dir, "groupbridge.yaml")
  writeFileSync(file, readFileSync(file, "utf8").replace("connector: zendesk\n", `connector: zendesk\n    identities: ${identities}\n`))
}

/** Customers of the numbers given with the tag vip; the target knows those of `known` by their own address. */
const start = (ids: ReadonlyArray<string>, known: ReadonlyArray<string> = []) =>
  Effect.gen(function* () {
    const bridge = yield* Bridge.make
    choose(bridge, "unmatched")
    Crowd.tagged(bridge, ids)
    Crowd.known(bridge, known)
    return bridge
  })

const atTarget = (bridge: Crowd.Running, email: string) => {
  for (const { id } of bridge.cstar.target.addCustomers([{ email, name: email }])) bridge.emails.set(id, email)
}

const explained = (bridge: Bridge.Bridge, customer: string) =>
  Effect.gen(function* () {
    const config = yield* ConfigFile.load({ file: join(bridge.dir, "groupbridge.yaml"), connectors, env: {} })
    const about = (name: string) => ({
      connector: "zendesk",
      record: "user",
      groups: null,
      customers: connectors.get(name)?.target?.declaration.customers ?? null
    })
    const answer = yield* Explain.explain({ customer, group: "VIP", at: null, syncs: [...config.syncs.values()], about }).pipe(
      Effect.provide(StateLayer.layer(config.state))
    )
    const [reported]: ReadonlyArray<Explanation> = answer._tag === "Rows" ? answer.rows : []
    return reported === undefined
      ? answer._tag
      : ExplainLinks.person(reported, { now: 0, zone: "UTC", width: 10_000, color: false, all: false, titles: {} }).join("\n")
  })

describe("other addresses", () => {
  it.scopedLive("match whom the target does not know by their own, with one call each for those alone", () =>
    Effect.gen(function* () {
      const bridge = yield* start(["1", "2", "3"], ["1"])
      bridge.zendesk.addAddress("2", "Second@x.io", true)
      bridge.zendesk.addAddress("3", "unverified@x.io", false)
      for (const email of ["second@x.io", "unverified@x.io"]) atTarget(bridge, email)
      const run = yield* bridge.sync()
      assert.deepStrictEqual(bridge.held(), { VIP: ["c1@x.io", "second@x.io"] })
      assert.deepStrictEqual([asked(bridge).toSorted(), run.plan?.unmatched.reasons], [["2", "3"], [{ reason: "not-found", customers: 1 }]])
      for (const customer of ["c2@x.io", "second@x.io"]) {
        assert.match(String(yield* explained(bridge, customer)), /matched by their second address second@x\.io to cus_/)
      }
      assert.strictEqual((yield* bridge.sync()).status, "none")
      assert.strictEqual(asked(bridge).length, 2, "who was asked or is matched is not asked again")
      bridge.zendesk.source.untag("2", "vip")
      yield* bridge.sync()
      assert.deepStrictEqual(bridge.held(), { VIP: ["c1@x.io"] })
    })
  )

  it.scopedLive("leave alone who has several customers of the target behind them, and people who meet in one", () =>
    Effect.gen(function* () {
      const bridge = yield* start(["1", "2", "3"])
      for (const address of ["a@x.io", "b@x.io"]) {
        bridge.zendesk.addAddress("1", address, true)
        atTarget(bridge, address)
      }
      for (const id of ["2", "3"]) bridge.zendesk.addAddress(id, "shared@x.io", true)
      atTarget(bridge, "shared@x.io")
      const run = yield* bridge.sync()
      assert.deepStrictEqual([bridge.held(), run.plan?.summary.ambiguous], [{}, 3])
      assert.match(String(yield* explained(bridge, "c1@x.io")), /AMBIGUOUS, .*several customers at the target match this one/)
      assert.match(String(yield* explained(bridge, "c2@x.io")), /AMBIGUOUS/)
    })
  )

  it.scoped("are asked for again an hour later at the earliest, at once with a new own address, and count only as they are then", () =>
    passing(
      Effect.gen(function* () {
        const bridge = yield* start(["1", "2"])
        bridge.zendesk.addAddress("1", "moved@x.io", true)
        bridge.zendesk.addAddress("2", "kept@x.io", true)
        yield* bridge.sync()
        yield* bridge.sync()
        assert.deepStrictEqual(asked(bridge).toSorted(), ["1", "2"])
        bridge.zendesk.source.changeEmail("1", "new@x.io")
        yield* bridge.sync()
        assert.deepStrictEqual(asked(bridge).slice(2), ["1"])
        yield* TestClock.adjust("7 hours")
        bridge.zendesk.removeAddress("1", "moved@x.io")
        for (const email of ["moved@x.io", "kept@x.io"]) atTarget(bridge, email)
        yield* bridge.sync()
        assert.deepStrictEqual([bridge.held(), asked(bridge).slice(3).toSorted()], [{ VIP: ["kept@x.io"] }, ["1", "2"]])
      })
    )
  )

  it.scoped("that lead to somebody at last are asked for once more, for an address moves from one to another", () =>
    passing(
      Effect.gen(function* () {
        const bridge = yield* start(["1", "2", "3"], ["3"])
        bridge.zendesk.addAddress("1", "moved@x.io", true)
        bridge.zendesk.addAddress("2", "kept@x.io", true)
        yield* bridge.sync()
        yield* TestClock.adjust("20 minutes")
        bridge.zendesk.removeAddress("1", "moved@x.io")
        // The target's own people show that they are there: nobody is looked up before an hour is over.
        for (const email of ["moved@x.io", "kept@x.io"]) {
          atTarget(bridge, email)
          bridge.cstar.target.addMember(Crowd.groupOf(bridge, "VIP").id, Crowd.idOf(bridge, email))
        }
        yield* bridge.sync({ depth: "full" })
        yield* bridge.sync()
        assert.deepStrictEqual(asked(bridge).slice(2).toSorted(), ["1", "2"])
        assert.match(String(yield* explained(bridge, "c2@x.io")), /matched by their second address kept@x\.io/)
        assert.match(String(yield* explained(bridge, "c1@x.io")), /not found/)
      })
    )
  )

  it.scopedLive("that make matches only since the option was changed wait for a person, as with a changed rule", () =>
    Effect.gen(function* () {
      const bridge = yield* start(["1", "2"], ["1"])
      bridge.zendesk.addAddress("2", "second@x.io", true)
      atTarget(bridge, "second@x.io")
      choose(bridge, "never")
      yield* bridge.sync()
      assert.deepStrictEqual([asked(bridge), bridge.held()], [[], { VIP: ["c1@x.io"] }])
      choose(bridge, "unmatched")
      const run = yield* bridge.sync()
      assert.deepStrictEqual(
        run.held.map(({ guard, changes }) => [guard, changes]),
        [["ruleChange", 1]]
      )
      assert.deepStrictEqual(bridge.held(), { VIP: ["c1@x.io"] })
    })
  )

  it.scopedLive("that cannot be read stop nothing else, and are told", () =>
    Effect.gen(function* () {
      const bridge = yield* start(["1", "2"], ["1"])
      bridge.source.inject({ _tag: "Answer", response: { status: 403, headers: {}, body: `{"error":"Forbidden","description":"no"}` } }, ({ path }) =>
        path.includes("/identities")
      )
      const run = yield* bridge.sync()
      assert.deepStrictEqual(bridge.held(), { VIP: ["c1@x.io"] })
      assert.match(run.plan?.warnings.join("\n") ?? "", /other addresses of customers of zendesk \(.*no\) could not be read whole/)
    })
  )

  it.scopedLive("are forgotten with the person, and with the option", () =>
    Effect.gen(function* () {
      const bridge = yield* start(["1", "2", "3"])
      for (const id of ["1", "2", "3"]) bridge.zendesk.addAddress(id, `second${id}@x.io`, true)
      yield* bridge.sync()
      const addresses = () => Deciding.rows(bridge, "SELECT address FROM source_address ORDER BY 1").map((row) => Object.values(row as object)[0])
      assert.deepStrictEqual(addresses(), ["second1@x.io", "second2@x.io", "second3@x.io"])
      yield* Effect.gen(function* () {
        const [forgetting, explanation] = [yield* Erasure, yield* ExplanationStore]
        assert.strictEqual((yield* (yield* OperationsStore).snapshot("zendesk"))?.asked, 3)
        const hits = yield* explanation.find({ address: "second3@x.io", ids: [] }, ["zendesk"])
        const footprint = yield* forgetting.footprint(hits, null)
        assert.include(footprint.texts, "second3@x.io")
        yield* forgetting.erase(footprint, { who: "petra", host: "ops1", reason: null })
      }).pipe(Effect.provide(StateLayer.layer(join(bridge.dir, ".groupbridge", "state.db"))))
      assert.deepStrictEqual(addresses(), ["second1@x.io", "second2@x.io"])
      assert.deepStrictEqual(Deciding.rows(bridge, "SELECT * FROM lookup WHERE address LIKE '%3@x.io'"), [])
      choose(bridge, "never")
      yield* bridge.sync()
      assert.deepStrictEqual([addresses(), Deciding.rows(bridge, "SELECT * FROM address_ask")], [[], []])
    })
  )
})
