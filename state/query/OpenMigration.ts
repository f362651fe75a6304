/** The migration of a sync that is not at its end, with how far it is. */
import * as Id from "../../src/model/Id.ts"
import type { Phase } from "../../src/model/Migration.ts"
import type { OpenMigration } from "../../src/model/Overview.ts"
import type { Statements } from "../database/Statements.ts"

/** What run ?1 planned and did not come to; memberships of a group that the target refused to make are not to come. */
const unmade = `SELECT count(*) FROM planned_change p WHERE p.run = ?1 AND p.state IN ('planned', 'void') AND NOT EXISTS
  (SELECT 1 FROM planned_change o WHERE o.run = ?1 AND o.op = 'group.create' AND o.group_id = p.group_id AND o.state = 'refused')`

/** Null where there is none, or nothing has begun. One that was not approved is not open any more once another run did the work. */
export const of = (sql: Statements, sync: number): OpenMigration | null => {
  const row = sql.get(
    `SELECT m.*, (SELECT max(id) FROM run WHERE migration = m.id) AS last FROM migration m WHERE m.sync = ?1 AND m.ended_at IS NULL
      AND (m.approved_at IS NOT NULL OR NOT EXISTS (SELECT 1 FROM run r WHERE r.sync = ?1 AND r.started_at > m.started_at
        AND r.migration IS NULL AND r.summary ->> '$.calls.write' > 0))`,
    sync
  )
  if (row === undefined || row["last"] === null) return null
  const approved = row["approved_at"] !== null
  const counts = sql.get(
    `SELECT (SELECT count(*) FROM planned_change WHERE run IN (SELECT id FROM run WHERE migration = ?2) AND state = 'done') AS done,
      (${unmade}) + (SELECT count(*) FROM skipped_change WHERE sync = ?3 AND reason = 'later') AS rest,
      EXISTS (SELECT 1 FROM planned_change WHERE run = ?1) AS planned`,
    row["last"],
    row["id"],
    sync
  )
  const done = Number(counts?.["done"] ?? 0)
  // A run that was approved in the end, or waits for that, planned nothing that it could do itself.
  const isAhead = !approved || (row["phase"] === "fill" && counts?.["planned"] === 0)
  const left = isAhead ? Math.max(0, Number(row["groups"] ?? 0) + Number(row["memberships"] ?? 0) - done) : Number(counts?.["rest"] ?? 0)
  const hash = row["plan_hash"] === null ? null : String(row["plan_hash"])
  return { id: Id.migration(row["id"]), phase: String(row["phase"]) as Phase, run: Id.run(row["last"]), done, left, approved, hash }
}
