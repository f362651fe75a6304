import { assert, describe, it } from "@effect/vitest"
import type { CheckReport, ConnectionCheck, GroupRow, RunRow, StatusRow, UnmatchedRow } from "../../src/model/Overview.ts"
import * as CheckText from "../../src/report/CheckText.ts"
import * as GroupsText from "../../src/report/GroupsText.ts"
import * as HeldText from "../../src/report/HeldText.ts"
import * as OverviewJson from "../../src/report/OverviewJson.ts"
import * as RunsText from "../../src/report/RunsText.ts"
import * as StatusText from "../../src/report/StatusText.ts"
import * as UnmatchedText from "../../src/report/UnmatchedText.ts"
import * as S from "./Samples.ts"

const at = (time: string): number => Date.parse(`2026-03-03T${time}:00+01:00`)

const status: StatusRow = {
  sync: "customers",
  state: "ok",
  lastGood: at("14:07"),
  next: at("15:07"),
  today: { added: 112, removed: 361, calls: 402, share: 0.021 },
  held: [S.h15],
  refused: 0,
  tasks: 0,
  unmatched: 5914,
  unconfirmed: 0,
  ambiguous: 0,
  waiting: 0,
  pinned: [],
  paused: null,
  failing: null,
  migration: null,
  guards: [],
  warnings: []
}

const run: RunRow = {
  run: "r-2293",
  sync: "customers",
  status: "done",
  command: "approve H-14",
  by: "petra@ops1",
  startedAt: at("14:31"),
  migration: null,
  endedAt: at("14:55"),
  summary: { groups: { create: 0, update: 0, delete: 0 }, assignments: { add: 0, remove: 309 } },
  calls: { read: 311, write: 309 },
  left: 0,
  refused: 0,
  held: [],
  reason: "Gold ended, ticket 4711",
  error: null
}

const connection: ConnectionCheck = {
  connection: "cstar",
  connector: "cstar",
  state: "ok",
  account: "team_1",
  actor: "...9f2c",
  role: "read + write",
  actorBefore: null,
  since: null,
  lastGood: null,
  skippedRuns: 0,
  missing: [],
  costs: [],
  allowance: { limit: 1000, remaining: 412, resetAt: at("16:00"), usedByOthers: 188 },
  message: null
}

const check: CheckReport = {
  config: "groupbridge.yaml",
  connections: [
    {
      ...connection,
      connection: "zendesk",
      connector: "zendesk",
      state: "refused",
      actor: "anonymous guest",
      role: null,
      actorBefore: "petra@acme.com",
      since: at("09:07"),
      lastGood: at("08:07"),
      skippedRuns: 4,
      allowance: null,
      message: "token revoked or petra deactivated. Put a new one into ZENDESK_API_TOKEN (.env, line 2)"
    },
    connection,
    { ...connection, connection: "bizkithub", state: "untestable", actor: null, role: null, lastGood: at("08:08"), allowance: null }
  ],
  state: { ok: true, path: ".groupbridge/state.db", backupAt: at("08:09"), message: null },
  schedules: [
    {
      sync: "customers",
      every: "hourly",
      connection: "cStar",
      turnsPerDay: 24,
      callsPerDay: 690,
      allowedPerDay: 24_000,
      freshness: ["tags seen within 1 h", "organizations within 24 h"]
    }
  ],
  warnings: ['line 31: include "chrun*" matches no tag; nearest: churned (1,880), churn_risk (412)'],
  problems: []
}

const group = (key: string, extra: Partial<GroupRow> = {}): GroupRow => ({
  connection: "zendesk",
  kind: "tag",
  key,
  name: key,
  members: 1880,
  rule: { index: 2, line: 19 },
  target: `Plan ${key}`,
  state: "mapped",
  reason: null,
  ...extra
})

const person = (id: string, extra: Partial<UnmatchedRow> = {}): UnmatchedRow => ({
  sync: "customers",
  connection: "zendesk",
  id,
  email: `${id}@x.io`,
  name: "Ann",
  reason: "not-found",
  since: at("08:00"),
  candidates: [],
  ...extra
})

describe("StatusText", () => {
  it("is one line a sync, and one for each thing that needs a person", () => {
    assert.strictEqual(
      StatusText.text([status], S.view),
      "customers  ok 14:07, next 15:07   today +112 -361, 402 calls (2 % of day)\n           HELD H-15 1 taken out by hand, since 15:02   groupbridge held H-15\n"
    )
  })

  it("shows what is paused, failing, to do by hand and never ran", () => {
    const text = StatusText.text(
      [
        { ...status, sync: "trybe", state: "paused", held: [], paused: { by: "petra", until: at("14:00") + 3 * 86_400_000, reason: "relaunch" } },
        { ...status, sync: "bizkithub", held: [], tasks: 7 },
        {
          ...status,
          sync: "old",
          state: "failed",
          held: [],
          failing: { since: at("09:07"), runs: 4, error: { kind: "credential", message: "token revoked" } }
        },
        { ...status, sync: "new", state: "never", lastGood: null, next: null, held: [], today: { added: 0, removed: 0, calls: 0, share: null } }
      ],
      S.view
    )
    assert.include(text, 'PAUSED by petra until Fri 14:00 "relaunch", last good 14:07 (55 min ago)')
    assert.include(text, "to do by hand: 7 changes   groupbridge done --csv")
    assert.include(text, "FAILED, last good 14:07 (55 min ago)")
    assert.include(text, "REFUSED since 09:07, 4 runs: token revoked")
    assert.match(text, /^new {8}never ran$/mu)
  })
})

describe("CheckText", () => {
  it("tells who we are, what is left, what the schedule costs, and counts problems", () => {
    const text = CheckText.text(check, S.view)
    for (const fact of [
      "zendesk     REFUSED since 09:07, last good 08:07; 4 runs skipped, nothing added or removed\n            we were petra@acme.com, now anonymous guest\n",
      "            token revoked or petra deactivated. Put a new one into ZENDESK_API_TOKEN (.env, line 2)",
      "cstar       ok   cStar team_1   ...9f2c, read + write   412 of 1,000 left until 16:00 (188 used by others)",
      "bizkithub   not testable without a write; last accepted 08:08",
      "state       ok   .groupbridge/state.db, backup 08:09",
      "schedule    customers hourly: cStar 690 of 24,000 calls a day; tags seen within 1 h, organizations within 24 h",
      'warning     line 31: include "chrun*" matches no tag'
    ]) {
      assert.include(text, fact)
    }
    assert.match(text, /\n1 problem, 1 warning\n$/u)
  })

  it("says that all is well only then", () => {
    assert.match(CheckText.text({ ...check, connections: [connection], warnings: [] }, S.view), /All is well\.\n$/u)
    const costly = { ...connection, costs: ["query customers: the database expects a cost of 4.5"] }
    assert.match(
      CheckText.text({ ...check, connections: [costly], problems: [], warnings: [] }, S.view),
      /\n {2}reading +query customers: the database expects a cost of 4\.5\n/u
    )
    const missing = { ...connection, missing: ["the key can't write; make a secret key"] }
    assert.match(CheckText.text({ ...check, connections: [missing], warnings: [], state: { ...check.state, ok: false } }, S.view), /2 problems\n$/u)
  })
})

const answer = { outcome: "applied", status: null, at: 0, detail: null }
const settled = {
  at: 0,
  run: "r-2293",
  command: "approve H-14",
  by: "petra@ops1",
  outcome: "done" as const,
  origin: "applied" as const,
  approval: null,
  answer
}

const refusal = { outcome: "refused" as const, answer: { ...answer, detail: "archived" } }

describe("RunsText and HeldText", () => {
  it("list runs, and show one with its rows and how to take it back", async () => {
    assert.strictEqual(RunsText.list([run], S.view), "r-2293  customers  14:31  done  309 left; 309 calls, 24 min  approve H-14 by petra@ops1\n")
    const text = await S.collect((sink) =>
      RunsText.write(
        run,
        S.changes.filter((change) => change.held === "H-14").map((change, index) => Object.assign({}, change, settled, index === 1 ? refusal : {})),
        S.view,
        sink
      )
    )
    assert.match(text, /\n +\S+ .*REFUSED: "archived"\n/)
    assert.include(text, "Gold ended, ticket 4711")
    assert.include(text, "and 291 more   groupbridge runs r-2293 --all")
    assert.match(text, /Take it back: groupbridge undo r-2293\n$/u)
  })

  it("show only a part's own rows", async () => {
    const text = await S.collect((sink) => HeldText.write(S.h14, S.changes, { ...S.view, all: true }, sink))
    assert.strictEqual(text.split("gold").length > 311, true)
    assert.notInclude(text, "jan@globex.com")
    assert.include(HeldText.list([S.h14], S.view), "Next: groupbridge held H-14")
    assert.strictEqual(HeldText.list([], S.view), "Nothing is held.\n")
  })
})

describe("GroupsText and UnmatchedText", () => {
  it("tell rule, target and state of each group", async () => {
    const rows = [group("gold"), group("chrun", { state: "unmapped", rule: null, target: null }), group("vip", { state: "ambiguous", reason: "meets tag:VIP" })]
    const text = await S.collect((sink) => GroupsText.write("customers", rows, S.view, sink))
    assert.match(text, /zendesk gold +gold +1,880 {2}rule 2 \(line 19\) +Plan gold\n/u)
    assert.match(text, /zendesk chrun .* not mapped\n/u)
    assert.include(text, "AMBIGUOUS Plan vip (meets tag:VIP)")
    assert.match(text, /1 mapped, 1 not mapped, 1 ambiguous \(not written\)\n$/u)
  })

  it("keep columns under each other, and go on below where the terminal is narrow", async () => {
    const rows = [group("gold"), group("g".repeat(60), { rule: { index: 1, line: 2 } })]
    const text = await S.collect((sink) => GroupsText.write("customers", rows, S.view, sink))
    const [gold = "", long = ""] = text.split("\n").slice(1)
    assert.strictEqual(gold.indexOf("1,880"), long.indexOf("1,880"), text)
    const narrow = await S.collect((sink) => GroupsText.write("customers", rows, { ...S.view, width: 80 }, sink))
    assert.deepStrictEqual(
      narrow.split("\n").filter((line) => line.length > 80),
      [],
      narrow
    )
    assert.match(narrow, /^zendesk gold\n {4}gold +1,880 {2}rule 2 \(line 19\)\n {4}Plan gold$|^zendesk gold\n {4}gold .*Plan gold$/mu)
  })

  it("tell that no group is left over, rather than that none is known", async () => {
    assert.strictEqual(
      await S.collect((sink) => GroupsText.write("customers", [], S.view, sink, { only: "unmapped" })),
      "No group is known that no rule takes.  Next: groupbridge plan customers\n"
    )
  })

  it("list who was not found, and give a file to fill in", async () => {
    const rows = [person("1"), person("2", { email: null, reason: "no-address" }), person("3", { reason: "ambiguous", candidates: ["cus_1", "cus_2"] })]
    const text = await S.collect((sink) => UnmatchedText.write("customers", "cStar", rows, S.view, sink))
    assert.include(text, "ambiguous: cus_1, cus_2")
    assert.match(text, /3 customers: 1 not in cStar, 1 without e-mail, 1 ambiguous\n$/u)
    const unknown = await S.collect((sink) => UnmatchedText.write("customers", "cStar", [person("1", { reason: "not-looked-up" })], S.view, sink))
    assert.match(unknown, /1 customer: 1 not looked up yet {2}Next: groupbridge sync customers\n$/u)
    const csv = await S.collect((sink) => UnmatchedText.writeCsv(rows, sink))
    assert.match(csv, /^id,target,customerEmail,/u)
    assert.include(csv, "\r\n2,,,Ann,no-address,2026-03-03T07:00:00.000Z,,customers,zendesk\r\n")
  })
})

describe("OverviewJson", () => {
  it("is one document each, with times for machines", async () => {
    const runs = JSON.parse(await S.collect((sink) => OverviewJson.runs([run], sink)))
    assert.include(runs.runs[0], { run: "r-2293", sync: "customers", status: "done", started: "2026-03-03T13:31:00.000Z" })
    assert.deepStrictEqual(runs.runs[0].summary, run.summary)
    const syncs = JSON.parse(await S.collect((sink) => OverviewJson.status([status], sink)))
    assert.strictEqual(syncs.syncs[0].next, "2026-03-03T14:07:00.000Z")
    assert.strictEqual(syncs.syncs[0].held[0].since, "2026-03-03T14:02:00.000Z")
    const checked = JSON.parse(await S.collect((sink) => OverviewJson.check(check, sink)))
    assert.strictEqual(checked.problemCount, 1)
    assert.strictEqual(checked.connections[0].lastGood, "2026-03-03T07:07:00.000Z")
    assert.deepStrictEqual(JSON.parse(await S.collect((sink) => OverviewJson.groups([group("gold")], sink))), { groups: [group("gold")] })
    assert.strictEqual(JSON.parse(await S.collect((sink) => OverviewJson.unmatched([person("1")], sink))).unmatched[0].since, "2026-03-03T07:00:00.000Z")
    assert.strictEqual(JSON.parse(await S.collect((sink) => OverviewJson.held([S.h14], sink))).held[0].id, "H-14")
  })
})
