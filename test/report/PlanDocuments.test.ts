import { assert, describe, it } from "@effect/vitest"
import type { Change } from "../../src/model/Change.ts"
import * as PlanCsv from "../../src/report/PlanCsv.ts"
import * as PlanPage from "../../src/report/page/PlanPage.ts"
import type { PlanInput } from "../../src/report/PlanInput.ts"
import * as PlanJson from "../../src/report/PlanJson.ts"
import * as PlanMarkdown from "../../src/report/PlanMarkdown.ts"
import type { Sink } from "../../src/report/Sink.ts"
import * as SyncJson from "../../src/report/SyncJson.ts"
import * as S from "./Samples.ts"

const many = function* (count: number): Generator<Change> {
  const [first] = S.changes
  for (let index = 0; index < count; index += 1) {
    if (first !== undefined)
      yield {
        ...first,
        op: index % 2 === 0 ? "assignment.add" : "assignment.remove",
        customer: { id: `cus_${index}`, email: `c${index}@example.com`, name: null }
      }
  }
}

const input: PlanInput = { plan: S.plan, changes: S.changes }

describe("PlanJson", () => {
  it("is one document with the keys of the contract", async () => {
    const document = JSON.parse(await S.collect((sink) => PlanJson.write([input, { plan: S.emptyPlan, changes: [] }], sink)))
    assert.strictEqual(document.syncs.length, 2)
    const [sync] = document.syncs
    assert.strictEqual(sync.sync, "customers")
    assert.strictEqual(sync.status, "held")
    assert.deepStrictEqual(sync.summary, S.plan.summary)
    assert.deepStrictEqual(sync.guards, S.plan.guards)
    assert.include(sync.held[0], { id: "H-14", guard: "groupRemovalPercent", changes: 311, since: "2026-03-03T13:07:00.000Z" })
    assert.include(sync.estimate, { calls: 19, reads: 0, fewest: 19, seconds: 120, endsAt: "2026-03-03T14:04:00.000Z" })
    assert.deepStrictEqual(sync.changes, S.changes)
    assert.deepStrictEqual(document.syncs[1].changes, [])
  })

  it("is never whole when the changes fail on the way", async () => {
    const chunks: Array<string> = []
    const failing = function* (): Generator<Change> {
      yield* many(1000)
      throw new Error("disk")
    }
    let failed: unknown = null
    await PlanJson.write([{ plan: S.plan, changes: failing() }], (chunk) => void chunks.push(chunk)).catch((error: unknown) => {
      failed = error
    })
    assert.instanceOf(failed, Error)
    assert.throws(() => JSON.parse(chunks.join("")))
  })
})

describe("SyncJson", () => {
  it("tells what was really done, with the keys of the contract", async () => {
    const refused = S.changes.slice(0, 2).map((change) => ({ change, reason: "customer is archived" }))
    const document = JSON.parse(
      await S.collect((sink) => SyncJson.write("sync", [{ ...S.result, refused, plan: S.plan, withheld: [{ reason: "grace", changes: 1 }] }], sink))
    )
    const [sync] = document.syncs
    assert.include(sync, { sync: "customers", run: "r-2291", status: "held", tasks: 0 })
    assert.deepStrictEqual(sync.summary, S.result.summary)
    assert.deepStrictEqual(sync.calls, { read: 1210, write: 15 })
    assert.deepStrictEqual(sync.refused, refused)
    assert.deepStrictEqual(sync.withheld, [{ reason: "grace", changes: 1 }])
    assert.include(sync.held[0], { id: "H-14", changes: 311 })
    assert.deepStrictEqual(JSON.parse(await S.collect((sink) => SyncJson.write("undo", [], sink))), { groupbridge: "undo-json/1", syncs: [] })
  })
})

describe("PlanMarkdown", () => {
  const write = (inputs: ReadonlyArray<PlanInput>, options?: PlanMarkdown.MarkdownOptions): Promise<string> =>
    S.collect((sink) => PlanMarkdown.write(inputs, S.view, sink, options))

  it("has the order of the page: counts, held, most changed, removals before additions, and at the end what it rests on", async () => {
    const text = await write([{ plan: S.plan, changes: S.changes.toReversed() }])
    const places = [
      "12 leave, 31 join",
      "Tue 3 Mar 2026 15:02 CET",
      "HELD H-14",
      "MOST CHANGED",
      "### Removals: 12",
      "### Groups: 3",
      "### Additions: 31",
      "NOT FOUND",
      "rule 1 (line 16)",
      "hash of the plan"
    ].map((part) => text.indexOf(part))
    assert.deepStrictEqual(
      places,
      places.toSorted((a, b) => a - b)
    )
    assert.notInclude(places, -1)
    assert.notInclude(text, "more, see")
  })

  it("never grows over its budget, gives removals the room, and counts the rest", async () => {
    const text = await write([{ plan: S.plan, changes: many(20_000) }])
    assert.isAtMost(Buffer.byteLength(text), PlanMarkdown.BUDGET)
    assert.isAbove(Buffer.byteLength(text), PlanMarkdown.BUDGET - 1000)
    const rows = text.split("\n").filter((line) => line.startsWith("| `c")).length
    assert.notInclude(text, "`c0@example.com`")
    assert.include(text, `... ${new Intl.NumberFormat("en-US").format(20_000 - rows)} more, see the full file`)
  })

  it("keeps to a budget that even the counts of hostile syncs would break", async () => {
    const inputs = Array.from({ length: 30 }, () => ({ plan: S.hostilePlan, changes: S.hostileChanges }))
    const text = await write(inputs, { budget: 2000, full: "plan.csv" })
    assert.isAtMost(Buffer.byteLength(text), 2000)
    assert.include(text, "more, see the full file `plan.csv`")
  })
})

describe("invariant 9: writers of rows", () => {
  const writers: ReadonlyArray<readonly [string, (inputs: ReadonlyArray<PlanInput>, sink: Sink) => Promise<void>]> = [
    ["json", PlanJson.write],
    ["csv", PlanCsv.write]
  ]
  it.each(writers)("%s passes rows on while they come, and waits for who takes them", async (_, write) => {
    let made = 0
    let taken = 0
    let ahead = 0
    let under = 0
    const rows = async function* (): AsyncGenerator<Change> {
      for (const change of many(50_000)) {
        made += 1
        ahead = Math.max(ahead, made - taken)
        yield change
      }
    }
    await write([{ plan: S.plan, changes: rows() }], async (chunk) => {
      under += 1
      assert.strictEqual(under, 1)
      await new Promise((resolve) => setImmediate(resolve))
      taken += chunk.split("assignment.").length
      under -= 1
    })
    assert.strictEqual(made, 50_000)
    assert.isBelow(ahead, 1000)
  })

  it("html reads rows twice, and holds a block of them at the most", async () => {
    let made = 0
    let written = 0
    let ahead = 0
    const rows: AsyncIterable<Change> = {
      async *[Symbol.asyncIterator]() {
        for (const change of many(50_000)) {
          made += 1
          ahead = Math.max(ahead, made - 50_000 - written)
          yield change
        }
      }
    }
    await PlanPage.write([{ plan: S.plan, changes: rows }], S.view, S.pageOptions, async (chunk) => {
      await new Promise((resolve) => setImmediate(resolve))
      written += chunk.split("application/gzip+base64").length > 1 ? 20_000 : 0
    })
    assert.strictEqual(made, 100_000)
    assert.isAtMost(ahead, 20_001)
  })
})
