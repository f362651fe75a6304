/** What is known of a source and was not staged in the read under way, in SQL. */
import type { Part } from "../src/contract/Source.ts"
import type { Statements } from "./Database.ts"

const query = (part: Part): { readonly text: string; readonly values: ReadonlyArray<string> } => {
  if (part === "customers") {
    return { text: "SELECT key FROM source_customer WHERE connection = ? AND gone_at IS NULL EXCEPT SELECT key FROM stage_customer", values: [] }
  }
  if ("groups" in part) {
    return {
      text: `SELECT key FROM source_group WHERE connection = ? AND kind = ? AND carrier = ? AND gone_at IS NULL EXCEPT SELECT key FROM stage_group WHERE kind = ? AND carrier = ?`,
      values: [part.groups, part.carrier, part.groups, part.carrier]
    }
  }
  if ("memberships" in part) {
    return {
      text: `SELECT g.key, c.key FROM source_group g JOIN source_membership m ON m.grp = g.id JOIN source_customer c ON c.id = m.customer
        WHERE g.connection = ? AND g.kind = ? AND g.carrier = 'customer' EXCEPT SELECT key, customer FROM stage_membership WHERE kind = ?`,
      values: [part.memberships, part.memberships]
    }
  }
  return {
    text: `SELECT g.key, o.key FROM source_group g JOIN source_inclusion i ON i.grp = g.id JOIN source_group o ON o.id = i.organization
      WHERE g.connection = ? AND g.kind = ? AND g.carrier = 'organization' EXCEPT SELECT key, organization FROM stage_inclusion WHERE kind = ?`,
    values: [part.inclusions, part.inclusions]
  }
}

/** Whether something of one of these parts is absent so far. */
export const any = (sql: Statements, connection: number, parts: ReadonlyArray<Part>): boolean =>
  parts.some((part) => {
    const { text, values } = query(part)
    return sql.get(`${text} LIMIT 1`, connection, ...values) !== undefined
  })
