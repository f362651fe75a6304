/** The snapshot of the sources over SQLite. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type { SourceRecord } from "../src/contract/Source.ts"
import * as Address from "../src/model/Address.ts"
import { type PartVerdict, partText, type SnapshotStore, type StreamVerdict } from "../src/read/SnapshotStore.ts"
import * as Absent from "./Absent.ts"
import { connectionId } from "./Connections.ts"
import type { Database, Statements } from "./Database.ts"

const stageRecord = (sql: Statements, record: SourceRecord): void => {
  switch (record._tag) {
    case "Customer": {
      const { customer } = record
      sql.run(
        "INSERT INTO stage_customer VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        customer.id,
        customer.email,
        Address.normalise(customer.email),
        customer.externalId,
        customer.name,
        customer.role,
        customer.excluded,
        customer.suspended ? 1 : 0,
        customer.verified ? 1 : 0,
        JSON.stringify(customer.fields)
      )
      return
    }
    case "Group": {
      const { group } = record
      sql.run(
        "INSERT INTO stage_group VALUES (?, ?, ?, ?, ?, ?)",
        group.kind,
        group.carrier,
        group.id,
        group.name,
        group.externalId,
        JSON.stringify(group.fields)
      )
      return
    }
    case "Membership":
      sql.run("INSERT INTO stage_membership VALUES (?, ?, ?)", record.group.kind, record.group.id, record.customer)
      return
    case "Inclusion":
      sql.run("INSERT INTO stage_inclusion VALUES (?, ?, ?)", record.group.kind, record.group.id, record.organization.id)
      return
    case "Gone":
      if (record.record === "customer") sql.run("INSERT INTO stage_gone VALUES ('customer', NULL, NULL, ?, ?)", record.id, record.cause)
      else sql.run("INSERT INTO stage_gone VALUES ('group', ?, ?, ?, ?)", record.key.kind, record.key.carrier, record.key.id, record.cause)
  }
}

const stageTables = ["stage_customer", "stage_group", "stage_membership", "stage_inclusion", "stage_gone", "resolved"]

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

const takeGroups = (sql: Statements, connection: number, read: number): void => {
  sql.run(
    `INSERT INTO source_group (connection, kind, carrier, key, name, external_id, fields, since)
     SELECT ?1, kind, carrier, key, min(name), external_id, fields, ?2 FROM stage_group WHERE true GROUP BY kind, carrier, key
     ON CONFLICT (connection, kind, carrier, key) DO UPDATE SET name = excluded.name, external_id = excluded.external_id, fields = excluded.fields, gone_cause = NULL, gone_at = NULL
     WHERE source_group.name IS NOT excluded.name OR source_group.external_id IS NOT excluded.external_id OR source_group.fields IS NOT excluded.fields OR source_group.gone_at IS NOT NULL`,
    connection,
    read
  )
}

/** What the vendor itself calls gone, complete read or not. */
const takeGone = (sql: Statements, connection: number, now: number): void => {
  sql.run(
    `UPDATE source_customer SET gone_cause = s.cause, gone_at = ?2 FROM stage_gone s
     WHERE s.record = 'customer' AND source_customer.connection = ?1 AND source_customer.key = s.key AND source_customer.gone_cause IS NOT s.cause
       AND NOT EXISTS (SELECT 1 FROM stage_customer c WHERE c.key = s.key)`,
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

const dropAbsentRecords = (sql: Statements, connection: number, now: number, complete: ReadonlySet<string>): void => {
  if (complete.has("customers")) {
    sql.run(
      "UPDATE source_customer SET gone_cause = 'absent', gone_at = ? WHERE connection = ? AND gone_at IS NULL AND key NOT IN (SELECT key FROM stage_customer)",
      now,
      connection
    )
  }
  for (const kind of sql.all("SELECT DISTINCT kind, carrier FROM source_group WHERE connection = ? AND gone_at IS NULL", connection)) {
    if (!complete.has(`groups:${String(kind["kind"])}/${String(kind["carrier"])}`)) continue
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

/** The kinds whose memberships may be dropped by absence: every stream on their path is complete. */
const provenKinds = (
  complete: ReadonlySet<string>,
  relation: "memberships" | "inclusions",
  carrier: string,
  kinds: ReadonlyArray<string>
): ReadonlyArray<string> =>
  kinds.filter(
    (kind) =>
      complete.has(`${relation}:${kind}/${carrier}`) && complete.has(`groups:${kind}/${carrier}`) && (relation === "inclusions" || complete.has("customers"))
  )

const takeMemberships = (sql: Statements, connection: number, read: number, complete: ReadonlySet<string>): ReadonlyMap<string, number> => {
  sql.run(
    `INSERT OR IGNORE INTO resolved SELECT g.id, c.id FROM stage_membership s
     JOIN source_group g ON g.connection = ?1 AND g.kind = s.kind AND g.carrier = 'customer' AND g.key = s.key
     JOIN source_customer c ON c.connection = ?1 AND c.key = s.customer ORDER BY 1, 2`,
    connection
  )
  sql.run(
    "INSERT INTO source_membership SELECT grp, customer, ? FROM (SELECT grp, customer FROM resolved EXCEPT SELECT grp, customer FROM source_membership)",
    read
  )
  const kinds = sql.all("SELECT DISTINCT kind FROM source_group WHERE connection = ? AND carrier = 'customer'", connection).map((row) => String(row["kind"]))
  const proven = new Set(provenKinds(complete, "memberships", "customer", kinds))
  const unseen = new Map<string, number>()
  for (const kind of kinds) {
    const absent = `SELECT m.grp, m.customer FROM source_membership m JOIN source_group g ON g.id = m.grp WHERE g.connection = ? AND g.kind = ? EXCEPT SELECT grp, customer FROM resolved`
    if (proven.has(kind)) sql.run(`DELETE FROM source_membership WHERE (grp, customer) IN (${absent})`, connection, kind)
    else unseen.set(kind, Number(sql.get(`SELECT count(*) AS n FROM (${absent})`, connection, kind)?.["n"] ?? 0))
  }
  return unseen
}

const takeInclusions = (sql: Statements, connection: number, read: number, complete: ReadonlySet<string>): void => {
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
  for (const kind of provenKinds(complete, "inclusions", "organization", kinds)) {
    sql.run(
      `DELETE FROM source_inclusion WHERE (grp, organization) IN (
         SELECT i.grp, i.organization FROM source_inclusion i JOIN source_group g ON g.id = i.grp WHERE g.connection = ? AND g.kind = ? EXCEPT SELECT grp, customer FROM resolved)`,
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
    sql.run("INSERT INTO read_stream VALUES (?, ?, ?, ?, ?)", read, stream.name, stream.rows, stream.complete ? 1 : 0, stream.reason)
  sql.run("DELETE FROM read_part WHERE connection = ?", connection)
  for (const part of parts) sql.run("INSERT OR REPLACE INTO read_part VALUES (?, ?, ?, ?)", connection, partText(part.part), part.complete ? 1 : 0, part.reason)
}

export const make = (database: Database): typeof SnapshotStore.Service => ({
  begin: (name) =>
    Effect.flatMap(Clock.currentTimeMillis, (now) =>
      database.atomically((sql) => {
        for (const table of stageTables) sql.run(`DELETE FROM ${table}`)
        return sql.insert("INSERT INTO read (connection, started_at) VALUES (?, ?)", connectionId(sql, name), now)
      })
    ),
  stage: (records) =>
    database.atomically((sql) => {
      for (const record of records) stageRecord(sql, record)
    }),
  missingCustomers: (name, limit) =>
    database.use((sql) => {
      const missing = `SELECT DISTINCT s.customer AS key FROM stage_membership s WHERE s.customer NOT IN (SELECT key FROM stage_customer)
        AND NOT EXISTS (SELECT 1 FROM stage_gone g WHERE g.record = 'customer' AND g.key = s.customer)`
      const count = Number(sql.get(`SELECT count(*) AS n FROM (${missing})`)?.["n"] ?? 0)
      connectionId(sql, name)
      return { count, keys: sql.all(`${missing} ORDER BY 1 LIMIT ?`, limit).map((row) => String(row["key"])) }
    }),
  lacks: (name, parts) => database.use((sql) => Absent.any(sql, connectionId(sql, name), parts)),
  missingGroups: () =>
    database.use((sql) =>
      sql
        .all(
          `SELECT s.kind, sum(s.n) AS n, min(s.key) AS example FROM (SELECT kind, key, count(*) AS n FROM stage_membership GROUP BY kind, key) s
           LEFT JOIN (SELECT DISTINCT kind, key FROM stage_group WHERE carrier = 'customer' UNION SELECT kind, key FROM stage_gone WHERE record = 'group') g ON g.kind = s.kind AND g.key = s.key
           WHERE g.key IS NULL GROUP BY s.kind`
        )
        .map((row) => ({ kind: String(row["kind"]), count: Number(row["n"]), example: String(row["example"]) }))
    ),
  finish: (name, read, streams, parts) =>
    Effect.flatMap(Clock.currentTimeMillis, (now) =>
      database.atomically((sql) => {
        const connection = connectionId(sql, name)
        const complete = new Set(parts.filter((part) => part.complete).map((part) => partText(part.part)))
        takeCustomers(sql, connection, read)
        takeGroups(sql, connection, read)
        takeGone(sql, connection, now)
        dropAbsentRecords(sql, connection, now, complete)
        const unseen = takeMemberships(sql, connection, read, complete)
        takeInclusions(sql, connection, read, complete)
        storeVerdicts(sql, connection, read, now, streams, parts)
        for (const table of stageTables) sql.run(`DELETE FROM ${table}`)
        const reasons = [...new Set(parts.flatMap((part) => (part.reason === null ? [] : [part.reason])))]
        const memberships = [...unseen.values()].reduce((sum, n) => sum + n, 0)
        return reasons.map((reason, index) => ({ reason, memberships: index === 0 ? memberships : 0 }))
      })
    )
})
