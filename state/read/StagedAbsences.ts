/** What is known of a source and was not staged in the read under way, in SQL. */
import type { Part } from "../../src/contract/Source.ts"
import type { Statements } from "../database/Statements.ts"
import * as RowDoubts from "./RowDoubts.ts"

const query = (part: Part): { readonly text: string; readonly values: ReadonlyArray<string> } => {
  if (part === "customers") {
    return {
      text: `SELECT key FROM source_customer WHERE connection = ? AND gone_at IS NULL
        EXCEPT SELECT key FROM stage_customer EXCEPT SELECT key FROM stage_doubt WHERE part = 'customers'`,
      values: []
    }
  }
  if ("groups" in part) {
    return {
      text: `SELECT key FROM source_group WHERE connection = ? AND kind = ? AND carrier = ? AND gone_at IS NULL
        EXCEPT SELECT key FROM stage_group WHERE kind = ? AND carrier = ?`,
      values: [part.groups, part.carrier, part.groups, part.carrier]
    }
  }
  if ("memberships" in part) {
    return {
      text: `SELECT g.key, c.key FROM source_group g JOIN source_membership m ON m.group_id = g.id
        JOIN source_customer c ON c.id = m.source_customer_id
        WHERE g.connection = ? AND g.kind = ? AND g.carrier = 'customer' AND ${RowDoubts.noneStaged("c.key", part)}
        EXCEPT SELECT key, customer_key FROM stage_membership WHERE kind = ?`,
      values: [part.memberships, part.memberships]
    }
  }
  return {
    text: `SELECT g.key, o.key FROM source_group g JOIN source_inclusion i ON i.group_id = g.id
      JOIN source_group o ON o.id = i.organization
      WHERE g.connection = ? AND g.kind = ? AND g.carrier = 'organization' AND ${RowDoubts.noneStaged("o.key", part)}
      EXCEPT SELECT key, organization FROM stage_inclusion WHERE kind = ?`,
    values: [part.inclusions, part.inclusions]
  }
}

/** Whether something of one of these parts is absent so far. */
export const any = (sql: Statements, connection: number, parts: ReadonlyArray<Part>): boolean =>
  parts.some((part) => {
    const { text, values } = query(part)
    return sql.get(`${text} LIMIT 1`, connection, ...values) !== undefined
  })
