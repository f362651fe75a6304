/** The snapshot of the sources over SQLite. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { type NextCursor, type PartVerdict, partText, type SnapshotStore, type StreamVerdict } from "../../src/read/SnapshotStore.ts"
import * as RowDoubts from "./RowDoubts.ts"
import * as StagedAbsences from "./StagedAbsences.ts"
import * as PendingRemovals from "./PendingRemovals.ts"
import { connectionId } from "../database/Intern.ts"
import type { Database } from "../database/Database.ts"
import type { Statements } from "../database/Statements.ts"
import * as Staging from "./Staging.ts"
import * as TakenRows from "./TakenRows.ts"

const storeVerdicts = (
  sql: Statements,
  connection: number,
  read: number,
  now: number,
  streams: ReadonlyArray<StreamVerdict>,
  parts: ReadonlyArray<PartVerdict>
): void => {
  sql.run("UPDATE read SET ended_at = ?, complete = ? WHERE id = ?", now, parts.every((part) => part.complete) ? 1 : 0, read)
  for (const stream of streams)
    sql.run(
      `INSERT INTO read_stream (read, name, rows, complete, reason, changes, encoding, guessed)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
      read,
      stream.name,
      stream.rows,
      stream.complete ? 1 : 0,
      stream.reason,
      stream.kind === "changes" ? 1 : 0,
      stream.encoding?.name ?? null,
      stream.encoding?.guessed === true ? 1 : 0
    )
  sql.run("DELETE FROM read_part WHERE connection = ?", connection)
  for (const { by, complete, part, reason } of parts)
    sql.run(
      "INSERT OR REPLACE INTO read_part (connection, part, complete, reason, changes) VALUES (?, ?, ?, ?, ?)",
      connection,
      partText(part),
      complete ? 1 : 0,
      reason,
      by === "list" ? 0 : 1
    )
}

/** A cursor that continues changes keeps the full read that it began with. */
const storeCursors = (sql: Statements, connection: number, read: number, basis: string, next: ReadonlyArray<NextCursor>): void => {
  for (const { kind, stream, value } of next) {
    if (value === null) sql.run("DELETE FROM cursor WHERE connection = ? AND stream = ?", connection, stream)
    else if (kind === "changes") sql.run("UPDATE cursor SET value = ?, read = ? WHERE connection = ? AND stream = ?", value, read, connection, stream)
    else
      sql.run(
        `INSERT OR REPLACE INTO cursor (connection, stream, value, read, basis, full_read)
          VALUES (?1, ?2, ?3, ?4, ?5, ?4)`,
        connection,
        stream,
        value,
        read,
        basis
      )
  }
}

export const make = (database: Database): typeof SnapshotStore.Service => ({
  begin: (name) =>
    Effect.flatMap(Clock.currentTimeMillis, (now) =>
      database.atomically((sql) => {
        Staging.clear(sql)
        return sql.insert("INSERT INTO read (connection, started_at) VALUES (?, ?)", connectionId(sql, name), now)
      })
    ),
  cursors: (name, basis) =>
    database.use((sql) =>
      sql
        .all(
          `SELECT k.stream, k.value, r.started_at AS read_at, f.started_at AS full_at FROM cursor k
            JOIN read r ON r.id = k.read JOIN read f ON f.id = k.full_read
           WHERE k.connection = ? AND k.basis = ?`,
          connectionId(sql, name),
          basis
        )
        .map((row) => ({ stream: String(row["stream"]), value: String(row["value"]), readAt: Number(row["read_at"]), fullAt: Number(row["full_at"]) }))
    ),
  isAwaited: (name, syncs) =>
    Effect.flatMap(Clock.currentTimeMillis, (now) => database.use((sql) => PendingRemovals.any(sql, connectionId(sql, name), syncs, now))),
  stage: (records, telling) => database.use((sql) => Staging.add(sql, records, telling)),
  stageDoubts: (doubts, telling) => database.use((sql) => RowDoubts.stage(sql, doubts, telling)),
  newDoubt: (name, after) => database.use((sql) => RowDoubts.unheardOf(sql, connectionId(sql, name), after)),
  unstage: (telling) => database.atomically((sql) => Staging.unstage(sql, telling)),
  missingCustomers: (name, limit, known) =>
    database.use((sql) => {
      const missing = `SELECT DISTINCT s.customer_key AS key FROM stage_membership s
        WHERE s.customer_key NOT IN (SELECT key FROM stage_customer)
        AND s.customer_key NOT IN (SELECT key FROM stage_gone WHERE record = 'customer')
        ${
          known
            ? `AND NOT EXISTS (SELECT 1 FROM source_customer c
          WHERE c.connection = ${connectionId(sql, name)} AND c.key = s.customer_key AND c.gone_at IS NULL)`
            : ""
        }`
      const count = Number(sql.get(`SELECT count(*) AS n FROM (${missing})`)?.["n"] ?? 0)
      return {
        count,
        keys:
          count === 0
            ? []
            : sql
                .all(
                  `${missing}
        ORDER BY 1 LIMIT ?`,
                  limit
                )
                .map((row) => String(row["key"]))
      }
    }),
  lacks: (name, parts) => database.use((sql) => StagedAbsences.any(sql, connectionId(sql, name), parts)),
  missingGroups: () =>
    database.use((sql) =>
      sql
        .all(
          `SELECT kind, count(*) AS n, min(key) AS example FROM stage_membership
           WHERE (kind, key) NOT IN (SELECT kind, key FROM stage_group WHERE carrier = 'customer'
             UNION ALL SELECT kind, key FROM stage_gone WHERE record = 'group')
           GROUP BY kind`
        )
        .map((row) => ({ kind: String(row["kind"]), count: Number(row["n"]), example: String(row["example"]) }))
    ),
  finish: (name, read, streams, parts, cursors) =>
    Effect.flatMap(Clock.currentTimeMillis, (now) =>
      database.atomically((sql) => {
        const connection = connectionId(sql, name)
        const named = (of: (part: PartVerdict) => boolean) => parts.filter(of).map((part) => partText(part.part))
        const proved: TakenRows.Proved = {
          complete: new Set(named((part) => part.complete)),
          listed: new Set(named((part) => part.complete && part.by === "list"))
        }
        Staging.settle(sql)
        TakenRows.takeCustomers(sql, connection, read)
        TakenRows.takeGroups(
          sql,
          connection,
          read,
          named((part) => part.by === "mentions")
        )
        TakenRows.takeGone(sql, connection, now)
        const doubts = RowDoubts.withheld(sql, connection)
        RowDoubts.take(sql, connection, proved.listed)
        TakenRows.dropAbsentRecords(sql, connection, now, proved)
        const unseen = TakenRows.takeMemberships(sql, connection, read, proved)
        TakenRows.takeInclusions(sql, connection, read, proved)
        storeVerdicts(sql, connection, read, now, streams, parts)
        storeCursors(sql, connection, read, cursors.basis, cursors.next)
        Staging.clear(sql)
        const reasons = [...new Set(parts.flatMap((part) => (part.reason === null ? [] : [part.reason])))]
        const memberships = [...unseen.values()].reduce((sum, n) => sum + n, 0)
        return [...reasons.map((reason, index) => ({ reason, memberships: index === 0 ? memberships : 0 })), ...doubts]
      })
    )
})
