/** Calls and work as the journal reads them back. */
import type { GroupPhase, OpenCall, WorkGroup } from "../../src/apply/Journal.ts"
import { textOf } from "../database/Columns.ts"
import type { Row, Statements } from "../database/Statements.ts"

const callGroup = (row: Row): OpenCall["group"] => ({
  number: Number(row["group_id"]),
  id: row["target_group_key"] === null ? null : String(row["target_group_key"]),
  name: String(row["name"]),
  handle: row["group_key"] === null ? null : String(row["group_key"])
})

/** A group that comes to be by its first use is named by the slug that it will have. */
const rowColumns = `SELECT r.group_id, coalesce(g.key, g.slug) AS target_group_key, g.name, g.group_key, r.target_customer_id, r.absent,
    t.key, t.email, l.intent_at AS lost_since FROM call_row r JOIN target_group g ON g.id = r.group_id
    JOIN target_customer t ON t.id = r.target_customer_id
    LEFT JOIN lost_intent l ON l.op = ?2 AND l.group_id = r.group_id AND l.target_customer_id = r.target_customer_id`

export const openCall = (sql: Statements, row: Row): OpenCall => ({
  call: Number(row["id"]),
  connection: String(row["connection"]),
  op: String(row["op"]) as OpenCall["op"],
  by: row["target_customer_id"] === null ? "group" : "customer",
  group: callGroup(row),
  rows: sql.all(`${rowColumns} WHERE r.call = ?1 ORDER BY r.target_customer_id, r.group_id`, row["id"], row["op"]).map((item) => ({
    group: callGroup(item),
    number: Number(item["target_customer_id"]),
    id: String(item["key"]),
    email: item["email"] === null ? null : String(item["email"]),
    absent: item["absent"] === 1,
    lostSince: item["lost_since"] === null ? null : Number(item["lost_since"])
  })),
  intentAt: Number(row["first_at"] ?? row["intent_at"]),
  key: textOf(row["idempotency_key"]),
  retry: row["first_at"] !== null && Number(row["first_at"]) < Number(row["intent_at"]),
  clockOffset: row["clock_offset"] === null ? null : Number(row["clock_offset"]),
  madeNow: row["target_customer_id"] === null && row["made_now"] === 1
})

export const callColumns = `SELECT c.id, c.op, c.group_id, c.target_customer_id, c.intent_at, c.idempotency_key, c.first_at,
    g.key AS target_group_key, g.name, g.group_key, g.basis = 'made'
    AND g.run = c.run AS made_now, n.clock_offset, n.name AS connection FROM call c
    JOIN target_group g ON g.id = c.group_id JOIN connection n ON n.id = c.connection`

export const workOf = (row: Row): WorkGroup => ({
  group: Number(row["group_id"]),
  id: row["key"] === null ? null : String(row["key"]),
  name: String(row["name"]),
  create: row["creates"] === 1,
  update: row["updates"] === 1,
  delete: row["deletes"] === 1,
  adds: Number(row["adds"]),
  removes: Number(row["removes"])
})

export const workRows = (ops: string, condition = "") => `
  SELECT p.group_id, g.key, g.name, sum(p.op = 'group.create') AS creates, sum(p.op = 'group.update') AS updates,
  sum(p.op = 'group.delete') AS deletes,
    sum(p.op = 'assignment.add') AS adds,
    (SELECT count(*) FROM planned_change r WHERE r.run = ?1 AND r.op = 'assignment.remove' AND r.group_id = p.group_id
      AND r.state = 'planned') AS removes
  FROM planned_change p JOIN target_group g ON g.id = p.group_id
  WHERE p.run = ?1 AND p.state = 'planned' AND p.op IN (${ops}) ${condition} GROUP BY p.group_id`

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

/** How many changes the run has planned, and how many of them are settled. */
export const progress = (sql: Statements, table: "planned_change" | "team_planned", run: number) => {
  const row = sql.get(`SELECT count(*) AS total, sum(state <> 'planned') AS settled FROM ${table} WHERE run = ?`, run)
  return { total: Number(row?.["total"] ?? 0), settled: Number(row?.["settled"] ?? 0) }
}
