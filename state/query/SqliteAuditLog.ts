/** The record of what was made and refused, over SQLite. Writes nothing but its own choice of rows. */
import * as Id from "../../src/model/Id.ts"
import type { Cause, Origin } from "../../src/model/Cause.ts"
import type { ChangeOp } from "../../src/model/Change.ts"
import type { Done } from "../../src/model/Done.ts"
import type { AuditLog, Selection } from "../../src/operate/AuditLog.ts"
import * as Approvals from "../plan/Approvals.ts"
import type { Database } from "../database/Database.ts"
import type { Row, Statements } from "../database/Statements.ts"
import { textOf } from "../database/Columns.ts"
import * as NamedGroups from "../reconcile/NamedGroups.ts"
import * as TeamRows from "../team/TeamRows.ts"
import * as Export from "./export/Export.ts"

const batch = 1000

/** Sorted once, on disk where it is much: pages then follow their number. Changes of staff have no group, and a number of their own for the person. */
const select = (sql: Statements, { from, groups, person, run, to }: Selection, order: "time" | "plan"): number => {
  sql.run("DELETE FROM selected_change")
  const people = person === null ? null : JSON.stringify(person.targets)
  return sql.run(
    `INSERT INTO selected_change (run, op, group_id, target_customer_id) SELECT run, op, group_id, target_customer_id
      FROM (
       SELECT p.run, p.op, p.group_id, p.target_customer_id, p.settled_at, 0 AS seq FROM planned_change p
       WHERE p.state IN ('done', 'already', 'refused')
         AND (?1 IS NULL OR p.run = ?1) AND p.settled_at >= ?2 AND p.settled_at <= ?3
         AND (?4 IS NULL OR p.group_id IN (SELECT value FROM json_each(?4)))
         AND (?5 IS NULL OR p.target_customer_id IN (SELECT value FROM json_each(?5))
           OR p.source_customer_id IN (SELECT value FROM json_each(?6)))
       UNION ALL SELECT t.run, t.op, 0, t.person, t.settled_at, t.seq FROM team_planned t
       WHERE t.state IN ('done', 'already', 'refused')
         AND (?1 IS NULL OR t.run = ?1) AND t.settled_at >= ?2 AND t.settled_at <= ?3 AND ?4 IS NULL AND ?5 IS NULL)
     ORDER BY ${order === "time" ? "settled_at, run, op LIKE 'assignment.%', group_id, op, target_customer_id" : "run, seq, op, group_id, target_customer_id"}`,
    run,
    from ?? 0,
    to ?? Number.MAX_SAFE_INTEGER,
    groups === null ? null : JSON.stringify(groups),
    people,
    person === null ? null : JSON.stringify(person.sources)
  )
}

const rows = `
  SELECT n.n, p.*, y.name AS sync_name, r.kind, r.who, r.host, r.started_at, r.undoes, g.key AS target_group_key,
  g.name AS group_name, g.group_key,
    t.key AS customer_key, t.email, t.name AS customer_name, k.name AS connection, s.key AS person_key,
    v.kind AS via_kind, v.name AS via_name, v.key AS via_key,
    c.outcome AS call_outcome, c.status AS call_status, c.answered_at, c.detail, o.outcome AS row_outcome
  FROM selected_change n JOIN planned_change p ON p.run = n.run AND p.op = n.op AND p.group_id = n.group_id
  AND p.target_customer_id = n.target_customer_id
  JOIN run r ON r.id = p.run JOIN sync y ON y.id = r.sync JOIN target_group g ON g.id = p.group_id
  LEFT JOIN target_customer t ON t.id = p.target_customer_id
  LEFT JOIN source_customer s ON s.id = p.source_customer_id LEFT JOIN source_group v ON v.id = p.source_group_id
  LEFT JOIN connection k ON k.id = coalesce(v.connection, s.connection)
  LEFT JOIN call c ON c.id = p.call LEFT JOIN call_row o ON o.call = p.call AND o.group_id = p.group_id
  AND o.target_customer_id = p.target_customer_id
  WHERE n.n > ? ORDER BY n.n LIMIT ${batch}`

const command = (row: Row, approval: Done["approval"]): string => {
  if (row["undoes"] !== null) return `undo r-${String(row["undoes"])}`
  return row["kind"] === "approve" && approval !== null && approval.part !== null ? `approve ${approval.part}` : String(row["kind"])
}

const source = (row: Row): Pick<Done, "source"> =>
  row["connection"] === null
    ? {}
    : {
        source: {
          connection: String(row["connection"]),
          record: row["person_key"] === null ? String(row["via_kind"]) : "customer",
          id: String(row["person_key"] ?? row["via_key"]),
          group: row["via_kind"] === null ? "" : `${String(row["via_kind"])} ${String(row["via_name"])}`
        }
      }

const done = (sql: Statements, row: Row): Done => {
  const op = String(row["op"]) as ChangeOp
  const approval = Approvals.of(sql, row)
  const was = row["was"] === null ? null : (JSON.parse(String(row["was"])) as Readonly<Record<string, string | null>>)
  return {
    at: Number(row["settled_at"]),
    run: Id.run(row["run"]),
    sync: String(row["sync_name"]),
    command: command(row, approval),
    by: `${String(row["who"])}@${String(row["host"])}`,
    op,
    group: {
      id: textOf(row["target_group_key"]),
      name: String(row["group_name"]),
      key: textOf(row["group_key"]) ?? `target:${String(row["target_group_key"])}`
    },
    ...(op.startsWith("group.") ? {} : { customer: { id: String(row["customer_key"]), email: textOf(row["email"]), name: textOf(row["customer_name"]) } }),
    cause: String(row["cause"]) as Cause,
    ...source(row),
    ...(was === null ? {} : { before: was }),
    origin: textOf(row["origin"]) as Origin | null,
    outcome: String(row["state"]) as Done["outcome"],
    approval,
    answer:
      row["call"] === null
        ? null
        : {
            outcome: textOf(row["row_outcome"] ?? row["call_outcome"]),
            status: row["call_status"] === null ? null : Number(row["call_status"]),
            at: row["answered_at"] === null ? null : Number(row["answered_at"]),
            detail: textOf(row["detail"])
          }
  }
}

/** Above every letter that an address begins with. */
const end = "\u{10ffff}"

export const make = (database: Database): typeof AuditLog.Service => ({
  select: (selection, order) => database.use((sql) => select(sql, selection, order)),
  selected: (after) =>
    database.use((sql) => {
      const from = Number(after ?? 0)
      const customers = sql.all(rows, from).map((row) => ({ n: Number(row["n"]), done: done(sql, row) }))
      const found = [...customers, ...TeamRows.selected(sql, from, batch)].sort((a, b) => a.n - b.n).slice(0, batch)
      const last = found.at(-1)
      return { rows: found.map((row) => row.done), next: last === undefined || found.length < batch ? null : String(last.n) }
    }),
  everything: (after) => database.use((sql) => Export.page(sql, after)),
  groupsCalled: (text) => database.use((sql) => NamedGroups.called(sql, text)),
  groupNames: database.use((sql) =>
    sql
      .all(`SELECT DISTINCT name FROM target_group WHERE id IN (SELECT group_id FROM planned_change)
      ORDER BY 1 LIMIT 20000`)
      .map((row) => String(row["name"]))
  ),
  addressesLike: (text) =>
    database.use((sql) => {
      const start = text.trim().toLowerCase().slice(0, 2)
      if (start.length < 2) return []
      const among = (table: string) =>
        `SELECT address FROM ${table} WHERE connection IN (SELECT id FROM connection) AND address IS NOT NULL
          AND address >= ?1 AND address < ?1 || '${end}' LIMIT 500`
      return sql
        .all(`SELECT * FROM (${among("source_customer")}) UNION SELECT * FROM (${among("target_customer")})`, start)
        .map((row) => String(row["address"]))
    })
})
