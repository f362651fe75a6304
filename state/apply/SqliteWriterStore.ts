/** Who wrote last to a target, over SQLite. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type { StateError } from "../../src/contract/StateError.ts"
import type { Writer } from "../../src/apply/Journal.ts"
import type { Carrier, Known, Shown, Signing, Standing, WriterStore } from "../../src/apply/WriterStore.ts"
import type { HeldPart } from "../../src/model/Change.ts"
import type { MarkWriter } from "../../src/model/Group.ts"
import type { Database } from "../database/Database.ts"
import * as DecisionLog from "../database/DecisionLog.ts"
import * as FencingToken from "../database/FencingToken.ts"
import { connectionId, syncId } from "../database/Intern.ts"
import * as LastWriter from "../database/LastWriter.ts"
import * as Machine from "../database/Machine.ts"
import type { Row, Statements } from "../database/Statements.ts"
import * as HeldParts from "../plan/HeldParts.ts"
import * as TargetGroups from "../read/TargetGroups.ts"

const writerOf = (row: Row): MarkWriter => ({ run: Number(row["number"]), machine: String(row["machine"]), at: Number(row["at"]) })

const knownOf = (sql: Statements, connection: number): Known | null => {
  const row = sql.get("SELECT number, machine, at, sent, claim, went_on FROM last_writer WHERE connection = ?", connection)
  if (row === undefined) return null
  const claim = row["claim"] as Known["claim"]
  return { ...writerOf(row), sent: Number(row["sent"]), claim, wentOn: claim !== null || row["went_on"] === 1 }
}

const standing = (sql: Statements, connection: number, lineage: string): Standing => ({
  known: knownOf(sql, connection),
  shown: sql
    .all(
      `SELECT g.mark_writer AS number, g.mark_machine AS machine, g.mark_written_at AS at, g.mark_seen_at,
        coalesce(w.group_id = g.id, 0) AS carries FROM target_group g LEFT JOIN last_writer w ON w.connection = g.connection
       WHERE g.connection = ? AND g.mark_state = ? AND g.mark_seen_at IS NOT NULL AND g.gone_at IS NULL
       AND (g.mark_writer IS NOT NULL OR w.group_id = g.id)`,
      connection,
      lineage
    )
    .map((row): Shown => ({ writer: row["number"] === null ? null : writerOf(row), seenAt: Number(row["mark_seen_at"]), carries: row["carries"] === 1 }))
})

/** Stores the run's number, above every one that is known. The same for all of a run, unless a person's decision came in between. */
const number = (sql: Statements, database: Database, { run, to }: Writer, now: number): MarkWriter => {
  const connection = connectionId(sql, to)
  const known = sql.get("SELECT number, run, claim FROM last_writer WHERE connection = ?", connection)
  const shown = Number(
    sql.get("SELECT max(mark_writer) AS n FROM target_group WHERE connection = ? AND mark_state = ? AND gone_at IS NULL", connection, database.lineage)?.[
      "n"
    ] ?? 0
  )
  const before = Number(known?.["number"] ?? 0)
  const isRuns = known !== undefined && known["run"] === run && known["claim"] === null
  const writer = { run: isRuns ? before : Math.max(run, before + 1, shown + 1), machine: Machine.id(database), at: now }
  sql.run(
    `INSERT INTO last_writer (connection, number, machine, at, sent, run) VALUES (?1, ?2, ?3, ?4, 0, ?5)
     ON CONFLICT (connection) DO UPDATE SET number = ?2, machine = ?3, at = ?4, run = ?5`,
    connection,
    writer.run,
    writer.machine,
    now,
    run
  )
  return writer
}

const settle = (sql: Statements, call: number, done: boolean, detail: string | null, now: number): void => {
  sql.run("UPDATE call SET answered_at = ?, outcome = ?, detail = ? WHERE id = ?", now, done ? "done" : "undone", detail, call)
  if (!done) return
  sql.run(
    `UPDATE last_writer SET sent = number, went_on = max(went_on, claim IS NOT NULL), claim = NULL,
      group_id = (SELECT group_id FROM call WHERE id = ?1)
      WHERE connection = (SELECT connection FROM call WHERE id = ?1)`,
    call
  )
  sql.run(
    `UPDATE target_group SET mark_writer = w.number, mark_machine = w.machine, mark_written_at = w.at, mark_seen_at = ?2
      FROM last_writer w WHERE w.connection = target_group.connection AND target_group.id = (SELECT group_id FROM call WHERE id = ?1)`,
    call,
    now
  )
}

/** Parts of this kind wait as a whole, and have a unit of their own. */
const own = "guard = 'ownership' AND unit = 'runs'"

const hold = (sql: Statements, sync: number, finding: Parameters<typeof WriterStore.Service.hold>[1], run: number, now: number): ReadonlyArray<HeldPart> => {
  const open = sql.get(`SELECT id FROM held_part WHERE sync = ? AND ${own} AND state = 'open'`, sync)
  if (finding === null) {
    if (open !== undefined) sql.run("UPDATE held_part SET state = 'closed', closed_at = ? WHERE id = ?", now, open["id"])
    return []
  }
  const why = JSON.stringify(finding.why)
  if (open === undefined) {
    sql.run(
      `INSERT INTO held_part (sync, guard, state, opened_at, run, lim, value, unit, why)
        VALUES (?, 'ownership', 'open', ?, ?, 0, ?, 'runs', ?)`,
      sync,
      now,
      run,
      finding.runs,
      why
    )
  } else sql.run("UPDATE held_part SET value = ?, why = ? WHERE id = ?", finding.runs, why, open["id"])
  return HeldParts.open(sql, sync, run).filter(({ guard, unit }) => guard === "ownership" && unit === "runs")
}

export const make = (database: Database): typeof WriterStore.Service => {
  const stored = <A>(work: (sql: Statements, now: number) => A): Effect.Effect<A, StateError> =>
    Effect.flatMap(Clock.currentTimeMillis, (now) => database.atomically((sql) => work(sql, now)))
  return {
    standing: (to) => database.use((sql) => standing(sql, connectionId(sql, to), database.lineage)),
    carriers: (to, run) =>
      database.use((sql) =>
        sql
          .all(
            `SELECT g.id, g.key FROM target_group g LEFT JOIN last_writer w ON w.connection = g.connection
              WHERE g.connection = ?1 AND g.made_by_us = 1 AND g.key IS NOT NULL AND g.gone_at IS NULL
              AND g.id NOT IN (SELECT group_id FROM ${
                run === null
                  ? "candidate_change WHERE ?2 IS NULL AND op = 'group.delete' AND part IS NULL AND skip_reason IS NULL"
                  : "planned_change WHERE run = ?2 AND op = 'group.delete' AND state = 'planned'"
              })
              ORDER BY w.group_id IS NOT g.id, g.id LIMIT 20`,
            connectionId(sql, to),
            run
          )
          .map((row): Carrier => ({ group: Number(row["id"]), id: String(row["key"]) }))
      ),
    number: (writer) =>
      stored((sql, now) => {
        FencingToken.checkLease(database, sql, writer.lease)
        number(sql, database, writer, now)
      }),
    sign: (writer, carrier, mark) =>
      stored((sql, now): Signing => {
        FencingToken.checkLease(database, sql, writer.lease)
        const signed = number(sql, database, writer, now)
        const call = sql.insert(
          "INSERT INTO call (run, lease, connection, op, group_id, intent_at) VALUES (?, ?, ?, 'group.mark', ?, ?)",
          writer.run,
          writer.lease,
          connectionId(sql, writer.to),
          carrier.group,
          now
        )
        const key = String(sql.get("SELECT coalesce(group_key, '') AS key FROM target_group WHERE id = ?", carrier.group)?.["key"])
        return { call, mark: { ...(mark ?? { state: database.lineage, sync: "", key }), writer: signed } }
      }),
    settle: (call, done, detail) =>
      stored((sql, now) => {
        FencingToken.checkOpen(database, sql, "call", { call })
        settle(sql, call, done, detail, now)
      }),
    saw: (to, group) => stored((sql, now) => void TargetGroups.store(sql, connectionId(sql, to), group, now)),
    hold: (sync, finding, run) => stored((sql, now) => hold(sql, syncId(sql, sync), finding, run, now)),
    claim: (to, { writer }, by) =>
      stored((sql, now) => {
        const connection = connectionId(sql, to)
        LastWriter.reread(sql, connection)
        sql.run(
          `INSERT INTO last_writer (connection, number, machine, at, sent, claim) VALUES (?1, ?2, ?3, ?4, ?2, 'claimed')
           ON CONFLICT (connection) DO UPDATE SET number = max(number, ?2), machine = ?3, at = ?4, sent = max(sent, ?2), claim = 'claimed'`,
          connection,
          writer?.run ?? 0,
          writer?.machine ?? "",
          now
        )
        sql.run(
          `UPDATE held_part SET state = 'closed', closed_at = ? WHERE ${own} AND state = 'open'
          AND why ->> '$[0].connection' = ?`,
          now,
          to
        )
        DecisionLog.note(sql, "claim", to, by, now)
      })
  }
}
