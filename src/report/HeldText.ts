/** Held parts for people: a list of all, or one with its rows. */
import type { Change, HeldPart } from "../model/Change.ts"
import type { Decided } from "../model/Decision.ts"
import * as HeldWording from "./HeldWording.ts"
import * as Columns from "./Columns.ts"
import * as Facts from "./Facts.ts"
import * as PlanRows from "./PlanRows.ts"
import * as PlanText from "./PlanText.ts"
import * as Sink from "./Sink.ts"
import * as Terminal from "./Terminal.ts"
import * as Times from "./Times.ts"
import type { View } from "./View.ts"
import * as Wording from "./Wording.ts"

/** Rows shown of one part without `view.all`. */
const ROWS = 20

/** `approved by petra@ops1 15:31: "Gold ended"` */
export const decided = ({ at, host, reason, what, who }: Decided, view: View): string =>
  `${what} by ${Terminal.visible(who)}@${Terminal.visible(host)} ${Times.at(view, at)}${reason === null ? "" : `: "${Terminal.visible(reason, 500)}"`}`

/** All parts, one a line, with the command that shows one. Ends in a line end. */
export const list = (parts: ReadonlyArray<HeldPart>, view: View): string => {
  if (parts.length === 0) return "Nothing is held.\n"
  const rows = parts.map((part) => [
    Terminal.visible(part.id),
    Terminal.visible(part.sync),
    HeldWording.sentence(part),
    HeldWording.guardLimit(part),
    part.rejected === undefined ? `since ${Times.at(view, part.since)}` : decided(part.rejected, view)
  ])
  const open = parts.find((part) => part.decision === "open")
  const lines = Columns.table(rows, { limits: [12, 24, 60, 48, 120], width: view.width })
  return `${[...lines, ...(open === undefined ? [] : [`Next: groupbridge held ${Terminal.visible(open.id)}`])].join("\n")}\n`
}

/** One part with why it is held, its rows (the first twenty, or all with `view.all`) and the commands that decide. `changes` may hold others': only its own are shown. */
export const write = async (part: HeldPart, changes: Sink.Rows<Change>, view: View, sink: Sink.Sink): Promise<void> => {
  const out = Sink.make(sink)
  await out.line(
    `${Terminal.visible(part.sync)}: ${Wording.plural(part.changes, "change")} held since ${Times.atWithZone(view, part.since)}; nothing of it was done`
  )
  await out.line(PlanText.text(Facts.held(part, view, true), view))
  let count = 0
  for await (const change of changes) {
    if (change.held !== part.id) continue
    count += 1
    if (view.all || count <= ROWS) await out.line(PlanRows.row(change, count === 1 ? PlanRows.label(change) : "", view))
  }
  if (!view.all && count > ROWS)
    await out.line(`${" ".repeat(Columns.LABEL)}and ${Wording.number(count - ROWS)} more   groupbridge held ${Terminal.visible(part.id)} --all`)
  await out.flush()
}
