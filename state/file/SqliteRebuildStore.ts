/** Making a lost state anew from what the target shows, over SQLite. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { type RebuildStore } from "../../src/operate/RebuildStore.ts"
import { connectionId } from "../database/Intern.ts"
import type { Database } from "../database/Database.ts"
import type { Statements } from "../database/Statements.ts"
import { textOf } from "../database/Columns.ts"
import * as DecisionLog from "../database/DecisionLog.ts"
import * as LastWriter from "../database/LastWriter.ts"

const batch = 1000

/** Groups of the target `?1` that carry the mark `?2`. */
const marked = `SELECT * FROM target_group WHERE connection = ?1 AND key IS NOT NULL AND gone_at IS NULL
  AND mark_state = ?2 AND mark_key IS NOT NULL`

const take = (sql: Statements, connection: number, lineage: string) => {
  const twice = sql
    .all(
      `SELECT name FROM (${marked}) WHERE mark_key IN (SELECT mark_key FROM (${marked})
      GROUP BY 1 HAVING count(*) > 1) ORDER BY id`,
      connection,
      lineage
    )
    .map((row) => String(row["name"]))
  sql.run(
    `UPDATE target_group SET group_key = mark_key, basis = 'mark', made_by_us = 1, written = json_object('name', name)
     WHERE id IN (SELECT min(id) FROM (${marked}) GROUP BY mark_key HAVING count(*) = 1)`,
    connection,
    lineage
  )
  const groups = sql
    .all("SELECT id, key, name FROM target_group WHERE connection = ? AND made_by_us = 1 ORDER BY id", connection)
    .map((row) => ({ group: Number(row["id"]), id: String(row["key"]), name: String(row["name"]) }))
  return { groups, twice }
}

const confirm = (sql: Statements, connection: number) => {
  const ours = "group_id IN (SELECT id FROM target_group WHERE connection = ?1 AND made_by_us = 1)"
  const adopted = sql.run(
    `UPDATE assignment SET origin = 'adopted' WHERE ${ours} AND origin = 'found'
      AND (group_id, target_customer_id) IN (SELECT group_id, target_customer_id FROM standing_claim)`,
    connection
  )
  return {
    adopted,
    found: Number(sql.get(`SELECT count(*) AS n FROM assignment WHERE ${ours} AND origin = 'found'`, connection)?.["n"])
  }
}

const unconfirmed = `
  SELECT n.name AS target, g.key AS target_group_key, g.name AS group_name, t.key AS customer_key, t.email, t.name,
  a.group_id, a.target_customer_id
  FROM assignment a JOIN target_group g ON g.id = a.group_id AND g.made_by_us = 1
  JOIN connection n ON n.id = g.connection JOIN target_customer t ON t.id = a.target_customer_id
  WHERE a.origin = 'found' AND (a.group_id, a.target_customer_id) > (?, ?)
  ORDER BY a.group_id, a.target_customer_id LIMIT ${batch}`

export const make = (database: Database): typeof RebuildStore.Service => ({
  marked: (target, pageSize) =>
    database.use((sql) =>
      sql
        .all(
          `SELECT mark_state AS lineage, count(*) AS n,
            sum(max(1, (coalesce(count, 0) + CAST(?2 AS INTEGER) - 1) / CAST(?2 AS INTEGER))) AS calls FROM target_group
           WHERE connection = ?1 AND key IS NOT NULL AND gone_at IS NULL AND mark_state IS NOT NULL GROUP BY 1
           ORDER BY 2 DESC, 1`,
          connectionId(sql, target),
          pageSize
        )
        .map((row) => ({ target, lineage: String(row["lineage"]), groups: Number(row["n"]), calls: Number(row["calls"]) }))
    ),
  unmarked: (target) =>
    database.use((sql) => {
      const listed = "SELECT key FROM target_group WHERE connection = ?1 AND key IS NOT NULL AND gone_at IS NULL"
      return sql.all(`${listed} AND NOT EXISTS (${listed} AND mark_key IS NOT NULL) ORDER BY id`, connectionId(sql, target)).map((row) => String(row["key"]))
    }),
  take: (target) => database.atomically((sql) => take(sql, connectionId(sql, target), database.lineage)),
  confirm: (target) => database.atomically((sql) => confirm(sql, connectionId(sql, target))),
  unconfirmed: (after) =>
    database.use((sql) => {
      const [group = 0, customer = 0] = after?.split("|").map(Number) ?? []
      const found = sql.all(unconfirmed, group, customer)
      const last = found.at(-1)
      return {
        rows: found.map((row) => ({
          target: String(row["target"]),
          groupId: String(row["target_group_key"]),
          group: String(row["group_name"]),
          customerId: String(row["customer_key"]),
          email: textOf(row["email"]),
          name: textOf(row["name"])
        })),
        next: last === undefined || found.length < batch ? null : `${String(last["group_id"])}|${String(last["target_customer_id"])}`
      }
    }),
  finish: (by) =>
    Effect.flatMap(Clock.currentTimeMillis, (now) =>
      database.atomically((sql) => {
        sql.run("UPDATE assignment SET run = NULL WHERE run = 0")
        sql.run("UPDATE target_group SET run = NULL WHERE run = 0")
        LastWriter.rebuilt(sql)
        DecisionLog.note(sql, "rebuild", database.lineage, by, now)
      })
    )
})
