/** What the state knows of one row: the ledger, claims, holds, refusals and what runs did. */
import * as Id from "../../../src/model/Id.ts"
import type { SyncConfig } from "../../../src/config/Config.ts"
import type { Cause, Origin } from "../../../src/model/Cause.ts"
import type { ChangeOp } from "../../../src/model/Change.ts"
import type { HeldLink, RowFacts, RowHistory, ClaimLink } from "../../../src/model/Explanation.ts"
import type { GroupCarrier, GroupKind } from "../../../src/model/Group.ts"
import type { GroupRef, Person } from "../../../src/explain/ExplanationStore.ts"
import * as Approvals from "../../plan/Approvals.ts"
import type { Row, Statements } from "../../database/Statements.ts"
import { numberOf, textOf } from "../../database/Columns.ts"
import * as HeldParts from "../../plan/HeldParts.ts"
import * as SkippedChanges from "../../plan/SkippedChanges.ts"

const rests = (row: Row): RowHistory["rests"] =>
  row["rest_connection"] === null
    ? null
    : {
        connection: String(row["rest_connection"]),
        customer: textOf(row["person_key"]),
        via:
          row["via_key"] === null
            ? null
            : {
                kind: String(row["via_kind"]) as GroupKind,
                carrier: String(row["via_carrier"]) as GroupCarrier,
                id: String(row["via_key"]),
                name: String(row["via_name"])
              }
      }

const toHistory = (sql: Statements, row: Row): RowHistory => ({
  run: Id.run(row["run"]),
  op: String(row["op"]) as ChangeOp,
  cause: String(row["cause"]) as Cause,
  state: String(row["state"]) as RowHistory["state"],
  at: Number(row["settled_at"] ?? row["intent_at"] ?? row["started_at"]),
  command: String(row["kind"]),
  by: `${String(row["who"])}@${String(row["host"])}`,
  rests: rests(row),
  origin: textOf(row["origin"]) as Origin | null,
  claimedAt: row["claimed_at"] === null ? null : Number(row["claimed_at"]),
  expiredAt: row["expired_at"] === null ? null : Number(row["expired_at"]),
  approval: Approvals.of(sql, row),
  call:
    row["call"] === null
      ? null
      : {
          outcome: textOf(row["row_outcome"] ?? row["outcome"]),
          answeredAt: row["answered_at"] === null ? null : Number(row["answered_at"]),
          detail: textOf(row["detail"])
        }
})

/** What runs set out to do about the row, oldest first: by run, so that the keys of the journal are used. */
export const history = (sql: Statements, group: number, customer: number): ReadonlyArray<RowHistory> =>
  sql
    .all(
      `SELECT p.run, p.op, p.group_id, p.target_customer_id, p.cause, p.approved, p.origin, p.claimed_at, p.expired_at,
        p.state, p.settled_at, p.call, r.kind, r.who, r.host, r.started_at, c.intent_at, c.answered_at, c.outcome,
        c.detail, o.outcome AS row_outcome,
         k.name AS rest_connection, s.key AS person_key, v.kind AS via_kind, v.carrier AS via_carrier, v.key AS via_key,
         v.name AS via_name
       FROM run r JOIN planned_change p ON p.run = r.id AND p.op IN ('assignment.add', 'assignment.remove')
       AND p.group_id = ? AND p.target_customer_id = ?
       LEFT JOIN call c ON c.id = p.call LEFT JOIN call_row o ON o.call = p.call AND o.group_id = p.group_id
       AND o.target_customer_id = p.target_customer_id
       LEFT JOIN source_customer s ON s.id = p.source_customer_id LEFT JOIN source_group v ON v.id = p.source_group_id
       LEFT JOIN connection k ON k.id = coalesce(v.connection, s.connection) ORDER BY p.run`,
      group,
      customer
    )
    .map((row) => toHistory(sql, row))

const held = (sql: Statements, sync: number, group: number, customer: number): HeldLink | null => {
  const row = sql.get(
    `SELECT p.id, r.op FROM held_row r JOIN held_part p ON p.id = r.part AND p.sync = ?1 AND p.state <> 'closed'
     WHERE r.group_id = ?2 AND (r.target_customer_id = ?3 AND r.op IN ('assignment.add', 'assignment.remove')
       OR r.target_customer_id = 0 AND r.op = 'group.create')
     ORDER BY p.state <> 'open', r.target_customer_id = 0, p.id DESC LIMIT 1`,
    sync,
    group,
    customer
  )
  const found = row === undefined ? null : HeldParts.one(sql, Number(row["id"]))
  if (row === undefined || found === null) return null
  const { decided } = found
  return {
    part: found.part,
    op: String(row["op"]) as ChangeOp,
    decided: decided === null ? null : { what: decided.what, by: `${decided.who}@${decided.host}`, at: decided.at, reason: decided.reason }
  }
}

const wishes = (sql: Statements, sync: number, group: number, customer: number): ReadonlyArray<ClaimLink> =>
  sql
    .all(
      `SELECT c.*, k.name AS connection FROM claim c JOIN claimant o ON o.id = c.claimant AND o.sync = ?
        JOIN connection k ON k.id = o.connection
       WHERE c.group_id = ? AND c.target_customer_id = ? ORDER BY c.claimant`,
      sync,
      group,
      customer
    )
    .map((row) => ({
      connection: String(row["connection"]),
      since: Number(row["since"]),
      cause: String(row["cause"]) as Cause,
      lapsed:
        row["expired_at"] === null ? null : { at: Number(row["expired_at"]), reads: Number(row["expired_reads"]), cause: String(row["expiry_cause"]) as Cause }
    }))

const nothing: RowFacts = {
  ledger: null,
  drift: null,
  wishes: [],
  otherSyncs: [],
  held: null,
  skipped: null,
  history: [],
  refused: null,
  pinned: null,
  task: null
}

const skipped = (sql: Statements, sync: number, op: "assignment.add" | "assignment.remove", group: number, customer: number): RowFacts["skipped"] => {
  const found = SkippedChanges.of(sql, sync, op, group, customer)
  return found === null ? null : { ...found, run: Id.run(found.run) }
}

const refused = (sql: Statements, group: number, customer: number): RowFacts["refused"] => {
  const row = sql.get(
    `SELECT * FROM refused WHERE group_id = ? AND (target_customer_id = ?
      AND op IN ('assignment.add', 'assignment.remove') OR target_customer_id = 0 AND op = 'group.create')
      ORDER BY target_customer_id = 0 LIMIT 1`,
    group,
    customer
  )
  return row === undefined
    ? null
    : { op: String(row["op"]) as ChangeOp, reason: String(row["reason"]), attempts: Number(row["attempts"]), nextAt: Number(row["next_at"]) }
}

export const row = (sql: Statements, sync: SyncConfig, { customer }: Person, group: GroupRef): RowFacts => {
  if (group.number === null) return nothing
  const [id, groupId, person] = [numberOf(sql, "sync", sync.name), group.number, customer?.number ?? -1]
  const ledger = sql.get("SELECT * FROM assignment WHERE group_id = ? AND target_customer_id = ?", groupId, person)
  const drift = sql.get("SELECT * FROM manual_removal WHERE group_id = ? AND target_customer_id = ?", groupId, person)
  const pin = sql.get("SELECT run FROM undo_pin WHERE group_id = ? AND target_customer_id = ?", groupId, person)
  const task = sql.get("SELECT opened_at FROM task WHERE sync = ? AND group_id = ? AND target_customer_id = ? AND done_at IS NULL", id, groupId, person)
  return {
    ledger:
      ledger === undefined
        ? null
        : { origin: String(ledger["origin"]) as Origin, since: Number(ledger["since"]), run: ledger["run"] === null ? null : Id.run(ledger["run"]) },
    drift: drift === undefined ? null : { seenAt: Number(drift["seen_at"]), accepted: drift["decision"] === "accepted" },
    wishes: wishes(sql, id, groupId, person),
    otherSyncs: sql
      .all(
        `SELECT DISTINCT s.name FROM standing_claim c JOIN claimant o ON o.id = c.claimant AND o.sync <> ?
          JOIN sync s ON s.id = o.sync WHERE c.group_id = ? AND c.target_customer_id = ? ORDER BY 1`,
        id,
        groupId,
        person
      )
      .map((other) => String(other["name"])),
    held: held(sql, id, groupId, person),
    skipped: skipped(sql, id, ledger === undefined ? "assignment.add" : "assignment.remove", groupId, person),
    history: history(sql, groupId, person),
    refused: refused(sql, groupId, person),
    pinned: pin === undefined ? null : Id.run(pin["run"]),
    task: task === undefined ? null : Number(task["opened_at"])
  }
}
