/** Changes of syncs of staff as reports show them, and the people behind them. */
import * as Id from "../../src/model/Id.ts"
import type { Cause, Origin } from "../../src/model/Cause.ts"
import type { Change, TeamOp } from "../../src/model/Change.ts"
import type { Done } from "../../src/model/Done.ts"
import type { ChangeCounts, Refused } from "../../src/model/Result.ts"
import type { Page } from "../../src/model/Decision.ts"
import type { Row, Statements } from "../database/Statements.ts"
import { textOf } from "../database/Columns.ts"

/** Of a row `a` with a person and a source. */
const behind = "JOIN team_person p ON p.id = a.person LEFT JOIN connection k ON k.id = a.source"
const columns = "a.op, a.person, a.role AS role, a.was, a.cause, a.origin, a.agent, p.email, p.name AS person_name, p.member AS member, k.name AS connection"

const change = (sync: string, row: Row, held: string | null = null): Change => {
  const op = String(row["op"]) as TeamOp
  const role = String(row["role"])
  return {
    op,
    sync,
    group: { id: role, name: role, key: `role:${role}` },
    customer: { id: textOf(row["member"]) ?? "", email: String(row["email"]), name: textOf(row["person_name"]) },
    cause: String(row["cause"]) as Cause,
    ...(row["connection"] === null ? {} : { source: { connection: String(row["connection"]), record: "agent", id: String(row["agent"]), group: "" } }),
    ...(op === "member.role" ? { values: { role }, before: { role: textOf(row["was"]) } } : {}),
    precondition: { ledger: textOf(row["origin"]) as Origin | null, desired: op !== "member.remove" },
    ...(held === null ? {} : { held })
  }
}

interface Owner {
  readonly name: string
  readonly id: number
}

/** A team is small: one page holds all that a part of it can hold. */
export const ofPart = (sql: Statements, part: Owner): Page<Change> => ({
  rows: sql
    .all(`SELECT ${columns} FROM team_held a ${behind} WHERE a.part = ? ORDER BY a.op, p.email`, part.id)
    .map((row) => change(part.name, row, Id.part(part.id))),
  next: null
})

/** What a run did; undefined where it had nothing of staff to do. */
export const counts = (sql: Statements, run: number): Pick<ChangeCounts, "members"> => {
  const rows = sql.all("SELECT op, sum(state = 'done') AS n FROM team_planned WHERE run = ? GROUP BY op", run)
  const of = (op: TeamOp): number => Number(rows.find((row) => row["op"] === op)?.["n"] ?? 0)
  return rows.length === 0 ? {} : { members: { invite: of("member.invite"), role: of("member.role"), remove: of("member.remove") } }
}

export const refused = (sql: Statements, run: number, sync: string): ReadonlyArray<Refused> =>
  sql
    .all(
      `SELECT ${columns}, r.reason FROM team_planned a ${behind}
        JOIN team_refused r ON r.op = a.op AND r.person = a.person WHERE a.run = ? AND a.state = 'refused'
        ORDER BY a.seq`,
      run
    )
    .map((row) => ({ reason: String(row["reason"]), change: change(sync, row) }))

const approval = (sql: Statements, row: Row): Done["approval"] => {
  const found = sql.get("SELECT * FROM decision WHERE subject = ? AND what = 'approved' ORDER BY id DESC LIMIT 1", Id.part(row["part"]))
  return found === undefined
    ? null
    : { part: String(found["subject"]), by: `${String(found["who"])}@${String(found["host"])}`, at: Number(found["at"]), reason: textOf(found["reason"]) }
}

const done = (sql: Statements, row: Row): Done => {
  const approved = approval(sql, row)
  const { precondition: _, ...rest } = change(String(row["sync_name"]), row)
  return {
    ...rest,
    at: Number(row["settled_at"]),
    run: Id.run(row["run"]),
    command: row["kind"] === "approve" && approved !== null ? `approve ${approved.part}` : String(row["kind"]),
    by: `${String(row["who"])}@${String(row["host"])}`,
    outcome: String(row["state"]) as Done["outcome"],
    origin: textOf(row["origin"]) as Origin | null,
    approval: approved,
    answer:
      row["call_outcome"] === null
        ? null
        : {
            outcome: textOf(row["call_outcome"]),
            status: null,
            at: row["answered_at"] === null ? null : Number(row["answered_at"]),
            detail: textOf(row["detail"])
          }
  }
}

/** Chosen changes after the number `after`, with their numbers. */
export const selected = (sql: Statements, after: number, limit: number): ReadonlyArray<{ readonly n: number; readonly done: Done }> =>
  sql
    .all(
      `SELECT n.n, ${columns}, a.run, a.state, a.settled_at, a.part, y.name AS sync_name, r.kind, r.who, r.host,
        c.outcome AS call_outcome, c.answered_at, c.detail
       FROM selected_change n JOIN team_planned a ON a.run = n.run AND a.op = n.op
       AND a.person = n.target_customer_id ${behind}
       JOIN run r ON r.id = a.run JOIN sync y ON y.id = r.sync LEFT JOIN team_call c ON c.id = a.call WHERE n.n > ?
       ORDER BY n.n LIMIT ?`,
      after,
      limit
    )
    .map((row) => ({ n: Number(row["n"]), done: done(sql, row) }))
