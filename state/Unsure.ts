/** Rows that were asked for without a sure answer: believed where they are not wanted any more, asked for again where they are. */
import type { Statements } from "./Database.ts"

/** Goes behind the wishes that the ledger lacks: these are in it, and need asking once more. */
export const andUnsure = "UNION SELECT grp, customer FROM unsure"

/** Rows that have left the ledger are nobody's question any more. */
export const forget = (sql: Statements): void => {
  sql.run("DELETE FROM unsure WHERE (grp, customer) NOT IN (SELECT grp, customer FROM assignment)")
}
