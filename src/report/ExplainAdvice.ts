/** What to do at the source, in a file or with a command so that a row turns round. Texts are safe for a terminal. */
import type { Decisive, Explanation } from "../model/Explanation.ts"
import * as ExplainLinks from "./ExplainLinks.ts"
import * as Terminal from "./Terminal.ts"
import * as Times from "./Times.ts"
import type { View } from "./View.ts"
import * as Wording from "./Wording.ts"

/** As it is typed into a shell: quoted where it must be. */
export const typed = (text: string): string => {
  const shown = Terminal.visible(text, 200)
  if (/^[\w@.+:/,-]+$/u.test(shown)) return shown
  return /["$`\\!]/u.test(shown) ? `'${shown.replaceAll("'", `'\\''`)}'` : `"${shown}"`
}

/** The title of the source that the first record or group stands in. */
const sourceTitle = (told: Explanation, view: View): string =>
  ExplainLinks.title(view, told.people[0]?.connector ?? told.sources[0]?.connector ?? told.reads[0]?.connection ?? "the source")

const who = (told: Explanation): string => {
  const person = told.people.find((one) => !one.gone) ?? told.people[0]
  return person === undefined ? "them" : Terminal.visible(`${person.record} ${person.id}`)
}

/** The change of a membership at the source, as its helpdesk calls it. */
const atSource = (told: Explanation, view: View, give: boolean): string | null => {
  const near = told.sources.find((one) => one.rule?.here === true && (one.gone === null || one.kind !== "organization") && one.members.length > 0 !== give)
  const group = near ?? told.sources.find((one) => one.gone === null || one.kind !== "organization")
  if (group === undefined) return null
  const [name, place] = [Terminal.visible(group.name), `in ${sourceTitle(told, view)}`]
  if (group.carrier === "organization" && group.kind !== "organization")
    return give
      ? `tag the organization of ${who(told)} with ${name} ${place}`
      : `take tag ${name} off organization ${Terminal.visible(group.members[0]?.through ?? "")} ${place}`
  if (group.kind === "organization")
    return give ? `put ${who(told)} into organization ${name} ${place}` : `take ${who(told)} out of organization ${name} ${place}`
  return give ? `put ${group.kind} ${name} on ${who(told)} ${place}` : `take ${group.kind} ${name} off ${who(told)} ${place}`
}

const mapRow = (told: Explanation): string => {
  const person = told.people.find((one) => !one.gone)
  return `a line "${Terminal.visible(person?.id ?? "ID")},ID-OF-THE-CUSTOMER" in a map file with the header id,target (match: [email, {file: map.csv}])`
}

/** How a broken link is mended. */
const mend = (told: Explanation, view: View): string | null => {
  const [source, target] = [sourceTitle(told, view), ExplainLinks.title(view, told.target.connector)]
  const groups = told.sources.filter((one) => one.rule?.here !== true).map(ExplainLinks.groupText)
  const email = Terminal.visible(told.people.find((one) => one.email !== null)?.email ?? told.customer?.email ?? "their address")
  const exception = told.exceptions.find((row) => !row.ended)
  const words: Readonly<Record<Decisive, string | null>> = {
    "exception-always": null,
    "exception-never": `take line ${exception?.line ?? 0} out of the exceptions file`,
    pinned: `groupbridge release ${told.pinned ?? ""}`,
    unread: `groupbridge plan ${typed(told.sync)}`,
    "customer-gone": `restore ${who(told)} in ${source}`,
    "not-at-source": `no source has this customer under ${email}: make one there, and put the customer into the group`,
    staff: `make ${who(told)} a customer again in ${source}`,
    excluded: `end in ${source} what leaves ${who(told)} out, or change the option of the connection in the config`,
    "group-gone": `restore ${told.sources
      .filter((one) => one.gone !== null)
      .map(ExplainLinks.groupText)
      .join(", ")} in ${source}`,
    "no-rule":
      groups.length === 0
        ? `put a rule back that leads to ${Wording.quoted(told.group.name)}`
        : `put a rule that takes ${groups.join(", ")} under the rules of ${Terminal.visible(told.sync)}`,
    blocked: `end what blocks the group (see rule)   groupbridge groups ${typed(told.sync)}`,
    "not-member": atSource(told, view, true),
    ambiguous: `say who is who: ${mapRow(told)}`,
    "no-address": `give ${who(told)} an e-mail address in ${source}, or ${mapRow(told)}`,
    "not-looked-up": `groupbridge sync ${typed(told.sync)}`,
    "not-found": `make the customer in ${target} under ${email} (we never make customers), or ${mapRow(told)}`,
    "target-gone": `the customer is gone in ${target}; the next sync looks for another under ${email}`,
    wanted: null
  }
  return words[told.decisive]
}

const orLine = (text: string | null, told: Explanation): string => {
  const line = told.exceptionLine === null ? null : `add a line to the exceptions file: ${Terminal.visible(told.exceptionLine, 500)}`
  return [text, line].filter((part) => part !== null).join(", or ")
}

const decide = (told: Explanation, yes: string, no: string): string => {
  const id = Terminal.visible(told.held?.part.id ?? "")
  return `${yes}:   groupbridge approve ${id} --reason "..."   |  ${no}:   groupbridge reject ${id} --reason "..."`
}

const left = (told: Explanation): string => `${Terminal.visible(told.held?.part.id ?? "")} was rejected, so it is left as it is until the source changes`

const takeAway = (told: Explanation, view: View): readonly [string, string] | null => {
  const target = ExplainLinks.title(view, told.target.connector)
  const back = mend(told, view)
  const keep = orLine(back, told)
  switch (told.next) {
    case "held":
      return ["decide", `${decide(told, "take it", "keep it")}${keep === "" ? "" : `   or keep it at the source: ${keep}`}`]
    case "rejected":
      return ["take away", `${left(told)}; by hand in ${target} otherwise`]
    case "remove":
      return ["keep", `the next sync takes it; to keep it ${keep}`]
    case "waits":
      return ["keep", `before the wait is over: ${keep}`]
    case "refused":
      return ["take away", `mend what ${target} says, or take it out by hand there`]
    case "not-ours":
      return ["take away", `by hand in ${target}: removals: ${told.removals} never takes what was not put there by us`]
    case "other-sync":
      return ["take away", `end the wish of ${told.otherSyncs.map(typed).join(", ")} too`]
    case "person":
      return ["take away", `by hand in ${target}, which has no removal for programs`]
    case "pinned":
      return ["free", back ?? ""]
    default:
      return standing(told, view)
  }
}

const standing = (told: Explanation, view: View): readonly [string, string] => {
  const target = ExplainLinks.title(view, told.target.connector)
  const exception = told.exceptions.find((row) => !row.ended)
  if (told.decisive === "exception-always") return ["take away", `take line ${exception?.line ?? 0} out of the exceptions file`]
  const unsure = told.decisive === "ambiguous" || told.decisive === "blocked" ? mend(told, view) : null
  if (unsure !== null) return ["settle", unsure]
  if (told.decisive !== "wanted") return ["take away", `nothing of ours does: by hand in ${target}`]
  const foreign = told.ledger?.origin === "found" && told.removals !== "all"
  if (foreign) return ["take away", `by hand in ${target}: it was not put there by us, and removals: ${told.removals} never takes it`]
  return ["take away", orLine(atSource(told, view, false), told)]
}

const giveBack = (told: Explanation, view: View): readonly [string, string] | null => {
  const target = ExplainLinks.title(view, told.target.connector)
  const label = ExplainLinks.added(told, view) === null ? "give" : "give back"
  switch (told.next) {
    case "held":
      return ["decide", decide(told, "give it", "leave it")]
    case "rejected":
      return [label, `${left(told)}; by hand in ${target} otherwise`]
    case "refused":
      return [label, `mend what ${target} says; tried again from ${Times.at(view, told.refused?.nextAt ?? view.now)}`]
    case "by-hand":
      return [label, `by hand in ${target}, or drift: restore under ${Terminal.visible(told.sync)} in the config`]
    case "add":
      return [label, `groupbridge sync ${typed(told.sync)}`]
    default:
      return [label, orLine(mend(told, view), told)]
  }
}

/** A label and what to type or do; null where there is nothing. */
export const of = (told: Explanation, view: View): readonly [string, string] | null => {
  const advice = told.has ? takeAway(told, view) : giveBack(told, view)
  return advice === null || advice[1] === "" ? null : advice
}
