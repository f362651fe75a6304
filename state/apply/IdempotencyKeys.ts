/**
 * Keys by which a vendor recognises a call that it is sent twice, in SQL. Each intent gets a random one, stored with it. The retry of an intent whose
 * answer was lost, in the same run or in one after a kill, carries the same key, so that the vendor does it once however late the first arrives; a call
 * that was answered is never repeated under its key.
 */
import { randomUUID } from "node:crypto"
import type { ChangeOp } from "../../src/model/Change.ts"
import type { Row, Statements } from "../database/Statements.ts"

/** A vendor forgets a key after a day (cStar, vendor docs, read 2026-11); an hour less, so that none ends on its way. */
const kept = 23 * 3_600_000

/** `firstAt`: when the first intent with this key was stored, epoch milliseconds. */
export interface IdempotencyKey {
  readonly key: string
  readonly firstAt: number
}

export const fresh = (now: number): IdempotencyKey => ({ key: randomUUID(), firstAt: now })

/** The key of a lost intent, which is used up by that; null where it is too old. */
export const reuse = (sql: Statements, table: "call" | "team_call", lost: Row, now: number): IdempotencyKey | null => {
  sql.run(`UPDATE ${table} SET lost = 0 WHERE id = ?`, lost["id"])
  const firstAt = Number(lost["first_at"])
  return firstAt > now || now - firstAt > kept ? null : { key: String(lost["idempotency_key"]), firstAt }
}

/** What an intent is about: the change of a group, or rows of it by the numbers of their customers. */
interface Intent {
  readonly run: number
  readonly connection: number
  readonly op: ChangeOp
  readonly group: number
  readonly customers: ReadonlyArray<number>
}

const rowsOf = (sql: Statements, call: unknown): ReadonlyArray<number> =>
  sql.all("SELECT target_customer_id FROM call_row WHERE call = ? ORDER BY target_customer_id", call).map((row) => Number(row["target_customer_id"]))

const draft = `(SELECT draft FROM planned_change p WHERE p.run = ? AND p.op = ? AND p.group_id = ?
  AND p.target_customer_id = 0)`

/** Whether both calls ask for the same: a key must never stand for two. */
const isSame = (sql: Statements, lost: Row, { customers, group, op, run }: Intent): boolean => {
  if (op.startsWith("group.")) return sql.get(`SELECT ${draft} IS ${draft} AS same`, lost["run"], op, group, run, op, group)?.["same"] === 1
  const before = rowsOf(sql, lost["id"])
  return before.length === customers.length && before.every((customer, index) => customer === customers[index])
}

/** The key of a call of a group that is about to be stored; `customers` ascending. */
export const next = (sql: Statements, intent: Intent, now: number): IdempotencyKey => {
  const lost = sql.get(
    `SELECT id, run, idempotency_key, first_at FROM call WHERE op = ? AND group_id = ? AND lost = 1 AND connection = ?
      AND target_customer_id IS NULL AND outcome = 'undone' ORDER BY id DESC LIMIT 1`,
    intent.op,
    intent.group,
    intent.connection
  )
  return (lost !== undefined && isSame(sql, lost, intent) ? reuse(sql, "call", lost, now) : null) ?? fresh(now)
}
