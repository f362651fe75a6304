/** What the looks behind `explain` share. None of them writes, not even a name. */
import type { Row, Statements } from "./Database.ts"

export const textOf = (value: Row[string] | undefined): string | null => (value === null || value === undefined ? null : String(value))

/** The number of a connection or sync; 0, which nothing has, where the state does not know it yet. */
export const numberOf = (sql: Statements, table: "connection" | "sync", name: string): number =>
  Number(sql.get(`SELECT id FROM ${table} WHERE name = ?`, name)?.["id"] ?? 0)

/** `zendesk/organization-tag:vip`: what a source group's wish goes by where no rule names another. `g` is the group, `k` its connection. */
export const handleText = `k.name || '/' || CASE WHEN g.carrier = 'organization' AND g.kind <> 'organization' THEN 'organization-' ELSE '' END || g.kind || ':' || g.key`

/** Claimants of one sync, whose number is `?1`. */
export const claimants = "(SELECT id FROM claimant WHERE sync = ?1)"
