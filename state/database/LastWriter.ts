/** What follows from a state being an earlier copy of itself: of targets that another copy has written to since, little is believed until it is read again. */
import type Sqlite from "better-sqlite3"
import type { Statements } from "./Statements.ts"

/**
 * Groups of the connections whose members are read again: those that were read before, or that we made. Since when another copy may have written: since our
 * own last number. Where lists are by customer nothing carries a number.
 */
const rereadGroups = (connections: string): string => `
  UPDATE target_group SET reread_since = coalesce(reread_since,
    (SELECT w.at FROM last_writer w WHERE w.connection = target_group.connection), 0)
  WHERE connection IN (${connections}) AND key IS NOT NULL AND gone_at IS NULL
  AND (members_read_at IS NOT NULL OR made_by_us = 1)
  AND NOT EXISTS (SELECT 1 FROM target_customer t WHERE t.connection = target_group.connection AND t.read_at IS NOT NULL)`

export const reread = (sql: Statements, connection: number): void => {
  sql.run(rereadGroups("?"), connection)
  sql.run("UPDATE connection SET groups_listed_at = NULL WHERE id = ?", connection)
}

const made = "SELECT DISTINCT connection FROM target_group WHERE made_by_us = 1 AND key IS NOT NULL"

/** As SQL, for a state that an earlier copy of was put back. `claim`: as in `WriterStore`. */
const goesOn = `
  INSERT INTO last_writer (connection, number, machine, at, sent, claim) SELECT connection, 0, '', 0, 0, 'restored' FROM (${made}) WHERE true
  ON CONFLICT (connection) DO UPDATE SET claim = 'restored'`

/** What putting a copy back does, for a copy that is old enough to have no table of it: the step of the schema that makes the table does this then. */
export const restored = `${rereadGroups(made)};${goesOn};`

const hasTable = (db: Sqlite.Database): boolean => db.prepare("SELECT 1 FROM sqlite_master WHERE name = 'last_writer'").get() !== undefined

/** Notes in a copy that it is put back. */
export const restore = (db: Sqlite.Database): void => {
  if (hasTable(db)) db.exec(restored)
  else db.prepare("INSERT OR REPLACE INTO meta VALUES ('restored', '1')").run()
}

/** A state that was made anew goes on from whatever number the target shows. */
export const rebuilt = (sql: Statements): void => void sql.run(goesOn)
