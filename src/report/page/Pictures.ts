/** Four pictures of a plan, drawn when the page is written. Every figure stands beside its bar as text. */
import type { GuardReading } from "../../model/Change.ts"
import { limits } from "../../model/Guard.ts"
import type { PlanResult } from "../../model/Result.ts"
import * as Escape from "../Escape.ts"
import { number, plural } from "../Numbers.ts"
import * as Terminal from "../Terminal.ts"
import * as Markup from "./Markup.ts"
import type { PageData } from "./PageData.ts"
import type { Survey } from "./Survey.ts"

/** Causes with a colour of their own; the rest is one piece. */
const COLORS = 7

const figure = (title: string, rows: ReadonlyArray<readonly [label: string, text: string, bar: string]>): string =>
  rows.length === 0
    ? ""
    : `<figure>\n<figcaption>${Escape.html(title)}</figcaption>\n<ul class="chart">\n${rows
        .map(([label, text, bar]) => `<li><span>${label}</span> <span class="figure">${Escape.html(text)}</span>${bar}</li>\n`)
        .join("")}</ul>\n</figure>\n`

/** Leavers to the left of the middle, joiners to the right, all on one scale. */
const groups = ({ mostChanged }: PlanResult): string => {
  const most = mostChanged.reduce((max, { join, leave }) => Math.max(max, join, leave), 1)
  return figure(
    "Most changed groups, now -> after",
    mostChanged.map(({ join, leave, members, name }) => {
      const [left, right] = [(leave / most) * 50, (join / most) * 50]
      const moves = [...(leave > 0 ? [`-${number(leave)}`] : []), ...(join > 0 ? [`+${number(join)}`] : [])].join(" ")
      return [
        Markup.name(Terminal.visible(name, 60)),
        `${number(members)} -> ${number(members - leave + join)} (${moves})`,
        Markup.bar(
          [
            { from: 50 - left, width: left, tone: "bad" },
            { from: 50, width: right, tone: "good" }
          ],
          [50]
        )
      ]
    })
  )
}

const causes = ({ causes: all }: Survey, data: PageData): string => {
  const total = all.reduce((sum, { changes }) => sum + changes, 0)
  if (total === 0) return ""
  const shown = all.slice(0, COLORS).map(({ changes, row }) => ({
    changes,
    text: `${data.operations[row.operation - 1]?.label ?? ""}: ${data.causes[row.cause - 1] ?? ""}`
  }))
  const rest = all.slice(COLORS).reduce((sum, { changes }) => sum + changes, 0)
  const parts = rest === 0 ? shown : [...shown, { changes: rest, text: plural(all.length - COLORS, "other cause") }]
  let from = 0
  const segments = parts.map(({ changes }, index) => {
    const width = (changes / total) * 100
    from += width
    return { from: from - width, width, tone: `c${index}` }
  })
  return `<figure>\n<figcaption>Causes</figcaption>\n${Markup.bar(segments)}\n<ul class="legend">${parts
    .map(
      ({ changes, text }, index) =>
        `<li><svg class="swatch" viewBox="0 0 10 10" aria-hidden="true"><rect class="c${index}" width="10" height="10"/></svg>${Escape.html(text)} <span class="figure">${number(changes)}</span></li>`
    )
    .join("")}</ul>\n</figure>\n`
}

const share = (part: number, whole: number): string => (whole === 0 ? number(part) : `${number(part)} (${number((part / whole) * 100)} %)`)

/** Customers in groups that the rules take, by what became of them. */
const funnel = ({ matching, summary, unmatched }: PlanResult): string => {
  if (matching === null) return ""
  const { customers, matched } = matching
  const step = (label: string, count: number, tone: string): readonly [string, string, string] => [
    label,
    share(count, customers),
    Markup.bar([{ from: 0, width: customers === 0 ? 0 : (count / customers) * 100, tone }])
  ]
  return figure("Customers in mapped groups", [
    step("at the source", customers, "plain"),
    step("matched", matched, "good"),
    step("not found", unmatched.total - summary.ambiguous, "warn"),
    step("ambiguous", summary.ambiguous, "bad")
  ])
}

const percent = new Set<string>(limits.filter((name) => name.endsWith("Percent") || name === "sourceShrink"))

const guard = ({ limit, name, tripped, value }: GuardReading): readonly [string, string, string] => {
  const unit = percent.has(name) ? " %" : ""
  return [Escape.html(name), `${number(value)}${unit}, limit ${number(limit)}${unit}${tripped ? ": held" : ""}`, Markup.measure(value, limit, tripped)]
}

const guards = ({ guards: all }: PlanResult): string => figure("Guards: value against limit", all.map(guard))

/** Empty where there is nothing to draw. */
export const html = (plan: PlanResult, survey: Survey, data: PageData): string => {
  const drawn = groups(plan) + causes(survey, data) + funnel(plan) + guards(plan)
  return drawn === "" ? "" : `<section>\n<h3>At a glance</h3>\n<div class="pictures">\n${drawn}</div>\n</section>\n`
}
