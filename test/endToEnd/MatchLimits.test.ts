/** Ways of matching that find no customer, through the built command: a problem where the target's declaration excludes them, a warning where no customer has what they ask for. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Bizkithub from "../../connectors/bizkithub/sandbox.ts"
import * as Connectors from "../../connectors/registry.ts"
import * as Trybe from "../../connectors/trybe/sandbox.ts"
import type { MatchRule } from "../../src/config/Config.ts"
import * as MatchLimits from "../../src/reconcile/MatchLimits.ts"
import * as WireRows from "../../library/conformance/WireRows.ts"
import * as Bridge from "../kit/Bridge.ts"
import * as Installed from "../kit/Installed.ts"

const connectors = await Connectors.load()

const said = ({ stderr, stdout }: Installed.Finished) => `${stdout} ${stderr}`.replaceAll(/\s+/g, " ")

const syncs = (to: string, match: string) => `  customers:
    from: acme
    to: ${to}
    match: [${match}]
    rules: [{ kind: tag, include: ["vip"] }]
`

describe("a way of matching", () => {
  it("is excluded by what a target declares of its customers", () => {
    const ways: ReadonlyArray<MatchRule> = [
      { _tag: "Email" },
      { _tag: "ExternalId" },
      { _tag: "Fields", source: "crm", target: "externalId" },
      { _tag: "Fields", source: "login", target: "email" },
      { _tag: "Fields", source: "crm", target: "id" },
      { _tag: "Fields", source: "crm", target: "vat" },
      { _tag: "File", path: "map.csv", rows: [], blank: 0 }
    ]
    const excluded = (connector: string) => {
      const customers = connectors.get(connector)?.target?.declaration.customers
      assert(customers !== undefined)
      return ways.map((rule) => MatchLimits.impossible({ to: "shop", match: [rule] }, customers).length)
    }
    assert.deepStrictEqual(excluded("cstar"), [0, 0, 0, 0, 0, 1, 0])
    assert.deepStrictEqual(excluded("bizkithub"), [0, 1, 1, 1, 0, 1, 0])
    assert.deepStrictEqual(excluded("trybe"), [1, 1, 1, 1, 0, 1, 0])
  })

  it.scopedLive(
    "by external id is a problem of check at a target that shows none",
    () =>
      Effect.gen(function* () {
        const acme = yield* Installed.desk
        acme.edits.load({ customers: Installed.customers(2, 1, "vip"), organizations: [], memberships: [] })
        const targets = { biz: yield* Installed.place("bizkithub", Bizkithub.make()), spa: yield* Installed.place("trybe", Trybe.make()) }
        for (const to of Object.keys(targets)) {
          const { run } = yield* Installed.make({ sources: { acme }, targets, syncs: syncs(to, "externalId") })
          const check = yield* run(["check", "customers"])
          assert.strictEqual(check.code, 1, said(check))
          assert.match(
            said(check),
            new RegExp(`problem customers \\(line \\d+\\): ${to} shows no external ids of customers, so match externalId never finds anybody`)
          )
        }
      }),
    Installed.patience
  )

  it.scopedLive(
    "by external id is a warning of plan and check once a whole list showed none",
    () =>
      Effect.gen(function* () {
        const { acme, cstar } = yield* Installed.tagged(2, "vip")
        const { run } = yield* Installed.make({ sources: { acme }, targets: { cstar }, syncs: syncs("cstar", "externalId") })
        for (const command of ["plan", "check"]) {
          const finished = yield* run([command])
          assert.match(said(finished), /match externalId finds nobody so far: cstar listed all its customers, and showed no external id of any/)
          assert.strictEqual(finished.code, 0)
        }
      }),
    Installed.patience
  )

  it.scopedLive("by external id is none where a customer is shown with one, and finds that customer", () =>
    Effect.gen(function* () {
      const bridge = yield* Bridge.small
      bridge.configure(`${Bridge.usualRules}\n    match: [externalId]`)
      bridge.zendesk.source.load({
        customers: [{ id: "7", email: "seven@x.io", name: "Seven", externalId: "77", tags: ["vip"] }],
        organizations: [],
        memberships: []
      })
      const row = WireRows.ofAddress("c6@x.io", (customer) => ({ ...customer, external_id: 77 }))
      bridge.behind((app) => (app === bridge.target.app ? WireRows.changing(row)(bridge.cstar.app) : app))
      const { changes, result } = yield* bridge.plan()
      assert.notMatch(result.warnings.join(), /external id/)
      assert.deepStrictEqual(
        changes.flatMap(({ customer }) => customer?.email ?? []),
        ["c6@x.io"]
      )
    })
  )
})
