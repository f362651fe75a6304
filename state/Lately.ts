/** What the last 24 hours tell the guards, so that many small runs pass no limit that one large run would not. Decided changes do not count. */
import type { ChangeOp } from "../src/model/Change.ts"
import type { Measures } from "../src/plan/PlanStore.ts"
import type { Frame } from "../src/reconcile/ReconcileStore.ts"
import { syncId } from "./Connections.ts"
import type { Statements } from "./Database.ts"

const day = 86_400_000

const number = (sql: Statements, text: string, ...values: ReadonlyArray<unknown>): number => Number(sql.get(text, ...values)?.["n"] ?? 0)

/** When the 24 hours before a run began. */
export const since = ({ now }: Frame): number => now - day

/** Changes of one kind that runs of the sync carried out. */
export const done = (sql: Statements, frame: Frame, op: ChangeOp): number =>
  number(
    sql,
    "SELECT count(*) AS n FROM planned p JOIN run r ON r.id = p.run WHERE p.state = 'done' AND p.settled_at > ? AND p.op = ? AND p.approved = 0 AND r.sync = ?",
    since(frame),
    op,
    syncId(sql, frame.sync.name)
  )

/** As `done`, of the group `g.id`, as an expression: `?1` is the sync, `?4` the beginning. */
export const doneIn = (op: ChangeOp): string =>
  `(SELECT count(*) FROM run r CROSS JOIN planned p ON p.run = r.id AND p.op = '${op}' AND p.grp = g.id
    WHERE r.sync = ?1 AND (r.ended_at IS NULL OR r.ended_at > ?4) AND p.state = 'done' AND p.settled_at > ?4 AND p.approved = 0)`

/** Groups that lost their last member, and that the source has not proved gone. */
export const emptied = (sql: Statements, frame: Frame): number =>
  number(
    sql,
    `SELECT count(DISTINCT p.grp) AS n FROM planned p JOIN run r ON r.id = p.run WHERE p.state = 'done' AND p.settled_at > ? AND p.op = 'assignment.remove' AND p.approved = 0
       AND r.sync = ? AND p.cause NOT IN ('group-gone', 'merged') AND NOT EXISTS (SELECT 1 FROM assignment a WHERE a.grp = p.grp)`,
    since(frame),
    syncId(sql, frame.sync.name)
  )

/**
 * Streams that were read whole, with fewer rows than at the baseline or in a whole read of the last 24 hours, or as they began, but not before
 * a person last decided about the sync. What an incomplete one lacks ends no wish, and says nothing of the others.
 */
export const shrunk = (sql: Statements, frame: Frame): Measures["shrunk"] => {
  const sync = syncId(sql, frame.sync.name)
  const decided = number(
    sql,
    `SELECT coalesce(max(d.at), -1) AS n FROM decision d WHERE (d.what = 'approved' AND d.subject IN (SELECT 'H-' || id FROM held_part WHERE sync = ?1)) OR (d.what = 'lifted' AND d.subject = ?2)`,
    sync,
    frame.sync.name
  )
  return sql
    .all(
      `SELECT * FROM (
         SELECT c.name AS connection, b.stream, s.rows AS now, max(b.rows, coalesce((SELECT max(o.rows) FROM read w JOIN read_stream o ON o.read = w.id AND o.name = b.stream
             WHERE w.connection = b.connection AND o.complete = 1 AND w.ended_at > ?4
               AND w.id >= coalesce((SELECT max(e.id) FROM read e JOIN read_stream f ON f.read = e.id AND f.name = b.stream WHERE e.connection = b.connection AND e.ended_at <= ?3 AND f.complete = 1), 0)), 0)) AS before
         FROM baseline_stream b JOIN connection c ON c.id = b.connection
         JOIN read_stream s ON s.name = b.stream AND s.read = (SELECT max(id) FROM read r WHERE r.connection = b.connection AND r.ended_at IS NOT NULL)
         WHERE b.sync = ?1 AND c.name IN (SELECT value FROM json_each(?2)) AND s.complete = 1)
       WHERE now < before`,
      sync,
      JSON.stringify(frame.sync.from),
      since(frame),
      decided
    )
    .map((row) => ({ connection: String(row["connection"]), stream: String(row["stream"]), before: Number(row["before"]), now: Number(row["now"]) }))
}
