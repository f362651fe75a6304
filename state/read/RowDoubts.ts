/**
 * Rows of the snapshot that the source left in doubt, in SQL: what such a row lacks is not absent. `id` is a customer's, or an organization's in a part
 * of inclusions. Doubt on a customer in the part `customers` is doubt on all that the customer is in.
 */
import type { Part } from "../../src/contract/Source.ts"
import { partText, type RowDoubt } from "../../src/read/SnapshotStore.ts"
import type { Statements } from "../database/Statements.ts"

export const stage = (sql: Statements, doubts: ReadonlyArray<RowDoubt>, telling: number): void => {
  for (const { part, reason, row } of doubts) sql.run("INSERT INTO stage_doubt VALUES (?, ?, ?, ?)", partText(part), row, reason, telling)
}

/** Why a row is in doubt that was staged after this telling and was not in doubt before; null where there is none. */
export const unheardOf = (sql: Statements, connection: number, after: number): string | null => {
  const found = sql.get(
    `SELECT s.reason FROM stage_doubt s WHERE s.report > ?2 AND NOT EXISTS (SELECT 1 FROM row_doubt d
      WHERE d.connection = ?1 AND d.part = s.part
       AND d.id IN (SELECT c.id FROM source_customer c WHERE c.connection = ?1 AND c.key = s.key
         AND s.part NOT LIKE 'inclusions:%'
         UNION ALL SELECT o.id FROM source_group o WHERE o.connection = ?1 AND o.kind = 'organization'
         AND o.carrier = 'customer' AND o.key = s.key AND s.part LIKE 'inclusions:%')) LIMIT 1`,
    connection,
    after
  )
  return found === undefined ? null : String(found["reason"])
}

/** Conditions over the column `key` of what was staged: rows of this part that are in doubt so far are not absent. */
export const noneStaged = (column: string, part: Part): string =>
  `${column} NOT IN (SELECT key FROM stage_doubt WHERE part IN ('customers', '${partText(part)}'))`

/**
 * Takes the staged doubts over, once the records that they are about are taken. Doubts of parts in `listed` are those of this read alone; elsewhere
 * who was told again is judged anew.
 */
export const take = (sql: Statements, connection: number, listed: ReadonlySet<string>): void => {
  if (sql.get("SELECT 1 FROM row_doubt WHERE connection = ? UNION ALL SELECT 1 FROM stage_doubt LIMIT 1", connection) === undefined) return
  sql.run("DELETE FROM row_doubt WHERE connection = ?1 AND part IN (SELECT value FROM json_each(?2))", connection, JSON.stringify([...listed]))
  sql.run(
    `DELETE FROM row_doubt WHERE connection = ?1 AND (
       (part NOT LIKE 'inclusions:%' AND id IN (SELECT c.id FROM reported t
         JOIN source_customer c ON c.connection = ?1 AND c.key = t.key WHERE t.record = 'customer'))
       OR (part LIKE 'inclusions:%' AND id IN (SELECT o.id FROM reported t
         JOIN source_group o ON o.connection = ?1 AND o.kind = t.kind AND o.carrier = t.carrier AND o.key = t.key
         WHERE t.record = 'group')))`,
    connection
  )
  sql.run(
    `INSERT OR REPLACE INTO row_doubt (connection, part, id, reason)
     SELECT ?1, s.part, c.id, s.reason FROM stage_doubt s JOIN source_customer c ON c.connection = ?1 AND c.key = s.key
     WHERE s.part NOT LIKE 'inclusions:%'
     UNION ALL SELECT ?1, s.part, o.id, s.reason FROM stage_doubt s
       JOIN source_group o ON o.connection = ?1 AND o.kind = 'organization' AND o.carrier = 'customer' AND o.key = s.key
       WHERE s.part LIKE 'inclusions:%'`,
    connection
  )
}

/** A condition over `id`: this row is not in doubt in this part. */
export const isSure = (id: string, part: string): string =>
  `NOT EXISTS (SELECT 1 FROM row_doubt d
    WHERE d.id = ${id} AND d.part ${part.startsWith("inclusions:") ? `= '${part}'` : `IN ('customers', '${part}')`})`

/** Groups that a row in doubt may still be in: where only such rows would show a group, it is not absent. */
export const groups = `SELECT m.group_id FROM row_doubt d JOIN source_membership m ON m.source_customer_id = d.id
  WHERE d.part NOT LIKE 'inclusions:%'
  UNION SELECT i.group_id FROM row_doubt d JOIN source_inclusion i ON i.organization = d.id
  WHERE d.part LIKE 'inclusions:%'`

/** Rows in doubt of the read that was taken over, by part: the first reason, how many rows, and how many of their known memberships the read lacks. */
export const withheld = (sql: Statements, connection: number): ReadonlyArray<{ readonly reason: string; readonly memberships: number }> =>
  sql
    .all(
      // A customer who is in doubt altogether lacks the record too, and is told of even where nothing was known.
      `SELECT s.part, min(s.reason) AS reason, count(DISTINCT s.key) AS n, sum(CASE
         WHEN s.part LIKE 'inclusions:%' THEN (SELECT count(*) FROM source_group o
           JOIN source_inclusion i ON i.organization = o.id JOIN source_group g ON g.id = i.group_id
           WHERE o.connection = ?1 AND o.kind = 'organization' AND o.carrier = 'customer' AND o.key = s.key
           AND 'inclusions:' || g.kind || '/organization' = s.part
             AND NOT EXISTS (SELECT 1 FROM stage_inclusion t
               WHERE t.kind = g.kind AND t.key = g.key AND t.organization = s.key))
         ELSE (SELECT count(*) FROM source_customer c JOIN source_membership m ON m.source_customer_id = c.id
           JOIN source_group g ON g.id = m.group_id
           WHERE c.connection = ?1 AND c.key = s.key AND s.part IN
           ('customers', 'memberships:' || g.kind || '/customer')
             AND NOT EXISTS (SELECT 1 FROM stage_membership t
               WHERE t.kind = g.kind AND t.key = g.key AND t.customer_key = s.key)) END) AS lacking
       FROM (SELECT DISTINCT part, key, reason FROM stage_doubt) s
       GROUP BY s.part HAVING lacking > 0 OR s.part = 'customers'`,
      connection
    )
    .map((row) => {
      const others = Number(row["n"]) - 1
      return {
        reason: `${String(row["reason"])}${
          others === 0
            ? ""
            : `,
        and so of ${others} more`
        }`,
        memberships: Number(row["lacking"])
      }
    })
