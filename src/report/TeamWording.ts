/** The plain words in which syncs of staff are told: counts, and what is held. */
import type { HeldPart } from "../model/Change.ts"
import type { ChangeCounts } from "../model/Result.ts"
import { number, plural } from "./Numbers.ts"

/** Counts with their words, for a list. */
export const counts = (members: ChangeCounts["members"], done: boolean): ReadonlyArray<readonly [number, string]> =>
  members === undefined
    ? []
    : [
        [members.remove, `${number(members.remove)} ${done ? "left" : members.remove === 1 ? "leaves" : "leave"} the team`],
        [members.role, `${number(members.role)} ${done ? "got" : members.role === 1 ? "gets" : "get"} another role`],
        [members.invite, `${number(members.invite)} ${done ? "invited" : "to invite"}`]
      ]

/** "12 to invite". */
export const heldShort = ({ changes, guard }: HeldPart): string => {
  switch (guard) {
    case "invites":
      return `${number(changes)} to invite`
    case "roleRaise":
      return `${number(changes)} to raise`
    case "removals":
      return `${number(changes)} leave the team`
    case "ruleChange":
      return `${number(changes)} by the changed config`
    default:
      return `${number(changes)} by hand`
  }
}

/** "12 would be invited to the team". */
export const heldSentence = ({ changes, guard }: HeldPart): string => {
  switch (guard) {
    case "invites":
      return `${number(changes)} would be invited to the team`
    case "roleRaise":
      return `${number(changes)} would get a role that may do more`
    case "removals":
      return `${number(changes)} would leave the team`
    case "ruleChange":
      return `${plural(changes, "role")} that only the changed config asks for`
    default:
      return `${plural(changes, "person", "people")} whom the team shows otherwise by hand, or from before`
  }
}
