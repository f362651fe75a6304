/** Plans and results for tests of reports: one equal in content to what an operator saw once, and names that attack. */
import type { Change, HeldPart } from "../../src/model/Change.ts"
import type { PlanResult, SyncResult } from "../../src/model/Result.ts"
import type { View } from "../../src/report/View.ts"

const HOUR = 3_600_000

/** Tuesday, 3 March 2026, 15:02 in Prague. */
export const NOW = Date.parse("2026-03-03T14:02:00Z")

export const view: View = {
  now: NOW,
  zone: "Europe/Prague",
  width: 120,
  color: false,
  all: false,
  titles: { zendesk: "Zendesk", cstar: "cStar" }
}

/** A page whose script does nothing: what is written is looked at, not what the script makes of it. */
export const pageOptions = { script: "void 0", redact: (text: string) => text }

export const h14: HeldPart = {
  id: "H-14",
  sync: "customers",
  guard: "groupRemovalPercent",
  changes: 311,
  leave: 311,
  join: 0,
  memberships: { add: 0, remove: 311 },
  groupCounts: { create: 0, update: 0, delete: 0 },
  limit: 50,
  value: 98,
  unit: "%",
  since: NOW - HOUR + 5 * 60_000,
  isNew: false,
  why: [{ code: "moved", people: 309, from: "plan_gold", to: "plan_gold_2026" }],
  proposal: { code: "previously", from: "plan_gold", rule: { index: 2, line: 19 } },
  groups: [{ name: "Plan Gold", changes: 311, members: 318, leave: 311, join: 0 }],
  decision: "open"
}

export const h15: HeldPart = {
  id: "H-15",
  sync: "customers",
  guard: "drift",
  changes: 1,
  leave: 0,
  join: 1,
  memberships: { add: 1, remove: 0 },
  groupCounts: { create: 0, update: 0, delete: 0 },
  limit: 0,
  value: 1,
  unit: "changes",
  since: NOW,
  isNew: false,
  why: [],
  proposal: null,
  groups: [{ name: "VIP", changes: 1, members: 12, leave: 0, join: 1 }],
  decision: "open"
}

export const plan: PlanResult = {
  sync: "customers",
  status: "held",
  from: [{ connection: "zendesk", connector: "zendesk", account: "acme" }],
  to: { connection: "cstar", connector: "cstar", account: "team_1" },
  reads: [
    {
      connection: "zendesk",
      account: "acme",
      complete: true,
      at: NOW,
      calls: 1210,
      streams: ["users", "organizations", "memberships"].map((name) => ({ name, records: 1000, complete: true, reason: null, kind: "full", why: null }))
    }
  ],
  summary: {
    groups: { create: 2, update: 1, delete: 0 },
    assignments: { add: 31, remove: 12 },
    held: 2,
    unmatched: 5914,
    ambiguous: 0,
    tasks: 0
  },
  guards: [{ name: "groupRemovalPercent", limit: 50, value: 98, tripped: true }],
  held: [h14, h15],
  estimate: {
    calls: 19,
    reads: 0,
    fewest: 19,
    seconds: 120,
    endsAt: NOW + 120_000,
    perHour: 800,
    endpoints: [
      { endpoint: "make a customer group", kind: "write", calls: 2 },
      { endpoint: "change a customer group", kind: "write", calls: 1 },
      { endpoint: "add 31 memberships", kind: "write", calls: 4 },
      { endpoint: "remove 12 memberships", kind: "write", calls: 12 }
    ]
  },
  unmatched: {
    total: 5914,
    change: 3,
    reasons: [
      { reason: "suspended", customers: 4102 },
      { reason: "no-address", customers: 1210 },
      { reason: "not-found", customers: 602 }
    ],
    people: [
      { connection: "zendesk", record: "user", id: "4001", email: "new@hooli.com", name: "Nell", reason: "not-found", candidates: [] },
      { connection: "zendesk", record: "user", id: "4002", email: null, name: "Phone caller", reason: "no-address", candidates: [] }
    ]
  },
  withheld: [],
  warnings: [],
  blocked: [],
  pinned: [],
  byHand: [
    { customer: "bob@x.io", group: "VIP", what: "put-in" },
    { customer: "eve@y.io", group: "VIP", what: "taken-out" }
  ],
  unconfirmed: 0,
  foundRows: 1204,
  rules: [
    { index: 1, line: 16, meaning: 'organization * -> "{name}"' },
    { index: 2, line: 19, meaning: 'tag "plan_*" -> "Plan {name}"' }
  ],
  mostChanged: [
    { name: "Umbrella", members: 40, leave: 0, join: 14 },
    { name: "Plan Silver", members: 512, leave: 1, join: 9 },
    { name: "Globex", members: 31, leave: 7, join: 0 }
  ],
  matching: { customers: 120_000, matched: 114_086 },
  hash: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
  firstRun: false,
  error: null
}

export const emptyPlan: PlanResult = {
  ...plan,
  status: "none",
  summary: { groups: { create: 0, update: 0, delete: 0 }, assignments: { add: 0, remove: 0 }, held: 0, unmatched: 0, ambiguous: 0, tasks: 0 },
  guards: [],
  held: [],
  estimate: { calls: 0, reads: 0, fewest: 0, seconds: 0, endsAt: null, perHour: 800, endpoints: [] },
  unmatched: { total: 0, change: 0, reasons: [], people: [] },
  mostChanged: [],
  byHand: [],
  foundRows: 0
}

const assignment = (op: Change["op"], cause: Change["cause"], group: string, key: string, id: string, extra: Partial<Change> = {}): Change => ({
  op,
  sync: "customers",
  group: { id: `grp_${key}`, name: group, key },
  customer: { id: `cus_${id}`, email: `${id}@globex.com`, name: null },
  cause,
  source: { connection: "zendesk", record: "user", id, group: key },
  rule: { index: 2, line: 19 },
  precondition: { ledger: "applied", desired: false },
  ...extra
})

const times = <A>(count: number, make: (index: number) => A): ReadonlyArray<A> => Array.from({ length: count }, (_, index) => make(index))

const leaves = (group: string, key: string, cause: Change["cause"], id: string, extra: Partial<Change> = {}): Change =>
  assignment("assignment.remove", cause, group, key, id, extra)

const joins = (group: string, key: string, count: number): ReadonlyArray<Change> =>
  times(count, (index) => assignment("assignment.add", "joined", group, key, `${group}${index}`))

const group = (op: Change["op"], cause: Change["cause"], name: string, key: string, extra: Partial<Change> = {}): Change => ({
  op,
  sync: "customers",
  group: { id: null, name, key },
  cause,
  ...extra
})

/** The changes of `plan`. */
export const changes: ReadonlyArray<Change> = [
  leaves("Plan Silver", "tag:plan_silver", "untagged", "3877", { customer: { id: "cus_1", email: "jan@globex.com", name: "Jan" } }),
  ...times(7, (index) => leaves("Globex", "organization:7", "left", `g${index}`)),
  ...["a", "b", "c"].map((key, index) => leaves(`Group ${key}`, `tag:${key}`, "customer-gone", `gone${index}`)),
  leaves("Group a", "tag:a", "customer-gone", "gone3"),
  ...times(311, (index) => leaves("Plan Gold", "tag:plan_gold", "untagged", `gold${index}`, { held: "H-14" })),
  leaves("VIP", "tag:vip", "restored", "eve", { op: "assignment.add", held: "H-15" }),
  group("group.create", "new", "Initech", "organization:5512", { values: { name: "Initech" } }),
  group("group.create", "new", "Hooli", "organization:5519", { values: { name: "Hooli" } }),
  group("group.update", "renamed", "Foo GmbH", "organization:9", { values: { name: "Foo GmbH" }, before: { name: "Foo" } }),
  ...joins("Umbrella", "organization:1", 14),
  ...joins("Plan Silver", "tag:plan_silver", 9),
  ...joins("Initech", "organization:5512", 4),
  ...joins("Hooli", "organization:5519", 4)
]

/** Names that attack: SQL, formulas, HTML, terminals, Markdown, readers, width. */
export const hostile: ReadonlyArray<string> = [
  "'; drop table groups; --",
  "=cmd()",
  "+1+cmd|' /C calc'!A0",
  "@SUM(1)",
  "\tTab",
  "<script>alert(1)</script>",
  '"><img src=x onerror=alert(1)>',
  "\u001b[31mred\u001b]0;title\u0007",
  "\u009b31m",
  "x".repeat(10_000),
  "宽".repeat(10_000),
  `z${"\u0301".repeat(10_000)}`,
  "שלום עולם",
  "\u202efdp.exe",
  "two\r\nlines | and `ticks` \\| [a](javascript:b) ![i](http://x) @octocat #1",
  "lone \ud800 half",
  ""
]

export const hostileChanges: ReadonlyArray<Change> = hostile.map((name, index) =>
  assignment(index % 2 === 0 ? "assignment.remove" : "assignment.add", "untagged", name, `tag:${name}`, String(index), {
    customer: { id: name, email: name, name }
  })
)

export const hostilePlan: PlanResult = {
  ...plan,
  sync: hostile[5] ?? "",
  held: [
    {
      ...h14,
      why: hostile.map((text) => ({ code: "text", text }) as const),
      groups: hostile.slice(0, 10).map((name) => ({ name, changes: 1, members: 1, leave: 1, join: 0 })),
      proposal: { code: "text", text: hostile[7] ?? "" }
    }
  ],
  withheld: hostile.map((reason) => ({ reason, changes: 1 })),
  warnings: hostile,
  blocked: [{ name: hostile[3] ?? "", handle: hostile[4] ?? "", reason: { code: "slug-taken", slug: hostile[6] ?? "" } }],
  byHand: hostile.map((name) => ({ customer: name, group: name, what: "put-in" as const }))
}

export const result: SyncResult = {
  sync: "customers",
  run: "r-2291",
  status: "held",
  summary: { groups: { create: 1, update: 0, delete: 0 }, assignments: { add: 26, remove: 9 } },
  held: [{ ...h14, isNew: true }],
  calls: { read: 1210, write: 15 },
  refused: [],
  withheld: [],
  tasks: 0,
  startedAt: h14.since,
  endedAt: h14.since + 120_000,
  plan: null,
  error: null,
  resumesAt: null
}

/** Gathers what a writer writes. */
export const collect = async (write: (sink: (chunk: string) => void) => Promise<void>): Promise<string> => {
  const chunks: Array<string> = []
  await write((chunk) => void chunks.push(chunk))
  return chunks.join("")
}
