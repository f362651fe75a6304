/** Rows that were asked for without a sure answer: believed where they are not wanted any more, asked for again where they are. */
import type { Statements } from "./Database.ts"

/** Rows of the ledger that need no second asking. */
export const sure = "SELECT grp, customer FROM assignment a WHERE NOT EXISTS (SELECT 1 FROM unsure u WHERE u.grp = a.grp AND u.customer = a.customer)"

/** Rows that have left the ledger are nobody's question any more. */
export const forget = (sql: Statements): void => {
  sql.run("DELETE FROM unsure WHERE (grp, customer) NOT IN (SELECT grp, customer FROM assignment)")
}
