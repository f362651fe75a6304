/** Decides which reads of the target are due in a run, and does them: its groups, the customers that sources name, its members. Decides nothing else. */
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as LastWriter from "../apply/LastWriter.ts"
import { WriterStore } from "../apply/WriterStore.ts"
import type { SyncConfig } from "../config/Config.ts"
import type { ConnectorError } from "../contract/ConnectorError.ts"
import type { StateError } from "../contract/StateError.ts"
import * as Address from "../model/Address.ts"
import { foldName } from "../model/Group.ts"
import type { AddressStore } from "../read/AddressStore.ts"
import * as OtherAddresses from "../read/OtherAddresses.ts"
import * as TargetReader from "../read/TargetReader.ts"
import { type CustomerToRead, type GroupToRead, TargetStore } from "../read/TargetStore.ts"
import * as Mapping from "../reconcile/Mapping.ts"
import { MappingStore } from "../reconcile/MappingStore.ts"
import type { Connected } from "./Connections.ts"
import * as Observe from "./Observe.ts"
import { RunStore } from "./RunStore.ts"

/** Groups that another state of Groupbridge made mean that two would write to one target. */
const refuseForeignMarks = (sync: SyncConfig): Effect.Effect<void, StateError | Observe.Stopped, TargetStore | RunStore> =>
  Effect.gen(function* () {
    const target = yield* TargetStore
    const [foreign] = yield* target.foreignMarks(sync.to)
    if (foreign === undefined) return
    const { file, written } = yield* RunStore
    const carry = `${foreign.groups === 1 ? "1 group" : `${foreign.groups} groups`} in ${sync.to} ${foreign.groups === 1 ? "carries" : "carry"}`
    const isNew = !(yield* target.madeAny) && (yield* written) === 0
    const restore =
      foreign.copy === null
        ? "groupbridge state restore FILE    with a copy of it; none was found"
        : `groupbridge state restore ${foreign.copy}    the newest copy found`
    return yield* Observe.stop(
      "state",
      isNew
        ? `${file} is a new state file, but ${carry} the mark of state ${foreign.state}.\n${restore}\ngroupbridge state rebuild    where no copy is left; it tells its price first, and who left in between is listed for you, not removed`
        : `${carry} the mark of another state (${foreign.state}). Two Groupbridge states must not write to one target: run this sync where that state is, or give it a target of its own.`,
      sync.to
    )
  })

/** Maps desired groups to the target's groups, listed anew by `list` or as they are known. */
const resolve = <E, R>(sync: SyncConfig, { declaration }: Pick<NonNullable<Connected["target"]>, "declaration">, list: Effect.Effect<boolean, E, R>) =>
  Effect.gen(function* () {
    const mapping = yield* MappingStore
    yield* mapping.resolve(Mapping.resolution(sync, declaration.groups, yield* list))
  })

/**
 * Groups are about to be adopted that no list has shown a mark of: lists may not show marks at all, where a group by itself does. A new state asks for one of
 * them before any is adopted; one that goes on after another copy of it wrote asks for all, for the other may have made them.
 */
const lookForMark = (sync: SyncConfig, { api, declaration }: NonNullable<Connected["target"]>) =>
  Effect.gen(function* () {
    const store = yield* TargetStore
    if (!declaration.groups.mark) return
    const isNew = !(yield* store.madeAny) && (yield* (yield* RunStore).written) === 0
    const goesOn = (yield* (yield* WriterStore).standing(sync.to)).known?.wentOn === true
    const look = Effect.gen(function* () {
      const id = yield* store.unmarkedMatch(sync.to)
      const found = id === null ? Option.none() : yield* api.group(id)
      if (Option.isNone(found)) return false
      yield* store.stageGroups(sync.to, [found.value])
      return found.value.marksShown
    })
    if (isNew && (yield* look)) yield* refuseForeignMarks(sync)
    if (!goesOn) return
    while (yield* look);
    yield* refuseForeignMarks(sync)
    yield* resolve(sync, { declaration }, Effect.succeed(true))
  })

const recently = Duration.minutes(15)

const listGroups = (sync: SyncConfig, target: NonNullable<Connected["target"]>, onRows: TargetReader.OnRows) =>
  target.declaration.groups.list ? TargetReader.listGroups(sync.to, target.api, target.lag, onRows) : Effect.succeed(true)

/** Lists the target's groups if what we know is too old, and answers whether it did. */
const lookAtGroups = (sync: SyncConfig, target: NonNullable<Connected["target"]>, depth: Observe.Depth, onRows: TargetReader.OnRows) =>
  Effect.gen(function* () {
    const stale = depth !== "none" && (yield* TargetReader.groupsAreStale(sync.to, depth === "usual" ? sync.refresh.counts : Duration.zero))
    const never = yield* TargetReader.groupsAreStale(sync.to, Duration.infinity)
    yield* resolve(sync, target, stale || never ? listGroups(sync, target, onRows) : Effect.succeed(true))
    return stale || never
  })

/**
 * Lists them also if a group is to be made that might be there already since they were listed last: made by hand, or by another copy of this state. That one
 * shows by the number on a group of ours, which is looked at before anything is written; where there is none, the list must be new.
 */
const lookForNewGroups = (sync: SyncConfig, target: NonNullable<Connected["target"]>, listed: boolean, onRows: TargetReader.OnRows) =>
  Effect.gen(function* () {
    const isAnew = listed || !LastWriter.canCarry(target.declaration) || (yield* (yield* WriterStore).carriers(sync.to, null)).length > 0
    const age = isAnew ? recently : Duration.zero
    if (!(yield* TargetReader.groupsAreStale(sync.to, age))) return
    const isNeeded = yield* (yield* MappingStore).toBeMade({
      to: sync.to,
      always: sync.exceptions.flatMap(({ group, what }) => (what === "always" ? [foldName(group), group] : [])),
      anybody: sync.match.some((rule) => rule._tag !== "Email"),
      empty: sync.emptyGroups === "create"
    })
    if (!isNeeded) return
    yield* resolve(sync, target, listGroups(sync, target, onRows))
    yield* refuseForeignMarks(sync)
    yield* lookForMark(sync, target)
  })

/** Reads groups' members; answers what could not be read whole, in words. */
export const readMembers = (
  connection: string,
  target: NonNullable<Connected["target"]>,
  groups: ReadonlyArray<GroupToRead>,
  onRows: TargetReader.OnRows
): Effect.Effect<ReadonlyArray<string>, ConnectorError | StateError, TargetStore> =>
  Effect.map(
    Effect.forEach(
      groups,
      (group, index) =>
        Effect.zipLeft(TargetReader.readMembers(connection, target.api, target.lag, group), onRows("groups' members", index + 1, groups.length)),
      { concurrency: 4 }
    ),
    (whole) => groups.filter((_, index) => whole[index] === false).map((group) => `the members of "${group.name}"`)
  )

/** Lists the target's groups anew and reads the members of those that `toRead` then names. Answers what could not be read whole, in words. */
export const lookAgain = <R>(
  connection: string,
  target: NonNullable<Connected["target"]>,
  toRead: Effect.Effect<ReadonlyArray<GroupToRead>, StateError, R>,
  onRows: TargetReader.OnRows
): Effect.Effect<ReadonlyArray<string>, ConnectorError | StateError, TargetStore | R> =>
  Effect.gen(function* () {
    const store = yield* TargetStore
    if (target.declaration.groups.list) yield* TargetReader.listGroups(connection, target.api, target.lag, onRows)
    yield* store.beginMembers
    const unread = target.declaration.assignments.listedBy === "group" ? yield* readMembers(connection, target, yield* toRead, onRows) : []
    if (target.declaration.customers.search) yield* TargetReader.findReplaced(connection, target.api)
    return unread
  })

/** Finds counterparts by address, and where sources tell further addresses by those. Answers what could not be read, in words. */
const lookForCustomers = (
  sync: SyncConfig,
  target: NonNullable<Connected["target"]>,
  sources: ReadonlyArray<Observe.SeenSource<"source", unknown>>,
  onLook: Observe.OnLook
) =>
  Effect.gen(function* () {
    const { byId = false, search } = target.declaration.customers
    // Customers that a map file names stand there by their ids or addresses: those are looked up, not the addresses of their source.
    const mapped = sync.match.flatMap((rule) => (rule._tag === "File" ? rule.rows.map((row) => row.target) : []))
    const named = [
      ...sync.exceptions.flatMap(({ email }) => Address.normalise(email) ?? []),
      ...mapped.flatMap((text) => (search ? (Address.normalise(text) ?? []) : [])),
      ...mapped.filter((text) => byId && Address.normalise(text) === null)
    ]
    const needed = { named, sources: sync.match.every((rule) => rule._tag === "File") ? [] : sync.from }
    if (needed.sources.length === 0 && named.length === 0) return []
    const find = TargetReader.findCustomers(sync.to, target.api, target.declaration, needed, (what, rows, total) => onLook(sync.to, what, rows, total))
    yield* find
    if (!sync.match.some((rule) => rule._tag === "Email")) return []
    const asked = yield* Effect.forEach(
      sources.filter(({ read }) => read !== null),
      ({ connected: { config, source } }) => OtherAddresses.ask(sync.to, config.name, source, (what, rows, total) => onLook(config.name, what, rows, total))
    )
    if (asked.some(({ reported }) => reported)) yield* find
    return asked.flatMap(({ unread }) => unread)
  })

/** Of customers whose groups were read long ago so many are read again in a run, so that no run bears all of it. */
const slice = 200

/** Reads customers' groups. A customer who is missing, or whom the credential may not see, is reported, and nothing is concluded of them. */
export const readCustomers = (target: NonNullable<Connected["target"]>, customers: ReadonlyArray<CustomerToRead>, onRows: TargetReader.OnRows) =>
  Effect.gen(function* () {
    const store = yield* TargetStore
    const results = yield* Effect.forEach(
      customers,
      ({ customer, id }, index) =>
        Effect.gen(function* () {
          const seen = yield* Effect.either(target.api.groupsOf(id))
          if (seen._tag === "Left" && seen.left.reason !== "NotFound" && seen.left.reason !== "NotAllowed") return yield* seen.left
          if (seen._tag === "Right") {
            yield* store.stageGroupsOf(customer, seen.right)
            let known = seen.right
            yield* TargetReader.lookTwice({ customer }, target.lag, {
              slips: false,
              look: Effect.tap(target.api.groupsOf(id), (groups) => {
                known = groups
                return store.stageGroupsOf(customer, groups)
              }).pipe(Effect.as(true)),
              more: Effect.flatMap(target.api.groupsOf(id), (groups) => store.stageGroupsOf(customer, [...known, ...groups])).pipe(Effect.as(true))
            })
          }
          yield* onRows("customers' groups", index + 1, customers.length)
          return seen._tag === "Right"
        }),
      { concurrency: 4 }
    )
    return customers.filter((_, index) => results[index] === false).map(({ name }) => `the ${target.declaration.groupWord}s of ${name}`)
  })

const lookAtMembers = (sync: SyncConfig, target: NonNullable<Connected["target"]>, depth: Observe.Depth, onRows: TargetReader.OnRows) =>
  Effect.gen(function* () {
    const store = yield* TargetStore
    yield* store.beginMembers
    const { listedBy } = target.declaration.assignments
    if (listedBy === "none") return []
    const before = (yield* Clock.currentTimeMillis) - Duration.toMillis(sync.refresh.full)
    const mirror = sync.removals === "all" || depth === "full"
    if (listedBy === "customer")
      return mirror || depth !== "none" ? yield* readCustomers(target, yield* store.customersToRead(sync.to, mirror, before, slice), onRows) : []
    const groups = yield* store.groupsToRead(sync.to, mirror ? "full" : depth === "none" ? "none" : "counts", before)
    return yield* readMembers(sync.to, target, groups, onRows)
  })

/** Looks at the target as far as the mapping of this sync needs. Answers what could not be read whole, in words. */
export const lookAtTarget = (
  sync: SyncConfig,
  target: NonNullable<Connected["target"]>,
  sources: ReadonlyArray<Observe.SeenSource<"source", unknown>>,
  depth: Observe.Depth,
  onLook: Observe.OnLook
): Effect.Effect<ReadonlyArray<string>, ConnectorError | StateError | Observe.Stopped, TargetStore | AddressStore | MappingStore | RunStore | WriterStore> =>
  Effect.gen(function* () {
    const onRows: TargetReader.OnRows = (what, rows, total) => onLook(sync.to, what, rows, total)
    yield* Mapping.make(sync, target.declaration.groups)
    const listed = yield* lookAtGroups(sync, target, depth, onRows)
    yield* refuseForeignMarks(sync)
    yield* lookForMark(sync, target)
    const unasked = yield* lookForCustomers(sync, target, sources, onLook)
    yield* lookForNewGroups(sync, target, listed, onRows)
    const unread = yield* lookAtMembers(sync, target, depth, onRows)
    if (target.declaration.customers.search) yield* TargetReader.findReplaced(sync.to, target.api)
    return [...unasked, ...unread]
  })
