/** What stands below the table: people without a counterpart and what to do about them, and what the plan rests on. */
import type { PlanResult, UnmatchedReason } from "../../model/Result.ts"
import * as RecordUrl from "../../model/RecordUrl.ts"
import * as Escape from "../Escape.ts"
import * as Facts from "../Facts.ts"
import { number, plural } from "../Numbers.ts"
import * as ShellWord from "../ShellWord.ts"
import * as Terminal from "../Terminal.ts"
import * as Times from "../Times.ts"
import * as View from "../View.ts"
import * as UnmatchedAdvice from "../UnmatchedAdvice.ts"
import * as Wording from "../Wording.ts"
import * as Markup from "./Markup.ts"
import * as Verdict from "./Verdict.ts"

const cell = (label: string, html: string): string => `<td data-label="${label}">${html}</td>`

const person = (plan: PlanResult, row: PlanResult["unmatched"]["people"][number]): string => {
  const { candidates, connection, email, id, name, record } = row
  const url = RecordUrl.of(plan.from.find((from) => from.connection === connection)?.recordUrls ?? {}, record, id)
  const text = Markup.name(Terminal.visible(`${connection} ${record} ${id}`))
  const source = url === null ? text : `<a href="${Escape.html(url)}" rel="noreferrer" target="_blank">${text}</a>`
  const be =
    candidates.length === 0
      ? ""
      : `; could be ${Escape.html(
          Wording.some(
            candidates.map((one) => Terminal.visible(one, 40)),
            5
          )
        )}`
  const who = email ?? name
  return `<tr>${cell("who", who === null ? "" : Markup.name(Terminal.visible(who)))}${cell("name", email === null || name === null ? "" : Markup.name(Terminal.visible(name)))}${cell("source", source + be)}</tr>\n`
}

const reason = (plan: PlanResult, why: UnmatchedReason, customers: number, view: View.View): string => {
  const people = plan.unmatched.people.filter((row) => row.reason === why)
  const target = Terminal.visible(View.title(view, plan.to.connector))
  const more = customers - people.length
  return (
    `<h4>${number(customers)} ${Escape.html(Wording.unmatched(why, target))}</h4>\n<p>${Escape.html(UnmatchedAdvice.advice(why, target, plan.sync))}</p>\n` +
    (people.length === 0
      ? ""
      : `<details${why === "ambiguous" ? " open" : ""}><summary>${more > 0 ? `The first ${number(people.length)}` : plural(people.length, "person", "people")}</summary>\n<table class="people"><thead><tr><th scope="col">who</th><th scope="col">name</th><th scope="col">source</th></tr></thead><tbody>\n${people
          .map((row) => person(plan, row))
          .join("")}</tbody></table></details>\n`)
  )
}

/** Ambiguous people first: they are the ones that a person can settle. */
const unmatched = (plan: PlanResult, view: View.View): string => {
  const { reasons, total } = plan.unmatched
  if (total === 0) return ""
  const ordered = reasons.toSorted((a, b) => Number(b.reason === "ambiguous") - Number(a.reason === "ambiguous") || b.customers - a.customers)
  return (
    `<section>\n<h3>Not found or ambiguous: ${number(total)}</h3>\n` +
    `<p>Nothing is added for them and nothing removed. All of them: ${Markup.command(`groupbridge unmatched ${ShellWord.typed(plan.sync)} --csv`)}</p>\n` +
    ordered.map(({ customers, reason: why }) => reason(plan, why, customers, view)).join("") +
    `</section>\n`
  )
}

const dl = (rows: ReadonlyArray<readonly [term: string, html: string]>): string =>
  `<dl class="facts">${rows.map(([term, html]) => `<dt>${term}</dt><dd>${html}</dd>\n`).join("")}</dl>\n`

const rules = ({ rules: all }: PlanResult): ReadonlyArray<readonly [string, string]> =>
  all.map((rule) => [Escape.html(Wording.rule(rule)), `<code>${Escape.html(Terminal.visible(rule.meaning, 1000))}</code>`])

const reads = (plan: PlanResult, view: View.View): ReadonlyArray<readonly [string, string]> =>
  plan.reads.map((read) => {
    const streams = read.streams.map(
      ({ complete, kind, name, records }) =>
        `${number(records)} ${kind === "changes" ? "changed " : ""}${Terminal.visible(name)}${complete ? "" : " (not complete)"}`
    )
    return [
      `read ${Escape.html(Terminal.visible(read.connection))}`,
      Escape.html(`${Times.atWithZone(view, read.at)}, ${read.complete ? "complete" : "NOT COMPLETE"}, ${plural(read.calls, "call")}: ${streams.join(", ")}`)
    ]
  })

const accounts = (plan: PlanResult, view: View.View): ReadonlyArray<readonly [string, string]> => {
  const side = (end: PlanResult["to"]): string =>
    Markup.name(`${Terminal.visible(View.title(view, end.connector))} ${Terminal.visible(end.account)} (${Terminal.visible(end.connection)})`)
  return [...plan.from.map((from): readonly [string, string] => ["from", side(from)]), ["to", side(plan.to)]]
}

/** Everything after the table. */
export const html = (plan: PlanResult, view: View.View): string => {
  const also = [...Facts.byHand(plan), ...Facts.tasks(plan.summary.tasks), ...Facts.pinned(plan.pinned), ...Facts.found(plan.foundRows)]
  const calls = plan.estimate.endpoints.filter(({ calls: count }) => count > 0)
  return (
    (also.length === 0 ? "" : `<section>\n<h3>Also</h3>\n${Verdict.facts(also)}</section>\n`) +
    unmatched(plan, view) +
    `<section>\n<h3>What this plan rests on</h3>\n` +
    dl([
      ...accounts(plan, view),
      ...rules(plan),
      ...reads(plan, view),
      ...(calls.length === 0 ? [] : [["calls", Escape.html(Wording.purposes(plan.estimate))] as const]),
      ...(plan.hash === null ? [] : [["hash of the plan", `<code>${Escape.html(plan.hash)}</code>`] as const])
    ]) +
    `</section>\n`
  )
}
