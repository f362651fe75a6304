/** Makes a lost state anew: groups at the target that carry its mark are ours again, and their members are what the target shows. Writes to no vendor. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as WriteCost from "../calls/WriteCost.ts"
import type { SyncConfig } from "../config/Config.ts"
import type { ConnectorError } from "../contract/ConnectorError.ts"
import type { StateError } from "../contract/StateError.ts"
import * as TargetReader from "../read/TargetReader.ts"
import { TargetStore } from "../read/TargetStore.ts"
import * as Mapping from "../reconcile/Mapping.ts"
import { MappingStore } from "../reconcile/MappingStore.ts"
import { type Frame, ReconcileStore } from "../reconcile/ReconcileStore.ts"
import type { Connected, Connections } from "../run/Connections.ts"
import * as Failure from "../run/Failure.ts"
import * as Observe from "../run/Observe.ts"
import * as ObserveTarget from "../run/ObserveTarget.ts"
import { type Marked, RebuildStore } from "./RebuildStore.ts"

export interface Outlook {
  readonly marked: ReadonlyArray<Marked>
  /** Targets that carry no mark: what is there counts as found, as on a first run. */
  readonly markless: ReadonlyArray<string>
  /** Of reading the members of all marked groups, a day and more included. */
  readonly seconds: number
}

export interface Rebuilt {
  readonly groups: number
  readonly adopted: number
  readonly found: number
  /** Groups that carry one mark twice: nobody's until a person says which is which. */
  readonly twice: ReadonlyArray<string>
  /** What of the sources was not read to its end, so that absence there says nothing. */
  readonly incomplete: ReadonlyArray<string>
}

const stop = (message: string) => Effect.fail(new Observe.Stopped(Failure.make("state", message)))

const targetsOf = (syncs: ReadonlyArray<SyncConfig>): ReadonlyArray<string> => [...new Set(syncs.map(({ to }) => to))]

/** Lists the groups of every target, and tells which states they are marked by and what reading their members costs. */
export const look = (syncs: ReadonlyArray<SyncConfig>, connections: Connections, onLook: Observe.OnLook) =>
  Effect.gen(function* () {
    const store = yield* RebuildStore
    const outlooks = yield* Effect.forEach(targetsOf(syncs), (name) =>
      Effect.gen(function* () {
        const connected = yield* connections.openAs(name, "target")
        const { api, declaration, lag } = connected.target
        yield* Observe.identify(connected)
        if (!declaration.groups.mark || !declaration.groups.list) return { name, marked: [], seconds: 0 }
        const whole = yield* TargetReader.listGroups(name, api, lag, (what, rows, total) => onLook(name, what, rows, total))
        if (!whole) return yield* stop(`the groups of ${name} could not be listed whole, so it cannot be told which are ours. Nothing was changed; try again.`)
        // A list may show no marks at all where each group by itself does.
        const groups = yield* TargetStore
        yield* Effect.forEach(
          yield* store.unmarked(name),
          (id) => Effect.flatMap(api.group(id), (found) => (Option.isSome(found) ? groups.stageGroups(name, [found.value]) : Effect.void)),
          { concurrency: 4, discard: true }
        )
        const marked = yield* store.marked(name, declaration.assignments.pageSize)
        const calls = marked.reduce((sum, one) => sum + one.calls, 0)
        return { name, marked, seconds: yield* WriteCost.seconds(connected.pacer, calls) }
      })
    )
    const outlook: Outlook = {
      marked: outlooks.flatMap(({ marked }) => marked),
      markless: outlooks.filter(({ marked }) => marked.length === 0).map(({ name }) => name),
      seconds: Math.max(0, ...outlooks.map(({ seconds }) => seconds))
    }
    return outlook
  })

const readMembers = (name: string, target: NonNullable<Connected["target"]>, onLook: Observe.OnLook) =>
  Effect.gen(function* () {
    const { groups, twice } = yield* (yield* RebuildStore).take(name)
    yield* (yield* TargetStore).beginMembers
    const unread = yield* ObserveTarget.readMembers(name, target, groups, (what, rows, total) => onLook(name, what, rows, total))
    const [first] = unread
    if (first !== undefined)
      return yield* stop(
        `${first}${unread.length > 1 ? ` and ${unread.length - 1} more groups` : ""} of ${name} could not be read whole. Nothing was changed; try again.`
      )
    return { groups: groups.length, twice }
  })

/** What a sync's sources want for the groups, as a run works it out, with nothing planned from it. */
const stageDesired = (sync: SyncConfig, connections: Connections, first: boolean, onLook: Observe.OnLook) =>
  Effect.gen(function* () {
    const [mapping, reconcile] = [yield* MappingStore, yield* ReconcileStore]
    const { target } = yield* connections.openAs(sync.to, "target")
    const reads = yield* Effect.forEach(sync.from, (name) =>
      Effect.gen(function* () {
        const connected = yield* connections.openAs(name, "source")
        const { identity } = yield* Observe.identify(connected)
        return yield* Observe.readSource(connections, connected, { identity, distrust: null }, { dry: false, full: true }, onLook)
      })
    )
    const { groups } = target.declaration
    yield* Mapping.make(sync, groups)
    yield* mapping.resolve(Mapping.resolution(sync, groups))
    const frame: Frame = { sync, read: sync.from, run: 0, now: yield* Clock.currentTimeMillis, words: new Map(), target: target.declaration }
    yield* reconcile.linkGroups(frame)
    // What was read of the target is taken over once, and stands for all syncs that write to it.
    if (first) yield* reconcile.refreshLedger(frame)
    yield* reconcile.linkCustomers(frame, sync.match)
    for (const source of sync.from) yield* reconcile.claim(frame, source)
    return reads.flatMap(({ complete, connection, withheld }) => (complete ? [] : [`${connection}: ${withheld.map(({ reason }) => reason).join("; ")}`]))
  })

const rebuildTarget = (name: string, syncs: ReadonlyArray<SyncConfig>, connections: Connections, onLook: Observe.OnLook) =>
  Effect.gen(function* () {
    const connected = yield* connections.openAs(name, "target")
    yield* Observe.identify(connected)
    const read = yield* readMembers(name, connected.target, onLook)
    const incomplete = yield* Effect.forEach(syncs, (sync, index) => stageDesired(sync, connections, index === 0, onLook))
    return { ...read, ...(yield* (yield* RebuildStore).confirm(name)), incomplete: incomplete.flat() }
  })

type Needs = RebuildStore | TargetStore | MappingStore | ReconcileStore

/** Reads members and sources into a state that already has the lost one's lineage. Fails with the new state still incomplete: it is then thrown away. */
export const rebuild = (
  syncs: ReadonlyArray<SyncConfig>,
  connections: Connections,
  onLook: Observe.OnLook
): Effect.Effect<
  Rebuilt,
  ConnectorError | StateError | Observe.Stopped,
  Needs | Effect.Effect.Context<ReturnType<typeof Observe.readSource>> | Effect.Effect.Context<ReturnType<typeof Observe.identify>>
> =>
  Effect.gen(function* () {
    const parts = yield* Effect.forEach(targetsOf(syncs), (name) =>
      rebuildTarget(
        name,
        syncs.filter(({ to }) => to === name),
        connections,
        onLook
      )
    )
    const sum = (of: (part: (typeof parts)[number]) => number) => parts.reduce((total, part) => total + of(part), 0)
    return {
      groups: sum(({ groups }) => groups),
      adopted: sum(({ adopted }) => adopted),
      found: sum(({ found }) => found),
      twice: parts.flatMap(({ twice }) => twice),
      incomplete: [...new Set(parts.flatMap(({ incomplete }) => incomplete))]
    }
  })
