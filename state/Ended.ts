/** What a comparison ends for good. It is done only where the sources are believed: a list that lies would otherwise forget wishes and decisions that are true again in the next. */
import type { Frame } from "../src/reconcile/ReconcileStore.ts"
import * as Claims from "./Claims.ts"
import { syncId } from "./Connections.ts"
import type { Statements } from "./Database.ts"
import * as Unsure from "./Unsure.ts"

export const forget = (sql: Statements, frame: Frame): void => {
  // A change that its source took back is no question any more, and a decision on it says nothing about a later one.
  if (frame.read.length === frame.sync.from.length) {
    sql.run(
      "DELETE FROM held_row WHERE part IN (SELECT id FROM held_part WHERE sync = ?1 AND state <> 'closed') AND (op, grp, customer) NOT IN (SELECT op, grp, customer FROM change)",
      syncId(sql, frame.sync.name)
    )
  }
  // Wishes that ended and hold nothing any more, or only what was never ours, are over.
  sql.run(
    `DELETE FROM claim WHERE lapsed_at IS NOT NULL AND claimant IN (SELECT value FROM json_each(?1))
     AND NOT EXISTS (SELECT 1 FROM assignment a WHERE a.grp = claim.grp AND a.customer = claim.customer AND (a.origin <> 'found' OR ?2))`,
    Claims.readClaimants(sql, frame),
    frame.sync.removals === "all" ? 1 : 0
  )
  Unsure.forget(sql)
  sql.run(
    "DELETE FROM drift WHERE NOT EXISTS (SELECT 1 FROM claim c WHERE c.claimant IN (SELECT id FROM claimant) AND c.grp = drift.grp AND c.customer = drift.customer AND c.lapsed_at IS NULL)"
  )
}
