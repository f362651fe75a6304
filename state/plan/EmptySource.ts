/** Sources that show nothing at all where they had rows: an export that broke off, a view that lost its rights. No limit makes that true. */
import type { Frame } from "../../src/reconcile/ReconcileStore.ts"
import { connectionId, syncId } from "../database/Intern.ts"
import type { Statements } from "../database/Statements.ts"
import * as Doubts from "../reconcile/Doubts.ts"
import * as SourceShrink from "./SourceShrink.ts"

/** Causes of removals that an absence can bring about, of rows that no claim stands behind too. */
const byAbsence = "('left', 'untagged', 'customer-gone', 'group-gone', 'merged', 'not-wanted')"

/** The vendor itself said that the group behind the claim is gone: no list is needed for that. */
const proven = `EXISTS (SELECT 1 FROM claim k JOIN source_group v ON v.id = k.source_group_id
  AND v.gone_cause IN ('deleted', 'merged')
  WHERE k.claimant = candidate_change.claimant AND k.group_id = candidate_change.group_id
  AND k.target_customer_id = candidate_change.target_customer_id)`

/** Puts the removals that rest on a source with an empty stream in doubt, under `emptySource`. */
export const note = (sql: Statements, frame: Frame): void => {
  for (const { before, connection, now, stream } of SourceShrink.streams(sql, frame)) {
    if (now > 0) continue
    Doubts.note(
      sql,
      "emptySource",
      `SELECT op, group_id, target_customer_id FROM candidate_change
        WHERE op = 'assignment.remove' AND cause IN ${byAbsence}
       AND (claimant IS NULL OR claimant IN (SELECT id FROM claimant WHERE sync = ? AND connection = ?))
       AND NOT ${proven}`,
      { code: "shrunk", connection, stream, before, now },
      syncId(sql, frame.sync.name),
      connectionId(sql, connection)
    )
  }
}
