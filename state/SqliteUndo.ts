/** Taking runs back, over SQLite. */
import type { LeftAlone, UndoStore } from "../src/plan/UndoStore.ts"
import type { Database, Statements } from "./Database.ts"

const present = "JOIN target_group g ON g.id = p.grp AND g.key IS NOT NULL AND g.gone_at IS NULL"
const done = (op: string): string => `p.run = ?1 AND p.op = '${op}' AND p.state = 'done'`

/** A deleted group can be made again where no other serves its wish by now. */
const remade = `FROM planned p JOIN target_group g ON g.id = p.grp AND g.gone_at IS NOT NULL WHERE ${done("group.delete")} AND p.was IS NOT NULL
  AND NOT EXISTS (SELECT 1 FROM target_group o WHERE o.connection = g.connection AND o.handle = p.was ->> '$.handle' AND o.id <> g.id)`

const reverseMemberships = (sql: Statements, run: number): void => {
  sql.run(
    `INSERT INTO change (op, grp, customer, cause, claimant, approved) SELECT 'assignment.remove', p.grp, p.customer, 'undone', p.claimant, 1 FROM planned p ${present}
     JOIN assignment a ON a.grp = p.grp AND a.customer = p.customer AND a.origin = 'applied' AND a.run = ?1 WHERE ${done("assignment.add")}`,
    run
  )
  sql.run(
    `INSERT INTO change (op, grp, customer, cause, claimant, approved, origin) SELECT 'assignment.add', p.grp, p.customer, 'undone', p.claimant, 1, p.origin FROM planned p ${present}
     JOIN target_customer t ON t.id = p.customer AND t.gone_at IS NULL
     WHERE ${done("assignment.remove")} AND NOT EXISTS (SELECT 1 FROM assignment a WHERE a.grp = p.grp AND a.customer = p.customer)`,
    run
  )
}

const onlyLeavers = `NOT EXISTS (SELECT 1 FROM assignment a WHERE a.grp = g.id AND (a.grp, a.customer) NOT IN (SELECT grp, customer FROM change WHERE op = 'assignment.remove'))
  AND g.count = (SELECT count(*) FROM assignment a WHERE a.grp = g.id)`

/** The group was not gone and made again by a later run. */
const lastMade = "NOT EXISTS (SELECT 1 FROM planned o WHERE o.op = 'group.create' AND o.grp = p.grp AND o.state = 'done' AND o.run > p.run)"

const reverseGroups = (sql: Statements, run: number, deletable: boolean): void => {
  sql.run(
    `INSERT INTO change (op, grp, customer, cause, approved) SELECT 'group.delete', g.id, 0, 'undone', 1 FROM planned p ${present} AND g.made_by_us = 1
     WHERE ${done("group.create")} AND ?2 AND ${lastMade} AND ${onlyLeavers}`,
    run,
    deletable ? 1 : 0
  )
  sql.run(
    `INSERT INTO change (op, grp, customer, cause, approved, draft) SELECT 'group.update', g.id, 0, 'undone', 1, p.was FROM planned p ${present}
     WHERE ${done("group.update")} AND g.written ->> '$.name' IS p.draft ->> '$.name' AND g.id NOT IN (SELECT grp FROM change WHERE op = 'group.delete')`,
    run
  )
  sql.run(`INSERT INTO change (op, grp, customer, cause, approved, draft) SELECT 'group.create', g.id, 0, 'undone', 1, p.was ${remade}`, run)
}

const number = (sql: Statements, text: string, ...values: ReadonlyArray<unknown>): number => Number(sql.get(text, ...values)?.["n"] ?? 0)

const leftAlone = (sql: Statements, run: number, deletable: boolean): LeftAlone => {
  const rows = "FROM planned p WHERE p.run = ?1 AND p.op LIKE 'assignment.%' AND p.state = 'done'"
  const held = "EXISTS (SELECT 1 FROM assignment a WHERE a.grp = p.grp AND a.customer = p.customer)"
  const already = number(sql, `SELECT count(*) AS n ${rows} AND (p.op = 'assignment.remove') = ${held}`, run)
  const reversed = number(sql, "SELECT count(*) AS n FROM change WHERE op LIKE 'assignment.%'")
  const unchanged = "NOT IN (SELECT grp FROM change WHERE op LIKE 'group.%')"
  const groups = sql.all(
    `SELECT DISTINCT g.name, p.op, ${lastMade} AS latest, ${onlyLeavers} AS empty FROM planned p ${present} WHERE p.run = ?1 AND p.op IN ('group.create', 'group.update') AND p.state = 'done' AND g.id ${unchanged}
     ORDER BY g.name`,
    run
  )
  return {
    already,
    changedSince: number(sql, `SELECT count(*) AS n ${rows}`, run) - reversed - already,
    groups: groups.map((row) => ({
      name: String(row["name"]),
      why: row["op"] === "group.update" || row["latest"] === 0 ? "changed-since" : row["empty"] === 1 && !deletable ? "not-deletable" : "others-in-it"
    }))
  }
}

const reverse = (sql: Statements, run: number, deletable: boolean): LeftAlone => {
  sql.run("DELETE FROM change")
  reverseMemberships(sql, run)
  reverseGroups(sql, run, deletable)
  return leftAlone(sql, run, deletable)
}

const pin = (sql: Statements, undo: number, run: number): void => {
  sql.run("INSERT OR REPLACE INTO pin SELECT grp, customer, ?2 FROM planned WHERE run = ?1", undo, run)
  // Who comes back had been let go: the ended wish comes back too, so that the removal is due again once it is released.
  sql.run(
    `INSERT OR IGNORE INTO claim (claimant, grp, customer, via, person, since, cause, lapsed_at, lapsed_reads, lapse_cause)
     SELECT p.claimant, p.grp, p.customer, p.via, p.person, r.started_at, 'joined', r.started_at, 1000000, p.cause FROM planned p JOIN run r ON r.id = p.run
     WHERE ${done("assignment.remove")} AND p.claimant IS NOT NULL AND (p.grp, p.customer) IN (SELECT grp, customer FROM planned WHERE run = ?2 AND op = 'assignment.add')`,
    run,
    undo
  )
  sql.run(
    "DELETE FROM held_row WHERE (op, grp, customer) IN (SELECT op, grp, customer FROM planned WHERE run = ? AND state = 'done') AND part IN (SELECT id FROM held_part WHERE state = 'approved')",
    run
  )
  sql.run(
    `UPDATE target_group SET key = NULL, gone_at = NULL, handle = p.was ->> '$.handle', basis = 'undone', count = NULL, expected_count = NULL, members_read_at = NULL
     FROM (SELECT p.grp, p.was ${remade}) p WHERE p.grp = target_group.id`,
    run
  )
}

export const make = (database: Database): typeof UndoStore.Service => ({
  groupsToRead: (run) =>
    database.use((sql) =>
      sql
        .all(`SELECT DISTINCT g.id, g.key, g.name FROM planned p ${present} WHERE p.run = ? AND p.state = 'done' ORDER BY 1`, run)
        .map((row) => ({ group: Number(row["id"]), id: String(row["key"]), name: String(row["name"]) }))
    ),
  reverse: (run, deletable) => database.atomically((sql) => reverse(sql, run, deletable)),
  pin: (undo, run) => database.atomically((sql) => pin(sql, undo, run)),
  release: (run) => database.atomically((sql) => sql.run("DELETE FROM pin WHERE run = ?", run)),
  pinned: database.use((sql) =>
    sql
      .all("SELECT p.run, count(*) AS n FROM change c JOIN pin p ON p.grp = c.grp AND p.customer = c.customer WHERE c.dropped = 'pinned' GROUP BY 1 ORDER BY 1")
      .map((row) => ({ run: `r-${String(row["run"])}`, changes: Number(row["n"]) }))
  )
})
