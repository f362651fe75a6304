/** Leaves out of a plan what a run has no calls for: such changes wait for the next run, which plans them anew. */
import type { Unit } from "../../src/calls/Cut.ts"
import type { Packing } from "../../src/plan/PlanStore.ts"
import type { Statements } from "../database/Statements.ts"

const free = "part IS NULL AND skip_reason IS NULL"
const changesGroup = "op IN ('group.create', 'group.update')"

/** Changes of groups that take a call of their own. */
const calls = (explicit: boolean): string => (explicit ? changesGroup : "op = 'group.update'")

const unitOf = (row: Readonly<Record<string, unknown>>): Unit => ({
  id: Number(row["id"]),
  needs: JSON.parse(String(row["needs"])) as ReadonlyArray<number>,
  rows: Number(row["rows"])
})

/** In the order of the work. `explicit`: groups are made by calls of their own. */
export const additions = (sql: Statements, by: "group" | "customer", explicit: boolean, limit: number): ReadonlyArray<Unit> =>
  sql
    .all(
      by === "group"
        ? `SELECT group_id AS id, sum(op = 'assignment.add') AS rows, CASE
          WHEN sum(${calls(explicit)}) > 0 THEN json_array(group_id) ELSE '[]' END AS needs
           FROM candidate_change WHERE (op = 'assignment.add' OR ${changesGroup}) AND ${free} GROUP BY group_id
           ORDER BY count(*) DESC, group_id LIMIT ?`
        : `SELECT c.target_customer_id AS id, count(*) AS rows,
          json_group_array(g.group_id) FILTER (WHERE g.group_id IS NOT NULL
            AND ${explicit ? "true" : "g.op <> 'group.create'"}) AS needs
           FROM candidate_change c LEFT JOIN candidate_change g ON g.group_id = c.group_id
           AND g.op IN ('group.create', 'group.update') AND g.part IS NULL AND g.skip_reason IS NULL
           WHERE c.op = 'assignment.add' AND c.part IS NULL AND c.skip_reason IS NULL GROUP BY c.target_customer_id
           ORDER BY count(*) DESC, c.target_customer_id LIMIT ?`,
      limit
    )
    .map(unitOf)

/** Groups to be created or changed, whichever customers join them. */
export const changedGroups = (sql: Statements, explicit: boolean, limit: number): ReadonlyArray<Unit> =>
  sql
    .all(
      `SELECT group_id AS id, json_array(group_id) AS needs, 0 AS rows FROM candidate_change
        WHERE ${calls(explicit)} AND ${free} ORDER BY group_id LIMIT ?`,
      limit
    )
    .map(unitOf)

export const keepAdditions = (
  sql: Statements,
  by: "group" | "customer",
  units: ReadonlyArray<{ readonly id: number; readonly rows: number }>,
  groups: Iterable<number>
): void => {
  const [unit, other] = by === "group" ? ["group_id", "target_customer_id"] : ["target_customer_id", "group_id"]
  sql.run(
    `UPDATE candidate_change SET skip_reason = 'later' WHERE op = 'assignment.add' AND ${free}
      AND (group_id, target_customer_id) NOT IN (
       SELECT group_id, target_customer_id
       FROM (SELECT group_id, target_customer_id, ${unit} AS unit, row_number() OVER (PARTITION BY ${unit}
         ORDER BY ${other}) AS n
         FROM candidate_change WHERE op = 'assignment.add' AND ${free}) JOIN json_each(?1) k ON k.value ->> 'id' = unit
         WHERE n <= k.value ->> 'rows')`,
    JSON.stringify(units)
  )
  // A group that comes to be by its first use is made with who is put into it.
  sql.run(
    `UPDATE candidate_change SET skip_reason = 'later' WHERE ${changesGroup} AND ${free}
      AND group_id NOT IN (SELECT value FROM json_each(?))
       AND NOT (op = 'group.create' AND group_id IN (SELECT group_id FROM candidate_change
         WHERE op = 'assignment.add' AND ${free}))`,
    JSON.stringify([...groups])
  )
}

/** Keeps as many calls as are given, those for the removals that have waited longest; who is in a group that is deleted goes with it. */
export const keepRemovals = (sql: Statements, { by, pack }: Packing, calls: number, now: number): void => {
  const unit = by === "group" ? "group_id" : "target_customer_id"
  const rows = `
    SELECT 'assignment.remove' AS op, c.group_id, c.target_customer_id, c.group_id IN (SELECT group_id
      FROM candidate_change WHERE op = 'group.delete' AND ${free}) AS whole,
      coalesce((SELECT min(l.expired_at) FROM claim l WHERE l.group_id = c.group_id
        AND l.target_customer_id = c.target_customer_id AND l.expired_at IS NOT NULL), ?2) AS age
    FROM candidate_change c WHERE c.op = 'assignment.remove' AND c.part IS NULL AND c.skip_reason IS NULL
    UNION ALL SELECT op, group_id, target_customer_id, 1, ?2 FROM candidate_change
    WHERE op = 'group.delete' AND ${free}`
  const packed = `
    SELECT op, group_id, target_customer_id, age, CASE WHEN whole THEN 'group ' || group_id
      ELSE ${unit} || ' ' || ((row_number() OVER (PARTITION BY whole, ${unit}
        ORDER BY age, group_id, target_customer_id) - 1) / CAST(?3 AS INTEGER)) END AS call FROM (${rows})`
  sql.run(
    `UPDATE candidate_change SET skip_reason = 'later' WHERE op IN ('assignment.remove', 'group.delete') AND ${free}
      AND (op, group_id, target_customer_id) NOT IN (
       SELECT op, group_id, target_customer_id FROM (${packed})
       WHERE call IN (SELECT call FROM (${packed}) GROUP BY call ORDER BY min(age), call LIMIT ?1))`,
    calls,
    now,
    pack
  )
}

export const leftOut = (sql: Statements): number => Number(sql.get("SELECT count(*) AS n FROM candidate_change WHERE skip_reason = 'later'")?.["n"])
