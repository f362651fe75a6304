import { assert, describe, it } from "@effect/vitest"
import Sqlite from "better-sqlite3"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { Part, Source, SourcePage, SourceRecord, SourceStream } from "../../src/contract/Source.ts"
import * as SourceReader from "../../src/read/SourceReader.ts"
import * as StateLayer from "../../state/StateLayer.ts"

const group = { kind: "organization", carrier: "customer", id: "1" } as const
const customer = (id: string): SourceRecord => ({
  _tag: "Customer",
  customer: { id, email: null, externalId: null, name: null, role: "customer", suspended: false, verified: true, excluded: null, fields: {} }
})
const named = (name: string): SourceRecord => ({ _tag: "Group", group: { ...group, name, externalId: null, fields: {} } })

/** Pages of a stream: all but the last lead on, and the last tells where changes go on. `reached` false: it does not say that it is the last. */
const pages = (records: ReadonlyArray<ReadonlyArray<SourceRecord>>, next: string, reached = true) =>
  Stream.fromIterable(
    records.map((page, index): SourcePage => {
      const end = index === records.length - 1 ? { reached, count: null, next } : null
      return { records: page, rows: page.length, cursor: end === null ? `${index + 1}` : null, end, unknown: [] }
    })
  )

const stream = (name: string, part: Part, all: SourceStream["pages"], reported: SourceStream["pages"]): SourceStream => ({
  declaration: { name, parts: [part], end: "a sign", canLoseRows: false, pageSize: 1, changes: { end: "a sign", deletions: true, pageSize: 1, lag: 0 } },
  pages: all,
  changes: () => reported
})

const source = (streams: ReadonlyArray<SourceStream>, independent: boolean): Source => ({
  identify: Effect.dieMessage("not asked in these tests"),
  streams,
  ...(independent ? { independent } : {}),
  customer: () => Effect.dieMessage("not asked in these tests")
})

const options: SourceReader.ReadOptions = { basis: "b", distrust: null, dry: false, full: false, fullEvery: 3_600_000, onRows: () => Effect.void }

const state = Effect.map(
  Effect.acquireRelease(
    Effect.sync(() => mkdtempSync(join(tmpdir(), "groupbridge-"))),
    (dir) => Effect.sync(() => rmSync(dir, { recursive: true, force: true }))
  ),
  (dir) => {
    const file = join(dir, "state.db")
    return { file, inState: Effect.provide(StateLayer.layer(file)) }
  }
)

/** A stream whose second page comes once `other` has come to its own. */
const meeting = (own: Deferred.Deferred<void>, other: Deferred.Deferred<void>, records: ReadonlyArray<SourceRecord>) =>
  Stream.mapEffect(pages([[], records], "1"), (page) =>
    page.end === null ? Effect.succeed(page) : Effect.as(Effect.zipRight(Deferred.succeed(own, undefined), Deferred.await(other)), page)
  )

describe("streams of a source that declares them independent", () => {
  it.scopedLive("are read at the same time, and their rows are told together", () =>
    Effect.gen(function* () {
      const [customers, groups] = yield* Effect.all([Deferred.make<void>(), Deferred.make<void>()])
      const streams = [
        stream("people", "customers", meeting(customers, groups, [customer("1"), customer("2")]), Stream.empty),
        stream("teams", { groups: "organization", carrier: "customer" }, meeting(groups, customers, [named("One")]), Stream.empty)
      ]
      const reported: Array<readonly [string, number]> = []
      const { inState } = yield* state
      const read = SourceReader.read("desk", source(streams, true), { ...options, onRows: (name, rows) => Effect.sync(() => void reported.push([name, rows])) })
      const { complete } = yield* Effect.timeout(inState(read), "20 seconds")
      assert.isTrue(complete)
      assert.deepStrictEqual(reported.at(-1), ["people and 1 more", 3])
    })
  )

  it.scopedLive("lose nothing that was told of one by what cannot be relied on in another", () =>
    Effect.gen(function* () {
      const begun = yield* Deferred.make<void>()
      const parts = { people: "customers", teams: { groups: "organization", carrier: "customer" } } as const
      const all = [
        stream("people", parts.people, pages([[customer("1")]], "1"), Stream.empty),
        stream("teams", parts.teams, pages([[named("One")]], "1"), Stream.empty)
      ]
      // The people's changes break off, and that only after those of the teams have been told if they may be told meanwhile.
      const broken = Stream.mapEffect(pages([[customer("1")], []], "2", false), (page) =>
        page.end === null ? Effect.succeed(page) : Effect.as(Effect.timeoutOption(Deferred.await(begun), "300 millis"), page)
      )
      const renamed = Stream.tap(pages([[named("Two")]], "2"), () => Effect.sleep("50 millis")).pipe(Stream.ensuring(Deferred.succeed(begun, undefined)))
      const changed = [
        stream("people", parts.people, pages([[customer("1")]], "2"), broken),
        stream("teams", parts.teams, pages([[named("One")]], "2"), renamed)
      ]
      const { file, inState } = yield* state
      yield* inState(SourceReader.read("desk", source(all, true), options))
      const { streams } = yield* inState(SourceReader.read("desk", source(changed, true), options))
      assert.deepStrictEqual(
        streams.map(({ kind, rows }) => [kind, rows]),
        [
          ["full", 1],
          ["changes", 1]
        ]
      )
      const db = new Sqlite(file, { readonly: true })
      assert.deepStrictEqual(db.prepare("SELECT name FROM source_group").pluck().all(), ["Two"])
      db.close()
    })
  )
})

describe("streams of any other source", () => {
  it.scopedLive("are read one after the other, each told by its own name", () =>
    Effect.gen(function* () {
      let underWay = 0
      const alone = (records: ReadonlyArray<SourceRecord>) =>
        Stream.unwrapScoped(
          Effect.as(
            Effect.acquireRelease(
              Effect.sync(() => assert.strictEqual(++underWay, 1)),
              () => Effect.sync(() => void underWay--)
            ),
            Stream.tap(pages([[], records], "1"), () => Effect.sleep("5 millis"))
          )
        )
      const streams = [
        stream("people", "customers", alone([customer("1")]), Stream.empty),
        stream("teams", { groups: "organization", carrier: "customer" }, alone([named("One")]), Stream.empty)
      ]
      const reported: Array<readonly [string, number]> = []
      const { inState } = yield* state
      yield* inState(
        SourceReader.read("desk", source(streams, false), { ...options, onRows: (name, rows) => Effect.sync(() => void reported.push([name, rows])) })
      )
      assert.deepStrictEqual(reported, [
        ["people", 0],
        ["people", 1],
        ["teams", 0],
        ["teams", 1]
      ])
    })
  )
})

describe("a list that never ends", () => {
  /** Every cursor is new. */
  const endless = (page: (number: number) => ReadonlyArray<SourceRecord>) => {
    const asked = { pages: 0 }
    const pages = Stream.map(
      Stream.iterate(0, (number) => number + 1),
      (number): SourcePage => {
        asked.pages += 1
        const records = page(number)
        return { records, rows: records.length, cursor: `cursor ${number}`, end: null, unknown: [] }
      }
    )
    return { asked, pages }
  }
  const lists: ReadonlyArray<readonly [what: string, page: (number: number) => ReadonlyArray<SourceRecord>, reason: RegExp]> = [
    ["of empty pages", () => [], /100 empty pages in a row and no end/],
    ["that repeats its rows", (number) => [customer(`a${number % 3}`), customer(`b${number % 3}`)], /showed the same rows again/]
  ]
  for (const [what, page, reason] of lists) {
    it.scopedLive(`is left, and counts as not read whole: ${what}`, () =>
      Effect.gen(function* () {
        const { asked, pages: all } = endless(page)
        const { inState } = yield* state
        const read = yield* inState(SourceReader.read("desk", source([stream("people", "customers", all, Stream.empty)], false), options))
        assert.deepStrictEqual([read.complete, read.streams[0]?.complete], [false, false])
        assert.match(read.streams[0]?.reason ?? "", reason)
        assert.isAtMost(asked.pages, 105)
      })
    )
  }

  it.scopedLive("is none where a few pages are empty, or the lists it is made of are", () =>
    Effect.gen(function* () {
      const empty = (cursor: string | null): SourcePage => ({ records: [], rows: 0, cursor, end: null, unknown: [] })
      const lists = Array.from({ length: 250 }, () => empty(null))
      const few = Array.from({ length: 99 }, (_, index) => empty(`c${index}`))
      const last: SourcePage = { records: [customer("1")], rows: 1, cursor: null, end: { reached: true, count: null }, unknown: [] }
      const { inState } = yield* state
      const all = Stream.fromIterable([...lists, ...few, last])
      const read = yield* inState(SourceReader.read("desk", source([stream("people", "customers", all, Stream.empty)], false), options))
      assert.isTrue(read.complete)
    })
  )
})
