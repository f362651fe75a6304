/** Migrations, over SQLite. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type { StateError } from "../../src/contract/StateError.ts"
import * as Id from "../../src/model/Id.ts"
import { numberOf, phases, type Approval, type Done, type Migration, type Phase, type Verified } from "../../src/model/Migration.ts"
import type { MigrationStore } from "../../src/run/MigrationStore.ts"
import type { Database } from "../database/Database.ts"
import { syncId } from "../database/Intern.ts"
import * as LineageFile from "../database/LineageFile.ts"
import type { Row, Statements } from "../database/Statements.ts"

const columns = "SELECT m.*, s.name AS sync_name FROM migration m JOIN sync s ON s.id = m.sync"

const promised = (row: Row): Migration["promised"] =>
  row["plan_hash"] === null
    ? null
    : {
        hash: String(row["plan_hash"]),
        groups: Number(row["groups"]),
        memberships: Number(row["memberships"]),
        calls: Number(row["calls"]),
        seconds: Number(row["seconds"])
      }

const approval = (row: Row): Approval | null =>
  row["approved_at"] === null
    ? null
    : {
        who: String(row["approved_by"]),
        host: String(row["approved_host"]),
        at: Number(row["approved_at"]),
        how: String(row["approved_how"]) as Approval["how"]
      }

const migrationOf = (sql: Statements, row: Row): Migration => ({
  id: Id.migration(row["id"]),
  sync: String(row["sync_name"]),
  phase: String(row["phase"]) as Phase,
  who: String(row["who"]),
  host: String(row["host"]),
  startedAt: Number(row["started_at"]),
  promised: promised(row),
  approval: approval(row),
  runs: sql.all("SELECT id FROM run WHERE migration = ? ORDER BY id", row["id"]).map((run) => Id.run(run["id"])),
  verified: row["verified"] === null ? null : (JSON.parse(String(row["verified"])) as Verified),
  endedAt: row["ended_at"] === null ? null : Number(row["ended_at"])
})

const open = (sql: Statements, name: string, by: { readonly who: string; readonly host: string }, now: number): Migration => {
  const sync = syncId(sql, name)
  sql.run(
    `INSERT OR IGNORE INTO migration (sync, phase, who, host, started_at)
      SELECT ?1, 'read', ?2, ?3, ?4 WHERE NOT EXISTS (SELECT 1 FROM migration WHERE sync = ?1 AND ended_at IS NULL)`,
    sync,
    by.who,
    by.host,
    now
  )
  const row = sql.get(`${columns} WHERE m.sync = ? AND m.ended_at IS NULL`, sync)
  if (row === undefined) throw new Error("a migration that was opened is not there")
  return migrationOf(sql, row)
}

const runs = "SELECT id FROM run WHERE migration = ?1"

/** Groups that its runs made and that are there. */
const made = `SELECT p.group_id FROM planned_change p JOIN target_group g ON g.id = p.group_id AND g.gone_at IS NULL
  WHERE p.run IN (${runs}) AND p.op = 'group.create' AND p.state = 'done'`

const done = (sql: Statements, id: number): Done => {
  const count = (text: string) => Number(sql.get(text, id)?.["n"] ?? 0)
  const of = (op: string) => count(`SELECT count(*) AS n FROM planned_change WHERE run IN (${runs}) AND op = '${op}' AND state = 'done'`)
  const worked = sql.get(
    `SELECT sum(calls) AS calls, sum(last - first) / 1000.0 AS seconds FROM (SELECT count(*) AS calls,
      min(intent_at) AS first, max(coalesce(answered_at, intent_at)) AS last FROM call WHERE run IN (${runs}) GROUP BY run)`,
    id
  )
  const refused = sql.all(
    `SELECT DISTINCT r.op, g.name AS group_name, coalesce(t.email, t.name, t.key) AS customer, r.reason FROM planned_change p
      JOIN refused r ON r.op = p.op AND r.group_id = p.group_id AND r.target_customer_id = p.target_customer_id
     JOIN target_group g ON g.id = p.group_id LEFT JOIN target_customer t ON t.id = p.target_customer_id
     WHERE p.run IN (${runs}) AND p.state = 'refused' ORDER BY 2, 3 LIMIT 1000`,
    id
  )
  return {
    groups: of("group.create"),
    memberships: of("assignment.add"),
    calls: Number(worked?.["calls"] ?? 0),
    seconds: Number(worked?.["seconds"] ?? 0),
    runs: sql.all(`SELECT DISTINCT run FROM planned_change WHERE run IN (${runs}) AND state = 'done' ORDER BY run DESC`, id).map((row) => Id.run(row["run"])),
    refused: refused.map((row) => ({
      op: String(row["op"]),
      group: String(row["group_name"]),
      customer: row["customer"] === null ? null : String(row["customer"]),
      reason: String(row["reason"])
    })),
    made: count(`SELECT count(DISTINCT group_id) AS n FROM (${made})`),
    joined: sql
      .all(
        `SELECT count(*) AS n FROM planned_change p WHERE p.run IN (${runs}) AND p.op = 'assignment.add' AND p.state = 'done'
          AND p.group_id NOT IN (${made}) GROUP BY p.group_id`,
        id
      )
      .map((row) => Number(row["n"]))
  }
}

export const make = (database: Database): typeof MigrationStore.Service => {
  const atNow = <A>(work: (sql: Statements, now: number) => A): Effect.Effect<A, StateError> =>
    Effect.flatMap(Clock.currentTimeMillis, (now) => database.atomically((sql) => work(sql, now)))
  const reach = (sql: Statements, id: number, phase: Phase): void => {
    const before = JSON.stringify(phases.slice(0, numberOf(phase) - 1))
    sql.run("UPDATE migration SET phase = ? WHERE id = ? AND phase IN (SELECT value FROM json_each(?))", phase, id, before)
  }
  return {
    open: (sync, by) =>
      atNow((sql, now) => {
        LineageFile.check(database, sql)
        return open(sql, sync, by, now)
      }),
    one: (id) =>
      database.use((sql) => {
        const row = sql.get(`${columns} WHERE m.id = ?`, Id.numberOf(id))
        return row === undefined ? null : migrationOf(sql, row)
      }),
    reach: (id, phase) => database.use((sql) => reach(sql, Id.numberOf(id), phase)),
    promise: (id, { calls, groups, hash, memberships, seconds }) =>
      database.atomically((sql) => {
        const values = [hash, groups, memberships, calls, seconds, Id.numberOf(id)]
        sql.run(
          `UPDATE migration SET plan_hash = ?, groups = ?, memberships = ?, calls = ?, seconds = ?
            WHERE id = ? AND approved_at IS NULL`,
          ...values
        )
        reach(sql, Id.numberOf(id), "plan")
      }),
    approve: (id, { host, how, who }) =>
      atNow((sql, now) => {
        sql.run(
          `UPDATE migration SET approved_by = ?, approved_host = ?, approved_at = ?, approved_how = ?
            WHERE id = ? AND approved_at IS NULL`,
          who,
          host,
          now,
          how,
          Id.numberOf(id)
        )
        reach(sql, Id.numberOf(id), "fill")
      }),
    verified: (id, verified) =>
      database.atomically((sql) => {
        sql.run("UPDATE migration SET verified = ? WHERE id = ?", JSON.stringify(verified), Id.numberOf(id))
        reach(sql, Id.numberOf(id), "sign-off")
      }),
    end: (id) => atNow((sql, now) => void sql.run("UPDATE migration SET ended_at = ? WHERE id = ?", now, Id.numberOf(id))),
    discard: (id) =>
      database.atomically((sql) => {
        sql.run("UPDATE run SET migration = NULL WHERE migration = ?", Id.numberOf(id))
        sql.run("DELETE FROM migration WHERE id = ?", Id.numberOf(id))
      }),
    done: (id) => database.use((sql) => done(sql, Id.numberOf(id))),
    groups: (id) =>
      database.use((sql) =>
        sql
          .all(
            `SELECT g.id, g.key, g.name, (SELECT count(*) FROM assignment a WHERE a.group_id = g.id) AS members FROM target_group g
              WHERE g.key IS NOT NULL AND g.gone_at IS NULL AND g.id IN (SELECT group_id FROM planned_change WHERE run IN (${runs})
                AND op IN ('group.create', 'assignment.add') AND state IN ('done', 'already')) ORDER BY g.id`,
            Id.numberOf(id)
          )
          .map((row) => ({ group: Number(row["id"]), id: String(row["key"]), name: String(row["name"]), members: Number(row["members"]) }))
      ),
    customers: (id) =>
      database.use((sql) =>
        sql
          .all(
            `SELECT t.id, t.key, coalesce(t.email, t.name, t.key) AS name FROM target_customer t WHERE t.gone_at IS NULL
              AND t.id IN (SELECT target_customer_id FROM planned_change WHERE run IN (${runs}) AND op = 'assignment.add'
                AND state IN ('done', 'already')) ORDER BY t.id`,
            Id.numberOf(id)
          )
          .map((row) => ({ customer: Number(row["id"]), id: String(row["key"]), name: String(row["name"]) }))
      )
  }
}
