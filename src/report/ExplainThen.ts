/** What was so with a row at a past moment: the same links as of now, each as far as the state keeps it. Texts are safe for a terminal. */
import type { Explanation, RowHistory, Then } from "../model/Explanation.ts"
import * as Columns from "./Columns.ts"
import * as ExplainLinks from "./ExplainLinks.ts"
import * as Terminal from "./Terminal.ts"
import * as Times from "./Times.ts"
import type { View } from "./View.ts"
import * as Wording from "./Wording.ts"

const VERBS: Readonly<Record<Then["has"], string>> = { yes: "had", no: "did NOT have", unknown: "had, or had not (nothing kept here tells)," }

const did = (change: RowHistory, view: View): string => {
  const removed = change.op === "assignment.remove"
  const approved = change.approval === null ? "" : `, approved by ${Terminal.visible(change.approval.by)}`
  const what = change.state === "done" ? (removed ? "taken by us" : "added by us") : removed ? "gone before we could take it, seen" : "there already, seen"
  return `${what} ${Times.at(view, change.at)}, run ${change.run}${approved} (${Wording.cause(change.cause)})`
}

const upper = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)

const because = (explanation: Explanation, { because: reason, change, since }: Then, view: View): string => {
  const target = ExplainLinks.title(view, explanation.target.connector)
  const when = since === null ? "" : Times.at(view, since)
  switch (reason) {
    case "change":
      return change === null ? "" : did(change, view)
    case "seen":
      return `it was there when we looked, ${when}, not put there by us`
    case "by-hand":
      return `taken out by hand in ${target}, seen ${when}`
    case "group-gone":
      return `the group was deleted in ${target}, seen ${when}`
    case "nothing":
      return "nothing had been done about it by then"
  }
}

const after = ({ next }: Then, explanation: Explanation, view: View): string => {
  if (next !== null) return `Later: ${did(next, view)}.`
  return explanation.has ? "It has it now." : "It has not got it now."
}

/** `Anna Novak (anna@globex.com) had "Plan Gold" in cStar at 3 Mar 14:00. Added by us ...`; `named` is the customer. */
export const headline = (explanation: Explanation, then: Then, named: string, view: View): string => {
  const first = `${named} ${VERBS[then.has]} ${Wording.quoted(explanation.group.name)} in ${ExplainLinks.title(view, explanation.target.connector)} at ${Times.atWithZone(view, then.at)}.`
  return Columns.headed(view, first, `${upper(because(explanation, then, view))}. ${after(then, explanation, view)}`, 2)
}

/** The change that made it so, or the next one, whose words tell most of that moment. */
const nearest = ({ change, next }: Then): RowHistory | null => change ?? next

const source = (explanation: Explanation, then: Then, view: View): ReadonlyArray<string> => {
  const change = nearest(then)
  const rests = change === null ? null : ExplainLinks.restsText(change, explanation)
  const kept = change === null || rests === null ? "what the source said then is kept only where a change rests on it" : `${change.run} rested on ${rests}`
  return [kept, ...ExplainLinks.source(explanation, view).map((line) => `now: ${line}`)]
}

const rule = (explanation: Explanation, view: View): ReadonlyArray<string> =>
  ExplainLinks.rule(explanation, view).map((line, index) => (index === 0 ? `the rules of then are not kept; now: ${line}` : line))

const person = (explanation: Explanation, { at }: Then, view: View): ReadonlyArray<string> => {
  const since = explanation.people.flatMap(({ link }) => (link === null ? [] : [link.since]))
  const later = since.length > 0 && since.every((one) => one === null || one > at) ? ["not matched yet then"] : []
  return [...later, ...ExplainLinks.person(explanation, view)]
}

const held = ({ held: part }: Explanation, then: Then, view: View): readonly [string, string] => {
  if (then.change?.approval != null) return ["held", ExplainLinks.approval(then.change.approval, view)]
  if (part !== null && part.part.since <= then.at)
    return [
      "held",
      `${Terminal.visible(part.part.id)} since ${Times.at(view, part.part.since)}: ${part.part.guard}; ${part.op === "assignment.remove" ? "would leave" : "would join"}`
    ]
  return ["plan", "nothing was held, as far as is kept"]
}

/** The links of the way as of then, as labels and sentences. */
export const links = (explanation: Explanation, then: Then, view: View): ReadonlyArray<readonly [string, ReadonlyArray<string>]> => {
  const [label, text] = held(explanation, then, view)
  const change = nearest(then)
  return [
    ["source", source(explanation, then, view)],
    ["rule", rule(explanation, view)],
    ["person", person(explanation, then, view)],
    ["ledger", [because(explanation, then, view)]],
    [label, [text]],
    ["run", [change === null ? "no run did anything about it" : ExplainLinks.ran(explanation, change, view)]]
  ]
}
