/** Runs for people: a list, newest first, or one with what it changed. */
import type { Done } from "../model/Done.ts"
import type { RunRow } from "../model/Overview.ts"
import * as Result from "../model/Result.ts"
import * as Columns from "./Columns.ts"
import * as Facts from "./Facts.ts"
import * as PlanRows from "./PlanRows.ts"
import * as PlanText from "./PlanText.ts"
import * as Sink from "./Sink.ts"
import * as Terminal from "./Terminal.ts"
import * as Times from "./Times.ts"
import type { View } from "./View.ts"
import * as Wording from "./Wording.ts"

const ROWS = 20

/** One run a line. Ends in a line end. */
export const list = (runs: ReadonlyArray<RunRow>, view: View): string => {
  if (runs.length === 0) return "No run yet.  Next: groupbridge plan\n"
  const rows = runs.map((run) => [
    Terminal.visible(run.run),
    Terminal.visible(run.sync),
    Times.at(view, run.startedAt),
    run.status,
    did(run),
    `${command(run)} by ${Terminal.visible(run.by)}`
  ])
  return `${Columns.table(rows, { limits: [12, 24, 20, 12, 70, 40], width: view.width }).join("\n")}\n`
}

/** The command that started a run, with the migration that the run belongs to. */
export const command = (run: RunRow): string => `${Terminal.visible(run.command)}${run.migration === null ? "" : ` (${run.migration})`}`

/** What a run did, with its calls and its time. */
export const did = (run: RunRow): string => {
  const took = run.endedAt === null ? "" : `, ${Times.duration(run.endedAt - run.startedAt)}`
  const refused = run.refused === 0 ? "" : `, ${Wording.number(run.refused)} refused`
  const held =
    run.held.length === 0
      ? ""
      : `, held ${Wording.some(
          run.held.map((id) => Terminal.visible(id)),
          3
        )}`
  const left = run.left === 0 ? "" : `, ${Wording.plural(run.left, "planned change")} not made`
  return `${Wording.done(run.summary)}${left}${refused}${held}; ${Wording.plural(run.calls.write, "call")}${took}`
}

/** What came of a change where it is not simply done, with the vendor's words. */
const outcome = ({ answer, outcome }: Done): string => {
  const said = answer?.detail === null || answer === null ? "" : `: "${Terminal.visible(answer.detail, 300)}"`
  if (outcome === "done") return said === "" ? "" : `  done${said}`
  return outcome === "already" ? `  was so already${said}` : `  REFUSED${said}`
}

/** One run with every fact known of it, what it changed and what was refused: the first twenty rows, or all with `view.all`. */
export const write = async (run: RunRow, changes: Sink.Rows<Done>, view: View, sink: Sink.Sink): Promise<void> => {
  const out = Sink.make(sink)
  const id = Terminal.visible(run.run)
  await out.line(`${id} ${Terminal.visible(run.sync)}: ${run.status}`)
  const facts: ReadonlyArray<readonly [string, string]> = [
    ["started", `${Times.atWithZone(view, run.startedAt)} by ${Terminal.visible(run.by)}: ${command(run)}`],
    ["did", did(run)],
    ["calls", `${Wording.number(run.calls.write)} to write, ${Wording.number(run.calls.read)} to read`],
    ...(run.reason === null ? [] : [["reason", Terminal.visible(run.reason, 500)] as const])
  ]
  for (const [label, value] of facts) await out.line(Columns.labelled(view, `  ${label}`, value))
  if (run.error !== null) await out.line(PlanText.text(Facts.failure(run.error, Result.total(run.summary) === 0 ? null : Wording.done(run.summary)), view))
  let [count, done] = [0, 0]
  let label = ""
  for await (const change of changes) {
    count += 1
    if (change.outcome === "done") done += 1
    if (!view.all && count > ROWS) continue
    const next = PlanRows.label(change)
    await out.line(PlanRows.row(change, next === label ? "" : next, view) + outcome(change))
    label = next
  }
  if (!view.all && count > ROWS) await out.line(`${" ".repeat(Columns.LABEL)}and ${Wording.number(count - ROWS)} more   groupbridge runs ${id} --all`)
  if (done > 0) await out.line(run.summary.members === undefined ? then(run) : byHand)
  await out.flush()
}

/** An invitation cannot be unsent, and a role is for a person to give back. */
const byHand = "Changes of a team are not taken back by program: do that at the target, and the next sync holds it as a question."

/** What to type to turn it round. */
const then = ({ command, run, status }: RunRow): string => {
  const undone = status === "undone" ? run : /^undo (?<run>r-\d+)$/.exec(command)?.groups?.["run"]
  return undone === undefined
    ? `Take it back: groupbridge undo ${Terminal.visible(run)}`
    : `Let syncs do it again: groupbridge release ${Terminal.visible(undone)}`
}
