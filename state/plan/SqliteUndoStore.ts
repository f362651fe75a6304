/** Taking runs back, over SQLite. */
import * as Id from "../../src/model/Id.ts"
import type { LeftAlone, UndoStore } from "../../src/plan/UndoStore.ts"
import type { Database } from "../database/Database.ts"
import type { Row, Statements } from "../database/Statements.ts"

const present = "JOIN target_group g ON g.id = p.group_id AND g.key IS NOT NULL AND g.gone_at IS NULL"
const done = (op: string): string => `p.run = ?1 AND p.op = '${op}' AND p.state = 'done'`

/** A deleted group can be made again where no other serves its desired group by now. */
const remade = `FROM planned_change p JOIN target_group g ON g.id = p.group_id AND g.gone_at IS NOT NULL
  WHERE ${done("group.delete")} AND p.was IS NOT NULL
  AND NOT EXISTS (SELECT 1 FROM target_group o WHERE o.connection = g.connection AND o.group_key = p.was ->> '$.handle'
    AND o.id <> g.id)`

const reverseMemberships = (sql: Statements, run: number): void => {
  sql.run(
    `INSERT INTO candidate_change (op, group_id, target_customer_id, cause, claimant, approved)
      SELECT 'assignment.remove', p.group_id, p.target_customer_id, 'undone', p.claimant, 1
      FROM planned_change p ${present}
     JOIN assignment a ON a.group_id = p.group_id AND a.target_customer_id = p.target_customer_id
     AND a.origin = 'applied' AND a.run = ?1 WHERE ${done("assignment.add")}`,
    run
  )
  sql.run(
    `INSERT INTO candidate_change (op, group_id, target_customer_id, cause, claimant, approved, origin)
      SELECT 'assignment.add', p.group_id, p.target_customer_id, 'undone', p.claimant, 1, p.origin
      FROM planned_change p ${present}
     JOIN target_customer t ON t.id = p.target_customer_id AND t.gone_at IS NULL
     WHERE ${done("assignment.remove")} AND NOT EXISTS (SELECT 1 FROM assignment a
       WHERE a.group_id = p.group_id AND a.target_customer_id = p.target_customer_id)`,
    run
  )
}

const onlyLeavers = `NOT EXISTS (SELECT 1 FROM assignment a WHERE a.group_id = g.id
  AND (a.group_id, a.target_customer_id) NOT IN (SELECT group_id, target_customer_id FROM candidate_change
    WHERE op = 'assignment.remove'))
  AND g.count = (SELECT count(*) FROM assignment a WHERE a.group_id = g.id)`

/** Every member whom the ledger had is missing from the look at ?3: one empty answer of the target does not prove that they left. */
const suddenlyEmpty = `(NOT EXISTS (SELECT 1 FROM assignment a WHERE a.group_id = g.id)
  AND EXISTS (SELECT 1 FROM vanished v WHERE v.group_id = g.id AND v.key = g.key AND v.seen_at >= ?3))`

/** The group was not gone and made again by a later run. */
const lastMade = `NOT EXISTS (SELECT 1 FROM planned_change o
  WHERE o.op = 'group.create' AND o.group_id = p.group_id AND o.state = 'done' AND o.run > p.run)`

const reverseGroups = (sql: Statements, run: number, deletable: boolean, at: number): void => {
  sql.run(
    `INSERT INTO candidate_change (op, group_id, target_customer_id, cause, approved)
      SELECT 'group.delete', g.id, 0, 'undone', 1 FROM planned_change p ${present} AND g.made_by_us = 1
     WHERE ${done("group.create")} AND ?2 AND ${lastMade} AND ${onlyLeavers}
     AND NOT ${suddenlyEmpty}`,
    run,
    deletable ? 1 : 0,
    at
  )
  sql.run(
    `INSERT INTO candidate_change (op, group_id, target_customer_id, cause, approved, draft)
      SELECT 'group.update', g.id, 0, 'undone', 1, p.was FROM planned_change p ${present}
     WHERE ${done("group.update")} AND g.written ->> '$.name' IS p.draft ->> '$.name'
     AND g.id NOT IN (SELECT group_id FROM candidate_change WHERE op = 'group.delete')`,
    run
  )
  sql.run(
    `INSERT INTO candidate_change (op, group_id, target_customer_id, cause, approved, draft)
      SELECT 'group.create', g.id, 0, 'undone', 1, p.was ${remade}`,
    run
  )
}

const number = (sql: Statements, text: string, ...values: ReadonlyArray<unknown>): number => Number(sql.get(text, ...values)?.["n"] ?? 0)

const why = (row: Row, deletable: boolean): LeftAlone["groups"][number]["why"] => {
  if (row["op"] === "group.update" || row["latest"] === 0) return "changed-since"
  if (row["empty"] !== 1) return "others-in-it"
  return deletable ? "suddenly-empty" : "not-deletable"
}

const leftAlone = (sql: Statements, run: number, deletable: boolean): LeftAlone => {
  const rows = "FROM planned_change p WHERE p.run = ?1 AND p.op LIKE 'assignment.%' AND p.state = 'done'"
  const held = `EXISTS (SELECT 1 FROM assignment a WHERE a.group_id = p.group_id
    AND a.target_customer_id = p.target_customer_id)`
  const already = number(sql, `SELECT count(*) AS n ${rows} AND (p.op = 'assignment.remove') = ${held}`, run)
  const reversed = number(sql, "SELECT count(*) AS n FROM candidate_change WHERE op LIKE 'assignment.%'")
  const unchanged = "NOT IN (SELECT group_id FROM candidate_change WHERE op LIKE 'group.%')"
  const groups = sql.all(
    `SELECT DISTINCT g.name, p.op, ${lastMade} AS latest, ${onlyLeavers} AS empty FROM planned_change p ${present}
      WHERE p.run = ?1 AND p.op IN ('group.create', 'group.update') AND p.state = 'done' AND g.id ${unchanged}
     ORDER BY g.name`,
    run
  )
  return {
    already,
    changedSince: number(sql, `SELECT count(*) AS n ${rows}`, run) - reversed - already,
    groups: groups.map((row) => ({ name: String(row["name"]), why: why(row, deletable) }))
  }
}

const reverse = (sql: Statements, run: number, deletable: boolean, at: number): LeftAlone => {
  sql.run("DELETE FROM candidate_change")
  reverseMemberships(sql, run)
  reverseGroups(sql, run, deletable, at)
  return leftAlone(sql, run, deletable)
}

const pin = (sql: Statements, undo: number, run: number): void => {
  sql.run("INSERT OR REPLACE INTO undo_pin SELECT group_id, target_customer_id, ?2 FROM planned_change WHERE run = ?1", undo, run)
  // Who comes back had been let go: the ended claim comes back too, so that the removal is due again once it is released.
  sql.run(
    `INSERT OR IGNORE INTO claim (claimant, group_id, target_customer_id, source_group_id, source_customer_id, since,
      cause, expired_at, expired_reads, expiry_cause)
     SELECT p.claimant, p.group_id, p.target_customer_id, p.source_group_id, p.source_customer_id, r.started_at,
     'joined', r.started_at, 1000000, p.cause FROM planned_change p JOIN run r ON r.id = p.run
     WHERE ${done("assignment.remove")} AND p.claimant IS NOT NULL
     AND (p.group_id, p.target_customer_id) IN (SELECT group_id, target_customer_id FROM planned_change
       WHERE run = ?2 AND op = 'assignment.add')`,
    run,
    undo
  )
  sql.run(
    `DELETE FROM held_row WHERE (op, group_id, target_customer_id) IN (SELECT op, group_id, target_customer_id
      FROM planned_change WHERE run = ? AND state = 'done') AND part IN (SELECT id FROM held_part
      WHERE state = 'approved')`,
    run
  )
  sql.run(
    `UPDATE target_group SET key = NULL, gone_at = NULL, group_key = p.was ->> '$.handle', basis = 'undone',
      count = NULL, expected_count = NULL, members_read_at = NULL
     FROM (SELECT p.group_id, p.was ${remade}) p WHERE p.group_id = target_group.id`,
    run
  )
}

export const make = (database: Database): typeof UndoStore.Service => ({
  groupsToRead: (run) =>
    database.use((sql) =>
      sql
        .all(
          `SELECT DISTINCT g.id, g.key, g.name FROM planned_change p ${present} WHERE p.run = ? AND p.state = 'done'
          ORDER BY 1`,
          run
        )
        .map((row) => ({ group: Number(row["id"]), id: String(row["key"]), name: String(row["name"]) }))
    ),
  reverse: (run, deletable, at) => database.atomically((sql) => reverse(sql, run, deletable, at)),
  pin: (undo, run) => database.atomically((sql) => pin(sql, undo, run)),
  kept: (run) => database.use((sql) => Number(sql.get("SELECT count(*) AS n FROM undo_pin WHERE run = ?", run)?.["n"])),
  release: (run) => database.atomically((sql) => sql.run("DELETE FROM undo_pin WHERE run = ?", run)),
  pinned: database.use((sql) =>
    sql
      .all(
        `SELECT p.run, count(*) AS n FROM candidate_change c
          JOIN undo_pin p ON p.group_id = c.group_id AND p.target_customer_id = c.target_customer_id
          WHERE c.skip_reason = 'pinned' GROUP BY 1 ORDER BY 1`
      )
      .map((row) => ({ run: Id.run(row["run"]), changes: Number(row["n"]) }))
  )
})
