/** Interned names of connections, syncs and claimants. */
import type { Statements } from "./Statements.ts"

/** The name, unless another connection had it first and was renamed since: then with a number. */
const freePrefix = (sql: Statements, name: string): string => {
  const isTaken = (prefix: string) => sql.get("SELECT 1 FROM connection WHERE prefix = ?", prefix) !== undefined
  for (let n = 1; ; n += 1) {
    const prefix = n === 1 ? name : `${name}~${n}`
    if (!isTaken(prefix)) return prefix
  }
}

export const connectionId = (sql: Statements, name: string): number => {
  const known = sql.get("SELECT id FROM connection WHERE name = ?", name)
  return known === undefined ? sql.insert("INSERT INTO connection (name, prefix) VALUES (?, ?)", name, freePrefix(sql, name)) : Number(known["id"])
}

/** A group key as the state has it: what begins with a present or former name of a connection begins with its prefix. */
export const groupKey = (sql: Statements, text: string): string => {
  const end = text.indexOf("/")
  if (end < 1) return text
  const known = sql.get(
    `SELECT coalesce((SELECT prefix FROM connection WHERE name = ?1),
      (SELECT c.prefix FROM former_name f JOIN connection c ON c.id = f.id
        WHERE f.kind = 'connection' AND f.name = ?1)) AS prefix`,
    text.slice(0, end)
  )?.["prefix"]
  return typeof known === "string" ? `${known}${text.slice(end)}` : text
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
