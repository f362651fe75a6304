/** The journal of calls to teams over SQLite. Intents and outcomes are each one transaction. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type { StateError } from "../../src/contract/StateError.ts"
import type { TeamOp } from "../../src/model/Change.ts"
import { type OpenCall, type Outcome, type TeamJournal, type Work } from "../../src/team/TeamJournal.ts"
import { progress } from "../apply/JournalRows.ts"
import * as IdempotencyKeys from "../apply/IdempotencyKeys.ts"
import { connectionId } from "../database/Intern.ts"
import type { Database } from "../database/Database.ts"
import type { Row, Statements } from "../database/Statements.ts"
import { textOf } from "../database/Columns.ts"
import * as FencingToken from "../database/FencingToken.ts"
import * as RefusalBackoff from "../reconcile/RefusalBackoff.ts"

const toWork = (row: Row): Work => ({
  person: Number(row["person"]),
  op: String(row["op"]) as TeamOp,
  address: String(row["address"]),
  email: String(row["email"]),
  member: textOf(row["member"]),
  role: String(row["role"]),
  was: textOf(row["was"])
})

const planned = `SELECT a.person, a.op, p.address, p.email, a.member, a.role, a.was FROM team_planned a
  JOIN team_person p ON p.id = a.person`

const calls = `SELECT c.id, c.intent_at, c.idempotency_key, n.name AS connection, a.person, a.op, p.address, p.email,
  a.member, a.role, a.was FROM team_call c
  JOIN team_planned a ON a.run = c.run AND a.person = c.person AND a.op = c.op JOIN team_person p ON p.id = c.person
  JOIN connection n ON n.id = c.connection`

const toCall = (row: Row): OpenCall => ({
  ...toWork(row),
  call: Number(row["id"]),
  connection: String(row["connection"]),
  intentAt: Number(row["intent_at"]),
  key: textOf(row["idempotency_key"])
})

const ofCall = "run = (SELECT run FROM team_call WHERE id = ?1) AND person = ?2 AND op = ?3"

/** What the desired role was when the call was planned is now so at the target. */
const noted = `role = (SELECT role FROM team_planned WHERE ${ofCall}), roles = (SELECT roles FROM team_planned
  WHERE ${ofCall}), changed_at = ?4 WHERE id = ?2`

const moves: Readonly<Record<TeamOp, string>> = {
  "member.invite": `UPDATE team_person SET origin = 'applied', place = 'invited', member = NULL, ${noted}`,
  "member.role": `UPDATE team_person SET place = 'member', ${noted}`,
  "member.remove": `UPDATE team_person SET origin = NULL, place = NULL, member = NULL, role = NULL, roles = NULL, changed_at = ?4
      WHERE id = ?2 AND ?1 IS NOT NULL AND ?3 IS NOT NULL`
}

const settle = (sql: Statements, { call, op, person }: OpenCall, outcome: Outcome, detail: string | null, now: number): void => {
  if (outcome !== "undone") {
    sql.run(moves[op], call, person, op, now)
    sql.run("DELETE FROM team_refused WHERE op = ? AND person = ?", op, person)
    sql.run("DELETE FROM team_held WHERE op = ? AND person = ?", op, person)
    sql.run(
      `UPDATE team_planned SET state = ?4, call = ?1, settled_at = ?5
      WHERE ${ofCall}`,
      call,
      person,
      op,
      outcome,
      now
    )
  }
  sql.run("UPDATE team_call SET outcome = ?, detail = ?, answered_at = ? WHERE id = ?", outcome === "undone" ? "undone" : "done", detail, now, call)
}

/** Keeps the vendor's words. */
const refuse = (sql: Statements, run: number, { op, person, role }: Work, reason: string, call: number | null, now: number): void => {
  const before = sql.get("SELECT attempts FROM team_refused WHERE op = ? AND person = ? AND role = ?", op, person, role)
  const attempts = Number(before?.["attempts"] ?? 0) + 1
  sql.run(
    `INSERT OR REPLACE INTO team_refused SELECT op, person, role, roles, ?, ?, ? FROM team_planned
      WHERE run = ? AND op = ? AND person = ?`,
    reason,
    attempts,
    now + RefusalBackoff.after(attempts),
    run,
    op,
    person
  )
  sql.run("UPDATE team_planned SET state = 'refused', call = ?, settled_at = ? WHERE run = ? AND op = ? AND person = ?", call, now, run, op, person)
}

/** The key of the lost intent that asked for the same role, or a fresh one. */
const nextKey = (sql: Statements, connection: number, run: number, op: TeamOp, person: number, now: number): IdempotencyKeys.IdempotencyKey => {
  const lost = sql.get(
    `SELECT c.id, c.idempotency_key, c.first_at FROM team_call c
      JOIN team_planned a ON a.run = c.run AND a.person = c.person AND a.op = c.op
     WHERE c.op = ?1 AND c.person = ?2 AND c.lost = 1 AND c.connection = ?3 AND c.outcome = 'undone'
       AND a.role = (SELECT role FROM team_planned WHERE run = ?4 AND person = ?2 AND op = ?1)
       ORDER BY c.id DESC LIMIT 1`,
    op,
    person,
    connection,
    run
  )
  return (lost === undefined ? null : IdempotencyKeys.reuse(sql, "team_call", lost, now)) ?? IdempotencyKeys.fresh(now)
}

export const make = (database: Database): typeof TeamJournal.Service => {
  const stored = <A>(work: (sql: Statements, now: number) => A): Effect.Effect<A, StateError> =>
    Effect.flatMap(Clock.currentTimeMillis, (now) => database.atomically((sql) => work(sql, now)))
  const settled = (call: OpenCall, work: (sql: Statements, now: number) => void): Effect.Effect<void, StateError> =>
    stored((sql, now) => {
      FencingToken.checkOpen(database, sql, "team_call", call)
      work(sql, now)
    })
  return {
    openCalls: (to) =>
      database.use((sql) =>
        sql.all(`${calls} WHERE c.connection = (SELECT id FROM connection WHERE name = ?) AND c.outcome IS NULL ORDER BY c.id`, to).map(toCall)
      ),
    work: (run) => database.use((sql) => sql.all(`${planned} WHERE a.run = ? AND a.state = 'planned' ORDER BY a.seq`, run).map(toWork)),
    intend: ({ lease, run, to }, { op, person }) =>
      stored((sql, now) => {
        FencingToken.checkLease(database, sql, lease)
        if (sql.get("SELECT 1 FROM team_planned WHERE run = ? AND person = ? AND op = ? AND state = 'planned'", run, person, op) === undefined) return null
        const connection = connectionId(sql, to)
        const { firstAt, key } = nextKey(sql, connection, run, op, person, now)
        const call = sql.insert(
          `INSERT INTO team_call (run, lease, connection, op, person, intent_at, idempotency_key, first_at)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
          run,
          lease,
          connection,
          op,
          person,
          now,
          key,
          firstAt
        )
        const made = sql.get(`${calls} WHERE c.id = ?`, call)
        return made === undefined ? null : toCall(made)
      }),
    noteLost: (call) => stored((sql) => void sql.run("UPDATE team_call SET lost = 1 WHERE id = ?", call.call)),
    settle: (call, outcome, detail) => settled(call, (sql, now) => settle(sql, call, outcome, detail, now)),
    refuse: (call, reason) =>
      settled(call, (sql, now) => {
        refuse(sql, Number(sql.get("SELECT run FROM team_call WHERE id = ?", call.call)?.["run"]), call, reason, call.call, now)
        sql.run("UPDATE team_call SET outcome = 'refused', detail = ?, answered_at = ? WHERE id = ?", reason, now, call.call)
      }),
    spare: (run, work, reason) => stored((sql, now) => refuse(sql, run, work, reason, null, now)),
    confirmed: (to) =>
      database.use(
        (sql) =>
          sql.get(
            `SELECT 1 FROM team_call WHERE connection = (SELECT id FROM connection WHERE name = ?)
          AND outcome = 'done' LIMIT 1`,
            to
          ) !== undefined
      ),
    progress: (run) => database.use((sql) => progress(sql, "team_planned", run))
  }
}
