/** Interned names of connections, syncs and claimants. */
import type { Statements } from "./Database.ts"

export const connectionId = (sql: Statements, name: string): number => {
  const known = sql.get("SELECT id FROM connection WHERE name = ?", name)
  return known === undefined ? sql.insert("INSERT INTO connection (name) VALUES (?)", name) : Number(known["id"])
}

export const syncId = (sql: Statements, name: string): number => {
  const known = sql.get("SELECT id FROM sync WHERE name = ?", name)
  return known === undefined ? sql.insert("INSERT INTO sync (name) VALUES (?)", name) : Number(known["id"])
}

export const claimantId = (sql: Statements, sync: string, connection: string): number => {
  const [s, c] = [syncId(sql, sync), connectionId(sql, connection)]
  const known = sql.get("SELECT id FROM claimant WHERE sync = ? AND connection = ?", s, c)
  return known === undefined ? sql.insert("INSERT INTO claimant (sync, connection) VALUES (?, ?)", s, c) : Number(known["id"])
}
