/** Removals that the next comparison may make because of what an earlier read lacked, in SQL. */
import type { Statements } from "../database/Statements.ts"

const hour = 3_600_000

const kept = (table: string, condition: string): string =>
  `NOT EXISTS (SELECT 1 FROM ${table} k WHERE k.group_id = c.group_id AND k.target_customer_id = c.target_customer_id
    AND ${condition})`

const absent = (table: string, id: string): string => `coalesce(${id} IN (SELECT id FROM ${table} WHERE gone_cause = 'absent'), 0)`

/** A claim that has ended, or that ends in the next comparison: a run that broke off after its read has not judged what that read lacked. */
const ends = (claim: string): string =>
  `(${claim}.expired_at IS NOT NULL OR ${absent("source_customer", `${claim}.source_customer_id`)}
    OR ${absent("source_group", `${claim}.source_group_id`)})`

/** Rows of ended claims that no other claim, no held part, no task, no pin and no refusal keeps. */
export const any = (sql: Statements, connection: number, syncs: ReadonlyArray<string>, now: number): boolean =>
  sql.get(
    `SELECT 1 FROM claim c JOIN assignment a ON a.group_id = c.group_id AND a.target_customer_id = c.target_customer_id
     WHERE ${ends("c")} AND c.claimant IN (SELECT m.id FROM claimant m JOIN sync s ON s.id = m.sync
       WHERE m.connection = ?1 AND s.name IN (SELECT value FROM json_each(?2)))
       AND ${kept("claim", `NOT ${ends("k")}`)}
       AND ${kept("held_row", "k.op = 'assignment.remove' AND k.part IN (SELECT id FROM held_part WHERE state IN ('open', 'rejected'))")}
       AND ${kept("task", "k.done_at IS NULL")} AND ${kept("undo_pin", "true")}
       AND ${kept("refused", "k.op = 'assignment.remove' AND k.next_at > ?3")} LIMIT 1`,
    connection,
    JSON.stringify(syncs),
    now + hour
  ) !== undefined
