/** What explaining a row looks up, over SQLite: here the people; groups and rows stand in files of their own. Writes nothing. */
import type { CustomerRecord, Gone, LastRead } from "../../../src/model/Explanation.ts"
import type { Ambiguity } from "../../../src/model/Ambiguity.ts"
import type { SyncConfig } from "../../../src/config/Config.ts"
import * as Meaning from "../../../src/config/Meaning.ts"
import type { ExplanationStore, Hit, Person } from "../../../src/explain/ExplanationStore.ts"
import type { Database } from "../../database/Database.ts"
import type { Row, Statements } from "../../database/Statements.ts"
import * as ContributingGroups from "./ContributingGroups.ts"
import * as CandidateGroups from "./CandidateGroups.ts"
import * as CustomerIdentity from "../../reconcile/CustomerIdentity.ts"
import * as MembershipFacts from "./MembershipFacts.ts"
import { numberOf, textOf } from "../../database/Columns.ts"

const record = (side: CustomerRecord["side"], row: Row): CustomerRecord & { readonly number: number } => ({
  side,
  connection: String(row["connection"]),
  id: String(row["key"]),
  email: textOf(row["email"]),
  name: textOf(row["name"]),
  gone: row["gone_at"] !== null,
  number: Number(row["id"])
})

const columns = "c.id, k.name AS connection, c.key, c.email, c.name, c.gone_at"

const linkedTargets = `SELECT l.target_customer_id AS id, k.name AS connection FROM customer_link l
    JOIN connection k ON k.id = l.target_connection WHERE l.source_customer_id = ?`

const find = (sql: Statements, address: string | null, ids: string, connections: string): ReadonlyArray<Hit> => {
  const among = "c.connection IN (SELECT id FROM connection WHERE name IN (SELECT value FROM json_each(?3)))"
  const fits = (table: string) => `${among} AND c.id IN (
    SELECT f.id FROM connection n CROSS JOIN ${table} f ON f.connection = n.id AND f.address = ?1
    UNION SELECT f.id FROM connection n CROSS JOIN ${table} f ON f.connection = n.id
    AND f.key IN (SELECT value FROM json_each(?2)))`
  const byAddress = `'email', '${Meaning.otherAddress}'`
  const sources = sql
    .all(
      `SELECT ${columns} FROM source_customer c JOIN connection k ON k.id = c.connection
        WHERE ${fits("source_customer")}
       UNION SELECT ${columns} FROM customer_link l JOIN source_customer c ON c.id = l.source_customer_id
       JOIN connection k ON k.id = c.connection
         WHERE l.basis IN (${byAddress}) AND l.value = ?1 AND ${among}
       UNION SELECT ${columns} FROM source_address a JOIN source_customer c ON c.id = a.source_customer_id
       JOIN connection k ON k.id = c.connection
         WHERE a.address = ?1 AND ${among} ORDER BY 1`,
      address,
      ids,
      connections
    )
    .map((row) => record("source", row))
  const targets = sql
    .all(
      `SELECT ${columns} FROM target_customer c JOIN connection k ON k.id = c.connection
        WHERE ${fits("target_customer")} ORDER BY 1`,
      address,
      ids,
      connections
    )
    .map((row) => record("target", row))
  const targetsOf = (hit: CustomerRecord & { readonly number: number }): Hit["targets"] =>
    hit.side === "target"
      ? [{ connection: hit.connection, number: hit.number }]
      : sql.all(linkedTargets, hit.number).map((row) => ({ connection: String(row["connection"]), number: Number(row["id"]) }))
  return [...sources, ...targets].map((hit) => Object.assign(hit, { targets: targetsOf(hit) }))
}

/** The linked target customer; where nothing is linked yet, the only live one of the same address. */
const targetOf = (sql: Statements, to: number, hits: ReadonlyArray<Hit>): Person["customer"] => {
  const sources = JSON.stringify(hits.filter((hit) => hit.side === "source").map((hit) => hit.number))
  const linked = sql.get(
    `SELECT ${columns} FROM target_customer c JOIN connection k ON k.id = c.connection WHERE c.id IN (
       SELECT target_customer_id FROM linked WHERE source_customer_id IN (SELECT value FROM json_each(?2))
       UNION SELECT target_customer_id FROM customer_link WHERE target_connection = ?1
       AND source_customer_id IN (SELECT value FROM json_each(?2)))
     ORDER BY c.gone_at IS NOT NULL, c.id LIMIT 1`,
    to,
    sources
  )
  const own = JSON.stringify(hits.filter((hit) => hit.side === "target").map((hit) => hit.number))
  const asked =
    linked ??
    sql.get(
      `SELECT ${columns} FROM target_customer c JOIN connection k ON k.id = c.connection
        WHERE c.connection = ?1 AND c.id IN (SELECT value FROM json_each(?2))`,
      to,
      own
    )
  if (asked !== undefined) return record("target", asked)
  const same = sql.all(
    `SELECT DISTINCT ${columns} FROM source_customer s JOIN target_customer c ON c.connection = ?1
      AND c.address = s.address AND c.gone_at IS NULL JOIN connection k ON k.id = c.connection
     WHERE s.id IN (SELECT value FROM json_each(?2))`,
    to,
    sources
  )
  const [only] = same
  return only === undefined || same.length > 1 ? null : record("target", only)
}

const gone = (row: Row): Gone | null => (row["gone_at"] === null ? null : { cause: String(row["gone_cause"]) as Gone["cause"], at: Number(row["gone_at"]) })

/** The other customers that an ambiguous one is in doubt with: at the target, or of the same source. */
const candidates = (sql: Statements, to: number, row: Row): ReadonlyArray<Row> => {
  switch (row["ambiguity"] as Ambiguity) {
    case "several-targets":
    case "other-spelling":
      return sql.all(
        `SELECT id, key FROM target_customer WHERE connection = ?1 AND gone_at IS NULL
           AND (address = ?2 OR address IN (SELECT address FROM source_address WHERE source_customer_id = ?3))
           ORDER BY id LIMIT 5`,
        to,
        row["address"],
        row["id"]
      )
    case "shared-target":
      return sql.all(
        `WITH own AS (SELECT target_customer_id AS id FROM linked WHERE source_customer_id = ?3
           UNION SELECT id FROM target_customer WHERE connection = ?1 AND gone_at IS NULL
             AND (address = ?4 OR address IN (SELECT address FROM source_address WHERE source_customer_id = ?3)))
         SELECT d.key FROM ambiguous_customer h JOIN active_customer d ON d.id = h.source_customer_id
         AND d.connection = ?2 AND d.id <> ?3 LEFT JOIN linked l ON l.source_customer_id = d.id
         WHERE l.target_customer_id IN (SELECT id FROM own) OR (l.target_customer_id IS NULL
           AND EXISTS (SELECT 1 FROM own JOIN target_customer t ON t.id = own.id
           WHERE t.address = d.address OR t.address IN (SELECT address FROM source_address
             WHERE source_customer_id = d.id))) ORDER BY d.id LIMIT 5`,
        to,
        row["source_connection"],
        row["id"],
        row["address"]
      )
    case "address-taken":
      return sql.all(
        `SELECT key FROM active_customer d WHERE connection = ?1 AND id <> ?2
          AND (address = ?3 OR id IN (SELECT source_customer_id FROM linked WHERE connection = ?1 AND value = ?4))
          ORDER BY id LIMIT 5`,
        row["source_connection"],
        row["id"],
        row["link_value"],
        row["address"]
      )
  }
}

const sourcePerson = (sql: Statements, to: number, row: Row): Person["people"][number] => ({
  ...record("source", row),
  staff: row["role"] !== "customer",
  excluded: textOf(row["excluded"]),
  goneHow: gone(row),
  link:
    row["target_key"] === null
      ? null
      : {
          target: String(row["target_key"]),
          basis: String(row["basis"]),
          value: textOf(row["link_value"]),
          since: row["link_since"] === null ? null : Number(row["link_since"])
        },
  lookup: row["asked_at"] === null ? null : { askedAt: Number(row["asked_at"]), nextAt: Number(row["next_at"]), misses: Number(row["misses"]) },
  ambiguous: row["ambiguity"] === null ? null : { reason: row["ambiguity"] as Ambiguity, candidates: candidates(sql, to, row).map((one) => String(one["key"])) }
})

const sourcesOf = (sql: Statements, sync: SyncConfig, to: number, hits: ReadonlyArray<Hit>, customer: Person["customer"]): Person["people"] => {
  const rows = sql.all(
    `SELECT ${columns}, c.connection AS source_connection, c.address, c.role, c.excluded, c.gone_cause,
      h.reason AS ambiguity,
       CASE WHEN n.source_customer_id IS NULL THEN l.basis ELSE n.basis END AS basis, CASE
       WHEN n.source_customer_id IS NULL THEN l.value ELSE n.value END AS link_value,
       CASE WHEN n.source_customer_id IS NULL THEN l.since ELSE n.since END AS link_since, t.key AS target_key,
       u.asked_at, u.next_at, u.misses
     FROM source_customer c JOIN connection k ON k.id = c.connection
     LEFT JOIN ambiguous_customer h ON h.source_customer_id = c.id
     LEFT JOIN linked n ON n.source_customer_id = c.id LEFT JOIN customer_link l ON l.source_customer_id = c.id
     AND l.target_connection = ?1
     LEFT JOIN target_customer t ON t.id = coalesce(n.target_customer_id, l.target_customer_id)
     LEFT JOIN lookup u ON u.connection = ?1 AND u.address = c.address
     WHERE k.name IN (SELECT value FROM json_each(?2)) AND c.id IN (SELECT value FROM json_each(?3)
       UNION SELECT source_customer_id FROM linked WHERE target_customer_id = ?4
       UNION SELECT source_customer_id FROM customer_link WHERE target_customer_id = ?4)
       ORDER BY c.gone_at IS NOT NULL, c.id`,
    to,
    JSON.stringify(sync.from),
    JSON.stringify(hits.filter((hit) => hit.side === "source").map((hit) => hit.number)),
    customer?.number ?? null
  )
  return rows.map((row) => sourcePerson(sql, to, row))
}

const reads = (sql: Statements, sync: SyncConfig): ReadonlyArray<LastRead> =>
  sync.from.flatMap((connection) => {
    const id = numberOf(sql, "connection", connection)
    const read = sql.get("SELECT id, ended_at, complete FROM read WHERE connection = ? AND ended_at IS NOT NULL ORDER BY id DESC LIMIT 1", id)
    if (read === undefined) return []
    const broken = sql.all("SELECT name, reason FROM read_stream WHERE read = ? AND complete = 0 ORDER BY name", read["id"])
    return [
      {
        connection,
        at: Number(read["ended_at"]),
        complete: read["complete"] === 1,
        incomplete: broken.map((row) => `${String(row["name"])}${row["reason"] === null ? "" : `: ${String(row["reason"])}`}`)
      }
    ]
  })

const rulesSince = (sql: Statements, sync: SyncConfig): number | null => {
  const row = sql.get("SELECT b.at, b.meaning FROM baseline b JOIN sync s ON s.id = b.sync WHERE s.name = ?", sync.name)
  return row !== undefined && row["meaning"] === JSON.stringify(sync.meaning) ? Number(row["at"]) : null
}

export const make = (database: Database): typeof ExplanationStore.Service => ({
  find: ({ address, ids }, connections) => database.use((sql) => find(sql, address, JSON.stringify(ids), JSON.stringify(connections))),
  person: (sync, customers, hits) =>
    database.use((sql) => {
      const to = numberOf(sql, "connection", sync.to)
      if (customers !== null) CustomerIdentity.suppose(sql, { sync, customers })
      const customer = targetOf(sql, to, hits)
      return { customer, people: sourcesOf(sql, sync, to, hits, customer) }
    }),
  groupsOf: (sync, person) => database.use((sql) => CandidateGroups.ofPerson(sql, sync, person)),
  groupsNamed: (sync, text) => database.use((sql) => CandidateGroups.named(sql, sync, text)),
  row: (sync, person, group) => database.use((sql) => MembershipFacts.row(sql, sync, person, group)),
  behind: (sync, person, group) => database.use((sql) => ContributingGroups.behind(sql, sync, person, group)),
  reads: (sync) => database.use((sql) => reads(sql, sync)),
  rulesSince: (sync) => database.use((sql) => rulesSince(sql, sync))
})
