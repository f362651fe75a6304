/** Rows that were asked for without a sure answer: believed where they are not wanted any more, asked for again where they are. */
import type { Statements } from "../database/Statements.ts"

/** Goes behind the claims that the ledger lacks: these are in it, and need asking once more. */
export const andUnconfirmed = "UNION SELECT group_id, target_customer_id FROM unconfirmed_write"

/** Rows that have left the ledger are nobody's question any more. */
export const forget = (sql: Statements): void => {
  sql.run(`DELETE FROM unconfirmed_write WHERE (group_id, target_customer_id) NOT IN
    (SELECT group_id, target_customer_id FROM assignment)`)
}
