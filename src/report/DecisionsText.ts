/** The log of decisions for people, newest first: when, what, about what, by whom, why. */
import type { DecisionRow } from "../model/Decision.ts"
import * as Columns from "./Columns.ts"
import * as Terminal from "./Terminal.ts"
import * as Times from "./Times.ts"
import type { View } from "./View.ts"
import * as Wording from "./Wording.ts"

/** `(only "Plan Gold", 5 changes; the rest waits in H-15)` */
const chosen = ({ changes, named, rest }: NonNullable<DecisionRow["share"]>): string =>
  `(only ${named.map((name) => Wording.quoted(name)).join(", ")}, ${Wording.plural(changes, "change")}${rest === null ? "" : `; the rest became ${Terminal.visible(rest)}`})`

/** "approved H-14", "removals=400 let through in r-12 of customers", "pause customers". */
const what = ({ lift, run, share, subject, what: decision }: DecisionRow): string =>
  lift === null
    ? `${decision} ${Terminal.visible(subject)}${share === null ? "" : ` ${chosen(share)}`}`
    : `${Terminal.visible(lift)} let through${run === null ? "" : ` in ${run}`} of ${Terminal.visible(subject)}`

/** One line a decision. Ends in a line end. */
export const text = (rows: ReadonlyArray<DecisionRow>, view: View): string => {
  if (rows.length === 0) return "Nothing was decided yet.\n"
  const lines = rows.map((row) => [
    Times.at(view, row.at),
    what(row),
    `by ${Terminal.visible(row.who)}@${Terminal.visible(row.host)}`,
    row.reason === null ? "" : `"${Terminal.visible(row.reason, 500)}"`
  ])
  return `${Columns.table(lines, { limits: [20, 120, 40, 60], width: view.width }).join("\n")}\n`
}
