/** What is looked up and decided between runs, over SQLite. */
import * as Id from "../../src/model/Id.ts"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type { SyncConfig } from "../../src/config/Config.ts"
import type { StateError } from "../../src/contract/StateError.ts"
import type { RunRow, UnmatchedRow } from "../../src/model/Overview.ts"
import type { ChangeCounts, RunFailure } from "../../src/model/Result.ts"
import type { OperationsStore, SnapshotSummary, Within } from "../../src/run/OperationsStore.ts"
import type { Page } from "../../src/model/Decision.ts"
import { numberOf } from "../database/Columns.ts"
import { connectionId, syncId } from "../database/Intern.ts"
import type { Database } from "../database/Database.ts"
import type { Row, Statements } from "../database/Statements.ts"
import * as LineageFile from "../database/LineageFile.ts"
import * as LastFullRead from "../read/LastFullRead.ts"
import * as HeldParts from "../plan/HeldParts.ts"
import * as PartSplit from "../plan/PartSplit.ts"
import * as DecisionLog from "../database/DecisionLog.ts"
import * as HeldRows from "./HeldRows.ts"
import { failing, number, runSelect, status, teamStatus } from "./SyncStatus.ts"
import * as ReleaseClaims from "../run/ReleaseClaims.ts"
import * as CustomerIdentity from "../reconcile/CustomerIdentity.ts"
import * as UnmatchedRows from "../reconcile/UnmatchedRows.ts"
import * as UnmatchedSummary from "../reconcile/UnmatchedSummary.ts"
import * as ActorViews from "../reconcile/ActorViews.ts"
import * as Exceptions from "../reconcile/Exceptions.ts"
import * as UnconfirmedOrigins from "../reconcile/UnconfirmedOrigins.ts"
import * as ManualTasks from "../reconcile/ManualTasks.ts"
import * as TeamRows from "../team/TeamRows.ts"

const batch = 1000

const counts = (sql: Statements, run: number): ChangeCounts => {
  const done = new Map(
    sql
      .all("SELECT op, count(*) AS n FROM planned_change WHERE run = ? AND state = 'done' GROUP BY op", run)
      .map((row) => [String(row["op"]), Number(row["n"])])
  )
  const of = (op: string): number => done.get(op) ?? 0
  return {
    groups: { create: of("group.create"), update: of("group.update"), delete: of("group.delete") },
    assignments: { add: of("assignment.add"), remove: of("assignment.remove") },
    ...TeamRows.counts(sql, run)
  }
}

/** The decision that a run carried out: on the part that it applied, or on the run that it took back. */
const decisionOf = (sql: Statements, row: Row): Row | undefined => {
  const about = (subject: string, what: string, at: "<=" | ">=") =>
    sql.get(
      `SELECT ?1 AS subject, (SELECT reason FROM decision WHERE what = ?2 AND subject = ?1 AND at ${at} ?3
        ORDER BY id ${at === "<=" ? "DESC" : "ASC"} LIMIT 1) AS reason`,
      subject,
      what,
      row["started_at"]
    )
  if (row["approves"] !== null) return about(Id.part(row["approves"]), "approved", "<=")
  return row["undoes"] === null ? undefined : about(Id.run(row["undoes"]), "undo", ">=")
}

const toRun = (sql: Statements, row: Row): RunRow => {
  const id = Number(row["id"])
  const stored = row["summary"] === null ? null : (JSON.parse(String(row["summary"])) as ChangeCounts & { readonly calls: RunRow["calls"] })
  const decision = decisionOf(sql, row)
  const taken = sql.get("SELECT 1 FROM run WHERE undoes = ? AND status = 'done'", id) !== undefined
  const lifted = sql.get(
    `SELECT group_concat(' --approve ' || (details ->> 'lift'), '') AS words FROM decision
      WHERE what = 'lifted' AND details ->> 'run' = ?`,
    id
  )
  const writes = number(
    sql,
    `SELECT (SELECT count(DISTINCT call) FROM planned_change
      WHERE run = ?1 AND call IS NOT NULL) + (SELECT count(DISTINCT call) FROM team_planned
      WHERE run = ?1 AND call IS NOT NULL) AS n`,
    id
  )
  return {
    run: Id.run(id),
    sync: String(row["sync_name"]),
    status: taken ? "undone" : row["running"] === 1 ? "running" : row["status"] === null ? "interrupted" : (String(row["status"]) as RunRow["status"]),
    command: decision === undefined ? `${String(row["kind"])}${String(lifted?.["words"] ?? "")}` : `${String(row["kind"])} ${String(decision["subject"])}`,
    by: `${String(row["who"])}@${String(row["host"])}`,
    migration: row["migration"] === null ? null : Id.migration(row["migration"]),
    startedAt: Number(row["started_at"]),
    endedAt: row["ended_at"] === null ? null : Number(row["ended_at"]),
    summary:
      stored === null
        ? counts(sql, id)
        : { groups: stored.groups, assignments: stored.assignments, ...(stored.members === undefined ? {} : { members: stored.members }) },
    calls: stored?.calls ?? { read: 0, write: writes },
    refused: number(
      sql,
      `SELECT (SELECT count(*) FROM planned_change WHERE run = ?1 AND state = 'refused') + (SELECT count(*)
        FROM team_planned WHERE run = ?1 AND state = 'refused') AS n`,
      id
    ),
    left: number(
      sql,
      `SELECT count(*) AS n FROM planned_change p JOIN run r ON r.id = p.run WHERE r.id = ?1
        AND coalesce(r.status, 'interrupted') IN ('interrupted', 'failed') AND p.state IN ('planned', 'void')`,
      row["running"] === 1 ? -1 : id
    ),
    held: sql.all("SELECT id FROM held_part WHERE run = ? ORDER BY id", id).map((part) => Id.part(part["id"])),
    reason: decision === undefined || decision["reason"] === null ? null : String(decision["reason"]),
    error: row["error"] === null ? null : (JSON.parse(String(row["error"])) as RunFailure)
  }
}

const runs = (sql: Statements, limit: number, { from, selected, to }: Within, now: number): ReadonlyArray<RunRow> =>
  sql
    .all(
      `${runSelect} WHERE r.started_at >= ?3 AND r.started_at <= ?4 ${
        selected ? "AND r.id IN (SELECT run FROM selected_change)" : ""
      } ORDER BY r.id DESC LIMIT ?2`,
      now,
      limit,
      from ?? 0,
      to ?? Number.MAX_SAFE_INTEGER
    )
    .map((row) => toRun(sql, row))

/** The first page decides who is unmatched; those after it go on with that list. */
const unmatched = (sql: Statements, { customers, sync }: CustomerIdentity.Sides & { readonly sync: SyncConfig }, after: string | null): Page<UnmatchedRow> => {
  if (after === null) {
    CustomerIdentity.suppose(sql, { sync, customers })
    UnmatchedSummary.find(sql, sync)
  }
  const { last, rows } = UnmatchedRows.after(sql, numberOf(sql, "connection", sync.to), Number(after ?? 0), batch)
  return { rows: rows.map((row) => ({ sync: sync.name, ...row })), next: last === null || rows.length < batch ? null : String(last) }
}

const snapshot = (sql: Statements, connection: string): SnapshotSummary | null => {
  const read = sql.get("SELECT id, ended_at FROM read WHERE connection = ? AND ended_at IS NOT NULL ORDER BY id DESC LIMIT 1", connectionId(sql, connection))
  if (read === undefined) return null
  const streams = sql.all(
    `SELECT s.name, s.rows FROM read_stream n JOIN read_stream s ON s.name = n.name
      AND s.read = ${LastFullRead.read("?2", "n.name")} WHERE n.read = ?1`,
    read["id"],
    connectionId(sql, connection)
  )
  const asked = number(
    sql,
    `SELECT count(*) AS n FROM address_ask q JOIN source_customer c ON c.id = q.source_customer_id
      AND c.connection = ?`,
    connectionId(sql, connection)
  )
  return { at: Number(read["ended_at"]), streams: streams.map((row) => ({ name: String(row["name"]), rows: Number(row["rows"]) })), asked }
}

export const make = (database: Database): typeof OperationsStore.Service => {
  const atNow = <A>(work: (sql: Statements, now: number) => A): Effect.Effect<A, StateError> =>
    Effect.flatMap(Clock.currentTimeMillis, (now) => database.atomically((sql) => work(sql, now)))
  return {
    runs: (limit, within) => atNow((sql, now) => runs(sql, limit, within ?? { from: null, to: null, selected: false }, now)),
    run: (run) =>
      atNow((sql, now) => {
        const row = sql.get(`${runSelect} WHERE r.id = ?2`, now, run)
        return row === undefined ? null : toRun(sql, row)
      }),
    parts: database.use((sql) => HeldParts.waiting(sql)),
    decisions: (limit) => database.use((sql) => DecisionLog.newest(sql, limit)),
    part: (part) => database.use((sql) => HeldParts.one(sql, part)),
    partChanges: (part, after) =>
      database.use((sql) => {
        const owner = HeldParts.owner(sql, part)
        if (owner === null) return { rows: [], next: null }
        return owner.staff ? TeamRows.ofPart(sql, owner) : HeldRows.ofPart(sql, owner, after)
      }),
    chosen: (part, verdict, choice) => database.use((sql) => PartSplit.count(sql, part, verdict, choice)),
    decide: (part, verdict, by, choice = null) =>
      atNow((sql, now) => {
        LineageFile.check(database, sql)
        return HeldParts.decide(sql, part, verdict, by, choice, now)
      }),
    takeBack: (part, before, { rest }, by) =>
      atNow((sql, now) => {
        LineageFile.check(database, sql)
        HeldParts.takeBack(sql, part, before, rest === null ? null : Number(rest.slice("H-".length)), by, now)
      }),
    note: (what, subject, by) => atNow((sql, now) => DecisionLog.note(sql, what, subject, by, now)),
    status: (sides, midnight, now) => database.atomically((sql) => status(sql, sides, midnight, now)),
    teamStatus: (sync, midnight, now) => database.atomically((sql) => teamStatus(sql, sync, midnight, now)),
    failing: (sync) => database.atomically((sql) => failing(sql, syncId(sql, sync), null)),
    unmatched: (sides, after) => database.atomically((sql) => unmatched(sql, sides, after)),
    tasks: (after) => database.use((sql) => ManualTasks.waiting(sql, after)),
    task: (task) => database.use((sql) => ManualTasks.one(sql, task)),
    finish: (tasks, by) =>
      atNow((sql, now) => {
        LineageFile.check(database, sql)
        ManualTasks.done(sql, tasks, by, now)
      }),
    unreached: (sync, now) => database.use((sql) => Exceptions.unreached(sql, sync, now)),
    unconfirmedGroups: (sync) => database.use((sql) => UnconfirmedOrigins.groups(sql, sync)),
    confirm: (sync, whose, by) =>
      atNow((sql, now) => {
        LineageFile.check(database, sql)
        UnconfirmedOrigins.decide(sql, sync, whose, by, now)
      }),
    connection: (name) =>
      database.use((sql) => {
        const row = sql.get("SELECT id, account, actor, identified_at FROM connection WHERE name = ?", name)
        const text = (value: string | number | null | undefined): string | null => (value === null || value === undefined ? null : String(value))
        return {
          account: text(row?.["account"]),
          actor: text(row?.["actor"]),
          acceptedAt: number(sql, "SELECT max(answered_at) AS n FROM call WHERE connection = ? AND outcome = 'done'", row?.["id"] ?? 0) || null,
          identifiedAt: typeof row?.["identified_at"] === "number" ? row["identified_at"] : null,
          targetGroups: number(sql, "SELECT count(*) AS n FROM target_group WHERE connection = ? AND key IS NOT NULL AND gone_at IS NULL", row?.["id"] ?? 0)
        }
      }),
    earlierView: (name, actor) => database.use((sql) => ActorViews.earlier(sql, name, actor)),
    membershipCalls: (name, listedBy, pageSize) =>
      database.use((sql) =>
        number(
          sql,
          listedBy === "group"
            ? `SELECT sum(max(1, (coalesce(count, 0) + CAST(?2 AS INTEGER) - 1) / CAST(?2 AS INTEGER))) AS n
              FROM target_group
               WHERE connection = (SELECT id FROM connection WHERE name = ?1) AND group_key IS NOT NULL
               AND key IS NOT NULL AND gone_at IS NULL`
            : `SELECT count(DISTINCT a.target_customer_id) AS n FROM assignment a
              JOIN target_customer t ON t.id = a.target_customer_id AND ?2 > 0
               WHERE t.connection = (SELECT id FROM connection WHERE name = ?1) AND t.gone_at IS NULL`,
          name,
          pageSize
        )
      ),
    releasable: (configured) => atNow((sql, now) => ReleaseClaims.releasable(sql, configured, now)),
    releaseOutlook: (sync, configured) => database.atomically((sql) => ReleaseClaims.outlook(sql, sync, configured)),
    release: (sync, configured, by) =>
      atNow((sql, now) => {
        LineageFile.check(database, sql)
        return ReleaseClaims.release(sql, sync, configured, by, now)
      }),
    snapshot: (connection) => database.atomically((sql) => snapshot(sql, connection))
  }
}
