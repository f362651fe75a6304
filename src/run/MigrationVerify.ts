/** What a migration filled, as the target shows it: the sizes of all groups, and some of them, or all, read back member by member. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as ReadCost from "../calls/ReadCost.ts"
import type { SyncConfig } from "../config/Config.ts"
import type { TargetDeclaration } from "../contract/Target.ts"
import * as Id from "../model/Id.ts"
import type { Migration, Verified } from "../model/Migration.ts"
import * as TargetReader from "../read/TargetReader.ts"
import { TargetStore } from "../read/TargetStore.ts"
import type { Connections } from "./Connections.ts"
import { MigrationStore } from "./MigrationStore.ts"
import type { OnLook } from "./Observe.ts"
import * as ObserveTarget from "./ObserveTarget.ts"

/** Of that many groups, or of customers where only these are listed, the members are read back unless all are asked for. */
export const sampled = 50

/** Differences that are named. */
const named = 1000

/** The same numbers for the same seed, from 0 up to 1 (mulberry32). */
const random = (seed: number) => () => {
  seed = (seed + 0x6d2b79f5) | 0
  let mixed = Math.imul(seed ^ (seed >>> 15), 1 | seed)
  mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
  return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
}

/** `count` of them at random, in their order; the same ones for the same seed. */
export const sample = <A>(all: ReadonlyArray<A>, count: number, seed: number): ReadonlyArray<A> => {
  const chance = random(seed)
  const chosen = new Set<number>()
  while (chosen.size < Math.min(count, all.length)) chosen.add(Math.floor(chance() * all.length))
  return all.filter((_, index) => chosen.has(index))
}

/** Calls of reading everything back: by group in pages, or by customer; 0 where nothing can be read back. */
export const fullCalls = ({ assignments }: TargetDeclaration, sizes: Iterable<number>, customers: number): number => {
  if (assignments.listedBy === "none") return 0
  if (assignments.listedBy === "customer") return customers
  let calls = 0
  for (const size of sizes) calls += ReadCost.pages(size, assignments.pageSize)
  return calls
}

/** Read calls of reading all of it back. */
export const price = (sync: SyncConfig, connections: Connections, migration: Migration) =>
  Effect.gen(function* () {
    const { target } = yield* connections.openAs(sync.to, "target")
    const store = yield* MigrationStore
    const { listedBy } = target.declaration.assignments
    const groups = listedBy === "group" ? yield* store.groups(migration.id) : []
    const customers = listedBy === "customer" ? yield* store.customers(migration.id) : []
    return fullCalls(
      target.declaration,
      groups.map(({ members }) => members),
      customers.length
    )
  })

/** Never changes the ledger: what differs is for the next run to judge. Fails where the target cannot be read. */
export const run = (sync: SyncConfig, connections: Connections, migration: Migration, depth: Verified["depth"], onLook: OnLook) =>
  Effect.gen(function* () {
    const { target } = yield* connections.openAs(sync.to, "target")
    const { declaration } = target
    const store = yield* TargetStore
    const migrations = yield* MigrationStore
    const onRows: TargetReader.OnRows = (what, rows, total) => onLook(sync.to, what, rows, total)
    const before = yield* connections.calls
    const isCounted = declaration.groups.list && declaration.groups.count
    if (isCounted) yield* TargetReader.listGroups(sync.to, target.api, target.lag, onRows)
    const sizes = isCounted ? (yield* store.groupsToRead(sync.to, "counts", 0)).map(({ name }) => name) : null
    yield* store.beginMembers
    const groups = yield* migrations.groups(migration.id)
    const customers = declaration.assignments.listedBy === "customer" ? yield* migrations.customers(migration.id) : []
    const seed = Id.numberOf(migration.id)
    const some = <A>(all: ReadonlyArray<A>) => (depth === "full" ? all : sample(all, sampled, seed))
    const read = declaration.assignments.listedBy === "group" ? some(groups) : []
    const unread =
      declaration.assignments.listedBy === "customer"
        ? yield* ObserveTarget.readCustomers(target, some(customers), onRows)
        : yield* ObserveTarget.readMembers(sync.to, target, read, onRows)
    const { first, total } = yield* store.differences(named)
    const verified: Verified = {
      at: yield* Clock.currentTimeMillis,
      sizes,
      depth,
      by: declaration.assignments.listedBy,
      of: declaration.assignments.listedBy === "customer" ? customers.length : groups.length,
      read: (declaration.assignments.listedBy === "customer" ? some(customers) : read).length - unread.length,
      unread,
      differing: total,
      differences: first,
      calls: (yield* connections.calls).read - before.read
    }
    yield* migrations.verified(migration.id, verified)
    return verified
  })
