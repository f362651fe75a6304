/** One run of one sync, dry or real: look, plan, apply. Returns what happened and prints nothing. */
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type { SyncConfig } from "../config/Config.ts"
import { isBelieved } from "../model/StoredTime.ts"
import type { StateError } from "../contract/StateError.ts"
import type { PlanResult, RunFailure } from "../model/Result.ts"
import * as PlanFile from "../plan/PlanFile.ts"
import { PlanStore } from "../plan/PlanStore.ts"
import * as RunLifecycle from "./RunLifecycle.ts"
import * as RunSpan from "./RunSpan.ts"
import * as ConfigGone from "./ConfigGone.ts"
import type { Connections } from "./Connections.ts"
import * as Failure from "./Failure.ts"
import * as Observe from "./Observe.ts"
import * as ObserveTarget from "./ObserveTarget.ts"
import { NameStore } from "./NameStore.ts"
import * as OtherWriter from "./OtherWriter.ts"
import * as Planning from "./Planning.ts"
import type { RunKind } from "./RunStore.ts"

export interface RunOptions {
  readonly scope: Planning.Scope
  readonly depth: Observe.Depth
  /** Where the plan's changes are spooled, one JSON object a line; the caller reads it and takes it away. */
  readonly spool: string
  readonly onLook: Observe.OnLook
}

export type WritingOptions = RunOptions & Omit<RunLifecycle.Options, "undoes" | "approves" | "within">

/** What was decided once, or is let past a limit, is done by a fresh look at everything, and so is what is asked for as full. */
const isFull = (kind: RunKind | "plan", { depth, scope }: RunOptions): boolean =>
  depth === "full" || scope.lifted.size > 0 || (kind !== "sync" && kind !== "plan")

const readSources = (sync: SyncConfig, connections: Connections, how: { readonly dry: boolean; readonly full: boolean }, onLook: Observe.OnLook) =>
  Observe.eachSource(sync.from, "source", connections, (connected, identified) => Observe.readSource(connections, connected, identified, how, onLook))

/** Reads the sources whole into the snapshot, and decides nothing. Answers what was read. */
export const read = (sync: SyncConfig, connections: Connections, onLook: Observe.OnLook) =>
  Effect.gen(function* () {
    const sources = yield* readSources(sync, connections, { dry: true, full: true }, onLook)
    return Planning.readsOf({ sources, readCalls: (yield* connections.calls).read })
  })

const see = (sync: SyncConfig, connections: Connections, options: RunOptions, kind: RunKind | "plan") =>
  Effect.gen(function* () {
    const target = yield* connections.openAs(sync.to, "target")
    const { identity: targetIdentity } = yield* Observe.identify(target)
    const how = { dry: kind === "plan", full: isFull(kind, options) }
    const sources = yield* readSources(sync, connections, how, options.onLook)
    const before = yield* connections.calls
    const unread = yield* ObserveTarget.lookAtTarget(sync, target.target, sources, options.depth, options.onLook)
    return { sync, sources, target, declaration: target.target.declaration, targetIdentity, unread, readCalls: before.read } satisfies Planning.Seen
  }).pipe(Effect.withSpan("read"))

/** A plan that never began: the sync's names and the reason. */
const failedPlan = (sync: SyncConfig, error: RunFailure): PlanResult => ({ ...Planning.nothing(sync), status: "failed", error })

/** Looks and plans, and leaves no decision behind. Never fails: what went wrong stands in the result. */
export const dryRun = (sync: SyncConfig, connections: Connections, options: RunOptions) =>
  Effect.gen(function* () {
    const gate = yield* OtherWriter.gate(sync, connections, null)
    if (gate.blocked) return yield* ConfigGone.heldWhole(Planning.nothing(sync), gate, options.spool)
    const seen = yield* see(sync, connections, options, "plan")
    const held = yield* OtherWriter.heldWhole(sync, Planning.nothing(sync), null, options.spool)
    if (held !== null) return held
    const { result } = yield* Planning.make(seen, 0, options.scope, options.spool, false)
    return ConfigGone.within(result, gate)
  }).pipe(
    Effect.catchAll((error) => Effect.succeed(failedPlan(sync, RunLifecycle.asFailure(error)))),
    RunSpan.named(sync.name, "plan")
  )

/** A saved plan that is not of this config, these accounts or this time is refused whole, before anything is planned or sent. */
const refuseStale = (file: string, seen: Planning.Seen): Effect.Effect<void, PlanFile.PlanFileError | StateError | Observe.Stopped, NameStore> =>
  Effect.gen(function* () {
    const names = yield* NameStore
    const header = PlanFile.renamed(yield* PlanFile.header(file), { connections: yield* names.former("connection"), syncs: yield* names.former("sync") })
    const now = yield* Clock.currentTimeMillis
    const refuse = (why: string) =>
      Effect.fail(
        new Observe.Stopped(
          Failure.make("stale", `${file} is not applied, and nothing was sent: ${why}. Make a new plan: groupbridge plan ${seen.sync.name} --save ${file}`)
        )
      )
    if (header.sync !== seen.sync.name) return yield* refuse(`it is a plan of the sync ${header.sync}`)
    if (!isBelieved(header.created, now)) return yield* refuse("it was made at a time that is still to come, so its age is not known")
    if (now - header.created > Duration.toMillis(seen.sync.planMaxAge))
      return yield* refuse(`it is older than planMaxAge (${Duration.format(seen.sync.planMaxAge)})`)
    if (JSON.stringify(header.meaning) !== JSON.stringify(seen.sync.meaning)) return yield* refuse("the config means something else now")
    const accounts = [
      ...seen.sources.map((source) => [source.connected.config.name, source.identity?.account] as const),
      [seen.target.config.name, seen.targetIdentity.account] as const
    ]
    for (const [name, account] of accounts) {
      if (account !== undefined && header.accounts[name] !== account) return yield* refuse(`${name} is another account now`)
    }
  })

/** The header under which a plan is saved. */
export const headerOf = (result: PlanResult, sync: SyncConfig, accounts: Readonly<Record<string, string>>, id: string, created: number): PlanFile.Header => ({
  groupbridge: "plan/1",
  id,
  sync: sync.name,
  created,
  accounts,
  meaning: sync.meaning,
  reads: result.reads.map(({ connection, complete, at }) => ({ connection, complete, at })),
  summary: result.summary,
  estimate: result.estimate,
  guards: result.guards
})

/** Looks, plans and applies. Never fails: what went wrong stands in the result, and everything done is stored. */
export const run = (sync: SyncConfig, connections: Connections, options: WritingOptions) =>
  RunLifecycle.make(sync, connections, { ...options, undoes: null, approves: options.scope.part, within: options.scope.within }, (number) =>
    Effect.gen(function* () {
      const gate = yield* OtherWriter.gate(sync, connections, number)
      if (gate.blocked) return RunLifecycle.idle(yield* ConfigGone.heldWhole(Planning.nothing(sync), gate, options.spool))
      const seen = yield* see(sync, connections, options, options.kind)
      const held = yield* OtherWriter.heldWhole(sync, Planning.nothing(sync), number, options.spool)
      if (held !== null) return RunLifecycle.idle(held)
      if (options.scope.file !== null) yield* refuseStale(options.scope.file, seen)
      const { frame, ...planned } = yield* Planning.make(seen, number, options.scope, options.spool, true)
      return {
        planned: { ...planned, result: ConfigGone.within(planned.result, gate) },
        begin: Effect.void,
        end: Effect.flatMap(PlanStore, (store) => store.moveBaseline(frame))
      }
    })
  )

/** The stores that a run of a sync of customers needs. */
export type Stores = Effect.Effect.Context<ReturnType<typeof run>>
