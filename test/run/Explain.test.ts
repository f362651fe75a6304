import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import * as Connectors from "../../connectors/registry.ts"
import * as ConfigFile from "../../src/config/ConfigFile.ts"
import type { Explanation } from "../../src/model/Explanation.ts"
import * as ExplainText from "../../src/report/ExplainText.ts"
import type { View } from "../../src/report/View.ts"
import * as Explain from "../../src/explain/Explain.ts"
import * as StateLayer from "../../state/StateLayer.ts"
import * as Bridge from "../kit/Bridge.ts"
import * as Deciding from "../kit/Deciding.ts"

const connectors = await Connectors.load()

const ask = (bridge: Pick<Bridge.Bridge, "dir">, customer: string, group: string | null = null) =>
  Effect.gen(function* () {
    const config = yield* ConfigFile.load({ file: join(bridge.dir, "groupbridge.yaml"), connectors, env: {} })
    const about: Explain.Question["about"] = (name) => {
      const connector = config.connections.get(name)?.connector ?? name
      return {
        connector,
        record: connectors.get(connector)?.source?.declaration.customerWord ?? "customer",
        groups: null,
        customers: connectors.get(connector)?.target?.declaration.customers ?? null
      }
    }
    return yield* Explain.explain({ customer, group, at: null, syncs: [...config.syncs.values()], about }).pipe(Effect.provide(StateLayer.layer(config.state)))
  })

const rowsOf = (bridge: Pick<Bridge.Bridge, "dir">, customer: string, group: string | null = null) =>
  Effect.map(ask(bridge, customer, group), (answer): ReadonlyArray<Explanation> => {
    if (answer._tag !== "Rows") throw new Error(`${customer}: ${answer._tag}`)
    return answer.rows
  })

/** The links of the way, each of which every explanation names. */
const links = (text: string) => text.split("\n").flatMap((line) => /^ {2}(source|rule|person|ledger|held|plan|run) /.exec(line)?.[1] ?? [])

/** One row, and how a person reads it: every time as a `T`, on one line for each label. */
const explained = (bridge: Pick<Bridge.Bridge, "dir">, customer: string, group: string) =>
  Effect.gen(function* () {
    const [explanation] = yield* rowsOf(bridge, customer, group)
    if (explanation === undefined) throw new Error("no row")
    const now = yield* Effect.sync(() => Date.now())
    const view: View = { now, zone: "UTC", width: 10_000, color: false, all: false, titles: { zendesk: "Zendesk", cstar: "cStar" } }
    const text = ExplainText.full(explanation, view).replaceAll(/\b(?:[A-Z][a-z]{2} |\d+ [A-Z][a-z]{2} )?\d\d:\d\d\b/g, "T")
    if (process.env["SHOW"] !== undefined) process.stderr.write(`${text}\n`)
    const named = links(text)
    assert.deepStrictEqual(named, ["source", "rule", "person", "ledger", named[4] === "held" ? "held" : "plan", "run"], text)
    return { explanation, text }
  })

const synced = Effect.tap(Bridge.small, (bridge) => bridge.sync())

const withExceptions = (bridge: Bridge.Bridge, rules: string, line: string): void => {
  writeFileSync(join(bridge.dir, "exceptions.csv"), `email,group,what,until,reason,by\n${line}\n`)
  bridge.configure(`${rules}\n    exceptions: exceptions.csv`)
}

const freeGuards = `${Bridge.usualRules}\n    guards: { ruleChange: apply, groupRemovalPercent: 100, sourceShrink: 100 }`

describe("explain", () => {
  it.scopedLive("somebody whom we added: what gave it, and how it is taken away", () =>
    Effect.gen(function* () {
      const bridge = yield* synced
      const { explanation, text } = yield* explained(bridge, "c1@x.io", "Plan vip")
      assert.deepStrictEqual([explanation.has, explanation.decisive, explanation.next, explanation.ledger?.origin], [true, "wanted", "nothing", "applied"])
      assert.match(text, /^Customer 1 \(c1@x.io\) has "Plan vip" in cStar\. Added by us T, run r-1\./)
      assert.match(text, /source +zendesk user 1: tag vip there since the read of T; last read T, complete/)
      assert.match(text, /rule +rule 2 \(line \d+\) "vip", "plan_\*" -> "Plan vip"; config as in the good run of T/)
      assert.match(text, /person +matched by e-mail c1@x.io to \S+, since T/)
      assert.match(text, /run +r-1 \(sync\) by petra@ops1: cStar added, answered T.*; cause: first run/)
      assert.match(
        text,
        /take away +take tag vip off user 1 in Zendesk, or add a line to the exceptions file: c1@x.io,Plan vip,never,\d{4}-\d\d-\d\d,REASON,YOUR NAME\n/
      )
    })
  )

  it.scopedLive("somebody who left, lost a tag, or was deleted: since which read, in which run, and how to give it back", () =>
    Effect.gen(function* () {
      const bridge = yield* synced
      bridge.configure(freeGuards)
      yield* bridge.sync()
      const source = bridge.zendesk.source!
      source.leave("3", "101")
      source.untag("2", "vip")
      source.deleteCustomer("5")
      yield* bridge.sync()
      const left = yield* explained(bridge, "c3@x.io", "globex")
      assert.deepStrictEqual([left.explanation.has, left.explanation.decisive, left.explanation.history.at(-1)?.cause], [false, "not-member", "left"])
      assert.match(left.text, /does NOT have "Globex" in cStar\. Taken by us T, run r-3: left the organization\./)
      assert.match(left.text, /source +zendesk user 3: organization Globex there at T, gone at T\. Who: see Zendesk's audit log; last read T, complete/)
      assert.match(left.text, /ledger +had it: added by us T, run r-1 \(first run\)/)
      assert.match(left.text, /run +r-3 \(sync\) by petra@ops1: cStar removed, answered T/)
      assert.match(left.text, /give back +put user 3 into organization Globex in Zendesk, or add a line to the exceptions file: c3@x.io,Globex,always,/)
      const untagged = yield* explained(bridge, "2", "tag:vip")
      assert.deepStrictEqual([untagged.explanation.decisive, untagged.explanation.history.at(-1)?.cause], ["not-member", "untagged"])
      assert.match(untagged.text, /give back +put tag vip on user 2 in Zendesk/)
      const gone = yield* explained(bridge, "c5@x.io", "Initech")
      assert.deepStrictEqual([gone.explanation.decisive, gone.explanation.history.at(-1)?.cause], ["customer-gone", "customer-gone"])
      assert.match(gone.text, /zendesk user 5 \((?:deleted|not there any more), seen T\)/)
      assert.match(gone.text, /give back +restore user 5 in Zendesk/)
    })
  )

  it.scopedLive("somebody whose group is gone, who became staff, or whom a changed rule leaves out", () =>
    Effect.gen(function* () {
      const bridge = yield* synced
      bridge.configure(freeGuards)
      yield* bridge.sync()
      bridge.zendesk.source!.deleteOrganization("102")
      bridge.zendesk.source!.makeStaff("2")
      yield* bridge.sync()
      const gone = yield* explained(bridge, "c4@x.io", "Initech")
      assert.deepStrictEqual([gone.explanation.has, gone.explanation.decisive, gone.explanation.history.at(-1)?.cause], [false, "group-gone", "group-gone"])
      assert.match(gone.text, /the organization is (?:deleted|not there any more) \(seen T\)/)
      assert.match(gone.text, /give back +restore organization Initech in Zendesk\n/)
      const staff = yield* explained(bridge, "c2@x.io", "Globex")
      assert.deepStrictEqual([staff.explanation.decisive, staff.explanation.history.at(-1)?.cause], ["staff", "excluded"])
      assert.match(staff.text, /zendesk user 2 \(staff, and so in no group\)/)
      bridge.configure(`\n    rules:\n      - kind: organization\n    guards: { ruleChange: apply, groupRemovalPercent: 100, sourceShrink: 100 }`)
      yield* bridge.sync()
      const changed = yield* explained(bridge, "c1@x.io", "Plan vip")
      assert.deepStrictEqual(
        [changed.explanation.has, changed.explanation.decisive, changed.explanation.history.at(-1)?.cause],
        [false, "no-rule", "rule-changed"]
      )
      assert.match(changed.text, /rule +no rule takes tag vip;/)
      assert.match(changed.text, /give back +put a rule that takes tag vip under the rules of customers\n/)
    })
  )

  it.scopedLive("an exception, with its line and how it is ended", () =>
    Effect.gen(function* () {
      const bridge = yield* synced
      withExceptions(bridge, freeGuards, "C1@x.io,plan VIP,never,,unpaid,petra")
      yield* bridge.sync()
      const { explanation, text } = yield* explained(bridge, "c1@x.io", "Plan vip")
      assert.deepStrictEqual([explanation.has, explanation.decisive, explanation.history.at(-1)?.cause], [false, "exception-never", "exception"])
      assert.match(text, /exception: never, line 2 of the exceptions file: "unpaid" by petra/)
      assert.match(text, /give back +take line 2 out of the exceptions file\n/)
    })
  )

  it.scopedLive("what is held, then what was approved", () =>
    Effect.gen(function* () {
      const bridge = yield* synced
      bridge.configure(`\n    rules:\n      - kind: organization`)
      const run = yield* bridge.sync()
      const held = yield* explained(bridge, "c1@x.io", "Plan vip")
      assert.deepStrictEqual([held.explanation.has, held.explanation.next, held.explanation.held?.part.id], [true, "held", "H-1"])
      assert.match(held.text, /held +H-1 since T, open: ruleChange; would leave/)
      assert.match(held.text, /decide +take it: {3}groupbridge approve H-1 --reason "\.\.\." {3}\| {2}keep it: {3}groupbridge reject H-1/)
      yield* Deciding.approve(bridge, run.held[0]!.id)
      yield* bridge.sync()
      const approved = yield* explained(bridge, "c1@x.io", "Plan vip")
      assert.match(approved.text, /^Customer 1 \(c1@x.io\) does NOT have "Plan vip" in cStar\. Taken by us T, run r-3, approved by petra@ops1: rule changed\./)
      assert.match(approved.text, /held +H-1, approved T by petra@ops1/)
      assert.match(approved.text, /run +r-3 \(approve H-1\) by petra@ops1: cStar removed/)
    })
  )

  it.scopedLive("somebody who was never found, and when that is asked again", () =>
    Effect.gen(function* () {
      const bridge = yield* Bridge.small
      bridge.zendesk.source!.load({ customers: [{ id: "9", email: "c9@x.io", name: "Nine", tags: ["vip"] }], organizations: [], memberships: [] })
      yield* bridge.sync()
      const { explanation, text } = yield* explained(bridge, "c9@x.io", "Plan vip")
      assert.deepStrictEqual([explanation.has, explanation.decisive, explanation.customer], [false, "not-found", null])
      assert.match(text, /person +not found in cStar under c9@x.io: asked T \(1 time\), not again before T/)
      assert.match(text, /run +no run did anything about it/)
      assert.match(text, /give +make the customer in cStar under c9@x.io \(we never make customers\), or a line "9,ID-OF-THE-CUSTOMER"/)
    })
  )

  it.scopedLive("what was there before us, which we never take", () =>
    Effect.gen(function* () {
      const bridge = yield* Bridge.small
      const [c1, , , , , c6] = [...bridge.emails.keys()]
      bridge.cstar.target!.addGroup({ name: "Globex", externalId: "101", members: [c1!, c6!] })
      bridge.cstar.behave({ showsExternalId: true })
      yield* bridge.sync()
      const { explanation, text } = yield* explained(bridge, c6!, "Globex")
      assert.deepStrictEqual([explanation.has, explanation.ledger?.origin, explanation.next], [true, "found", "not-ours"])
      assert.match(text, /has "Globex" in cStar\. Not put there by us: it was there when we looked, T, run r-1\./)
      assert.match(text, /take away +by hand in cStar: removals: ours never takes what was not put there by us\n/)
    })
  )

  it.scopedLive("what was taken out by hand, what a rejection keeps, and what no rule takes", () =>
    Effect.gen(function* () {
      const bridge = yield* synced
      const globex = bridge.cstar.target!.groups().find((group) => group.name === "Globex")!
      const lost = globex.members[0]!
      bridge.cstar.target!.removeMember(globex.id, lost)
      const run = yield* bridge.sync({ depth: "counts" })
      const taken = yield* explained(bridge, lost, "Globex")
      assert.deepStrictEqual([taken.explanation.has, taken.explanation.decisive, taken.explanation.next], [false, "wanted", "held"])
      assert.match(taken.text, /Taken out by hand in cStar, seen T\./)
      yield* Deciding.reject(bridge, run.held[0]!.id)
      const rejected = yield* explained(bridge, lost, "Globex")
      assert.strictEqual(rejected.explanation.next, "rejected")
      assert.match(rejected.text, /held +H-1, rejected T by petra@ops1; would join/)
      bridge.zendesk.source!.tag("4", "churned")
      yield* bridge.sync()
      const unruled = yield* explained(bridge, "c4@x.io", "churned")
      assert.deepStrictEqual([unruled.explanation.has, unruled.explanation.decisive], [false, "no-rule"])
      assert.match(unruled.text, /tag churned there since the read of T/)
    })
  )

  it.scopedLive("a tag that reaches somebody through the organization, until that loses it", () =>
    Effect.gen(function* () {
      const bridge = yield* Bridge.small
      bridge.configure(`\n    rules:\n      - { kind: tag, of: organizations, include: [gold], name: Gold }\n    guards: { groupRemovalPercent: 100 }`)
      bridge.zendesk.source!.tagOrganization("101", "gold")
      yield* bridge.sync()
      const there = yield* explained(bridge, "c2@x.io", "organization-tag:gold")
      assert.match(there.text, /zendesk user 2: tag gold of organizations there through organization Globex since the read of T/)
      assert.match(there.text, /take away +take tag gold off organization Globex in Zendesk/)
      bridge.zendesk.source!.untagOrganization("101", "gold")
      yield* bridge.sync()
      const gone = yield* explained(bridge, "c2@x.io", "Gold")
      assert.match(gone.text, /tag gold of organizations there at T, gone at T; nobody has it any more/)
      assert.match(gone.text, /give back +tag the organization of user 2 with gold in Zendesk\n/)
      assert.deepStrictEqual([gone.explanation.has, gone.explanation.decisive], [false, "not-member"])
    })
  )

  it.scopedLive("finds people by address, id and pasted page, and asks where several fit", () =>
    Effect.gen(function* () {
      const bridge = yield* synced
      const same = yield* Effect.forEach(
        [" C3@X.io ", "3", "zendesk/3", "https://acme.zendesk.com/agent/users/3/requested_tickets?x=9", "https://acme.zendesk.com/agent/#/users/3"],
        (text) => rowsOf(bridge, text, "Globex")
      )
      assert.deepStrictEqual(
        same.map(([row]) => row?.people[0]?.id),
        ["3", "3", "3", "3", "3"]
      )
      const all = yield* rowsOf(bridge, "c1@x.io")
      assert.deepStrictEqual(
        all.map((row) => row.group.name),
        ["Globex", "Initech", "Plan vip"]
      )
      bridge.zendesk.source!.changeEmail("4", "c3@x.io")
      yield* bridge.sync()
      const several = yield* ask(bridge, "c3@x.io")
      assert.deepStrictEqual(
        several._tag === "SeveralCustomers" ? several.persons.map(([first]) => first && `${first.connection}/${first.id}`) : several._tag,
        ["zendesk/3", "zendesk/4"]
      )
      const [moved] = yield* rowsOf(bridge, "zendesk/4", "Initech")
      assert.deepStrictEqual([moved?.has, moved?.decisive], [true, "wanted"])
      bridge.zendesk.source!.load({ customers: [{ id: "7", email: "c5@x.io", name: "Seven", tags: ["vip"] }], organizations: [], memberships: [] })
      yield* bridge.sync()
      const shared = [...(yield* rowsOf(bridge, "zendesk/5", "Initech")), ...(yield* rowsOf(bridge, "zendesk/7", "Plan vip"))]
      assert.deepStrictEqual(
        shared.map(({ has, decisive, next }) => [has, decisive, next]),
        [
          [true, "ambiguous", "nothing"],
          [false, "ambiguous", "nothing"]
        ]
      )
      assert.strictEqual((yield* ask(bridge, "nobody@x.io"))._tag, "Nobody")
      assert.strictEqual((yield* ask(bridge, "c1@x.io", "No such group"))._tag, "NoGroup")
    })
  )
})
