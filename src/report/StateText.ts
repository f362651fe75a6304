/** What there is to say about the state file: what a check found, and what putting a copy back or releasing leads to. */
import type { Released } from "../run/OperationsStore.ts"
import type { Replacing, StateFacts, StateReport } from "../operate/StateFiles.ts"
import * as Columns from "./Columns.ts"
import * as Facts from "./Facts.ts"
import * as Terminal from "./Terminal.ts"
import * as Times from "./Times.ts"
import type { View } from "./View.ts"
import * as Wording from "./Wording.ts"

const path = (file: string): string => Terminal.visible(file, 300)

/** "state 7f3a, 12 runs, last Fri 14:07". */
export const facts = ({ lastRunAt, lineage, runs }: StateFacts, view: View): string =>
  `state ${Terminal.visible(lineage)}, ${Wording.plural(runs, "run")}${lastRunAt === null ? "" : `, last ${Times.at(view, lastRunAt)}`}`

const schema = (is: number, known: number): string => (is === known ? `schema ${is}` : `schema ${is}, which the next run brings to ${known} after a copy`)

/** Ends with "All is well." or the number of problems, and a line end. `file` is shown as given. */
export const check = (report: StateReport, file: string, view: View): string => {
  const well = report.problems.length === 0
  const about =
    report.facts === null
      ? well
        ? "not there yet: the first plan or sync makes it"
        : path(file)
      : `${path(file)}: ${facts(report.facts, view)}; ${schema(report.facts.schema, report.knownSchema)}`
  const copies =
    report.newest === null
      ? "none yet: a run that writes makes one, and groupbridge state backup"
      : `newest ${path(report.newest.file)}, ${Times.at(view, report.newest.at)}`
  return `${[
    Columns.labelled(view, "state", about, well ? "good" : "bad"),
    Columns.labelled(view, "copies", copies),
    ...report.problems.flatMap((problem) => Facts.sentences(problem).map((line, index) => Columns.labelled(view, index === 0 ? "problem" : "", line, "bad"))),
    well ? Terminal.paint(view, "good", "All is well.") : Terminal.paint(view, "bad", Wording.plural(report.problems.length, "problem"))
  ].join("\n")}\n`
}

/** What the runs that a copy does not know did, and how the next one meets it. */
const forgotten = (runs: number | null): string => {
  if (runs === 0) return "It knows every run that was here."
  const which = runs === null ? "Runs that it does not know" : `${Wording.plural(runs, "later run")}`
  return `${which} ${runs === 1 ? "is" : "are"} forgotten: the next run lists the target's groups again. What ${runs === 1 ? "that run" : "those"} added counts as found there, and is not removed later; what ${runs === 1 ? "it" : "they"} removed is seen to be gone.`
}

export const restored = ({ copy, runsAfter }: Replacing, kept: string | null, view: View): string =>
  `${[
    `In place: ${facts(copy, view)}, from ${path(copy.file)}.`,
    forgotten(runsAfter),
    ...(kept === null ? [] : [`The file that was there is kept as ${path(kept)}.`]),
    "Nothing was read or written elsewhere.  Next: groupbridge plan"
  ].join("\n")}\n`

/** "12 memberships leave with the next runs, within their limits; 30 stay, for no sync writes to their groups". */
export const released = ({ leaving, staying }: Released): string => {
  if (leaving + staying === 0) return "no membership rests on them alone, so none leaves"
  const parts = [
    ...(leaving === 0 ? [] : [`${Wording.plural(leaving, "membership")} ${leaving === 1 ? "leaves" : "leave"} with the next run, as far as its limits allow`]),
    ...(staying === 0
      ? []
      : [`${Wording.plural(staying, "membership")} ${staying === 1 ? "stays" : "stay"} at the target as they are: no sync takes anybody out of their groups`])
  ]
  return parts.join("; ")
}
