/** Splits a held part where a person decides on some of its changes: those chosen stay in the part, the others move to a part of their own. */
import type { Choice, Verdict } from "../../src/model/Decision.ts"
import type { HoldReason } from "../../src/model/HoldReason.ts"
import type { Statements } from "../database/Statements.ts"

/**
 * ?1 part, ?2 groups, ?3 customers (JSON or null), ?4 verdict. A group that is made goes along with an approved addition to it, which needs it, and with
 * a rejected one if no other addition of the part does.
 */
const chosen = `
  WITH named AS (SELECT op, group_id, target_customer_id FROM held_row WHERE part = ?1
    AND (?2 IS NULL OR group_id IN (SELECT value FROM json_each(?2)))
    AND (?3 IS NULL OR target_customer_id IN (SELECT value FROM json_each(?3)))),
  joined AS (SELECT group_id, target_customer_id FROM named WHERE op = 'assignment.add')
  SELECT op, group_id, target_customer_id FROM named
  UNION SELECT op, group_id, target_customer_id FROM held_row r
  WHERE r.part = ?1 AND r.op = 'group.create' AND r.group_id IN (SELECT group_id FROM joined)
    AND (?4 = 'approved' OR NOT EXISTS (SELECT 1 FROM held_row o WHERE o.part = ?1 AND o.op = 'assignment.add'
      AND o.group_id = r.group_id AND (o.group_id, o.target_customer_id) NOT IN (SELECT * FROM joined)))`

const json = (numbers: ReadonlyArray<number> | null): string | null => (numbers === null ? null : JSON.stringify(numbers))

const number = (sql: Statements, text: string, ...values: ReadonlyArray<unknown>): number => Number(sql.get(text, ...values)?.["n"])

/** How many changes of the part are chosen. */
export const count = (sql: Statements, part: number, verdict: Verdict, { customers, groups }: Choice): number =>
  number(sql, `SELECT count(*) AS n FROM (${chosen})`, part, json(groups), json(customers), verdict)

/** Counts by cause hold for the whole part; of one cause alone the share is known, of several it is not. */
const recount = (sql: Statements, part: number): void => {
  const reasons = JSON.parse(String(sql.get("SELECT reasons FROM held_part WHERE id = ?", part)?.["reasons"])) as ReadonlyArray<HoldReason>
  const rows = (op: string) => number(sql, "SELECT count(*) AS n FROM held_row WHERE part = ? AND op = ?", part, op)
  const left = reasons.flatMap((reason): ReadonlyArray<HoldReason> => {
    if (reason.code !== "cause") return [reason]
    const isOnly = reasons.filter((other) => other.code === "cause" && other.op === reason.op).length === 1
    const changes = rows(reason.op === "join" ? "assignment.add" : "assignment.remove")
    return isOnly && changes > 0 ? [{ ...reason, changes }] : []
  })
  sql.run("UPDATE held_part SET reasons = ? WHERE id = ?", JSON.stringify(left), part)
}

/** Moves the changes that are not chosen to a new part, which waits as this one did. Answers its number; null if all are chosen. */
export const split = (sql: Statements, part: number, verdict: Verdict, choice: Choice): number | null => {
  const others = number(sql, "SELECT count(*) AS n FROM held_row WHERE part = ?", part) - count(sql, part, verdict, choice)
  if (others === 0) return null
  const rest = sql.insert(
    `INSERT INTO held_part (sync, guard, state, opened_at, run, lim, value, unit, why, proposal, reasons)
      SELECT sync, guard, state, opened_at, run, lim, value, unit, why, proposal, reasons FROM held_part WHERE id = ?`,
    part
  )
  sql.run(
    `UPDATE held_row SET part = ?5 WHERE part = ?1 AND (op, group_id, target_customer_id) NOT IN (SELECT * FROM (${chosen}))`,
    part,
    json(choice.groups),
    json(choice.customers),
    verdict,
    rest
  )
  for (const one of [part, rest]) recount(sql, one)
  return rest
}

/** Puts the changes of a split part together again; the part `rest` closes. */
export const join = (sql: Statements, part: number, rest: number, now: number): void => {
  sql.run("UPDATE OR REPLACE held_row SET part = ? WHERE part = ?", part, rest)
  sql.run("UPDATE held_part SET state = 'closed', closed_at = ? WHERE id = ?", now, rest)
  recount(sql, part)
}
