/** Memberships that reappeared at a target which does not show since when, until a person decides whose they are. */
import type { UnconfirmedGroup } from "../../src/model/Overview.ts"
import type { Decider } from "../../src/model/Decision.ts"
import * as DecisionLog from "../database/DecisionLog.ts"
import { syncId } from "../database/Intern.ts"
import type { Statements } from "../database/Statements.ts"

/** Of `u`: it is one of the sync `?1`. */
const ofSync = `EXISTS (SELECT 1 FROM claim c JOIN claimant m ON m.id = c.claimant AND m.sync = ?1
  WHERE c.group_id = u.group_id AND c.target_customer_id = u.target_customer_id)`

/** Of `u`: a person was asked whether it is to be removed, and said no. */
const left = `EXISTS (SELECT 1 FROM held_row r JOIN held_part p ON p.id = r.part AND p.guard = 'ownership' AND p.state = 'rejected'
  WHERE r.op = 'assignment.remove' AND r.group_id = u.group_id AND r.target_customer_id = u.target_customer_id)`

/** How many of the sync's are undecided. */
export const count = (sql: Statements, sync: string): number =>
  Number(sql.get(`SELECT count(*) AS n FROM unconfirmed_origin u WHERE ${ofSync} AND NOT ${left}`, syncId(sql, sync))?.["n"])

/** All of the sync's by group, most first. */
export const groups = (sql: Statements, sync: string): ReadonlyArray<UnconfirmedGroup> =>
  sql
    .all(
      `SELECT g.name, count(*) AS n FROM unconfirmed_origin u JOIN target_group g ON g.id = u.group_id
        WHERE ${ofSync} GROUP BY g.id ORDER BY n DESC, g.name`,
      syncId(sql, sync)
    )
    .map((row) => ({ group: String(row["name"]), memberships: Number(row["n"]) }))

/** They are what they were, or from now on `found`. */
export const decide = (sql: Statements, sync: string, whose: "applied" | "found", by: Decider, now: number): void => {
  const id = syncId(sql, sync)
  const rows = `SELECT u.group_id, u.target_customer_id FROM unconfirmed_origin u WHERE ${ofSync}`
  if (whose === "found") sql.run(`UPDATE assignment SET origin = 'found', run = NULL WHERE (group_id, target_customer_id) IN (${rows})`, id)
  sql.run(`DELETE FROM unconfirmed_origin WHERE (group_id, target_customer_id) IN (${rows})`, id)
  DecisionLog.note(sql, whose === "applied" ? "confirmed as ours:" : "given up as found:", sync, by, now)
}
