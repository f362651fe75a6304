/**
 * Which limits a plan passes, and which of its changes wait for that. Pure: sizes in, holds out; limits, shares and floors stand in
 * `src/model/Guard.ts`.
 *
 * **Terms.** *Baseline*: sizes and config as of the last run of the sync in which nothing was held, or whose hold was decided. *Lately*: carried
 * out within the guards' window without a person's approval; it counts with what is planned. *Proved*: the source itself says that the group
 * is gone or merged. *Lifted*: a script lets one guard through, once, up to a number.
 *
 * **Premise.** A wrong read, a wrong rule or a wrong click shows as too many changes at once. A limit holds the changes that it is about, and
 * only them: who joins does not wait for who leaves. Narrow guards speak first, so that what one group's guard holds does not count
 * against the sync.
 *
 * | guard | counts | of | from | holds |
 * |---|---|---|---|---|
 * | `emptiedGroups` | groups that lose their last member, proved ones apart | | | their removals |
 * | `groupRemovalPercent` | removals of a group that is not proved gone | what it had as the window began, at most the baseline | 10 members | its removals |
 * | `groupGrowthPercent` | additions to a group | its size at the baseline or as the window began | 20 members | its additions |
 * | `sourceShrink` | rows that a stream lost | its rows at the baseline or in the window | 20 rows and 5 lost; half at any size | all removals and deletions |
 * | `removals` | removals | | | all removals and deletions |
 * | `removalPercent` | removals | what the sync could remove | 20 rows | all removals and deletions |
 * | `newGroups` | groups to be made | | | them and who would join them |
 * | `additions` | additions | | | all additions |
 *
 * **Invariants.** A value equal to its limit passes. A guard without planned changes never trips, whatever was done lately. Of the guards over
 * all removals one holds: the first that trips names the part. A lifted guard lifts no other.
 */
import type { GuardLimits, SyncConfig } from "../config/Config.ts"
import { floors, type GuardName, suspiciousLoss, windowHours } from "../model/Guard.ts"
import type { GuardReading } from "../model/Change.ts"
import type { HoldReason } from "../model/HoldReason.ts"
import type { Free, GroupMeasure, Measures, Selection, Trip } from "./PlanStore.ts"

/** Guards lifted once by a script, each up to a number: `--approve removals=400`. */
export type Lifted = ReadonlyMap<GuardName, number>

/**
 * Rows that a sync could remove, of which shares are taken. A baseline that a long hold has kept back says too little of a sync that has grown
 * since, and too much of one that has shrunk: the fewer count, among those that are enough to tell a share of.
 */
export const removable = (baseline: number, now: number): number => {
  if (baseline < floors.removable) return Math.max(baseline, now)
  return now < floors.removable ? baseline : Math.min(baseline, now)
}

/**
 * Members of a group from which its growth is counted. What a run that broke off had added (`begun`) is the beginning of what is added now, not
 * a size that it grows from.
 */
export const grownFrom = (baseline: number, rows: number, begun: number): number =>
  baseline >= floors.groupGrowth ? baseline : Math.max(baseline, rows - begun)

const percent = (part: number, whole: number): number => (whole === 0 ? 0 : Math.floor((part * 1000) / whole) / 10)

export interface Hold {
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
const canLose = (group: GroupMeasure): boolean => Math.max(group.size, removableOf(group)) >= floors.groupRemoval

/** The growth of this run, or of the last 24 hours together; whichever is more, of those that begin with enough members. */
const growthShare = (group: GroupMeasure): number => {
  const before = Math.min(group.size, group.rows + group.removedLately - group.addedLately)
  return Math.max(
    group.size >= floors.groupGrowth ? percent(group.additions, group.size) : 0,
    before >= floors.groupGrowth ? percent(group.additions + group.addedLately, before) : 0
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

const recent = (done: number): ReadonlyArray<HoldReason> => (done > 0 ? [{ code: "recent", changes: done }] : [])

/** Judges a sync's removals as a whole. Pure. */
export const judgeRemovals = (measures: Free & Measures, limits: GuardLimits, lifted: Lifted): GroupJudgement => {
  const { removals, removedLately, removable } = measures
  const shrunk = measures.shrunk
    .map((stream) => ({ ...stream, percent: percent(stream.before - stream.now, stream.before) }))
    .filter((stream) => stream.percent >= suspiciousLoss || (stream.before >= floors.stream && stream.before - stream.now >= floors.streamLoss))
  const check = (name: GuardName, limit: number, value: number, unit: string, why: ReadonlyArray<HoldReason>, applies: boolean) => ({
    reading: { name, limit, value, tripped: applies && removals > 0 && value > limit },
    hold: { trip: { guard: name, limit, value, unit, why }, selection: { ops: ["assignment.remove", "group.delete"] as const } }
  })
  const checks = [
    check(
      "sourceShrink",
      raised(lifted, "sourceShrink", limits.sourceShrink),
      shrunk.reduce((most, stream) => Math.max(most, stream.percent), 0),
      "%",
      shrunk.map(({ before, connection, now, stream }) => ({ code: "shrunk", connection, stream, before, now })),
      true
    ),
    check("removals", raised(lifted, "removals", limits.removals), removals + removedLately, `removals in ${windowHours} h`, recent(removedLately), true),
    check(
      "removalPercent",
      raised(lifted, "removalPercent", limits.removalPercent),
      percent(removals + removedLately, removable + removedLately),
      "%",
      [{ code: "share", removals: removals + removedLately, removable: removable + removedLately }, ...recent(removedLately)],
      removable + removedLately >= floors.removable
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
  const why = recent(lately)
  return { readings: [{ name, limit, value, tripped }], holds: tripped ? [{ trip: { guard: name, limit, value, unit, why }, selection }] : [] }
}

/** Judges how many groups a sync makes; additions to a held creation wait with it. Pure. */
export const judgeCreations = ({ creations, createdLately }: Free & Measures, limits: GuardLimits, lifted: Lifted): GroupJudgement =>
  whole("newGroups", raised(lifted, "newGroups", limits.newGroups), creations, createdLately, `new groups in ${windowHours} h`, {
    ops: ["group.create", "assignment.add"],
    where: "creations"
  })

/** Judges a sync's additions as a whole. Pure. */
export const judgeAdditions = ({ additions, addedLately }: Free & Measures, limits: GuardLimits, lifted: Lifted): GroupJudgement =>
  whole("additions", raised(lifted, "additions", limits.additions), additions, addedLately, `additions in ${windowHours} h`, { ops: ["assignment.add"] })

/** What the config says now of a rule stands with the line where it begins; what it said before stands nowhere any more. */
export const changedLines = (before: ReadonlyArray<string>, { meaning, rules }: Pick<SyncConfig, "meaning" | "rules">): ReadonlyArray<HoldReason> => {
  const place = (text: string) => rules.find(({ index }) => text.startsWith(`rule ${index}: `))?.place.line ?? null
  return [
    ...before.filter((text) => !meaning.includes(text)).map((text) => ({ code: "config", state: "before", text, line: null }) as const),
    ...meaning.filter((text) => !before.includes(text)).map((text) => ({ code: "config", state: "now", text, line: place(text) }) as const)
  ]
}
