/** Deleting what is older than `keep`, over SQLite. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type { Deleted, Retention } from "../../src/operate/Retention.ts"
import type { Database } from "../database/Database.ts"
import type { Statements } from "../database/Statements.ts"

const day = 86_400_000

/** Runs of one sweep: the first one after years may have millions of rows to delete, and others wait meanwhile. */
const most = 1000

/** Runs whose changes and calls are still needed: the last of each sync, one that shows a sync to be of staff, and those with a call under way. */
const needed = `SELECT max(id) FROM run GROUP BY sync
  UNION SELECT max(r.id) FROM run r JOIN team_planned t ON t.run = r.id GROUP BY r.sync
  UNION SELECT run FROM call WHERE outcome IS NULL UNION SELECT run FROM team_call WHERE outcome IS NULL`

/** Runs that something which stays names: of these only the changes and calls go. */
const named = `SELECT run FROM assignment WHERE run IS NOT NULL UNION SELECT run FROM undo_pin UNION SELECT run FROM baseline
  UNION SELECT run FROM held_part UNION SELECT run FROM target_group WHERE run IS NOT NULL UNION SELECT run FROM skipped_change
  UNION SELECT run FROM vanished WHERE run IS NOT NULL UNION SELECT undoes FROM run WHERE undoes IS NOT NULL`

/** Tables that name target customers: who is in none of them, and gone, is known from the history alone. */
const targets: ReadonlyArray<string> = [
  "assignment",
  "manual_removal",
  "claim",
  "undo_pin",
  "held_row",
  "planned_change",
  "call",
  "call_row",
  "refused",
  "task",
  "approved_change",
  "unconfirmed_write",
  "unconfirmed_origin",
  "vanished",
  "lost_intent",
  "skipped_change",
  "exception_binding",
  "customer_link"
]

const sources: ReadonlyArray<string> = ["source_membership", "source_address", "address_ask", "claim", "planned_change"]

const forgetCustomers = (sql: Statements, before: number): number => {
  const absent = (column: string, tables: ReadonlyArray<string>) =>
    tables.map((table) => `AND id NOT IN (SELECT ${column} FROM ${table} WHERE ${column} IS NOT NULL)`).join(" ")
  const gone = sql.run(
    `DELETE FROM source_customer WHERE gone_at < ? ${absent("source_customer_id", sources)} AND id NOT IN (SELECT id FROM row_doubt)`,
    before
  )
  // A match ends with either end.
  if (gone > 0) sql.run("DELETE FROM customer_link WHERE source_customer_id NOT IN (SELECT id FROM source_customer)")
  return gone + sql.run(`DELETE FROM target_customer WHERE gone_at < ? ${absent("target_customer_id", targets)}`, before)
}

const inOld = "IN (SELECT value FROM json_each(?))"

/** Numbers are never given twice: the last of each kind stays. */
const sweep = (sql: Statements, before: number): Omit<Deleted, "first"> => {
  const old = JSON.stringify(
    sql.all(`SELECT id FROM run WHERE ended_at < ? AND id NOT IN (${needed}) ORDER BY id LIMIT ${most}`, before).map((row) => Number(row["id"]))
  )
  if (old === "[]") return { runs: 0, changes: 0, calls: 0, customers: 0 }
  const from = (table: string) => sql.run(`DELETE FROM ${table} WHERE run ${inOld}`, old)
  sql.run(`DELETE FROM call_row WHERE call IN (SELECT id FROM call WHERE run ${inOld})`, old)
  sql.run(`DELETE FROM approved_change WHERE run ${inOld}`, old)
  const changes = from("planned_change") + from("team_planned")
  const calls = ["call", "team_call"].reduce(
    (sum, table) => sum + sql.run(`DELETE FROM ${table} WHERE run ${inOld} AND id < (SELECT max(id) FROM ${table})`, old),
    0
  )
  sql.run(
    `DELETE FROM held_part WHERE opened_at < ? AND id < (SELECT max(id) FROM held_part) AND state <> 'open'
      AND id NOT IN (SELECT part FROM held_row) AND id NOT IN (SELECT part FROM team_held)
      AND id NOT IN (SELECT part FROM approved_change)`,
    before
  )
  sql.run("DELETE FROM task WHERE done_at < ? AND id < (SELECT max(id) FROM task)", before)
  const runs = sql.run(`DELETE FROM run WHERE id ${inOld} AND id NOT IN (${named})`, old)
  return { runs, changes, calls, customers: forgetCustomers(sql, before) }
}

const swept = (sql: Statements, name: string): number | null => {
  const value = sql.get("SELECT value FROM meta WHERE key = ?", name)?.["value"]
  return value === undefined || value === null ? null : Number(value)
}

export const make = (database: Database): typeof Retention.Service => ({
  sweep: (before) =>
    Effect.flatMap(Clock.currentTimeMillis, (now) =>
      database.atomically((sql) => {
        const last = swept(sql, "swept_at")
        if (last !== null && last <= now && now - last < day) return null
        const deleted = sweep(sql, before)
        sql.run("INSERT OR REPLACE INTO meta VALUES ('swept_at', ?)", String(now))
        const first = deleted.runs + deleted.changes > 0 && swept(sql, "deleted_at") === null
        if (first) sql.run("INSERT INTO meta VALUES ('deleted_at', ?)", String(now))
        return { ...deleted, first }
      })
    )
})
