/** What a look at single customers of a target showed, kept for the run. */
import type { Difference } from "../../src/model/Migration.ts"
import type { Differing, Looked } from "../../src/read/TargetStore.ts"
import type { Statements } from "../database/Statements.ts"

/** Keeps what a look at one customer showed. Groups that we do not know are nobody's business here. */
export const stageGroups = (sql: Statements, customer: number, groups: ReadonlyArray<string>): void => {
  sql.run("DELETE FROM seen_member WHERE target_customer_id = ?", customer)
  sql.run(
    `INSERT OR IGNORE INTO seen_member (group_id, target_customer_id) SELECT g.id, t.id FROM target_customer t
      JOIN target_group g ON g.connection = t.connection
     WHERE t.id = ?1 AND g.key IN (SELECT value FROM json_each(?2))
     AND (g.group_key IS NOT NULL OR g.id IN (SELECT target_group FROM desired_group WHERE target_group IS NOT NULL
       UNION SELECT group_id FROM assignment WHERE target_customer_id = ?1))`,
    customer,
    JSON.stringify(groups)
  )
  sql.run("INSERT OR IGNORE INTO seen_customer VALUES (?)", customer)
}

const columnOf = (of: Looked): { readonly column: "group_id" | "target_customer_id"; readonly id: number } =>
  "group" in of ? { column: "group_id", id: of.group } : { column: "target_customer_id", id: of.customer }

const unseen = `NOT EXISTS (SELECT 1 FROM seen_member m WHERE m.group_id = a.group_id
  AND m.target_customer_id = a.target_customer_id)`

/** Rows that were seen although we removed them after ?2, and that nobody put there since: the list lags. */
const lingering = (column: string): string =>
  `FROM planned_change p JOIN seen_member m ON m.group_id = p.group_id AND m.target_customer_id = p.target_customer_id
    WHERE p.state = 'done' AND p.settled_at > ?2 AND p.op = 'assignment.remove' AND m.${column} = ?1
   AND NOT EXISTS (SELECT 1 FROM assignment a WHERE a.group_id = p.group_id
     AND a.target_customer_id = p.target_customer_id)
   AND coalesce(m.joined_at - coalesce((SELECT n.clock_offset FROM connection n
     JOIN target_group g ON g.connection = n.id WHERE g.id = m.group_id), 0) < p.settled_at, true)`

export const differing = (sql: Statements, of: Looked, since: number): Differing => {
  const { column, id } = columnOf(of)
  const missing = sql.get(
    `SELECT count(*) AS n, max(a.since) FILTER (WHERE a.origin = 'applied') AS at FROM assignment a
      WHERE a.${column} = ? AND ${unseen}`,
    id
  )
  const removed = sql.get(`SELECT max(p.settled_at) AS at ${lingering(column)}`, id, since)
  const times = [missing?.["at"], removed?.["at"]].filter((at): at is number => typeof at === "number" && at > since)
  return { missing: Number(missing?.["n"] ?? 0), writtenAt: times.length === 0 ? null : Math.max(...times) }
}

export const believeOurs = (sql: Statements, of: Looked, since: number): void => {
  const { column, id } = columnOf(of)
  sql.run(
    `DELETE FROM seen_member WHERE (group_id, target_customer_id) IN
    (SELECT m.group_id, m.target_customer_id ${lingering(column)})`,
    id,
    since
  )
  sql.run(
    `INSERT INTO seen_member SELECT a.group_id, a.target_customer_id, NULL FROM assignment a
      WHERE a.${column} = ? AND a.origin = 'applied' AND a.since > ? AND ${unseen}`,
    id,
    since
  )
}

const different = `SELECT d.what, d.group_id, d.target_customer_id FROM (
  SELECT 'missing' AS what, a.group_id, a.target_customer_id FROM assignment a WHERE (a.group_id IN (SELECT group_id FROM seen_group)
    OR a.target_customer_id IN (SELECT target_customer_id FROM seen_customer)) AND ${unseen}
  UNION ALL SELECT 'extra', m.group_id, m.target_customer_id FROM seen_member m
    WHERE (m.group_id IN (SELECT group_id FROM seen_group) OR m.target_customer_id IN (SELECT target_customer_id FROM seen_customer))
    AND NOT EXISTS (SELECT 1 FROM assignment a WHERE a.group_id = m.group_id AND a.target_customer_id = m.target_customer_id)) d`

export const differences = (sql: Statements, limit: number): { readonly total: number; readonly first: ReadonlyArray<Difference> } => {
  const rows = sql.all(
    `SELECT d.what, g.name, coalesce(t.email, t.name, t.key) AS customer FROM (${different}) d JOIN target_group g ON g.id = d.group_id
      JOIN target_customer t ON t.id = d.target_customer_id ORDER BY g.name, customer LIMIT ?`,
    limit
  )
  return {
    total: Number(sql.get(`SELECT count(*) AS n FROM (${different})`)?.["n"] ?? 0),
    first: rows.map((row) => ({ group: String(row["name"]), customer: String(row["customer"]), what: row["what"] === "missing" ? "missing" : "extra" }))
  }
}
