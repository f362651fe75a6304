/** Wishes and what follows from them, in SQL: desired rows, claims with their causes, and the difference to the ledger. */
import * as Duration from "effect/Duration"
import type { SyncConfig } from "../src/config/Config.ts"
import * as Address from "../src/model/Address.ts"
import { foldName } from "../src/model/Group.ts"
import type { Frame } from "../src/reconcile/ReconcileStore.ts"
import { claimantId, connectionId, syncId } from "./Connections.ts"
import type { Statements } from "./Database.ts"
import * as Refusals from "./Refusals.ts"

const active = "c.gone_at IS NULL AND c.role = 'customer' AND c.excluded IS NULL AND c.id NOT IN (SELECT source_customer FROM held_identity)"

/** Mapped groups joined with matched customers: direct members, and members of organizations that carry a mapped tag. */
const desire = (sql: Statements, from: number, to: number): void => {
  sql.run("DELETE FROM desired")
  const joined = (membership: string) => `
    INSERT OR IGNORE INTO desired SELECT p.target_group, l.target_customer, p.source_group, c.id FROM mapping p
    JOIN source_group g ON g.id = p.source_group AND g.connection = ?1 ${membership}
    JOIN source_customer c ON c.id = m.customer AND ${active}
    JOIN customer_link l ON l.source_customer = c.id AND l.target_connection = ?2
    WHERE p.blocked IS NULL AND p.target_group IS NOT NULL ORDER BY 1, 2`
  sql.run(joined("JOIN source_membership m ON m.grp = p.source_group"), from, to)
  sql.run(joined("JOIN source_inclusion i ON i.grp = p.source_group JOIN source_membership m ON m.grp = i.organization"), from, to)
}

const exceptionCustomers = (sql: Statements, to: number, email: string): ReadonlyArray<number> =>
  sql
    .all(
      `SELECT id FROM target_customer WHERE connection = ?1 AND gone_at IS NULL AND address = ?2
       UNION SELECT l.target_customer FROM customer_link l JOIN source_customer c ON c.id = l.source_customer WHERE l.target_connection = ?1 AND c.address = ?2`,
      to,
      Address.normalise(email)
    )
    .map((row) => Number(row["id"]))

/** Groups of the present mapping that an exception's group names: by name, handle or source id. */
export const exceptionGroups = (sql: Statements, name: string): ReadonlyArray<number> =>
  sql
    .all("SELECT target_group AS id FROM wanted WHERE blocked IS NULL AND target_group IS NOT NULL AND (folded = ? OR handle = ?)", foldName(name), name)
    .map((row) => Number(row["id"]))

const inForce = (sync: SyncConfig, now: number) => sync.exceptions.filter((row) => row.until === null || row.until >= now)

const applyExceptions = (sql: Statements, { sync, now }: Frame, to: number): void => {
  for (const row of inForce(sync, now)) {
    for (const grp of exceptionGroups(sql, row.group)) {
      for (const customer of exceptionCustomers(sql, to, row.email)) {
        if (row.what === "always") sql.run("INSERT OR REPLACE INTO desired VALUES (?, ?, NULL, NULL)", grp, customer)
        else sql.run("DELETE FROM desired WHERE grp = ? AND customer = ?", grp, customer)
      }
    }
  }
}

/**
 * Why a wish ended, from what the snapshot says of its person, its group and the membership between them. What is left when all three
 * still stand is the config's doing.
 */
const lapseCause = `CASE
  WHEN claim.via IS NULL THEN 'exception'
  WHEN (SELECT gone_cause FROM source_customer WHERE id = claim.person) = 'merged' OR (SELECT gone_cause FROM source_group WHERE id = claim.via) = 'merged' THEN 'merged'
  WHEN (SELECT gone_at FROM source_customer WHERE id = claim.person) IS NOT NULL THEN 'customer-gone'
  WHEN (SELECT role <> 'customer' OR excluded IS NOT NULL FROM source_customer WHERE id = claim.person) THEN 'excluded'
  WHEN (SELECT gone_at FROM source_group WHERE id = claim.via AND kind = 'organization') IS NOT NULL THEN 'group-gone'
  WHEN EXISTS (SELECT 1 FROM source_membership m WHERE m.grp = claim.via AND m.customer = claim.person)
    OR EXISTS (SELECT 1 FROM source_inclusion i JOIN source_membership m ON m.grp = i.organization WHERE i.grp = claim.via AND m.customer = claim.person) THEN
      CASE WHEN (claim.grp, claim.customer) IN (SELECT value ->> 0, value ->> 1 FROM json_each(?2)) THEN 'exception' ELSE 'rule-changed' END
  WHEN (SELECT kind FROM source_group WHERE id = claim.via) = 'organization' THEN 'left'
  ELSE 'untagged' END`

/** Wishes that this run may not end: their person is ambiguous, their group is blocked, or what is missing rests on an incomplete read alone. */
const frozen = `(claim.person IN (SELECT source_customer FROM held_identity)
  OR claim.via IN (SELECT source_group FROM mapping WHERE blocked IS NOT NULL)
  OR EXISTS (SELECT 1 FROM source_group g JOIN read_part p ON p.connection = g.connection AND p.complete = 0
       AND p.part IN ('customers', 'groups:' || g.kind || '/' || g.carrier, 'memberships:' || g.kind || '/' || g.carrier, 'inclusions:' || g.kind || '/' || g.carrier)
     WHERE g.id = claim.via AND (g.gone_cause = 'absent' OR (SELECT gone_cause FROM source_customer WHERE id = claim.person) = 'absent')))`

const neverRows = (sql: Statements, { sync, now }: Frame, to: number): string =>
  JSON.stringify(
    inForce(sync, now)
      .filter((row) => row.what === "never")
      .flatMap((row) => exceptionGroups(sql, row.group).flatMap((grp) => exceptionCustomers(sql, to, row.email).map((customer) => [grp, customer])))
  )

/** Why a new wish came up, seen from the baseline: on a first run all is new; later it is the membership, the match, or the config that is. */
const newCause = `CASE
  WHEN d.via IS NULL THEN 'exception'
  WHEN ?3 IS NULL THEN 'first-run'
  WHEN coalesce((SELECT max(m.since) FROM source_membership m WHERE m.customer = d.person AND (m.grp = d.via OR m.grp IN (SELECT organization FROM source_inclusion i WHERE i.grp = d.via))), 0) > ?3
    OR coalesce((SELECT max(i.since) FROM source_inclusion i WHERE i.grp = d.via), 0) > ?3
    THEN CASE (SELECT kind FROM source_group WHERE id = d.via) WHEN 'organization' THEN 'joined' ELSE 'tagged' END
  WHEN (SELECT since FROM source_customer WHERE id = d.person) > ?3 THEN 'joined'
  WHEN EXISTS (SELECT 1 FROM customer_link l WHERE l.source_customer = d.person AND l.target_customer = d.customer AND l.since > ?4) THEN 'matched'
  WHEN ?5 THEN 'rule-changed' ELSE 'joined' END`

/** Brings the claims of one source up to what it wishes now. */
export const bringUpToDate = (sql: Statements, frame: Frame, source: string): void => {
  const { sync, now } = frame
  const [from, to] = [connectionId(sql, source), connectionId(sql, sync.to)]
  const claimant = claimantId(sql, sync.name, source)
  desire(sql, from, to)
  // Exceptions are wishes of the sync's first source, so that they stand once.
  if (source === sync.from[0]) applyExceptions(sql, frame, to)
  else sql.run("DELETE FROM desired WHERE (grp, customer) IN (SELECT value ->> 0, value ->> 1 FROM json_each(?))", neverRows(sql, frame, to))
  sql.run("UPDATE claim SET lapsed_reads = lapsed_reads + 1 WHERE claimant = ? AND lapsed_at IS NOT NULL", claimant)
  sql.run(
    "UPDATE claim SET lapsed_at = NULL, lapsed_reads = NULL, lapse_cause = NULL WHERE claimant = ? AND lapsed_at IS NOT NULL AND (grp, customer) IN (SELECT grp, customer FROM desired)",
    claimant
  )
  sql.run(
    `UPDATE claim SET lapsed_at = ?1, lapsed_reads = 1, lapse_cause = ${lapseCause} WHERE claimant = ?3 AND lapsed_at IS NULL AND NOT ${frozen}
     AND (grp, customer) IN (SELECT grp, customer FROM claim WHERE claimant = ?3 EXCEPT SELECT grp, customer FROM desired)`,
    now,
    neverRows(sql, frame, to),
    claimant
  )
  sql.run(
    "UPDATE claim SET via = d.via, person = d.person FROM desired d WHERE claim.claimant = ? AND claim.grp = d.grp AND claim.customer = d.customer AND (claim.via IS NOT d.via OR claim.person IS NOT d.person)",
    claimant
  )
  const baseline = sql.get(
    "SELECT b.at, b.meaning, r.read FROM baseline b JOIN baseline_read r ON r.sync = b.sync AND r.connection = ? WHERE b.sync = ?",
    from,
    syncId(sql, sync.name)
  )
  const meaningChanged = baseline !== undefined && baseline["meaning"] !== JSON.stringify(sync.meaning)
  sql.run(
    `INSERT INTO claim (claimant, grp, customer, via, person, since, cause)
     SELECT ?2, d.grp, d.customer, d.via, d.person, ?1, ${newCause} FROM (SELECT grp, customer FROM desired EXCEPT SELECT grp, customer FROM claim WHERE claimant = ?2) n
     JOIN desired d ON d.grp = n.grp AND d.customer = n.customer`,
    now,
    claimant,
    baseline?.["read"] ?? null,
    baseline?.["at"] ?? null,
    meaningChanged ? 1 : 0
  )
}

const claimantsOf = (sql: Statements, { sync, read }: Frame): string => JSON.stringify(read.map((source) => claimantId(sql, sync.name, source)))

/** No other wish wants the row: the last condition of every removal. */
const unwanted =
  "NOT EXISTS (SELECT 1 FROM claim o WHERE o.claimant IN (SELECT id FROM claimant) AND o.grp = a.grp AND o.customer = a.customer AND o.lapsed_at IS NULL)"

const compareRemovals = (sql: Statements, frame: Frame): void => {
  const { sync, now } = frame
  const origins = sync.removals === "never" ? "()" : sync.removals === "ours" ? "('applied', 'adopted')" : "('applied', 'adopted', 'found')"
  sql.run(
    `INSERT OR IGNORE INTO change (op, grp, customer, cause, claimant)
     SELECT 'assignment.remove', c.grp, c.customer, c.lapse_cause, c.claimant FROM claim c
     JOIN assignment a ON a.grp = c.grp AND a.customer = c.customer AND a.origin IN ${origins}
     JOIN target_group g ON g.id = c.grp AND g.key IS NOT NULL AND g.gone_at IS NULL
     WHERE c.claimant IN (SELECT value FROM json_each(?1)) AND c.lapsed_at IS NOT NULL AND c.lapsed_reads >= ?2 AND c.lapsed_at <= ?3 AND ${unwanted}`,
    claimantsOf(sql, frame),
    sync.grace.reads,
    now - Duration.toMillis(sync.grace.for)
  )
  if (sync.removals !== "all" || frame.read.length < sync.from.length) return
  // Mirroring takes rows that nobody ever wished, and so needs to have seen the whole group in this run.
  sql.run(
    `INSERT OR IGNORE INTO change (op, grp, customer, cause)
     SELECT 'assignment.remove', a.grp, a.customer, 'not-wanted' FROM assignment a JOIN target_group g ON g.id = a.grp AND g.key IS NOT NULL AND g.gone_at IS NULL
     WHERE a.grp IN (SELECT target_group FROM wanted WHERE blocked IS NULL) AND a.grp IN (SELECT grp FROM seen_group) AND ${unwanted}
       AND NOT EXISTS (SELECT 1 FROM claim c WHERE c.claimant IN (SELECT id FROM claimant) AND c.grp = a.grp AND c.customer = a.customer)`
  )
}

const compareAdditions = (sql: Statements, frame: Frame): void => {
  sql.run(
    `INSERT OR IGNORE INTO change (op, grp, customer, cause, claimant, dropped)
     SELECT 'assignment.add', n.grp, n.customer, CASE WHEN d.grp IS NULL THEN c.cause ELSE 'restored' END, c.claimant, CASE WHEN d.decision = 'accepted' THEN 'drift' END
     FROM (SELECT grp, customer FROM claim WHERE claimant IN (SELECT value FROM json_each(?1)) AND lapsed_at IS NULL EXCEPT SELECT grp, customer FROM assignment) n
     JOIN claim c ON c.grp = n.grp AND c.customer = n.customer AND c.lapsed_at IS NULL AND c.claimant IN (SELECT value FROM json_each(?1))
     LEFT JOIN drift d ON d.grp = n.grp AND d.customer = n.customer
     WHERE (c.person IS NULL OR c.person NOT IN (SELECT source_customer FROM held_identity))
       AND n.grp IN (SELECT target_group FROM wanted WHERE blocked IS NULL AND target_group IS NOT NULL)`,
    claimantsOf(sql, frame)
  )
}

const compareGroups = (sql: Statements, { sync }: Frame): void => {
  const needed = sync.emptyGroups === "create" ? "" : "AND w.target_group IN (SELECT grp FROM change WHERE op = 'assignment.add' AND dropped IS NULL)"
  sql.run(
    `INSERT OR IGNORE INTO change (op, grp, customer, cause)
     SELECT 'group.create', g.id, 0, 'new' FROM wanted w JOIN target_group g ON g.id = w.target_group AND g.key IS NULL WHERE w.blocked IS NULL ${needed}`
  )
  // Ours follow the source by what we wrote last, so that a name given by hand at the target stays until the source changes it.
  const differs = `(w.name <> coalesce(json_extract(g.written, '$.name'), g.name)
    OR (w.slug IS NOT NULL AND w.slug <> coalesce(json_extract(g.written, '$.slug'), g.slug, ''))
    OR (w.description IS NOT NULL AND w.description <> coalesce(json_extract(g.written, '$.description'), g.description, '')))`
  sql.run(
    `INSERT OR IGNORE INTO change (op, grp, customer, cause) SELECT 'group.update', g.id, 0, 'renamed' FROM wanted w JOIN target_group g ON g.id = w.target_group AND g.key IS NOT NULL
     WHERE w.blocked IS NULL AND (g.made_by_us = 1 OR ?1) AND ${differs}`,
    sync.adopt.names === "follow" ? 1 : 0
  )
  if (!sync.deleteEmptyGroups) return
  sql.run(
    `INSERT OR IGNORE INTO change (op, grp, customer, cause) SELECT 'group.delete', g.id, 0, 'empty' FROM target_group g JOIN run r ON r.id = g.run AND r.sync = ?
     WHERE g.made_by_us = 1 AND g.key IS NOT NULL AND g.gone_at IS NULL AND g.count = 0 AND NOT EXISTS (SELECT 1 FROM assignment a WHERE a.grp = g.id)
       AND NOT EXISTS (SELECT 1 FROM claim c WHERE c.claimant IN (SELECT id FROM claimant) AND c.grp = g.id AND c.lapsed_at IS NULL)`,
    syncId(sql, sync.name)
  )
}

/** Lists all changes that would make the ledger what is claimed; those that may not be made now carry the reason in `dropped`. */
export const compare = (sql: Statements, frame: Frame): number => {
  const { sync, now } = frame
  sql.run("DELETE FROM change")
  if (sync.adopt.members === "confirmed") {
    sql.run(
      "UPDATE assignment SET origin = 'adopted' WHERE origin = 'found' AND (grp, customer) IN (SELECT grp, customer FROM claim WHERE lapsed_at IS NULL AND claimant IN (SELECT value FROM json_each(?)))",
      claimantsOf(sql, frame)
    )
  }
  compareRemovals(sql, frame)
  compareAdditions(sql, frame)
  if (sync.drift === "accept")
    sql.run(
      "UPDATE change SET dropped = 'drift' WHERE dropped IS NULL AND grp IN (SELECT id FROM target_group WHERE basis = 'deleted-at-target' AND key IS NULL)"
    )
  sql.run("UPDATE change SET dropped = 'pinned' WHERE dropped IS NULL AND (grp, customer) IN (SELECT grp, customer FROM pin)")
  Refusals.forgetChanged(sql)
  sql.run(
    "UPDATE change SET dropped = 'refused' WHERE dropped IS NULL AND (op, grp, customer) IN (SELECT op, grp, customer FROM refused WHERE next_at > ?)",
    now
  )
  compareGroups(sql, frame)
  sql.run(
    "UPDATE change SET dropped = 'refused' WHERE dropped IS NULL AND op LIKE 'group.%' AND (op, grp, customer) IN (SELECT op, grp, customer FROM refused WHERE next_at > ?)",
    now
  )
  sql.run(
    "UPDATE change SET dropped = 'refused' WHERE dropped IS NULL AND op = 'assignment.add' AND grp IN (SELECT grp FROM change WHERE op = 'group.create' AND dropped = 'refused')"
  )
  // Wishes that ended and hold nothing any more, or only what was never ours, are over.
  sql.run(
    `DELETE FROM claim WHERE lapsed_at IS NOT NULL AND claimant IN (SELECT value FROM json_each(?1))
     AND NOT EXISTS (SELECT 1 FROM assignment a WHERE a.grp = claim.grp AND a.customer = claim.customer AND (a.origin <> 'found' OR ?2))`,
    claimantsOf(sql, frame),
    sync.removals === "all" ? 1 : 0
  )
  sql.run(
    "DELETE FROM drift WHERE NOT EXISTS (SELECT 1 FROM claim c WHERE c.claimant IN (SELECT id FROM claimant) AND c.grp = drift.grp AND c.customer = drift.customer AND c.lapsed_at IS NULL)"
  )
  return Number(sql.get("SELECT count(*) AS n FROM change WHERE dropped IS NULL")?.["n"])
}
