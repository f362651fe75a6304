/** The first thing on the page: what was compared, whether all of it was read, what would change, and what that takes. */
import type { PlanResult } from "../../model/Result.ts"
import * as Escape from "../Escape.ts"
import * as Facts from "../Facts.ts"
import { number } from "../Numbers.ts"
import * as PlanText from "../PlanText.ts"
import * as Terminal from "../Terminal.ts"
import * as Times from "../Times.ts"
import type { View } from "../View.ts"
import * as Wording from "../Wording.ts"
import * as Markup from "./Markup.ts"

const tile = (count: number, label: string, tone: string): string =>
  count === 0 && tone !== "bad" && tone !== "good" ? "" : `<li class="${count === 0 ? "none" : tone}"><b>${number(count)}</b> ${Escape.html(label)}</li>`

/** Counts as tiles; the sentence beside them says the same. */
const tiles = ({ held, summary }: PlanResult, renames: number): string => {
  const { assignments, groups, members } = summary
  const open = held.filter((part) => part.decision === "open").length
  const people =
    members === undefined
      ? tile(assignments.remove, "leave", "bad") + tile(assignments.add, "join", "good")
      : tile(members.remove, "leave the team", "bad") + tile(members.role, "get another role", "warn") + tile(members.invite, "to invite", "good")
  return (
    people +
    tile(groups.delete, groups.delete === 1 ? "group deleted" : "groups deleted", "warn") +
    tile(groups.create, groups.create === 1 ? "new group" : "new groups", "plain") +
    tile(renames, "renamed", "plain") +
    tile(groups.update - renames, "changed", "plain") +
    tile(open, "held", "warn") +
    tile(summary.tasks, "to do by hand", "warn")
  )
}

/** "12 leave, 31 join, 2 new groups, 1 rename, 2 held". */
const verdict = ({ held, summary }: PlanResult, renames: number): string => {
  const open = held.filter((part) => part.decision === "open").length
  return `${Wording.planned(summary, renames)}${open === 0 ? "" : `, ${number(open)} held`}`
}

const fact = ({ label, rows, tone }: Facts.Fact): string =>
  `<div class="note ${tone}"><p class="label">${Escape.html(label)}</p>${rows.map((row) => `<p>${Markup.sentence(row.text)}</p>`).join("")}</div>\n`

/** Labels with their sentences. */
export const facts = (all: ReadonlyArray<Facts.Fact>): string => all.map(fact).join("")

const next = (plan: PlanResult): string => {
  const command = PlanText.next(plan)
  return command === null ? "" : `<p>Next: ${Markup.command(command)}</p>\n`
}

/** `id` of the heading names the section. */
export const html = (plan: PlanResult, renames: number, view: View, id: string): string => {
  const { error, estimate, firstRun, reads } = plan
  const complete = reads.length > 0 && reads.every((read) => read.complete)
  const costs = `${Wording.estimate(estimate)}${estimate.endsAt === null ? "" : `; done ${Times.atWithZone(view, estimate.endsAt)} if begun now`}`
  const badge = error !== null ? "failed" : complete ? "complete" : "not complete"
  return (
    `<header class="verdict">\n<h2 id="${id}">${Escape.html(Terminal.visible(plan.sync))}: ${Markup.name(Facts.way(plan, view))}</h2>\n` +
    `<p><span class="badge ${complete && error === null ? "good" : "bad"}">${badge}</span> ${Escape.html(Facts.readings(reads, view))}${firstRun ? ", first run" : ""}</p>\n` +
    (error === null
      ? `<p class="counts">${Escape.html(verdict(plan, renames))}</p>\n<ul class="tiles">${tiles(plan, renames)}</ul>\n<p>${Escape.html(costs)}. Nothing was written.</p>\n${next(plan)}`
      : "") +
    `</header>\n` +
    facts([...(error === null ? [] : [Facts.failure(error, null)]), ...Facts.incomplete(reads), ...Facts.withheld(plan.withheld), ...Facts.warnings(plan)])
  )
}
