/** Wishes, in SQL: desired rows, and claims with their causes. */
import type { SyncConfig } from "../src/config/Config.ts"
import * as Address from "../src/model/Address.ts"
import { foldName } from "../src/model/Group.ts"
import type { Frame } from "../src/reconcile/ReconcileStore.ts"
import * as ConfigChange from "./ConfigChange.ts"
import { claimantId, connectionId, syncId } from "./Connections.ts"
import type { Statements } from "./Database.ts"
import * as Lapse from "./Lapse.ts"

const active = "c.gone_at IS NULL AND c.role = 'customer' AND c.excluded IS NULL AND c.id NOT IN (SELECT source_customer FROM held_identity)"

/** Mapped groups joined with matched customers: direct members, and members of organizations that carry a mapped tag. */
const desire = (sql: Statements, from: number, to: number): void => {
  sql.run("DELETE FROM desired")
  // Narrow rows, so that looking one up for each membership touches few pages.
  sql.run("DELETE FROM matched")
  sql.run(
    `INSERT INTO matched SELECT c.id, l.target_customer FROM source_customer c JOIN customer_link l ON l.source_customer = c.id AND l.target_connection = ?2
     WHERE c.connection = ?1 AND ${active} ORDER BY 1`,
    from,
    to
  )
  const joined = (membership: string) => `
    INSERT OR IGNORE INTO desired SELECT p.target_group, a.customer, p.source_group, a.person FROM mapping p
    JOIN source_group g ON g.id = p.source_group AND g.connection = ? ${membership} CROSS JOIN matched a ON a.person = m.customer
    WHERE p.blocked IS NULL AND p.target_group IS NOT NULL ORDER BY 1, 2`
  sql.run(joined("CROSS JOIN source_membership m ON m.grp = p.source_group"), from)
  sql.run(joined("CROSS JOIN source_inclusion i ON i.grp = p.source_group CROSS JOIN source_membership m ON m.grp = i.organization"), from)
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

/** Groups that nothing maps to any more and that exceptions still keep somebody in, by the names that these may use. */
const keptGroups = (sql: Statements, claimant: number): ReadonlyArray<{ readonly id: number; readonly names: ReadonlyArray<string> }> =>
  sql
    .all(
      `SELECT DISTINCT t.id, t.folded, t.handle, coalesce(t.written ->> '$.name', t.name) AS name FROM claim c JOIN target_group t ON t.id = c.grp
       WHERE c.claimant = ? AND c.via IS NULL AND t.id NOT IN (SELECT target_group FROM wanted WHERE target_group IS NOT NULL)`,
      claimant
    )
    .map((row) => ({ id: Number(row["id"]), names: [String(row["folded"]), String(row["handle"]), foldName(String(row["name"]))] }))

const applyExceptions = (sql: Statements, { sync, now }: Frame, to: number, claimant: number): void => {
  const rows = inForce(sync, now)
  const kept = rows.length === 0 ? [] : keptGroups(sql, claimant)
  for (const row of rows) {
    const unmapped = kept.filter(({ names }) => names.includes(foldName(row.group)) || names.includes(row.group)).map(({ id }) => id)
    for (const grp of [...exceptionGroups(sql, row.group), ...unmapped]) {
      for (const customer of exceptionCustomers(sql, to, row.email)) {
        if (row.what === "always") sql.run("INSERT OR REPLACE INTO desired VALUES (?, ?, NULL, NULL)", grp, customer)
        else sql.run("DELETE FROM desired WHERE grp = ? AND customer = ?", grp, customer)
      }
    }
  }
}

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
  WHEN EXISTS (SELECT 1 FROM customer_link l WHERE l.source_customer = d.person AND l.target_customer = d.customer AND l.since > ?4) THEN CASE
    WHEN (SELECT basis FROM customer_link l WHERE l.source_customer = d.person AND l.target_customer = d.customer) IN (SELECT value FROM json_each(?6)) THEN 'rule-changed'
    WHEN ?7 AND (SELECT changed FROM source_customer WHERE id = d.person) > ?3 THEN 'rule-changed' ELSE 'matched' END
  WHEN ?5 THEN 'rule-changed' ELSE 'joined' END`

/** Whether another run of the sync ended since the source was read: a migration asks in one and carries out in the next, by the same reading. */
const isCompared = (sql: Statements, { run, sync }: Frame, source: number): boolean =>
  sql.get(
    "SELECT 1 FROM run WHERE sync = ? AND id <> ? AND ended_at > (SELECT ended_at FROM read WHERE connection = ? AND ended_at IS NOT NULL ORDER BY id DESC LIMIT 1) LIMIT 1",
    syncId(sql, sync.name),
    run,
    source
  ) !== undefined

/** Brings the claims of one source up to what it wishes now. */
export const bringUpToDate = (sql: Statements, frame: Frame, source: string): void => {
  const { sync, now } = frame
  const [from, to] = [connectionId(sql, source), connectionId(sql, sync.to)]
  const claimant = claimantId(sql, sync.name, source)
  desire(sql, from, to)
  // Exceptions are wishes of the sync's first source, so that they stand once.
  if (source === sync.from[0]) applyExceptions(sql, frame, to, claimant)
  else sql.run("DELETE FROM desired WHERE (grp, customer) IN (SELECT value ->> 0, value ->> 1 FROM json_each(?))", neverRows(sql, frame, to))
  if (!isCompared(sql, frame, from))
    sql.run(`UPDATE claim SET lapsed_reads = lapsed_reads + 1 WHERE claimant = ? AND lapsed_at IS NOT NULL AND NOT ${Lapse.unseen}`, claimant)
  sql.run(
    "UPDATE claim SET lapsed_at = NULL, lapsed_reads = NULL, lapse_cause = NULL WHERE claimant = ? AND lapsed_at IS NOT NULL AND EXISTS (SELECT 1 FROM desired d WHERE d.grp = claim.grp AND d.customer = claim.customer)",
    claimant
  )
  sql.run(
    `UPDATE claim SET lapsed_at = ?1, lapsed_reads = 1, lapse_cause = ${Lapse.cause} WHERE claimant = ?3 AND lapsed_at IS NULL AND NOT ${Lapse.frozen}
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
  const matching = ConfigChange.matching(sql, sync, source)
  const meaningChanged = baseline !== undefined && baseline["meaning"] !== JSON.stringify(sync.meaning)
  sql.run(
    `INSERT INTO claim (claimant, grp, customer, via, person, since, cause)
     SELECT ?2, d.grp, d.customer, d.via, d.person, ?1, ${newCause} FROM (SELECT grp, customer FROM desired EXCEPT SELECT grp, customer FROM claim WHERE claimant = ?2) n
     CROSS JOIN desired d ON d.grp = n.grp AND d.customer = n.customer`,
    now,
    claimant,
    baseline?.["read"] ?? null,
    baseline?.["at"] ?? null,
    meaningChanged ? 1 : 0,
    JSON.stringify(matching.bases),
    matching.options ? 1 : 0
  )
}

/** The claimants of this sync's wishes by source, as JSON. */
export const claimantsOf = (sql: Statements, { sync }: Frame, sources: ReadonlyArray<string>): string =>
  JSON.stringify(sources.map((source) => claimantId(sql, sync.name, source)))

export const readClaimants = (sql: Statements, frame: Frame): string => claimantsOf(sql, frame, frame.read)
