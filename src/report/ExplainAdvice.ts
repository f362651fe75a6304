/** What to do at the source, in a file or with a command so that a row turns round. Texts are safe for a terminal. */
import type { Decisive, Explanation } from "../model/Explanation.ts"
import * as ExplainLinks from "./ExplainLinks.ts"
import { typed } from "./ShellWord.ts"
import * as Terminal from "./Terminal.ts"
import * as Times from "./Times.ts"
import type { View } from "./View.ts"
import * as Wording from "./Wording.ts"

/** The title of the source that the first record or group stands in. */
const sourceTitle = (explanation: Explanation, view: View): string =>
  ExplainLinks.title(view, explanation.people[0]?.connector ?? explanation.sources[0]?.connector ?? explanation.reads[0]?.connection ?? "the source")

const who = (explanation: Explanation): string => {
  const person = explanation.people.find((one) => !one.gone) ?? explanation.people[0]
  return person === undefined ? "them" : Terminal.visible(`${person.record} ${person.id}`)
}

/** The change of a membership at the source, as its helpdesk calls it. */
const atSource = (explanation: Explanation, view: View, give: boolean): string | null => {
  const near = explanation.sources.find(
    (one) => one.rule?.here === true && (one.gone === null || one.kind !== "organization") && one.members.length > 0 !== give
  )
  const group = near ?? explanation.sources.find((one) => one.gone === null || one.kind !== "organization")
  if (group === undefined) return null
  const [name, place] = [Terminal.visible(group.name), `in ${sourceTitle(explanation, view)}`]
  if (group.carrier === "organization" && group.kind !== "organization")
    return give
      ? `tag the organization of ${who(explanation)} with ${name} ${place}`
      : `take tag ${name} off organization ${Terminal.visible(group.members[0]?.through ?? "")} ${place}`
  if (group.kind === "organization")
    return give ? `put ${who(explanation)} into organization ${name} ${place}` : `take ${who(explanation)} out of organization ${name} ${place}`
  return give ? `put ${group.kind} ${name} on ${who(explanation)} ${place}` : `take ${group.kind} ${name} off ${who(explanation)} ${place}`
}

const mapRow = (explanation: Explanation): string => {
  const person = explanation.people.find((one) => !one.gone)
  return `a line "${Terminal.visible(person?.id ?? "ID")},ID-OF-THE-CUSTOMER" in a map file with the header id,target (match: [email, {file: map.csv}])`
}

/** How a broken link is mended. */
const mend = (explanation: Explanation, view: View): string | null => {
  const [source, target] = [sourceTitle(explanation, view), ExplainLinks.title(view, explanation.target.connector)]
  const groups = explanation.sources.filter((one) => one.rule?.here !== true).map(ExplainLinks.groupText)
  const email = Terminal.visible(explanation.people.find((one) => one.email !== null)?.email ?? explanation.customer?.email ?? "their address")
  const exception = explanation.exceptions.find((row) => !row.ended)
  const words: Readonly<Record<Decisive, string | null>> = {
    "exception-always": null,
    "exception-never": `take line ${exception?.line ?? 0} out of the exceptions file`,
    pinned: `groupbridge release ${explanation.pinned ?? ""}`,
    unread: `groupbridge plan ${typed(explanation.sync)}`,
    "customer-gone": `restore ${who(explanation)} in ${source}`,
    "not-at-source": `no source has this customer under ${email}: make one there, and put the customer into the group`,
    staff: `make ${who(explanation)} a customer again in ${source}`,
    excluded: `end in ${source} what leaves ${who(explanation)} out, or change the option of the connection in the config`,
    "group-gone": `restore ${explanation.sources
      .filter((one) => one.gone !== null)
      .map(ExplainLinks.groupText)
      .join(", ")} in ${source}`,
    "no-rule":
      groups.length === 0
        ? `put a rule back that leads to ${Wording.quoted(explanation.group.name)}`
        : `put a rule that takes ${groups.join(", ")} under the rules of ${Terminal.visible(explanation.sync)}`,
    blocked: `end what blocks the group (see rule)   groupbridge groups ${typed(explanation.sync)}`,
    "not-member": atSource(explanation, view, true),
    ambiguous: `say who is who: ${mapRow(explanation)}`,
    "no-address": `give ${who(explanation)} an e-mail address in ${source}, or ${mapRow(explanation)}`,
    "not-looked-up": `groupbridge sync ${typed(explanation.sync)}`,
    "not-found": `make the customer in ${target} under ${email} (we never make customers), or ${mapRow(explanation)}`,
    "target-gone": `the customer is gone in ${target}; the next sync looks for another under ${email}`,
    wanted: null
  }
  return words[explanation.decisive]
}

const orLine = (text: string | null, explanation: Explanation): string => {
  const line = explanation.exceptionLine === null ? null : `add a line to the exceptions file: ${Terminal.visible(explanation.exceptionLine, 500)}`
  return [text, line].filter((part) => part !== null).join(", or ")
}

const decide = (explanation: Explanation, yes: string, no: string): string => {
  const id = Terminal.visible(explanation.held?.part.id ?? "")
  return `${yes}:   groupbridge approve ${id} --reason "..."   |  ${no}:   groupbridge reject ${id} --reason "..."`
}

const left = (explanation: Explanation): string =>
  `${Terminal.visible(explanation.held?.part.id ?? "")} was rejected, so it is left as it is until the source changes`

const takeAway = (explanation: Explanation, view: View): readonly [string, string] | null => {
  const target = ExplainLinks.title(view, explanation.target.connector)
  const back = mend(explanation, view)
  const keep = orLine(back, explanation)
  switch (explanation.next) {
    case "held":
      return ["decide", `${decide(explanation, "take it", "keep it")}${keep === "" ? "" : `   or keep it at the source: ${keep}`}`]
    case "rejected":
      return ["take away", `${left(explanation)}; by hand in ${target} otherwise`]
    case "remove":
      return ["keep", `the next sync takes it; to keep it ${keep}`]
    case "waits":
      return ["keep", `before the wait is over: ${keep}`]
    case "refused":
      return ["take away", `mend what ${target} says, or take it out by hand there`]
    case "not-ours":
      return ["take away", `by hand in ${target}: removals: ${explanation.removals} never takes what was not put there by us`]
    case "other-sync":
      return ["take away", `end the claim of ${explanation.otherSyncs.map(typed).join(", ")} too`]
    case "person":
      return ["take away", `by hand in ${target}, which has no removal for programs`]
    case "pinned":
      return ["free", back ?? ""]
    default:
      return standing(explanation, view)
  }
}

const standing = (explanation: Explanation, view: View): readonly [string, string] => {
  const target = ExplainLinks.title(view, explanation.target.connector)
  const exception = explanation.exceptions.find((row) => !row.ended)
  if (explanation.decisive === "exception-always") return ["take away", `take line ${exception?.line ?? 0} out of the exceptions file`]
  const undecided = explanation.decisive === "ambiguous" || explanation.decisive === "blocked" ? mend(explanation, view) : null
  if (undecided !== null) return ["settle", undecided]
  if (explanation.decisive !== "wanted") return ["take away", `nothing of ours does: by hand in ${target}`]
  const foreign = explanation.ledger?.origin === "found" && explanation.removals !== "all"
  if (foreign) return ["take away", `by hand in ${target}: it was not put there by us, and removals: ${explanation.removals} never takes it`]
  return ["take away", orLine(atSource(explanation, view, false), explanation)]
}

const giveBack = (explanation: Explanation, view: View): readonly [string, string] | null => {
  const target = ExplainLinks.title(view, explanation.target.connector)
  const label = ExplainLinks.added(explanation, view) === null ? "give" : "give back"
  switch (explanation.next) {
    case "held":
      return ["decide", decide(explanation, "give it", "leave it")]
    case "rejected":
      return [label, `${left(explanation)}; by hand in ${target} otherwise`]
    case "refused":
      return [label, `mend what ${target} says; tried again from ${Times.at(view, explanation.refused?.nextAt ?? view.now)}`]
    case "by-hand":
      return [label, `by hand in ${target}, or drift: restore under ${Terminal.visible(explanation.sync)} in the config`]
    case "add":
      return [label, `groupbridge sync ${typed(explanation.sync)}`]
    default:
      return [label, orLine(mend(explanation, view), explanation)]
  }
}

/** A label and what to type or do; null where there is nothing. */
export const of = (explanation: Explanation, view: View): readonly [string, string] | null => {
  const advice = explanation.has ? takeAway(explanation, view) : giveBack(explanation, view)
  return advice === null || advice[1] === "" ? null : advice
}
