/** Runs, the lease and account bindings over SQLite. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type { Identity } from "../../src/contract/Identity.ts"
import type { PacerInference, PacerUse } from "../../src/contract/Pacer.ts"
import type { StateError } from "../../src/contract/StateError.ts"
import type { ChangeOp } from "../../src/model/Change.ts"
import type { ChangeCounts, Refused } from "../../src/model/Result.ts"
import type { Decider } from "../../src/model/Decision.ts"
import { scheduler, type Binding, type Lease, type Paused, type RunStore } from "../../src/run/RunStore.ts"
import { connectionId, syncId } from "../database/Intern.ts"
import type { Database } from "../database/Database.ts"
import type { Row, Statements } from "../database/Statements.ts"
import * as FencingToken from "../database/FencingToken.ts"
import * as StoredTimes from "../database/StoredTimes.ts"
import * as LineageFile from "../database/LineageFile.ts"
import * as DecisionLog from "../database/DecisionLog.ts"
import * as TeamRows from "../team/TeamRows.ts"

/** No vendor counts calls over more than a day. */
const longestWindow = 86_400_000

const acquire = (sql: Statements, holder: string, millis: number, instead: number | null, now: number): Lease => {
  const held = sql.get("SELECT number, holder, expires_at FROM lease WHERE name = 'run'")
  const number = Number(held?.["number"] ?? 0)
  const until = Number(held?.["expires_at"] ?? 0)
  if (until > now && number !== instead) return { _tag: "Taken", number, holder: String(held?.["holder"]), until }
  sql.run("INSERT OR REPLACE INTO lease VALUES ('run', ?, ?, ?)", number + 1, holder, now + millis)
  return { _tag: "Ours", number: number + 1 }
}

const bind = (sql: Statements, name: string, connector: string, identity: Identity, now: number): Binding => {
  const id = connectionId(sql, name)
  const before = sql.get("SELECT account, role FROM connection WHERE id = ?", id)
  if (before?.["account"] !== null && before?.["account"] !== identity.account) return { _tag: "OtherAccount", before: String(before?.["account"]) }
  if (before?.["role"] !== null && before?.["role"] !== undefined && before["role"] !== identity.role)
    return { _tag: "OtherRole", before: String(before["role"]) }
  sql.run(
    "UPDATE connection SET connector = ?, account = ?, label = ?, actor = ?, role = ?, identified_at = ? WHERE id = ?",
    connector,
    identity.account,
    identity.label,
    identity.actor,
    identity.role,
    now,
    id
  )
  return { _tag: "Same" }
}

const counts = (sql: Statements, run: number): ChangeCounts => {
  const done = (op: ChangeOp) => Number(sql.get("SELECT count(*) AS n FROM planned_change WHERE run = ? AND op = ? AND state = 'done'", run, op)?.["n"])
  return {
    groups: { create: done("group.create"), update: done("group.update"), delete: done("group.delete") },
    assignments: { add: done("assignment.add"), remove: done("assignment.remove") },
    ...TeamRows.counts(sql, run)
  }
}

const refusedRow = (sync: string, row: Row): Refused => ({
  reason: String(row["reason"]),
  change: {
    op: String(row["op"]) as ChangeOp,
    sync,
    group: { id: row["key"] === null ? null : String(row["key"]), name: String(row["name"]), key: String(row["group_key"] ?? "") },
    cause: "new",
    ...(row["target_customer_id"] === 0
      ? {}
      : { customer: { id: String(row["customer_key"]), email: row["email"] === null ? null : String(row["email"]), name: null } })
  }
})

const pausedUntil = (sql: Statements, sync: string, now: number): Paused | null => {
  const row = sql.get("SELECT paused_until, paused_by, paused_reason FROM sync WHERE name = ? AND paused_until > ?", sync, now)
  if (row === undefined) return null
  return { until: Number(row["paused_until"]), by: String(row["paused_by"]), reason: row["paused_reason"] === null ? null : String(row["paused_reason"]) }
}

const pause = (sql: Statements, sync: string, until: number | null, by: Decider, now: number): void => {
  sql.run(
    "UPDATE sync SET paused_until = ?, paused_by = ?, paused_reason = ? WHERE id = ?",
    until,
    until === null ? null : by.who,
    until === null ? null : by.reason,
    syncId(sql, sync)
  )
  DecisionLog.note(sql, until === null ? "resume" : "pause", sync, by, now)
}

const storePacer = (sql: Statements, name: string, { inferred, use }: Parameters<typeof RunStore.Service.storePacer>[1], now: number): void => {
  const connection = connectionId(sql, name)
  sql.run("DELETE FROM pacer_use WHERE connection = ?", connection)
  for (const item of use) sql.run("INSERT INTO pacer_use VALUES (?, ?, ?)", connection, item.endpoint, item.at)
  sql.run("DELETE FROM pacer_limit WHERE connection = ?", connection)
  for (const { calls, confirmed, endpoint, perMillis } of inferred)
    sql.run("INSERT INTO pacer_limit VALUES (?, ?, ?, ?, ?, ?)", connection, endpoint, calls, Math.round(perMillis), confirmed ? 1 : 0, now)
}

/** A limit that no run has met for so long may be another by now. */
const believedMillis = 7 * 24 * 3_600_000

const pacerLimits = (sql: Statements, name: string, now: number): ReadonlyArray<PacerInference> =>
  sql
    .all(
      `SELECT endpoint, calls, per_millis, confirmed FROM pacer_limit
        WHERE connection = ? AND stored_at BETWEEN ? AND ?`,
      connectionId(sql, name),
      now - believedMillis,
      now
    )
    .map((row) => ({
      endpoint: row["endpoint"] === null ? null : String(row["endpoint"]),
      calls: Number(row["calls"]),
      perMillis: Number(row["per_millis"]),
      confirmed: row["confirmed"] === 1
    }))

/** What was stored when the last run ended, and the calls that a run which was killed has left in the journal since. */
const pacerUse = (sql: Statements, name: string, now: number): ReadonlyArray<PacerUse> =>
  sql
    .all(
      `SELECT endpoint, at FROM pacer_use WHERE connection = ?1
       UNION ALL SELECT NULL, coalesce(answered_at, intent_at) FROM call
         WHERE connection = ?1 AND id > (SELECT coalesce(max(c.id), 0) FROM call c JOIN run r ON r.id = c.run
           WHERE r.ended_at IS NOT NULL AND r.status <> 'interrupted') AND intent_at > ?2
       UNION ALL SELECT NULL, coalesce(answered_at, intent_at) FROM team_call
         WHERE connection = ?1 AND id > (SELECT coalesce(max(c.id), 0) FROM team_call c JOIN run r ON r.id = c.run
           WHERE r.ended_at IS NOT NULL AND r.status <> 'interrupted') AND intent_at > ?2
       ORDER BY at`,
      connectionId(sql, name),
      now - longestWindow
    )
    .map((row) => ({ endpoint: row["endpoint"] === null ? null : String(row["endpoint"]), at: Number(row["at"]) }))

export const make = (database: Database): typeof RunStore.Service => {
  const atNow = <A>(work: (sql: Statements, now: number) => A): Effect.Effect<A, StateError> =>
    Effect.flatMap(Clock.currentTimeMillis, (now) => database.atomically((sql) => work(sql, now)))
  // The lease taken last through this opening of the file.
  let held: number | null = null
  return {
    lineage: database.lineage,
    file: database.file,
    fresh: database.fresh,
    objection: database.use((sql) => {
      // First the mirror: a run that begins in between is then ahead of it, not behind.
      const mirrored = LineageFile.read(database.file)
      return LineageFile.objection(database.file, LineageFile.ofState(sql), mirrored, database.backups)?.message ?? null
    }),
    clockWentBack: database.use((sql) => {
      const ahead = sql.get(StoredTimes.unreported)?.["value"]
      return ahead === undefined ? null : Number(ahead)
    }),
    written: database.use((sql) =>
      Number(
        sql.get(
          `SELECT coalesce((SELECT max(id) FROM call), 0) + coalesce((SELECT max(id) FROM team_call),
            0) + coalesce((SELECT max(id) FROM decision), 0) AS calls`
        )?.["calls"]
      )
    ),
    acquire: (holder, millis, instead) =>
      Effect.tap(
        atNow((sql, now) => {
          LineageFile.check(database, sql)
          return acquire(sql, holder, millis, instead, now)
        }),
        (lease) =>
          Effect.sync(() => {
            if (lease._tag === "Ours") held = lease.number
          })
      ),
    renew: (number, millis) =>
      atNow((sql, now) => {
        FencingToken.checkLease(database, sql, number)
        sql.run("UPDATE lease SET expires_at = ? WHERE name = 'run'", now + millis)
      }),
    stillOurs: database.use((sql) => FencingToken.checkLease(database, sql, held)),
    release: (number) => atNow((sql) => void sql.run("UPDATE lease SET expires_at = 0 WHERE name = 'run' AND number = ?", number)),
    begin: (sync, kind, who, host, { approves, undoes }) =>
      Effect.zipLeft(
        atNow((sql, now) => {
          // A run that still shows as under way while we hold the lease was killed.
          sql.run("UPDATE run SET ended_at = ?, status = 'interrupted' WHERE ended_at IS NULL", now)
          for (const table of ["planned_change", "team_planned"]) sql.run(`UPDATE ${table} SET state = 'void', settled_at = ? WHERE state = 'planned'`, now)
          sql.run("UPDATE meta SET value = CAST(value AS INTEGER) + 1 WHERE key = 'counter'")
          return sql.insert(
            `INSERT INTO run (sync, kind, started_at, who, host, undoes, approves, migration) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7,
              (SELECT id FROM migration WHERE sync = ?1 AND ended_at IS NULL AND (?2 = 'migrate' OR ?2 <> 'undo' AND approved_at IS NOT NULL)))`,
            syncId(sql, sync),
            kind,
            now,
            who,
            host,
            undoes,
            approves
          )
        }),
        database.use((sql) => LineageFile.follow(database, sql))
      ),
    lastTurn: (sync) =>
      database.use((sql) => {
        const at = sql.get(
          `SELECT started_at AS at FROM run WHERE sync = (SELECT id FROM sync WHERE name = ?) AND who = ?
            ORDER BY id DESC LIMIT 1`,
          sync,
          scheduler
        )?.["at"]
        return typeof at === "number" ? at : null
      }),
    end: (run, { status, calls, error }) =>
      atNow((sql, now) => {
        const summary = JSON.stringify({ ...counts(sql, run), calls })
        sql.run(
          "UPDATE run SET ended_at = ?, status = ?, summary = ?, error = ? WHERE id = ?",
          now,
          status,
          summary,
          error === null ? null : JSON.stringify(error),
          run
        )
        if (status !== "failed") sql.run(StoredTimes.reported)
      }),
    outcome: (run, sync) =>
      database.use((sql) => ({
        counts: counts(sql, run),
        refused: sql
          .all(
            `SELECT p.op, p.target_customer_id, g.key, g.name, g.group_key, t.key AS customer_key, t.email, r.reason
              FROM planned_change p JOIN target_group g ON g.id = p.group_id
             JOIN refused r ON r.op = p.op AND r.group_id = p.group_id AND r.target_customer_id = p.target_customer_id
             LEFT JOIN target_customer t ON t.id = p.target_customer_id
             WHERE p.run = ? AND p.state = 'refused' LIMIT 1000`,
            run
          )
          .map((row) => refusedRow(sync, row))
          .concat(TeamRows.refused(sql, run, sync)),
        left: Number(
          sql.get(
            `SELECT (SELECT count(*) FROM planned_change WHERE run = ?1 AND state = 'planned') + (SELECT count(*)
              FROM team_planned WHERE run = ?1 AND state = 'planned') AS n`,
            run
          )?.["n"]
        )
      })),
    bind: (name, connector, identity) => atNow((sql, now) => bind(sql, name, connector, identity, now)),
    rebind: (name) => atNow((sql) => sql.run("UPDATE connection SET account = NULL, role = NULL, actor = NULL WHERE name = ?", name) > 0),
    pacerUse: (name) => atNow((sql, now) => pacerUse(sql, name, now)),
    pacerLimits: (name) => atNow((sql, now) => pacerLimits(sql, name, now)),
    storePacer: (name, learned) => atNow((sql, now) => storePacer(sql, name, learned, now)),
    voidPlanned: (run) =>
      atNow((sql, now) => {
        for (const table of ["planned_change", "team_planned"])
          sql.run(`UPDATE ${table} SET state = 'void', settled_at = ? WHERE run = ? AND state = 'planned'`, now, run)
      }),
    judgement: (keep, steps) =>
      database.around(
        Effect.zipRight(
          database.use((sql) => FencingToken.checkLease(database, sql, keep ? held : null)),
          steps
        ),
        () => keep
      ),
    pausedUntil: (sync, now) => database.use((sql) => pausedUntil(sql, sync, now)),
    pause: (sync, until, by) =>
      atNow((sql, now) => {
        LineageFile.check(database, sql)
        pause(sql, sync, until, by, now)
      }),
    resume: (sync, by) =>
      atNow((sql, now) => {
        LineageFile.check(database, sql)
        const was = pausedUntil(sql, sync, now) !== null
        if (was) pause(sql, sync, null, by, now)
        return was
      })
  }
}
