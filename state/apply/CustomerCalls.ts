/** Work that goes customer by customer: calls of one customer and several groups, groups that come to be by use, and rows that nobody is sure of. */
import type { OpenCall, WorkCustomer, Writer } from "../../src/apply/Journal.ts"
import { connectionId } from "../database/Intern.ts"
import type { Statements } from "../database/Statements.ts"
import * as Vanished from "../reconcile/Vanished.ts"
import * as IdempotencyKeys from "./IdempotencyKeys.ts"
import { stageGroups } from "../read/TargetStaging.ts"

export type RowOp = "assignment.add" | "assignment.remove"

/** Planned rows whose group is there, or comes to be by them. */
const ready = `FROM planned_change p JOIN target_group g ON g.id = p.group_id AND coalesce(g.key, g.slug) IS NOT NULL
    JOIN target_customer t ON t.id = p.target_customer_id WHERE p.run = ? AND p.op = ? AND p.state = 'planned'`

export const customers = (sql: Statements, run: number, op: RowOp, first: "most" | "fewest", limit: number): ReadonlyArray<WorkCustomer> =>
  sql
    .all(
      `SELECT t.id, t.key, coalesce(t.email, t.key) AS name ${ready} GROUP BY t.id
        ORDER BY count(*) ${first === "most" ? "DESC" : "ASC"}, t.id LIMIT ?`,
      run,
      op,
      limit
    )
    .map((row) => ({ customer: Number(row["id"]), id: String(row["key"]), name: String(row["name"]) }))

/** Stores the intent of the next call of a customer and answers its number; null: nothing is left. */
export const intend = (sql: Statements, writer: Writer, op: RowOp, customer: number, pack: number, now: number): number | null => {
  const rows = sql.all(`SELECT p.group_id ${ready} AND p.target_customer_id = ? ORDER BY p.group_id LIMIT ?`, writer.run, op, customer, pack)
  const [first] = rows
  if (first === undefined) return null
  const { firstAt, key } = IdempotencyKeys.fresh(now)
  const call = sql.insert(
    `INSERT INTO call (run, lease, connection, op, group_id, target_customer_id, intent_at, idempotency_key, first_at)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    writer.run,
    writer.lease,
    connectionId(sql, writer.to),
    op,
    first["group_id"],
    customer,
    now,
    key,
    firstAt
  )
  for (const { group_id: group } of rows) {
    sql.run(
      `INSERT INTO call_row (call, group_id, target_customer_id, absent)
        SELECT ?1, ?3, ?2, EXISTS (SELECT 1 FROM seen_customer WHERE target_customer_id = ?2)
        AND NOT EXISTS (SELECT 1 FROM seen_member WHERE group_id = ?3 AND target_customer_id = ?2)`,
      call,
      customer,
      group
    )
  }
  return call
}

export const sawGroups = (sql: Statements, run: number, customer: number, groups: ReadonlyArray<string>, now: number): void => {
  stageGroups(sql, customer, groups)
  sql.run("UPDATE target_customer SET read_at = ?, seen_at = ? WHERE id = ?", now, now, customer)
  Vanished.restore(sql, now)
  const there = `p.run = ?1 AND p.op = 'assignment.add' AND p.target_customer_id = ?2 AND p.state = 'planned'
      AND p.group_id IN (SELECT group_id FROM seen_member WHERE target_customer_id = ?2)`
  sql.run(
    `INSERT OR IGNORE INTO assignment SELECT p.group_id, p.target_customer_id, 'found', ?3, ?1
    FROM planned_change p WHERE ${there}`,
    run,
    customer,
    now
  )
  for (const table of ["manual_removal", "unconfirmed_write"])
    sql.run(
      `DELETE FROM ${table} WHERE target_customer_id = ?2
      AND group_id IN (SELECT p.group_id FROM planned_change p WHERE ${there})`,
      run,
      customer
    )
  sql.run(`UPDATE planned_change AS p SET state = 'already', settled_at = ?3 WHERE ${there}`, run, customer, now)
}

/** A row that an answer confirmed. Its group is there from then on, if it comes to be by use. */
export const noteConfirmed = (sql: Statements, call: OpenCall, customer: number, now: number): void => {
  const { number } = call.group
  sql.run("DELETE FROM unconfirmed_write WHERE group_id = ? AND target_customer_id = ?", number, customer)
  if (call.op !== "assignment.add") return
  const made = sql.run(
    `UPDATE target_group SET key = slug, basis = 'made', made_by_us = 1,
      written = json_object('name', name, 'slug', slug, 'description', description),
       created_at = ?, run = (SELECT run FROM call WHERE id = ?) WHERE id = ? AND key IS NULL`,
    now,
    call.call,
    number
  )
  if (made === 0) return
  sql.run(
    `UPDATE planned_change SET state = 'done', call = ?1, settled_at = ?2
      WHERE run = (SELECT run FROM call WHERE id = ?1) AND op = 'group.create' AND group_id = ?3`,
    call.call,
    now,
    number
  )
}

export const noteUnconfirmed = (sql: Statements, call: OpenCall, customer: number): void => {
  sql.run("INSERT OR IGNORE INTO unconfirmed_write VALUES (?, ?)", call.group.number, customer)
}

export const dropUnused = (sql: Statements, run: number, now: number): void => {
  sql.run(
    `UPDATE planned_change SET state = 'void', settled_at = ?
    WHERE run = ? AND op = 'group.create' AND state = 'planned'`,
    now,
    run
  )
}
