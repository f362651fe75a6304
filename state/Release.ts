/** Wishes whose source no sync reads any more: a sync that left the config, or a connection that left its `from:`. */
import type { Decider, Releasable, Released, Sources } from "../src/run/Overview.ts"
import { claimantId, connectionId } from "./Connections.ts"
import type { Statements } from "./Database.ts"
import * as OverviewParts from "./OverviewParts.ts"

const ids = (sql: Statements, configured: ReadonlyArray<Sources>): ReadonlyArray<number> =>
  configured.flatMap(({ from, sync }) => from.map((source) => claimantId(sql, sync, source)))

/** Claimants with wishes that no configured sync goes on with. */
export const releasable = (sql: Statements, configured: ReadonlyArray<Sources>): ReadonlyArray<Releasable> =>
  sql
    .all(
      `SELECT s.name AS sync, k.name AS connection, count(*) AS n FROM claim c JOIN claimant o ON o.id = c.claimant JOIN sync s ON s.id = o.sync JOIN connection k ON k.id = o.connection
       WHERE o.id NOT IN (SELECT value FROM json_each(?)) GROUP BY o.id ORDER BY 1, 2`,
      JSON.stringify(ids(sql, configured))
    )
    .map((row) => ({ sync: String(row["sync"]), connection: String(row["connection"]), memberships: Number(row["n"]) }))

/** Rows of ours that only released wishes keep: ?1 released claimants. */
const freed = `SELECT c.grp, c.customer, max(c.since) AS since, coalesce(max(c.lapse_cause), 'rule-changed') AS cause FROM claim c
  JOIN assignment a ON a.grp = c.grp AND a.customer = c.customer AND a.origin IN ('applied', 'adopted')
  WHERE c.claimant IN (SELECT value FROM json_each(?1))
    AND NOT EXISTS (SELECT 1 FROM claim o WHERE o.claimant NOT IN (SELECT value FROM json_each(?1)) AND o.grp = c.grp AND o.customer = c.customer AND o.lapsed_at IS NULL)
  GROUP BY 1, 2`

const toTarget = "value ->> 1 = (SELECT connection FROM target_group WHERE id = f.grp)"

/** Who would take a freed row out: the same sync's first source (?3), else a configured wisher for that group (?2); both only where they write to its target. */
const heir = `coalesce((SELECT value ->> 0 FROM json_each(?3) WHERE ${toTarget}),
  (SELECT min(h.claimant) FROM claim h JOIN json_each(?2) ON value ->> 0 = h.claimant WHERE h.grp = f.grp AND ${toTarget}))`

const plan = (sql: Statements, sync: string, configured: ReadonlyArray<Sources>) => {
  const present = configured.find((one) => one.sync === sync)
  const claimants = sql
    .all(
      "SELECT o.id FROM claimant o JOIN sync s ON s.id = o.sync WHERE s.name = ? AND o.id NOT IN (SELECT value FROM json_each(?))",
      sync,
      JSON.stringify(ids(sql, configured))
    )
    .map((row) => Number(row["id"]))
  const heirs = (of: Sources, from: ReadonlyArray<string>) =>
    of.removes ? from.map((source) => [claimantId(sql, of.sync, source), connectionId(sql, of.to)]) : []
  return {
    released: JSON.stringify(claimants),
    able: JSON.stringify(configured.flatMap((one) => heirs(one, one.from))),
    first: JSON.stringify(present === undefined ? [] : heirs(present, present.from.slice(0, 1))),
    whole: present === undefined
  }
}

const rows = (sql: Statements, text: string, ...values: ReadonlyArray<unknown>): number => Number(sql.get(text, ...values)?.["n"])

/** What releasing would do. */
export const outlook = (sql: Statements, sync: string, configured: ReadonlyArray<Sources>): Released => {
  const { able, first, released } = plan(sql, sync, configured)
  const freedRows = rows(sql, `SELECT count(*) AS n FROM (${freed})`, released)
  const leaving = rows(sql, `SELECT count(*) AS n FROM (${freed}) f WHERE ${heir} IS NOT NULL`, released, able, first)
  return { leaving, staying: freedRows - leaving }
}

/**
 * Deletes the wishes. Those that alone kept a row of ours become ended wishes of an heir, so that its next run takes the row out as any
 * other, past the same guards; where no sync writes to the group any more, the row stays at the target.
 */
export const release = (sql: Statements, sync: string, configured: ReadonlyArray<Sources>, by: Decider, now: number): Released => {
  const told = outlook(sql, sync, configured)
  const { able, first, released, whole } = plan(sql, sync, configured)
  sql.run(
    `INSERT OR IGNORE INTO claim (claimant, grp, customer, since, cause, lapsed_at, lapsed_reads, lapse_cause)
     SELECT heir, grp, customer, since, 'rule-changed', ?4, 1, cause FROM (SELECT f.*, ${heir} AS heir FROM (${freed}) f) WHERE heir IS NOT NULL`,
    released,
    able,
    first,
    now
  )
  sql.run("DELETE FROM claim WHERE claimant IN (SELECT value FROM json_each(?))", released)
  // Nobody could decide on what it still holds: no run of it comes any more.
  if (whole) sql.run("UPDATE held_part SET state = 'closed', closed_at = ? WHERE state <> 'closed' AND sync = (SELECT id FROM sync WHERE name = ?)", now, sync)
  OverviewParts.note(sql, "release", sync, by, now)
  return told
}
