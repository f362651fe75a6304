/** Reads single values out of rows: texts that may be null, and the numbers of named connections and syncs. */
import type { Row, Statements } from "./Statements.ts"

export const textOf = (value: Row[string] | undefined): string | null => (value === null || value === undefined ? null : String(value))

/** The number of a connection or sync; 0, which nothing has, where the state does not know it yet. */
export const numberOf = (sql: Statements, table: "connection" | "sync", name: string): number =>
  Number(sql.get(`SELECT id FROM ${table} WHERE name = ?`, name)?.["id"] ?? 0)
