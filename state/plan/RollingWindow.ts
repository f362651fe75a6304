/** What the last 24 hours tell the guards, so that many small runs pass no limit that one large run would not. Decided changes do not count. */
import type { ChangeOp } from "../../src/model/Change.ts"
import { windowHours } from "../../src/model/Guard.ts"
import type { Frame } from "../../src/reconcile/ReconcileStore.ts"
import { syncId } from "../database/Intern.ts"
import type { Statements } from "../database/Statements.ts"

const window = windowHours * 3_600_000

const number = (sql: Statements, text: string, ...values: ReadonlyArray<unknown>): number => Number(sql.get(text, ...values)?.["n"] ?? 0)

/** When the guards' window before a run began (epoch ms). */
export const since = ({ now }: Frame): number => now - window

/** Changes of one kind that runs of the sync carried out. */
export const done = (sql: Statements, frame: Frame, op: ChangeOp): number =>
  number(
    sql,
    `SELECT count(*) AS n FROM planned_change p JOIN run r ON r.id = p.run
      WHERE p.state = 'done' AND p.settled_at > ? AND p.op = ? AND p.approved = 0 AND r.sync = ?`,
    since(frame),
    op,
    syncId(sql, frame.sync.name)
  )

/** As `done`, of the group `g.id`, as an expression: `?1` is the sync, `?4` the beginning. */
export const doneIn = (op: ChangeOp): string =>
  `(SELECT count(*) FROM run r CROSS JOIN planned_change p ON p.run = r.id AND p.op = '${op}' AND p.group_id = g.id
    WHERE r.sync = ?1 AND (r.ended_at IS NULL OR r.ended_at > ?4) AND p.state = 'done' AND p.settled_at > ?4 AND p.approved = 0)`

/** Groups that lost their last member, and that the source has not proved gone. */
export const emptied = (sql: Statements, frame: Frame): number =>
  number(
    sql,
    `SELECT count(DISTINCT p.group_id) AS n FROM planned_change p JOIN run r ON r.id = p.run
      WHERE p.state = 'done' AND p.settled_at > ? AND p.op = 'assignment.remove' AND p.approved = 0
       AND r.sync = ? AND p.cause NOT IN ('group-gone', 'merged')
       AND NOT EXISTS (SELECT 1 FROM assignment a WHERE a.group_id = p.group_id)`,
    since(frame),
    syncId(sql, frame.sync.name)
  )
