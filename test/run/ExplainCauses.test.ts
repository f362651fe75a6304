/** Every cause of a change, explained: all six links, each exact, for what was added and for what was removed. */
import { assert, describe, it } from "@effect/vitest"
import Sqlite from "better-sqlite3"
import * as Effect from "effect/Effect"
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import * as Connectors from "../../connectors/registry.ts"
import * as ConfigFile from "../../src/config/ConfigFile.ts"
import type { Cause } from "../../src/model/Cause.ts"
import * as ExplainText from "../../src/report/ExplainText.ts"
import type { View } from "../../src/report/View.ts"
import * as Explain from "../../src/explain/Explain.ts"
import * as StateLayer from "../../state/StateLayer.ts"
import * as Bridge from "../kit/Bridge.ts"

const connectors = await Connectors.load()

type Running = Effect.Effect.Success<typeof Bridge.small>

const free = "\n    guards: { ruleChange: apply, groupRemovalPercent: 100, sourceShrink: 100, removalPercent: 100 }"
const rules = `${Bridge.usualRules}${free}`

const explained = (bridge: Running, customer: string, group: string, at: number | null = null) =>
  Effect.gen(function* () {
    const config = yield* ConfigFile.load({ file: join(bridge.dir, "groupbridge.yaml"), connectors, env: {} })
    const about: Explain.Question["about"] = (name) => ({
      connector: config.connections.get(name)?.connector ?? name,
      record: name === "cstar" ? "customer" : "user",
      groups: null,
      customers: connectors.get(name)?.target?.declaration.customers ?? null
    })
    const answer = yield* Explain.explain({ customer, group, at, syncs: [...config.syncs.values()], about }).pipe(
      Effect.provide(StateLayer.layer(config.state))
    )
    if (answer._tag !== "Rows" || answer.rows[0] === undefined) return assert.fail(`${customer} ${group}: ${answer._tag}`)
    const [explanation] = answer.rows
    const now = yield* Effect.sync(() => Date.now())
    const view: View = { now, zone: "UTC", width: 10_000, color: false, all: false, titles: { zendesk: "Zendesk", cstar: "cStar" } }
    const text = ExplainText.full(explanation, view).replaceAll(/\b(?:[A-Z][a-z]{2} |\d+ [A-Z][a-z]{2} )?\d\d:\d\d\b/g, "T")
    if (process.env["SHOW"] !== undefined) process.stderr.write(`${text}\n`)
    return { explanation, text }
  })

const except = (bridge: Running, line: string) => {
  writeFileSync(join(bridge.dir, "exceptions.csv"), `email,group,what,until,reason,by\n${line}\n`)
  bridge.configure(`${rules}\n    exceptions: exceptions.csv`)
}

const edit = (bridge: Running, text: string) =>
  Effect.sync(() => {
    const db = new Sqlite(join(bridge.dir, ".groupbridge", "state.db"))
    db.exec(text)
    db.close()
  })

const globex = (bridge: Running) => bridge.cstar.target!.groups().find(({ name }) => name === "Globex")!
const memberId = (bridge: Running, email: string) => [...bridge.emails].find(([, other]) => other === email)?.[0] ?? ""

interface Case {
  readonly cause: Cause
  /** What happens after the first sync, before the last one. */
  readonly happens: (bridge: Running) => Effect.Effect<unknown> | void
  readonly row: readonly [string, string]
  readonly source: RegExp
  readonly rule: RegExp
  readonly person: RegExp
  readonly ledger: RegExp
}

const user = (id: string) => `zendesk user ${id}`
const matched = /matched by e-mail c\d@x\.io to \S+, since T/
const had = /had it: added by us T, run r-1 \(first run\)/

const removals: ReadonlyArray<Case> = [
  {
    cause: "left",
    happens: ({ zendesk }) => zendesk.source!.leave("3", "101"),
    row: ["c3@x.io", "Globex"],
    source: new RegExp(`${user("3")}: organization Globex there at T, gone at T\\. Who: see Zendesk's audit log`),
    rule: /rule 1 \(line \d+\) every organization -> "Globex"/,
    person: matched,
    ledger: had
  },
  {
    cause: "untagged",
    happens: ({ zendesk }) => zendesk.source!.untag("2", "vip"),
    row: ["c2@x.io", "Plan vip"],
    source: new RegExp(`${user("2")}: tag vip there at T, gone at T`),
    rule: /rule 2 \(line \d+\) "vip", "plan_\*" -> "Plan vip"/,
    person: matched,
    ledger: had
  },
  {
    cause: "customer-gone",
    happens: ({ zendesk }) => zendesk.source!.deleteCustomer("5"),
    row: ["c5@x.io", "Initech"],
    source: new RegExp(`${user("5")} \\((deleted|not there any more), seen T\\): organization Initech there at T, gone at T`),
    rule: /rule 1 .* -> "Initech"/,
    person: matched,
    ledger: had
  },
  {
    cause: "group-gone",
    happens: ({ zendesk }) => zendesk.source!.deleteOrganization("102"),
    row: ["c4@x.io", "Initech"],
    source: new RegExp(`${user("4")}: organization Initech there at T, gone at T; the organization is (deleted|not there any more) \\(seen T\\)`),
    rule: /rule 1 .* -> "Initech"/,
    person: matched,
    ledger: had
  },
  {
    // No sandbox merges people: what a source that tells of merges would have left in the state.
    cause: "merged",
    happens: (bridge) =>
      Effect.gen(function* () {
        bridge.zendesk.source!.deleteCustomer("5")
        yield* bridge.sync()
        yield* edit(
          bridge,
          "UPDATE planned_change SET cause = 'merged' WHERE op = 'assignment.remove'; UPDATE source_customer SET gone_cause = 'merged' WHERE key = '5'"
        )
      }),
    row: ["c5@x.io", "Initech"],
    source: new RegExp(`${user("5")} \\(merged, seen T\\): organization Initech there at T, gone at T`),
    rule: /rule 1 .* -> "Initech"/,
    person: matched,
    ledger: had
  },
  {
    cause: "excluded",
    happens: ({ zendesk }) => zendesk.source!.makeStaff("2"),
    row: ["c2@x.io", "Globex"],
    source: new RegExp(`${user("2")} \\(staff, and so in no group\\): organization Globex there`),
    rule: /rule 1 .* -> "Globex"/,
    person: matched,
    ledger: had
  },
  {
    cause: "rule-changed",
    happens: (bridge) => bridge.configure(`\n    rules:\n      - kind: organization${free}`),
    row: ["c1@x.io", "Plan vip"],
    source: new RegExp(`${user("1")}: tag vip there since the read of T`),
    rule: /no rule takes tag vip;/,
    person: matched,
    ledger: had
  },
  {
    cause: "exception",
    happens: (bridge) => except(bridge, "c1@x.io,Plan vip,never,,unpaid,petra"),
    row: ["c1@x.io", "Plan vip"],
    source: new RegExp(`${user("1")}: tag vip there since the read of T`),
    rule: /rule 2 .* exception: never, line 2 of the exceptions file: "unpaid" by petra/,
    person: matched,
    ledger: had
  },
  {
    cause: "not-wanted",
    happens: (bridge) => {
      bridge.cstar.target!.addMember(globex(bridge).id, memberId(bridge, "c6@x.io"))
      bridge.configure(`${rules}\n    removals: all`)
    },
    row: ["c6@x.io", "Globex"],
    source: new RegExp(`${user("6")}: organization Globex is not there`),
    rule: /rule 1 .* -> "Globex"/,
    person: /not matched yet|matched by e-mail/,
    ledger: /had it: was found there, not put there by us/
  }
]

const additions: ReadonlyArray<Case> = [
  {
    cause: "joined",
    happens: ({ zendesk }) => zendesk.source!.join("6", "101"),
    row: ["c6@x.io", "Globex"],
    source: new RegExp(`${user("6")}: organization Globex there since the read of T`),
    rule: /rule 1 .* -> "Globex"/,
    person: matched,
    ledger: /added by us T, run r-\d \(joined the organization\)/
  },
  {
    cause: "tagged",
    happens: ({ zendesk }) => zendesk.source!.tag("6", "vip"),
    row: ["c6@x.io", "Plan vip"],
    source: new RegExp(`${user("6")}: tag vip there since the read of T`),
    rule: /rule 2 .* -> "Plan vip"/,
    person: matched,
    ledger: /added by us T, run r-\d \(tagged\)/
  },
  {
    cause: "matched",
    happens: (bridge) =>
      Effect.gen(function* () {
        bridge.zendesk.source!.load({ customers: [{ id: "9", email: "c9@x.io", name: "Nine", tags: ["vip"] }], organizations: [], memberships: [] })
        yield* bridge.sync()
        bridge.cstar.target!.addCustomers([{ email: "c9@x.io", name: "Nine" }])
        yield* edit(bridge, "UPDATE lookup SET next_at = 0")
      }),
    row: ["c9@x.io", "Plan vip"],
    source: new RegExp(`${user("9")}: tag vip there since the read of T`),
    rule: /rule 2 .* -> "Plan vip"/,
    person: matched,
    ledger: /added by us T, run r-\d \((newly matched|tagged)\)/
  },
  {
    cause: "first-run",
    happens: () => undefined,
    row: ["c4@x.io", "Initech"],
    source: new RegExp(`${user("4")}: organization Initech there since the read of T`),
    rule: /rule 1 .* -> "Initech"/,
    person: matched,
    ledger: /added by us T, run r-1 \(first run\)/
  },
  {
    cause: "rule-changed",
    happens: (bridge) =>
      Effect.gen(function* () {
        bridge.zendesk.source!.tag("4", "churned")
        yield* bridge.sync()
        bridge.configure(`${Bridge.usualRules.replace('"vip", ', '"vip", "churned", ')}${free}`)
      }),
    row: ["c4@x.io", "Plan churned"],
    source: new RegExp(`${user("4")}: tag churned there since the read of T`),
    rule: /rule 2 .* -> "Plan churned"/,
    person: matched,
    ledger: /added by us T, run r-\d \(rule changed\)/
  },
  {
    cause: "exception",
    happens: (bridge) => except(bridge, "c6@x.io,Globex,always,,promised,petra"),
    row: ["c6@x.io", "Globex"],
    source: new RegExp(`${user("6")}: organization Globex is not there`),
    rule: /exception: always, line 2 of the exceptions file: "promised" by petra/,
    person: /matched|not matched yet/,
    ledger: /added by us T, run r-\d \(exception\)/
  },
  {
    cause: "restored",
    happens: (bridge) => {
      bridge.cstar.target!.removeMember(globex(bridge).id, memberId(bridge, "c3@x.io"))
      bridge.configure(`${rules}\n    drift: restore\n    refresh: { counts: 0h }`)
    },
    row: ["c3@x.io", "Globex"],
    source: new RegExp(`${user("3")}: organization Globex there since the read of T`),
    rule: /rule 1 .* -> "Globex"/,
    person: matched,
    ledger: /added by us T, run r-\d \(put back\)/
  }
]

/** The links of the way as one text a label. */
const linksOf = (text: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    text
      .replaceAll(/\n {12}/g, " ")
      .split("\n")
      .flatMap((line) => {
        const [, label, words] = /^ {2}(source|rule|person|ledger|held|plan|run) +(.*)/.exec(line) ?? []
        return label === undefined || words === undefined ? [] : [[label === "held" ? "plan" : label, words]]
      })
  )

const check = (one: Case, removed: boolean) =>
  Effect.gen(function* () {
    const bridge = yield* Bridge.small
    bridge.configure(rules)
    yield* bridge.sync()
    const before = yield* Effect.sync(() => Date.now())
    yield* Effect.sleep(5)
    yield* one.happens(bridge) ?? Effect.void
    yield* bridge.sync({ depth: "counts" })
    const { explanation, text } = yield* explained(bridge, ...one.row)
    const last = explanation.history.findLast(({ state }) => state === "done")
    assert.deepStrictEqual([last?.cause, last?.op, explanation.has], [one.cause, removed ? "assignment.remove" : "assignment.add", !removed], text)
    const links = linksOf(text)
    assert.deepStrictEqual(Object.keys(links).toSorted(), ["ledger", "person", "plan", "rule", "run", "source"], text)
    for (const label of ["source", "rule", "person", "ledger"] as const) assert.match(links[label] ?? "", one[label], text)
    assert.match(links["source"] ?? "", /last read T, complete/)
    assert.match(links["run"] ?? "", new RegExp(`^r-\\d \\(sync\\) by petra@ops1: cStar ${removed ? "removed" : "added"}, answered T; cause: `))
    if (one.cause === "first-run") return
    // As of then: before the change, and after it.
    const past = yield* explained(bridge, ...one.row, before)
    const expected = removed ? (one.cause === "not-wanted" ? "unknown" : "yes") : one.cause === "restored" ? "yes" : "no"
    assert.deepStrictEqual([past.explanation.past?.has, past.explanation.past?.next?.cause], [expected, one.cause], past.text)
    assert.deepStrictEqual(Object.keys(linksOf(past.text)).toSorted(), ["ledger", "person", "plan", "rule", "run", "source"], past.text)
    const now = yield* Effect.sync(() => Date.now())
    const after = yield* explained(bridge, ...one.row, now)
    assert.deepStrictEqual([after.explanation.past?.has, after.explanation.past?.change?.cause], [removed ? "no" : "yes", one.cause], after.text)
  })

describe("explain names every link of a removal", () => {
  it.scopedLive.each(removals.map((one) => [one.cause, one] as const))("by cause %s", ([, one]) => check(one, true))
})

describe("explain names every link of an addition", () => {
  it.scopedLive.each(additions.map((one) => [one.cause, one] as const))("by cause %s", ([, one]) => check(one, false))
})

describe("explain, where several source groups lead to one", () => {
  it.scopedLive("names the one that a removal rested on", () =>
    Effect.gen(function* () {
      const bridge = yield* Bridge.small
      bridge.configure(`\n    rules:\n      - { kind: tag, include: ["vip", "gold", "best"], into: Top }${free}`)
      bridge.zendesk.source!.tag("3", "gold")
      bridge.zendesk.source!.tag("4", "best")
      yield* bridge.sync()
      bridge.zendesk.source!.untag("3", "gold")
      yield* bridge.sync()
      const { text } = yield* explained(bridge, "c3@x.io", "Top")
      assert.match(text, /source +zendesk user 3: (?:tag \w+ is not there; )*tag gold there at T, gone at T/)
      assert.match(text, /give back +put tag \w+ on user 3/)
    })
  )
})
