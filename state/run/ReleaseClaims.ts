/** Claims whose source no sync reads any more: a sync that left the config, or a connection that left its `from:`. */
import type { Sources } from "../../src/run/NameStore.ts"
import type { Releasable, Released } from "../../src/run/OperationsStore.ts"
import type { Decider } from "../../src/model/Decision.ts"
import { claimantId, connectionId } from "../database/Intern.ts"
import type { Statements } from "../database/Statements.ts"
import * as DecisionLog from "../database/DecisionLog.ts"

/** Claimants that the config goes on with, each with its target: what they want elsewhere is not gone on with either. As JSON. */
const goingOn = (sql: Statements, configured: ReadonlyArray<Sources>): string =>
  JSON.stringify(configured.flatMap(({ from, sync, team, to }) => (team ? [] : from.map((source) => [claimantId(sql, sync, source), connectionId(sql, to)]))))

/** No configured sync goes on with the claim; `goingOn` is the value of that name. */
const leftBehind = (claim: string, goingOn: string): string =>
  `NOT EXISTS (SELECT 1 FROM json_each(${goingOn}) p WHERE p.value ->> 0 = ${claim}.claimant
    AND p.value ->> 1 = (SELECT connection FROM target_group WHERE id = ${claim}.group_id))`

/** What waits or holds of a sync that has left, beside its claims. ?1: configured syncs, ?2: now. */
const undecided = `SELECT s.name FROM sync s WHERE s.name NOT IN (SELECT value FROM json_each(?1))
  AND (s.paused_until > ?2 OR EXISTS (SELECT 1 FROM held_part p WHERE p.sync = s.id AND p.state <> 'closed'))
  ORDER BY 1`

/** Claimants with claims that no configured sync goes on with, then syncs that left nothing but decisions. */
export const releasable = (sql: Statements, configured: ReadonlyArray<Sources>, now: number): ReadonlyArray<Releasable> => {
  const claims = sql
    .all(
      `SELECT s.name AS sync, k.name AS connection, count(*) AS n FROM claim c JOIN claimant o ON o.id = c.claimant
        JOIN sync s ON s.id = o.sync JOIN connection k ON k.id = o.connection
       WHERE ${leftBehind("c", "?")} GROUP BY o.id ORDER BY 1, 2`,
      goingOn(sql, configured)
    )
    .map((row) => ({ sync: String(row["sync"]), connection: String(row["connection"]), memberships: Number(row["n"]) }))
  const rest = sql.all(undecided, JSON.stringify(configured.map(({ sync }) => sync)), now).map((row) => String(row["name"]))
  return [...claims, ...rest.filter((name) => !claims.some(({ sync }) => sync === name)).map((sync) => ({ sync, connection: null, memberships: 0 }))]
}

/** The claim is released: ?1 claimants of the sync, ?2 `goingOn`. */
const isReleased = (claim: string): string => `(${claim}.claimant IN (SELECT value FROM json_each(?1)) AND ${leftBehind(claim, "?2")})`

/** Rows of ours that only released claims keep. */
const freed = `SELECT c.group_id, c.target_customer_id, max(c.since) AS since,
  coalesce(max(c.expiry_cause), 'rule-changed') AS cause FROM claim c
  JOIN assignment a ON a.group_id = c.group_id AND a.target_customer_id = c.target_customer_id
  AND a.origin IN ('applied', 'adopted')
  WHERE ${isReleased("c")} AND NOT EXISTS (SELECT 1 FROM standing_claim o
    WHERE o.group_id = c.group_id AND o.target_customer_id = c.target_customer_id AND NOT ${isReleased("o")})
  GROUP BY 1, 2`

const toTarget = "value ->> 1 = (SELECT connection FROM target_group WHERE id = f.group_id)"

/** Who would take a freed row out: the same sync's first source (?4), else a configured claimant of that group (?3); both only where they write to its target. */
const heir = `coalesce((SELECT value ->> 0 FROM json_each(?4) WHERE ${toTarget}),
  (SELECT min(h.claimant) FROM claim h JOIN json_each(?3) ON value ->> 0 = h.claimant
    WHERE h.group_id = f.group_id AND ${toTarget}))`

const plan = (sql: Statements, sync: string, configured: ReadonlyArray<Sources>) => {
  const own = configured.find((one) => one.sync === sync)
  const claimants = sql.all("SELECT o.id FROM claimant o JOIN sync s ON s.id = o.sync WHERE s.name = ?", sync).map((row) => Number(row["id"]))
  const heirs = (of: Sources, from: ReadonlyArray<string>) =>
    of.removes ? from.map((source) => [claimantId(sql, of.sync, source), connectionId(sql, of.to)]) : []
  return {
    claimants: JSON.stringify(claimants),
    present: goingOn(sql, configured),
    able: JSON.stringify(configured.flatMap((one) => heirs(one, one.from))),
    first: JSON.stringify(own === undefined ? [] : heirs(own, own.from.slice(0, 1))),
    whole: own === undefined
  }
}

const rows = (sql: Statements, text: string, ...values: ReadonlyArray<unknown>): number => Number(sql.get(text, ...values)?.["n"])

/** What releasing would do. */
export const outlook = (sql: Statements, sync: string, configured: ReadonlyArray<Sources>): Released => {
  const { able, claimants, first, present } = plan(sql, sync, configured)
  const freedRows = rows(sql, `SELECT count(*) AS n FROM (${freed})`, claimants, present)
  const leaving = rows(sql, `SELECT count(*) AS n FROM (${freed}) f WHERE ${heir} IS NOT NULL`, claimants, present, able, first)
  return { leaving, staying: freedRows - leaving }
}

/**
 * Deletes the claims. Those that alone kept a row of ours become ended claims of an heir, so that its next run takes the row out as any
 * other, past the same guards; where no sync writes to the group any more, the row stays at the target.
 */
export const release = (sql: Statements, sync: string, configured: ReadonlyArray<Sources>, by: Decider, now: number): Released => {
  const reported = outlook(sql, sync, configured)
  const { able, claimants, first, present, whole } = plan(sql, sync, configured)
  sql.run(
    `INSERT OR IGNORE INTO claim (claimant, group_id, target_customer_id, since, cause, expired_at, expired_reads,
      expiry_cause)
     SELECT heir, group_id, target_customer_id, since, 'rule-changed', ?5, 1, cause
     FROM (SELECT f.*, ${heir} AS heir FROM (${freed}) f) WHERE heir IS NOT NULL`,
    claimants,
    present,
    able,
    first,
    now
  )
  sql.run(`DELETE FROM claim AS c WHERE ${isReleased("c")}`, claimants, present)
  sql.run(
    `UPDATE held_part SET state = 'closed', closed_at = ? WHERE state = 'open' AND guard = 'configGone'
      AND sync = (SELECT id FROM sync WHERE name = ?)`,
    now,
    sync
  )
  // No run of it comes any more that could take up what was decided.
  if (whole) {
    sql.run(
      `UPDATE held_part SET state = 'closed', closed_at = ?
      WHERE state <> 'closed' AND sync = (SELECT id FROM sync WHERE name = ?)`,
      now,
      sync
    )
    sql.run("UPDATE sync SET paused_until = NULL, paused_by = NULL, paused_reason = NULL WHERE name = ?", sync)
  }
  DecisionLog.note(sql, "release", sync, by, now)
  return reported
}
