/** What the read under way has told so far, in temporary tables. */
import type { SourceRecord } from "../../src/contract/Source.ts"
import * as Address from "../../src/model/Address.ts"
import type { Statements } from "../database/Statements.ts"

const tables = ["stage_customer", "stage_group", "stage_membership", "stage_inclusion", "stage_gone", "stage_doubt"] as const

/** Forgets everything. */
export const clear = (sql: Statements): void => {
  for (const table of [...tables, "reported", "resolved"]) sql.run(`DELETE FROM ${table}`)
}

/** Forgets what was told after this telling. */
export const unstage = (sql: Statements, telling: number): void => {
  for (const table of tables) sql.run(`DELETE FROM ${table} WHERE report > ?`, telling)
}

type Table = Exclude<(typeof tables)[number], "stage_doubt">

/** What a record says of itself: its table, and its row without the telling. */
const row = (record: SourceRecord): readonly [Table, ReadonlyArray<unknown>] => {
  switch (record._tag) {
    case "Customer": {
      const { email, excluded, externalId, fields, id, name, role, suspended, verified } = record.customer
      const known = [id, email, Address.normalise(email), externalId, name, role, excluded]
      return ["stage_customer", [...known, suspended ? 1 : 0, verified ? 1 : 0, JSON.stringify(fields)]]
    }
    case "Group": {
      const { carrier, externalId, fields, id, kind, name } = record.group
      return ["stage_group", [kind, carrier, id, name, externalId, JSON.stringify(fields)]]
    }
    case "Membership":
      return ["stage_membership", [record.group.kind, record.group.id, record.customer]]
    case "Inclusion":
      return ["stage_inclusion", [record.group.kind, record.group.id, record.organization.id]]
    case "Gone":
      if (record.record === "customer") return ["stage_gone", ["customer", null, null, record.id, record.cause]]
      return ["stage_gone", ["group", record.key.kind, record.key.carrier, record.key.id, record.cause]]
  }
}

/** Rows in one statement: a call of the driver costs more than a row. */
const batch = 50

/** `telling` 0: out of a whole list. */
export const add = (sql: Statements, records: ReadonlyArray<SourceRecord>, telling: number): void => {
  const byTable = new Map<Table, { readonly columns: number; readonly values: Array<unknown> }>()
  for (const record of records) {
    const [table, said] = row(record)
    const rows = byTable.get(table) ?? { columns: said.length + 1, values: [] }
    byTable.set(table, rows)
    rows.values.push(...said, telling)
  }
  for (const [table, { columns, values }] of byTable) insert(sql, table, columns, values)
}

/** `values`: those of all rows, one row after the other. */
const insert = (sql: Statements, table: Table, columns: number, values: ReadonlyArray<unknown>): void => {
  const one = `(${Array.from({ length: columns }, () => "?").join(", ")})`
  const insertion = (rows: number) => `INSERT INTO ${table}
    VALUES ${Array.from({ length: rows }, () => one).join(", ")}`
  const [single, many] = [insertion(1), insertion(batch)]
  for (let from = 0; from < values.length;) {
    const rows = values.length - from >= batch * columns ? batch : 1
    sql.run(rows === 1 ? single : many, ...values.slice(from, from + rows * columns))
    from += rows * columns
  }
}

const lastOf = (record: "customer" | "group", kind: string, carrier: string, key: string): string =>
  `(SELECT t.report FROM reported t WHERE t.record = '${record}' AND t.kind = ${kind} AND t.carrier = ${carrier}
    AND t.key = ${key})`

/** Of what changes told more than once only the last telling stays, with all that it said. Notes in `told` what changes told. */
export const settle = (sql: Statements): void => {
  sql.run(
    `INSERT INTO reported SELECT record, kind, carrier, key, max(report) FROM (
       SELECT 'customer' AS record, '' AS kind, '' AS carrier, key, report FROM stage_customer
       UNION ALL SELECT 'group', kind, carrier, key, report FROM stage_group
       UNION ALL SELECT record, coalesce(kind, ''), coalesce(carrier, ''), key, report FROM stage_gone)
     WHERE report > 0 GROUP BY 1, 2, 3, 4`
  )
  if (sql.get("SELECT 1 FROM reported LIMIT 1") === undefined) return
  const stale = (table: string, condition: string, last: string): void =>
    void sql.run(`DELETE FROM ${table} WHERE report > 0 AND ${condition} AND report < ${last}`)
  stale("stage_customer", "true", lastOf("customer", "''", "''", "stage_customer.key"))
  stale("stage_membership", "true", lastOf("customer", "''", "''", "stage_membership.customer_key"))
  stale("stage_group", "true", lastOf("group", "stage_group.kind", "stage_group.carrier", "stage_group.key"))
  stale("stage_inclusion", "true", lastOf("group", "'organization'", "'customer'", "stage_inclusion.organization"))
  stale("stage_doubt", "part NOT LIKE 'inclusions:%'", lastOf("customer", "''", "''", "stage_doubt.key"))
  stale("stage_doubt", "part LIKE 'inclusions:%'", lastOf("group", "'organization'", "'customer'", "stage_doubt.key"))
  stale("stage_gone", "record = 'customer'", lastOf("customer", "''", "''", "stage_gone.key"))
  stale("stage_gone", "record = 'group'", lastOf("group", "stage_gone.kind", "stage_gone.carrier", "stage_gone.key"))
}
