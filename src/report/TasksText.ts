/** Removals that a person has to do at the target: for people, and as CSV to work through. */
import type { TaskRow } from "../model/Overview.ts"
import * as Columns from "./Columns.ts"
import * as Escape from "./Escape.ts"
import * as Sink from "./Sink.ts"
import * as Terminal from "./Terminal.ts"
import * as Times from "./Times.ts"
import type { View } from "./View.ts"
import * as Wording from "./Wording.ts"

const WIDTHS = [8, 32, 24, 24] as const

const ROWS = 50

/** Writes the first fifty tasks and how to say that one is done. */
export const write = async (rows: Sink.Rows<TaskRow>, view: View, sink: Sink.Sink): Promise<void> => {
  const out = Sink.make(sink)
  let count = 0
  let first = ""
  for await (const row of rows) {
    count += 1
    if (count === 1) first = row.id
    if (count <= ROWS) await out.line(line(row, view))
  }
  if (count > ROWS) await out.line(`and ${Wording.number(count - ROWS)} more   groupbridge done --csv`)
  if (count === 0) await out.line("Nothing is to be done by hand.")
  else await out.line(`${Wording.plural(count, "membership")} to be taken out by hand.  When one is:  groupbridge done ${Terminal.visible(first)}`)
  await out.flush()
}

const line = (row: TaskRow, view: View): string =>
  Columns.line(
    [
      Terminal.visible(row.id),
      Terminal.visible(row.customer.email ?? row.customer.id),
      `out of ${Wording.quoted(row.group.name)}`,
      Wording.cause(row.cause),
      `${Terminal.visible(row.connection)}, since ${Times.at(view, row.since)}`
    ],
    WIDTHS
  )

/** Header of the CSV; columns are only ever added at the end. */
export const HEADER = ["id", "connection", "do", "customer", "name", "customerId", "group", "groupId", "why", "since", "sync"] as const

/** Writes all open tasks as CSV (RFC 4180), oldest first. */
export const writeCsv = async (rows: Sink.Rows<TaskRow>, sink: Sink.Sink): Promise<void> => {
  const out = Sink.make(sink)
  await out.write(Escape.csvLine(HEADER))
  for await (const { customer, group, ...row } of rows) {
    await out.write(
      Escape.csvLine([
        row.id,
        row.connection,
        "take out",
        customer.email,
        customer.name,
        customer.id,
        group.name,
        group.id,
        Wording.cause(row.cause),
        Times.iso(row.since),
        row.sync
      ])
    )
  }
  await out.flush()
}
