/** Looks at a target: groups, members and customers, with as few calls as the question allows. */
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import * as ReadCost from "../calls/ReadCost.ts"
import type { ConnectorError } from "../contract/ConnectorError.ts"
import type { StateError } from "../contract/StateError.ts"
import type { ListPage, Target, TargetDeclaration } from "../contract/Target.ts"
import * as Address from "../model/Address.ts"
import * as EndlessList from "./EndlessList.ts"
import * as ReadLag from "./ReadLag.ts"
import { type Looked, TargetStore } from "./TargetStore.ts"

type Reading<A> = Effect.Effect<A, ConnectorError | StateError, TargetStore>

export interface OnRows {
  (what: string, rows: number, total: number | null): Effect.Effect<void>
}

/** How a list ended. `pages`: how many there were; `steady`: it told the same total, or none, all along. */
interface Drained {
  readonly total: number | null
  readonly ended: boolean
  readonly steady: boolean
  readonly pages: number
}

/** What a list leaves open is looked up one by one, up to here; of what is known and missing more means that the list is not whole. */
const lookupLimit = 200

/** Reads pages to the sign of their end. */
const drain = <A, E extends ConnectorError | StateError, R extends TargetStore>(
  pages: Stream.Stream<ListPage<A>, E, R>,
  take: (items: ReadonlyArray<A>, total: number | null) => Effect.Effect<void, StateError, TargetStore>
): Reading<Drained> =>
  Stream.runFoldEffect(EndlessList.bounded(pages), { total: null, ended: false, steady: true, pages: 0 } as Drained, (state, page) =>
    Effect.as(take(page.items, page.total), {
      total: page.total ?? state.total,
      ended: page.end,
      steady: state.steady && (state.total === null || page.total === null || page.total === state.total),
      pages: state.pages + 1
    })
  )

/** Whether a list shows all there is, as far as it tells itself: so many distinct rows as its total says, from the first page to the last. */
const isWhole = (end: Drained, distinct: number): boolean => end.ended && end.steady && (end.total === null || end.total === distinct)

/**
 * Pages by number slip when rows come and go, whatever the total says: a group that serves a desired group is gone only if it is not found by itself either,
 * and one that was made or seen a moment ago only if it is not found after the target's lag.
 */
const lookUpGroups = (connection: string, target: Target, lag: ReadLag.ReadLag): Reading<boolean> =>
  Effect.gen(function* () {
    const store = yield* TargetStore
    const missing = yield* store.missingGroups(connection, lookupLimit + 1)
    if (missing.length > lookupLimit) return false
    const found = yield* Effect.forEach(missing, ({ id, knownAt }) =>
      Effect.gen(function* () {
        const first = yield* target.group(id)
        const wait = Option.isSome(first) ? 0 : ReadLag.wait(lag, knownAt, yield* Clock.currentTimeMillis)
        if (wait === null) return false
        const group = wait === 0 ? first : yield* Effect.zipRight(Effect.sleep(wait), target.group(id))
        if (Option.isSome(group)) yield* store.stageGroups(connection, [group.value])
        return true
      })
    )
    return found.every((sure) => sure)
  })

/**
 * Lists all groups of the target. A list whose distinct rows do not agree with the total that the target tells is read once more;
 * one that still does not agree is kept, but proves no absence. Answers whether the list is whole.
 */
export const listGroups = (connection: string, target: Target, lag: ReadLag.ReadLag, onRows: OnRows): Reading<boolean> =>
  Effect.gen(function* () {
    const store = yield* TargetStore
    let whole = false
    for (let attempt = 0; attempt < 2 && !whole; attempt++) {
      yield* store.beginGroups(connection)
      let distinct = 0
      const end = yield* drain(target.groups, (groups, total) =>
        Effect.gen(function* () {
          distinct = yield* store.stageGroups(connection, groups)
          yield* onRows("groups", distinct, total)
        })
      )
      whole = isWhole(end, distinct) && (yield* lookUpGroups(connection, target, lag))
    }
    yield* store.finishGroups(connection, whole)
    return whole
  })

/** Whether groups must be listed: never yet, too long ago, or because a group is to be made and might be there already. */
export const groupsAreStale = (connection: string, maxAge: Duration.Duration): Reading<boolean> =>
  Effect.gen(function* () {
    const store = yield* TargetStore
    const now = yield* Clock.currentTimeMillis
    const at = yield* store.groupsListedAt(connection)
    return at === null || now - at >= Duration.toMillis(maxAge)
  })

/** As with groups: a linked customer whom the list did not show is asked for by address, or by a second list where addresses can't be asked for. */
const lookUpCustomers = (connection: string, target: Target, search: boolean, since: number): Reading<boolean> =>
  Effect.gen(function* () {
    const store = yield* TargetStore
    const missing = yield* store.missingCustomers(connection, since, lookupLimit + 1)
    if (missing.length > lookupLimit) return false
    if (missing.length > 0 && !search) return (yield* drain(target.customers, (customers) => store.storeCustomers(connection, customers))).ended
    yield* Effect.forEach(missing, (address) => Effect.flatMap(target.customersByAddress(address), (found) => store.storeCustomers(connection, found)), {
      concurrency: 8,
      discard: true
    })
    return true
  })

/**
 * Lists customers for the sake of `needed` addresses, beyond the first page only if that costs less than one search each. Who stands in a list
 * that is not whole may share an address with somebody whom it lacks: that is open until the address is asked for.
 */
const listCustomers = (
  connection: string,
  target: Target,
  { pageSize, search }: TargetDeclaration["customers"],
  needed: number,
  onRows: OnRows
): Reading<void> =>
  Effect.gen(function* () {
    const store = yield* TargetStore
    const since = yield* Clock.currentTimeMillis
    let rows = 0
    let onward = true
    const pages = Stream.takeUntilEffect(target.customers, ({ end, items, total }) =>
      Effect.gen(function* () {
        yield* store.storeCustomers(connection, items)
        if (rows === 0 && !end) onward = ReadCost.listOn({ needed, total, pageSize, search })
        rows += items.length
        yield* onRows("customers", rows, total)
        return !onward
      })
    )
    const end = yield* drain(pages, () => Effect.void)
    if (!onward) return
    const whole = isWhole(end, yield* store.customersSeen(connection, since))
    if (whole && (yield* lookUpCustomers(connection, target, search, since))) return yield* store.finishCustomers(connection, since)
    if (search && needed <= lookupLimit) return
    // Too many to be asked for one by one: whom neither of two lists shows is not there.
    const again = yield* drain(target.customers, (customers) => store.storeCustomers(connection, customers))
    if (again.ended) yield* store.customersSought(connection, since)
  })

/** Customers of an address or, where the target knows them by id, of an id. */
const ofNamed = ({ customer, customersByAddress }: Target, text: string) =>
  customer === undefined || Address.normalise(text) !== null ? customersByAddress(text) : Effect.map(customer(text), Option.toArray)

const searchEach = (connection: string, target: Target, count: number, onRows: OnRows): Reading<void> =>
  Effect.gen(function* () {
    const store = yield* TargetStore
    let after = ""
    let done = 0
    for (;;) {
      const addresses = yield* store.nextNeeded(connection, after, 200)
      if (addresses.length === 0) return
      yield* Effect.forEach(
        addresses,
        (address) =>
          Effect.gen(function* () {
            yield* store.storeLookup(connection, address, yield* ofNamed(target, address))
            done += 1
            yield* onRows("customers looked up", done, count)
          }),
        { concurrency: 8, discard: true }
      )
      after = addresses.at(-1) ?? after
    }
  })

/**
 * Finds the target's customers behind the addresses that mapped groups need, and behind those in `named` (normalised addresses, or ids): searched one by one, or all listed, whichever takes fewer calls.
 * How long the list is tells its first page, which is read where searching may cost more.
 * Who is not found is remembered, and asked for again after 1 h, 6 h, a day, then weekly.
 */
export const findCustomers = (
  connection: string,
  target: Target,
  declaration: TargetDeclaration,
  { named, sources }: { readonly sources: ReadonlyArray<string>; readonly named: ReadonlyArray<string> },
  onRows: OnRows
): Reading<void> =>
  Effect.gen(function* () {
    const store = yield* TargetStore
    const count = yield* store.needed(connection, sources, named)
    if (count === 0) return
    const { list, search, pageSize } = declaration.customers
    const known = yield* store.customersSeen(connection, 0)
    const way = ReadCost.firstLook({ needed: count, known, pageSize, list, search })
    if (way === "list") yield* listCustomers(connection, target, declaration.customers, count, onRows)
    if (!search) return
    // What the list left open, or only its beginning was read for, is searched for.
    const left = way === "list" ? yield* store.needed(connection, sources, named) : count
    if (left > 0) yield* searchEach(connection, target, left, onRows)
  })

/**
 * Looks once more where a look differs from the ledger and may be wrong for it: after the target's lag where we wrote lately, and at once where one
 * look proves no loss. `look` replaces what was staged, `more` adds to it; false where they do not count. Answers whether what is staged counts.
 */
export const lookTwice = <E, R>(
  of: Looked,
  lag: ReadLag.ReadLag,
  { slips, look, more }: { readonly slips: boolean; readonly look: Effect.Effect<boolean, E, R>; readonly more: Effect.Effect<boolean, E, R> }
): Effect.Effect<boolean, E | StateError, R | TargetStore> =>
  Effect.gen(function* () {
    const store = yield* TargetStore
    const first = yield* store.differing(of, lag.millis)
    const now = yield* Clock.currentTimeMillis
    const wait = ReadLag.wait(lag, first.writtenAt, now)
    if (wait !== null && wait > 0 && !(yield* Effect.zipRight(Effect.sleep(wait), look))) return false
    const differing = wait === 0 ? first : yield* store.differing(of, lag.millis)
    if (differing.missing > 0 && (slips || !lag.declared) && !(yield* more)) return false
    if (wait === null) yield* store.believeOurs(of, now - lag.millis)
    return true
  })

/**
 * Reads the members of one group whole. A list that does not agree with its total is read once more and then does not count; one that lacks
 * somebody we know of is read once more where it has several pages or the target does not declare how long its lists lag, and only who is in neither
 * is out. What we wrote lately is waited for. Answers whether it counts.
 */
export const readMembers = (
  connection: string,
  target: Target,
  lag: ReadLag.ReadLag,
  group: { readonly group: number; readonly id: string }
): Reading<boolean> =>
  Effect.gen(function* () {
    const store = yield* TargetStore
    const read = Effect.suspend(() => {
      let distinct = 0
      return drain(target.members(group.id), (members) =>
        Effect.map(store.stageMembers(connection, group.group, members), (rows) => {
          distinct = rows
        })
      ).pipe(Effect.map((end) => ({ ended: end.ended, pages: end.pages, whole: isWhole(end, distinct) })))
    })
    const anew = Effect.zipRight(store.stageMembers(connection, group.group, []), read)
    for (let attempt = 0; attempt < 2; attempt++) {
      const first = yield* anew
      if (!first.whole) continue
      const counts = yield* lookTwice(group, lag, {
        slips: first.pages > 1,
        look: Effect.map(anew, ({ whole }) => whole),
        more: Effect.map(read, ({ ended }) => ended)
      })
      if (!counts) return false
      yield* store.finishMembers(group.group)
      return true
    }
    return false
  })

/**
 * Tells who was deleted at the target and made again from who was taken out of a group by hand: the address is another customer's now.
 * Many at once were taken out.
 */
export const findReplaced = (connection: string, target: Target): Reading<void> =>
  Effect.gen(function* () {
    const store = yield* TargetStore
    const missing = yield* store.takenOut(connection, lookupLimit + 1)
    if (missing.length > lookupLimit) return
    yield* Effect.forEach(
      missing,
      ({ address, customer, id }) =>
        Effect.gen(function* () {
          const found = yield* target.customersByAddress(address)
          yield* store.storeCustomers(connection, found)
          if (found.length > 0 && !found.some((one) => one.id === id)) yield* store.customerGone(customer)
        }),
      { concurrency: 8, discard: true }
    )
  })
