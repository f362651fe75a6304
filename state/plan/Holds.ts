/**
 * Held parts and decisions in SQL: which rows of the plan wait, and in which part.
 *
 * **Terms.** A *part* belongs to one sync and one guard; a guard has at most one open part. Its *rows* are changes by operation, group and customer
 * (0: the group itself), and are kept from run to run. A change is *free* if no part holds it, no skip reason applies and nobody approved it.
 *
 * **Premise.** What trips a guard is judged in `src/plan`; here its changes are selected. The plan is made anew in each run, so that rows and changes
 * are matched by key: a row without a change has been taken back by its source.
 *
 * | a row of a part that is | and its change, if it is planned again |
 * |---|---|
 * | open | waits in that part, whatever the figures say today |
 * | approved | goes through every guard |
 * | rejected | is skipped (`rejected`) |
 * | closed | is judged as if new |
 *
 * | besides what a guard selects, these wait in the same part | |
 * |---|---|
 * | the making of a group for the new name of a held tag | see `TagMoves` |
 * | additions to a group whose making waits | the group is not there |
 * | the making of a group all of whose additions wait | it would be empty |
 *
 * **Invariants.** A row waits in one part only. Parts and rows of other syncs are never touched. Rows are forgotten only where what the sources show
 * is believed (`ExpiredRows`); a part without rows closes.
 */
import { type DoubtName, doubts, type GuardName } from "../../src/model/Guard.ts"
import type { Selection, Trip } from "../../src/plan/PlanStore.ts"
import type { Frame } from "../../src/reconcile/ReconcileStore.ts"
import * as Approvals from "./Approvals.ts"
import * as ConfigChange from "../reconcile/ConfigChange.ts"
import * as DecisionLog from "../database/DecisionLog.ts"
import { syncId } from "../database/Intern.ts"
import type { Statements } from "../database/Statements.ts"
import * as HoldReasons from "./HoldReasons.ts"
import * as OpenPart from "./OpenPart.ts"
import * as TagMoves from "./TagMoves.ts"

const free = "part IS NULL AND skip_reason IS NULL AND approved = 0"

/** Rows that reconciling has put into `doubt` under the guard's name. */
const inDoubt = Object.fromEntries(
  doubts.map((guard) => [
    guard,
    `(op, group_id, target_customer_id) IN (SELECT op, group_id, target_customer_id
    FROM doubt WHERE guard = '${guard}')`
  ])
) as Readonly<Record<DoubtName, string>>

/** Guards of doubt with rows in this run, in the order in which they hold. */
export const doubtful = (sql: Statements): ReadonlyArray<DoubtName> => {
  const found = new Set(sql.all("SELECT DISTINCT guard FROM doubt").map((row) => String(row["guard"])))
  return doubts.filter((guard) => found.has(guard))
}

const conditions = (sql: Statements, frame: Frame): Readonly<Record<NonNullable<Selection["where"]>, string>> => ({
  ...inDoubt,
  "rule-changed": ConfigChange.condition(sql, frame),
  drift:
    frame.sync.drift === "ask"
      ? `(cause = 'restored' OR group_id IN (SELECT id FROM target_group
        WHERE basis = 'deleted-at-target' AND key IS NULL))`
      : "false",
  // Those who would leave the group of an organization that was made again wait with those who would join its new group.
  proposal: `(group_id IN (SELECT target_group FROM desired_group WHERE proposal IS NOT NULL)
    OR (op = 'assignment.remove' AND group_id IN (SELECT proposal FROM desired_group
      WHERE proposal_basis = 'recreated')))`,
  creations: `group_id IN (SELECT group_id FROM candidate_change
    WHERE op = 'group.create' AND skip_reason IS NULL AND part IS NULL AND approved = 0)`
})

/** The condition that selects the changes a guard is about, with its values. */
const selected = (sql: Statements, frame: Frame, selection: Selection): { readonly text: string; readonly values: ReadonlyArray<string> } => ({
  text: `${free} AND op IN (SELECT value FROM json_each(?)) AND group_id IN
    (SELECT ${selection.groups === undefined ? "group_id FROM candidate_change" : "value FROM json_each(?)"}) AND ${
      selection.where === undefined ? "true" : conditions(sql, frame)[selection.where]
    }`,
  values: [JSON.stringify(selection.ops), ...(selection.groups === undefined ? [] : [JSON.stringify(selection.groups)])]
})

export const count = (sql: Statements, frame: Frame, selection: Selection): number => {
  const { text, values } = selected(sql, frame, selection)
  return Number(sql.get(`SELECT count(*) AS n FROM candidate_change WHERE ${text}`, ...values)?.["n"])
}

const inParts = (state: string) =>
  `(SELECT op, group_id, target_customer_id FROM held_row WHERE part IN (SELECT id FROM held_part
    WHERE sync = ?1 AND state = '${state}'))`

export const recallDecisions = (sql: Statements, frame: Frame): void => {
  const sync = syncId(sql, frame.sync.name)
  sql.run(
    `UPDATE candidate_change SET approved = 1
    WHERE (op, group_id, target_customer_id) IN ${inParts("approved")}`,
    sync
  )
  Approvals.note(sql, frame.run, sync)
  sql.run(
    `UPDATE candidate_change SET skip_reason = 'rejected' WHERE skip_reason IS NULL AND approved = 0
      AND (op, group_id, target_customer_id) IN ${inParts("rejected")}`,
    sync
  )
  sql.run(
    `UPDATE candidate_change SET part = (SELECT max(r.part) FROM held_row r
      JOIN held_part p ON p.id = r.part AND p.sync = ?1 AND p.state = 'open'
      WHERE r.op = candidate_change.op AND r.group_id = candidate_change.group_id
      AND r.target_customer_id = candidate_change.target_customer_id)
     WHERE skip_reason IS NULL AND approved = 0 AND (op, group_id, target_customer_id) IN ${inParts("open")}`,
    sync
  )
}

export const hold = (sql: Statements, frame: Frame, trip: Trip, selection: Selection): number => {
  const sync = syncId(sql, frame.sync.name)
  if (count(sql, frame, selection) === 0) return 0
  const part = OpenPart.store(sql, { sync, staff: false, run: frame.run, now: frame.now, keepsLargest: true }, trip)
  const { text, values } = selected(sql, frame, selection)
  const held = sql.run(`UPDATE candidate_change SET part = ? WHERE ${text}`, part, ...values)
  sql.run(
    `INSERT OR IGNORE INTO held_row SELECT part, op, group_id, target_customer_id FROM candidate_change
    WHERE part = ?`,
    part
  )
  return held
}

export const reopen = (sql: Statements, { sync }: Frame, guards: ReadonlyArray<GuardName>): void => {
  const parts = "SELECT id FROM held_part WHERE sync = ? AND state = 'open' AND guard IN (SELECT value FROM json_each(?))"
  const values = [syncId(sql, sync.name), JSON.stringify(guards)]
  sql.run(
    `DELETE FROM held_row WHERE part IN (${parts}) AND (op, group_id, target_customer_id) IN
      (SELECT op, group_id, target_customer_id FROM candidate_change WHERE part IS NOT NULL)`,
    ...values
  )
  sql.run(`UPDATE candidate_change SET part = NULL WHERE part IN (${parts})`, ...values)
}

/** What a guard would have held had it not been lifted is decided, as an approval would have done. A dry run decides nothing. */
export const lift = (sql: Statements, frame: Frame, trip: Trip, selection: Selection): void => {
  if (count(sql, frame, selection) === 0) return
  const { text, values } = selected(sql, frame, selection)
  const decision = DecisionLog.noteLift(sql, frame.sync.name, frame.run, trip, frame.now)
  if (decision !== null) Approvals.noteLift(sql, frame.run, decision, text, values)
  sql.run(`UPDATE candidate_change SET approved = 1 WHERE ${text}`, ...values)
}

export const closeParts = (sql: Statements, frame: Frame): void => {
  const sync = syncId(sql, frame.sync.name)
  const renames = TagMoves.renames(sql, frame)
  TagMoves.hold(sql, renames)
  sql.run(
    `UPDATE candidate_change SET part = (SELECT c.part FROM candidate_change c
      WHERE c.op = 'group.create' AND c.group_id = candidate_change.group_id)
      WHERE op = 'assignment.add' AND part IS NULL AND skip_reason IS NULL
      AND group_id IN (SELECT group_id FROM candidate_change WHERE op = 'group.create' AND part IS NOT NULL)`
  )
  sql.run(
    `UPDATE candidate_change SET skip_reason = 'rejected' WHERE op = 'assignment.add' AND skip_reason IS NULL
      AND group_id IN (SELECT group_id FROM candidate_change WHERE op = 'group.create' AND skip_reason = 'rejected')`
  )
  if (frame.sync.emptyGroups === "skip") {
    const freeAdds = "(SELECT group_id FROM candidate_change WHERE op = 'assignment.add' AND part IS NULL AND skip_reason IS NULL)"
    sql.run(
      `UPDATE candidate_change SET part = (SELECT min(c.part) FROM candidate_change c
        WHERE c.op = 'assignment.add' AND c.group_id = candidate_change.group_id AND c.part IS NOT NULL)
        WHERE op = 'group.create' AND part IS NULL AND skip_reason IS NULL AND approved = 0
        AND group_id NOT IN ${freeAdds}`
    )
    sql.run(
      `UPDATE candidate_change SET skip_reason = 'nobody-in-it'
        WHERE op = 'group.create' AND part IS NULL AND skip_reason IS NULL AND group_id NOT IN ${freeAdds}`
    )
  }
  sql.run(`INSERT OR IGNORE INTO held_row SELECT part, op, group_id, target_customer_id FROM candidate_change
    WHERE part IS NOT NULL AND skip_reason IS NULL`)
  sql.run(
    `UPDATE held_part SET state = 'closed', closed_at = ? WHERE sync = ? AND state = 'open' AND guard <> 'configGone'
      AND NOT EXISTS (SELECT 1 FROM held_row r WHERE r.part = held_part.id)`,
    frame.now,
    sync
  )
  HoldReasons.store(sql, frame, renames)
}
