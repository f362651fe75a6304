/** The part in which a guard holds what waits in a sync: a guard has at most one that is open, of customers and of staff. */
import type { Trip } from "../../src/plan/PlanStore.ts"
import type { Statements } from "../database/Statements.ts"

export interface Owner {
  /** Number of the sync. */
  readonly sync: number
  readonly staff: boolean
  readonly run: number
  readonly now: number
  /** True if the part keeps the largest value that it ever had. */
  readonly keepsLargest: boolean
}

/** Returns the number of the guard's open part, with the limit, value, unit and reasons of this run. Makes it if there is none. */
export const store = (sql: Statements, { keepsLargest, now, run, staff, sync }: Owner, { guard, limit, unit, value, why }: Trip): number => {
  const [lim, figure, reasons] = [Math.ceil(limit), Math.ceil(value), JSON.stringify(why)]
  const open = sql.get("SELECT id FROM held_part WHERE sync = ? AND guard = ? AND staff = ? AND state = 'open'", sync, guard, Number(staff))
  if (open === undefined)
    return sql.insert(
      `INSERT INTO held_part (sync, guard, state, opened_at, run, lim, value, unit, why, staff)
        VALUES (?, ?, 'open', ?, ?, ?, ?, ?, ?, ?)`,
      sync,
      guard,
      now,
      run,
      lim,
      figure,
      unit,
      reasons,
      Number(staff)
    )
  sql.run(
    "UPDATE held_part SET lim = ?1, value = iif(?2, max(value, ?3), ?3), unit = ?4, why = ?5 WHERE id = ?6",
    lim,
    Number(keepsLargest),
    figure,
    unit,
    reasons,
    open["id"]
  )
  return Number(open["id"])
}
