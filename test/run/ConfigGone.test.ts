/** What is concluded from names that left the config: which source is carried over, which syncs wait, and what is offered to type. */
import { assert, describe, it } from "@effect/vitest"
import type { Configured } from "../../src/run/Configured.ts"
import * as ConfigGone from "../../src/run/ConfigGone.ts"
import type { Kept, Left, NamedConnection, Sources } from "../../src/run/NameStore.ts"
import * as HoldWording from "../../src/report/HoldWording.ts"

const sync = (name: string, from: ReadonlyArray<string>, to: string): Sources => ({ sync: name, from, to, removes: true, team: false })
const config = (connections: Readonly<Record<string, string>>, ...syncs: ReadonlyArray<Sources>): Configured => ({
  connections: new Map(Object.entries(connections)),
  syncs
})
const named = (name: string, connector: string, account: string | null, isTarget = false): NamedConnection => ({ name, connector, account, isTarget })
const left = (name: string, from: string | null, to: string | null, rows = 48): Left => ({ sync: name, from, to, rows, team: false })

const cstar = named("cstar", "cstar", "team_1", true)
const zendesk = named("zendesk", "zendesk", "acme")
const kept = (over: Partial<Kept>): Kept => ({ left: [left("customers", "zendesk", "cstar")], connections: [zendesk, cstar], newSyncs: [], ...over })

const offered = (configured: Configured, state: Kept, accounts: Readonly<Record<string, string>> = {}) =>
  ConfigGone.judge(configured, state, new Map(Object.entries(accounts))).map(({ blocks, sync: name, why }) => [
    name,
    blocks,
    why.flatMap((reason) => HoldWording.command(reason) ?? []).map((command) => command.replace("groupbridge state ", ""))
  ])

describe("a source whose name left the config", () => {
  const carried = (connections: Readonly<Record<string, string>>, state: Kept, accounts: Readonly<Record<string, string>>) =>
    ConfigGone.carried(config(connections), state, new Map(Object.entries(accounts))).map(({ name, old }) => `${old.name} -> ${name}`)

  it("is carried over to the one new name of its account, and to no other", () => {
    const now = { zd: "zendesk", cstar: "cstar" }
    assert.deepStrictEqual(carried(now, kept({}), { zd: "acme" }), ["zendesk -> zd"])
    assert.deepStrictEqual(carried(now, kept({}), { zd: "umbrella" }), [])
    assert.deepStrictEqual(carried(now, kept({}), {}), [], "it did not answer, or is a file")
    assert.deepStrictEqual(carried({ ...now, zd: "freshdesk" }, kept({}), { zd: "acme" }), [], "of another vendor")
    assert.deepStrictEqual(carried({ ...now, two: "zendesk" }, kept({}), { zd: "acme", two: "acme" }), [], "two new names")
    const twins = kept({ connections: [zendesk, named("second", "zendesk", "acme"), cstar] })
    assert.deepStrictEqual(carried(now, twins, { zd: "acme" }), [], "two old names")
    assert.deepStrictEqual(carried(now, kept({ connections: [zendesk, named("zd", "zendesk", "acme"), cstar] }), { zd: "acme" }), [], "in use")
    assert.deepStrictEqual(carried({ ...now, zendesk: "zendesk" }, kept({}), { zd: "acme" }), [], "it has not left")
    assert.deepStrictEqual(carried(now, kept({ connections: [named("zendesk", "zendesk", null), cstar] }), { zd: "acme" }), [], "account not known")
    assert.deepStrictEqual(carried({ prod: "cstar" }, kept({ connections: [cstar] }), { prod: "team_1" }), [], "a target")
  })

  it("waits with its sync while a new one may be it", () => {
    const now = config({ zd: "zendesk", cstar: "cstar" }, sync("customers", ["zd"], "cstar"))
    const choice = [["customers", ["customers"], ["rename connection zendesk zd", "release customers"]]]
    assert.deepStrictEqual(offered(now, kept({})), choice)
    assert.deepStrictEqual(offered(now, kept({ connections: [named("zendesk", "zendesk", null), cstar] }), { zd: "acme" }), choice)
    assert.deepStrictEqual(offered(now, kept({}), { zd: "umbrella" }), [["customers", [], ["release customers"]]], "another account: it is reported alone")
  })

  it("is only reported where the sync has no new source", () => {
    const now = config({ beta: "zendesk", zendesk: "zendesk", cstar: "cstar" }, sync("customers", ["beta"], "cstar"))
    const state = kept({ connections: [zendesk, named("beta", "zendesk", "b"), cstar] })
    assert.deepStrictEqual(offered(now, state), [["customers", [], ["release customers"]]])
  })
})

describe("a target whose name left the config", () => {
  it("waits, also where the account is the same", () => {
    const now = config({ zendesk: "zendesk", prod: "cstar" }, sync("customers", ["zendesk"], "prod"))
    assert.deepStrictEqual(offered(now, kept({}), { prod: "team_1" }), [["customers", ["customers"], ["rename connection cstar prod", "release customers"]]])
  })

  it("waits where the sync writes to another one that is in use", () => {
    const now = config({ zendesk: "zendesk", cstar: "cstar", shop: "cstar" }, sync("customers", ["zendesk"], "shop"))
    const state = kept({ connections: [zendesk, cstar, named("shop", "cstar", "team_2", true)] })
    assert.deepStrictEqual(offered(now, state), [["customers", ["customers"], ["release customers"]]])
  })
})

describe("a sync that left the config", () => {
  const connections = { zendesk: "zendesk", cstar: "cstar", beta: "zendesk", shop: "cstar" }

  it("makes a new one with its source and target wait, and no other", () => {
    const now = config(connections, sync("clients", ["zendesk"], "cstar"), sync("others", ["beta"], "cstar"), sync("sales", ["zendesk"], "shop"))
    const state = kept({ newSyncs: ["clients", "others", "sales"] })
    assert.deepStrictEqual(offered(now, state), [["customers", ["clients"], ["rename sync customers clients", "release customers"]]])
    assert.deepStrictEqual(offered(now, kept({})), [["customers", [], ["release customers"]]], "those that ran before go on")
  })

  it("is reported for its decisions alone, too", () => {
    const now = config(connections, sync("others", ["beta"], "cstar"))
    assert.deepStrictEqual(offered(now, kept({ left: [left("customers", null, null, 0)] })), [["customers", [], ["release customers"]]])
  })
})
