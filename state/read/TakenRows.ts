/** Takes the rows of a read into the snapshot, and drops what a complete read proves absent. */
import * as RowDoubts from "./RowDoubts.ts"
import type { Statements } from "../database/Statements.ts"

/** Writes only rows that differ, so that a read without changes writes nothing. */
export const takeCustomers = (sql: Statements, connection: number, read: number): void => {
  sql.run(
    `INSERT INTO source_customer (connection, key, email, address, external_id, name, role, excluded, suspended,
      verified, fields, since, changed)
     SELECT ?1, key, email, address, external_id, name, role, excluded, suspended, verified, fields, ?2, ?2
     FROM stage_customer WHERE true GROUP BY key
     ON CONFLICT (connection, key) DO UPDATE SET email = excluded.email, address = excluded.address,
     external_id = excluded.external_id, name = excluded.name,
       role = excluded.role, excluded = excluded.excluded, suspended = excluded.suspended, verified = excluded.verified,
       fields = excluded.fields,
       changed = excluded.changed, gone_cause = NULL, gone_at = NULL
     WHERE source_customer.email IS NOT excluded.email OR source_customer.external_id IS NOT excluded.external_id
     OR source_customer.name IS NOT excluded.name
       OR source_customer.role IS NOT excluded.role OR source_customer.excluded IS NOT excluded.excluded
       OR source_customer.suspended IS NOT excluded.suspended
       OR source_customer.verified IS NOT excluded.verified OR source_customer.fields IS NOT excluded.fields
       OR source_customer.gone_at IS NOT NULL`,
    connection,
    read
  )
}

/** Of kinds in `mentioned` only those that are not known are taken: a mention of a tag proves nothing of its spelling. */
export const takeGroups = (sql: Statements, connection: number, read: number, mentioned: ReadonlyArray<string>): void => {
  sql.run(
    `INSERT INTO source_group (connection, kind, carrier, key, name, external_id, fields, since)
     SELECT ?1, kind, carrier, key, min(name), external_id, fields, ?2 FROM stage_group WHERE true
     GROUP BY kind, carrier, key
     ON CONFLICT (connection, kind, carrier, key) DO UPDATE SET name = excluded.name,
     external_id = excluded.external_id, fields = excluded.fields, gone_cause = NULL, gone_at = NULL,
       changed = CASE WHEN (source_group.name, source_group.external_id, source_group.fields) IS
       (excluded.name, excluded.external_id, excluded.fields) THEN source_group.changed ELSE ?2 END
     WHERE source_group.gone_at IS NOT NULL
     OR ((source_group.name IS NOT excluded.name OR source_group.external_id IS NOT excluded.external_id
       OR source_group.fields IS NOT excluded.fields)
       AND 'groups:' || excluded.kind || '/' || excluded.carrier NOT IN (SELECT value FROM json_each(?3)))`,
    connection,
    read,
    JSON.stringify(mentioned)
  )
}

/** What the vendor itself calls gone, complete read or not. */
export const takeGone = (sql: Statements, connection: number, now: number): void => {
  sql.run(
    `UPDATE source_customer SET gone_cause = s.cause, gone_at = ?2 FROM stage_gone s
     WHERE s.record = 'customer' AND source_customer.connection = ?1 AND source_customer.key = s.key
     AND source_customer.gone_cause IS NOT s.cause
       AND s.key NOT IN (SELECT key FROM stage_customer)`,
    connection,
    now
  )
  sql.run(
    `UPDATE source_group SET gone_cause = s.cause, gone_at = ?2 FROM stage_gone s
     WHERE s.record = 'group' AND source_group.connection = ?1 AND source_group.kind = s.kind
     AND source_group.carrier = s.carrier AND source_group.key = s.key AND source_group.gone_cause IS NOT s.cause`,
    connection,
    now
  )
}

/** Parts by what their reading proves: those of which nothing is unknown, and of these the ones that were listed whole. */
export interface Proved {
  readonly complete: ReadonlySet<string>
  readonly listed: ReadonlySet<string>
}

export const dropAbsentRecords = (sql: Statements, connection: number, now: number, { listed }: Proved): void => {
  if (listed.has("customers")) {
    sql.run(
      `UPDATE source_customer SET gone_cause = 'absent', gone_at = ?
        WHERE connection = ? AND gone_at IS NULL AND key NOT IN (SELECT key FROM stage_customer)
        AND key NOT IN (SELECT key FROM stage_doubt WHERE part = 'customers')`,
      now,
      connection
    )
  }
  for (const kind of sql.all("SELECT DISTINCT kind, carrier FROM source_group WHERE connection = ? AND gone_at IS NULL", connection)) {
    if (!listed.has(`groups:${String(kind["kind"])}/${String(kind["carrier"])}`)) continue
    sql.run(
      `UPDATE source_group SET gone_cause = 'absent', gone_at = ?1
        WHERE connection = ?2 AND kind = ?3 AND carrier = ?4 AND gone_at IS NULL
       AND key NOT IN (SELECT key FROM stage_group WHERE kind = ?3 AND carrier = ?4)
       AND id NOT IN (${RowDoubts.groups})`,
      now,
      connection,
      kind["kind"],
      kind["carrier"]
    )
  }
}

/** Of the kinds those whose memberships may be dropped: all that the read lacks, and those that a told record lacks. Nothing on their path is unknown. */
const provenKinds = ({ complete, listed }: Proved, relation: "memberships" | "inclusions", carrier: string, kinds: ReadonlyArray<string>) => {
  const proven = kinds.filter(
    (kind) =>
      complete.has(`${relation}:${kind}/${carrier}`) && complete.has(`groups:${kind}/${carrier}`) && (relation === "inclusions" || complete.has("customers"))
  )
  const isListed = (kind: string) => listed.has(`${relation}:${kind}/${carrier}`)
  return { whole: new Set(proven.filter(isListed)), reported: new Set(proven.filter((kind) => !isListed(kind))) }
}

export const takeMemberships = (sql: Statements, connection: number, read: number, proved: Proved): ReadonlyMap<string, number> => {
  sql.run(
    `INSERT OR IGNORE INTO resolved SELECT g.id, c.id FROM stage_membership s
     JOIN source_group g ON g.connection = ?1 AND g.kind = s.kind AND g.carrier = 'customer' AND g.key = s.key
     JOIN source_customer c ON c.connection = ?1 AND c.key = s.customer_key ORDER BY 1, 2`,
    connection
  )
  sql.run(
    `INSERT INTO source_membership SELECT r.group_id, r.member_id, ? FROM resolved r
     WHERE NOT EXISTS (SELECT 1 FROM source_membership m WHERE m.group_id = r.group_id
       AND m.source_customer_id = r.member_id)`,
    read
  )
  const kinds = sql.all("SELECT DISTINCT kind FROM source_group WHERE connection = ? AND carrier = 'customer'", connection).map((row) => String(row["kind"]))
  const { reported, whole } = provenKinds(proved, "memberships", "customer", kinds)
  const unseen = new Map<string, number>()
  for (const kind of kinds) {
    const lacked = (among: string) =>
      `SELECT m.group_id, m.source_customer_id FROM ${among} JOIN source_group g ON g.id = m.group_id
        WHERE g.connection = ?1 AND g.kind = ?2
       AND NOT EXISTS (SELECT 1 FROM resolved r WHERE r.group_id = m.group_id AND r.member_id = m.source_customer_id)
       AND ${RowDoubts.isSure("m.source_customer_id", `memberships:${kind}/customer`)}`
    const absent = lacked("source_membership m")
    const withdrawn = lacked(
      `reported t JOIN source_customer c ON t.record = 'customer' AND c.connection = ?1 AND c.key = t.key
        JOIN source_membership m ON m.source_customer_id = c.id`
    )
    if (whole.has(kind)) sql.run(`DELETE FROM source_membership WHERE (group_id, source_customer_id) IN (${absent})`, connection, kind)
    else if (reported.has(kind)) sql.run(`DELETE FROM source_membership WHERE (group_id, source_customer_id) IN (${withdrawn})`, connection, kind)
    else unseen.set(kind, Number(sql.get(`SELECT count(*) AS n FROM (${absent})`, connection, kind)?.["n"] ?? 0))
  }
  return unseen
}

export const takeInclusions = (sql: Statements, connection: number, read: number, proved: Proved): void => {
  sql.run("DELETE FROM resolved")
  sql.run(
    `INSERT OR IGNORE INTO resolved SELECT g.id, o.id FROM stage_inclusion s
     JOIN source_group g ON g.connection = ?1 AND g.kind = s.kind AND g.carrier = 'organization' AND g.key = s.key
     JOIN source_group o ON o.connection = ?1 AND o.kind = 'organization' AND o.carrier = 'customer'
     AND o.key = s.organization ORDER BY 1, 2`,
    connection
  )
  sql.run(
    `INSERT INTO source_inclusion SELECT group_id, member_id, ?
      FROM (SELECT group_id, member_id FROM resolved EXCEPT SELECT group_id, organization FROM source_inclusion)`,
    read
  )
  const kinds = sql
    .all("SELECT DISTINCT kind FROM source_group WHERE connection = ? AND carrier = 'organization'", connection)
    .map((row) => String(row["kind"]))
  const { reported, whole } = provenKinds(proved, "inclusions", "organization", kinds)
  for (const kind of [...whole, ...reported]) {
    const among = reported.has(kind)
      ? `AND i.organization IN (SELECT o.id FROM reported t JOIN source_group o ON o.connection = ?1 AND o.kind = t.kind
        AND o.carrier = t.carrier AND o.key = t.key
           WHERE t.record = 'group' AND t.kind = 'organization')`
      : ""
    sql.run(
      `DELETE FROM source_inclusion WHERE (group_id, organization) IN (
         SELECT i.group_id, i.organization FROM source_inclusion i JOIN source_group g ON g.id = i.group_id
         WHERE g.connection = ?1 AND g.kind = ?2 AND g.carrier = 'organization'
         AND ${RowDoubts.isSure("i.organization", `inclusions:${kind}/organization`)} ${among}
         EXCEPT SELECT group_id, member_id FROM resolved)`,
      connection,
      kind
    )
  }
}
