/** Customers of the source without a counterpart at the target: for people, and as CSV that can become a map file. */
import type { UnmatchedRow } from "../model/Overview.ts"
import * as Columns from "./Columns.ts"
import * as Escape from "./Escape.ts"
import * as Sink from "./Sink.ts"
import * as Terminal from "./Terminal.ts"
import * as Times from "./Times.ts"
import type { View } from "./View.ts"
import * as Wording from "./Wording.ts"

const WIDTHS = [32, 24, 24, 24] as const

const ROWS = 50

/** Writes the first fifty rows, all with `view.all`, and the number of customers by reason. `target` is the target's title. */
export const write = async (sync: string, target: string, rows: Sink.Rows<UnmatchedRow>, view: View, sink: Sink.Sink): Promise<void> => {
  const out = Sink.make(sink)
  const reasons = new Map<UnmatchedRow["reason"], number>()
  let count = 0
  for await (const row of rows) {
    count += 1
    reasons.set(row.reason, (reasons.get(row.reason) ?? 0) + 1)
    if (view.all || count <= ROWS) await out.line(line(row, target, view))
  }
  if (!view.all && count > ROWS) await out.line(`and ${Wording.number(count - ROWS)} more   groupbridge unmatched ${Terminal.visible(sync)} --csv`)
  const by = [...reasons]
    .sort((a, b) => b[1] - a[1])
    .map(([reason, customers]) => `${Wording.number(customers)} ${Wording.unmatched(reason, Terminal.visible(target))}`)
  // A plan stores what it finds too; what neither has asked for yet the next of them asks.
  const next = reasons.has("not-looked-up") ? `  Next: groupbridge sync ${Terminal.visible(sync)}` : ""
  await out.line(count === 0 ? "Every customer was found." : `${Wording.plural(count, "customer")}: ${by.join(", ")}${next}`)
  await out.flush()
}

const line = (row: UnmatchedRow, target: string, view: View): string => {
  const candidates =
    row.candidates.length === 0
      ? ""
      : `: ${Wording.some(
          row.candidates.map((id) => Terminal.visible(id, 40)),
          5
        )}`
  const cells = [
    row.email === null ? "-" : Terminal.visible(row.email),
    Terminal.visible(row.name ?? "-", 40),
    Terminal.visible(`${row.connection} ${row.id}`, 40),
    Wording.unmatched(row.reason, Terminal.visible(target)) + candidates,
    `since ${Times.at(view, row.since)}`
  ]
  return Columns.line(cells, WIDTHS, { width: view.width })
}

/** Header of the CSV. It is that of a map file by `id`: the rows whose `target` somebody fills in work as `match: {file: ...}`. */
export const HEADER = ["id", "target", "customerEmail", "name", "reason", "since", "candidates", "sync", "connection"] as const

/** Writes all rows as CSV (RFC 4180), in the order given. */
export const writeCsv = async (rows: Sink.Rows<UnmatchedRow>, sink: Sink.Sink): Promise<void> => {
  const out = Sink.make(sink)
  await out.write(Escape.csvLine(HEADER))
  for await (const row of rows) {
    await out.write(Escape.csvLine([row.id, null, row.email, row.name, row.reason, Times.iso(row.since), row.candidates.join(" "), row.sync, row.connection]))
  }
  await out.flush()
}
