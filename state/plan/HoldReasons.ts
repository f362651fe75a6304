/** Why a held part waits: facts that are found while its changes are at hand, and kept with it. */
import type { Cause } from "../../src/model/Cause.ts"
import type { HoldReason, RenameProposal } from "../../src/model/HoldReason.ts"
import type { Frame } from "../../src/reconcile/ReconcileStore.ts"
import { syncId } from "../database/Intern.ts"
import * as Doubts from "../reconcile/Doubts.ts"
import type { TagMove } from "./TagMoves.ts"
import type { Statements } from "../database/Statements.ts"

/** How many people leave and join for each cause, most first. */
const causes = (sql: Statements, part: number): ReadonlyArray<HoldReason> =>
  sql
    .all(
      `SELECT c.op, c.cause, count(*) AS n FROM candidate_change c WHERE c.part = ? AND c.op LIKE 'assignment.%'
      GROUP BY 1, 2 ORDER BY 3 DESC`,
      part
    )
    .map((row) => ({
      code: "cause",
      op: row["op"] === "assignment.add" ? "join" : "leave",
      cause: String(row["cause"]) as Cause,
      changes: Number(row["n"])
    }))

/** Groups that are there already, where the part is about taking them over. */
const existing = (sql: Statements, part: number): ReadonlyArray<HoldReason> =>
  sql
    .all(
      `SELECT w.name, w.proposal_basis AS basis, t.key FROM candidate_change c
        JOIN desired_group w ON w.target_group = c.group_id JOIN target_group t ON t.id = w.proposal
       WHERE c.part = ? AND c.op = 'group.create' ORDER BY 1 LIMIT 5`,
      part
    )
    .map((row) =>
      row["basis"] === "recreated"
        ? { code: "recreated", name: String(row["name"]), id: String(row["key"]) }
        : { code: "existing", name: String(row["name"]), by: String(row["basis"]), id: String(row["key"]) }
    )

/** Stores with each open part of the sync what a person should know of it beside the figures of its guard. `renames`: those that explain removals. */
export const store = (sql: Statements, frame: Frame, renames: ReadonlyArray<TagMove>): void => {
  for (const { guard, id } of sql.all("SELECT id, guard FROM held_part WHERE sync = ? AND state = 'open'", syncId(sql, frame.sync.name))) {
    const part = Number(id)
    const rename = renames.find((move) => move.part === part)
    const why: ReadonlyArray<HoldReason> = [
      ...Doubts.reasons(sql, String(guard)),
      ...causes(sql, part),
      ...(guard === "adoption" ? existing(sql, part) : []),
      ...(rename === undefined ? [] : [{ code: "moved", people: rename.moved, from: rename.from, to: rename.to } as const])
    ]
    const proposal: RenameProposal | null = rename === undefined ? null : { code: "previously", from: rename.from, rule: rename.rule }
    sql.run("UPDATE held_part SET reasons = ?, proposal = ? WHERE id = ?", JSON.stringify(why), proposal === null ? null : JSON.stringify(proposal), part)
  }
}
