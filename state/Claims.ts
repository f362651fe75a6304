/** Wishes and what follows from them, in SQL: desired rows, claims with their causes, and the difference to the ledger. */
import * as Duration from "effect/Duration"
import type { SyncConfig } from "../src/config/Config.ts"
import * as Address from "../src/model/Address.ts"
import { foldName } from "../src/model/Group.ts"
import type { Frame } from "../src/reconcile/ReconcileStore.ts"
import * as ConfigChange from "./ConfigChange.ts"
import { claimantId, connectionId, syncId } from "./Connections.ts"
import type { Statements } from "./Database.ts"
import * as Lapse from "./Lapse.ts"
import * as Refusals from "./Refusals.ts"
import * as Tasks from "./Tasks.ts"
import * as Unsure from "./Unsure.ts"

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

const claimantsOf = (sql: Statements, { sync }: Frame, sources: ReadonlyArray<string>): string =>
  JSON.stringify(sources.map((source) => claimantId(sql, sync.name, source)))

export const readClaimants = (sql: Statements, frame: Frame): string => claimantsOf(sql, frame, frame.read)

/** No other wish wants the row: the last condition of every removal. */
const unwanted =
  "NOT EXISTS (SELECT 1 FROM claim o WHERE o.claimant IN (SELECT id FROM claimant) AND o.grp = a.grp AND o.customer = a.customer AND o.lapsed_at IS NULL)"

const compareRemovals = (sql: Statements, frame: Frame): void => {
  const { sync, now } = frame
  const origins = sync.removals === "never" ? "()" : sync.removals === "ours" ? "('applied', 'adopted')" : "('applied', 'adopted', 'found')"
  const all = claimantsOf(sql, frame, sync.from)
  const due = (claim: string) => `(${claim}.lapsed_reads >= ?2 AND ${claim}.lapsed_at <= ?3)`
  // What others put there goes only from groups that something maps to.
  // A wish of the same sync that ended later, or at a source that is not read now, keeps the row for its own time of grace.
  const waiting = `EXISTS (SELECT 1 FROM claim w WHERE w.claimant IN (SELECT value FROM json_each(?4)) AND w.grp = a.grp AND w.customer = a.customer
    AND (NOT ${due("w")} OR w.claimant NOT IN (SELECT value FROM json_each(?1))))`
  sql.run(
    `INSERT OR IGNORE INTO change (op, grp, customer, cause, claimant)
     SELECT 'assignment.remove', c.grp, c.customer, c.lapse_cause, c.claimant FROM claim c
     JOIN assignment a ON a.grp = c.grp AND a.customer = c.customer AND a.origin IN ${origins}
     JOIN target_group g ON g.id = c.grp AND g.connection = ?5 AND g.key IS NOT NULL AND g.gone_at IS NULL
     WHERE c.claimant IN (SELECT value FROM json_each(?1)) AND c.lapsed_at IS NOT NULL AND ${due("c")} AND ${unwanted} AND NOT ${waiting}
       AND (a.origin <> 'found' OR c.grp IN (SELECT target_group FROM wanted WHERE target_group IS NOT NULL))`,
    readClaimants(sql, frame),
    sync.grace.reads,
    now - Duration.toMillis(sync.grace.for),
    all,
    connectionId(sql, sync.to)
  )
  // It stays in the list, so that a hold or a decision on it is not forgotten. What an earlier read lacked, and this one did not look for, waits for one that does.
  sql.run(
    `UPDATE change SET dropped = 'withheld' WHERE op = 'assignment.remove' AND (grp, customer) IN
       (SELECT grp, customer FROM claim WHERE claimant IN (SELECT value FROM json_each(?1)) AND lapsed_at IS NOT NULL AND (${Lapse.frozen} OR (lapsed_at < ?2 AND ${Lapse.unseen})))`,
    all,
    now
  )
  if (sync.removals === "all" && frame.read.length === sync.from.length) mirror(sql, frame)
}

/** Rows that nobody ever wished: they need complete reads of all sources, the whole group as seen in this run, and a customer who is nobody ambiguous. */
const mirror = (sql: Statements, { sync }: Frame): void => {
  const sources = JSON.stringify(sync.from.map((source) => connectionId(sql, source)))
  const ambiguous = `SELECT t.id FROM held_identity h JOIN source_customer c ON c.id = h.source_customer JOIN target_customer t ON t.connection = ?2 AND t.address = c.address
    UNION SELECT t.id FROM held_identity h JOIN source_customer c ON c.id = h.source_customer JOIN target_customer t ON t.connection = ?2 AND t.external_id = c.external_id
    UNION SELECT l.target_customer FROM held_identity h JOIN customer_link l ON l.source_customer = h.source_customer AND l.target_connection = ?2`
  sql.run(
    `INSERT OR IGNORE INTO change (op, grp, customer, cause, dropped)
     SELECT 'assignment.remove', a.grp, a.customer, 'not-wanted', CASE WHEN a.grp NOT IN (SELECT grp FROM seen_group) AND a.customer NOT IN (SELECT customer FROM seen_customer) THEN 'unseen'
       WHEN a.customer IN (${ambiguous}) OR EXISTS (SELECT 1 FROM read_part WHERE (complete = 0 OR changes = 1) AND connection IN (SELECT value FROM json_each(?1))) THEN 'withheld' END
     FROM assignment a JOIN target_group g ON g.id = a.grp AND g.key IS NOT NULL AND g.gone_at IS NULL
     WHERE a.grp IN (SELECT target_group FROM wanted WHERE blocked IS NULL)
       AND NOT EXISTS (SELECT 1 FROM claim c WHERE c.claimant IN (SELECT id FROM claimant) AND c.grp = a.grp AND c.customer = a.customer)`,
    sources,
    connectionId(sql, sync.to)
  )
}

/** One claimant after the other, so that both sides of the difference come in the order of their keys and are merged, not sorted. */
const compareAdditions = (sql: Statements, frame: Frame): void => {
  for (const source of frame.read) {
    sql.run(
      `INSERT INTO change (op, grp, customer, cause, claimant, dropped)
       SELECT 'assignment.add', n.grp, n.customer, CASE WHEN d.grp IS NULL THEN c.cause ELSE 'restored' END, c.claimant, CASE WHEN d.decision = 'accepted' THEN 'drift'
         WHEN c.person IN (SELECT source_customer FROM held_identity) THEN 'ambiguous'
         WHEN n.grp NOT IN (SELECT target_group FROM wanted WHERE blocked IS NULL AND target_group IS NOT NULL) THEN 'blocked' END
       FROM (SELECT grp, customer FROM claim WHERE claimant = ?1 AND lapsed_at IS NULL EXCEPT SELECT grp, customer FROM assignment ${Unsure.andUnsure}) n
       CROSS JOIN claim c ON c.claimant = ?1 AND c.grp = n.grp AND c.customer = n.customer AND c.lapsed_at IS NULL
       LEFT JOIN drift d ON d.grp = n.grp AND d.customer = n.customer
       WHERE true
       ON CONFLICT (op, grp, customer) DO UPDATE SET cause = excluded.cause, claimant = excluded.claimant, dropped = NULL
         WHERE dropped IS NOT NULL AND excluded.dropped IS NULL`,
      claimantId(sql, frame.sync.name, source)
    )
  }
}

const compareGroups = (sql: Statements, frame: Frame): void => {
  const { sync, target } = frame
  const needed =
    sync.emptyGroups === "create" && target.groups.create === "explicit"
      ? ""
      : "AND w.target_group IN (SELECT grp FROM change WHERE op = 'assignment.add' AND dropped IS NULL)"
  sql.run(
    `INSERT OR IGNORE INTO change (op, grp, customer, cause)
     SELECT 'group.create', g.id, 0, 'new' FROM wanted w JOIN target_group g ON g.id = w.target_group AND g.key IS NULL WHERE w.blocked IS NULL ${needed}`
  )
  // Where several syncs fill a group, the first of them owns its name.
  // Ours follow the source by what we wrote last, so that a name given by hand at the target stays until the source changes it.
  const differs = `(w.name <> coalesce(json_extract(g.written, '$.name'), g.name)
    OR (w.slug IS NOT NULL AND w.slug <> coalesce(json_extract(g.written, '$.slug'), g.slug, ''))
    OR (w.description IS NOT NULL AND w.description <> coalesce(json_extract(g.written, '$.description'), g.description, '')))`
  sql.run(
    `INSERT OR IGNORE INTO change (op, grp, customer, cause) SELECT 'group.update', g.id, 0, 'renamed' FROM wanted w JOIN target_group g ON g.id = w.target_group AND g.key IS NOT NULL
     WHERE ${target.groups.update ? "" : "false AND "}w.blocked IS NULL AND (g.made_by_us = 1 OR ?1) AND ${differs}
       AND NOT EXISTS (SELECT 1 FROM claim o WHERE o.claimant IN (SELECT id FROM claimant WHERE sync < ?2) AND o.grp = g.id AND o.lapsed_at IS NULL)`,
    sync.adopt.names === "follow" ? 1 : 0,
    syncId(sql, sync.name)
  )
  // A group that somebody deleted by hand stays deleted: neither its people nor the group itself come back.
  if (sync.drift === "accept")
    sql.run(
      "UPDATE change SET dropped = 'drift' WHERE dropped IS NULL AND grp IN (SELECT id FROM target_group WHERE basis = 'deleted-at-target' AND key IS NULL)"
    )
  if (sync.deleteEmptyGroups && target.groups.delete) deleteEmpty(sql, frame)
}

/** Groups that this sync made and that are empty by the target's own word in this run: somebody may have been put in since we last counted. */
const deleteEmpty = (sql: Statements, { sync }: Frame): void => {
  sql.run(
    `INSERT OR IGNORE INTO change (op, grp, customer, cause) SELECT 'group.delete', g.id, 0, 'empty' FROM target_group g JOIN run r ON r.id = g.run AND r.sync = ?1
     WHERE g.connection = ?4 AND g.made_by_us = 1 AND g.key IS NOT NULL AND g.gone_at IS NULL AND g.count = 0 AND NOT EXISTS (SELECT 1 FROM assignment a WHERE a.grp = g.id)
       AND NOT EXISTS (SELECT 1 FROM claim c WHERE c.claimant IN (SELECT id FROM claimant) AND c.grp = g.id AND c.lapsed_at IS NULL)
       AND (?2 OR g.id NOT IN (SELECT target_group FROM wanted WHERE target_group IS NOT NULL))
       AND g.counted_at >= (SELECT max(started_at) FROM read WHERE connection IN (SELECT value FROM json_each(?3)))`,
    syncId(sql, sync.name),
    sync.emptyGroups === "skip" ? 1 : 0,
    JSON.stringify(sync.from.map((source) => connectionId(sql, source))),
    connectionId(sql, sync.to)
  )
}

/** Lists all changes that would make the ledger what is claimed; those that may not be made now carry the reason in `dropped`. */
export const compare = (sql: Statements, frame: Frame): number => {
  const { sync, now } = frame
  sql.run("DELETE FROM change")
  if (sync.adopt.members === "confirmed") {
    sql.run(
      "UPDATE assignment SET origin = 'adopted' WHERE origin = 'found' AND (grp, customer) IN (SELECT grp, customer FROM claim WHERE lapsed_at IS NULL AND claimant IN (SELECT value FROM json_each(?)))",
      readClaimants(sql, frame)
    )
  }
  Tasks.withdraw(sql)
  compareRemovals(sql, frame)
  Tasks.setAside(sql)
  compareAdditions(sql, frame)
  const pinned = "UPDATE change SET dropped = 'pinned' WHERE dropped IS NULL AND"
  sql.run(`${pinned} (grp, customer) IN (SELECT grp, customer FROM pin)`)
  Refusals.forgetChanged(sql)
  sql.run(
    "UPDATE change SET dropped = 'refused' WHERE dropped IS NULL AND (op, grp, customer) IN (SELECT op, grp, customer FROM refused WHERE next_at > ?)",
    now
  )
  compareGroups(sql, frame)
  // A group that an undo took away takes nobody until it is released, those included who want in only now.
  sql.run(`${pinned} customer = 0 AND grp IN (SELECT grp FROM pin WHERE customer = 0)`)
  sql.run(`${pinned} op = 'assignment.add' AND grp IN (SELECT grp FROM change WHERE op = 'group.create' AND dropped = 'pinned')`)
  sql.run(
    "UPDATE change SET dropped = 'refused' WHERE dropped IS NULL AND op LIKE 'group.%' AND (op, grp, customer) IN (SELECT op, grp, customer FROM refused WHERE next_at > ?)",
    now
  )
  sql.run(
    "UPDATE change SET dropped = 'refused' WHERE dropped IS NULL AND op = 'assignment.add' AND grp IN (SELECT grp FROM change WHERE op = 'group.create' AND dropped = 'refused')"
  )
  return Number(sql.get("SELECT count(*) AS n FROM change WHERE dropped IS NULL")?.["n"])
}
