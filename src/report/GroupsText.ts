/** Source groups, the rule that takes each and the name at the target, streamed. */
import type { GroupRow } from "../model/Overview.ts"
import * as Columns from "./Columns.ts"
import * as Sink from "./Sink.ts"
import * as Terminal from "./Terminal.ts"
import type { View } from "./View.ts"
import * as Wording from "./Wording.ts"

const WIDTHS = [28, 30, 9, 19] as const

/** Writes a line a group in the order given, and at the end how many are mapped, not mapped and ambiguous. */
export const write = async (sync: string, rows: Sink.Rows<GroupRow>, view: View, sink: Sink.Sink): Promise<void> => {
  const out = Sink.make(sink)
  const counts = { mapped: 0, unmapped: 0, ambiguous: 0 }
  const options = { limits: [40, 40, 12, 24, 60], right: [2] }
  for await (const row of rows) {
    if (counts.mapped + counts.unmapped + counts.ambiguous === 0) {
      await out.line(Terminal.paint(view, "strong", Columns.line(["group", "name", "members", "rule", "target"], WIDTHS, options)))
    }
    counts[row.state] += 1
    const rule = row.rule === null ? "-" : `rule ${row.rule.index} (line ${row.rule.line})`
    const cells = [Terminal.visible(`${row.connection} ${row.key}`, 40), Terminal.visible(row.name, 40), Wording.number(row.members), rule, goal(row)]
    await out.line(Columns.line(cells, WIDTHS, options))
  }
  const { mapped, unmapped, ambiguous } = counts
  if (mapped + unmapped + ambiguous === 0) await out.line(`No groups are known yet.  Next: groupbridge plan ${Terminal.visible(sync)}`)
  else {
    const doubtful = ambiguous === 0 ? "" : `, ${Wording.number(ambiguous)} ambiguous (not written)`
    await out.line(`${Wording.number(mapped)} mapped, ${Wording.number(unmapped)} not mapped${doubtful}`)
  }
  await out.flush()
}

const goal = (row: GroupRow): string => {
  const reason = row.reason === null ? "" : ` (${Terminal.visible(row.reason, 60)})`
  if (row.state === "unmapped") return `not mapped${reason}`
  const name = row.target === null ? "?" : Terminal.visible(row.target, 60)
  return row.state === "ambiguous" ? `AMBIGUOUS ${name}${reason}` : `${name}${reason}`
}
