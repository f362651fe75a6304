/** Removals that only a person can do, because the target has no call for them. Their rows stay in the ledger until somebody says that they are done. */
import * as Id from "../../src/model/Id.ts"
import type { TaskRow } from "../../src/model/Overview.ts"
import type { Frame } from "../../src/reconcile/ReconcileStore.ts"
import type { Decider, Page } from "../../src/model/Decision.ts"
import { syncId } from "../database/Intern.ts"
import type { Row, Statements } from "../database/Statements.ts"
import * as DecisionLog from "../database/DecisionLog.ts"

const batch = 1000

/** A claim that is back takes the task away. Whether a person has done it meanwhile nobody knows, so the row is asked for again. */
export const withdraw = (sql: Statements): void => {
  const back = `done_at IS NULL AND EXISTS (SELECT 1 FROM standing_claim c
    WHERE c.group_id = task.group_id AND c.target_customer_id = task.target_customer_id)`
  sql.run(`INSERT OR IGNORE INTO unconfirmed_write SELECT group_id, target_customer_id FROM task WHERE ${back}`)
  sql.run(`DELETE FROM task WHERE ${back} OR (done_at IS NULL
    AND (group_id, target_customer_id) NOT IN (SELECT group_id, target_customer_id FROM assignment))`)
}

/** What is a task already is asked of nobody again, and no guard counts it. */
export const setAside = (sql: Statements): void => {
  sql.run(
    `UPDATE candidate_change SET skip_reason = 'task' WHERE op = 'assignment.remove' AND skip_reason IS NULL
      AND (group_id, target_customer_id) IN (SELECT group_id, target_customer_id FROM task WHERE done_at IS NULL)`
  )
}

/** Makes tasks of the plan's free removals; answers their number. */
export const open = (sql: Statements, frame: Frame): number => {
  const free = "op = 'assignment.remove' AND part IS NULL AND skip_reason IS NULL"
  sql.run(
    `INSERT INTO task (sync, group_id, target_customer_id, cause, opened_at, approved)
      SELECT ?, group_id, target_customer_id, cause, ?, approved FROM candidate_change WHERE ${free}
      ORDER BY group_id, target_customer_id`,
    syncId(sql, frame.sync.name),
    frame.now
  )
  return sql.run(`UPDATE candidate_change SET skip_reason = 'task' WHERE ${free}`)
}

/** Tasks of the sync opened after `since` without a person's approval. */
export const openedLately = (sql: Statements, sync: number, since: number): number =>
  Number(sql.get("SELECT count(*) AS n FROM task WHERE sync = ? AND opened_at > ? AND approved = 0", sync, since)?.["n"])

/** Tasks of the sync that wait. */
export const count = (sql: Statements, sync: number): number =>
  Number(sql.get("SELECT count(*) AS n FROM task WHERE sync = ? AND done_at IS NULL", sync)?.["n"])

const select = `SELECT k.id, s.name AS sync, n.name AS connection, g.key AS target_group_key, g.name AS group_name,
  t.key AS customer_key, t.email, t.name AS customer_name, k.cause, k.opened_at, k.done_at
  FROM task k JOIN sync s ON s.id = k.sync JOIN target_group g ON g.id = k.group_id
  JOIN target_customer t ON t.id = k.target_customer_id JOIN connection n ON n.id = g.connection`

const text = (value: string | number | null | undefined): string | null => (value === null || value === undefined ? null : String(value))

const toTask = (row: Row): TaskRow => ({
  id: Id.task(row["id"]),
  sync: String(row["sync"]),
  connection: String(row["connection"]),
  group: { id: text(row["target_group_key"]), name: String(row["group_name"]) },
  customer: { id: String(row["customer_key"]), email: text(row["email"]), name: text(row["customer_name"]) },
  cause: String(row["cause"]) as TaskRow["cause"],
  since: Number(row["opened_at"]),
  doneAt: row["done_at"] === null ? null : Number(row["done_at"])
})

/** Open ones, oldest first. */
export const waiting = (sql: Statements, after: string | null): Page<TaskRow> => {
  const rows = sql.all(
    `${select} WHERE k.done_at IS NULL AND k.id > ?
    ORDER BY k.id LIMIT ${batch}`,
    Number(after ?? 0)
  )
  const last = rows.at(-1)
  return { rows: rows.map(toTask), next: last === undefined || rows.length < batch ? null : String(last["id"]) }
}

export const one = (sql: Statements, task: number): TaskRow | null => {
  const row = sql.get(`${select} WHERE k.id = ?`, task)
  return row === undefined ? null : toTask(row)
}

/** A person did it: the row leaves the ledger, so that a claim that comes back is sent again. */
export const done = (sql: Statements, tasks: ReadonlyArray<number>, by: Decider, now: number): void => {
  for (const task of tasks) {
    const row = sql.get("SELECT group_id, target_customer_id FROM task WHERE id = ? AND done_at IS NULL", task)
    if (row === undefined) continue
    sql.run("UPDATE task SET done_at = ? WHERE id = ?", now, task)
    for (const table of ["assignment", "unconfirmed_write"])
      sql.run(`DELETE FROM ${table} WHERE group_id = ? AND target_customer_id = ?`, row["group_id"], row["target_customer_id"])
    sql.run("DELETE FROM claim WHERE group_id = ? AND target_customer_id = ? AND expired_at IS NOT NULL", row["group_id"], row["target_customer_id"])
    DecisionLog.note(sql, "done", Id.task(task), by, now)
  }
}
