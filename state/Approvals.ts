/** Which decision a change rests on. */
import type { Approval } from "../src/model/Done.ts"
import type { Row, Statements } from "./Database.ts"

/** Notes which approved part lets a change of this run through: the part's own row goes once the change is made. Part of what a run keeps. */
export const note = (sql: Statements, run: number, sync: number): void => {
  sql.run(
    `INSERT OR REPLACE INTO approved_change SELECT ?1, r.op, r.grp, r.customer, max(r.part) FROM held_row r JOIN held_part p ON p.id = r.part AND p.sync = ?2 AND p.state = 'approved'
     JOIN change c ON c.op = r.op AND c.grp = r.grp AND c.customer = r.customer GROUP BY 2, 3, 4`,
    run,
    sync
  )
}

/** Of a row of `planned`. */
export const of = (sql: Statements, row: Row): Approval | null => {
  const found = sql.get(
    `SELECT d.* FROM approved_change a JOIN decision d ON d.subject = 'H-' || a.part AND d.what = 'approved'
     WHERE a.run = ? AND a.op = ? AND a.grp = ? AND a.customer = ? ORDER BY d.id DESC LIMIT 1`,
    row["run"],
    row["op"],
    row["grp"],
    row["customer"]
  )
  if (row["approved"] !== 1 || found === undefined) return null
  return {
    part: String(found["subject"]),
    by: `${String(found["who"])}@${String(found["host"])}`,
    at: Number(found["at"]),
    reason: found["reason"] === null ? null : String(found["reason"])
  }
}
