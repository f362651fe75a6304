import { assert, describe, it } from "@effect/vitest"
import type { Decisive, Explanation, Next } from "../../src/model/Explanation.ts"
import * as ShellWord from "../../src/report/ShellWord.ts"
import * as ExplainText from "../../src/report/ExplainText.ts"
import * as S from "./Samples.ts"

const at = (time: string): number => Date.parse(`2026-03-03T${time}:00+01:00`)
const january = Date.parse("2026-01-12T14:02:00+01:00")

const anna: Explanation = {
  sync: "customers",
  target: { connection: "cstar", connector: "cstar" },
  people: [
    {
      side: "source",
      connection: "zendesk",
      connector: "zendesk",
      record: "user",
      id: "3901",
      email: "anna@globex.com",
      name: "Anna Novak",
      staff: false,
      excluded: null,
      gone: false,
      goneHow: null,
      link: { target: "cus_81f2", basis: "email", value: "anna@globex.com", since: january },
      lookup: null,
      ambiguous: null
    }
  ],
  customer: { side: "target", connection: "cstar", id: "cus_81f2", email: "anna@globex.com", name: "Anna Novak", gone: false },
  group: { id: "grp_1", name: "Plan Gold", handle: "zendesk/tag:plan_gold", gone: null, membersReadAt: january, blocked: null },
  sources: [
    {
      connection: "zendesk",
      connector: "zendesk",
      kind: "tag",
      carrier: "customer",
      id: "plan_gold",
      name: "plan_gold",
      gone: null,
      rule: { index: 2, line: 19, include: ["plan_*"], name: "Plan Gold", here: true },
      members: [],
      ended: { at: at("14:07"), thereAt: at("13:07"), cause: "untagged" }
    }
  ],
  moreSources: 0,
  reads: [{ connection: "zendesk", at: at("15:02"), complete: true, incomplete: [] }],
  ledger: null,
  drift: null,
  wishes: [],
  otherSyncs: [],
  held: null,
  skipped: null,
  history: [
    {
      run: "r-1",
      op: "assignment.add",
      cause: "first-run",
      state: "done",
      at: january,
      command: "sync",
      by: "petra@ops1",
      rests: null,
      origin: null,
      claimedAt: null,
      expiredAt: null,
      approval: null,
      call: { outcome: "applied", answeredAt: january, detail: null }
    },
    {
      run: "r-2293",
      op: "assignment.remove",
      cause: "untagged",
      state: "done",
      at: at("15:01"),
      command: "approve",
      by: "petra@ops1",
      rests: { connection: "zendesk", customer: "3901", via: { kind: "tag", carrier: "customer", id: "plan_gold", name: "plan_gold" } },
      origin: "applied",
      claimedAt: january,
      expiredAt: at("15:01"),
      approval: { part: "H-14", by: "petra@ops1", at: at("15:00"), reason: "Gold ended, ticket 4711" },
      call: { outcome: "applied", answeredAt: at("15:01"), detail: null }
    }
  ],
  refused: null,
  pinned: null,
  task: null,
  has: false,
  decisive: "not-member",
  next: "nothing",
  exceptions: [],
  exceptionLine: "anna@globex.com,Plan Gold,always,2026-04-02,REASON,YOUR NAME",
  removals: "ours",
  rulesSince: january
}

// oxlint-disable-next-line no-control-regex -- control characters are what must not be there
const ACTIVE = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/u

const decisives: ReadonlyArray<Decisive> = [
  "exception-always",
  "exception-never",
  "pinned",
  "unread",
  "customer-gone",
  "not-at-source",
  "staff",
  "excluded",
  "group-gone",
  "no-rule",
  "blocked",
  "not-member",
  "ambiguous",
  "no-address",
  "not-looked-up",
  "not-found",
  "target-gone",
  "wanted"
]

const nexts: ReadonlyArray<Next> = ["nothing", "add", "remove", "held", "rejected", "refused", "waits", "not-ours", "by-hand", "pinned", "other-sync", "person"]

describe("an explanation", () => {
  it("names all links, who approved, and how it is given back", () => {
    assert.deepStrictEqual(ExplainText.full(anna, { ...S.view, width: 200 }).split("\n"), [
      'Anna Novak (anna@globex.com) does NOT have "Plan Gold" in cStar. Taken by us 15:01, run r-2293, approved by petra@ops1: tag removed.',
      "  source    zendesk user 3901: tag plan_gold there at 13:07, gone at 14:07. Who: see Zendesk's audit log; last read 15:02, complete",
      '  rule      rule 2 (line 19) "plan_*" -> "Plan Gold"; config as in the good run of 12 Jan 14:02',
      "            exception: none",
      "  person    matched by e-mail anna@globex.com to cus_81f2, since 12 Jan 14:02",
      "  ledger    had it: added by us 12 Jan 14:02, run r-1 (first run); members as of 12 Jan 14:02",
      '  held      H-14, approved 15:00 by petra@ops1: "Gold ended, ticket 4711"',
      "  run       r-2293 (approve H-14) by petra@ops1: cStar removed, answered 15:01; cause: tag removed",
      "  give back put tag plan_gold on user 3901 in Zendesk, or add a line to the exceptions file: anna@globex.com,Plan Gold,always,2026-04-02,REASON,YOUR NAME",
      ""
    ])
  })

  it("says that absence proves nothing where a read was cut, and gives the vendor's words", () => {
    const refused = { op: "assignment.add" as const, reason: "customer is archived", attempts: 3, nextAt: at("18:00") }
    const text = ExplainText.full(
      {
        ...anna,
        reads: [{ connection: "zendesk", at: at("15:02"), complete: false, incomplete: ["users: HTTP 500"] }],
        refused,
        decisive: "wanted",
        next: "refused"
      },
      { ...S.view, width: 400 }
    )
    assert.match(text, /NOT COMPLETE \(users: HTTP 500\): what it does not show proves nothing/)
    assert.match(text, /cStar said "customer is archived" \(3 times\), tried again from 18:00/)
    assert.match(text, /give back mend what cStar says; tried again from 18:00/)
  })

  it("has something to say whatever decides and whatever comes next", () => {
    for (const decisive of decisives)
      for (const next of nexts)
        for (const has of [true, false]) {
          const ledger = has ? { origin: "applied" as const, since: january, run: "r-1" } : null
          const text = ExplainText.full({ ...anna, decisive, next, has, ledger, held: { part: S.h14, op: "assignment.remove", decided: null } }, S.view)
          assert.notMatch(text, /undefined|null|NaN/, `${decisive} ${next}`)
          assert.match(text, /\n {2}held {6}H-14/)
        }
  })

  it("is short for many groups, and tells how to see one", () => {
    const text = ExplainText.list([anna, { ...anna, group: { ...anna.group, name: "VIP" } }], "anna@globex.com", S.view)
    assert.match(text, /does NOT have "VIP" in cStar.*\n {2}\S.*\n {2}why {7}not in it at the source\n/)
    assert.deepStrictEqual(
      text.split("\n").filter((line) => line.length > S.view.width),
      [],
      text
    )
    assert.match(text, /All links of one: {3}groupbridge explain anna@globex\.com "Plan Gold"\n$/)
  })

  it("takes hostile names for text, in a terminal, in JSON and in what is typed", () => {
    for (const name of S.hostile) {
      const [person] = anna.people
      const [source] = anna.sources
      const explanation: Explanation = {
        ...anna,
        sync: name,
        people: person === undefined ? [] : [{ ...person, id: name, email: name, name, ambiguous: { reason: "shared-target", candidates: [name] } }],
        group: { ...anna.group, name, handle: name, blocked: { code: "slug-taken", slug: name } },
        sources: source === undefined ? [] : [{ ...source, name, id: name, rule: null }],
        refused: { op: "assignment.add", reason: name, attempts: 1, nextAt: 0 },
        exceptions: [{ line: 2, what: "never", until: null, ended: false, reason: name, by: name }],
        exceptionLine: name
      }
      for (const decisive of decisives) {
        const text = ExplainText.full({ ...explanation, decisive }, S.view) + ExplainText.list([{ ...explanation, decisive }], name, S.view)
        assert.notMatch(text, ACTIVE, name.slice(0, 40))
      }
      const document = JSON.parse(ExplainText.json([explanation])) as { readonly explanations: ReadonlyArray<{ readonly group: { readonly name: string } }> }
      assert.strictEqual(document.explanations[0]?.group.name, name)
    }
    assert.strictEqual(ShellWord.typed("$(rm -rf /)"), "'$(rm -rf /)'")
    assert.strictEqual(ShellWord.typed(`it's "x"`), `'it'\\''s "x"'`)
  })

  it("tells times in JSON as ISO 8601", () => {
    const { explanations } = JSON.parse(ExplainText.json([anna]))
    assert.strictEqual(explanations[0].history[0].at, "2026-01-12T13:02:00.000Z")
    assert.strictEqual(explanations[0].people[0].link.since, "2026-01-12T13:02:00.000Z")
  })
})

describe("an explanation of a past moment", () => {
  const [added = null, removed = null] = anna.history
  const past = { at: at("14:30"), has: "yes" as const, because: "change" as const, since: january, change: added, next: removed }

  it("tells what was so, which change made it so, and what came later", () => {
    assert.deepStrictEqual(ExplainText.full({ ...anna, past }, { ...S.view, width: 300 }).split("\n"), [
      'Anna Novak (anna@globex.com) had "Plan Gold" in cStar at 14:30 CET. Added by us 12 Jan 14:02, run r-1 (first run). Later: taken by us 15:01, run r-2293, approved by petra@ops1 (tag removed).',
      "  source    what the source said then is kept only where a change rests on it",
      "            now: zendesk user 3901: tag plan_gold there at 13:07, gone at 14:07. Who: see Zendesk's audit log; last read 15:02, complete",
      '  rule      the rules of then are not kept; now: rule 2 (line 19) "plan_*" -> "Plan Gold"; config as in the good run of 12 Jan 14:02',
      "            exception: none",
      "  person    matched by e-mail anna@globex.com to cus_81f2, since 12 Jan 14:02",
      "  ledger    added by us 12 Jan 14:02, run r-1 (first run)",
      "  plan      nothing was held, as far as is kept",
      "  run       r-1 (sync) by petra@ops1: cStar added, answered 12 Jan 14:02; cause: first run",
      ""
    ])
    const later = ExplainText.full({ ...anna, past: { ...past, at: at("15:02"), has: "no", change: removed, next: null } }, { ...S.view, width: 300 })
    assert.match(later, /did NOT have "Plan Gold".*taken by us 15:01.*It has not got it now\.\n/i)
    assert.match(later, /source +r-2293 rested on zendesk user 3901: tag plan_gold\n/)
    assert.match(later, /held +H-14, approved 15:00 by petra@ops1: "Gold ended, ticket 4711"/)
  })

  it("says so where nothing that is kept tells", () => {
    const text = ExplainText.full({ ...anna, past: { ...past, has: "unknown", because: "nothing", change: null, next: null } }, S.view)
    assert.match(text.replaceAll(/\s+/g, " "), /had, or had not \(nothing kept here tells\), "Plan Gold"/)
    const { explanations } = JSON.parse(ExplainText.json([{ ...anna, past }]))
    assert.deepStrictEqual([explanations[0].past.at, explanations[0].past.has], ["2026-03-03T13:30:00.000Z", "yes"])
  })
})
