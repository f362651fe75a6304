/**
 * Plans as Markdown for merge requests and chats, within a budget of bytes, in the order of the page: counts, what is held, what changes most, the changes
 * with removals first, and at the end whom the target does not know and what the plan rests on. It says how many rows had no room.
 * (GitHub refuses comments over 65,536 characters.)
 */
import type { Change } from "../model/Change.ts"
import * as Escape from "./Escape.ts"
import * as Facts from "./Facts.ts"
import type { PlanInput } from "./PlanInput.ts"
import * as PlanRows from "./PlanRows.ts"
import type { Sink } from "./Sink.ts"
import * as Terminal from "./Terminal.ts"
import * as Times from "./Times.ts"
import type { View } from "./View.ts"
import * as Wording from "./Wording.ts"

/** Bytes of UTF-8 that a document takes at most. */
export const BUDGET = 60_000

export interface MarkdownOptions {
  readonly budget: number
  /** Where all changes are: a file or address, shown as it is. Null: the command that writes them. */
  readonly full: string | null
}

/** Kept free for the lines that tell what had no room. */
const RESERVE = 400

/** At most so much of a document is what stands after its rows. */
const END = 1 / 4

/** Takes texts while there is room. */
interface Page {
  /** False, and nothing taken, where it has no room. */
  readonly add: (text: string) => boolean
  readonly room: () => number
}

const page = (budget: number, take: (text: string) => void): Page => {
  let left = budget
  return {
    add: (text) => {
      const bytes = Buffer.byteLength(text)
      if (bytes > left) return false
      left -= bytes
      take(text)
      return true
    },
    room: () => left
  }
}

/** Writes the document, never longer than `options.budget` (at least 1,000). Rows that have no room are counted, not kept. */
export const write = async (
  inputs: ReadonlyArray<PlanInput>,
  view: View,
  sink: Sink,
  options: MarkdownOptions = { budget: BUDGET, full: null }
): Promise<void> => {
  const texts: Array<string> = []
  const last: Array<string> = []
  const room = Math.max(1000, options.budget) - RESERVE
  const end = page(Math.floor(room * END), (text) => last.push(text))
  let dropped = 0
  for (const { plan } of inputs) for (const text of tail(plan, view, inputs.length > 1)) if (!end.add(text)) dropped += 1
  const out = page(room - (Math.floor(room * END) - end.room()), (text) => texts.push(text))
  for (const { plan } of inputs) for (const text of head(plan, view)) if (!out.add(text)) dropped += 1
  let more = 0
  for (const input of inputs) more += await rows(input, out)
  texts.push(...last)
  if (dropped > 0) texts.push(`\n... ${Wording.plural(dropped, "more line")} had no room.\n`)
  if (more > 0) texts.push(`\n... ${Wording.number(more)} more, see ${full(inputs, options)}.\n`)
  for (const text of texts) await sink(text)
}

const full = (inputs: ReadonlyArray<PlanInput>, options: MarkdownOptions): string => {
  if (options.full !== null) return `the full file ${Escape.markdownName(Terminal.visible(options.full, 60))}`
  const [first] = inputs
  const name = first === undefined || inputs.length > 1 ? "" : ` ${Terminal.visible(first.plan.sync, 40)}`
  return `the full file: ${Escape.markdownName(`groupbridge plan${name} --format csv`)}`
}

const head = (plan: PlanInput["plan"], view: View): ReadonlyArray<string> => {
  const md = Escape.markdown
  const counts = plan.error === null ? `**${md(Wording.planned(plan.summary, null))}**; ${md(Wording.estimate(plan.estimate))}` : ""
  const held = Facts.heldLine(plan.held)
  const facts = [
    ...(plan.error === null ? [] : [Facts.failure(plan.error, null)]),
    ...plan.held.map((part) => Facts.held(part, view, false)),
    ...Facts.withheld(plan.withheld),
    ...Facts.incomplete(plan.reads),
    ...Facts.pinned(plan.pinned),
    ...Facts.warnings(plan)
  ]
  return [
    `## ${md(Terminal.visible(plan.sync))}: ${md(Facts.way(plan, view))}\n\n`,
    counts === "" ? "" : `${counts}\n\n`,
    held === null ? "" : `**${md(held)}**\n\n`,
    `${md(Times.dated(view, view.now))}: ${md(Facts.readings(plan.reads, view))}${plan.firstRun ? ", first run" : ""}\n\n`,
    ...bullets(facts),
    ...glance(plan),
    "\n"
  ]
}

const bullets = (facts: ReadonlyArray<Facts.Fact>): ReadonlyArray<string> =>
  facts.flatMap((fact) => fact.rows.map((row, index) => bullet(row.term ?? (index === 0 ? fact.label : ""), row.text, row.term !== null || index > 0)))

/** What the page draws, in figures: the groups that change most, and whom the rules reach. */
const glance = ({ matching, mostChanged, summary, unmatched }: PlanInput["plan"]): ReadonlyArray<string> => {
  const groups = mostChanged.map(
    ({ join, leave, members, name }) => `${Wording.quoted(name)} ${Wording.number(members)} -> ${Wording.number(members - leave + join)}`
  )
  const reached =
    matching === null
      ? []
      : [
          `${Wording.number(matching.customers)} in mapped groups, ${Wording.number(matching.matched)} matched, ${Wording.number(unmatched.total - summary.ambiguous)} not found, ${Wording.number(summary.ambiguous)} ambiguous`
        ]
  return [...(groups.length === 0 ? [] : [bullet("MOST CHANGED", groups.join(", "), false)]), ...reached.map((text) => bullet("CUSTOMERS", text, false))]
}

/** After the rows: people without a counterpart, what else there is, and what the plan rests on. */
const tail = (plan: PlanInput["plan"], view: View, named: boolean): ReadonlyArray<string> => {
  const facts = [...Facts.notFound(plan, view), ...Facts.byHand(plan), ...Facts.tasks(plan.summary.tasks), ...Facts.found(plan.foundRows)]
  const basis = [
    ...plan.rules.map((rule) => bullet(Wording.rule(rule), Terminal.visible(rule.meaning, 300), false)),
    ...(plan.hash === null ? [] : [bullet("hash of the plan", plan.hash, false)])
  ]
  const all = [...bullets(facts), ...basis]
  return all.length === 0 ? [] : [`\n### ${named ? `${Escape.markdown(Terminal.visible(plan.sync))}: ` : ""}Not found, and what this rests on\n\n`, ...all]
}

const bullet = (label: string, text: string, inner: boolean): string =>
  `${inner ? "  " : ""}- ${label === "" ? "" : inner ? `${Escape.markdown(label)}: ` : `**${Escape.markdown(label)}** `}${Escape.markdown(text)}\n`

const TITLES = ["Removals", "Groups", "Additions", "Roles"] as const

const TABLE = "| who | group | why | source |\n|---|---|---|---|\n"

// Each section keeps no more rows than the whole page has room for: what a later one keeps may still be dropped for an earlier one.
const rows = async (input: PlanInput, out: Page): Promise<number> => {
  const kept = TITLES.map(() => {
    const texts: Array<string> = []
    return { texts, page: page(out.room(), (text) => texts.push(text)), count: 0, full: false }
  })
  for await (const change of input.changes) {
    const into = kept[PlanRows.section(change)]
    if (PlanRows.waits(change) || into === undefined) continue
    into.count += 1
    if (!into.full) into.full = !into.page.add(line(change))
  }
  let more = 0
  for (const [index, { texts, count }] of kept.entries()) {
    if (count === 0) continue
    let written = 0
    if (out.add(`\n### ${TITLES[index]}: ${Wording.number(count)}\n\n${TABLE}`)) {
      while (written < texts.length && out.add(texts[written] ?? "")) written += 1
    }
    more += count - written
  }
  return more
}

const line = (change: Change): string => {
  const name = (text: string): string => (text === "" ? "" : Escape.markdownName(text))
  const why = `${change.op === "group.delete" ? "deleted: " : ""}${Wording.cause(change.cause)}`
  const group = change.op === "group.update" || change.op === "member.role" ? Escape.markdown(PlanRows.groupText(change)) : name(PlanRows.groupText(change))
  return `| ${name(PlanRows.who(change))} | ${group} | ${Escape.markdown(why)} | ${name(PlanRows.source(change))} |\n`
}
