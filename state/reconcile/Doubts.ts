/** Changes that wait for a person whatever their number, each under a guard of doubt, and why it doubts. */
import type { DoubtName } from "../../src/model/Guard.ts"
import type { HoldReason } from "../../src/model/HoldReason.ts"
import type { Statements } from "../database/Statements.ts"

/** Forgets the doubts of an earlier comparison. */
export const clear = (sql: Statements): void => {
  sql.run("DELETE FROM doubt")
  sql.run("DELETE FROM doubt_reason")
}

/** Puts the changes that `rows` selects (op, group_id, target_customer_id) in doubt, with a reason. Without any such change nothing is noted. */
export const note = (sql: Statements, guard: DoubtName, rows: string, reason: HoldReason, ...values: ReadonlyArray<unknown>): void => {
  if (sql.get(`SELECT 1 FROM (${rows}) LIMIT 1`, ...values) === undefined) return
  sql.run(`INSERT OR IGNORE INTO doubt SELECT '${guard}', op, group_id, target_customer_id FROM (${rows})`, ...values)
  sql.run("INSERT OR IGNORE INTO doubt_reason VALUES (?, ?)", guard, JSON.stringify(reason))
}

/** The reasons noted for a guard, in their order. */
export const reasons = (sql: Statements, guard: string): ReadonlyArray<HoldReason> =>
  sql.all("SELECT reason FROM doubt_reason WHERE guard = ? ORDER BY rowid", guard).map((row) => JSON.parse(String(row["reason"])) as HoldReason)
