/** What explaining a row looks up, over SQLite: here the people; groups and rows stand in files of their own. Writes nothing. */
import type { CustomerRecord, Gone, LastRead, SourcePerson } from "../src/model/Explanation.ts"
import type { SyncConfig } from "../src/config/Config.ts"
import * as Meaning from "../src/config/Meaning.ts"
import type { Explanation, Hit, Person } from "../src/run/Explanation.ts"
import type { Database, Row, Statements } from "./Database.ts"
import * as ExplainedBehind from "./ExplainedBehind.ts"
import * as ExplainedGroups from "./ExplainedGroups.ts"
import * as ExplainedRows from "./ExplainedRows.ts"
import { numberOf, textOf } from "./Explained.ts"

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

const linkedTargets =
  "SELECT l.target_customer AS id, k.name AS connection FROM customer_link l JOIN connection k ON k.id = l.target_connection WHERE l.source_customer = ?"

const find = (sql: Statements, address: string | null, ids: string, connections: string): ReadonlyArray<Hit> => {
  const among = "c.connection IN (SELECT id FROM connection WHERE name IN (SELECT value FROM json_each(?3)))"
  const fits = `${among} AND (c.address = ?1 OR c.key IN (SELECT value FROM json_each(?2)))`
  const byAddress = `'email', '${Meaning.otherAddress}'`
  const sources = sql
    .all(
      `SELECT ${columns} FROM source_customer c JOIN connection k ON k.id = c.connection WHERE ${fits}
       UNION SELECT ${columns} FROM customer_link l JOIN source_customer c ON c.id = l.source_customer JOIN connection k ON k.id = c.connection
         WHERE l.basis IN (${byAddress}) AND l.value = ?1 AND ${among}
       UNION SELECT ${columns} FROM source_address a JOIN source_customer c ON c.id = a.customer JOIN connection k ON k.id = c.connection
         WHERE a.address = ?1 AND ${among} ORDER BY 1`,
      address,
      ids,
      connections
    )
    .map((row) => record("source", row))
  const targets = sql
    .all(`SELECT ${columns} FROM target_customer c JOIN connection k ON k.id = c.connection WHERE ${fits} ORDER BY 1`, address, ids, connections)
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
    `SELECT ${columns} FROM customer_link l JOIN target_customer c ON c.id = l.target_customer JOIN connection k ON k.id = c.connection
     WHERE l.target_connection = ?1 AND l.source_customer IN (SELECT value FROM json_each(?2)) ORDER BY c.gone_at IS NOT NULL, c.id LIMIT 1`,
    to,
    sources
  )
  const own = JSON.stringify(hits.filter((hit) => hit.side === "target").map((hit) => hit.number))
  const asked =
    linked ??
    sql.get(
      `SELECT ${columns} FROM target_customer c JOIN connection k ON k.id = c.connection WHERE c.connection = ?1 AND c.id IN (SELECT value FROM json_each(?2))`,
      to,
      own
    )
  if (asked !== undefined) return record("target", asked)
  const same = sql.all(
    `SELECT DISTINCT ${columns} FROM source_customer s JOIN target_customer c ON c.connection = ?1 AND c.address = s.address AND c.gone_at IS NULL JOIN connection k ON k.id = c.connection
     WHERE s.id IN (SELECT value FROM json_each(?2))`,
    to,
    sources
  )
  const [only] = same
  return only === undefined || same.length > 1 ? null : record("target", only)
}

const gone = (row: Row): Gone | null => (row["gone_at"] === null ? null : { cause: String(row["gone_cause"]) as Gone["cause"], at: Number(row["gone_at"]) })

const live = "gone_at IS NULL AND role = 'customer' AND excluded IS NULL"

/** Target customers that a source customer could be as well, or other source customers who could be the same one: then nobody is matched. */
const ambiguity = (sql: Statements, to: number, row: Row): SourcePerson["ambiguous"] => {
  if (row["gone_at"] !== null || row["role"] !== "customer" || row["excluded"] !== null) return null
  const keys = (rows: ReadonlyArray<Row>) => rows.map((item) => String(item["key"]))
  const same = sql.all("SELECT id, key FROM target_customer WHERE connection = ? AND address = ? AND gone_at IS NULL ORDER BY id LIMIT 5", to, row["address"])
  if (row["target_key"] === null && same.length > 1) return { reason: "several customers at the target have this e-mail address", candidates: keys(same) }
  const others =
    row["target_key"] !== null || same.length > 0
      ? []
      : sql.all(
          "SELECT t.id, t.key FROM source_address a JOIN target_customer t ON t.connection = ? AND t.address = a.address AND t.gone_at IS NULL WHERE a.customer = ? ORDER BY t.id LIMIT 5",
          to,
          row["id"]
        )
  if (others.length > 1) return { reason: "several customers at the target have one of this customer's e-mail addresses", candidates: keys(others) }
  const rivals = keys(
    sql.all(
      `SELECT d.key FROM source_customer d LEFT JOIN customer_link l ON l.source_customer = d.id AND l.target_connection = ?1
       WHERE d.connection = ?2 AND d.id <> ?3 AND d.${live.replaceAll(" AND ", " AND d.")} AND (l.target_customer = ?4 OR (l.target_customer IS NULL AND EXISTS (SELECT 1 FROM target_customer t WHERE t.id = ?4
         AND (t.address = d.address OR t.address IN (SELECT address FROM source_address WHERE customer = d.id))))) ORDER BY d.id LIMIT 5`,
      to,
      row["source_connection"],
      row["id"],
      row["target_id"] ?? same[0]?.["id"] ?? others[0]?.["id"] ?? null
    )
  )
  if (rivals.length > 0) return { reason: "several customers of this source match one customer at the target", candidates: rivals }
  const taken = keys(
    sql.all(
      `SELECT DISTINCT d.key FROM customer_link l JOIN source_customer c ON c.id = l.source_customer AND c.connection = ?2 AND c.gone_at IS NULL AND c.address IS NOT l.value
       JOIN source_customer d ON d.connection = ?2 AND d.address = l.value AND d.id <> c.id AND d.${live.replaceAll(" AND ", " AND d.")}
       WHERE l.target_connection = ?1 AND l.basis IN ('email', '${Meaning.otherAddress}') AND ((c.id = ?3 AND l.value = ?5) OR (d.id = ?3 AND l.value = ?4)) ORDER BY d.id LIMIT 5`,
      to,
      row["source_connection"],
      row["id"],
      row["address"],
      row["link_value"]
    )
  )
  return taken.length === 0 ? null : { reason: "the address of a match belongs to another customer of this source now", candidates: taken }
}

const sourcePerson = (sql: Statements, to: number, row: Row): Person["people"][number] => ({
  ...record("source", row),
  staff: row["role"] !== "customer",
  excluded: textOf(row["excluded"]),
  goneHow: gone(row),
  link:
    row["target_key"] === null
      ? null
      : { target: String(row["target_key"]), basis: String(row["basis"]), value: textOf(row["link_value"]), since: Number(row["link_since"]) },
  lookup: row["asked_at"] === null ? null : { askedAt: Number(row["asked_at"]), nextAt: Number(row["next_at"]), misses: Number(row["misses"]) },
  ambiguous: ambiguity(sql, to, row)
})

const sourcesOf = (sql: Statements, sync: SyncConfig, to: number, hits: ReadonlyArray<Hit>, customer: Person["customer"]): Person["people"] => {
  const rows = sql.all(
    `SELECT ${columns}, c.connection AS source_connection, c.address, c.role, c.excluded, c.gone_cause, l.basis, l.value AS link_value, l.since AS link_since, l.target_customer AS target_id,
       t.key AS target_key, u.asked_at, u.next_at, u.misses
     FROM source_customer c JOIN connection k ON k.id = c.connection LEFT JOIN customer_link l ON l.source_customer = c.id AND l.target_connection = ?1
     LEFT JOIN target_customer t ON t.id = l.target_customer LEFT JOIN lookup u ON u.connection = ?1 AND u.address = c.address
     WHERE k.name IN (SELECT value FROM json_each(?2)) AND (c.id IN (SELECT value FROM json_each(?3)) OR l.target_customer = ?4) ORDER BY c.gone_at IS NOT NULL, c.id`,
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

export const make = (database: Database): typeof Explanation.Service => ({
  find: ({ address, ids }, connections) => database.use((sql) => find(sql, address, JSON.stringify(ids), JSON.stringify(connections))),
  person: (sync, hits) =>
    database.use((sql) => {
      const to = numberOf(sql, "connection", sync.to)
      const customer = targetOf(sql, to, hits)
      return { customer, people: sourcesOf(sql, sync, to, hits, customer) }
    }),
  groupsOf: (sync, person) => database.use((sql) => ExplainedGroups.ofPerson(sql, sync, person)),
  groupsNamed: (sync, text) => database.use((sql) => ExplainedGroups.named(sql, sync, text)),
  row: (sync, person, group) => database.use((sql) => ExplainedRows.row(sql, sync, person, group)),
  behind: (sync, person, group) => database.use((sql) => ExplainedBehind.behind(sql, sync, person, group)),
  reads: (sync) => database.use((sql) => reads(sql, sync)),
  rulesSince: (sync) => database.use((sql) => rulesSince(sql, sync))
})
