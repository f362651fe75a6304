/** Leaves out of a plan what a run has no calls for: such changes wait for the next run, which plans them anew. */
import type { Unit } from "../src/calls/Cut.ts"
import type { Packing } from "../src/plan/PlanStore.ts"
import type { Statements } from "./Database.ts"

const free = "part IS NULL AND dropped IS NULL"
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
        ? `SELECT grp AS id, sum(op = 'assignment.add') AS rows, CASE WHEN sum(${calls(explicit)}) > 0 THEN json_array(grp) ELSE '[]' END AS needs
           FROM change WHERE (op = 'assignment.add' OR ${changesGroup}) AND ${free} GROUP BY grp ORDER BY count(*) DESC, grp LIMIT ?`
        : `SELECT c.customer AS id, count(*) AS rows, json_group_array(g.grp) FILTER (WHERE g.grp IS NOT NULL AND ${explicit ? "true" : "g.op <> 'group.create'"}) AS needs
           FROM change c LEFT JOIN change g ON g.grp = c.grp AND g.op IN ('group.create', 'group.update') AND g.part IS NULL AND g.dropped IS NULL
           WHERE c.op = 'assignment.add' AND c.part IS NULL AND c.dropped IS NULL GROUP BY c.customer ORDER BY count(*) DESC, c.customer LIMIT ?`,
      limit
    )
    .map(unitOf)

/** Groups to be made or changed, whoever joins them. */
export const changedGroups = (sql: Statements, explicit: boolean, limit: number): ReadonlyArray<Unit> =>
  sql.all(`SELECT grp AS id, json_array(grp) AS needs, 0 AS rows FROM change WHERE ${calls(explicit)} AND ${free} ORDER BY grp LIMIT ?`, limit).map(unitOf)

export const keepAdditions = (
  sql: Statements,
  by: "group" | "customer",
  units: ReadonlyArray<{ readonly id: number; readonly rows: number }>,
  groups: Iterable<number>
): void => {
  const [unit, other] = by === "group" ? ["grp", "customer"] : ["customer", "grp"]
  sql.run(
    `UPDATE change SET dropped = 'later' WHERE op = 'assignment.add' AND ${free} AND (grp, customer) NOT IN (
       SELECT grp, customer FROM (SELECT grp, customer, ${unit} AS unit, row_number() OVER (PARTITION BY ${unit} ORDER BY ${other}) AS n
         FROM change WHERE op = 'assignment.add' AND ${free}) JOIN json_each(?1) k ON k.value ->> 'id' = unit WHERE n <= k.value ->> 'rows')`,
    JSON.stringify(units)
  )
  // A group that comes to be by its first use is made with who is put into it.
  sql.run(
    `UPDATE change SET dropped = 'later' WHERE ${changesGroup} AND ${free} AND grp NOT IN (SELECT value FROM json_each(?))
       AND NOT (op = 'group.create' AND grp IN (SELECT grp FROM change WHERE op = 'assignment.add' AND ${free}))`,
    JSON.stringify([...groups])
  )
}

/** Keeps as many calls as are given, those for the removals that have waited longest; who is in a group that is deleted goes with it. */
export const keepRemovals = (sql: Statements, { by, pack }: Packing, calls: number, now: number): void => {
  const unit = by === "group" ? "grp" : "customer"
  const rows = `
    SELECT 'assignment.remove' AS op, c.grp, c.customer, c.grp IN (SELECT grp FROM change WHERE op = 'group.delete' AND ${free}) AS whole,
      coalesce((SELECT min(l.lapsed_at) FROM claim l WHERE l.grp = c.grp AND l.customer = c.customer AND l.lapsed_at IS NOT NULL), ?2) AS age
    FROM change c WHERE c.op = 'assignment.remove' AND c.part IS NULL AND c.dropped IS NULL
    UNION ALL SELECT op, grp, customer, 1, ?2 FROM change WHERE op = 'group.delete' AND ${free}`
  const packed = `
    SELECT op, grp, customer, age, CASE WHEN whole THEN 'group ' || grp
      ELSE ${unit} || ' ' || ((row_number() OVER (PARTITION BY whole, ${unit} ORDER BY age, grp, customer) - 1) / CAST(?3 AS INTEGER)) END AS call FROM (${rows})`
  sql.run(
    `UPDATE change SET dropped = 'later' WHERE op IN ('assignment.remove', 'group.delete') AND ${free} AND (op, grp, customer) NOT IN (
       SELECT op, grp, customer FROM (${packed}) WHERE call IN (SELECT call FROM (${packed}) GROUP BY call ORDER BY min(age), call LIMIT ?1))`,
    calls,
    now,
    pack
  )
}

export const leftOut = (sql: Statements): number => Number(sql.get("SELECT count(*) AS n FROM change WHERE dropped = 'later'")?.["n"])
