/** Invariant 1, and lessons 1 and 2: whatever goes wrong in a reading removes nobody, and the reason is told. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type { SourcePage } from "../../src/contract/Source.ts"
import type { SyncResult } from "../../src/model/Result.ts"
import * as HoldWording from "../../src/report/HoldWording.ts"
import * as Bridge from "../kit/Bridge.ts"
import * as Crowd from "../kit/Crowd.ts"
import * as Paper from "../kit/Paper.ts"
import { passing } from "../kit/Time.ts"

type Pages = ReadonlyArray<SourcePage>

const rules = `\n    rules:\n      - { kind: tag, include: ["vip"], into: VIP }`

/** Without the last row; what the list says of its end and count stays. */
const shortened = (pages: Pages): Pages =>
  pages.map((page, index) => (index < pages.length - 1 ? page : { ...page, records: page.records.slice(0, -2), rows: page.rows - 1 }))

const uncounted = (pages: Pages): Pages => pages.map((page) => (page.end === null ? page : { ...page, end: { ...page.end, count: null } }))

const parts: SourcePage["unknown"][number]["part"][] = ["customers", { groups: "tag", carrier: "customer" }, { memberships: "tag", carrier: "customer" }]

interface Fault {
  readonly what: string
  readonly strike: (paper: Paper.Paper) => void
  readonly says: RegExp
}

const onTags =
  (change: (pages: Pages, reading: number) => ReturnType<Paper.Paper["pages"]>): Fault["strike"] =>
  (paper) => {
    let first: number | null = null
    paper.pages = (list, pages, reading) => (list === "tags" ? change(pages, reading - (first ??= reading) + 1) : pages)
  }

const faults: ReadonlyArray<Fault> = [
  { what: "an error at once", strike: onTags(() => ["unavailable"]), says: /as the test wants it/ },
  { what: "an error after the first page", strike: onTags(([page]) => [page!, "unavailable"]), says: /as the test wants it/ },
  { what: "one list refused, the others read", strike: onTags(() => ["refused"]), says: /tags is not complete: it was refused/ },
  { what: "a list cut before its end", strike: onTags((pages) => pages.slice(0, -1)), says: /without the end/ },
  {
    what: "a list that is suddenly empty",
    strike: onTags((pages) => uncounted([{ ...pages.at(-1)!, records: [], rows: 0 }])),
    says: /paper shows 0 tags, and showed 5 before/
  },
  { what: "no pages at all", strike: onTags(() => []), says: /stopped after 0 rows/ },
  { what: "a count that says more than is shown", strike: onTags(shortened), says: /showed 4 rows and counts 5/ },
  {
    what: "a cursor that repeats",
    strike: onTags(([page]) => [page!, { ...page!, records: [] }, { ...page!, records: [] }]),
    says: /went in a circle/
  },
  {
    what: "a row that slipped between two pages, and a second reading that broke off",
    strike: onTags((pages, reading) => (reading === 1 ? shortened(uncounted(pages)) : pages.slice(0, 1))),
    says: /can skip rows while data changes, and reading it once more failed/
  },
  {
    what: "a feature switched off",
    strike: onTags((pages) => [{ ...pages.at(-1)!, records: [], rows: 5, unknown: parts.slice(1).map((part) => ({ part, reason: "tags are switched off" })) }]),
    says: /switched off/
  },
  {
    what: "a delta, which tells only what changed",
    strike: onTags((pages) => [{ ...pages.at(-1)!, records: [], rows: 5, unknown: parts.map((part) => ({ part, reason: "only what changed since 12:00" })) }]),
    says: /only what changed/
  },
  {
    what: "another role behind the token, which sees less",
    strike: (paper) => {
      paper.identity = { ...paper.identity, role: "viewer" }
      onTags((pages) => shortened(uncounted(pages)))(paper)
    },
    says: /role|viewer/
  },
  {
    what: "another account behind the token",
    strike: (paper) => {
      paper.identity = { ...paper.identity, account: "elsewhere" }
      onTags((pages) => shortened(uncounted(pages)))(paper)
    },
    says: /elsewhere/
  }
]

const reported = (run: SyncResult): string =>
  [run.error?.message, ...run.withheld.map(({ reason }) => reason), ...run.held.flatMap(({ why }) => why.map(HoldWording.reason))].join("\n")

const synced = Effect.gen(function* () {
  const paper = Paper.make({ "1": ["vip"], "2": ["vip"], "3": ["vip"], "4": ["vip"], "5": ["vip"], "6": [], "7": [] })
  const bridge = yield* Bridge.makeWith([paper.connector])
  bridge.configure(rules, "paper")
  Crowd.known(bridge, Crowd.people(7))
  assert.strictEqual((yield* bridge.sync()).summary.assignments.add, 5)
  return { bridge, paper }
})

describe("invariant 1: a fault of a reading removes nobody and tells why", () => {
  it.scoped.each(faults)("$what", ({ says, strike }) =>
    passing(
      Effect.gen(function* () {
        const { bridge, paper } = yield* synced
        const [before, writes] = [bridge.held(), bridge.target.writes()]
        const sound = { identity: paper.identity, pages: paper.pages }
        strike(paper)
        const run = yield* bridge.sync()
        assert.deepStrictEqual([bridge.held(), bridge.target.writes()], [before, writes])
        assert.match(reported(run), says)
        assert.notInclude(["none", "done"], run.status)
        Object.assign(paper, sound)
        const next = yield* bridge.sync()
        assert.deepStrictEqual([next.status, next.held, bridge.held()], ["none", [], before])
      })
    )
  )

  it.scopedLive("a row that slipped between two pages is found by reading the list once more; nothing needs telling", () =>
    Effect.gen(function* () {
      const { bridge, paper } = yield* synced
      const before = bridge.held()
      const readings: Array<number> = []
      onTags((pages, reading) => {
        readings.push(reading)
        return reading === 1 ? shortened(uncounted(pages)) : uncounted(pages)
      })(paper)
      assert.deepStrictEqual([(yield* bridge.sync()).status, bridge.held(), readings], ["none", before, [1, 2]])
      yield* bridge.sync()
      assert.deepStrictEqual(readings, [1, 2, 3])
    })
  )

  it.scopedLive("what two readings lack is gone", () =>
    Effect.gen(function* () {
      const { bridge, paper } = yield* synced
      paper.tags.set("5", [])
      assert.strictEqual((yield* bridge.sync()).summary.assignments.remove, 1)
      paper.tags.delete("4")
      assert.strictEqual((yield* bridge.sync()).summary.assignments.remove, 1)
    })
  )

  it.scoped("one of two sources down: it keeps what it asked for, the other one's leavers leave", () =>
    passing(
      Effect.gen(function* () {
        const { bridge, paper } = yield* synced
        bridge.configure(rules, "[paper, zendesk]")
        Crowd.tagged(bridge, ["1", "6", "7"])
        yield* bridge.sync()
        paper.pages = () => ["unavailable"]
        Crowd.untag(bridge, ["1", "6"])
        const run = yield* bridge.sync()
        assert.match(reported(run), /as the test wants it/)
        assert.deepStrictEqual(bridge.held(), { VIP: ["c1@x.io", "c2@x.io", "c3@x.io", "c4@x.io", "c5@x.io", "c7@x.io"] })
      })
    )
  )
})
