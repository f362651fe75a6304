/** Which decision a change rests on. */
import * as Id from "../../src/model/Id.ts"
import type { Approval } from "../../src/model/Done.ts"
import { textOf } from "../database/Columns.ts"
import type { Row, Statements } from "../database/Statements.ts"

/** Notes which approved part lets a change of this run through: the part's own row goes once the change is made. Part of what a run keeps. */
export const note = (sql: Statements, run: number, sync: number): void => {
  sql.run(
    `INSERT OR REPLACE INTO approved_change SELECT ?1, r.op, r.group_id, r.target_customer_id, max(r.part)
      FROM held_row r JOIN held_part p ON p.id = r.part AND p.sync = ?2 AND p.state = 'approved'
     JOIN candidate_change c ON c.op = r.op AND c.group_id = r.group_id AND c.target_customer_id = r.target_customer_id
     GROUP BY 2, 3, 4`,
    run,
    sync
  )
}

/** Notes that a decision which lifted a limit lets the selected changes of this run through. */
export const noteLift = (sql: Statements, run: number, decision: number, condition: string, values: ReadonlyArray<unknown>): void => {
  sql.run(
    `INSERT OR REPLACE INTO approved_change SELECT ?, op, group_id, target_customer_id, -?
      FROM candidate_change WHERE ${condition}`,
    run,
    decision,
    ...values
  )
}

/** Of a row of `planned_change`. */
export const of = (sql: Statements, row: Row): Approval | null => {
  if (row["approved"] !== 1) return null
  const noted = sql.get(
    "SELECT part FROM approved_change WHERE run = ? AND op = ? AND group_id = ? AND target_customer_id = ?",
    row["run"],
    row["op"],
    row["group_id"],
    row["target_customer_id"]
  )
  if (noted === undefined) return null
  const part = Number(noted["part"])
  const which = part < 0 ? "id = ?" : "subject = ? AND what = 'approved' ORDER BY id DESC LIMIT 1"
  const found = sql.get(`SELECT *, details ->> 'lift' AS lift FROM decision WHERE ${which}`, part < 0 ? -part : Id.part(part))
  if (found === undefined) return null
  const lift = textOf(found["lift"])
  return {
    part: lift === null ? String(found["subject"]) : null,
    ...(lift === null ? {} : { lift }),
    by: `${String(found["who"])}@${String(found["host"])}`,
    at: Number(found["at"]),
    reason: textOf(found["reason"])
  }
}
