/** Sources that show less than they did. */
import type { Measures } from "../../src/plan/PlanStore.ts"
import type { Frame } from "../../src/reconcile/ReconcileStore.ts"
import { syncId } from "../database/Intern.ts"
import type { Statements } from "../database/Statements.ts"
import * as LastFullRead from "../read/LastFullRead.ts"
import * as RollingWindow from "./RollingWindow.ts"

/** When a person last decided about the sync; -1: never. */
const decidedAt = (sql: Statements, { sync }: Frame): number =>
  Number(
    sql.get(
      `SELECT coalesce(max(d.at), -1) AS at FROM decision d
       WHERE (d.what = 'approved' AND d.subject IN (SELECT 'H-' || id FROM held_part WHERE sync = ?1))
       OR (d.what = 'lifted' AND d.subject = ?2)`,
      syncId(sql, sync.name),
      sync.name
    )?.["at"]
  )

/** The last whole read of the stream before ?3: as the last 24 hours began. */
const first = `coalesce((SELECT max(e.id) FROM read e JOIN read_stream f ON f.read = e.id AND f.name = s.name
  WHERE e.connection = c.id AND e.ended_at <= ?3 AND f.complete = 1 AND f.changes = 0), 0)`

/**
 * Streams that were read whole, with fewer rows than at the baseline or in a whole read of the last 24 hours, or as they began, but not before
 * a person last decided about the sync. As long as there is no baseline, because the first question is still open, every whole read stands for it.
 * What an incomplete one lacks ends no claim, and says nothing of the others. A stream that told only changes is as large as it was last read in full.
 */
export const streams = (sql: Statements, frame: Frame): Measures["shrunk"] =>
  sql
    .all(
      `SELECT * FROM (
         SELECT c.name AS connection, s.name AS stream, s.rows AS now,
         max(coalesce(b.rows, 0), coalesce((SELECT max(o.rows) FROM read w
           JOIN read_stream o ON o.read = w.id AND o.name = s.name
             WHERE w.connection = c.id AND o.complete = 1 AND o.changes = 0 AND w.ended_at > ?4
               AND (w.id >= ${first} OR NOT EXISTS (SELECT 1 FROM baseline_stream k
                 WHERE k.sync = ?1 AND k.connection = c.id))), 0)) AS before
         FROM connection c JOIN read_stream n ON n.read = (SELECT max(id) FROM read r
           WHERE r.connection = c.id AND r.ended_at IS NOT NULL)
         JOIN read_stream s ON s.name = n.name AND s.read = ${LastFullRead.read("c.id", "n.name")}
         LEFT JOIN baseline_stream b ON b.sync = ?1 AND b.connection = c.id AND b.stream = s.name
         WHERE c.name IN (SELECT value FROM json_each(?2)) AND s.complete = 1)
       WHERE now < before`,
      syncId(sql, frame.sync.name),
      JSON.stringify(frame.sync.from),
      RollingWindow.since(frame),
      decidedAt(sql, frame)
    )
    .map((row) => ({ connection: String(row["connection"]), stream: String(row["stream"]), before: Number(row["before"]), now: Number(row["now"]) }))
