/** Why changes that a run considered were not made: stored for `explain` and `status`, which judge nothing of their own. */
import type { Frame } from "../../src/reconcile/ReconcileStore.ts"
import type { KeptReason } from "../../src/model/KeptReason.ts"
import type { SkipReason } from "../../src/model/SkipReason.ts"
import { syncId } from "../database/Intern.ts"
import type { Statements } from "../database/Statements.ts"

const present = `SELECT op, group_id, target_customer_id, skip_reason AS reason FROM candidate_change
  WHERE skip_reason IS NOT NULL
  UNION ALL SELECT 'assignment.remove', group_id, target_customer_id, kept FROM expired_row WHERE kept IS NOT NULL`

/** Brings the sync's reasons up to the plan at hand. A reason that stays keeps the run that first gave it, so that a run without changes writes nothing. */
export const store = (sql: Statements, frame: Frame): void => {
  const sync = syncId(sql, frame.sync.name)
  sql.run(
    `DELETE FROM skipped_change WHERE sync = ?1 AND (op, group_id, target_customer_id, reason) IN (
       SELECT op, group_id, target_customer_id, reason FROM skipped_change WHERE sync = ?1
       EXCEPT SELECT * FROM (${present}))`,
    sync
  )
  sql.run(`INSERT OR IGNORE INTO skipped_change SELECT ?1, op, group_id, target_customer_id, reason, ?2 FROM (${present})`, sync, frame.run)
}

export interface Skipped {
  readonly reason: SkipReason | KeptReason
  /** The run that first gave this reason, and when it began (epoch ms). */
  readonly run: number
  readonly at: number
}

/** Of one membership; null where the last run made the change, holds it, or had none to make. */
export const of = (sql: Statements, sync: number, op: "assignment.add" | "assignment.remove", group: number, customer: number): Skipped | null => {
  const row = sql.get(
    `SELECT s.reason, s.run, r.started_at FROM skipped_change s JOIN run r ON r.id = s.run
      WHERE s.sync = ? AND s.op = ? AND s.group_id = ? AND s.target_customer_id = ?`,
    sync,
    op,
    group,
    customer
  )
  return row === undefined ? null : { reason: String(row["reason"]) as Skipped["reason"], run: Number(row["run"]), at: Number(row["started_at"]) }
}

/** How many removals wait for time of grace. */
export const inGrace = (sql: Statements, sync: number): number =>
  Number(sql.get("SELECT count(*) AS n FROM skipped_change WHERE sync = ? AND op = 'assignment.remove' AND reason = 'grace'", sync)?.["n"])
