/** What is looked up and decided between runs, over SQLite. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type { SyncConfig } from "../src/config/Config.ts"
import type { StateError } from "../src/contract/StateError.ts"
import type { RunRow, ToldBefore, UnmatchedRow } from "../src/model/Overview.ts"
import type { ChangeCounts, RunFailure, UnmatchedReason } from "../src/model/Result.ts"
import type { Overview, Page, SnapshotSummary, Within } from "../src/run/Overview.ts"
import { connectionId, syncId } from "./Connections.ts"
import type { Database, Row, Statements } from "./Database.ts"
import * as Mirror from "./Mirror.ts"
import * as LastList from "./LastList.ts"
import * as OverviewParts from "./OverviewParts.ts"
import * as OverviewRows from "./OverviewRows.ts"
import { failing, findAmbiguous, number, runSelect, status, teamStatus } from "./OverviewStatus.ts"
import * as Release from "./Release.ts"
import { sourceIds, unmatchedPeople } from "./Summary.ts"
import * as Tasks from "./Tasks.ts"
import * as TeamRows from "./TeamRows.ts"

const batch = 1000

const counts = (sql: Statements, run: number): ChangeCounts => {
  const done = new Map(
    sql.all("SELECT op, count(*) AS n FROM planned WHERE run = ? AND state = 'done' GROUP BY op", run).map((row) => [String(row["op"]), Number(row["n"])])
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
      `SELECT ?1 AS subject, (SELECT reason FROM decision WHERE what = ?2 AND subject = ?1 AND at ${at} ?3 ORDER BY id ${at === "<=" ? "DESC" : "ASC"} LIMIT 1) AS reason`,
      subject,
      what,
      row["started_at"]
    )
  if (row["approves"] !== null) return about(`H-${String(row["approves"])}`, "approved", "<=")
  return row["undoes"] === null ? undefined : about(`r-${String(row["undoes"])}`, "undo", ">=")
}

const toRun = (sql: Statements, row: Row): RunRow => {
  const id = Number(row["id"])
  const stored = row["summary"] === null ? null : (JSON.parse(String(row["summary"])) as ChangeCounts & { readonly calls: RunRow["calls"] })
  const decision = decisionOf(sql, row)
  const taken = sql.get("SELECT 1 FROM run WHERE undoes = ? AND status = 'done'", id) !== undefined
  const lifted = sql.get(
    "SELECT group_concat(' --approve ' || (details ->> 'lift'), '') AS words FROM decision WHERE what = 'lifted' AND details ->> 'run' = ?",
    id
  )
  const writes = number(
    sql,
    "SELECT (SELECT count(DISTINCT call) FROM planned WHERE run = ?1 AND call IS NOT NULL) + (SELECT count(DISTINCT call) FROM team_planned WHERE run = ?1 AND call IS NOT NULL) AS n",
    id
  )
  return {
    run: `r-${id}`,
    sync: String(row["sync_name"]),
    status: taken ? "undone" : row["running"] === 1 ? "running" : row["status"] === null ? "interrupted" : (String(row["status"]) as RunRow["status"]),
    command: decision === undefined ? `${String(row["kind"])}${String(lifted?.["words"] ?? "")}` : `${String(row["kind"])} ${String(decision["subject"])}`,
    by: `${String(row["who"])}@${String(row["host"])}`,
    startedAt: Number(row["started_at"]),
    endedAt: row["ended_at"] === null ? null : Number(row["ended_at"]),
    summary:
      stored === null
        ? counts(sql, id)
        : { groups: stored.groups, assignments: stored.assignments, ...(stored.members === undefined ? {} : { members: stored.members }) },
    calls: stored?.calls ?? { read: 0, write: writes },
    refused: number(
      sql,
      "SELECT (SELECT count(*) FROM planned WHERE run = ?1 AND state = 'refused') + (SELECT count(*) FROM team_planned WHERE run = ?1 AND state = 'refused') AS n",
      id
    ),
    held: sql.all("SELECT id FROM held_part WHERE run = ? ORDER BY id", id).map((part) => `H-${String(part["id"])}`),
    reason: decision === undefined || decision["reason"] === null ? null : String(decision["reason"]),
    error: row["error"] === null ? null : (JSON.parse(String(row["error"])) as RunFailure)
  }
}

const runs = (sql: Statements, limit: number, { from, selected, to }: Within, now: number): ReadonlyArray<RunRow> =>
  sql
    .all(
      `${runSelect} WHERE r.started_at >= ?3 AND r.started_at <= ?4 ${selected ? "AND r.id IN (SELECT run FROM selected_change)" : ""} ORDER BY r.id DESC LIMIT ?2`,
      now,
      limit,
      from ?? 0,
      to ?? Number.MAX_SAFE_INTEGER
    )
    .map((row) => toRun(sql, row))

/** How many of the last failures in a row are of the same kind as the last one. */
const sameKind = (sql: Statements, sync: number, before: number | null): ToldBefore["failure"] => {
  const series = failing(sql, sync, before)
  if (series === null) return null
  const kinds = sql
    .all(
      "SELECT error ->> '$.kind' AS kind FROM run WHERE sync = ? AND id < ? AND status = 'failed' AND error ->> '$.kind' <> 'stale' ORDER BY id DESC LIMIT ?",
      sync,
      before ?? Number.MAX_SAFE_INTEGER,
      series.runs
    )
    .map((row) => row["kind"])
  const other = kinds.findIndex((kind) => kind !== series.error.kind)
  return { kind: series.error.kind, times: other < 0 ? kinds.length : other }
}

const toldBefore = (sql: Statements, sync: number, run: number | null): ToldBefore => ({
  failure: sameKind(sql, sync, run),
  refused: number(
    sql,
    `SELECT (SELECT count(*) FROM planned p JOIN refused r ON r.op = p.op AND r.grp = p.grp AND r.customer = p.customer AND r.attempts > 1 WHERE p.run = ?1 AND p.state = 'refused')
       + (SELECT count(*) FROM team_planned p JOIN team_refused r ON r.op = p.op AND r.person = p.person AND r.attempts > 1 WHERE p.run = ?1 AND p.state = 'refused') AS n`,
    run
  ),
  tasks: number(
    sql,
    "SELECT count(*) AS n FROM task WHERE sync = ? AND done_at IS NULL AND opened_at < coalesce((SELECT started_at FROM run WHERE id = ?), 9e15)",
    sync,
    run
  )
})

const unmatched = (sql: Statements, sync: SyncConfig, after: string | null): Page<UnmatchedRow> => {
  const [to, from] = [connectionId(sql, sync.to), sourceIds(sql, { sync })]
  findAmbiguous(sql, to, from)
  const rows = sql.all(
    `SELECT u.*, k.name AS connection_name, coalesce((SELECT started_at FROM read WHERE id = u.since), 0) AS since_at,
       CASE WHEN reason = 'ambiguous' THEN (SELECT group_concat(key, ' ') FROM (SELECT t.key FROM target_customer t JOIN source_customer c ON c.id = u.id WHERE t.connection = ?1 AND t.gone_at IS NULL
         AND (t.address = c.address OR t.address IN (SELECT address FROM source_address WHERE customer = c.id) OR t.id IN (SELECT target_customer FROM customer_link WHERE source_customer = u.id)) LIMIT 5)) END AS candidates
     FROM (${unmatchedPeople(sync)}) u JOIN connection k ON k.id = u.connection WHERE u.id > ?3 ORDER BY u.id LIMIT ${batch}`,
    to,
    from,
    Number(after ?? 0)
  )
  const last = rows.at(-1)
  return {
    rows: rows.map((row) => ({
      sync: sync.name,
      connection: String(row["connection_name"]),
      id: String(row["key"]),
      email: row["email"] === null ? null : String(row["email"]),
      name: row["name"] === null ? null : String(row["name"]),
      reason: String(row["reason"]) as UnmatchedReason,
      since: Number(row["since_at"]),
      candidates: row["candidates"] === null ? [] : String(row["candidates"]).split(" ")
    })),
    next: last === undefined || rows.length < batch ? null : String(last["id"])
  }
}

const snapshot = (sql: Statements, connection: string): SnapshotSummary | null => {
  const read = sql.get("SELECT id, ended_at FROM read WHERE connection = ? AND ended_at IS NOT NULL ORDER BY id DESC LIMIT 1", connectionId(sql, connection))
  if (read === undefined) return null
  const streams = sql.all(
    `SELECT s.name, s.rows FROM read_stream n JOIN read_stream s ON s.name = n.name AND s.read = ${LastList.read("?2", "n.name")} WHERE n.read = ?1`,
    read["id"],
    connectionId(sql, connection)
  )
  const asked = number(
    sql,
    "SELECT count(*) AS n FROM address_ask q JOIN source_customer c ON c.id = q.customer AND c.connection = ?",
    connectionId(sql, connection)
  )
  return { at: Number(read["ended_at"]), streams: streams.map((row) => ({ name: String(row["name"]), rows: Number(row["rows"]) })), asked }
}

export const make = (database: Database): typeof Overview.Service => {
  const atNow = <A>(work: (sql: Statements, now: number) => A): Effect.Effect<A, StateError> =>
    Effect.flatMap(Clock.currentTimeMillis, (now) => database.atomically((sql) => work(sql, now)))
  return {
    runs: (limit, within) => atNow((sql, now) => runs(sql, limit, within ?? { from: null, to: null, selected: false }, now)),
    run: (run) =>
      atNow((sql, now) => {
        const row = sql.get(`${runSelect} WHERE r.id = ?2`, now, run)
        return row === undefined ? null : toRun(sql, row)
      }),
    parts: database.use(OverviewParts.waiting),
    part: (part) => database.use((sql) => OverviewParts.one(sql, part)),
    partChanges: (part, after) =>
      database.use((sql) => {
        const owner = OverviewParts.owner(sql, part)
        if (owner === null) return { rows: [], next: null }
        return owner.staff ? TeamRows.ofPart(sql, owner) : OverviewRows.ofPart(sql, owner, after)
      }),
    decide: (part, decision, by) =>
      atNow((sql, now) => {
        Mirror.check(database, sql)
        OverviewParts.decide(sql, part, decision, by, now)
      }),
    note: (what, subject, by) => atNow((sql, now) => OverviewParts.note(sql, what, subject, by, now)),
    status: (sync, midnight, now) => database.atomically((sql) => status(sql, sync, midnight, now)),
    teamStatus: (sync, midnight, now) => database.atomically((sql) => teamStatus(sql, sync, midnight, now)),
    failing: (sync) => database.atomically((sql) => failing(sql, syncId(sql, sync), null)),
    toldBefore: (sync, run) => database.atomically((sql) => toldBefore(sql, syncId(sql, sync), run)),
    unmatched: (sync, after) => database.atomically((sql) => unmatched(sql, sync, after)),
    tasks: (after) => database.use((sql) => Tasks.waiting(sql, after)),
    task: (task) => database.use((sql) => Tasks.one(sql, task)),
    finish: (tasks, by) =>
      atNow((sql, now) => {
        Mirror.check(database, sql)
        Tasks.done(sql, tasks, by, now)
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
    membershipCalls: (name, listedBy, pageSize) =>
      database.use((sql) =>
        number(
          sql,
          listedBy === "group"
            ? `SELECT sum(max(1, (coalesce(count, 0) + CAST(?2 AS INTEGER) - 1) / CAST(?2 AS INTEGER))) AS n FROM target_group
               WHERE connection = (SELECT id FROM connection WHERE name = ?1) AND handle IS NOT NULL AND key IS NOT NULL AND gone_at IS NULL`
            : `SELECT count(DISTINCT a.customer) AS n FROM assignment a JOIN target_customer t ON t.id = a.customer AND ?2 > 0
               WHERE t.connection = (SELECT id FROM connection WHERE name = ?1) AND t.gone_at IS NULL`,
          name,
          pageSize
        )
      ),
    releasable: (configured) => database.atomically((sql) => Release.releasable(sql, configured)),
    releaseOutlook: (sync, configured) => database.atomically((sql) => Release.outlook(sql, sync, configured)),
    release: (sync, configured, by) =>
      atNow((sql, now) => {
        Mirror.check(database, sql)
        return Release.release(sql, sync, configured, by, now)
      }),
    snapshot: (connection) => database.atomically((sql) => snapshot(sql, connection))
  }
}
