import { assert, describe, it } from "@effect/vitest"
import Sqlite from "better-sqlite3"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { RuleConfig } from "../../src/config/Config.ts"
import type { Member, Target } from "../../src/contract/Target.ts"
import type * as ReadLag from "../../src/read/ReadLag.ts"
import * as TargetReader from "../../src/read/TargetReader.ts"
import { TargetStore } from "../../src/read/TargetStore.ts"
import { MappingStore } from "../../src/reconcile/MappingStore.ts"
import * as StateLayer from "../../state/StateLayer.ts"

const member = (id: number): Member => ({ customer: { id: String(id), email: null, externalId: null, name: null }, joinedAt: null })
const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index)

/** A target of one group whose members are listed by number: the given lists one after the other, each of pages of ids. */
const listing = (
  lists: ReadonlyArray<ReadonlyArray<{ readonly ids: ReadonlyArray<number>; readonly total: number }>>
): { readonly target: Target; readonly reads: () => number } => {
  const rest = [...lists]
  const members: Target["members"] = () =>
    Stream.suspend(() => {
      const pages = rest.shift() ?? []
      return Stream.fromIterable(pages.map(({ ids, total }, index) => ({ items: ids.map(member), total, end: index === pages.length - 1 })))
    })
  const unasked = () => Effect.dieMessage("not asked in these tests")
  const target: Target = {
    identify: Effect.dieMessage("not asked in these tests"),
    groups: Stream.empty,
    group: unasked,
    createGroup: unasked,
    updateGroup: unasked,
    deleteGroup: unasked,
    members,
    groupsOf: unasked,
    add: unasked,
    remove: unasked,
    customers: Stream.empty,
    customersByAddress: unasked
  }
  return { target, reads: () => lists.length - rest.length }
}

/** Lists show at once what was written. */
const lag: ReadLag.ReadLag = { millis: 0, declared: true, maxWait: null }

/** Reads the group with `known` in the ledger; answers whether the reading counts, and who of them was not seen. */
const read = (target: Target, known: ReadonlyArray<number>) =>
  Effect.gen(function* () {
    const dir = yield* Effect.acquireRelease(
      Effect.sync(() => mkdtempSync(join(tmpdir(), "groupbridge-"))),
      (dir) => Effect.sync(() => rmSync(dir, { recursive: true, force: true }))
    )
    const file = join(dir, "state.db")
    return yield* Effect.gen(function* () {
      const store = yield* TargetStore
      yield* store.storeCustomers(
        "cstar",
        known.map((id) => member(id).customer)
      )
      const db = new Sqlite(file)
      db.exec("INSERT INTO assignment SELECT 1, id, 'applied', 0, 1 FROM target_customer")
      db.close()
      const counts = yield* TargetReader.readMembers("cstar", target, lag, { group: 1, id: "g" })
      return { counts, missing: (yield* store.differing({ group: 1 }, 0)).missing }
    }).pipe(Effect.provide(StateLayer.layer(file)))
  })

describe("members of several pages", () => {
  it.scopedLive("who slips between two pages, total and all, is found by a second look", () =>
    Effect.gen(function* () {
      // Number 5 left after the first page and 151 came: 101 moved to the first page behind our back.
      const slipped = [
        { ids: range(1, 100), total: 150 },
        { ids: range(102, 151), total: 150 }
      ]
      const next = [
        { ids: [...range(1, 4), ...range(6, 101)], total: 150 },
        { ids: range(102, 151), total: 150 }
      ]
      const { target, reads } = listing([slipped, next])
      assert.deepStrictEqual(yield* read(target, range(1, 150)), { counts: true, missing: 0 })
      assert.strictEqual(reads(), 2)
    })
  )

  it.scopedLive("who is in neither of two looks is out", () =>
    Effect.gen(function* () {
      const list = [
        { ids: range(2, 101), total: 149 },
        { ids: range(102, 150), total: 149 }
      ]
      assert.deepStrictEqual(yield* read(listing([list, list]).target, range(1, 150)), { counts: true, missing: 1 })
    })
  )

  it.scopedLive("a total that changes on the way means that the list is read again", () =>
    Effect.gen(function* () {
      const moved = [
        { ids: range(1, 100), total: 150 },
        { ids: range(102, 150), total: 149 }
      ]
      const steady = [
        { ids: [...range(1, 4), ...range(6, 101)], total: 149 },
        { ids: range(102, 150), total: 149 }
      ]
      assert.deepStrictEqual(yield* read(listing([moved, steady, steady]).target, range(1, 150)), { counts: true, missing: 1 })
    })
  )

  it.scopedLive("a whole list without surprises is read once", () =>
    Effect.gen(function* () {
      const { target, reads } = listing([
        [
          { ids: range(1, 100), total: 120 },
          { ids: range(101, 120), total: 120 }
        ]
      ])
      assert.deepStrictEqual(yield* read(target, range(1, 110)), { counts: true, missing: 0 })
      assert.strictEqual(reads(), 1)
    })
  )
})

const rule: RuleConfig = {
  index: 1,
  place: { line: 1, column: 1 },
  kind: "tag",
  of: "customer",
  include: [],
  exclude: [],
  where: [],
  into: null,
  name: "{name}",
  slug: null,
  description: null,
  externalId: null,
  customFields: {},
  previously: []
}

describe("groups that are due for a full look", () => {
  it.scopedLive("are read in slices, those read longest ago first", () =>
    Effect.gen(function* () {
      const dir = yield* Effect.acquireRelease(
        Effect.sync(() => mkdtempSync(join(tmpdir(), "groupbridge-"))),
        (dir) => Effect.sync(() => rmSync(dir, { recursive: true, force: true }))
      )
      const file = join(dir, "state.db")
      const found = yield* Effect.gen(function* () {
        const [store, mapping] = [yield* TargetStore, yield* MappingStore]
        const names = Array.from({ length: 203 }, (_, index) => `g${index}`)
        const draft = (name: string) => ({ name, slug: undefined, description: undefined, externalId: undefined, customFields: {} })
        yield* mapping.store(
          names.map((name, number) => ({
            number,
            cut: false,
            explicitSlug: false,
            desired: { rule, handle: name, draft: draft(name), explicitExternalId: false, previousKeys: [], missing: [] }
          }))
        )
        yield* store.stageGroups(
          "cstar",
          names.map((name) => ({
            id: name,
            name,
            count: 1,
            marksShown: false,
            slug: undefined,
            description: undefined,
            externalId: undefined,
            mark: undefined,
            createdAt: undefined
          }))
        )
        const read = (set: string) => {
          const db = new Sqlite(file)
          db.exec(`UPDATE target_group SET ${set}`)
          db.close()
        }
        read("members_read_at = 1000 - id, expected_count = 1")
        yield* mapping.resolve({
          sync: "customers",
          to: "cstar",
          adopt: ["name"],
          naming: { nameLength: null, longNames: "refused", slugs: null },
          makes: true,
          renames: true,
          names: "keep",
          listIsWhole: true
        })
        const due = (before: number) => Effect.map(store.groupsToRead("cstar", "counts", before), (groups) => groups.map(({ group }) => group))
        const slice = yield* due(1000)
        const none = yield* due(0)
        read("expected_count = 2")
        return { slice, none: none.length, moved: (yield* due(1000)).length, full: (yield* store.groupsToRead("cstar", "full", 0)).length }
      }).pipe(Effect.provide(StateLayer.layer(file)))
      assert.deepStrictEqual([found.slice.length, Math.min(...found.slice), found.none], [200, 4, 0])
      assert.deepStrictEqual([found.moved, found.full], [203, 203], "where our own writes do not explain the size, all are read at once")
    })
  )
})
