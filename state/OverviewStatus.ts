/** The states of syncs, of customers and of staff. */
import type { SyncConfig, TeamConfig } from "../src/config/Config.ts"
import type { StatusRow } from "../src/model/Overview.ts"
import type { RunFailure } from "../src/model/Result.ts"
import type { Failing } from "../src/run/Overview.ts"
import { connectionId, syncId } from "./Connections.ts"
import type { Statements } from "./Database.ts"
import * as OverviewParts from "./OverviewParts.ts"
import { sourceIds, unmatchedPeople } from "./Summary.ts"

export const number = (sql: Statements, text: string, ...values: ReadonlyArray<unknown>): number => Number(sql.get(text, ...values)?.["n"] ?? 0)

/** The run that holds the lease now is under way; any other without an end broke off. */
export const runSelect = `SELECT r.*, s.name AS sync_name, r.ended_at IS NULL AND EXISTS (SELECT 1 FROM lease WHERE name = 'run' AND expires_at > ?1) AND r.id = (SELECT max(id) FROM run) AS running
  FROM run r JOIN sync s ON s.id = r.sync`

export const failing = (sql: Statements, sync: number, before: number | null): Failing | null => {
  // A saved plan that was refused as stale says nothing about the sync.
  const failed = "status = 'failed' AND error ->> '$.kind' <> 'stale'"
  const good = "SELECT coalesce(max(id), 0) FROM run WHERE sync = ?1 AND id < ?2 AND ended_at IS NOT NULL AND status NOT IN ('failed', 'interrupted')"
  const rows = sql.all(
    `SELECT started_at, error FROM run WHERE sync = ?1 AND id < ?2 AND ${failed} AND id > (${good}) ORDER BY id`,
    sync,
    before ?? Number.MAX_SAFE_INTEGER
  )
  const [first, last] = [rows.at(0), rows.at(-1)]
  if (first === undefined || last === undefined || last["error"] === null) return null
  return { since: Number(first["started_at"]), runs: rows.length, error: JSON.parse(String(last["error"])) as RunFailure }
}

/** Whom a run would hold as ambiguous: several targets of one address, or several people of one source on one target. */
export const findAmbiguous = (sql: Statements, to: number, from: string): void => {
  sql.run("DELETE FROM held_identity")
  const people = "c.connection IN (SELECT value FROM json_each(?2)) AND c.gone_at IS NULL AND c.role = 'customer' AND c.excluded IS NULL"
  sql.run(
    `INSERT OR IGNORE INTO held_identity SELECT c.id, 'address' FROM source_customer c WHERE ${people} AND c.address IS NOT NULL
     AND NOT EXISTS (SELECT 1 FROM customer_link l WHERE l.source_customer = c.id AND l.target_connection = ?1)
     AND (SELECT count(*) FROM target_customer t WHERE t.connection = ?1 AND t.address = c.address AND t.gone_at IS NULL) > 1`,
    to,
    from
  )
  sql.run(
    `INSERT OR IGNORE INTO held_identity SELECT c.id, 'address' FROM source_customer c JOIN source_address a ON a.customer = c.id
     JOIN target_customer t ON t.connection = ?1 AND t.address = a.address AND t.gone_at IS NULL
     WHERE ${people} AND NOT EXISTS (SELECT 1 FROM customer_link l WHERE l.source_customer = c.id AND l.target_connection = ?1) GROUP BY c.id HAVING count(*) > 1`,
    to,
    from
  )
  sql.run(
    `INSERT OR IGNORE INTO held_identity SELECT c.id, 'shared' FROM source_customer c JOIN customer_link l ON l.source_customer = c.id AND l.target_connection = ?1 WHERE ${people}
     AND EXISTS (SELECT 1 FROM customer_link o JOIN source_customer d ON d.id = o.source_customer AND d.connection = c.connection AND d.gone_at IS NULL AND d.role = 'customer' AND d.excluded IS NULL
       WHERE o.target_customer = l.target_customer AND o.source_customer <> c.id)`,
    to,
    from
  )
}

const today = (sql: Statements, sync: number, midnight: number): StatusRow["today"] => {
  const doneIn = (table: "planned" | "team_planned", op: string) =>
    number(
      sql,
      `SELECT count(*) AS n FROM ${table} p JOIN run r ON r.id = p.run WHERE p.state = 'done' AND p.settled_at >= ? AND p.op = ? AND r.sync = ?`,
      midnight,
      op,
      sync
    )
  const done = (op: string, member: string) => doneIn("planned", op) + doneIn("team_planned", member)
  const calls = number(sql, "SELECT sum(summary ->> '$.calls.write') AS n FROM run WHERE sync = ? AND started_at >= ?", sync, midnight)
  return { added: done("assignment.add", "member.invite"), removed: done("assignment.remove", "member.remove"), calls, share: null }
}

type Status = Omit<StatusRow, "next" | "guards">

/** What the state of any sync is made of. */
const statusOf = (sql: Statements, name: string, midnight: number, now: number): Status => {
  const id = syncId(sql, name)
  const last = sql.get(`${runSelect} WHERE r.sync = ?2 ORDER BY r.id DESC LIMIT 1`, now, id)
  const good = sql.get("SELECT max(ended_at) AS at FROM run WHERE sync = ? AND status NOT IN ('failed', 'interrupted')", id)?.["at"]
  const pause = sql.get("SELECT paused_until, paused_by, paused_reason FROM sync WHERE id = ? AND paused_until > ?", id, now)
  const series = failing(sql, id, null)
  const text = (value: string | number | null | undefined): string | null => (value === null || value === undefined ? null : String(value))
  return {
    sync: name,
    state: pause !== undefined ? "paused" : last === undefined ? "never" : last["running"] === 1 ? "running" : series !== null ? "failed" : "ok",
    lastGood: typeof good === "number" ? good : null,
    today: today(sql, id, midnight),
    held: OverviewParts.open(sql, id),
    refused: 0,
    tasks: 0,
    unmatched: 0,
    ambiguous: 0,
    pinned: [],
    paused: pause === undefined ? null : { by: String(pause["paused_by"]), until: Number(pause["paused_until"]), reason: text(pause["paused_reason"]) },
    failing: series
  }
}

export const status = (sql: Statements, sync: SyncConfig, midnight: number, now: number): Status => {
  const id = syncId(sql, sync.name)
  const [to, from] = [connectionId(sql, sync.to), sourceIds(sql, { sync })]
  findAmbiguous(sql, to, from)
  const people = sql.all(`SELECT reason, count(*) AS n FROM (${unmatchedPeople(sync)}) GROUP BY 1`, to, from)
  return {
    ...statusOf(sql, sync.name, midnight, now),
    refused: number(
      sql,
      "SELECT count(*) AS n FROM refused r WHERE EXISTS (SELECT 1 FROM claim c WHERE c.claimant IN (SELECT id FROM claimant WHERE sync = ?) AND c.grp = r.grp)",
      id
    ),
    tasks: number(sql, "SELECT count(*) AS n FROM task WHERE sync = ? AND done_at IS NULL", id),
    unmatched: people.reduce((sum, row) => sum + Number(row["n"]), 0),
    ambiguous: Number(people.find((row) => row["reason"] === "ambiguous")?.["n"] ?? 0),
    pinned: sql.all("SELECT DISTINCT p.run FROM pin p JOIN run r ON r.id = p.run WHERE r.sync = ? ORDER BY 1", id).map((row) => `r-${String(row["run"])}`)
  }
}

export const teamStatus = (sql: Statements, { name, to }: TeamConfig, midnight: number, now: number): Status => ({
  ...statusOf(sql, name, midnight, now),
  refused: number(sql, "SELECT count(*) AS n FROM team_refused r JOIN team_person p ON p.id = r.person WHERE p.connection = ?", connectionId(sql, to))
})
