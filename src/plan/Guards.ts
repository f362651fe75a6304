/**
 * The checks that hold changes back. A guard holds the changes it is about, all of them and only them; the narrow ones go first, so that
 * what one group's guard holds does not count against the whole sync.
 */
import * as Effect from "effect/Effect"
import type { GuardLimits, SyncConfig } from "../config/Config.ts"
import type { StateError } from "../contract/StateError.ts"
import type { GuardName } from "../model/Cause.ts"
import type { GuardReading } from "../model/Change.ts"
import type { Frame } from "../reconcile/ReconcileStore.ts"
import { type Free, type GroupMeasure, type Measures, PlanStore, type Selection, type Trip } from "./PlanStore.ts"

/** Guards lifted once by a script, each up to a number: `--approve removals=400`. */
export type Lifted = ReadonlyMap<GuardName, number>

/** Below these sizes a percentage says nothing. */
const least = { removable: 20, groupRemoval: 10, groupGrowth: 20, stream: 20, streamLoss: 5 } as const

/** A stream that lost half of its rows or more is suspicious at any size, and one that is suddenly empty above all. */
const halved = 50

const percent = (part: number, whole: number): number => (whole === 0 ? 0 : Math.floor((part * 1000) / whole) / 10)

interface Hold {
  readonly trip: Trip
  readonly selection: Selection
}

export interface GroupJudgement {
  readonly readings: ReadonlyArray<GuardReading>
  readonly holds: ReadonlyArray<Hold>
}

const raised = (lifted: Lifted, guard: GuardName, limit: number): number => Math.max(limit, lifted.get(guard) ?? 0)

const worst = (groups: ReadonlyArray<GroupMeasure>, value: (group: GroupMeasure) => number): number =>
  groups.reduce((most, group) => Math.max(most, value(group)), 0)

/** What the group had 24 hours ago, as far as it can lose: what it has now, where that is less than at a baseline that a hold has kept back. */
const removableOf = (group: GroupMeasure): number => (group.rows === 0 ? group.size : Math.min(group.size, group.rows)) + group.removedLately
const removalShare = (group: GroupMeasure): number => percent(group.removals + group.removedLately, removableOf(group))
const canLose = (group: GroupMeasure): boolean => Math.max(group.size, removableOf(group)) >= least.groupRemoval

/** The growth of this run, or of the last 24 hours together; whichever is more, of those that begin with enough members. */
const growthShare = (group: GroupMeasure): number => {
  const before = Math.min(group.size, group.rows + group.removedLately - group.addedLately)
  return Math.max(
    group.size >= least.groupGrowth ? percent(group.additions, group.size) : 0,
    before >= least.groupGrowth ? percent(group.additions + group.addedLately, before) : 0
  )
}

/** Judges groups one by one: who loses too large a share, grows too fast, or is emptied together with too many others. Pure. */
export const judgeGroups = (groups: ReadonlyArray<GroupMeasure>, emptiedLately: number, limits: GuardLimits, lifted: Lifted): GroupJudgement => {
  const unproved = groups.filter((group) => !group.proved)
  const emptied = unproved.filter((group) => group.removals > 0 && group.rows > 0 && group.rows - group.removals + group.additions <= 0)
  const emptiedLimit = raised(lifted, "emptiedGroups", limits.emptiedGroups)
  const emptiedCount = emptied.length + emptiedLately
  const tooMany = emptied.length > 0 && emptiedCount > emptiedLimit
  const removalLimit = raised(lifted, "groupRemovalPercent", limits.groupRemovalPercent)
  const losing = unproved.filter((group) => group.removals > 0 && canLose(group) && removalShare(group) > removalLimit && !(tooMany && emptied.includes(group)))
  const growthLimit = raised(lifted, "groupGrowthPercent", limits.groupGrowthPercent)
  const growing = groups.filter((group) => group.additions > 0 && growthShare(group) > growthLimit)
  const hold = (
    guard: GuardName,
    limit: number,
    value: number,
    unit: string,
    op: "assignment.remove" | "assignment.add",
    held: ReadonlyArray<GroupMeasure>
  ): ReadonlyArray<Hold> =>
    held.length === 0 ? [] : [{ trip: { guard, limit, value, unit, why: [] }, selection: { ops: [op], groups: held.map((group) => group.group) } }]
  const considered = unproved.filter(canLose)
  return {
    readings: [
      { name: "emptiedGroups", limit: emptiedLimit, value: emptiedCount, tripped: tooMany },
      { name: "groupRemovalPercent", limit: removalLimit, value: worst(considered, removalShare), tripped: losing.length > 0 },
      { name: "groupGrowthPercent", limit: growthLimit, value: worst(groups, growthShare), tripped: growing.length > 0 }
    ],
    holds: [
      ...(tooMany ? hold("emptiedGroups", emptiedLimit, emptiedCount, "groups", "assignment.remove", emptied) : []),
      ...hold("groupRemovalPercent", removalLimit, worst(losing, removalShare), "%", "assignment.remove", losing),
      ...hold("groupGrowthPercent", growthLimit, worst(growing, growthShare), "%", "assignment.add", growing)
    ]
  }
}

const ofLately = (done: number): ReadonlyArray<string> => (done > 0 ? [`${done} of them were done in the last 24 h`] : [])

/** Judges a sync's removals as a whole. Pure. */
export const judgeRemovals = (measures: Free & Measures, limits: GuardLimits, lifted: Lifted): GroupJudgement => {
  const { removals, removedLately, removable } = measures
  const shrunk = measures.shrunk
    .map((stream) => ({ ...stream, percent: percent(stream.before - stream.now, stream.before) }))
    .filter((stream) => stream.percent >= halved || (stream.before >= least.stream && stream.before - stream.now >= least.streamLoss))
  const check = (name: GuardName, limit: number, value: number, unit: string, why: ReadonlyArray<string>, applies: boolean) => ({
    reading: { name, limit, value, tripped: applies && removals > 0 && value > limit },
    hold: { trip: { guard: name, limit, value, unit, why }, selection: { ops: ["assignment.remove", "group.delete"] as const } }
  })
  const checks = [
    check(
      "sourceShrink",
      raised(lifted, "sourceShrink", limits.sourceShrink),
      shrunk.reduce((most, stream) => Math.max(most, stream.percent), 0),
      "%",
      shrunk.map((stream) => `${stream.connection} shows ${stream.now} ${stream.stream}, and showed ${stream.before} before`),
      true
    ),
    check("removals", raised(lifted, "removals", limits.removals), removals + removedLately, "removals in 24 h", ofLately(removedLately), true),
    check(
      "removalPercent",
      raised(lifted, "removalPercent", limits.removalPercent),
      percent(removals + removedLately, removable + removedLately),
      "%",
      [`${removals + removedLately} of the ${removable + removedLately} memberships that this sync could remove`, ...ofLately(removedLately)],
      removable + removedLately >= least.removable
    )
  ]
  // One reason is enough to hold; the first that trips names the part.
  return {
    readings: checks.map(({ reading }) => reading),
    holds: checks
      .filter(({ reading }) => reading.tripped)
      .slice(0, 1)
      .map(({ hold }) => hold)
  }
}

const whole = (name: "newGroups" | "additions", limit: number, planned: number, lately: number, unit: string, selection: Selection): GroupJudgement => {
  const value = planned + lately
  const tripped = planned > 0 && value > limit
  const why = ofLately(lately)
  return { readings: [{ name, limit, value, tripped }], holds: tripped ? [{ trip: { guard: name, limit, value, unit, why }, selection }] : [] }
}

/** Judges how many groups a sync makes; additions to a held creation wait with it. Pure. */
export const judgeCreations = ({ creations, createdLately }: Free & Measures, limits: GuardLimits, lifted: Lifted): GroupJudgement =>
  whole("newGroups", raised(lifted, "newGroups", limits.newGroups), creations, createdLately, "new groups in 24 h", {
    ops: ["group.create", "assignment.add"],
    where: "creations"
  })

/** Judges a sync's additions as a whole. Pure. */
export const judgeAdditions = ({ additions, addedLately }: Free & Measures, limits: GuardLimits, lifted: Lifted): GroupJudgement =>
  whole("additions", raised(lifted, "additions", limits.additions), additions, addedLately, "additions in 24 h", { ops: ["assignment.add"] })

/** What the config says now of a rule stands with the line where it begins; what it said before stands nowhere any more. */
const changedLines = (before: ReadonlyArray<string>, { meaning, rules }: SyncConfig): ReadonlyArray<string> => {
  const place = (line: string) => rules.find(({ index }) => line.startsWith(`rule ${index}: `))?.place.line
  const placed = (line: string) => (place(line) === undefined ? line : `${line}   (line ${place(line)})`)
  return [
    ...before.filter((line) => !meaning.includes(line)).map((line) => `- ${line}`),
    ...meaning.filter((line) => !before.includes(line)).map((line) => `+ ${placed(line)}`)
  ]
}

const groupBatch = 2000

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
    const holdNamed = (name: "drift" | "adoption" | "ruleChange", selection: Selection, why: ReadonlyArray<string>) =>
      Effect.gen(function* () {
        const value = yield* store.count(frame, selection)
        const limit = lifted.get(name) ?? 0
        const tripped = value > limit
        readings.push({ name, limit, value, tripped })
        if (tripped) yield* store.hold(frame, { guard: name, limit, value, unit: "changes", why }, selection)
        else if (value > 0) noteLift({ trip: { guard: name, limit: 0, value, unit: "changes", why }, selection })
      })
    const both = ["group.create", "assignment.add", "assignment.remove"] as const
    yield* holdNamed("drift", { ops: both, where: "drift" }, [])
    yield* holdNamed("adoption", { ops: both, where: "proposal" }, [])
    if (limits.ruleChange === "hold") {
      const before = yield* store.baselineMeaning(frame)
      yield* holdNamed("ruleChange", { ops: both, where: "rule-changed" }, before === null ? [] : changedLines(before, frame.sync))
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
    const shrunk = readings.some(({ limit, name, value }) => name === "sourceShrink" && value > limit)
    yield* store.closeParts(frame, !shrunk)
    for (const { trip, selection } of lifts) yield* store.lift(frame, trip, selection)
    return readings
  })
