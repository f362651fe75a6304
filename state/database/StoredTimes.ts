/** Stored times later than now, as a clock that was set back leaves them: found and put right in one place, before anything compares them with now. */
import type Sqlite from "better-sqlite3"
import { isBelieved, toleranceMillis } from "../../src/model/StoredTime.ts"
import { leaseMillis } from "../../src/run/Lease.ts"

/** What becomes of a time that is not believed: `past` the moment before now, `never` null, so that what it dates is looked at anew, `long ago` 0. */
type Remedy = "past" | "never" | "long ago"

/** Every column of the state that holds a time at which something happened. */
export const columns: ReadonlyArray<readonly [table: string, column: string, remedy: Remedy]> = [
  ["connection", "identified_at", "never"],
  ["connection", "groups_listed_at", "never"],
  ["connection", "customers_listed_at", "never"],
  ["connection", "canary_at", "never"],
  ["pacer_use", "at", "past"],
  ["pacer_limit", "stored_at", "long ago"],
  ["run", "started_at", "past"],
  ["run", "ended_at", "past"],
  ["read", "started_at", "past"],
  ["read", "ended_at", "past"],
  ["source_group", "since", "past"],
  ["source_group", "gone_at", "past"],
  ["source_customer", "since", "past"],
  ["source_customer", "gone_at", "past"],
  ["source_membership", "since", "past"],
  ["source_inclusion", "since", "past"],
  ["target_group", "counted_at", "never"],
  // Null would mean that its members were never read, and all such groups are read at once.
  ["target_group", "members_read_at", "long ago"],
  ["target_group", "created_at", "past"],
  ["target_group", "mark_seen_at", "past"],
  ["target_group", "mark_written_at", "past"],
  ["target_group", "reread_since", "past"],
  ["last_writer", "at", "past"],
  ["target_group", "gone_at", "past"],
  ["target_customer", "seen_at", "past"],
  ["target_customer", "gone_at", "past"],
  ["target_customer", "read_at", "never"],
  ["lookup", "asked_at", "past"],
  ["address_ask", "asked_at", "past"],
  ["customer_link", "since", "past"],
  ["assignment", "since", "past"],
  ["manual_removal", "seen_at", "past"],
  ["claim", "since", "past"],
  ["claim", "expired_at", "past"],
  ["baseline", "at", "past"],
  ["held_part", "opened_at", "past"],
  ["held_part", "closed_at", "past"],
  ["decision", "at", "past"],
  ["planned_change", "settled_at", "past"],
  ["planned_change", "claimed_at", "past"],
  ["planned_change", "expired_at", "past"],
  ["call", "intent_at", "past"],
  ["call", "answered_at", "past"],
  ["call", "first_at", "past"],
  ["task", "opened_at", "past"],
  ["task", "done_at", "past"],
  ["team_person", "changed_at", "past"],
  ["team_planned", "settled_at", "past"],
  ["team_call", "intent_at", "past"],
  ["team_call", "answered_at", "past"],
  ["team_call", "first_at", "past"],
  ["former_name", "renamed_at", "past"],
  ["notice", "at", "past"],
  ["problem", "since", "past"],
  ["problem", "reported_at", "past"],
  ["lost_intent", "intent_at", "past"],
  ["unconfirmed_origin", "since", "past"],
  ["vanished", "seen_at", "past"],
  ["vanished", "since", "past"],
  ["migration", "started_at", "past"],
  ["migration", "approved_at", "past"],
  ["migration", "ended_at", "past"]
]

/** Columns that hold a time to come, with the statement that ends a wait which a wrong clock made. ?1: now, ?2: the latest time that is believed. */
export const waits: Readonly<Record<string, string>> = {
  "lookup.next_at": "UPDATE lookup SET next_at = ?1 WHERE asked_at > ?2",
  "address_ask.next_at": "UPDATE address_ask SET next_at = ?1 WHERE asked_at > ?2",
  // The longest wait is a day.
  "refused.next_at": "UPDATE refused SET next_at = ?1 WHERE next_at > ?2 + 86400000",
  "team_refused.next_at": "UPDATE team_refused SET next_at = ?1 WHERE next_at > ?2 + 86400000",
  // Its holder has one more term to show that it lives.
  "lease.expires_at": `UPDATE lease SET expires_at = ?1 + ${leaseMillis} WHERE expires_at > ?2 + ${leaseMillis}`,
  // As long as the person meant it, from now on.
  "sync.paused_until": `UPDATE sync SET paused_until = ?1 + (paused_until - d.at)
    FROM (SELECT subject, max(id), at FROM decision WHERE what = 'pause' GROUP BY subject) d
    WHERE d.subject = sync.name AND d.at > ?2 AND paused_until >= d.at`
}

/** The calls under way are judged by the vendor's clock, which the offset tells; the offset itself is of the wrong clock. */
const calls = ["call", "team_call"].map(
  (table) =>
    `UPDATE ${table} SET intent_at = intent_at + (SELECT c.clock_offset FROM connection c
      WHERE c.id = ${table}.connection)
     WHERE outcome IS NULL AND intent_at > ?2 AND ?1 > 0 AND (SELECT c.clock_offset FROM connection c
       WHERE c.id = ${table}.connection) IS NOT NULL`
)

/** Changes that are told since a read of an unknown time are not told apart from those before it. */
const cursors = `DELETE FROM cursor WHERE ?1 > 0 AND (read IN (SELECT id FROM read WHERE started_at > ?2)
  OR full_read IN (SELECT id FROM read WHERE started_at > ?2))`

const remedies: Readonly<Record<Remedy, string>> = { past: "?1 - 1", never: "NULL", "long ago": "0" }

/** The latest time in the tables that every command which writes adds to. Reads few rows. */
const latest = `SELECT max(
  (SELECT coalesce(max(max(started_at, coalesce(ended_at, 0))), 0)
    FROM (SELECT started_at, ended_at FROM run ORDER BY id DESC LIMIT 100)),
  (SELECT coalesce(max(max(started_at, coalesce(ended_at, 0))), 0)
    FROM (SELECT started_at, ended_at FROM read ORDER BY id DESC LIMIT 100)),
  (SELECT coalesce(max(at), 0) FROM (SELECT at FROM decision ORDER BY id DESC LIMIT 100)),
  (SELECT coalesce(max(max(coalesce(identified_at, 0), coalesce(groups_listed_at, 0),
    coalesce(customers_listed_at, 0))), 0) FROM connection))`

/** The latest time in any column: every row is looked at. */
const latestOfAll = `SELECT max(${columns.map(([table, column]) => `(SELECT coalesce(max(${column}), 0) FROM "${table}")`).join(", ")})`

const number = (db: Sqlite.Database, text: string): number => Number(db.prepare(text).pluck().get())

/** What the last correction found, in milliseconds, until a run has said so; null: nothing. */
export const unreported = `SELECT value FROM meta WHERE key = 'clock_went_back'`

export const reported = `DELETE FROM meta WHERE key = 'clock_went_back'`

const put = (db: Sqlite.Database, now: number, ahead: number): void => {
  const bounds = [{ 1: now, 2: now + toleranceMillis }]
  const run = (text: string) => db.prepare(text).run(...bounds)
  for (const text of [...calls, cursors, ...Object.values(waits)]) run(text)
  run("UPDATE connection SET clock_offset = NULL WHERE ?1 > 0 AND ?2 > 0")
  for (const [table, column, remedy] of columns) {
    // Of tasks done twice at one time only one can keep it.
    const kept = `UPDATE OR IGNORE "${table}" SET ${column} = ${remedies[remedy]} WHERE ${column} > ?2 AND ?1 > 0`
    run(kept)
  }
  db.prepare("INSERT OR REPLACE INTO meta VALUES ('clock_went_back', ?)").run(String(ahead))
}

/**
 * Puts right what a clock that was ahead has stored, all or nothing. Answers by how much the latest time was ahead of now, in milliseconds; null
 * where the clock did not go back. The first time that a file is opened every row is looked at: an older version may have left such times.
 */
export const correct = (db: Sqlite.Database, now: number): number | null => {
  const looked = db.prepare("SELECT 1 FROM meta WHERE key = 'times_looked_at'").get() !== undefined
  const at = number(db, looked ? latest : latestOfAll)
  const ahead = isBelieved(at, now) ? null : at - now
  if (looked && ahead === null) return null
  db.transaction(() => {
    if (ahead !== null) put(db, now, ahead)
    db.prepare("INSERT OR IGNORE INTO meta VALUES ('times_looked_at', ?)").run(String(now))
  }).immediate()
  return ahead
}
