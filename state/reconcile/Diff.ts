/**
 * What would make the ledger what is claimed, in SQL: the changes of a run, and why those that must wait do.
 *
 * Terms: the *ledger* (`assignment`) is what we believe the target holds, with the origin of each row; *claims* are what the sources want.
 * `change` holds the changes, those that may not be made now with the reason in `dropped` (a `SkipReason`); `expired_row` the rows with an
 * expired claim, with why they are kept (a `KeptReason`).
 *
 *   a claim stands   in the ledger             change
 *   yes              no                        added: for its claim's cause, or `restored` if it was taken out by hand
 *   yes              yes, unconfirmed          asked for again
 *   yes              yes                       none
 *   expired          yes                       `Expiry.keptBecause`: kept, or removed with the cause of the claim
 *   none ever        yes, `removals: all`      removed as `not-wanted`, if its group was read whole in this run
 *   none ever        yes                       none
 *   -                a group is desired        created, renamed, or with `deleteEmptyGroups` deleted
 *
 * Invariants: nothing is removed that any claim of any sync wants. Under `ours` nothing is removed that we did not add or take over. A
 * change that may not be made stays in the list, so that what was decided about it is not forgotten. Nothing is written to the ledger.
 */
import * as Duration from "effect/Duration"
import type { Frame } from "../../src/reconcile/ReconcileStore.ts"
import * as Claims from "./Claims.ts"
import { claimantId, connectionId, syncId } from "../database/Intern.ts"
import type { Statements } from "../database/Statements.ts"
import * as Vanished from "./Vanished.ts"
import * as ActorViews from "./ActorViews.ts"
import * as Doubts from "./Doubts.ts"
import * as ClaimExpiry from "./ClaimExpiry.ts"
import * as RefusalBackoff from "./RefusalBackoff.ts"
import * as ManualTasks from "./ManualTasks.ts"
import * as UnconfirmedRows from "./UnconfirmedRows.ts"

/** Rows of the ledger with an expired claim of the sync, judged by `Expiry.keptBecause`: ?1 sources read in this run, ?2 all sources. */
const judgeExpired = (sql: Statements, frame: Frame, all: string): void => {
  const { sync, now } = frame
  const own = (claim: string) =>
    `${claim}.claimant IN (SELECT value FROM json_each(?2)) AND ${claim}.group_id = c.group_id
      AND ${claim}.target_customer_id = c.target_customer_id`
  const standing = (whose: "IN" | "NOT IN") =>
    `EXISTS (SELECT 1 FROM standing_claim o WHERE o.claimant ${whose} (SELECT value FROM json_each(?2))
      AND o.group_id = c.group_id AND o.target_customer_id = c.target_customer_id)`
  sql.run("DELETE FROM expired_row")
  sql.run(
    `INSERT OR IGNORE INTO expired_row (group_id, target_customer_id, claimant, cause, kept)
     SELECT c.group_id, c.target_customer_id, c.claimant, c.expiry_cause,
     kept_because(a.origin, c.group_id IN (SELECT target_group FROM desired_group WHERE target_group IS NOT NULL),
       CASE WHEN ${standing("NOT IN")} THEN 'other-sync' WHEN ${standing("IN")} THEN 'other-source' END,
       NOT EXISTS (SELECT 1 FROM claim u WHERE ${own("u")} AND u.expired_at IS NOT NULL
         AND u.claimant NOT IN (SELECT value FROM json_each(?1))),
       g.id IS NOT NULL, (SELECT min(w.expired_reads) FROM claim w WHERE ${own("w")}), (SELECT max(w.expired_at)
         FROM claim w WHERE ${own("w")}), ?4, ?5, ?6, ?7)
     FROM claim c INDEXED BY claim_expired CROSS JOIN assignment a ON a.group_id = c.group_id
     AND a.target_customer_id = c.target_customer_id
     LEFT JOIN target_group g ON g.id = c.group_id AND g.connection = ?3 AND g.key IS NOT NULL AND g.gone_at IS NULL
     WHERE c.claimant IN (SELECT value FROM json_each(?2)) AND c.expired_at IS NOT NULL`,
    Claims.readClaimants(sql, frame),
    all,
    connectionId(sql, sync.to),
    sync.removals,
    sync.grace.reads,
    Duration.toMillis(sync.grace.for),
    now
  )
}

const compareRemovals = (sql: Statements, frame: Frame): void => {
  const { sync, now } = frame
  const all = Claims.claimantsOf(sql, frame, sync.from)
  judgeExpired(sql, frame, all)
  sql.run(
    `INSERT OR IGNORE INTO candidate_change (op, group_id, target_customer_id, cause, claimant)
      SELECT 'assignment.remove', group_id, target_customer_id, cause, claimant FROM expired_row WHERE kept IS NULL`
  )
  // It stays in the list, so that a hold or a decision on it is not forgotten. What an earlier read lacked, and this one did not look for, waits for one that does.
  sql.run(
    `UPDATE candidate_change SET skip_reason = 'withheld' WHERE op = 'assignment.remove'
      AND (group_id, target_customer_id) IN
       (SELECT group_id, target_customer_id FROM claim WHERE claimant IN (SELECT value FROM json_each(?1))
         AND expired_at IS NOT NULL AND (${ClaimExpiry.frozen} OR (expired_at < ?2 AND ${ClaimExpiry.unseen})))`,
    all,
    now
  )
  if (sync.removals === "all" && frame.read.length === sync.from.length) mirror(sql, frame)
}

/** Rows that no claim ever wanted: they need complete reads of all sources, the whole group as seen in this run, and a customer who is nobody ambiguous. */
const mirror = (sql: Statements, { sync }: Frame): void => {
  const sources = JSON.stringify(sync.from.map((source) => connectionId(sql, source)))
  const ambiguous = `SELECT t.id FROM ambiguous_customer h JOIN source_customer c ON c.id = h.source_customer_id
    JOIN target_customer t ON t.connection = ?2 AND t.address = c.address
    UNION SELECT t.id FROM ambiguous_customer h JOIN source_customer c ON c.id = h.source_customer_id
    JOIN target_customer t ON t.connection = ?2 AND t.external_id = c.external_id
    UNION SELECT l.target_customer_id FROM ambiguous_customer h
    JOIN linked l ON l.source_customer_id = h.source_customer_id`
  const inDoubt = `SELECT l.target_customer_id FROM row_doubt d
    JOIN customer_link l ON l.source_customer_id = d.id AND l.target_connection = ?2
      WHERE d.part NOT LIKE 'inclusions:%' AND d.connection IN (SELECT value FROM json_each(?1))
    UNION SELECT l.target_customer_id FROM row_doubt d JOIN source_membership m ON m.group_id = d.id
    JOIN customer_link l ON l.source_customer_id = m.source_customer_id AND l.target_connection = ?2
      WHERE d.part LIKE 'inclusions:%' AND d.connection IN (SELECT value FROM json_each(?1))`
  sql.run(
    `INSERT OR IGNORE INTO candidate_change (op, group_id, target_customer_id, cause, skip_reason)
     SELECT 'assignment.remove', a.group_id, a.target_customer_id, 'not-wanted', CASE
     WHEN a.group_id NOT IN (SELECT group_id FROM seen_group)
     AND a.target_customer_id NOT IN (SELECT target_customer_id FROM seen_customer) THEN 'unseen'
       WHEN a.target_customer_id IN (${ambiguous}) OR a.target_customer_id IN (${inDoubt})
       OR EXISTS (SELECT 1 FROM read_part WHERE (complete = 0 OR changes = 1)
         AND connection IN (SELECT value FROM json_each(?1))) THEN 'withheld' END
     FROM assignment a JOIN target_group g ON g.id = a.group_id AND g.key IS NOT NULL AND g.gone_at IS NULL
     WHERE a.group_id IN (SELECT id FROM open_group)
       AND NOT EXISTS (SELECT 1 FROM claim c WHERE c.claimant IN (SELECT id FROM claimant) AND c.group_id = a.group_id
         AND c.target_customer_id = a.target_customer_id)`,
    sources,
    connectionId(sql, sync.to)
  )
}

/** One claimant after the other, so that both sides of the difference come in the order of their keys and are merged, not sorted. */
const compareAdditions = (sql: Statements, frame: Frame): void => {
  for (const source of frame.read) {
    sql.run(
      `INSERT INTO candidate_change (op, group_id, target_customer_id, cause, claimant, skip_reason)
       SELECT 'assignment.add', n.group_id, n.target_customer_id, CASE WHEN d.group_id IS NULL THEN c.cause
       ELSE 'restored' END, c.claimant, CASE WHEN d.decision = 'accepted' THEN 'drift'
         WHEN c.source_customer_id IN (SELECT source_customer_id FROM ambiguous_customer) THEN 'ambiguous'
         WHEN n.group_id NOT IN (SELECT id FROM open_group) THEN 'blocked' END
       FROM (SELECT group_id, target_customer_id FROM claim WHERE claimant = ?1 AND expired_at IS NULL
         EXCEPT SELECT group_id, target_customer_id FROM assignment ${UnconfirmedRows.andUnconfirmed}) n
       CROSS JOIN claim c ON c.claimant = ?1 AND c.group_id = n.group_id AND c.target_customer_id = n.target_customer_id
       AND c.expired_at IS NULL
       LEFT JOIN manual_removal d ON d.group_id = n.group_id AND d.target_customer_id = n.target_customer_id
       WHERE true
       ON CONFLICT (op, group_id, target_customer_id) DO UPDATE
       SET cause = excluded.cause, claimant = excluded.claimant, skip_reason = NULL
         WHERE skip_reason IS NOT NULL AND excluded.skip_reason IS NULL`,
      claimantId(sql, frame.sync.name, source)
    )
  }
}

/**
 * A custom field that a rule names and that was written otherwise, or never, as far as is known. One that no rule names any more is left as it is: what
 * a vendor makes of a field that it is not given is not known.
 */
const otherFields = `EXISTS (SELECT 1 FROM json_each(w.custom) f WHERE f.value IS NOT (SELECT o.value
    FROM json_each(coalesce(g.written, '{}'), '$.custom') o WHERE o.key = f.key))`

const compareGroups = (sql: Statements, frame: Frame): void => {
  const { sync, target } = frame
  const needed =
    sync.emptyGroups === "create" && target.groups.create === "explicit"
      ? ""
      : `AND w.target_group IN (SELECT group_id FROM candidate_change
        WHERE op = 'assignment.add' AND skip_reason IS NULL)`
  sql.run(
    `INSERT OR IGNORE INTO candidate_change (op, group_id, target_customer_id, cause)
     SELECT 'group.create', g.id, 0, 'new' FROM desired_group w
     JOIN target_group g ON g.id = w.target_group AND g.key IS NULL WHERE w.blocked IS NULL ${needed}`
  )
  // Where several syncs fill a group, the first of them owns its name.
  // Ours follow the source by what we wrote last, so that a name given by hand at the target stays until the source changes it.
  const differs = `(w.name <> coalesce(json_extract(g.written, '$.name'), g.name)
    OR (w.slug IS NOT NULL AND w.slug <> coalesce(json_extract(g.written, '$.slug'), g.slug, ''))
    OR (w.description IS NOT NULL AND w.description <> coalesce(json_extract(g.written, '$.description'), g.description,
      ''))
    OR ${target.groups.customFields === true ? otherFields : "false"})`
  sql.run(
    `INSERT OR IGNORE INTO candidate_change (op, group_id, target_customer_id, cause)
      SELECT 'group.update', g.id, 0, 'renamed' FROM desired_group w
      JOIN target_group g ON g.id = w.target_group AND g.key IS NOT NULL
     WHERE ${target.groups.update ? "" : "false AND "}w.blocked IS NULL AND (g.made_by_us = 1 OR ?1) AND ${differs}
       AND NOT EXISTS (SELECT 1 FROM standing_claim o WHERE o.claimant IN (SELECT id FROM claimant WHERE sync < ?2)
         AND o.group_id = g.id)`,
    sync.adopt.names === "follow" ? 1 : 0,
    syncId(sql, sync.name)
  )
  // A group that somebody deleted by hand stays deleted: neither its people nor the group itself come back.
  if (sync.drift === "accept")
    sql.run(
      `UPDATE candidate_change SET skip_reason = 'drift' WHERE skip_reason IS NULL
        AND group_id IN (SELECT id FROM target_group WHERE basis = 'deleted-at-target' AND key IS NULL)`
    )
  if (sync.deleteEmptyGroups && target.groups.delete) deleteEmpty(sql, frame)
}

/** Groups that this sync made and that are empty by the target's own word in this run: somebody may have been put in since we last counted. */
const deleteEmpty = (sql: Statements, { sync }: Frame): void => {
  sql.run(
    `INSERT OR IGNORE INTO candidate_change (op, group_id, target_customer_id, cause)
      SELECT 'group.delete', g.id, 0, 'empty' FROM target_group g JOIN run r ON r.id = g.run AND r.sync = ?1
     WHERE g.connection = ?4 AND g.made_by_us = 1 AND g.key IS NOT NULL AND g.gone_at IS NULL AND g.count = 0
     AND NOT EXISTS (SELECT 1 FROM assignment a WHERE a.group_id = g.id)
       AND NOT EXISTS (SELECT 1 FROM standing_claim c WHERE c.group_id = g.id)
       AND (?2 OR g.id NOT IN (SELECT target_group FROM desired_group WHERE target_group IS NOT NULL))
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
  sql.run("DELETE FROM candidate_change")
  Doubts.clear(sql)
  if (sync.adopt.members === "confirmed") {
    sql.run(
      `UPDATE assignment SET origin = 'adopted' WHERE origin = 'found'
        AND (group_id, target_customer_id) IN (SELECT group_id, target_customer_id FROM standing_claim
          WHERE claimant IN (SELECT value FROM json_each(?)))`,
      Claims.readClaimants(sql, frame)
    )
  }
  ManualTasks.withdraw(sql)
  compareRemovals(sql, frame)
  ManualTasks.setAside(sql)
  compareAdditions(sql, frame)
  const pinned = "UPDATE candidate_change SET skip_reason = 'pinned' WHERE skip_reason IS NULL AND"
  sql.run(`${pinned} (group_id, target_customer_id) IN (SELECT group_id, target_customer_id FROM undo_pin)`)
  RefusalBackoff.forgetChanged(sql)
  sql.run(
    `UPDATE candidate_change SET skip_reason = 'refused' WHERE skip_reason IS NULL
      AND (op, group_id, target_customer_id) IN (SELECT op, group_id, target_customer_id FROM refused
        WHERE next_at > ?)`,
    now
  )
  compareGroups(sql, frame)
  // A group that an undo took away takes nobody until it is released, those included who want in only now.
  sql.run(`${pinned} target_customer_id = 0 AND group_id IN (SELECT group_id FROM undo_pin WHERE target_customer_id = 0)`)
  sql.run(`${pinned} op = 'assignment.add' AND group_id IN (SELECT group_id FROM candidate_change
    WHERE op = 'group.create' AND skip_reason = 'pinned')`)
  sql.run(
    `UPDATE candidate_change SET skip_reason = 'refused' WHERE skip_reason IS NULL AND op LIKE 'group.%'
      AND (op, group_id, target_customer_id) IN (SELECT op, group_id, target_customer_id FROM refused
        WHERE next_at > ?)`,
    now
  )
  sql.run(
    `UPDATE candidate_change SET skip_reason = 'refused' WHERE skip_reason IS NULL AND op = 'assignment.add'
      AND group_id IN (SELECT group_id FROM candidate_change WHERE op = 'group.create' AND skip_reason = 'refused')`
  )
  ActorViews.doubt(sql, frame)
  Vanished.doubt(sql, frame)
  return Number(sql.get("SELECT count(*) AS n FROM candidate_change WHERE skip_reason IS NULL")?.["n"])
}
