/** The states of syncs, of customers and of staff. */
import * as Id from "../../src/model/Id.ts"
import type { SyncConfig, TeamConfig } from "../../src/config/Config.ts"
import type { StatusRow } from "../../src/model/Overview.ts"
import type { RunFailure } from "../../src/model/Result.ts"
import type { Failing } from "../../src/run/OperationsStore.ts"
import { connectionId, syncId } from "../database/Intern.ts"
import type { Statements } from "../database/Statements.ts"
import * as OpenMigration from "./OpenMigration.ts"
import * as HeldParts from "../plan/HeldParts.ts"
import * as SkippedChanges from "../plan/SkippedChanges.ts"
import * as ManualTasks from "../reconcile/ManualTasks.ts"
import * as CustomerIdentity from "../reconcile/CustomerIdentity.ts"
import * as UnconfirmedOrigins from "../reconcile/UnconfirmedOrigins.ts"
import * as UnmatchedSummary from "../reconcile/UnmatchedSummary.ts"

export const number = (sql: Statements, text: string, ...values: ReadonlyArray<unknown>): number => Number(sql.get(text, ...values)?.["n"] ?? 0)

/** The run that holds the lease now is under way; any other without an end broke off. */
export const runSelect = `SELECT r.*, s.name AS sync_name, r.ended_at IS NULL
  AND EXISTS (SELECT 1 FROM lease WHERE name = 'run' AND expires_at > ?1)
  AND r.id = (SELECT max(id) FROM run) AS running
  FROM run r JOIN sync s ON s.id = r.sync`

/** Runs that failed. One that was refused for what it was given, a stale plan or a name that no group has, says nothing about the sync. */
const failed = "status = 'failed' AND error ->> '$.kind' NOT IN ('stale', 'config')"

export const failing = (sql: Statements, sync: number, before: number | null): Failing | null => {
  const good = `SELECT coalesce(max(id), 0) FROM run WHERE sync = ?1 AND id < ?2 AND ended_at IS NOT NULL
    AND status NOT IN ('failed', 'interrupted')`
  const rows = sql.all(
    `SELECT started_at, error FROM run WHERE sync = ?1 AND id < ?2 AND ${failed} AND id > (${good}) ORDER BY id`,
    sync,
    before ?? Number.MAX_SAFE_INTEGER
  )
  const [first, last] = [rows.at(0), rows.at(-1)]
  if (first === undefined || last === undefined || last["error"] === null) return null
  return { since: Number(first["started_at"]), runs: rows.length, error: JSON.parse(String(last["error"])) as RunFailure }
}

const today = (sql: Statements, sync: number, midnight: number): StatusRow["today"] => {
  const doneIn = (table: "planned_change" | "team_planned", op: string) =>
    number(
      sql,
      `SELECT count(*) AS n FROM ${table} p JOIN run r ON r.id = p.run
        WHERE p.state = 'done' AND p.settled_at >= ? AND p.op = ? AND r.sync = ?`,
      midnight,
      op,
      sync
    )
  const done = (op: string, member: string) => doneIn("planned_change", op) + doneIn("team_planned", member)
  const calls = number(sql, "SELECT sum(summary ->> '$.calls.write') AS n FROM run WHERE sync = ? AND started_at >= ?", sync, midnight)
  return { added: done("assignment.add", "member.invite"), removed: done("assignment.remove", "member.remove"), calls, share: null }
}

/** End of the last run that did its work; null: there was none. */
export const lastGood = (sql: Statements, sync: number): number | null => {
  const at = sql.get("SELECT max(ended_at) AS at FROM run WHERE sync = ? AND status NOT IN ('failed', 'interrupted')", sync)?.["at"]
  return typeof at === "number" ? at : null
}

/** Changes of a sync of customers that its target refuses. */
export const refused = (sql: Statements, sync: number): number =>
  number(
    sql,
    `SELECT count(*) AS n FROM refused r WHERE EXISTS (SELECT 1 FROM skipped_change s
      WHERE s.sync = ?1 AND s.op = r.op AND s.group_id = r.group_id AND s.target_customer_id = r.target_customer_id
      AND s.reason = 'refused')
       OR EXISTS (SELECT 1 FROM planned_change p WHERE p.run = (SELECT max(id) FROM run
         WHERE sync = ?1 AND status NOT IN ('failed', 'interrupted'))
         AND p.op = r.op AND p.group_id = r.group_id AND p.target_customer_id = r.target_customer_id
         AND p.state = 'refused')`,
    sync
  )

/** Changes of staff that a target refuses. */
export const refusedStaff = (sql: Statements, to: string): number =>
  number(sql, "SELECT count(*) AS n FROM team_refused r JOIN team_person p ON p.id = r.person WHERE p.connection = ?", connectionId(sql, to))

type Status = Omit<StatusRow, "next" | "guards" | "warnings">

/** What the state of any sync is made of. */
const statusOf = (sql: Statements, name: string, midnight: number, now: number): Status => {
  const id = syncId(sql, name)
  const last = sql.get(`${runSelect} WHERE r.sync = ?2 ORDER BY r.id DESC LIMIT 1`, now, id)
  const pause = sql.get("SELECT paused_until, paused_by, paused_reason FROM sync WHERE id = ? AND paused_until > ?", id, now)
  const series = failing(sql, id, null)
  const text = (value: string | number | null | undefined): string | null => (value === null || value === undefined ? null : String(value))
  return {
    sync: name,
    state: pause !== undefined ? "paused" : last === undefined ? "never" : last["running"] === 1 ? "running" : series !== null ? "failed" : "ok",
    lastGood: lastGood(sql, id),
    today: today(sql, id, midnight),
    held: HeldParts.waiting(sql, id),
    refused: 0,
    tasks: 0,
    unmatched: 0,
    ambiguous: 0,
    unconfirmed: 0,
    waiting: 0,
    pinned: [],
    paused: pause === undefined ? null : { by: String(pause["paused_by"]), until: Number(pause["paused_until"]), reason: text(pause["paused_reason"]) },
    failing: series,
    migration: OpenMigration.of(sql, id)
  }
}

export const status = (sql: Statements, sides: CustomerIdentity.Sides & { readonly sync: SyncConfig }, midnight: number, now: number): Status => {
  const { sync } = sides
  const id = syncId(sql, sync.name)
  CustomerIdentity.suppose(sql, sides)
  UnmatchedSummary.find(sql, sync)
  const people = UnmatchedSummary.byReason(sql)
  return {
    ...statusOf(sql, sync.name, midnight, now),
    refused: refused(sql, id),
    tasks: ManualTasks.count(sql, id),
    unmatched: people.reduce((sum, { customers }) => sum + customers, 0),
    ambiguous: UnmatchedSummary.ambiguous(people),
    unconfirmed: UnconfirmedOrigins.count(sql, sync.name),
    waiting: SkippedChanges.inGrace(sql, id),
    pinned: sql.all("SELECT DISTINCT p.run FROM undo_pin p JOIN run r ON r.id = p.run WHERE r.sync = ? ORDER BY 1", id).map((row) => Id.run(row["run"]))
  }
}

export const teamStatus = (sql: Statements, { name, to }: TeamConfig, midnight: number, now: number): Status => ({
  ...statusOf(sql, name, midnight, now),
  refused: refusedStaff(sql, to)
})
