/** Why a customer has, or has not, a group: for people, and as JSON. */
import type { Decisive, Explanation } from "../model/Explanation.ts"
import * as BlockWording from "./BlockWording.ts"
import * as Json from "./Json.ts"
import * as Columns from "./Columns.ts"
import * as Escape from "./Escape.ts"
import * as ExplainAdvice from "./ExplainAdvice.ts"
import * as ShellWord from "./ShellWord.ts"
import * as ExplainLinks from "./ExplainLinks.ts"
import * as ExplainThen from "./ExplainThen.ts"
import * as Terminal from "./Terminal.ts"
import * as Times from "./Times.ts"
import type { View } from "./View.ts"
import * as Wording from "./Wording.ts"

const named = (explanation: Explanation): string => {
  const records = [...explanation.people, ...(explanation.customer === null ? [] : [explanation.customer])]
  const name = records.find((one) => one.name !== null && one.name !== "")?.name ?? null
  const email = records.find((one) => one.email !== null)?.email ?? records[0]?.id ?? "nobody"
  return name === null ? Terminal.visible(email) : `${Terminal.visible(name)} (${Terminal.visible(email)})`
}

/** How it came to be so, in a sentence. */
const how = (explanation: Explanation, view: View): string => {
  const target = ExplainLinks.title(view, explanation.target.connector)
  const last = explanation.history.findLast(({ state }) => state === "done" || state === "already")
  if (explanation.ledger !== null) {
    const { origin, since, run } = explanation.ledger
    const when = `${Times.at(view, since)}${run === null ? "" : `, run ${run}`}`
    if (origin === "applied") return `Added by us ${when}.`
    return origin === "adopted" ? `It was there before us; taken over ${when}.` : `Not put there by us: it was there when we looked, ${when}.`
  }
  if (explanation.group.gone !== null) return `The group was deleted in ${target}.`
  if (explanation.drift !== null) return `Taken out by hand in ${target}, seen ${Times.at(view, explanation.drift.seenAt)}.`
  if (last?.op !== "assignment.remove")
    return last === undefined ? "We never added it." : `Not there any more, though ${ExplainLinks.added(explanation, view) ?? "it was there"}.`
  if (last.state === "already") return `Taken by somebody else before us, seen ${Times.at(view, last.at)}, run ${last.run}.`
  const approved = last.approval === null ? "" : `, approved by ${Terminal.visible(last.approval.by)}`
  return `Taken by us ${Times.at(view, last.at)}, run ${last.run}${approved}: ${Wording.cause(last.cause)}.`
}

const headline = (explanation: Explanation, view: View): string => {
  const target = ExplainLinks.title(view, explanation.target.connector)
  const verb = explanation.has ? "has" : "does NOT have"
  return Columns.headed(view, `${named(explanation)} ${verb} ${Wording.quoted(explanation.group.name)} in ${target}.`, how(explanation, view), 2)
}

const block = (first: string, links: ReadonlyArray<readonly [string, ReadonlyArray<string>]>, view: View): string => {
  const lines = links.flatMap(([label, texts]) => texts.map((text, index) => Columns.labelled(view, index === 0 ? `  ${label}` : "", text)))
  return `${[first, ...lines].join("\n")}\n`
}

/** All links of one row, in the order of the way, and what to do; as of a past moment where it is about one. Ends in a line end. */
export const full = (explanation: Explanation, view: View): string => {
  if (explanation.past !== undefined)
    return block(ExplainThen.headline(explanation, explanation.past, named(explanation), view), ExplainThen.links(explanation, explanation.past, view), view)
  const [planLabel, plan] = ExplainLinks.plan(explanation, view)
  const advice = ExplainAdvice.of(explanation, view)
  const links: ReadonlyArray<readonly [string, ReadonlyArray<string>]> = [
    ["source", ExplainLinks.source(explanation, view)],
    ["rule", ExplainLinks.rule(explanation, view)],
    ["person", ExplainLinks.person(explanation, view)],
    ["ledger", [ExplainLinks.ledger(explanation, view)]],
    [planLabel, [plan]],
    ["run", [ExplainLinks.run(explanation, view)]],
    ...(advice === null ? [] : [[advice[0], [advice[1]]] as const])
  ]
  return block(headline(explanation, view), links, view)
}

const WHY: Readonly<Record<Decisive, string>> = {
  "exception-always": "an exception gives it",
  "exception-never": "an exception forbids it",
  pinned: "pinned by an undo",
  unread: "the source was never read",
  "customer-gone": "the customer is gone at the source",
  "not-at-source": "no source has this customer",
  staff: "staff at the source",
  excluded: "left out at the source",
  "group-gone": "the group is gone at the source",
  "no-rule": "no rule leads to it",
  blocked: "the group is blocked",
  "not-member": "not in it at the source",
  ambiguous: "the customer is ambiguous",
  "no-address": "no e-mail address to match",
  "not-looked-up": "not matched yet: the next sync looks them up",
  "not-found": "not found at the target",
  "target-gone": "the customer is gone at the target",
  wanted: "the source and a rule give it"
}

/** The row in two or three lines: what is so, why, and what waits. Ends in a line end. */
const short = (explanation: Explanation, view: View): string => {
  if (explanation.past !== undefined) return `${ExplainThen.headline(explanation, explanation.past, named(explanation), view)}\n`
  const waits = explanation.next === "nothing" ? "" : `; ${ExplainLinks.plan(explanation, view).join(" ")}`
  return `${headline(explanation, view)}\n${Columns.labelled(view, "  why", `${WHY[explanation.decisive]}${waits}`)}\n`
}

/** One short block for each row, and how to see more of one. Ends in a line end. `customer` is what was asked. */
export const list = (rows: ReadonlyArray<Explanation>, customer: string, view: View): string => {
  const asked = ShellWord.typed(customer)
  const [first] = rows
  if (first === undefined) return `${Terminal.visible(customer)} is known, and has, should have and had no group that a sync has to do with.\n`
  const blocks = rows.map((explanation) => short(explanation, view)).join("")
  return `${blocks}All links of one:   groupbridge explain ${asked} ${ShellWord.typed(first.group.name)}\n`
}

const TIMES: ReadonlySet<string> = new Set([
  "since",
  "at",
  "askedAt",
  "nextAt",
  "seenAt",
  "answeredAt",
  "thereAt",
  "membersReadAt",
  "rulesSince",
  "until",
  "task"
])

/** An ambiguity with its words; `kind` is its code. */
const withReason = (person: Explanation["people"][number]) =>
  person.ambiguous === null
    ? person
    : { ...person, ambiguous: { kind: person.ambiguous.reason, ...person.ambiguous, reason: Wording.ambiguity(person.ambiguous.reason) } }

/** Reasons are sentences in JSON. */
const worded = (explanation: Explanation) => ({
  ...explanation,
  ...(explanation.held === null ? {} : { held: { ...explanation.held, part: Json.worded(explanation.held.part) } }),
  people: explanation.people.map(withReason),
  group: { ...explanation.group, blocked: explanation.group.blocked === null ? null : BlockWording.reason(explanation.group.blocked) }
})

/** `{"explanations":[{"sync","group","has","decisive","next",...}]}`: all that is known of each row, times in ISO 8601. */
export const json = (rows: ReadonlyArray<Explanation>): string => {
  const dated: unknown = JSON.parse(JSON.stringify(rows.map(worded)), (key, value: unknown) =>
    TIMES.has(key) && typeof value === "number" ? Times.iso(value) : value
  )
  return `${Escape.json({ explanations: dated })}\n`
}
