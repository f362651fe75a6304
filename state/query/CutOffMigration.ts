/** A migration that was cut off, by the rows of its runs. */
import * as Id from "../../src/model/Id.ts"
import type { CutOff } from "../../src/model/Overview.ts"
import { syncId } from "../database/Intern.ts"
import type { Statements } from "../database/Statements.ts"

/** A run that broke off is not under way: `run r` had no end when another began, or its lease has passed. Calls of one without a summary are counted. */
const wrote = `coalesce(r.summary ->> '$.calls.write', (SELECT count(DISTINCT call) FROM planned_change
  WHERE run = r.id AND call IS NOT NULL)) > 0`

const brokeOff = "r.kind = 'migrate' AND coalesce(r.status, 'interrupted') IN ('interrupted', 'failed', 'partial')"

/** Null where the last run of the sync that wrote anything was none of a migration that did not come to its end. `now`: epoch ms. */
export const of = (sql: Statements, name: string, now: number): CutOff | null => {
  const sync = syncId(sql, name)
  const last = sql.get(
    `SELECT r.id, ${brokeOff} AS cut FROM run r WHERE r.sync = ?1 AND ${wrote} AND (r.ended_at IS NOT NULL
       OR NOT EXISTS (SELECT 1 FROM lease WHERE name = 'run' AND expires_at > ?2)) ORDER BY r.id DESC LIMIT 1`,
    sync,
    now
  )
  if (last === undefined || last["cut"] !== 1) return null
  const row = sql.get(
    `WITH part AS (SELECT r.id FROM run r WHERE r.sync = ?1 AND ${brokeOff} AND r.id > coalesce((SELECT max(r.id) FROM run r
       WHERE r.sync = ?1 AND r.id < ?2 AND ${wrote} AND NOT (${brokeOff})), 0))
     SELECT (SELECT count(*) FROM planned_change WHERE run IN (SELECT id FROM part) AND state = 'done') AS done,
       (SELECT count(*) FROM planned_change WHERE run = ?2 AND state IN ('planned', 'void'))
       + (SELECT count(*) FROM skipped_change WHERE sync = ?1 AND reason = 'later') AS rest`,
    sync,
    last["id"]
  )
  return { run: Id.run(last["id"]), done: Number(row?.["done"] ?? 0), left: Number(row?.["rest"] ?? 0) }
}
