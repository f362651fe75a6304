/** Changes that the vendor refused, and when they are tried again. */
import type { OpenCall } from "../../src/apply/Journal.ts"
import type { Statements } from "../database/Statements.ts"

const hour = 3_600_000

/** The wait after so many refusals, in milliseconds: doubled by each, from an hour to a day. */
export const after = (attempts: number): number => Math.min(hour * 2 ** (attempts - 1), 24 * hour)

/** Keeps the vendor's words. */
export const store = (sql: Statements, call: OpenCall, customer: number, reason: string, now: number): void => {
  const attempts =
    Number(
      sql.get("SELECT attempts FROM refused WHERE op = ? AND group_id = ? AND target_customer_id = ?", call.op, call.group.number, customer)?.["attempts"] ?? 0
    ) + 1
  sql.run(
    "INSERT OR REPLACE INTO refused VALUES (?, ?, ?, ?, ?, ?, ?)",
    call.op,
    call.group.number,
    customer,
    reason,
    print(sql, call.group.number, customer),
    attempts,
    now + after(attempts)
  )
}

/** What a change rests on, as text: the desired group and the customer at the target. */
const print = (sql: Statements, group: number, customer: number): string => {
  const desired = sql.get("SELECT json_array(name, slug, description, external_id) AS text FROM desired_group WHERE target_group = ?", group)
  const person = sql.get("SELECT json_array(key, email) AS text FROM target_customer WHERE id = ?", customer)
  return `${String(desired?.["text"])} ${String(person?.["text"])}`
}

/** Forgets refusals whose group or customer is another than then, so that they are tried at once. */
export const forgetChanged = (sql: Statements): void => {
  for (const row of sql.all("SELECT op, group_id, target_customer_id, print FROM refused")) {
    if (print(sql, Number(row["group_id"]), Number(row["target_customer_id"])) !== row["print"]) {
      sql.run("DELETE FROM refused WHERE op = ? AND group_id = ? AND target_customer_id = ?", row["op"], row["group_id"], row["target_customer_id"])
    }
  }
}
