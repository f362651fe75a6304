/** Sources whose texts are read in an encoding that is only guessed, and that is not the one in which a person has last seen them. */
import type { Frame } from "../../src/reconcile/ReconcileStore.ts"
import { connectionId, syncId } from "../database/Intern.ts"
import type { Statements } from "../database/Statements.ts"
import * as Doubts from "../reconcile/Doubts.ts"

/** Whether a person has decided, since the baseline, about changes that were held under `encoding`. */
export const isSeen = (sql: Statements, { sync }: Frame): boolean =>
  sql.get(
    `SELECT 1 FROM decision d WHERE d.what IN ('approved', 'rejected')
      AND d.at >= coalesce((SELECT at FROM baseline WHERE sync = ?1), 0)
       AND d.subject IN (SELECT 'H-' || id FROM held_part WHERE sync = ?1 AND guard = 'encoding') LIMIT 1`,
    syncId(sql, sync.name)
  ) !== undefined

/**
 * The encoding that a baseline keeps of a stream, in SQL: `stream` is the row of `read_stream`, ?1 the sync, ?2 the connection, `seen` whether a
 * person has seen what is guessed. What is written alike in every encoding says nothing against the one before.
 */
export const kept = (stream: string, seen: string): string => {
  const before = `(SELECT b.encoding FROM baseline_stream b WHERE b.sync = ?1 AND b.connection = ?2
    AND b.stream = ${stream}.name)`
  return `CASE WHEN ${stream}.encoding IS NULL OR ${stream}.encoding
    = 'ascii' THEN coalesce(${before}, ${stream}.encoding)
    WHEN ${stream}.guessed = 1 AND NOT ${seen} THEN coalesce(${before}, ${stream}.encoding) ELSE ${stream}.encoding END`
}

const doubtful = `
  SELECT c.name AS connection, s.name AS stream, s.encoding AS now, b.encoding AS before FROM connection c
  JOIN read_stream s ON s.read = (SELECT max(id) FROM read r WHERE r.connection = c.id AND r.ended_at IS NOT NULL)
  JOIN baseline_stream b ON b.sync = ?1 AND b.connection = c.id AND b.stream = s.name
  WHERE c.name IN (SELECT value FROM json_each(?2)) AND s.guessed = 1 AND b.encoding IS NOT NULL
  AND b.encoding <> s.encoding`

/** Puts all that rests on such a source in doubt, under `encoding`: names, fields and addresses may be read as others than are meant. */
export const note = (sql: Statements, frame: Frame): void => {
  const sync = syncId(sql, frame.sync.name)
  for (const row of sql.all(doubtful, sync, JSON.stringify(frame.sync.from))) {
    const connection = String(row["connection"])
    Doubts.note(
      sql,
      "encoding",
      `SELECT op, group_id, target_customer_id FROM candidate_change
        WHERE claimant IN (SELECT id FROM claimant WHERE sync = ?1 AND connection = ?2)
         OR (op LIKE 'assignment.%' AND claimant IS NULL) OR op = 'group.delete'
         OR (op LIKE 'group.%' AND group_id IN (SELECT w.target_group FROM desired_group w
           JOIN mapping m ON m.group_key = w.group_key JOIN source_group g ON g.id = m.source_group
           WHERE g.connection = ?2))`,
      { code: "encoding", connection, stream: String(row["stream"]), now: String(row["now"]), before: String(row["before"]) },
      sync,
      connectionId(sql, connection)
    )
  }
}
