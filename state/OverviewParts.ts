/** Held parts as they are stored, for looking at them and deciding between runs. */
import type { GuardName } from "../src/model/Cause.ts"
import type { HeldPart } from "../src/model/Change.ts"
import type { Decided, Decider } from "../src/run/Overview.ts"
import type { Row, Statements } from "./Database.ts"

const select =
  "SELECT p.*, s.name AS sync_name, (SELECT count(*) FROM held_row r WHERE r.part = p.id) + (SELECT count(*) FROM team_held t WHERE t.part = p.id) AS rows FROM held_part p JOIN sync s ON s.id = p.sync"

const lines = (value: Row[string] | undefined): ReadonlyArray<string> => JSON.parse(String(value)) as ReadonlyArray<string>

/** `run`: the one under way, in which a part may be new. */
const toPart = (sql: Statements, row: Row, run: number | null): HeldPart => {
  const id = Number(row["id"])
  const isStaff = row["staff"] === 1
  const groups = sql.all(
    isStaff
      ? "SELECT role AS name, count(*) AS n, 0 AS members FROM team_held WHERE part = ? GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 10"
      : `SELECT g.name, count(*) AS n, (SELECT count(*) FROM assignment a WHERE a.grp = g.id) AS members FROM held_row r JOIN target_group g ON g.id = r.grp
     WHERE r.part = ? GROUP BY g.id ORDER BY 2 DESC, 1 LIMIT 10`,
    id
  )
  const state = String(row["state"])
  return {
    id: `H-${id}`,
    sync: String(row["sync_name"]),
    guard: String(row["guard"]) as GuardName,
    changes: Number(row["rows"]),
    limit: Number(row["lim"]),
    value: Number(row["value"]),
    unit: String(row["unit"]),
    since: Number(row["opened_at"]),
    isNew: row["run"] === run,
    why: [...lines(row["why"]), ...lines(row["told"])],
    proposal: row["proposal"] === null ? null : String(row["proposal"]),
    groups: groups.map((group) => ({ name: String(group["name"]), changes: Number(group["n"]), members: Number(group["members"]) })),
    decision: state === "approved" || state === "rejected" ? state : "open",
    ...(isStaff ? { staff: true as const } : {})
  }
}

/** What of one sync waits for a decision, oldest first. `run`: the one under way. */
export const open = (sql: Statements, sync: number, run: number | null = null): ReadonlyArray<HeldPart> =>
  sql.all(`${select} WHERE p.sync = ? AND p.state = 'open' ORDER BY p.id`, sync).map((row) => toPart(sql, row, run))

/** What waits for a decision, then what a rejection still keeps back. */
export const waiting = (sql: Statements): ReadonlyArray<HeldPart> =>
  sql
    .all(`SELECT * FROM (${select}) WHERE state = 'open' OR (state = 'rejected' AND rows > 0) ORDER BY state <> 'open', id`)
    .map((row) => toPart(sql, row, null))

export const owner = (sql: Statements, part: number): { readonly sync: number; readonly name: string; readonly id: number; readonly staff: boolean } | null => {
  const row = sql.get("SELECT s.id, s.name, p.staff FROM held_part p JOIN sync s ON s.id = p.sync WHERE p.id = ?", part)
  return row === undefined ? null : { sync: Number(row["id"]), name: String(row["name"]), id: part, staff: row["staff"] === 1 }
}

export const one = (sql: Statements, part: number): { readonly part: HeldPart; readonly closed: boolean; readonly decided: Decided | null } | null => {
  const row = sql.get(`${select} WHERE p.id = ?`, part)
  if (row === undefined) return null
  const decision = sql.get("SELECT * FROM decision WHERE subject = ? ORDER BY id DESC LIMIT 1", `H-${part}`)
  return {
    part: toPart(sql, row, null),
    closed: row["state"] === "closed",
    decided:
      decision === undefined
        ? null
        : {
            what: String(decision["what"]),
            at: Number(decision["at"]),
            who: String(decision["who"]),
            host: String(decision["host"]),
            reason: decision["reason"] === null ? null : String(decision["reason"])
          }
  }
}

export const note = (sql: Statements, what: string, subject: string, { who, host, reason }: Decider, now: number): void => {
  sql.run("INSERT INTO decision (at, who, host, what, subject, reason) VALUES (?, ?, ?, ?, ?, ?)", now, who, host, what, subject, reason)
}

export const decide = (sql: Statements, part: number, decision: HeldPart["decision"], by: Decider, now: number): void => {
  sql.run("UPDATE held_part SET state = ? WHERE id = ?", decision, part)
  note(sql, decision === "open" ? "taken back" : decision, `H-${part}`, by, now)
}
