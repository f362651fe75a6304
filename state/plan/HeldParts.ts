/** Held parts as they are stored, for looking at them and deciding between runs. */
import * as Id from "../../src/model/Id.ts"
import type { GuardName } from "../../src/model/Guard.ts"
import type { HeldPart } from "../../src/model/Change.ts"
import type { HoldReason, RenameProposal } from "../../src/model/HoldReason.ts"
import type { Choice, Decided, Decider, Share, Verdict } from "../../src/model/Decision.ts"
import type { Row, Statements } from "../database/Statements.ts"
import { textOf } from "../database/Columns.ts"
import * as DecisionLog from "../database/DecisionLog.ts"
import * as PartSplit from "./PartSplit.ts"

const select = `SELECT p.*, s.name AS sync_name, (SELECT count(*) FROM held_row r WHERE r.part = p.id) + (SELECT count(*)
    FROM team_held t WHERE t.part = p.id) AS rows FROM held_part p CROSS JOIN sync s ON s.id = p.sync`

/** Earlier versions stored texts. */
const reasons = (value: Row[string] | undefined): ReadonlyArray<HoldReason> =>
  (JSON.parse(String(value)) as ReadonlyArray<HoldReason | string>).map((reason) => (typeof reason === "string" ? { code: "text", text: reason } : reason))

/** Earlier versions stored a text that is no JSON. */
const proposal = (value: Row[string] | undefined): RenameProposal | null => {
  if (value === null || value === undefined) return null
  const text = String(value)
  return text.startsWith("{") ? (JSON.parse(text) as RenameProposal) : { code: "text", text }
}

/** Distinct people and rows of a part, and its groups by what would be done to them. */
const customerCounts = `
  SELECT count(DISTINCT target_customer_id) FILTER (WHERE op = 'assignment.remove') AS leave,
  count(DISTINCT target_customer_id) FILTER (WHERE op = 'assignment.add') AS joining,
    sum(op = 'assignment.add') AS adds, sum(op = 'assignment.remove') AS removes,
    sum(op = 'group.create') AS creates, sum(op = 'group.update') AS updates, sum(op = 'group.delete') AS deletes
  FROM held_row WHERE part = ?`

/** A person of a team is invited once and removed once. */
const staffCounts = `
  SELECT count(DISTINCT person) FILTER (WHERE op = 'member.remove') AS leave,
  count(DISTINCT person) FILTER (WHERE op = 'member.invite') AS joining
  FROM team_held WHERE part = ?`

const groupsOfPart = `
  SELECT g.name, count(*) AS n, (SELECT count(*) FROM assignment a WHERE a.group_id = g.id) AS members,
    sum(r.op = 'assignment.remove') AS leave, sum(r.op = 'assignment.add') AS joining
  FROM held_row r JOIN target_group g ON g.id = r.group_id WHERE r.part = ? GROUP BY g.id ORDER BY 2 DESC, 1 LIMIT 10`

const rolesOfPart = `
  SELECT role AS name, count(*) AS n, 0 AS members, sum(op = 'member.remove') AS leave,
  sum(op = 'member.invite') AS joining
  FROM team_held WHERE part = ? GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 10`

/** The decision in force on a part: its last one. A part that was split off a rejected one was rejected with it, and a rejection outlives an approval that was then declined. */
const decisionOn = (sql: Statements, { id, state }: Row): Decided | null => {
  const row = sql.get(
    state === "rejected"
      ? `WITH RECURSIVE line (subject) AS (VALUES (?1) UNION SELECT d.subject FROM decision d
          JOIN line l ON d.details ->> '$.share.rest' = l.subject)
         SELECT * FROM decision WHERE subject IN line AND what = 'rejected' ORDER BY id DESC LIMIT 1`
      : "SELECT * FROM decision WHERE subject = ?1 ORDER BY id DESC LIMIT 1",
    Id.part(Number(id))
  )
  if (row === undefined) return null
  return { what: String(row["what"]), at: Number(row["at"]), who: String(row["who"]), host: String(row["host"]), reason: textOf(row["reason"]) }
}

/** `run`: the one under way, in which a part may be new. */
const toPart = (sql: Statements, row: Row, run: number | null): HeldPart => {
  const id = Number(row["id"])
  const isStaff = row["staff"] === 1
  const groups = sql.all(isStaff ? rolesOfPart : groupsOfPart, id)
  const count = sql.get(isStaff ? staffCounts : customerCounts, id)
  const counted = (name: string): number => Number(count?.[name] ?? 0)
  const state = String(row["state"])
  const rejected = state === "rejected" ? decisionOn(sql, row) : null
  return {
    id: Id.part(id),
    sync: String(row["sync_name"]),
    guard: String(row["guard"]) as GuardName,
    // What left the config waits as a whole, without changes of its own.
    changes: Number(row["guard"] === "configGone" ? row["value"] : row["rows"]),
    leave: counted("leave"),
    join: counted("joining"),
    memberships: { add: counted("adds"), remove: counted("removes") },
    groupCounts: { create: counted("creates"), update: counted("updates"), delete: counted("deletes") },
    limit: Number(row["lim"]),
    value: Number(row["value"]),
    unit: String(row["unit"]),
    since: Number(row["opened_at"]),
    isNew: row["run"] === run,
    why: [...reasons(row["why"]), ...reasons(row["reasons"])],
    proposal: proposal(row["proposal"]),
    groups: groups.map((group) => ({
      name: String(group["name"]),
      changes: Number(group["n"]),
      members: Number(group["members"]),
      leave: Number(group["leave"]),
      join: Number(group["joining"])
    })),
    decision: state === "approved" || state === "rejected" ? state : "open",
    ...(rejected === null ? {} : { rejected }),
    ...(isStaff ? { staff: true as const } : {})
  }
}

/** What of one sync waits for a decision, oldest first. `run`: the one under way. */
export const open = (sql: Statements, sync: number, run: number | null = null): ReadonlyArray<HeldPart> =>
  sql.all(`${select} WHERE p.sync = ? AND p.state = 'open' ORDER BY p.id`, sync).map((row) => toPart(sql, row, run))

/** What waits for a decision, then what a rejection still keeps back, oldest first; of one sync, or of all (null). */
export const waiting = (sql: Statements, sync: number | null = null): ReadonlyArray<HeldPart> =>
  sql
    .all(
      `SELECT * FROM (${select}) WHERE (state = 'open' OR (state = 'rejected' AND rows > 0))
        AND (?1 IS NULL OR sync = ?1)
       ORDER BY state <> 'open', id`,
      sync
    )
    .map((row) => toPart(sql, row, null))

export const owner = (sql: Statements, part: number): { readonly sync: number; readonly name: string; readonly id: number; readonly staff: boolean } | null => {
  const row = sql.get("SELECT s.id, s.name, p.staff FROM held_part p JOIN sync s ON s.id = p.sync WHERE p.id = ?", part)
  return row === undefined ? null : { sync: Number(row["id"]), name: String(row["name"]), id: part, staff: row["staff"] === 1 }
}

/** What the decision on a part was not about, as far as it waits. */
const restOf = (sql: Statements, part: number): HeldPart | null => {
  const row = sql.get(
    `SELECT * FROM (${select}) WHERE state IN ('open', 'rejected') AND rows > 0 AND 'H-' || id =
      (SELECT details ->> '$.share.rest' FROM decision WHERE subject = ? ORDER BY id DESC LIMIT 1)`,
    Id.part(part)
  )
  return row === undefined ? null : toPart(sql, row, null)
}

export interface Found {
  readonly part: HeldPart
  readonly closed: boolean
  readonly decided: Decided | null
  readonly rest: HeldPart | null
}

export const one = (sql: Statements, part: number): Found | null => {
  const row = sql.get(`${select} WHERE p.id = ?`, part)
  if (row === undefined) return null
  return { part: toPart(sql, row, null), closed: row["state"] === "closed", decided: decisionOn(sql, row), rest: restOf(sql, part) }
}

/** Decides on the chosen changes of a part (null: on all of it). The others wait as before, in a part of their own. */
export const decide = (sql: Statements, part: number, verdict: Verdict, by: Decider, choice: Choice | null, now: number): Share => {
  const rest = choice === null ? null : PartSplit.split(sql, part, verdict, choice)
  sql.run("UPDATE held_part SET state = ? WHERE id = ?", verdict, part)
  const changes = Number(sql.get(`${select} WHERE p.id = ?`, part)?.["rows"])
  const share: Share = { changes, rest: rest === null ? null : Id.part(rest) }
  DecisionLog.note(sql, verdict, Id.part(part), by, now, choice === null ? null : { share: { ...share, named: choice.named } })
  return share
}

/** Puts back what was in force before an approval that was declined; what was split off it (`rest`) joins it again. The log gets the line `taken back`. */
export const takeBack = (sql: Statements, part: number, before: HeldPart["decision"], rest: number | null, by: Decider, now: number): void => {
  if (rest !== null) PartSplit.join(sql, part, rest, now)
  sql.run("UPDATE held_part SET state = ? WHERE id = ?", before, part)
  DecisionLog.note(sql, "taken back", Id.part(part), by, now)
}
