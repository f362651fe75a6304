/** Removals that the next comparison may make because of what an earlier read lacked, in SQL. */
import type { Statements } from "./Database.ts"

const hour = 3_600_000

const kept = (table: string, condition: string): string =>
  `NOT EXISTS (SELECT 1 FROM ${table} k WHERE k.grp = c.grp AND k.customer = c.customer AND ${condition})`

const absent = (table: string, id: string): string => `coalesce(${id} IN (SELECT id FROM ${table} WHERE gone_cause = 'absent'), 0)`

/** A wish that has ended, or that ends in the next comparison: a run that broke off after its read has not judged what that read lacked. */
const ends = (claim: string): string =>
  `(${claim}.lapsed_at IS NOT NULL OR ${absent("source_customer", `${claim}.person`)} OR ${absent("source_group", `${claim}.via`)})`

/** Rows of ended wishes that no other wish, no held part, no task, no pin and no refusal keeps. */
export const any = (sql: Statements, connection: number, syncs: ReadonlyArray<string>, now: number): boolean =>
  sql.get(
    `SELECT 1 FROM claim c JOIN assignment a ON a.grp = c.grp AND a.customer = c.customer
     WHERE ${ends("c")} AND c.claimant IN (SELECT m.id FROM claimant m JOIN sync s ON s.id = m.sync WHERE m.connection = ?1 AND s.name IN (SELECT value FROM json_each(?2)))
       AND ${kept("claim", `NOT ${ends("k")}`)}
       AND ${kept("held_row", "k.op = 'assignment.remove' AND k.part IN (SELECT id FROM held_part WHERE state IN ('open', 'rejected'))")}
       AND ${kept("task", "k.done_at IS NULL")} AND ${kept("pin", "true")} AND ${kept("refused", "k.op = 'assignment.remove' AND k.next_at > ?3")} LIMIT 1`,
    connection,
    JSON.stringify(syncs),
    now + hour
  ) !== undefined
