/** Calls and work as the journal reads them back. */
import type { GroupPhase, OpenCall, WorkGroup } from "../src/apply/Journal.ts"
import type { ChangeOp } from "../src/model/Change.ts"
import type { Row, Statements } from "./Database.ts"

const callGroup = (row: Row): OpenCall["group"] => ({
  number: Number(row["grp"]),
  id: row["group_key"] === null ? null : String(row["group_key"]),
  name: String(row["name"]),
  handle: row["handle"] === null ? null : String(row["handle"])
})

/** A group that comes to be by its first use is named by the slug that it will have. */
const rowColumns =
  "SELECT r.grp, coalesce(g.key, g.slug) AS group_key, g.name, g.handle, r.customer, r.absent, t.key, t.email FROM call_row r JOIN target_group g ON g.id = r.grp JOIN target_customer t ON t.id = r.customer"

export const openCall = (sql: Statements, row: Row): OpenCall => ({
  call: Number(row["id"]),
  connection: String(row["connection"]),
  op: String(row["op"]) as ChangeOp,
  by: row["customer"] === null ? "group" : "customer",
  group: callGroup(row),
  rows: sql.all(`${rowColumns} WHERE r.call = ? ORDER BY r.customer, r.grp`, row["id"]).map((item) => ({
    group: callGroup(item),
    number: Number(item["customer"]),
    id: String(item["key"]),
    email: item["email"] === null ? null : String(item["email"]),
    absent: item["absent"] === 1
  })),
  intentAt: Number(row["intent_at"]),
  clockOffset: row["clock_offset"] === null ? null : Number(row["clock_offset"])
})

export const callColumns =
  "SELECT c.id, c.op, c.grp, c.customer, c.intent_at, g.key AS group_key, g.name, g.handle, n.clock_offset, n.name AS connection FROM call c JOIN target_group g ON g.id = c.grp JOIN connection n ON n.id = c.connection"

export const workOf = (row: Row): WorkGroup => ({
  group: Number(row["grp"]),
  id: row["key"] === null ? null : String(row["key"]),
  name: String(row["name"]),
  create: row["creates"] === 1,
  update: row["updates"] === 1,
  delete: row["deletes"] === 1,
  adds: Number(row["adds"]),
  removes: Number(row["removes"])
})

export const workRows = (ops: string, condition = "") => `
  SELECT p.grp, g.key, g.name, sum(p.op = 'group.create') AS creates, sum(p.op = 'group.update') AS updates, sum(p.op = 'group.delete') AS deletes,
    sum(p.op = 'assignment.add') AS adds,
    (SELECT count(*) FROM planned r WHERE r.run = ?1 AND r.op = 'assignment.remove' AND r.grp = p.grp AND r.state = 'planned') AS removes
  FROM planned p JOIN target_group g ON g.id = p.grp WHERE p.run = ?1 AND p.state = 'planned' AND p.op IN (${ops}) ${condition} GROUP BY p.grp`

export const phases: Readonly<Record<GroupPhase, string>> = {
  adds: "'group.create', 'group.update', 'assignment.add'",
  removes: "'assignment.remove', 'group.delete'",
  changes: "'group.create', 'group.update'",
  deletions: "'group.delete'"
}

export const openedCall = (sql: Statements, call: number): OpenCall | null => {
  const made = sql.get(`${callColumns} WHERE c.id = ?`, call)
  return made === undefined ? null : openCall(sql, made)
}
