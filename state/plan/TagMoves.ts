/** Tags that held removals are about, and the tags that their people gained since the baseline: counted here, judged by `Rename`. CROSS JOIN keeps the order. */
import type { Move } from "../../src/reconcile/Rename.ts"
import * as Rename from "../../src/reconcile/Rename.ts"
import type { Frame } from "../../src/reconcile/ReconcileStore.ts"
import { connectionId, syncId } from "../database/Intern.ts"
import type { Statements } from "../database/Statements.ts"

export interface TagMove extends Move {
  readonly part: number
  readonly from: string
  readonly to: string
  /** The target group that the new tag leads to, where a rule takes it. */
  readonly group: number | null
  readonly rule: { readonly index: number; readonly line: number } | null
  readonly isKnown: boolean
}

const moves = `
  SELECT ch.part, old.id AS old_id, new.id AS new_id, old.name AS old, new.name AS new,
  count(DISTINCT cl.source_customer_id) AS moved, p.rule, p.line, p.target_group,
    (SELECT count(DISTINCT k.source_customer_id) FROM claim k
      WHERE k.claimant = ch.claimant AND k.group_id = ch.group_id AND k.source_group_id = old.id) AS had,
    EXISTS (SELECT 1 FROM previous v WHERE v.group_key = p.group_key AND v.old = g.group_key) AS known
  FROM candidate_change ch CROSS JOIN claim cl ON cl.claimant = ch.claimant AND cl.group_id = ch.group_id
  AND cl.target_customer_id = ch.target_customer_id
  CROSS JOIN target_group g ON g.id = ch.group_id
  CROSS JOIN source_group old ON old.id = cl.source_group_id AND old.kind = 'tag' AND old.connection = ?1
  CROSS JOIN source_membership m ON m.source_customer_id = cl.source_customer_id AND m.since > ?2
  CROSS JOIN source_group new ON new.id = m.group_id AND new.kind = 'tag' AND new.id <> old.id
  LEFT JOIN mapping p ON p.source_group = new.id
  WHERE ch.part IS NOT NULL AND ch.op = 'assignment.remove' AND ch.cause = 'untagged'
  GROUP BY ch.part, ch.claimant, ch.group_id, old.id, new.id`

/** Renames that explain held removals, most people first. */
export const renames = (sql: Statements, { sync }: Frame): ReadonlyArray<TagMove> =>
  Rename.proposed(
    sync.from.flatMap((source) => {
      const connection = connectionId(sql, source)
      const since = sql.get("SELECT read FROM baseline_read WHERE sync = ? AND connection = ?", syncId(sql, sync.name), connection)?.["read"]
      if (since === undefined) return []
      return sql.all(moves, connection, since).map((row) => ({
        part: Number(row["part"]),
        old: String(row["old_id"]),
        new: String(row["new_id"]),
        from: String(row["old"]),
        to: String(row["new"]),
        had: Number(row["had"]),
        moved: Number(row["moved"]),
        group: row["target_group"] === null ? null : Number(row["target_group"]),
        rule: row["rule"] === null ? null : { index: Number(row["rule"]), line: Number(row["line"]) },
        isKnown: row["known"] === 1
      }))
    })
  )

/** The making of a group for the new name waits with the removals that the rename explains, and so do those who would join it. */
export const hold = (sql: Statements, renames: ReadonlyArray<TagMove>): void => {
  for (const { group, part } of renames)
    sql.run(
      `UPDATE candidate_change SET part = ? WHERE op = 'group.create' AND group_id = ? AND part IS NULL
        AND skip_reason IS NULL AND approved = 0`,
      part,
      group
    )
}
