/** Members whom another copy of this state may have added: in groups that are read again because it wrote, or that it made. */
import type { Statements } from "../database/Statements.ts"

/** The Date header, from which the server's clock is known, has whole seconds. */
const clockTolerance = 2000

/** Groups that a warning names. */
const few = 10

/**
 * Puts those who joined since our own last write, or who do not show when they joined, into the ledger as ours, unconfirmed. Others are found. A run that did
 * not know yet of the other copy may have found some of them: they are no different, unless a person decided whose they are.
 */
export const take = (sql: Statements, now: number): void => {
  if (sql.get("SELECT 1 FROM target_group g JOIN seen_group s ON s.group_id = g.id WHERE g.reread_since IS NOT NULL LIMIT 1") === undefined) return
  const rows = `SELECT m.group_id, m.target_customer_id FROM seen_group s
    JOIN target_group g ON g.id = s.group_id AND g.reread_since IS NOT NULL
    JOIN connection n ON n.id = g.connection JOIN seen_member m ON m.group_id = s.group_id
    LEFT JOIN assignment a ON a.group_id = m.group_id AND a.target_customer_id = m.target_customer_id
    WHERE (m.joined_at IS NULL OR m.joined_at - coalesce(n.clock_offset, 0) >= g.reread_since - ${clockTolerance})
    AND (a.origin IS NULL OR (a.origin = 'found' AND a.run IS NOT NULL AND g.reread_since > 0
      AND a.since >= g.reread_since))`
  sql.run(`INSERT OR IGNORE INTO unconfirmed_origin SELECT group_id, target_customer_id, ? FROM (${rows})`, now)
  sql.run(`INSERT OR REPLACE INTO assignment SELECT group_id, target_customer_id, 'applied', ?, NULL FROM (${rows})`, now)
}

/**
 * Rows that count as ours, unconfirmed, and that no claim is known of: the copy that added them had one. It is taken to stand until the source proves otherwise,
 * so that who has left since is asked about. `from`: the source, as far as a rule leads one of its groups there, or led it there when its claims were made.
 */
export const claim = (sql: Statements, claimant: number, from: number, now: number): void => {
  if (sql.get("SELECT 1 FROM unconfirmed_origin LIMIT 1") === undefined) return
  sql.run(
    `INSERT INTO claim (claimant, group_id, target_customer_id, source_group_id, source_customer_id, since, cause)
     SELECT ?1, u.group_id, u.target_customer_id, w.source_group,
       (SELECT min(l.source_customer_id) FROM customer_link l
         JOIN source_customer c ON c.id = l.source_customer_id AND c.connection = ?2
         WHERE l.target_customer_id = u.target_customer_id), ?3, 'joined'
     FROM (SELECT target_group, min(source_group) AS source_group FROM (
         SELECT p.target_group, p.source_group FROM mapping p
           CROSS JOIN source_group g ON g.id = p.source_group WHERE g.connection = ?2
         UNION ALL SELECT o.group_id, o.source_group_id FROM claim o WHERE o.claimant = ?1
           AND o.source_group_id IS NOT NULL)
       GROUP BY 1) w
     CROSS JOIN unconfirmed_origin u ON u.group_id = w.target_group
     WHERE NOT EXISTS (SELECT 1 FROM claim c WHERE c.claimant IN (SELECT id FROM claimant)
       AND c.group_id = u.group_id AND c.target_customer_id = u.target_customer_id)`,
    claimant,
    from,
    now
  )
}

/** Names groups that another copy of this state made and that no rule leads to: nothing here is known of their members, so they are left as they are. */
export const warnings = (sql: Statements, to: string): ReadonlyArray<string> => {
  const names = sql
    .all(
      `SELECT g.name FROM target_group g JOIN connection n ON n.id = g.connection AND n.name = ?
        JOIN last_writer w ON w.connection = n.id AND (w.went_on = 1 OR w.claim IS NOT NULL)
       WHERE g.key IS NOT NULL AND g.gone_at IS NULL AND g.group_key IS NULL AND g.made_by_us = 0
       AND g.mark_key <> '' AND g.mark_state = (SELECT value FROM meta WHERE key = 'lineage') ORDER BY g.name`,
      to
    )
    .map((row) => JSON.stringify(row["name"]))
  if (names.length === 0) return []
  const more = names.length > few ? ` and ${names.length - few} more` : ""
  const [groups, them] = names.length === 1 ? ["the group", "it"] : ["the groups", "them"]
  return [
    `another copy of this state made ${groups} ${names.slice(0, few).join(", ")}${more} at ${to}, and no rule leads there: who is in ${them} stays until taken out by hand, or until a rule leads there again`
  ]
}
