import { assert, describe, it } from "@effect/vitest"
import type { Change } from "../../src/model/Change.ts"
import * as PlanText from "../../src/report/PlanText.ts"
import * as Sink from "../../src/report/Sink.ts"
import * as S from "./Samples.ts"

const write = (plan: typeof S.plan, changes: ReadonlyArray<Change>, view = S.view): Promise<string> =>
  S.collect((sink) => PlanText.write({ plan, changes }, view, sink))

/** The texts that do not stand in the document after the one before. */
const missing = (document: string, texts: ReadonlyArray<string>): ReadonlyArray<string> => {
  let from = 0
  return texts.filter((text) => {
    const found = document.indexOf(text, from)
    if (found >= 0) from = found + text.length
    return found < 0
  })
}

describe("PlanText", () => {
  it("tells every fact of a plan, counts first, what is held before what is done", async () => {
    const text = await write(S.plan, S.changes)
    const facts = [
      "customers: Zendesk acme -> cStar team_1",
      "read 15:02 CET, complete (users, organizations, memberships)",
      "12 leave, 31 join, 2 new groups, 1 rename",
      "19 calls, 2 min at 800/h (fewest possible: 19)",
      "done 15:04 CET if begun now; 2 to make a customer group, 1 to change a customer group, 4 to add 31 memberships, 12",
      "HELD, not in these figures: H-14 (311 leave), H-15 (1 taken out by hand)",
      'HELD H-14   311 of 318 would leave "Plan Gold"',
      "98 % of the group, limit 50 %",
      "since 14:07",
      "why       309 of them lost tag plan_gold and now carry plan_gold_2026",
      "put  previously: [plan_gold]  into rule 2 (line 19), and nobody leaves",
      'groupbridge approve H-14 --reason "..."',
      'groupbridge reject H-14 --reason "..."',
      'HELD H-15   1 was taken out of "VIP" by hand',
      "LEAVE 12    who",
      "7 people        Globex       left the organization",
      "4 people        3 groups     deleted in Zendesk",
      "jan@globex.com  Plan Silver  tag removed            zendesk user 3877",
      "--all lists them",
      "JOIN 31     Umbrella 14, Plan Silver 9, Initech 4, Hooli 4",
      'GROUPS 3    new: Initech (organization 5512), Hooli (organization 5519); renamed: "Foo" -> "Foo GmbH"',
      "NOT FOUND   5,914 (+3 since the last run): 4,102 suspended, 1,210 without e-mail, 602 not in cStar",
      "groupbridge unmatched customers --csv",
      "BY HAND     bob@x.io was put into VIP (left alone); eve@y.io was taken out of VIP (not put back: H-15)",
      "1,204 were there already and will therefore never be removed (adopt.members: none)",
      "Nothing was written.  Next: groupbridge sync customers\n"
    ]
    assert.deepStrictEqual(missing(text, facts), [], text)
  })

  it("keeps to the width, but never breaks a command", async () => {
    const text = await write(S.plan, S.changes, { ...S.view, width: 80 })
    const long = text.split("\n").filter((line) => line.length > 80)
    assert.deepStrictEqual(
      long.filter((line) => !/^(customers:| {2}\d+ leave| {12}| {14})/u.test(line)),
      []
    )
    assert.include(text, "groupbridge unmatched customers --csv")
    assert.include(text, 'groupbridge reject H-14 --reason "..."')
  })

  it("lists every change with --all, held ones under their id", async () => {
    const text = await write(S.plan, S.changes, { ...S.view, all: true })
    for (const change of S.changes) if (change.customer !== undefined) assert.include(text, `${change.customer.email} `)
    assert.include(text, "LEAVE H-14  gold0@globex.com")
    assert.notInclude(text, "--all")
  })

  it("says so when there is nothing to do", async () => {
    assert.match(await write(S.emptyPlan, []), /nothing {2,}no calls\nNothing to do, nothing was written\.\n$/u)
  })

  it("tells what was read of which stream: what changed, or all of it", async () => {
    const [read] = S.plan.reads
    const [users, ...others] = read?.streams ?? []
    const reads = read === undefined || users === undefined ? [] : [{ ...read, streams: [{ ...users, records: 12, kind: "changes" as const }, ...others] }]
    const text = await write({ ...S.emptyPlan, reads }, [])
    assert.include(text, "complete (12 changed users, organizations in full, memberships in full)")
  })

  it("shows why removals are withheld, and which stream was not read", async () => {
    const [read] = S.plan.reads
    const reads =
      read === undefined
        ? []
        : [
            {
              ...read,
              complete: false,
              streams: [{ name: "users", records: 400, complete: false, reason: "the cursor repeated", kind: "full" as const, why: null }]
            }
          ]
    const text = await write({ ...S.emptyPlan, reads, withheld: [{ reason: "users were not read to the end", changes: 12 }] }, [])
    const facts = ["NOT COMPLETE", "INCOMPLETE  zendesk: users after 400: the cursor repeated", "WITHHELD    12 changes: users were not read to the end"]
    assert.deepStrictEqual(missing(text, facts), [], text)
  })

  it("points at what is held when that is all there is, and at the sync where it is not stored yet", async () => {
    assert.include(await write({ ...S.emptyPlan, status: "held", held: [S.h14] }, []), "Nothing was written.  Next: groupbridge held H-14")
    const announced = await write({ ...S.emptyPlan, status: "held", held: [{ ...S.h14, isNew: true }] }, [])
    assert.include(announced, "Next: groupbridge sync customers")
    assert.match(announced, /a sync holds it, under this id or the next that is free, and tells how to decide\s+groupbridge sync customers\n/u)
  })

  it("stays within a narrow terminal, and breaks no command", async () => {
    const narrow = { ...S.view, width: 80 }
    for (const view of [narrow, { ...narrow, all: true }]) {
      const text = await write(S.plan, S.changes, view)
      assert.deepStrictEqual(
        text.split("\n").filter((line) => line.length > 80),
        [],
        text
      )
      assert.match(text, /groupbridge approve H-14 --reason "\.\.\."/u)
    }
  })

  it("tells a failure in one message without a second command", async () => {
    const text = await write({ ...S.emptyPlan, status: "failed", error: { kind: "state", message: "no state file here.\ngroupbridge state restore F" } }, [])
    assert.match(text, /STOPPED {5}nothing written: no state file here\.\n {12}groupbridge state restore F\nNothing was written\.\n$/u)
  })

  it("needs no memory for rows: a piece leaves as soon as it is full", async () => {
    let written = 0
    let made = 0
    let ahead = 0
    const [first] = S.changes
    const rows = function* (): Generator<Change> {
      for (let index = 0; index < 200_000; index += 1) {
        made += 1
        if (first !== undefined) yield { ...first, customer: { id: `cus_${index}`, email: `c${index}@example.com`, name: null } }
        ahead = Math.max(ahead, made - written)
      }
    }
    await PlanText.write({ plan: S.plan, changes: rows() }, { ...S.view, all: true }, async (chunk) => {
      assert.isBelow(chunk.length, 2 * Sink.PIECE)
      await Promise.resolve()
      written += chunk.split("\n").length
    })
    assert.strictEqual(made, 200_000)
    assert.isBelow(ahead, 1000)
  })
})
