/**
 * Rows of ours that a target stopped showing. One empty answer takes them out of the ledger, and the next whole one brings them back: then they are what
 * they were, unless the target shows that somebody put them there since, or a person decided meanwhile that they stay out.
 */
import type { Frame } from "../../src/reconcile/ReconcileStore.ts"
import type { Statements } from "../database/Statements.ts"
import * as Doubts from "./Doubts.ts"

/** The Date header, from which the server's clock is known, has whole seconds. */
const clockTolerance = 2000

/** Keeps what the ledger says of rows that leave it. `rows` selects group and customer. */
export const keep = (sql: Statements, rows: string, now: number, ...values: ReadonlyArray<unknown>): void => {
  sql.run(
    `INSERT OR REPLACE INTO vanished SELECT a.group_id, a.target_customer_id, g.key, a.origin, a.since, a.run, ${now}
      FROM (${rows}) x JOIN assignment a ON a.group_id = x.group_id AND a.target_customer_id = x.target_customer_id
     JOIN target_group g ON g.id = a.group_id AND g.key IS NOT NULL WHERE a.origin <> 'found'`,
    ...values
  )
}

/** A person was asked whether the row `v` is to come back, and said no. */
const decided = `EXISTS (SELECT 1 FROM held_row r JOIN held_part p ON p.id = r.part AND p.guard = 'drift'
  AND p.state = 'rejected'
  WHERE r.op = 'assignment.add' AND r.group_id = v.group_id AND r.target_customer_id = v.target_customer_id)`

/** Of rows `v` that are back as `m`, in the same group of the target: those that are what they were. */
const same = `JOIN target_group g ON g.id = v.group_id AND g.key = v.key JOIN connection n ON n.id = g.connection
  WHERE NOT ${decided} AND (m.joined_at IS NULL OR m.joined_at - coalesce(n.clock_offset, 0)
    <= v.since + ${clockTolerance})`

/** Additions whose answers were lost, and that show now although nothing asks for them any more: ours, unless they are there since before we asked. */
const restoreLost = (sql: Statements, now: number): void => {
  if (sql.get("SELECT 1 FROM lost_intent LIMIT 1") === undefined) return
  const shown = `FROM lost_intent l CROSS JOIN seen_member m ON m.group_id = l.group_id
    AND m.target_customer_id = l.target_customer_id JOIN target_group g ON g.id = l.group_id
    JOIN connection n ON n.id = g.connection
    WHERE l.op = 'assignment.add'
    AND (m.joined_at IS NULL OR m.joined_at - coalesce(n.clock_offset, 0) >= l.intent_at - ${clockTolerance})`
  sql.run(
    `INSERT OR IGNORE INTO unconfirmed_origin SELECT l.group_id, l.target_customer_id, ? ${shown}
      AND m.joined_at IS NULL AND NOT EXISTS (SELECT 1 FROM assignment a
        WHERE a.group_id = l.group_id AND a.target_customer_id = l.target_customer_id)`,
    now
  )
  sql.run(`INSERT OR IGNORE INTO assignment SELECT l.group_id, l.target_customer_id, 'applied', ?, NULL ${shown}`, now)
  sql.run(
    `DELETE FROM lost_intent WHERE op = 'assignment.add' AND EXISTS (SELECT 1 FROM seen_member m
      WHERE m.group_id = lost_intent.group_id AND m.target_customer_id = lost_intent.target_customer_id)`
  )
}

/** Puts rows that are seen again back into the ledger as they were. Where the target does not show since when they are there, that is noted. */
export const restore = (sql: Statements, now: number): void => {
  restoreLost(sql, now)
  if (sql.get("SELECT 1 FROM vanished LIMIT 1") === undefined) return
  const back = `FROM vanished v CROSS JOIN seen_member m ON m.group_id = v.group_id
    AND m.target_customer_id = v.target_customer_id ${same}`
  sql.run(
    `INSERT OR IGNORE INTO unconfirmed_origin SELECT v.group_id, v.target_customer_id, ? ${back}
    AND m.joined_at IS NULL`,
    now
  )
  sql.run(`INSERT OR IGNORE INTO assignment SELECT v.group_id, v.target_customer_id, v.origin, v.since, v.run ${back}`)
}

/** What is seen now is not gone any more. */
export const forgetSeen = (sql: Statements): void => {
  sql.run(
    `DELETE FROM vanished WHERE EXISTS (SELECT 1 FROM seen_member m
      WHERE m.group_id = vanished.group_id AND m.target_customer_id = vanished.target_customer_id)`
  )
  sql.run(
    `DELETE FROM unconfirmed_origin WHERE NOT EXISTS (SELECT 1 FROM assignment a
      WHERE a.group_id = unconfirmed_origin.group_id AND a.target_customer_id = unconfirmed_origin.target_customer_id)`
  )
}

/** An addition was answered with "already there": a row that had vanished is back as it was. Since when it is there is not shown, and that is noted. */
export const answeredBack = (sql: Statements, group: number, customer: number, now: number): void => {
  const back = sql.run(
    `INSERT OR IGNORE INTO assignment SELECT v.group_id, v.target_customer_id, v.origin, v.since, v.run
      FROM vanished v JOIN target_group g ON g.id = v.group_id AND g.key = v.key
      WHERE v.group_id = ? AND v.target_customer_id = ? AND NOT ${decided}`,
    group,
    customer
  )
  if (back > 0) sql.run("INSERT OR IGNORE INTO unconfirmed_origin VALUES (?, ?, ?)", group, customer, now)
}

/** A call of ours has settled the row: nothing of what was before is a question any more. */
export const settled = (sql: Statements, group: number, customer: number): void => {
  for (const table of ["vanished", "unconfirmed_origin"]) sql.run(`DELETE FROM ${table} WHERE group_id = ? AND target_customer_id = ?`, group, customer)
}

/** Puts removals of rows whose origin is not confirmed in doubt, under `ownership`. */
export const doubt = (sql: Statements, { sync }: Frame): void =>
  Doubts.note(
    sql,
    "ownership",
    `SELECT c.op, c.group_id, c.target_customer_id FROM candidate_change c
      JOIN unconfirmed_origin u ON u.group_id = c.group_id AND u.target_customer_id = c.target_customer_id
      WHERE c.op = 'assignment.remove'`,
    { code: "reappeared", connection: sync.to }
  )
