/** The plain words in which counts, causes and guards are told to people. */
import type { Cause } from "../model/Cause.ts"
import type { Change, HeldPart } from "../model/Change.ts"
import type { ChangeCounts, Estimate, RunFailure, UnmatchedReason } from "../model/Result.ts"
import { number, plural } from "./Numbers.ts"
import * as TeamWording from "./TeamWording.ts"
import * as Terminal from "./Terminal.ts"
import * as Times from "./Times.ts"

export { number, plural }

/** "311 of 318". */
export const of = (part: number, whole: number): string => `${number(part)} of ${number(whole)}`

/** "a, b, c and 12 more": at most `max` of the texts; `total` is how many there are where not all are given. */
export const some = (texts: ReadonlyArray<string>, max: number, total: number = texts.length): string => {
  const first = texts.slice(0, max)
  return total > first.length ? `${first.join(", ")} and ${number(total - first.length)} more` : first.join(", ")
}

/** `"Plan Gold"`, made visible and cut. */
export const quoted = (name: string): string => `"${Terminal.visible(name)}"`

/** `organization:5512` as "organization 5512". */
export const key = (text: string): string => Terminal.visible(text.replace(":", " "))

/** Why, in a few words. `source`: the title of the helpdesk, where known. */
export const cause = (name: Change["cause"], source: string | null = null): string => {
  const there = source === null ? "at the source" : `in ${source}`
  const words: Readonly<Record<Cause | "new" | "renamed" | "empty", string>> = {
    left: "left the organization",
    untagged: "tag removed",
    "customer-gone": `deleted ${there}`,
    "group-gone": `group deleted ${there}`,
    merged: `merged ${there}`,
    excluded: "no customer any more (staff, suspended or filtered)",
    "rule-changed": "rule changed",
    exception: "exception",
    "not-wanted": "wanted by no source (removals: all)",
    joined: "joined the organization",
    tagged: "tagged",
    matched: "newly matched",
    "first-run": "first run",
    restored: "put back",
    undone: "taken back",
    "works-there": `works ${there}`,
    "out-by-hand": `works ${there}; was in the team or invited before`,
    "role-changed": `role changed ${there}`,
    "role-differs": `another role ${there}`,
    "agent-gone": `works ${there} no more`,
    "agent-inactive": `deactivated ${there}`,
    new: "new group",
    renamed: "renamed",
    empty: "empty group"
  }
  return words[name]
}

/** "12 leave, 31 join, 2 new groups, 1 rename"; "nothing" for no change. `renames`: how many updates are renames, null if not known. */
export const planned = (counts: ChangeCounts, renames: number | null): string => {
  const { groups, assignments, members } = counts
  const updates = groups.update === renames ? plural(groups.update, "rename") : plural(groups.update, "changed group")
  return told([
    [assignments.remove, `${number(assignments.remove)} leave`],
    [assignments.add, `${number(assignments.add)} join`],
    [groups.create, plural(groups.create, "new group")],
    [groups.update, updates],
    [groups.delete, plural(groups.delete, "deleted group")],
    ...TeamWording.counts(members, false)
  ])
}

/** "9 left, 26 joined, 1 new group"; "nothing" for no change. */
export const done = (counts: ChangeCounts): string => {
  const { groups, assignments, members } = counts
  return told([
    [assignments.remove, `${number(assignments.remove)} left`],
    [assignments.add, `${number(assignments.add)} joined`],
    [groups.create, plural(groups.create, "new group")],
    [groups.update, plural(groups.update, "changed group")],
    [groups.delete, plural(groups.delete, "deleted group")],
    ...TeamWording.counts(members, true)
  ])
}

const told = (entries: ReadonlyArray<readonly [number, string]>): string => {
  const some = entries.filter(([count]) => count > 0).map(([, text]) => text)
  return some.length === 0 ? "nothing" : some.join(", ")
}

/** "19 calls, 2 min at 800/h (fewest possible: 19)"; "no calls". */
export const estimate = (value: Estimate): string => {
  if (value.calls + value.reads === 0) return "no calls"
  const reads = value.reads === 0 ? "" : ` and ${plural(value.reads, "read")}`
  const pace = value.perHour === null ? "" : ` at ${number(value.perHour)}/h`
  return `${plural(value.calls, "call")}${reads}, ${Times.duration(value.seconds * 1000)}${pace} (fewest possible: ${number(value.fewest)})`
}

/** "2 to make a customer group, 4 to add 31 memberships": what the calls are for. */
export const purposes = ({ endpoints }: Estimate): string => {
  const of = (kind: "write" | "read") => endpoints.filter((item) => item.kind === kind).map(({ calls, endpoint }) => `${number(calls)} to ${endpoint}`)
  return [...of("write"), ...of("read")].join(", ")
}

const REMOVING: ReadonlySet<HeldPart["guard"]> = new Set(["removals", "removalPercent", "groupRemovalPercent", "emptiedGroups", "sourceShrink"])
const ADDING: ReadonlySet<HeldPart["guard"]> = new Set(["additions", "groupGrowthPercent"])

/** What a held part is about, for a list: "311 leave". */
export const heldShort = (part: HeldPart): string => {
  if (part.staff === true) return TeamWording.heldShort(part)
  if (REMOVING.has(part.guard)) return `${number(part.changes)} leave`
  if (ADDING.has(part.guard)) return `${number(part.changes)} join`
  if (part.guard === "drift") return `${number(part.changes)} taken out by hand`
  if (part.guard === "adoption") return plural(part.changes, "existing group")
  if (part.guard === "newGroups") return `${number(part.changes)} of new groups`
  if (part.guard === "ruleChange") return `${number(part.changes)} by the changed config`
  return `${number(part.changes)} of the first run`
}

/** The same as a sentence: `311 would leave "Plan Gold"`. */
export const heldSentence = (part: HeldPart): string => {
  if (part.staff === true) return TeamWording.heldSentence(part)
  const [first] = part.groups
  const where =
    first === undefined
      ? ""
      : part.groups.length === 1
        ? ` ${quoted(first.name)}`
        : ` ${number(part.groups.length)}${part.groups.length >= 10 ? " or more" : ""} groups`
  if (REMOVING.has(part.guard)) {
    const of = first === undefined || part.groups.length > 1 ? "" : ` of ${number(first.members)}`
    return `${number(part.changes)}${of} would leave${where}`
  }
  if (ADDING.has(part.guard)) return `${number(part.changes)} would join${where}`
  if (part.guard === "drift") return `${number(part.changes)} ${part.changes === 1 ? "was" : "were"} taken out${where === "" ? "" : ` of${where}`} by hand`
  if (part.guard === "adoption") return `${plural(part.changes, "existing group")} would be taken over${where === "" ? "" : `:${where}`}`
  if (part.guard === "newGroups") return `${plural(part.changes, "change")}: new groups and who would join them`
  if (part.guard === "ruleChange") return `${plural(part.changes, "change")} that only the changed config causes`
  return `${plural(part.changes, "change")} of the first run`
}

/** What was measured and what is allowed: "98 % of the group, limit 50 %". Empty where a guard has no figure of its own. */
export const guardLimit = (part: Pick<HeldPart, "guard" | "value" | "limit" | "unit">): string => {
  const value = number(part.value)
  const limit = number(part.limit)
  switch (part.guard) {
    case "removals":
      return `${value} removals in 24 h, limit ${limit}`
    case "removalPercent":
      return `${value} % of all it could remove, limit ${limit} %`
    case "groupRemovalPercent":
      return `${value} % of the group, limit ${limit} %`
    case "emptiedGroups":
      return `${plural(part.value, "group")} would lose the last member, limit ${limit}`
    case "sourceShrink":
      return `the source has ${value} % fewer, limit ${limit} %`
    case "additions":
      return `${value} additions in 24 h, limit ${limit}`
    case "groupGrowthPercent":
      return `the group would grow by ${value} %, limit ${limit} %`
    case "newGroups":
      return `${plural(part.value, "new group")} in 24 h, limit ${limit}`
    case "invites":
      return `${plural(part.value, "invitation")} in 24 h, limit ${limit}`
    case "roleRaise":
      return `${plural(part.value, "raise")} in 24 h, limit ${limit}`
    case "first-run":
      return `${value} ${part.unit}, limit ${limit}`
    case "ruleChange":
    case "adoption":
    case "drift":
      return ""
  }
}

/** "602 not in cStar"; `target` is the title of the target. */
export const unmatched = (reason: UnmatchedReason, target: string): string => {
  const words: Readonly<Record<UnmatchedReason, string>> = {
    "not-found": `not in ${target}`,
    "no-address": "without e-mail",
    ambiguous: "ambiguous",
    suspended: "suspended",
    unverified: "unverified",
    "not-looked-up": "not looked up yet",
    "not-in-file": "in no map file"
  }
  return words[reason]
}

/** What a failure is called in a headline. */
export const failure = (kind: RunFailure["kind"]): string => {
  const words: Readonly<Record<RunFailure["kind"], string>> = {
    config: "CONFIG",
    credential: "REFUSED",
    unavailable: "NOT REACHED",
    state: "STOPPED",
    locked: "NOT STARTED",
    stale: "PLAN REFUSED",
    vendor: "STOPPED"
  }
  return words[kind]
}
