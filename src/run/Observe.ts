/** The part of a run that only looks: who we are, what the sources hold, what the target shows. Nothing is decided here. */
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import { createHash } from "node:crypto"
import * as LastWriter from "../apply/LastWriter.ts"
import { WriterStore } from "../apply/WriterStore.ts"
import type { SyncConfig } from "../config/Config.ts"
import type { ConnectorError } from "../contract/ConnectorError.ts"
import type { Identity } from "../contract/Identity.ts"
import type { Source } from "../contract/Source.ts"
import type { StateError } from "../contract/StateError.ts"
import * as Address from "../model/Address.ts"
import { foldName } from "../model/Group.ts"
import type { RunFailure } from "../model/Result.ts"
import type { AddressStore } from "../read/AddressStore.ts"
import * as OtherAddresses from "../read/OtherAddresses.ts"
import * as SourceReader from "../read/SourceReader.ts"
import { SnapshotStore } from "../read/SnapshotStore.ts"
import * as TargetReader from "../read/TargetReader.ts"
import { type GroupToRead, TargetStore } from "../read/TargetStore.ts"
import * as Mapping from "../reconcile/Mapping.ts"
import { MappingStore } from "../reconcile/MappingStore.ts"
import type { Connected, Connections } from "./Connections.ts"
import * as Failure from "./Failure.ts"
import * as ObserveCustomers from "./ObserveCustomers.ts"
import { RunStore } from "./RunStore.ts"

/** Told while looking, for a progress line. `total` null: not known. */
export type OnLook = (connection: string, what: string, rows: number, total: number | null) => Effect.Effect<void>

/** Ends a sync's run early with words for a person. */
export class Stopped {
  readonly _tag = "Stopped"
  readonly failure: RunFailure
  constructor(failure: RunFailure) {
    this.failure = failure
  }
}

const stop = (kind: RunFailure["kind"], message: string, connection: string) => Effect.fail(new Stopped(Failure.make(kind, message, connection)))

export interface Identified {
  readonly identity: Identity
  /** Why what is missing proves nothing, in words for a person; null: it is the role of last time. */
  readonly distrust: string | null
}

/** Who we are at a connection, compared with last time. Another account stops the sync; another role distrusts what is missing. */
export const identify = (connected: Connected): Effect.Effect<Identified, ConnectorError | StateError | Stopped, RunStore> =>
  Effect.gen(function* () {
    const store = yield* RunStore
    const { name } = connected.config
    const identity = yield* connected.identify
    const binding = yield* store.bind(name, connected.connector.name, identity)
    if (binding._tag === "OtherAccount") {
      return yield* stop(
        "state",
        `${name} now opens the account ${identity.account}, and the state belongs to ${binding.before}. Nothing was read or written. If the change is meant: groupbridge state rebind ${name}`,
        name
      )
    }
    const distrust =
      binding._tag === "OtherRole"
        ? `the token of ${name} now acts as ${identity.role ?? "an unknown role"}, and was ${binding.before}: it may see fewer rows, so nothing is removed. If the change is meant: groupbridge state rebind ${name}`
        : null
    return { identity, distrust }
  })

/** What decides which rows a source shows us, and what becomes of them: what changed since an earlier read continues it only while this is the same. */
const basis = ({ config, connector }: Connected, { account, actor, role }: Identity, meaning: ReadonlyArray<string>): string => {
  const options = Predicate.isRecord(config.options) ? config.options : {}
  const decides = (connector.source?.decides ?? []).map((name) => [name, options[name] ?? null])
  return createHash("sha256")
    .update(JSON.stringify([connector.name, account, actor, role, decides, meaning]))
    .digest("hex")
}

/**
 * What a source shows. `full`: all of it is read; else what changed will do where that is known, unless something is about to be removed that an
 * earlier reading lacked: that is looked for once more. `dry`: nothing is done about it.
 */
export const readSource = (
  connections: Connections,
  connected: Connected,
  { distrust, identity }: Identified,
  { dry, full }: { readonly dry: boolean; readonly full: boolean },
  onLook: OnLook
): Effect.Effect<SourceReader.SourceRead, ConnectorError | StateError, SnapshotStore> =>
  Effect.gen(function* () {
    const { source, config } = connected
    if (source === null) return yield* Effect.dieMessage(`the config was accepted with ${config.name} as a source`)
    const store = yield* SnapshotStore
    const { fullEvery, meaning, removing } = connections.reading(config.name)
    const read = Effect.gen(function* () {
      return yield* SourceReader.read(config.name, source, {
        distrust,
        dry,
        full: full || (yield* store.isAwaited(config.name, removing)),
        fullEvery,
        basis: basis(connected, identity, meaning),
        onRows: (what, rows) => onLook(config.name, what, rows, null)
      })
    })
    return yield* connections.readOnce(config.name, Effect.provideService(read, SnapshotStore, store))
  })

/** Groups that another state of Groupbridge made mean that two would write to one target. */
const refuseForeignMarks = (sync: SyncConfig): Effect.Effect<void, StateError | Stopped, TargetStore | RunStore> =>
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
    return yield* stop(
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
    const goesOn = LastWriter.isDue(yield* (yield* WriterStore).standing(sync.to))
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

/** Lists the target's groups if what we know is too old. */
const lookAtGroups = (sync: SyncConfig, target: NonNullable<Connected["target"]>, depth: Depth, onRows: TargetReader.OnRows) =>
  Effect.gen(function* () {
    const stale = depth !== "none" && (yield* TargetReader.groupsAreStale(sync.to, depth === "usual" ? sync.refresh.counts : Duration.zero))
    const never = yield* TargetReader.groupsAreStale(sync.to, Duration.infinity)
    yield* resolve(sync, target, stale || never ? listGroups(sync, target, onRows) : Effect.succeed(true))
  })

/** Lists them also if a group is to be made that might be there already since they were listed last. */
const lookForNewGroups = (sync: SyncConfig, target: NonNullable<Connected["target"]>, onRows: TargetReader.OnRows) =>
  Effect.gen(function* () {
    if (!(yield* TargetReader.groupsAreStale(sync.to, recently))) return
    const isNeeded = yield* (yield* MappingStore).toBeMade({
      to: sync.to,
      always: sync.exceptions.flatMap(({ group, what }) => (what === "always" ? [foldName(group), group] : [])),
      anybody: sync.match.some((rule) => rule._tag !== "Email"),
      empty: sync.emptyGroups === "create"
    })
    if (!isNeeded) return
    yield* resolve(sync, target, listGroups(sync, target, onRows))
    yield* refuseForeignMarks(sync)
  })

/** How deep to look at the target: as often as the config says, or as `--refresh` asks. */
export type Depth = "usual" | "none" | "counts" | "full"

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

/** A source that was read in this run. */
export interface ReadSource {
  readonly name: string
  readonly api: Source
}

/** The source, if this run has read it. */
export const asRead = ({ connected: { config, source }, read }: { readonly connected: Connected; readonly read: unknown }): ReadonlyArray<ReadSource> =>
  source === null || read === null ? [] : [{ name: config.name, api: source }]

/** Finds counterparts by address, and where sources tell further addresses by those. Answers what could not be read, in words. */
const lookForCustomers = (sync: SyncConfig, target: NonNullable<Connected["target"]>, sources: ReadonlyArray<ReadSource>, onLook: OnLook) =>
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
    const asked = yield* Effect.forEach(sources, ({ api, name }) =>
      OtherAddresses.ask(sync.to, name, api, (what, rows, total) => onLook(name, what, rows, total))
    )
    if (asked.some(({ reported }) => reported)) yield* find
    return asked.flatMap(({ unread }) => unread)
  })

const lookAtMembers = (sync: SyncConfig, target: NonNullable<Connected["target"]>, depth: Depth, onRows: TargetReader.OnRows) =>
  Effect.gen(function* () {
    const store = yield* TargetStore
    yield* store.beginMembers
    const { listedBy } = target.declaration.assignments
    if (listedBy === "none") return []
    const before = (yield* Clock.currentTimeMillis) - Duration.toMillis(sync.refresh.full)
    const mirror = sync.removals === "all" || depth === "full"
    if (listedBy === "customer") return mirror || depth !== "none" ? yield* ObserveCustomers.look(sync, target, { full: mirror, before }, onRows) : []
    const groups = yield* store.groupsToRead(sync.to, mirror ? "full" : depth === "none" ? "none" : "counts", before)
    return yield* readMembers(sync.to, target, groups, onRows)
  })

/** Looks at the target as far as the mapping of this sync needs. Answers what could not be read whole, in words. */
export const lookAtTarget = (
  sync: SyncConfig,
  target: NonNullable<Connected["target"]>,
  sources: ReadonlyArray<ReadSource>,
  depth: Depth,
  onLook: OnLook
): Effect.Effect<ReadonlyArray<string>, ConnectorError | StateError | Stopped, TargetStore | AddressStore | MappingStore | RunStore | WriterStore> =>
  Effect.gen(function* () {
    const onRows: TargetReader.OnRows = (what, rows, total) => onLook(sync.to, what, rows, total)
    yield* Mapping.make(sync, target.declaration.groups)
    yield* lookAtGroups(sync, target, depth, onRows)
    yield* refuseForeignMarks(sync)
    yield* lookForMark(sync, target)
    const unasked = yield* lookForCustomers(sync, target, sources, onLook)
    yield* lookForNewGroups(sync, target, onRows)
    const unread = yield* lookAtMembers(sync, target, depth, onRows)
    if (target.declaration.customers.search) yield* TargetReader.findReplaced(sync.to, target.api)
    return [...unasked, ...unread]
  })
