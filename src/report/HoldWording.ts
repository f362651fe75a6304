/** Why a part is held and what would make it unnecessary, as sentences for people. */
import * as TextEncoding from "../model/TextEncoding.ts"
import type { HoldReason, RenameProposal } from "../model/HoldReason.ts"
import { windowHours } from "../model/Guard.ts"
import * as Wording from "./Wording.ts"

const causeOf = ({ cause, changes, op }: Extract<HoldReason, { readonly code: "cause" }>): string =>
  `${changes} would ${op}: ${cause === "restored" ? "taken out by hand at the target" : Wording.cause(cause)}`

const left = ({ configured, name, rows, sync, team, what }: Extract<HoldReason, { readonly code: "left" }>): string => {
  const rest = `${team ? Wording.plural(rows, "person", "people") : Wording.plural(rows, "membership")}`
  if (what === "sync") {
    return rows === 0
      ? `the sync ${name} left the config, and what was decided about it still stands`
      : `the sync ${name} left the config, and ${rest} at its target ${rows === 1 ? "rests" : "rest"} on it`
  }
  const gone = configured ? (what === "source" ? `is no source of ${sync} any more` : `is not where ${sync} writes any more`) : "left the config"
  return `the ${what} ${name} ${gone}, and ${rest} that ${sync} added ${rows === 1 ? "rests" : "rest"} on it`
}

/** What to type about a part that waits as a whole. Null for reasons that name no command. */
export const command = (value: HoldReason): string | null => {
  switch (value.code) {
    case "renamed":
      return `groupbridge state rename ${value.kind} ${value.old} ${value.name}`
    case "release":
      return `groupbridge state release ${value.sync}`
    case "claim":
      return `groupbridge state claim ${value.connection}`
    default:
      return null
  }
}

const writer = ({ at, connection, machine, number, ours }: Extract<HoldReason, { readonly code: "writer" }>): string => {
  const when = new Date(at)
    .toISOString()
    .replace(/:\d\d\.\d{3}Z$/, " UTC")
    .replace("T", " ")
  const which = number === null ? "a run of a version that gives no numbers" : `run number ${number}, on machine ${machine}, ${when}`
  return `another copy of this state wrote to ${connection}: ${which}; ${ours === null ? "this copy has given no number there yet" : `the last number of this copy is ${ours}`}`
}

/** One line. */
export const reason = (value: HoldReason): string => {
  switch (value.code) {
    case "cause":
      return causeOf(value)
    case "recent":
      return `${value.changes} of them were done in the last ${windowHours} h`
    case "share":
      return `${value.removals} of the ${value.removable} memberships that this sync could remove`
    case "shrunk":
      return `${value.connection} shows ${value.now} ${value.stream}, and showed ${value.before} before`
    case "encoding":
      return `${value.connection}: the ${value.stream} are not UTF-8, so they are read as ${TextEncoding.shown(value.now)}, which is a guess; when a person last saw them they were ${TextEncoding.shown(value.before)}. Save the file as UTF-8, or approve if the names are right`
    case "config":
      return value.state === "before" ? `- ${value.text}` : `+ ${value.text}${value.line === null ? "" : `   (line ${value.line})`}`
    case "existing":
      return `"${value.name}" is there already with the same ${value.by} (${value.id}); approving takes it over, adopt.groups: [${value.by}] always does`
    case "moved":
      return `${value.people} of them lost tag ${value.from} and now carry ${value.to}`
    case "recreated":
      return `organization "${value.name}" was deleted and made again with most of its people; approving keeps its group (${value.id}), and who is in it stays`
    case "actor":
      return `${value.now ?? "another account"} reads ${value.connection} now and does not show them; ${value.earlier} did`
    case "left":
      return left(value)
    case "renamed":
      return `if it is called ${value.name} now:   ${command(value)}`
    case "release":
      return `if it is meant to end:   ${command(value)}`
    case "reappeared":
      return `${value.connection} did not show them for a while and does not show since when they are back, or another copy of this state may have added them: they may be ours, or put there by others`
    case "writer":
      return `${writer(value)}. Nothing is written there until one of the two is stopped`
    case "claim":
      return `stop the other one; if this copy is to go on:   ${command(value)}`
    case "exceptions-lost":
      return `the exceptions file has no lines any more, and ${Wording.plural(value.lines, "line")} ${value.lines === 1 ? "was" : "were"} in force. Put them back, or approve if they are meant to end`
    case "exception-unmatched":
      return `line ${value.line} of the exceptions file keeps them out of "${value.group}", and no rule maps to that group any more: one of these may be it by another name. Write its present name into the line, or approve`
    case "text":
      return value.text
  }
}

export const proposal = (value: RenameProposal): string => {
  switch (value.code) {
    case "previously": {
      const rule = value.rule === null ? "a rule that takes it" : Wording.rule(value.rule)
      return `put  previously: [${value.from}]  into ${rule}, and nobody leaves`
    }
    case "text":
      return value.text
  }
}
