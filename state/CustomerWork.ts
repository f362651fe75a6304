/** Work that goes customer by customer: calls of one customer and several groups, groups that come to be by use, and rows that nobody is sure of. */
import type { OpenCall, WorkCustomer, Writer } from "../src/apply/Journal.ts"
import { connectionId } from "./Connections.ts"
import type { Statements } from "./Database.ts"

export type RowOp = "assignment.add" | "assignment.remove"

/** Planned rows whose group is there, or comes to be by them. */
const ready =
  "FROM planned p JOIN target_group g ON g.id = p.grp AND coalesce(g.key, g.slug) IS NOT NULL JOIN target_customer t ON t.id = p.customer WHERE p.run = ? AND p.op = ? AND p.state = 'planned'"

export const customers = (sql: Statements, run: number, op: RowOp, first: "most" | "fewest", limit: number): ReadonlyArray<WorkCustomer> =>
  sql
    .all(
      `SELECT t.id, t.key, coalesce(t.email, t.key) AS name ${ready} GROUP BY t.id ORDER BY count(*) ${first === "most" ? "DESC" : "ASC"}, t.id LIMIT ?`,
      run,
      op,
      limit
    )
    .map((row) => ({ customer: Number(row["id"]), id: String(row["key"]), name: String(row["name"]) }))

/** Stores the intent of the next call of a customer and answers its number; null: nothing is left. */
export const intend = (sql: Statements, writer: Writer, op: RowOp, customer: number, pack: number, now: number): number | null => {
  const rows = sql.all(`SELECT p.grp ${ready} AND p.customer = ? ORDER BY p.grp LIMIT ?`, writer.run, op, customer, pack)
  const [first] = rows
  if (first === undefined) return null
  const call = sql.insert(
    "INSERT INTO call (run, lease, connection, op, grp, customer, intent_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
    writer.run,
    writer.lease,
    connectionId(sql, writer.to),
    op,
    first["grp"],
    customer,
    now
  )
  for (const { grp } of rows) {
    sql.run(
      "INSERT INTO call_row (call, grp, customer, absent) SELECT ?1, ?3, ?2, EXISTS (SELECT 1 FROM seen_customer WHERE customer = ?2) AND NOT EXISTS (SELECT 1 FROM seen_member WHERE grp = ?3 AND customer = ?2)",
      call,
      customer,
      grp
    )
  }
  return call
}

/** Keeps what a look at one customer showed. Groups that we do not know are nobody's business here. */
export const stageGroups = (sql: Statements, customer: number, groups: ReadonlyArray<string>): void => {
  sql.run("DELETE FROM seen_member WHERE customer = ?", customer)
  sql.run(
    `INSERT OR IGNORE INTO seen_member (grp, customer) SELECT g.id, t.id FROM target_customer t JOIN target_group g ON g.connection = t.connection
     WHERE t.id = ?1 AND g.key IN (SELECT value FROM json_each(?2)) AND (g.handle IS NOT NULL OR g.id IN (SELECT target_group FROM wanted WHERE target_group IS NOT NULL UNION SELECT grp FROM assignment WHERE customer = ?1))`,
    customer,
    JSON.stringify(groups)
  )
  sql.run("INSERT OR IGNORE INTO seen_customer VALUES (?)", customer)
}

export const sawGroups = (sql: Statements, run: number, customer: number, groups: ReadonlyArray<string>, now: number): void => {
  stageGroups(sql, customer, groups)
  sql.run("UPDATE target_customer SET read_at = ?, seen_at = ? WHERE id = ?", now, now, customer)
  const there =
    "p.run = ?1 AND p.op = 'assignment.add' AND p.customer = ?2 AND p.state = 'planned' AND p.grp IN (SELECT grp FROM seen_member WHERE customer = ?2)"
  sql.run(`INSERT OR IGNORE INTO assignment SELECT p.grp, p.customer, 'found', ?3, ?1 FROM planned p WHERE ${there}`, run, customer, now)
  for (const table of ["drift", "unsure"])
    sql.run(`DELETE FROM ${table} WHERE customer = ?2 AND grp IN (SELECT p.grp FROM planned p WHERE ${there})`, run, customer)
  sql.run(`UPDATE planned AS p SET state = 'already', settled_at = ?3 WHERE ${there}`, run, customer, now)
}

/** A row that an answer confirmed. Its group is there from then on, if it comes to be by use. */
export const noteSure = (sql: Statements, call: OpenCall, customer: number, now: number): void => {
  const { number } = call.group
  sql.run("DELETE FROM unsure WHERE grp = ? AND customer = ?", number, customer)
  if (call.op !== "assignment.add") return
  const made = sql.run(
    `UPDATE target_group SET key = slug, basis = 'made', made_by_us = 1, written = json_object('name', name, 'slug', slug, 'description', description),
       created_at = ?, run = (SELECT run FROM call WHERE id = ?) WHERE id = ? AND key IS NULL`,
    now,
    call.call,
    number
  )
  if (made === 0) return
  sql.run(
    "UPDATE planned SET state = 'done', call = ?1, settled_at = ?2 WHERE run = (SELECT run FROM call WHERE id = ?1) AND op = 'group.create' AND grp = ?3",
    call.call,
    now,
    number
  )
}

export const noteUnsure = (sql: Statements, call: OpenCall, customer: number): void => {
  sql.run("INSERT OR IGNORE INTO unsure VALUES (?, ?)", call.group.number, customer)
}

export const dropUnused = (sql: Statements, run: number, now: number): void => {
  sql.run("UPDATE planned SET state = 'void', settled_at = ? WHERE run = ? AND op = 'group.create' AND state = 'planned'", now, run)
}
