/** What would make the ledger what is claimed, in SQL: the changes of a run, and why those that must wait do. */
import * as Duration from "effect/Duration"
import type { Frame } from "../src/reconcile/ReconcileStore.ts"
import * as Claims from "./Claims.ts"
import { claimantId, connectionId, syncId } from "./Connections.ts"
import type { Statements } from "./Database.ts"
import * as Lapse from "./Lapse.ts"
import * as Refusals from "./Refusals.ts"
import * as Tasks from "./Tasks.ts"
import * as Unsure from "./Unsure.ts"

/** No other wish wants the row: the last condition of every removal. */
const unwanted =
  "NOT EXISTS (SELECT 1 FROM claim o WHERE o.claimant IN (SELECT id FROM claimant) AND o.grp = a.grp AND o.customer = a.customer AND o.lapsed_at IS NULL)"

const compareRemovals = (sql: Statements, frame: Frame): void => {
  const { sync, now } = frame
  const origins = sync.removals === "never" ? "()" : sync.removals === "ours" ? "('applied', 'adopted')" : "('applied', 'adopted', 'found')"
  const all = Claims.claimantsOf(sql, frame, sync.from)
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
    Claims.readClaimants(sql, frame),
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
      Claims.readClaimants(sql, frame)
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
