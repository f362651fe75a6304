/** What the mapping needs to know of renames: who moved from which source group to which, and names that two groups would share. */
import * as Rename from "../../src/reconcile/Rename.ts"
import type { Row, Statements } from "../database/Statements.ts"

/** People for whom the target group `t.id` was claimed, by whatever way `way` allows (a condition on the claim `k`). */
const had = (way: string): string =>
  `(SELECT count(DISTINCT k.source_customer_id) FROM claim k
    WHERE k.claimant IN (SELECT id FROM claimant) AND k.group_id = t.id AND ${way})`

/** Those of them who are in a source group that `to` selects, and not in the old one any more. */
const moved = (way: string, to: string): string =>
  `(SELECT count(DISTINCT k.source_customer_id) FROM claim k
    WHERE k.claimant IN (SELECT id FROM claimant) AND k.group_id = t.id AND ${way}
    AND EXISTS (SELECT 1 FROM group_member m WHERE m.source_customer_id = k.source_customer_id
      AND m.group_id IN (${to}))
    AND NOT EXISTS (SELECT 1 FROM group_member m JOIN source_group g ON g.id = m.group_id AND g.gone_at IS NULL
      WHERE m.source_customer_id = k.source_customer_id AND m.group_id = k.source_group_id))`

const toMove = (row: Row): Rename.Move => ({
  old: String(row["group_id"]),
  new: String(row["group_key"]),
  had: Number(row["had"]),
  moved: Number(row["moved"])
})

/** Desired groups without a group take the one that was linked under a name that `previously:` gives them. */
export const follow = (sql: Statements, to: number): void => {
  // CROSS JOIN keeps the order: the names of the config are few, groups are many.
  const rows = sql.all(
    `SELECT p.group_key, p.old, t.id AS group_id, o.group_key IS NOT NULL AS mapped,
      ${had("k.source_customer_id IS NOT NULL")} AS had,
       ${moved("k.source_customer_id IS NOT NULL", "SELECT s.source_group FROM mapping s WHERE s.group_key = p.group_key")} AS moved
     FROM previous p CROSS JOIN target_group t ON t.connection = ?1 AND t.group_key = p.old AND t.key IS NOT NULL
     AND t.gone_at IS NULL
     CROSS JOIN desired_group w ON w.group_key = p.group_key AND w.target_group IS NULL
     LEFT JOIN desired_group o ON o.group_key = p.old WHERE p.group_key <> p.old`,
    to
  )
  const moves = rows.map((row) => Object.assign(toMove(row), { oldIsMapped: row["mapped"] === 1, oldKey: String(row["old"]) }))
  for (const move of Rename.followed(moves)) {
    sql.run("UPDATE desired_group SET target_group = NULL, basis = NULL WHERE group_key = ?", move.oldKey)
    sql.run("UPDATE desired_group SET target_group = ?, basis = 'previously' WHERE group_key = ?", Number(move.old), move.new)
  }
}

/**
 * Desired groups take the group of ours that has their external id, or their mark, under another key which nothing asks for any more: a group is never
 * made again while it is there. A group that another sync has claims in stays where it is.
 */
export const keepOwn = (sql: Statements, to: number, sync: string, lineage: string): void => {
  sql.run(
    `UPDATE desired_group SET target_group = f.id, basis = 'previously' FROM (
       SELECT w.group_key, min(t.id) AS id FROM (
         SELECT w.group_key, t.id FROM desired_group w
         CROSS JOIN target_group t ON t.connection = ?1 AND t.external_id = w.external_id
         WHERE w.target_group IS NULL AND w.blocked IS NULL
         UNION SELECT w.group_key, t.id FROM target_group t
         CROSS JOIN desired_group w ON w.group_key = t.mark_key AND w.target_group IS NULL AND w.blocked IS NULL
           WHERE t.connection = ?1 AND t.mark_state = ?3) w
       CROSS JOIN target_group t ON t.id = w.id AND t.key IS NOT NULL AND t.gone_at IS NULL
       AND t.group_key <> w.group_key
         AND NOT EXISTS (SELECT 1 FROM desired_group o WHERE o.group_key = t.group_key)
         AND NOT EXISTS (SELECT 1 FROM desired_group o WHERE o.target_group = t.id)
         AND NOT EXISTS (SELECT 1 FROM standing_claim c JOIN claimant o ON o.id = c.claimant
           JOIN sync s ON s.id = o.sync WHERE c.group_id = t.id AND s.name <> ?2)
       GROUP BY w.group_key HAVING count(*) = 1) f WHERE f.group_key = desired_group.group_key`,
    to,
    sync,
    lineage
  )
}

const named = (row: Row): string => `${String(row["connection"])} ${String(row["name"]).toLowerCase()}`

/**
 * Organizations that are gone, and whose group is at the target and serves no rule any more; and those without a member, for a source may report that
 * one was made and not yet that another is gone.
 */
const leftBehind = `
  SELECT o.id, o.connection, o.name, t.id AS group_id, t.group_key FROM source_group o CROSS JOIN connection k ON k.id = o.connection
  CROSS JOIN target_group t ON t.connection = ?1 AND t.group_key = k.prefix || '/organization:' || o.key
  AND t.key IS NOT NULL AND t.gone_at IS NULL
  WHERE o.kind = 'organization' AND iif(o.gone_at IS NULL, NOT EXISTS (SELECT 1 FROM group_member m WHERE m.group_id = o.id),
    NOT EXISTS (SELECT 1 FROM desired_group x WHERE x.group_key = t.group_key))`

/** Organizations that rules lead to a group of their own that is not there yet. */
const withoutGroup = `
  SELECT n.id, n.connection, n.name, w.group_key FROM desired_group w CROSS JOIN mapping s ON s.group_key = w.group_key
  CROSS JOIN source_group n ON n.id = s.source_group
  CROSS JOIN connection k ON k.id = n.connection AND w.group_key = k.prefix || '/organization:' || n.key
  WHERE w.target_group IS NULL AND w.proposal IS NULL AND w.blocked IS NULL AND n.kind = 'organization'`

/** Proposes for a new organization without a group the one of a gone organization that had its name and its people. */
export const proposeRecreated = (sql: Statements, to: number): void => {
  const old = new Map<string, ReadonlyArray<Row>>()
  for (const row of sql.all(leftBehind, to)) old.set(named(row), [...(old.get(named(row)) ?? []), row])
  if (old.size === 0) return
  const moves = sql.all(withoutGroup).flatMap((row) =>
    (old.get(named(row)) ?? []).flatMap(({ group_id: group, id }) =>
      sql
        .all(
          `SELECT t.id AS group_id, ?1 AS group_key, ${had("k.source_group_id = ?2")} AS had,
              ${moved("k.source_group_id = ?2", "?3")} AS moved FROM target_group t WHERE t.id = ?4`,
          row["group_key"],
          id,
          row["id"],
          group
        )
        .map(toMove)
    )
  )
  const keys = new Map([...old.values()].flat().map(({ group_id: group, group_key: key }) => [String(group), key]))
  for (const { new: key, old: group } of Rename.recreated(moves)) {
    // What is left of the old one is a name, which the new one has now.
    for (const table of ["desired_group", "mapping"]) sql.run(`DELETE FROM ${table} WHERE group_key = ?`, keys.get(group))
    sql.run("UPDATE desired_group SET proposal = ?, proposal_basis = 'recreated' WHERE group_key = ?", Number(group), key)
  }
}

/** Groups that would be renamed in this run, where the target has a call for it: ours, and adopted ones whose names follow. */
const renaming = (row: string, group: string): string =>
  `(${row}.blocked IS NULL AND ${row}.folded <> ${group}.folded
    AND ${row}.name <> coalesce(${group}.written ->> '$.name', ${group}.name) AND (${group}.made_by_us = 1 OR ?2))`

/**
 * Blocks desired groups that would be renamed to the name of another one: of the config, or at the target and not about to be renamed itself.
 * One that stays under its name for that may be in the way of the next, so it is looked for until there is none.
 */
export const blockTakenNames = (sql: Statements, to: number, names: "keep" | "follow"): void => {
  const blocked = (): number =>
    sql.run(
      `UPDATE desired_group SET blocked = json_object('code', 'name-taken', 'name', name) WHERE group_key IN (
         SELECT w.group_key FROM desired_group w CROSS JOIN target_group t ON t.id = w.target_group
         AND ${renaming("w", "t")}
         WHERE EXISTS (SELECT 1 FROM desired_group o WHERE o.folded = w.folded AND o.group_key <> w.group_key)
           OR EXISTS (SELECT 1 FROM target_group g WHERE g.connection = ?1 AND g.folded = w.folded AND g.id <> t.id
             AND g.key IS NOT NULL AND g.gone_at IS NULL
             AND NOT EXISTS (SELECT 1 FROM desired_group x WHERE x.target_group = g.id AND ${renaming("x", "g")})))`,
      to,
      names === "follow" ? 1 : 0
    )
  while (blocked() > 0);
}
