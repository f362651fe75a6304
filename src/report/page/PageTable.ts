/** The table of all changes: its first rows as HTML, its filters, and the packed rows for the script. */
import type { PlanInput } from "../PlanInput.ts"
import * as Escape from "../Escape.ts"
import * as Facts from "../Facts.ts"
import { number, plural } from "../Numbers.ts"
import type * as Sink from "../Sink.ts"
import * as Terminal from "../Terminal.ts"
import * as Times from "../Times.ts"
import type { View } from "../View.ts"
import * as Markup from "./Markup.ts"
import * as Pack from "./Pack.ts"
import type { PageData } from "./PageData.ts"
import * as RowCells from "./RowCells.ts"
import type { Survey } from "./Survey.ts"

/** Groups that the filter proposes; it takes any other name too. */
const PROPOSED = 200

/** A choice by place in `PageData`; what no row has is left out. */
const choice = (key: string, label: string, texts: ReadonlyArray<string>, counts: ReadonlyArray<number>, none: string | null): string => {
  const options = texts.map((text, index) => ({ text, place: index + 1, count: counts[index + 1] ?? 0 }))
  const all = none === null || (counts[0] ?? 0) === 0 ? options : [{ text: none, place: 0, count: counts[0] ?? 0 }, ...options]
  if (all.length < 2) return ""
  const html = all.map(({ count, place, text }) => `<option value="${place}">${Escape.html(text)} (${number(count)})</option>`).join("")
  return `<label>${label}<select data-filter="${key}"><option value="">all</option>${html}</select></label>\n`
}

const filters = ({ dictionaries: { counts } }: Survey, data: PageData, prefix: string): string =>
  `<form class="filters" role="search" aria-label="Filter the changes of ${Escape.html(data.sync)}" hidden>\n` +
  `<label>search<input type="search" data-filter="text" placeholder="e-mail, name, group, id" autocomplete="off" spellcheck="false"></label>\n` +
  choice(
    "operation",
    "what",
    data.operations.map(({ label }) => label),
    counts.operation,
    null
  ) +
  choice("cause", "cause", data.causes, counts.cause, null) +
  choice(
    "rule",
    "rule",
    data.rules.map(({ meaning, name }) => `${name}: ${Terminal.visible(meaning, 60)}`),
    counts.rule,
    "no rule"
  ) +
  `<label>group<input type="search" data-filter="group" list="${prefix}-groups" autocomplete="off" spellcheck="false"></label>\n` +
  choice("held", "held", data.held, counts.held, "not held") +
  `<button type="reset">Show all</button>\n</form>\n` +
  `<datalist id="${prefix}-groups">${[...new Set(data.groups)]
    .slice(0, PROPOSED)
    .map((text) => `<option value="${Escape.html(text)}"></option>`)
    .join("")}</datalist>\n`

/** JSON inside a script element: nothing in it can end the element. */
const embedded = (value: unknown): string => Escape.json(value).replaceAll("<", "\\u003c")

/** Shown without the script, and what the script replaces. */
const head = ({ plan }: PlanInput, view: View): string =>
  `<colgroup>${"<col>".repeat(7)}</colgroup>\n<thead>\n<tr class="paper row"><th colspan="6" scope="colgroup">${Escape.html(Terminal.visible(plan.sync))}: ${Markup.name(Facts.way(plan, view))}, ${Escape.html(Times.dated(view, view.now))}</th></tr>\n` +
  `<tr class="titles">${RowCells.COLUMNS.map(({ key, title }) => `<th scope="col" data-sort="${key}">${title}</th>`).join("")}<th scope="col">explain</th></tr>\n</thead>\n`

/** Writes the section that people read; its rows follow by `writeRows`. */
export const write = async (input: PlanInput, survey: Survey, view: View, prefix: string, out: Sink.Writer): Promise<void> => {
  const { first, rows } = survey
  const data = survey.dictionaries.data(rows)
  await out.write(`<section class="rows" data-changes="${prefix}">\n<h3>Changes: ${number(rows)}, removals first</h3>\n`)
  if (rows === 0) return out.write(`<p>There is nothing to change.</p>\n</section>\n`)
  await out.write(filters(survey, data, prefix))
  const shown = rows > first.length ? `The first ${number(first.length)} of ${plural(rows, "change")}; where scripts run, all of them.` : plural(rows, "change")
  await out.write(`<p class="status" role="status">${shown}</p>\n`)
  await out.write(
    `<div class="grid static" role="region" tabindex="0" aria-label="Changes of ${Escape.html(data.sync)}">\n<table class="changes">\n${head(input, view)}<tbody>\n`
  )
  for (const row of first) await out.write(Markup.row(RowCells.of(data, row)))
  await out.write(`</tbody>\n</table>\n</div>\n<script type="application/json" class="data">${embedded(data)}</script>\n</section>\n`)
}

/** The packed rows, after all that people read: the page is shown before they have come. `redact` cleans what is packed. */
export const writeRows = (input: PlanInput, survey: Survey, redact: (text: string) => string, prefix: string, out: Sink.Writer): Promise<void> =>
  survey.rows === 0 ? Promise.resolve() : Pack.write(input.changes, survey.dictionaries, redact, prefix, out)
