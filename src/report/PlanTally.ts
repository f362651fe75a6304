/** Counts the changes of a plan by group and cause in one pass. What it holds grows with the number of groups, never with that of customers. */
import type { Change, TeamOp } from "../model/Change.ts"

/** Changes that are told in one line: same group and cause, or same cause over all groups where the person is what changed. */
export interface Line {
  readonly cause: Change["cause"]
  /** The group's name; null for a line over several groups. */
  readonly group: string | null
  /** The first change, told in full where it is the only one. */
  readonly first: Change
  count: number
  /** Different people and groups, for lines over several groups; counted up to `DISTINCT`. */
  readonly people: Set<string>
  readonly groups: Set<string>
}

/** Different people that a line tells apart; a line that reaches it is told in memberships. */
export const DISTINCT = 10_000

/** Changes of groups kept to be named. */
const NAMED = 6

/** Changes of a team kept to be named, of each kind. */
const PEOPLE = 20

export interface Named {
  readonly changes: Array<Change>
  count: number
}

export interface Tally {
  /** By group and cause; changes that are held or a person's to do are left out everywhere. */
  readonly leave: Map<string, Line>
  /** By group. */
  readonly join: Map<string, { readonly name: string; count: number }>
  readonly created: Named
  readonly renamed: Named
  readonly updated: Named
  readonly deleted: Named
  /** Changes of a team, by what is done. */
  readonly team: Map<TeamOp, Named>
}

const named = (): Named => ({ changes: [], count: 0 })

export const make = (): Tally => ({
  leave: new Map(),
  join: new Map(),
  created: named(),
  renamed: named(),
  updated: named(),
  deleted: named(),
  team: new Map()
})

/** Causes about a person rather than a group: told over all groups at once. */
const PERSONAL: ReadonlySet<Change["cause"]> = new Set(["customer-gone", "merged", "excluded"])

const addNamed = (into: Named, change: Change, most: number = NAMED): void => {
  into.count += 1
  if (into.changes.length < most) into.changes.push(change)
}

const addLeave = (leave: Tally["leave"], change: Change): void => {
  const personal = PERSONAL.has(change.cause)
  const key = personal ? `${change.cause} ${change.source?.connection ?? ""}` : `${change.cause} ${change.group.key} ${change.group.id ?? ""}`
  let line = leave.get(key)
  if (line === undefined) {
    line = { cause: change.cause, group: personal ? null : change.group.name, first: change, count: 0, people: new Set(), groups: new Set() }
    leave.set(key, line)
  }
  line.count += 1
  if (personal) {
    if (line.people.size < DISTINCT) line.people.add(change.customer?.id ?? "")
    line.groups.add(change.group.key)
  }
}

/** Adds one change. */
export const add = (tally: Tally, change: Change): void => {
  if (change.held !== undefined || change.task !== undefined) return
  switch (change.op) {
    case "assignment.remove":
      return addLeave(tally.leave, change)
    case "assignment.add": {
      const entry = tally.join.get(change.group.key)
      if (entry === undefined) tally.join.set(change.group.key, { name: change.group.name, count: 1 })
      else entry.count += 1
      return undefined
    }
    case "group.create":
      return addNamed(tally.created, change)
    case "group.update":
      return addNamed(change.cause === "renamed" ? tally.renamed : tally.updated, change)
    case "group.delete":
      return addNamed(tally.deleted, change)
    case "member.invite":
    case "member.role":
    case "member.remove": {
      const entry = tally.team.get(change.op) ?? named()
      tally.team.set(change.op, entry)
      return addNamed(entry, change, PEOPLE)
    }
  }
}
