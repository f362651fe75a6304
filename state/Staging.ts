/** What the read under way has told so far, in temporary tables. */
import type { SourceRecord } from "../src/contract/Source.ts"
import * as Address from "../src/model/Address.ts"
import type { Statements } from "./Database.ts"

const tables = ["stage_customer", "stage_group", "stage_membership", "stage_inclusion", "stage_gone"]

/** Forgets everything. */
export const clear = (sql: Statements): void => {
  for (const table of [...tables, "told", "resolved"]) sql.run(`DELETE FROM ${table}`)
}

/** Forgets what was told after this telling. */
export const unstage = (sql: Statements, telling: number): void => {
  for (const table of tables) sql.run(`DELETE FROM ${table} WHERE telling > ?`, telling)
}

/** `telling` 0: out of a whole list. */
export const add = (sql: Statements, record: SourceRecord, telling: number): void => {
  switch (record._tag) {
    case "Customer": {
      const { customer } = record
      sql.run(
        "INSERT INTO stage_customer VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        customer.id,
        customer.email,
        Address.normalise(customer.email),
        customer.externalId,
        customer.name,
        customer.role,
        customer.excluded,
        customer.suspended ? 1 : 0,
        customer.verified ? 1 : 0,
        JSON.stringify(customer.fields),
        telling
      )
      return
    }
    case "Group": {
      const { group } = record
      sql.run(
        "INSERT INTO stage_group VALUES (?, ?, ?, ?, ?, ?, ?)",
        group.kind,
        group.carrier,
        group.id,
        group.name,
        group.externalId,
        JSON.stringify(group.fields),
        telling
      )
      return
    }
    case "Membership":
      sql.run("INSERT INTO stage_membership VALUES (?, ?, ?, ?)", record.group.kind, record.group.id, record.customer, telling)
      return
    case "Inclusion":
      sql.run("INSERT INTO stage_inclusion VALUES (?, ?, ?, ?)", record.group.kind, record.group.id, record.organization.id, telling)
      return
    case "Gone":
      if (record.record === "customer") sql.run("INSERT INTO stage_gone VALUES ('customer', NULL, NULL, ?, ?, ?)", record.id, record.cause, telling)
      else sql.run("INSERT INTO stage_gone VALUES ('group', ?, ?, ?, ?, ?)", record.key.kind, record.key.carrier, record.key.id, record.cause, telling)
  }
}

const lastOf = (record: "customer" | "group", kind: string, carrier: string, key: string): string =>
  `(SELECT t.telling FROM told t WHERE t.record = '${record}' AND t.kind = ${kind} AND t.carrier = ${carrier} AND t.key = ${key})`

/** Of what changes told more than once only the last telling stays, with all that it said. Notes in `told` what changes told. */
export const settle = (sql: Statements): void => {
  sql.run(
    `INSERT INTO told SELECT record, kind, carrier, key, max(telling) FROM (
       SELECT 'customer' AS record, '' AS kind, '' AS carrier, key, telling FROM stage_customer
       UNION ALL SELECT 'group', kind, carrier, key, telling FROM stage_group
       UNION ALL SELECT record, coalesce(kind, ''), coalesce(carrier, ''), key, telling FROM stage_gone)
     WHERE telling > 0 GROUP BY 1, 2, 3, 4`
  )
  if (sql.get("SELECT 1 FROM told LIMIT 1") === undefined) return
  const stale = (table: string, condition: string, last: string): void =>
    void sql.run(`DELETE FROM ${table} WHERE telling > 0 AND ${condition} AND telling < ${last}`)
  stale("stage_customer", "true", lastOf("customer", "''", "''", "stage_customer.key"))
  stale("stage_membership", "true", lastOf("customer", "''", "''", "stage_membership.customer"))
  stale("stage_group", "true", lastOf("group", "stage_group.kind", "stage_group.carrier", "stage_group.key"))
  stale("stage_inclusion", "true", lastOf("group", "'organization'", "'customer'", "stage_inclusion.organization"))
  stale("stage_gone", "record = 'customer'", lastOf("customer", "''", "''", "stage_gone.key"))
  stale("stage_gone", "record = 'group'", lastOf("group", "stage_gone.kind", "stage_gone.carrier", "stage_gone.key"))
}
