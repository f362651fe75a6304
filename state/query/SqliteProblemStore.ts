/** Problems from run to run, over SQLite. */
import type { KnownProblem, ProblemKind } from "../../src/model/Problem.ts"
import type { ProblemStore } from "../../src/run/ProblemStore.ts"
import type { Database } from "../database/Database.ts"
import { connectionId, syncId } from "../database/Intern.ts"
import type { Statements } from "../database/Statements.ts"
import * as ManualTasks from "../reconcile/ManualTasks.ts"
import * as UnconfirmedOrigins from "../reconcile/UnconfirmedOrigins.ts"
import { lastGood, refused, refusedStaff } from "./SyncStatus.ts"

const known = (sql: Statements): ReadonlyArray<KnownProblem> =>
  sql
    .all(
      `SELECT p.*, s.name AS sync_name, coalesce(k.name, '') AS connection_name FROM problem p
        JOIN sync s ON s.id = p.sync LEFT JOIN connection k ON k.id = p.connection
        ORDER BY p.since, p.sync, p.kind, p.subject`
    )
    .map((row) => ({
      kind: String(row["kind"]) as ProblemKind,
      sync: String(row["sync_name"]),
      connection: String(row["connection_name"]),
      subject: String(row["subject"]),
      size: Number(row["size"]),
      since: Number(row["since"]),
      reportedAt: row["reported_at"] === null ? null : Number(row["reported_at"]),
      reportedSize: Number(row["reported_size"])
    }))

const put = (sql: Statements, { connection, kind, reportedAt, reportedSize, since, size, subject, sync }: KnownProblem): void => {
  sql.run(
    "INSERT INTO problem VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
    kind,
    syncId(sql, sync),
    connection === "" ? 0 : connectionId(sql, connection),
    subject,
    size,
    since,
    reportedAt,
    reportedSize
  )
}

export const make = (database: Database): typeof ProblemStore.Service => ({
  standing: (sync, to) =>
    database.use((sql) => {
      const id = syncId(sql, sync)
      if (to === null) return { refused: 0, tasks: 0, unconfirmed: 0, lastGood: lastGood(sql, id) }
      return {
        refused: to.team ? refusedStaff(sql, to.name) : refused(sql, id),
        tasks: ManualTasks.count(sql, id),
        unconfirmed: UnconfirmedOrigins.count(sql, sync),
        lastGood: lastGood(sql, id)
      }
    }),
  known: database.use(known),
  keep: (syncs, problems, configured) =>
    database.atomically((sql) => {
      const [judged, kept] = [JSON.stringify(syncs), JSON.stringify([...syncs, ...configured])]
      sql.run(
        `DELETE FROM problem WHERE sync IN (SELECT id FROM sync WHERE name IN (SELECT value FROM json_each(?))
          OR name NOT IN (SELECT value FROM json_each(?)))`,
        judged,
        kept
      )
      for (const problem of problems) if (syncs.includes(problem.sync)) put(sql, problem)
    })
})
