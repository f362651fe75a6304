/** Source groups, the rule that takes each and the name at the target. */
import type { GroupRow } from "../model/Overview.ts"
import * as Columns from "./Columns.ts"
import * as Sink from "./Sink.ts"
import * as Terminal from "./Terminal.ts"
import type { View } from "./View.ts"
import * as Wording from "./Wording.ts"

const HEADER = ["group", "name", "members", "rule", "target"] as const

/**
 * Writes a line a group in the order given, at most `most` of them, and at the end how many of all are mapped, not mapped and ambiguous; `only` those that
 * no rule takes, where it is said.
 */
export const write = async (
  sync: string,
  rows: ReadonlyArray<GroupRow>,
  view: View,
  sink: Sink.Sink,
  { most = Infinity, only = "all" }: { readonly most?: number; readonly only?: "all" | "unmapped" } = {}
): Promise<void> => {
  const out = Sink.make(sink)
  const counts = { mapped: 0, unmapped: 0, ambiguous: 0 }
  for (const { state } of rows) counts[state] += 1
  const table = Columns.table([HEADER, ...rows.slice(0, most).map(cells)], { limits: [40, 40, 12, 24, 120], right: [2], width: view.width })
  for (const [index, line] of table.entries()) if (rows.length > 0) await out.line(index === 0 ? Terminal.paint(view, "strong", line) : line)
  if (rows.length > most) await out.line(`... and ${Wording.plural(rows.length - most, "more group")}`)
  const { mapped, unmapped, ambiguous } = counts
  const again = `Next: groupbridge plan ${Terminal.visible(sync)}`
  if (rows.length === 0) await out.line(only === "all" ? `No groups are known yet.  ${again}` : `No group is known that no rule takes.  ${again}`)
  else {
    const doubtful = ambiguous === 0 ? "" : `, ${Wording.number(ambiguous)} ambiguous (not written)`
    await out.line(`${Wording.number(mapped)} mapped, ${Wording.number(unmapped)} not mapped${doubtful}`)
  }
  await out.flush()
}

const cells = (row: GroupRow): ReadonlyArray<string> => {
  const rule = row.rule === null ? "-" : `rule ${row.rule.index} (line ${row.rule.line})`
  return [Terminal.visible(`${row.connection} ${row.key}`, 40), Terminal.visible(row.name, 40), Wording.number(row.members), rule, goal(row)]
}

const goal = (row: GroupRow): string => {
  const reason = row.reason === null ? "" : ` (${Terminal.visible(row.reason, 60)})`
  if (row.state === "unmapped") return `not mapped${reason}`
  const name = row.target === null ? "?" : Terminal.visible(row.target, 60)
  return row.state === "ambiguous" ? `AMBIGUOUS ${name}${reason}` : `${name}${reason}`
}
