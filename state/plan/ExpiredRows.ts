/** What a comparison ends for good. It is done only where the sources are believed: a list that lies would otherwise forget claims and decisions that are true again in the next. */
import type { Frame } from "../../src/reconcile/ReconcileStore.ts"
import * as Claims from "../reconcile/Claims.ts"
import { connectionId, syncId } from "../database/Intern.ts"
import type { Statements } from "../database/Statements.ts"
import * as UnconfirmedRows from "../reconcile/UnconfirmedRows.ts"

export const forget = (sql: Statements, frame: Frame): void => {
  // A change that its source took back is no question any more, and a decision on it says nothing about a later one. A blocked group has no changes now, and that
  // says nothing: its list may have been incomplete.
  if (frame.read.length === frame.sync.from.length) {
    sql.run(
      `DELETE FROM held_row WHERE part IN (SELECT id FROM held_part WHERE sync = ?1 AND state <> 'closed')
        AND (op, group_id, target_customer_id) NOT IN (SELECT op, group_id, target_customer_id FROM candidate_change)
        AND group_id NOT IN (SELECT t.id FROM desired_group w
          JOIN target_group t ON t.connection = ?2 AND t.group_key = w.group_key WHERE w.blocked IS NOT NULL)`,
      syncId(sql, frame.sync.name),
      connectionId(sql, frame.sync.to)
    )
  }
  // Claims that ended and hold nothing any more, or only what was never ours, are over. A row that the target does not show may be back, and its time of grace with it.
  sql.run(
    `DELETE FROM claim WHERE expired_at IS NOT NULL AND claimant IN (SELECT value FROM json_each(?1))
     AND NOT EXISTS (SELECT 1 FROM assignment a WHERE a.group_id = claim.group_id
       AND a.target_customer_id = claim.target_customer_id AND (a.origin <> 'found' OR ?2))
     AND NOT EXISTS (SELECT 1 FROM vanished v WHERE v.group_id = claim.group_id AND v.target_customer_id = claim.target_customer_id)`,
    Claims.readClaimants(sql, frame),
    frame.sync.removals === "all" ? 1 : 0
  )
  UnconfirmedRows.forget(sql)
  sql.run(
    `DELETE FROM manual_removal WHERE NOT EXISTS (SELECT 1 FROM standing_claim c
      WHERE c.group_id = manual_removal.group_id AND c.target_customer_id = manual_removal.target_customer_id)`
  )
}
