/** The plain words in which counts and causes are told to people. */
import type { Ambiguity } from "../model/Ambiguity.ts"
import type { Cause } from "../model/Cause.ts"
import type { Change } from "../model/Change.ts"
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

/** Why a command answers from a part of the config: the first problem, in one line. */
export const restOfConfig = (
  problems: ReadonlyArray<{ readonly file: string; readonly line: number; readonly column: number; readonly message: string }>
): string => {
  const [first] = problems
  const where = first === undefined ? "" : ` ${first.file}:${first.line}:${first.column}  ${Terminal.visible(first.message)}`
  const more = problems.length > 1 ? `, and ${plural(problems.length - 1, "more problem")}` : ""
  return `The config is not right, so this answers without what is wrong in it:${where}${more}.  Next: groupbridge check`
}

/** "rule 2 (line 19)". */
export const rule = ({ index, line }: { readonly index: number; readonly line: number }): string => `rule ${index} (line ${line})`

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
  return reported([
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
  return reported([
    [assignments.remove, `${number(assignments.remove)} left`],
    [assignments.add, `${number(assignments.add)} joined`],
    [groups.create, plural(groups.create, "new group")],
    [groups.update, plural(groups.update, "changed group")],
    [groups.delete, plural(groups.delete, "deleted group")],
    ...TeamWording.counts(members, true)
  ])
}

const reported = (entries: ReadonlyArray<readonly [number, string]>): string => {
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

/** Why a customer is ambiguous. */
export const ambiguity = (reason: Ambiguity): string => {
  const words: Readonly<Record<Ambiguity, string>> = {
    "several-targets": "several customers at the target match this one",
    "shared-target": "several customers of this source match one customer at the target",
    "address-taken": "the address of a match belongs to another customer of this source now",
    "other-spelling": "its address and that at the target differ in the case of letters other than A to Z, and may be two people's"
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
