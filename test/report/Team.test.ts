/** Changes of a team in every report, with names that would act if they could. */
import { assert, describe, it } from "@effect/vitest"
import type { Change, HeldPart, TeamOp } from "../../src/model/Change.ts"
import type { RunRow } from "../../src/model/Overview.ts"
import type { PlanResult, SyncResult } from "../../src/model/Result.ts"
import * as DoneCsv from "../../src/report/DoneCsv.ts"
import * as HeldText from "../../src/report/HeldText.ts"
import * as PlanCsv from "../../src/report/PlanCsv.ts"
import * as PlanPage from "../../src/report/page/PlanPage.ts"
import * as PlanJson from "../../src/report/PlanJson.ts"
import * as PlanMarkdown from "../../src/report/PlanMarkdown.ts"
import * as PlanText from "../../src/report/PlanText.ts"
import * as RunsText from "../../src/report/RunsText.ts"
import * as SyncText from "../../src/report/SyncText.ts"
import * as S from "./Samples.ts"

// oxlint-disable-next-line no-control-regex -- control characters are what must not be there
const ACTIVE = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/u

const change = (op: TeamOp, email: string, role: string, more: Partial<Change> = {}): Change => ({
  op,
  sync: "staff",
  group: { id: role, name: role, key: `role:${role}` },
  customer: { id: "mem_1", email, name: email },
  cause: op === "member.remove" ? "agent-gone" : op === "member.role" ? "role-changed" : "works-there",
  source: { connection: "zendesk", record: "agent", id: "7", group: "" },
  ...(op === "member.role" ? { values: { role }, before: { role: "admin" } } : {}),
  ...more
})

const members = { invite: 2, role: 1, remove: 1 }
const nobody = { groups: { create: 0, update: 0, delete: 0 }, assignments: { add: 0, remove: 0 } }

const held: HeldPart = {
  ...S.h14,
  id: "H-3",
  sync: "staff",
  guard: "invites",
  changes: 11,
  leave: 0,
  join: 11,
  memberships: { add: 0, remove: 0 },
  limit: 10,
  value: 11,
  unit: "invitations in 24 h",
  why: [],
  proposal: null,
  groups: [{ name: "agent", changes: 11, members: 0, leave: 0, join: 11 }],
  isNew: false,
  staff: true
}

const plan: PlanResult = {
  ...S.plan,
  sync: "staff",
  summary: { ...nobody, members, held: 11, unmatched: 0, ambiguous: 1, tasks: 0 },
  held: [held],
  unmatched: { total: 0, change: 0, reasons: [], people: [] },
  warnings: ["left alone, because several agents have the address and not the same role: eva@x.io"],
  byHand: [],
  foundRows: 0
}

const changes = [
  change("member.role", "bob@x.io", "agent"),
  change("member.invite", "ann@x.io", "agent"),
  change("member.invite", "cy@x.io", "agent"),
  change("member.remove", "dan@x.io", "agent"),
  change("member.invite", "held@x.io", "agent", { held: "H-3" })
]

describe("a plan of staff", () => {
  it("names each change with its cause, and what is held with what to type", async () => {
    const text = await S.collect((sink) => PlanText.write({ plan, changes }, S.view, sink))
    assert.match(text, /1 leaves the team, 1 gets another role, 2 to invite/)
    assert.match(text, /ROLE 1 +bob@x\.io +"admin" -> "agent" +role changed in Zendesk +zendesk agent 7/)
    assert.match(text, /INVITE 2 +ann@x\.io +agent +works in Zendesk/)
    assert.match(text, /REMOVE 1 +dan@x\.io +agent +works in Zendesk no more/)
    assert.match(text, /HELD H-3 +11 would be invited to the team +11 invitations in 24 h, limit 10/)
    assert.match(text, /WARNING +left alone, because several agents/)
    assert.notInclude(text, "groupbridge unmatched")
    assert.notInclude(text, "held@x.io")
    const all = await S.collect((sink) => PlanText.write({ plan, changes }, { ...S.view, all: true }, sink))
    assert.match(all, /INVITE H-3 +held@x\.io/)
  })

  it("is told by a run, a held part and the record", async () => {
    const result: SyncResult = { ...S.result, sync: "staff", summary: { ...nobody, members }, held: [held], refused: [], plan }
    assert.match(SyncText.text([result], S.view), /1 left the team, 1 got another role, 2 invited;/)
    assert.match(HeldText.list([held], S.view), /H-3 +staff +11 would be invited to the team +11 invitations in 24 h, limit 10/)
    const run = {
      run: "r-4",
      sync: "staff",
      status: "done",
      command: "sync",
      by: "petra@ops1",
      startedAt: S.NOW,
      endedAt: S.NOW,
      summary: { ...nobody, members }
    } as const
    const row: RunRow = { ...run, migration: null, calls: { read: 1, write: 4 }, left: 0, refused: 0, held: [], reason: null, error: null }
    const settled = { at: S.NOW, run: "r-4", command: "sync", by: "petra@ops1", outcome: "done", origin: null, approval: null, answer: null } as const
    const done = changes.slice(0, 4).map((one) => Object.assign({}, one, settled))
    const reported = await S.collect((sink) => RunsText.write(row, done, S.view, sink))
    assert.match(reported, /not taken back by program/)
    assert.notInclude(reported, "groupbridge undo")
    assert.match(await S.collect((sink) => DoneCsv.write(done, sink)), /member\.role,mem_1,bob@x\.io.*,admin\r\n/)
  })

  it("lets no name act", async () => {
    const hostile = S.hostile.flatMap((name) => [change("member.invite", name, name), change("member.role", name, name), change("member.remove", name, name)])
    const input = { plan: { ...plan, warnings: S.hostile }, changes: hostile }
    const texts = [
      await S.collect((sink) => PlanText.write(input, S.view, sink)),
      await S.collect((sink) => PlanText.write(input, { ...S.view, all: true }, sink)),
      await S.collect((sink) => PlanMarkdown.write([input], S.view, sink)),
      await S.collect((sink) => PlanPage.write([input], S.view, S.pageOptions, sink)),
      await S.collect((sink) => PlanJson.write([input], sink))
    ]
    for (const [index, text] of texts.entries()) assert.notMatch(text, ACTIVE, `text ${index}`)
    assert.notMatch(texts[2] ?? "", /<(?!\/?code>)/u)
    assert.notInclude(texts[3] ?? "", "<script>alert")
    const csv = await S.collect((sink) => PlanCsv.write([input], sink))
    assert.notMatch(csv, /(^|,)"?[=+@\t]/mu)
  })
})
