/** The snapshot of the sources over SQLite. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { type NextCursor, type PartVerdict, partText, type SnapshotStore, type StreamVerdict } from "../src/read/SnapshotStore.ts"
import * as Absent from "./Absent.ts"
import * as Awaited from "./Awaited.ts"
import { connectionId } from "./Connections.ts"
import type { Database, Statements } from "./Database.ts"
import * as Staging from "./Staging.ts"

/** Writes only rows that differ, so that a read without changes writes nothing. */
const takeCustomers = (sql: Statements, connection: number, read: number): void => {
  sql.run(
    `INSERT INTO source_customer (connection, key, email, address, external_id, name, role, excluded, suspended, verified, fields, since, changed)
     SELECT ?1, key, email, address, external_id, name, role, excluded, suspended, verified, fields, ?2, ?2 FROM stage_customer WHERE true GROUP BY key
     ON CONFLICT (connection, key) DO UPDATE SET email = excluded.email, address = excluded.address, external_id = excluded.external_id, name = excluded.name,
       role = excluded.role, excluded = excluded.excluded, suspended = excluded.suspended, verified = excluded.verified, fields = excluded.fields,
       changed = excluded.changed, gone_cause = NULL, gone_at = NULL
     WHERE source_customer.email IS NOT excluded.email OR source_customer.external_id IS NOT excluded.external_id OR source_customer.name IS NOT excluded.name
       OR source_customer.role IS NOT excluded.role OR source_customer.excluded IS NOT excluded.excluded OR source_customer.suspended IS NOT excluded.suspended
       OR source_customer.verified IS NOT excluded.verified OR source_customer.fields IS NOT excluded.fields OR source_customer.gone_at IS NOT NULL`,
    connection,
    read
  )
}

/** Of kinds in `mentioned` only those that are not known are taken: whoever names a tag says nothing on how it is spelt. */
const takeGroups = (sql: Statements, connection: number, read: number, mentioned: ReadonlyArray<string>): void => {
  sql.run(
    `INSERT INTO source_group (connection, kind, carrier, key, name, external_id, fields, since)
     SELECT ?1, kind, carrier, key, min(name), external_id, fields, ?2 FROM stage_group WHERE true GROUP BY kind, carrier, key
     ON CONFLICT (connection, kind, carrier, key) DO UPDATE SET name = excluded.name, external_id = excluded.external_id, fields = excluded.fields, gone_cause = NULL, gone_at = NULL
     WHERE source_group.gone_at IS NOT NULL OR ((source_group.name IS NOT excluded.name OR source_group.external_id IS NOT excluded.external_id OR source_group.fields IS NOT excluded.fields)
       AND 'groups:' || excluded.kind || '/' || excluded.carrier NOT IN (SELECT value FROM json_each(?3)))`,
    connection,
    read,
    JSON.stringify(mentioned)
  )
}

/** What the vendor itself calls gone, complete read or not. */
const takeGone = (sql: Statements, connection: number, now: number): void => {
  sql.run(
    `UPDATE source_customer SET gone_cause = s.cause, gone_at = ?2 FROM stage_gone s
     WHERE s.record = 'customer' AND source_customer.connection = ?1 AND source_customer.key = s.key AND source_customer.gone_cause IS NOT s.cause
       AND s.key NOT IN (SELECT key FROM stage_customer)`,
    connection,
    now
  )
  sql.run(
    `UPDATE source_group SET gone_cause = s.cause, gone_at = ?2 FROM stage_gone s
     WHERE s.record = 'group' AND source_group.connection = ?1 AND source_group.kind = s.kind AND source_group.carrier = s.carrier AND source_group.key = s.key AND source_group.gone_cause IS NOT s.cause`,
    connection,
    now
  )
}

/** Parts by what their reading proves: those of which nothing is unknown, and of these the ones that were listed whole. */
interface Proved {
  readonly complete: ReadonlySet<string>
  readonly listed: ReadonlySet<string>
}

const dropAbsentRecords = (sql: Statements, connection: number, now: number, { listed }: Proved): void => {
  if (listed.has("customers")) {
    sql.run(
      "UPDATE source_customer SET gone_cause = 'absent', gone_at = ? WHERE connection = ? AND gone_at IS NULL AND key NOT IN (SELECT key FROM stage_customer)",
      now,
      connection
    )
  }
  for (const kind of sql.all("SELECT DISTINCT kind, carrier FROM source_group WHERE connection = ? AND gone_at IS NULL", connection)) {
    if (!listed.has(`groups:${String(kind["kind"])}/${String(kind["carrier"])}`)) continue
    sql.run(
      `UPDATE source_group SET gone_cause = 'absent', gone_at = ?1 WHERE connection = ?2 AND kind = ?3 AND carrier = ?4 AND gone_at IS NULL
       AND key NOT IN (SELECT key FROM stage_group WHERE kind = ?3 AND carrier = ?4)`,
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
  return { whole: new Set(proven.filter(isListed)), told: new Set(proven.filter((kind) => !isListed(kind))) }
}

const takeMemberships = (sql: Statements, connection: number, read: number, proved: Proved): ReadonlyMap<string, number> => {
  sql.run(
    `INSERT OR IGNORE INTO resolved SELECT g.id, c.id FROM stage_membership s
     JOIN source_group g ON g.connection = ?1 AND g.kind = s.kind AND g.carrier = 'customer' AND g.key = s.key
     JOIN source_customer c ON c.connection = ?1 AND c.key = s.customer ORDER BY 1, 2`,
    connection
  )
  sql.run(
    `INSERT INTO source_membership SELECT r.grp, r.customer, ? FROM resolved r
     WHERE NOT EXISTS (SELECT 1 FROM source_membership m WHERE m.grp = r.grp AND m.customer = r.customer)`,
    read
  )
  const kinds = sql.all("SELECT DISTINCT kind FROM source_group WHERE connection = ? AND carrier = 'customer'", connection).map((row) => String(row["kind"]))
  const { told, whole } = provenKinds(proved, "memberships", "customer", kinds)
  const unseen = new Map<string, number>()
  for (const kind of kinds) {
    const lacked = (among: string) =>
      `SELECT m.grp, m.customer FROM ${among} JOIN source_group g ON g.id = m.grp WHERE g.connection = ?1 AND g.kind = ?2
       AND NOT EXISTS (SELECT 1 FROM resolved r WHERE r.grp = m.grp AND r.customer = m.customer)`
    const absent = lacked("source_membership m")
    const withdrawn = lacked(
      "told t JOIN source_customer c ON t.record = 'customer' AND c.connection = ?1 AND c.key = t.key JOIN source_membership m ON m.customer = c.id"
    )
    if (whole.has(kind)) sql.run(`DELETE FROM source_membership WHERE (grp, customer) IN (${absent})`, connection, kind)
    else if (told.has(kind)) sql.run(`DELETE FROM source_membership WHERE (grp, customer) IN (${withdrawn})`, connection, kind)
    else unseen.set(kind, Number(sql.get(`SELECT count(*) AS n FROM (${absent})`, connection, kind)?.["n"] ?? 0))
  }
  return unseen
}

const takeInclusions = (sql: Statements, connection: number, read: number, proved: Proved): void => {
  sql.run("DELETE FROM resolved")
  sql.run(
    `INSERT OR IGNORE INTO resolved SELECT g.id, o.id FROM stage_inclusion s
     JOIN source_group g ON g.connection = ?1 AND g.kind = s.kind AND g.carrier = 'organization' AND g.key = s.key
     JOIN source_group o ON o.connection = ?1 AND o.kind = 'organization' AND o.carrier = 'customer' AND o.key = s.organization ORDER BY 1, 2`,
    connection
  )
  sql.run(
    "INSERT INTO source_inclusion SELECT grp, customer, ? FROM (SELECT grp, customer FROM resolved EXCEPT SELECT grp, organization FROM source_inclusion)",
    read
  )
  const kinds = sql
    .all("SELECT DISTINCT kind FROM source_group WHERE connection = ? AND carrier = 'organization'", connection)
    .map((row) => String(row["kind"]))
  const { told, whole } = provenKinds(proved, "inclusions", "organization", kinds)
  for (const kind of [...whole, ...told]) {
    const among = told.has(kind)
      ? `AND i.organization IN (SELECT o.id FROM told t JOIN source_group o ON o.connection = ?1 AND o.kind = t.kind AND o.carrier = t.carrier AND o.key = t.key
           WHERE t.record = 'group' AND t.kind = 'organization')`
      : ""
    sql.run(
      `DELETE FROM source_inclusion WHERE (grp, organization) IN (
         SELECT i.grp, i.organization FROM source_inclusion i JOIN source_group g ON g.id = i.grp WHERE g.connection = ?1 AND g.kind = ?2 ${among} EXCEPT SELECT grp, customer FROM resolved)`,
      connection,
      kind
    )
  }
}

const storeVerdicts = (
  sql: Statements,
  connection: number,
  read: number,
  now: number,
  streams: ReadonlyArray<StreamVerdict>,
  parts: ReadonlyArray<PartVerdict>
): void => {
  sql.run("UPDATE read SET ended_at = ?, complete = ? WHERE id = ?", now, parts.every((part) => part.complete) ? 1 : 0, read)
  for (const stream of streams)
    sql.run(
      "INSERT INTO read_stream (read, name, rows, complete, reason, changes) VALUES (?, ?, ?, ?, ?, ?)",
      read,
      stream.name,
      stream.rows,
      stream.complete ? 1 : 0,
      stream.reason,
      stream.kind === "changes" ? 1 : 0
    )
  sql.run("DELETE FROM read_part WHERE connection = ?", connection)
  for (const { by, complete, part, reason } of parts)
    sql.run(
      "INSERT OR REPLACE INTO read_part (connection, part, complete, reason, changes) VALUES (?, ?, ?, ?, ?)",
      connection,
      partText(part),
      complete ? 1 : 0,
      reason,
      by === "list" ? 0 : 1
    )
}

/** A cursor that continues changes keeps the full read that it began with. */
const storeCursors = (sql: Statements, connection: number, read: number, basis: string, next: ReadonlyArray<NextCursor>): void => {
  for (const { kind, stream, value } of next) {
    if (value === null) sql.run("DELETE FROM cursor WHERE connection = ? AND stream = ?", connection, stream)
    else if (kind === "changes") sql.run("UPDATE cursor SET value = ?, read = ? WHERE connection = ? AND stream = ?", value, read, connection, stream)
    else
      sql.run(
        "INSERT OR REPLACE INTO cursor (connection, stream, value, read, basis, full_read) VALUES (?1, ?2, ?3, ?4, ?5, ?4)",
        connection,
        stream,
        value,
        read,
        basis
      )
  }
}

export const make = (database: Database): typeof SnapshotStore.Service => ({
  begin: (name) =>
    Effect.flatMap(Clock.currentTimeMillis, (now) =>
      database.atomically((sql) => {
        Staging.clear(sql)
        return sql.insert("INSERT INTO read (connection, started_at) VALUES (?, ?)", connectionId(sql, name), now)
      })
    ),
  cursors: (name, basis) =>
    database.use((sql) =>
      sql
        .all(
          `SELECT k.stream, k.value, r.started_at AS read_at, f.started_at AS full_at FROM cursor k JOIN read r ON r.id = k.read JOIN read f ON f.id = k.full_read
           WHERE k.connection = ? AND k.basis = ?`,
          connectionId(sql, name),
          basis
        )
        .map((row) => ({ stream: String(row["stream"]), value: String(row["value"]), readAt: Number(row["read_at"]), fullAt: Number(row["full_at"]) }))
    ),
  isAwaited: (name, syncs) => Effect.flatMap(Clock.currentTimeMillis, (now) => database.use((sql) => Awaited.any(sql, connectionId(sql, name), syncs, now))),
  stage: (records, telling) => database.use((sql) => Staging.add(sql, records, telling)),
  unstage: (telling) => database.atomically((sql) => Staging.unstage(sql, telling)),
  missingCustomers: (name, limit, known) =>
    database.use((sql) => {
      const missing = `SELECT DISTINCT s.customer AS key FROM stage_membership s WHERE s.customer NOT IN (SELECT key FROM stage_customer)
        AND s.customer NOT IN (SELECT key FROM stage_gone WHERE record = 'customer')
        ${known ? `AND NOT EXISTS (SELECT 1 FROM source_customer c WHERE c.connection = ${connectionId(sql, name)} AND c.key = s.customer AND c.gone_at IS NULL)` : ""}`
      const count = Number(sql.get(`SELECT count(*) AS n FROM (${missing})`)?.["n"] ?? 0)
      return { count, keys: count === 0 ? [] : sql.all(`${missing} ORDER BY 1 LIMIT ?`, limit).map((row) => String(row["key"])) }
    }),
  lacks: (name, parts) => database.use((sql) => Absent.any(sql, connectionId(sql, name), parts)),
  missingGroups: () =>
    database.use((sql) =>
      sql
        .all(
          `SELECT kind, count(*) AS n, min(key) AS example FROM stage_membership
           WHERE (kind, key) NOT IN (SELECT kind, key FROM stage_group WHERE carrier = 'customer' UNION ALL SELECT kind, key FROM stage_gone WHERE record = 'group')
           GROUP BY kind`
        )
        .map((row) => ({ kind: String(row["kind"]), count: Number(row["n"]), example: String(row["example"]) }))
    ),
  finish: (name, read, streams, parts, cursors) =>
    Effect.flatMap(Clock.currentTimeMillis, (now) =>
      database.atomically((sql) => {
        const connection = connectionId(sql, name)
        const named = (of: (part: PartVerdict) => boolean) => parts.filter(of).map((part) => partText(part.part))
        const proved: Proved = {
          complete: new Set(named((part) => part.complete)),
          listed: new Set(named((part) => part.complete && part.by === "list"))
        }
        Staging.settle(sql)
        takeCustomers(sql, connection, read)
        takeGroups(
          sql,
          connection,
          read,
          named((part) => part.by === "mentions")
        )
        takeGone(sql, connection, now)
        dropAbsentRecords(sql, connection, now, proved)
        const unseen = takeMemberships(sql, connection, read, proved)
        takeInclusions(sql, connection, read, proved)
        storeVerdicts(sql, connection, read, now, streams, parts)
        storeCursors(sql, connection, read, cursors.basis, cursors.next)
        Staging.clear(sql)
        const reasons = [...new Set(parts.flatMap((part) => (part.reason === null ? [] : [part.reason])))]
        const memberships = [...unseen.values()].reduce((sum, n) => sum + n, 0)
        return reasons.map((reason, index) => ({ reason, memberships: index === 0 ? memberships : 0 }))
      })
    )
})
