/** Claims, in SQL: desired rows, and claims with their causes. */
import type { Frame } from "../../src/reconcile/ReconcileStore.ts"
import * as ConfigChange from "./ConfigChange.ts"
import { claimantId, connectionId, syncId } from "../database/Intern.ts"
import type { Row, Statements } from "../database/Statements.ts"
import * as ActorViews from "./ActorViews.ts"
import * as ClaimExpiry from "./ClaimExpiry.ts"
import * as Exceptions from "./Exceptions.ts"
import * as OthersRows from "./OthersRows.ts"

/** Mapped groups joined with matched customers: direct members, and members of organizations that carry a mapped tag. */
const desire = (sql: Statements, from: number): void => {
  sql.run("DELETE FROM desired")
  // Narrow rows, so that looking one up for each membership touches few pages.
  sql.run("DELETE FROM matched")
  sql.run(
    `INSERT INTO matched SELECT source_customer_id, target_customer_id FROM linked
      WHERE connection = ? AND source_customer_id NOT IN (SELECT source_customer_id FROM ambiguous_customer)
      ORDER BY 1`,
    from
  )
  const joined = (membership: string) => `
    INSERT OR IGNORE INTO desired SELECT p.target_group, a.target_customer_id, p.source_group, a.source_customer_id
    FROM mapping p
    JOIN source_group g ON g.id = p.source_group AND g.connection = ? ${membership}
    CROSS JOIN matched a ON a.source_customer_id = m.source_customer_id
    WHERE p.blocked IS NULL AND p.target_group IS NOT NULL ORDER BY 1, 2`
  sql.run(joined("CROSS JOIN source_membership m ON m.group_id = p.source_group"), from)
  sql.run(
    joined(`CROSS JOIN source_inclusion i ON i.group_id = p.source_group
    CROSS JOIN source_membership m ON m.group_id = i.organization`),
    from
  )
}

/** While there is no baseline, because the first question is still open: the run that first judged the source, and the read that it rested on. */
const firstJudgement = (sql: Statements, claimant: number, source: number): Row | undefined => {
  const at = sql.get("SELECT min(since) AS at FROM claim WHERE claimant = ?", claimant)?.["at"]
  if (typeof at !== "number") return undefined
  return sql.get("SELECT max(id) AS read, ?2 AS at FROM read WHERE connection = ?1 AND ended_at <= ?2", source, at)
}

/** Why a new claim came up, seen from the baseline: on a first run all is new; later it is the membership, the match, or the config that is. */
const newCause = `CASE
  WHEN d.source_group_id IS NULL THEN 'exception'
  WHEN ?3 IS NULL THEN 'first-run'
  WHEN coalesce((SELECT max(m.since) FROM source_membership m
    WHERE m.source_customer_id = d.source_customer_id AND (m.group_id = d.source_group_id
      OR m.group_id IN (SELECT organization FROM source_inclusion i WHERE i.group_id = d.source_group_id))), 0) > ?3
    OR coalesce((SELECT max(i.since) FROM source_inclusion i WHERE i.group_id = d.source_group_id), 0) > ?3
    THEN CASE (SELECT kind FROM source_group WHERE id = d.source_group_id) WHEN 'organization' THEN 'joined'
    ELSE 'tagged' END
  WHEN (SELECT since FROM source_customer WHERE id = d.source_customer_id) > ?3 THEN 'joined'
  WHEN EXISTS (SELECT 1 FROM customer_link l WHERE l.source_customer_id = d.source_customer_id
    AND l.target_customer_id = d.target_customer_id AND l.since > ?4) THEN CASE
    WHEN (SELECT basis FROM customer_link l WHERE l.source_customer_id = d.source_customer_id
      AND l.target_customer_id = d.target_customer_id) IN (SELECT value FROM json_each(?6)) THEN 'rule-changed'
    WHEN ?7 AND (SELECT changed FROM source_customer WHERE id = d.source_customer_id) > ?3 THEN 'rule-changed'
    ELSE 'matched' END
  WHEN ?5 THEN 'rule-changed' ELSE 'joined' END`

/** Whether another run of the sync ended since the source was read: a migration asks in one and carries out in the next, by the same reading. */
const isCompared = (sql: Statements, { run, sync }: Frame, source: number): boolean =>
  sql.get(
    `SELECT 1 FROM run WHERE sync = ? AND id <> ? AND ended_at > (SELECT ended_at FROM read
      WHERE connection = ? AND ended_at IS NOT NULL ORDER BY id DESC LIMIT 1) LIMIT 1`,
    syncId(sql, sync.name),
    run,
    source
  ) !== undefined

/** Brings the claims of one source up to what it wants now. */
export const bringUpToDate = (sql: Statements, frame: Frame, source: string): void => {
  const { sync, now } = frame
  const from = connectionId(sql, source)
  const claimant = claimantId(sql, sync.name, source)
  desire(sql, from)
  // Exceptions are claims of the sync's first source, so that they stand once.
  if (source === sync.from[0])
    sql.run(`INSERT OR REPLACE INTO desired
    SELECT DISTINCT group_id, target_customer_id, NULL, NULL FROM (${Exceptions.always})`)
  sql.run(`DELETE FROM desired WHERE (group_id, target_customer_id) IN (${Exceptions.never})`)
  OthersRows.claim(sql, claimant, from, now)
  if (!isCompared(sql, frame, from))
    sql.run(
      `UPDATE claim SET expired_reads = expired_reads + 1
      WHERE claimant = ? AND expired_at IS NOT NULL AND NOT ${ClaimExpiry.unseen}`,
      claimant
    )
  sql.run(
    `UPDATE claim SET expired_at = NULL, expired_reads = NULL, expiry_cause = NULL, earlier_actor = NULL
      WHERE claimant = ? AND expired_at IS NOT NULL AND EXISTS (SELECT 1 FROM desired d
        WHERE d.group_id = claim.group_id AND d.target_customer_id = claim.target_customer_id)`,
    claimant
  )
  sql.run(
    `UPDATE claim SET expired_at = ?1, expired_reads = 1, expiry_cause = ${ClaimExpiry.cause},
      earlier_actor = ${ActorViews.earlierActor} WHERE claimant = ?3 AND expired_at IS NULL
      AND NOT ${ClaimExpiry.frozen}
     AND (group_id, target_customer_id) IN (SELECT group_id, target_customer_id FROM claim WHERE claimant = ?3
       EXCEPT SELECT group_id, target_customer_id FROM desired)`,
    now,
    sql.get(`SELECT json_group_array(json_array(group_id, target_customer_id)) AS rows FROM (${Exceptions.never})`)?.["rows"],
    claimant
  )
  sql.run(
    `UPDATE claim SET source_group_id = d.source_group_id, source_customer_id = d.source_customer_id FROM desired d
      WHERE claim.claimant = ? AND claim.group_id = d.group_id AND claim.target_customer_id = d.target_customer_id
      AND (claim.source_group_id IS NOT d.source_group_id OR claim.source_customer_id IS NOT d.source_customer_id)`,
    claimant
  )
  const baseline = sql.get(
    `SELECT b.at, b.meaning, r.read FROM baseline b JOIN baseline_read r ON r.sync = b.sync AND r.connection = ?
      WHERE b.sync = ?`,
    from,
    syncId(sql, sync.name)
  )
  const earlier = baseline === undefined ? firstJudgement(sql, claimant, from) : baseline
  const matching = ConfigChange.matching(sql, sync, source)
  const meaningChanged = baseline !== undefined && baseline["meaning"] !== JSON.stringify(sync.meaning)
  sql.run(
    `INSERT INTO claim (claimant, group_id, target_customer_id, source_group_id, source_customer_id, since, cause)
     SELECT ?2, d.group_id, d.target_customer_id, d.source_group_id, d.source_customer_id, ?1, ${newCause}
     FROM (SELECT group_id, target_customer_id FROM desired EXCEPT SELECT group_id, target_customer_id FROM claim
       WHERE claimant = ?2) n
     CROSS JOIN desired d ON d.group_id = n.group_id AND d.target_customer_id = n.target_customer_id`,
    now,
    claimant,
    earlier?.["read"] ?? null,
    earlier?.["at"] ?? null,
    meaningChanged ? 1 : 0,
    JSON.stringify(matching.bases),
    matching.options ? 1 : 0
  )
  ActorViews.settle(sql, claimant)
}

/** The claimants of this sync's claims by source, as JSON. */
export const claimantsOf = (sql: Statements, { sync }: Frame, sources: ReadonlyArray<string>): string =>
  JSON.stringify(sources.map((source) => claimantId(sql, sync.name, source)))

export const readClaimants = (sql: Statements, frame: Frame): string => claimantsOf(sql, frame, frame.read)
