/** The plain words in which held parts are reported: people who leave, people who join and groups, each counted by itself. */
import type { HeldPart } from "../model/Change.ts"
import { doubts, type DoubtName, windowHours } from "../model/Guard.ts"
import { waitsWhole } from "../model/HoldReason.ts"
import * as HoldWording from "./HoldWording.ts"
import { number, plural } from "./Numbers.ts"
import * as TeamWording from "./TeamWording.ts"
import * as Terminal from "./Terminal.ts"
import { quoted } from "./Wording.ts"

/** Most groups that a part names (see `HeldPart.groups`). */
const NAMED = 10

/** What is doubtful, after "12 leave:". */
const doubtful: Readonly<Record<DoubtName, string>> = {
  ownership: "it is not certain whose these memberships are",
  configGone: "they belong to something that the config does not have any more",
  exceptions: "the exceptions file is not as it was",
  encoding: "texts of the source cannot be read as they are meant",
  emptySource: "the source shows nothing at all where it had rows",
  actor: "another account reads the source, and sees less"
}

const doubtOf = (guard: HeldPart["guard"]): DoubtName | undefined => doubts.find((doubt) => doubt === guard)

/** "47 leave, 47 join, 1 new group": every count by itself, those of nothing left out. */
const counts = ({ groupCounts, join, leave }: HeldPart): ReadonlyArray<string> => [
  ...(leave > 0 ? [`${number(leave)} leave`] : []),
  ...(join > 0 ? [`${number(join)} join`] : []),
  ...(groupCounts.create > 0 ? [plural(groupCounts.create, "new group")] : []),
  ...(groupCounts.update > 0 ? [plural(groupCounts.update, "changed group")] : []),
  ...(groupCounts.delete > 0 ? [plural(groupCounts.delete, "deleted group")] : [])
]

/** By hand at the target: people taken out, and groups deleted with their members. */
const byHand = ({ groupCounts: { create }, join }: HeldPart): string => {
  if (create === 0) return `${number(join)} taken out by hand`
  return `${plural(create, "group")} deleted by hand${join === 0 ? "" : `, ${plural(join, "person", "people")} out of their groups`}`
}

const about = (part: HeldPart): string => {
  const all = counts(part)
  return all.length === 0 ? plural(part.changes, "change") : all.join(", ")
}

/** What decides a part that waits as a whole: the first command that it names. Null for any other part, which has an id to decide on. */
export const decidingCommand = (part: Pick<HeldPart, "guard" | "why">): string | null =>
  waitsWhole(part) ? (part.why.map(HoldWording.command).find((command) => command !== null) ?? null) : null

const whole = ({ changes, guard }: HeldPart): string =>
  guard === "ownership"
    ? "everything: another copy of this state writes to the target"
    : changes === 0
      ? "decisions about something that left the config"
      : `${plural(changes, "membership")} of something that left the config`

/** What a held part is about, for a list: "311 leave", "47 leave, 47 join, 1 new group". */
export const short = (part: HeldPart): string => {
  if (part.staff === true) return TeamWording.heldShort(part)
  if (waitsWhole(part)) return whole(part)
  const doubt = doubtOf(part.guard)
  if (doubt !== undefined) return `${about(part)}, in doubt: ${doubt}`
  switch (part.guard) {
    case "drift":
      return byHand(part)
    case "adoption":
      if (part.leave > 0) return `${plural(part.groupCounts.create, "group")} made again`
      return `${plural(part.groupCounts.create, "existing group")}${part.join === 0 ? "" : `, ${number(part.join)} join`}`
    case "ruleChange":
      return `${about(part)}, by the changed config`
    case "first-run":
      return `${about(part)}, first run`
    default:
      return about(part)
  }
}

const where = ({ groups }: HeldPart): string => {
  const [first] = groups
  if (first === undefined) return ""
  return groups.length === 1 ? ` ${quoted(first.name)}` : ` ${number(groups.length)}${groups.length >= NAMED ? " or more" : ""} groups`
}

const leaving = (part: HeldPart, of: string): string => {
  const [first] = part.groups
  const whole = first === undefined || part.groups.length > 1 ? "" : ` of ${number(first.members)}`
  return `${number(part.leave)}${whole} would leave${of}`
}

/** "47 would leave and 47 would join 2 groups, 1 group would be made". */
const sentences = (part: HeldPart): string => {
  const { groupCounts, join, leave } = part
  const place = where(part)
  const people =
    leave > 0 && join > 0
      ? [`${number(leave)} would leave and ${number(join)} would join${place}`]
      : leave > 0
        ? [leaving(part, place)]
        : join > 0
          ? [`${number(join)} would join${place}`]
          : []
  const group = (count: number, what: string) => (count === 0 ? [] : [`${plural(count, "group")} would be ${what}`])
  const all = [...people, ...group(groupCounts.create, "made"), ...group(groupCounts.update, "changed"), ...group(groupCounts.delete, "deleted")]
  return all.length === 0 ? plural(part.changes, "change") : all.join(", ")
}

const drifted = (part: HeldPart): string => {
  const { groupCounts, groups, join } = part
  const [first] = groups
  const place = where(part)
  if (groupCounts.create === 0) return `${number(join)} ${join === 1 ? "was" : "were"} taken out${place === "" ? "" : ` of${place}`} by hand`
  if (groups.length === 1 && first !== undefined)
    return `the group ${quoted(first.name)} was deleted by hand${join === 0 ? "" : `; ${plural(join, "person belongs", "people belong")} in it`}`
  return `${number(join)} ${join === 1 ? "was" : "were"} taken out of${place} by hand, ${number(groupCounts.create)} of them by deleting the group`
}

/** Who is in a group that was made again under its name, and who is to be. */
const again = ({ groups, join, leave }: HeldPart): string => {
  const names = [...new Set(groups.map(({ name }) => name))]
  return `: ${names.map(quoted).join(", ")}; ${plural(leave, "person is", "people are")} in it now, ${number(join)} by the source`
}

/** The same as a sentence: `311 of 318 would leave "Plan Gold"`. */
export const sentence = (part: HeldPart): string => {
  if (part.staff === true) return TeamWording.heldSentence(part)
  if (waitsWhole(part)) return whole(part)
  const doubt = doubtOf(part.guard)
  if (doubt !== undefined) return `${sentences(part)}: ${doubtful[doubt]}`
  switch (part.guard) {
    case "drift":
      return drifted(part)
    case "adoption": {
      if (part.leave > 0) return `${plural(part.groupCounts.create, "group")} would be kept for what was made again at the source${again(part)}`
      const place = where(part)
      const join = part.join === 0 ? "" : `; ${number(part.join)} would join`
      return `${plural(part.groupCounts.create, "existing group")} would be taken over${place === "" ? "" : `:${place}`}${join}`
    }
    case "ruleChange":
      return `${sentences(part)}, which only the changed config causes`
    case "first-run":
      return `${sentences(part)} on the first run`
    default:
      return sentences(part)
  }
}

/** What either answer does: "approve: put back · reject: leave out". */
export const answers = ({ groupCounts, guard, join, leave, staff }: HeldPart): string => {
  const [yes, no] =
    guard === "drift" && staff !== true
      ? ["put back", "leave out"]
      : guard === "adoption"
        ? ["take over", "leave alone"]
        : staff === true || (leave > 0 && join > 0) || groupCounts.create + groupCounts.update + groupCounts.delete > 0
          ? ["make these changes", "leave all as it is"]
          : leave > 0
            ? ["take out", "leave in"]
            : ["add", "leave out"]
  return `approve: ${yes} · reject: ${no}`
}

/** The two commands that decide on a part. */
export const decisions = (id: string): readonly [approve: string, reject: string] => {
  const shown = Terminal.visible(id)
  return [`groupbridge approve ${shown} --reason "..."`, `groupbridge reject ${shown} --reason "..."`]
}

/** What was measured and what is allowed: "98 % of the group, limit 50 %". Empty where a guard has no figure of its own. */
export const guardLimit = (part: Pick<HeldPart, "guard" | "value" | "limit" | "unit">): string => {
  const value = number(part.value)
  const limit = number(part.limit)
  const window = `in ${windowHours} h, limit ${limit}`
  switch (part.guard) {
    case "removals":
      return `${value} removals ${window}`
    case "removalPercent":
      return `${value} % of all it could remove, limit ${limit} %`
    case "groupRemovalPercent":
      return `${value} % of the group, limit ${limit} %`
    case "emptiedGroups":
      return `${plural(part.value, "group")} would lose the last member, limit ${limit}`
    case "sourceShrink":
      return `the source has ${value} % fewer, limit ${limit} %`
    case "additions":
      return `${value} additions ${window}`
    case "groupGrowthPercent":
      return `the group would grow by ${value} %, limit ${limit} %`
    case "newGroups":
      return `${plural(part.value, "new group")} ${window}`
    case "invites":
      return `${plural(part.value, "invitation")} ${window}`
    case "roleRaise":
      return `${plural(part.value, "raise")} ${window}`
    case "first-run":
      return `${value} ${part.unit}, limit ${limit}`
    default:
      return ""
  }
}
