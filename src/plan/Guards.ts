/** Evaluates the guards over a plan: reads sizes, has them judged, and holds what passes a limit, is asked about or is in doubt. */
import * as Effect from "effect/Effect"
import type { GuardLimits } from "../config/Config.ts"
import type { StateError } from "../contract/StateError.ts"
import type { GuardReading } from "../model/Change.ts"
import type { HoldReason } from "../model/HoldReason.ts"
import type { Frame } from "../reconcile/ReconcileStore.ts"
import { changedLines, type GroupJudgement, type Hold, judgeAdditions, judgeCreations, judgeGroups, judgeRemovals, type Lifted } from "./Judgement.ts"
import { type Free, type GroupMeasure, type Measures, PlanStore, type Selection } from "./PlanStore.ts"

const groupBatch = 2000

const both = ["group.create", "assignment.add", "assignment.remove"] as const

/**
 * Evaluates every guard over the plan and holds what trips one. What an open part held before stays held, whatever the figures say today.
 * On a sync's first run all that exceeds a limit waits in one part, `first-run`.
 */
export const hold = (frame: Frame, lifted: Lifted): Effect.Effect<ReadonlyArray<GuardReading>, StateError, PlanStore> =>
  Effect.gen(function* () {
    const store = yield* PlanStore
    const limits = frame.sync.guards
    yield* store.recallDecisions(frame)
    const readings: Array<GuardReading> = []
    const firstRun = yield* store.firstRun(frame)
    if (lifted.size > 0) yield* store.reopen(frame, [...lifted.keys(), ...(firstRun ? (["first-run"] as const) : [])])
    // What would be held if nothing were lifted; marked once every guard has spoken, since one that is lifted lifts no other.
    const lifts: Array<Hold> = []
    const noteLift = ({ trip, selection }: Hold) => {
      const limit = lifted.get(trip.guard)
      if (limit !== undefined && trip.value <= limit) lifts.push({ trip: { ...trip, limit }, selection })
    }
    const holdAll = (judge: (lifted: Lifted) => GroupJudgement) =>
      Effect.gen(function* () {
        const judgement = judge(lifted)
        if (lifted.size > 0) judge(new Map()).holds.forEach(noteLift)
        readings.push(...judgement.readings)
        for (const { trip, selection } of judgement.holds) yield* store.hold(frame, firstRun ? { ...trip, guard: "first-run" } : trip, selection)
      })
    /** Holds whatever reconciling has put in doubt, on a first run too. There is no number up to which it could be let through. */
    const holdDoubts = Effect.gen(function* () {
      for (const name of yield* store.doubts(frame)) {
        const selection: Selection = { ops: [...both, "group.update", "group.delete"], where: name }
        const value = yield* store.count(frame, selection)
        readings.push({ name, limit: 0, value, tripped: value > 0 })
        if (value > 0) yield* store.hold(frame, { guard: name, limit: 0, value, unit: "changes", why: [] }, selection)
      }
    })
    const holdNamed = (name: "drift" | "adoption" | "ruleChange", selection: Selection, why: ReadonlyArray<HoldReason>) =>
      Effect.gen(function* () {
        const value = yield* store.count(frame, selection)
        const limit = lifted.get(name) ?? 0
        const tripped = value > limit
        readings.push({ name, limit, value, tripped })
        if (tripped) yield* store.hold(frame, { guard: name, limit, value, unit: "changes", why }, selection)
        else if (value > 0) noteLift({ trip: { guard: name, limit: 0, value, unit: "changes", why }, selection })
      })
    yield* holdDoubts
    yield* holdNamed("drift", { ops: both, where: "drift" }, [])
    yield* holdNamed("adoption", { ops: both, where: "proposal" }, [])
    if (limits.ruleChange === "hold") {
      const before = yield* store.baselineMeaning(frame)
      yield* holdNamed("ruleChange", { ops: [...both, "group.update"], where: "rule-changed" }, before === null ? [] : changedLines(before, frame.sync))
    }
    const groups: Array<GroupMeasure> = []
    for (let after = 0; ;) {
      const batch = yield* store.measureGroups(frame, after, groupBatch)
      groups.push(...batch)
      const last = batch.at(-1)
      if (last === undefined) break
      after = last.group
    }
    const measures = yield* store.measure(frame)
    yield* holdAll((raised) => judgeGroups(groups, measures.emptiedLately, limits, raised))
    const judgeWhole = (judge: (measures: Free & Measures, limits: GuardLimits, lifted: Lifted) => GroupJudgement) =>
      Effect.flatMap(store.free(frame), (free) => holdAll((raised) => judge({ ...measures, ...free }, limits, raised)))
    yield* judgeWhole(judgeRemovals)
    yield* judgeWhole(judgeCreations)
    yield* judgeWhole(judgeAdditions)
    const shrunk = measures.shrunk.some((stream) => stream.now === 0) || readings.some(({ limit, name, value }) => name === "sourceShrink" && value > limit)
    yield* store.closeParts(frame, !shrunk)
    for (const { trip, selection } of lifts) yield* store.lift(frame, trip, selection)
    return readings
  })
