/** Takes back what a run really changed, as far as nobody changed it since, and pins it so that no sync does it again until it is released. */
import * as Id from "../model/Id.ts"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type { SyncConfig } from "../config/Config.ts"
import { total, type PlanResult } from "../model/Result.ts"
import * as Judgement from "../plan/Judgement.ts"
import * as PlanFile from "../plan/PlanFile.ts"
import { PlanStore } from "../plan/PlanStore.ts"
import { type LeftAlone, UndoStore } from "../plan/UndoStore.ts"
import { type Frame, ReconcileStore } from "../reconcile/ReconcileStore.ts"
import * as RunLifecycle from "./RunLifecycle.ts"
import * as ConfigGone from "./ConfigGone.ts"
import type { ConnectedAs, Connections } from "./Connections.ts"
import * as Failure from "./Failure.ts"
import * as Observe from "./Observe.ts"
import * as ObserveTarget from "./ObserveTarget.ts"
import { OperationsStore } from "./OperationsStore.ts"
import { type Decider } from "../model/Decision.ts"
import * as OtherWriter from "./OtherWriter.ts"
import * as Planning from "./Planning.ts"
import { RunStore } from "./RunStore.ts"

export interface Options extends Omit<RunLifecycle.Options, "kind" | "undoes" | "approves" | "within"> {
  /** The number of the run to take back. */
  readonly run: number
  readonly reason: string | null
  /** Where the plan's changes are spooled, as for a sync. */
  readonly spool: string
  readonly onLook: Observe.OnLook
}

const reasons: Readonly<Record<LeftAlone["groups"][number]["why"], string>> = {
  "others-in-it": "stays: others are in it too",
  "suddenly-empty": "stays: none of its members shows any more, and one look does not prove that; the same undo once more deletes it if that is still so",
  "changed-since": "keeps its name: it was changed again since",
  "not-deletable": "stays, empty: the target has no call to delete it"
}

const few = 10

/** What is not taken back, in words for a person. */
const reported = ({ already, changedSince, groups }: LeftAlone, run: string): ReadonlyArray<string> => [
  ...(already === 0 ? [] : [`${already} of its memberships are as they were before ${run} already`]),
  ...(changedSince === 0 ? [] : [`${changedSince} of its memberships were changed again since, or their group or customer is gone: they are left as they are`]),
  ...groups.slice(0, few).map(({ name, why }) => `"${name}" ${reasons[why]}`),
  ...(groups.length <= few ? [] : [`and ${groups.length - few} more groups stay`])
]

/** Looks at the groups that the run changed, as far as their numbers tell that somebody else did too. Answers what could not be read whole. */
const look = (target: ConnectedAs<"target">, { onLook, run }: Options) =>
  Effect.gen(function* () {
    const store = yield* UndoStore
    const { name } = target.config
    return yield* ObserveTarget.lookAgain(name, target.target, store.groupsToRead(run), (what, rows, all) => onLook(name, what, rows, all))
  })

const plan = (sync: SyncConfig, options: Options, undo: number, target: ConnectedAs<"target">) =>
  Effect.gen(function* () {
    const { identity } = yield* Observe.identify(target)
    if (target.target.declaration.assignments.remove === "none") {
      return yield* Effect.fail(
        new Observe.Stopped(
          Failure.make(
            "vendor",
            `${sync.to} has no call that takes a membership away, so nothing of r-${options.run} can be taken back by program. What it did, to undo it by hand: groupbridge runs r-${options.run} --csv`
          )
        )
      )
    }
    const unread = yield* look(target, options)
    const store = yield* UndoStore
    const run = Id.run(options.run)
    const frame: Frame = { sync, read: [], run: undo, now: yield* Clock.currentTimeMillis, words: new Map(), target: target.target.declaration }
    const judgement = Effect.gen(function* () {
      yield* (yield* ReconcileStore).refreshLedger(frame)
      const left = yield* store.reverse(options.run, target.target.declaration.groups.delete, frame.now)
      const { counts, estimate } = yield* Planning.figures(target, target.target.declaration)
      const { add: additions, remove: removals } = counts.assignments
      const measures = { ...(yield* (yield* PlanStore).measure(frame)), removals, additions, creations: counts.groups.create }
      yield* PlanFile.writeChanges(frame, options.spool)
      yield* Planning.commit(frame)
      const changes = total(counts)
      return {
        ...Planning.nothing(sync),
        status: changes > 0 ? "changes" : "none",
        from: [],
        to: Planning.end(target, identity),
        summary: { ...Planning.nothing(sync).summary, ...counts },
        estimate,
        guards: Judgement.judgeRemovals(measures, sync.guards, new Map()).readings,
        warnings: [...reported(left, run), ...unread.map((what) => `${what} could not be read whole: who was changed there by hand since is not known`)],
        pinned: changes === 0 ? [] : [{ run, changes }]
      } satisfies PlanResult
    })
    return yield* (yield* RunStore).judgement(true, judgement)
  })

/** Undoes a run of this sync; asks nobody but `confirm`. Never fails: what went wrong stands in the result. A pause of the sync refuses it. The result's `guards` say which removal limits of a sync it exceeds; they hold nothing here. */
export const run = (sync: SyncConfig, connections: Connections, options: Options) =>
  RunLifecycle.make(sync, connections, { ...options, kind: "undo", undoes: options.run, approves: null, within: null }, (undo, target) =>
    Effect.gen(function* () {
      const gate = yield* OtherWriter.gate(sync, connections, undo)
      if (gate.blocked) return RunLifecycle.idle(yield* ConfigGone.heldWhole(Planning.nothing(sync), gate, options.spool))
      const result = yield* plan(sync, options, undo, target)
      return { planned: { result, leftOver: [] }, begin: total(result.summary) === 0 ? Effect.void : begin(options, undo), end: Effect.void }
    })
  )

const begin = ({ host, reason, run, who }: Options, undo: number) =>
  Effect.gen(function* () {
    const by: Decider = { who, host, reason }
    yield* (yield* UndoStore).pin(undo, run)
    yield* (yield* OperationsStore).note("undo", Id.run(run), by)
  })
