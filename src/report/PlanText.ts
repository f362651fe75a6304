/** A plan for people at a terminal: counts first, what is held and why, what it costs, and the next thing to type. */
import * as Result from "../model/Result.ts"
import type { PlanResult } from "../model/Result.ts"
import * as Columns from "./Columns.ts"
import * as Facts from "./Facts.ts"
import type { PlanInput } from "./PlanInput.ts"
import * as HeldWording from "./HeldWording.ts"
import * as PlanRows from "./PlanRows.ts"
import * as PlanTally from "./PlanTally.ts"
import * as Sink from "./Sink.ts"
import * as Terminal from "./Terminal.ts"
import * as Times from "./Times.ts"
import type { View } from "./View.ts"
import * as Wording from "./Wording.ts"

const RIGHT = 50

/** Writes the plan of one sync. With `view.all` each change has its line, in the plan's order; otherwise changes are counted by group and cause. */
export const write = async (input: PlanInput, view: View, sink: Sink.Sink): Promise<void> => {
  const { plan } = input
  const out = Sink.make(sink)
  const tally = PlanTally.make()
  if (view.all) {
    await out.write(head(plan, view, null))
    await writeAll(input, view, out, tally)
  } else {
    for await (const change of input.changes) PlanTally.add(tally, change)
    await out.write(head(plan, view, tally.renamed.count))
  }
  for (const line of PlanRows.sections(plan, tally, view)) await out.line(line)
  const rest = [
    ...Facts.notFound(plan, view),
    ...Facts.byHand(plan),
    ...Facts.tasks(plan.summary.tasks),
    ...Facts.withheld(plan.withheld),
    ...Facts.pinned(plan.pinned),
    ...Facts.warnings(plan),
    ...Facts.found(plan.foundRows)
  ]
  for (const fact of rest) await out.line(text(fact, view))
  await out.line(last(plan))
  await out.flush()
}

const writeAll = async (input: PlanInput, view: View, out: Sink.Writer, tally: PlanTally.Tally): Promise<void> => {
  let label = ""
  for await (const change of input.changes) {
    PlanTally.add(tally, change)
    const next = PlanRows.label(change)
    await out.line(PlanRows.row(change, next === label ? "" : next, view))
    label = next
  }
}

/** A fact laid out for a terminal. */
export const text = (fact: Facts.Fact, view: View): string =>
  fact.rows
    .map((row, index) =>
      Columns.labelled(view, row.term === null ? (index === 0 ? fact.label : "") : `  ${row.term}`, row.text, index === 0 ? fact.tone : "plain")
    )
    .join("\n")

/** In two columns, or one below the other where the terminal is too narrow. */
const beside = (left: string, right: string, view: View): ReadonlyArray<string> => {
  const line = `${Terminal.pad(left, RIGHT)}  ${right}`.trimEnd()
  return Terminal.width(line) <= view.width ? [line] : [left, ...Columns.wrap(right, view.width - 4).map((part) => `    ${part}`)]
}

const head = (plan: PlanResult, view: View, renames: number | null): string => {
  const name = `${Terminal.visible(plan.sync)}:`
  const first = plan.firstRun ? ", first run" : ""
  const [way = "", ...readings] = beside(`${name} ${Facts.way(plan, view)}`, Facts.readings(plan.reads, view) + first, view)
  const lines = [Terminal.paint(view, "strong", name) + way.slice(name.length), ...readings]
  if (plan.error === null) lines.push(...beside(`  ${Wording.planned(plan.summary, renames)}`, Wording.estimate(plan.estimate), view))
  if (plan.estimate.endsAt !== null) {
    const costs = `done ${Times.atWithZone(view, plan.estimate.endsAt)} if begun now; ${Wording.purposes(plan.estimate)}`
    lines.push(...Columns.wrap(costs, view.width - 4).map((line) => `    ${line}`))
  }
  const held = Facts.heldLine(plan.held)
  if (held !== null) lines.push(...Columns.wrap(held, view.width - 2).map((line) => `  ${Terminal.paint(view, "warn", line)}`))
  const facts = [
    ...(plan.error === null ? [] : [Facts.failure(plan.error, null)]),
    ...Facts.incomplete(plan.reads),
    ...plan.held.map((part) => Facts.held(part, view, false))
  ]
  return [...lines, ...facts.map((fact) => text(fact, view)), ""].join("\n")
}

/** The last line: that nothing was written, and what to type next. */
const last = (plan: PlanResult): string => {
  const open = plan.held.filter((part) => part.decision === "open")
  const idle = plan.error === null && plan.status === "none" && open.length === 0
  const command = next(plan)
  return `${idle ? "Nothing to do, nothing was written." : "Nothing was written."}${command === null ? "" : `  Next: ${command}`}`
}

/** What to type next; null where nothing is to do. A new hold is stored by the next sync, and can be decided on only then. */
export const next = (plan: PlanResult): string | null => {
  const open = plan.held.filter((part) => part.decision === "open")
  if (plan.error !== null) return plan.error.message.includes("groupbridge ") ? null : "groupbridge check"
  const undecided = open.map((part) => HeldWording.decidingCommand(part)).find((command) => command !== null)
  if (undecided !== undefined && undecided !== null) return undecided
  if (Result.total(plan.summary) > 0 || plan.status === "changes" || open.some((part) => part.isNew)) return `groupbridge sync ${Terminal.visible(plan.sync)}`
  const [first] = open
  if (first === undefined) return plan.summary.tasks > 0 ? "groupbridge done --csv" : null
  return `groupbridge held ${Terminal.visible(first.id)}`
}
