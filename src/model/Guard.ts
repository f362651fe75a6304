/**
 * The guards: their names, and the one home of every default limit, share and floor. The config's schema, the guards themselves, SQL (as
 * bound values), docs/guards.md and the editors' schema take the numbers from here.
 *
 * A *limit* has a number that `guards:` sets and `--approve GUARD=N` raises once. A *question* is about single changes and has no number
 * in the config, but a script may let N of its changes through. A *doubt* has no number at all: a person looks and decides.
 */

/** Limits that `guards:` of a sync of customers sets, in the order of docs/guards.md. */
export const limits = [
  "removals",
  "removalPercent",
  "groupRemovalPercent",
  "emptiedGroups",
  "sourceShrink",
  "additions",
  "groupGrowthPercent",
  "newGroups"
] as const

/** Limits that only a sync of staff has; it shares `removals`. */
export const teamLimits = ["invites", "roleRaise"] as const

export const questions = ["ruleChange", "adoption", "drift"] as const

/** Something about the answers, the config or the state is not as it should be, so that no number of changes would be the right one. */
export const doubts = ["ownership", "configGone", "exceptions", "encoding", "emptySource", "actor"] as const

export type LimitName = (typeof limits)[number]
export type DoubtName = (typeof doubts)[number]

/** Guards that `--approve GUARD=N` may lift. `first-run` is lifted through the guards that would have held its changes later. */
export type RaisableGuard = LimitName | (typeof teamLimits)[number] | (typeof questions)[number]

export type GuardName = RaisableGuard | DoubtName | "first-run"

export const raisable: ReadonlyArray<RaisableGuard> = [...limits, ...questions, ...teamLimits]

/** Defaults of `guards:`: rows, groups or percent, as the name says. */
export const defaults = {
  removals: 250,
  removalPercent: 5,
  groupRemovalPercent: 50,
  emptiedGroups: 3,
  sourceShrink: 5,
  additions: 1000,
  groupGrowthPercent: 100,
  newGroups: 50
} as const satisfies Readonly<Record<LimitName, number>>

/** Defaults of `team: { guards }`. */
export const teamDefaults = { invites: 10, roleRaise: 0, removals: 3 } as const

/** Sizes below which a percentage says nothing: rows that a sync could remove, members of a group, rows of a stream, rows that it lost. */
export const floors = { removable: 20, groupRemoval: 10, groupGrowth: 20, stream: 20, streamLoss: 5 } as const

/** A stream that lost so many percent of its rows is suspicious at any size, and one that is suddenly empty above all. */
export const suspiciousLoss = 50

/** Changes of so many hours count together, so that many small runs pass no limit that one large run would not. */
export const windowHours = 24
