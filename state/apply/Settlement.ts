/** What came of a call: the ledger, the groups and the run's work are moved by its outcome, in the transaction that stores it. */
import type { CallRow, OpenCall, RowOutcome } from "../../src/apply/Journal.ts"
import { foldName, type MarkWriter, type TargetGroup } from "../../src/model/Group.ts"
import * as Vanished from "../reconcile/Vanished.ts"
import * as CustomerCalls from "./CustomerCalls.ts"
import type { Statements } from "../database/Statements.ts"

/** What a planned change of a group was to make of it. */
export interface Draft {
  readonly name: string
  readonly slug: string | null
  readonly description: string | null
  readonly externalId: string | null
  readonly custom: Readonly<Record<string, string>> | null
}

export const draftOf = (sql: Statements, call: OpenCall): Draft =>
  JSON.parse(
    String(
      sql.get(
        `SELECT p.draft FROM planned_change p JOIN call c ON c.run = p.run
          WHERE c.id = ? AND p.op = ? AND p.group_id = ? AND p.target_customer_id = 0`,
        call.call,
        call.op,
        call.group.number
      )?.["draft"]
    )
  ) as Draft

/** The number of the call's run, which groups that it makes carry; null: it gave none. */
export const writerOf = (sql: Statements, { call }: OpenCall): MarkWriter | null => {
  const row = sql.get("SELECT w.number, w.machine, w.at FROM call c JOIN last_writer w ON w.connection = c.connection AND w.run = c.run WHERE c.id = ?", call)
  return row === undefined ? null : { run: Number(row["number"]), machine: String(row["machine"]), at: Number(row["at"]) }
}

export const closeCall = (sql: Statements, call: OpenCall, outcome: string, detail: string | null, now: number): void => {
  sql.run("UPDATE call SET answered_at = ?, outcome = ?, detail = ? WHERE id = ?", now, outcome, detail, call.call)
  sql.run("UPDATE call_row SET outcome = 'undone' WHERE call = ? AND outcome IS NULL", call.call)
  // What a create that did not go through met may be there already: the next look at the groups is a fresh one.
  if (call.op === "group.create" && outcome !== "done")
    sql.run("UPDATE connection SET groups_listed_at = NULL WHERE id = (SELECT connection FROM call WHERE id = ?)", call.call)
}

export const settlePlanned = (sql: Statements, call: OpenCall, customer: number, state: "planned" | "done" | "already" | "refused", now: number): void => {
  // A run that has ended does nothing more: what it left undone is planned anew by the next.
  const over = sql.get("SELECT 1 FROM call c JOIN run r ON r.id = c.run WHERE c.id = ? AND r.ended_at IS NOT NULL", call.call) !== undefined
  const result = state === "planned" && over ? "void" : state
  sql.run(
    `UPDATE planned_change SET state = ?, call = ?, settled_at = ?
      WHERE run = (SELECT run FROM call WHERE id = ?) AND op = ? AND group_id = ? AND target_customer_id = ?`,
    result,
    call.call,
    result === "planned" ? null : now,
    call.call,
    call.op,
    call.group.number,
    customer
  )
}

const moveLedger = (sql: Statements, call: OpenCall, customer: number, outcome: "applied" | "found", now: number): void => {
  const group = call.group.number
  if (call.op === "assignment.remove") {
    sql.run("DELETE FROM assignment WHERE group_id = ? AND target_customer_id = ?", group, customer)
    sql.run(
      `DELETE FROM claim WHERE claimant IN (SELECT id FROM claimant) AND group_id = ? AND target_customer_id = ?
        AND expired_at IS NOT NULL`,
      group,
      customer
    )
    Vanished.settled(sql, group, customer)
  } else {
    if (outcome === "found") Vanished.answeredBack(sql, group, customer, now)
    // Who is put back by an undo gets back the origin that the row had.
    sql.run(
      `INSERT OR IGNORE INTO assignment SELECT ?1, ?2, CASE ?3 WHEN 'applied' THEN coalesce(
         (SELECT origin FROM planned_change p WHERE p.run = c.run AND p.op = c.op AND p.group_id = ?1
           AND p.target_customer_id = ?2), ?3) ELSE ?3 END, ?4, c.run FROM call c WHERE c.id = ?5`,
      group,
      customer,
      outcome,
      now,
      call.call
    )
    if (outcome === "applied") Vanished.settled(sql, group, customer)
    else sql.run("DELETE FROM vanished WHERE group_id = ? AND target_customer_id = ?", group, customer)
    sql.run("DELETE FROM manual_removal WHERE group_id = ? AND target_customer_id = ?", group, customer)
  }
  if (outcome === "applied")
    sql.run("UPDATE target_group SET expected_count = expected_count + ?1, count = count + ?1 WHERE id = ?2", call.op === "assignment.add" ? 1 : -1, group)
  sql.run("DELETE FROM refused WHERE op = ? AND group_id = ? AND target_customer_id = ?", call.op, group, customer)
}

/** The call as if it were about one of its rows alone. */
export const alone = (call: OpenCall, row: CallRow): OpenCall => ({ ...call, group: row.group, rows: [row] })

const settleRow = (sql: Statements, call: OpenCall, customer: number, result: RowOutcome, now: number): void => {
  sql.run(
    "UPDATE call_row SET outcome = ? WHERE call = ? AND group_id = ? AND target_customer_id = ?",
    result === "lost" ? "undone" : result,
    call.call,
    call.group.number,
    customer
  )
  if (result === "lost") sql.run("INSERT OR IGNORE INTO lost_intent VALUES (?, ?, ?, ?)", call.op, call.group.number, customer, call.intentAt)
  else if (result !== "undone")
    sql.run("DELETE FROM lost_intent WHERE op = ? AND group_id = ? AND target_customer_id = ?", call.op, call.group.number, customer)
  if (result === "applied" || result === "found") {
    moveLedger(sql, call, customer, result, now)
    CustomerCalls.noteConfirmed(sql, call, customer, now)
  }
  if (result === "unknown") {
    moveLedger(sql, call, customer, "applied", now)
    CustomerCalls.noteUnconfirmed(sql, call, customer)
  }
  settlePlanned(sql, call, customer, result === "applied" ? "done" : result === "found" ? "already" : "planned", now)
}

export const rows = (sql: Statements, call: OpenCall, outcome: ReadonlyMap<CallRow, RowOutcome>, detail: string | null, now: number): void => {
  const resultOf = (row: CallRow): RowOutcome => outcome.get(row) ?? "undone"
  for (const row of call.rows) settleRow(sql, alone(call, row), row.number, resultOf(row), now)
  const results = new Set(call.rows.map(resultOf))
  closeCall(sql, call, results.has("applied") || results.has("found") ? "done" : results.has("unknown") ? "unknown" : "undone", detail, now)
}

const settleMade = (sql: Statements, call: OpenCall, made: TargetGroup, now: number): void => {
  const { number } = call.group
  // The group may have been listed, as a row of its own, before we knew that it is the one we made.
  sql.run(
    `UPDATE target_group SET key = NULL, group_key = NULL, gone_at = ?
      WHERE connection = (SELECT connection FROM target_group WHERE id = ?) AND key = ? AND id <> ?`,
    now,
    number,
    made.id,
    number
  )
  sql.run(
    `UPDATE target_group SET key = ?, basis = 'made', made_by_us = 1, slug = coalesce(?, slug),
      written = json_object('name', name, 'slug', slug, 'description', description, 'custom', json(?)),
       count = ?, expected_count = 0, counted_at = ?, members_read_at = ?, created_at = coalesce(?, ?), gone_at = NULL,
       run = (SELECT run FROM call WHERE id = ?) WHERE id = ?`,
    made.id,
    made.slug ?? null,
    JSON.stringify(draftOf(sql, call).custom ?? {}),
    made.count ?? 0,
    now,
    now,
    made.createdAt ?? null,
    now,
    call.call,
    number
  )
  sql.run(
    `UPDATE last_writer SET sent = number, claim = NULL, group_id = coalesce(group_id, ?2)
      WHERE (connection, run) = (SELECT connection, run FROM call WHERE id = ?1)`,
    call.call,
    number
  )
  if ((made.count ?? 0) === 0) sql.run("INSERT OR REPLACE INTO seen_group VALUES (?, 0)", number)
}

const settleUpdated = (sql: Statements, call: OpenCall): void => {
  const { custom, description, name, slug } = draftOf(sql, call)
  sql.run(
    `UPDATE target_group SET name = ?1, folded = ?2, written
      = json_object('name', ?1, 'slug', ?3, 'description', ?4, 'custom', json(?6)) WHERE id = ?5`,
    name,
    foldName(name),
    slug,
    description,
    call.group.number,
    JSON.stringify(custom ?? {})
  )
}

/** Its members went with it. One that an undo took away stays desired, which waits until the undone run is released. */
const settleDeleted = (sql: Statements, call: OpenCall, now: number): void => {
  const { number } = call.group
  const pinned = sql.get("SELECT 1 FROM undo_pin WHERE group_id = ? AND target_customer_id = 0", number) !== undefined
  if (pinned)
    sql.run(
      `UPDATE target_group SET key = NULL, basis = 'undone', made_by_us = 0, written = NULL, mark_state = NULL,
        mark_key = NULL, count = NULL, expected_count = NULL,
         members_read_at = NULL WHERE id = ?`,
      number
    )
  else sql.run("UPDATE target_group SET gone_at = ?, group_key = NULL WHERE id = ?", now, number)
  sql.run("DELETE FROM assignment WHERE group_id = ?", number)
  sql.run(
    `UPDATE planned_change SET state = 'done', call = ?1, settled_at = ?2
     WHERE run = (SELECT run FROM call WHERE id = ?1) AND op = 'assignment.remove' AND group_id = ?3
     AND state IN ('planned', 'void')`,
    call.call,
    now,
    number
  )
}

export const group = (
  sql: Statements,
  call: OpenCall,
  outcome: { readonly made: TargetGroup } | "updated" | "deleted" | "undone",
  detail: string | null,
  now: number
): void => {
  const { number } = call.group
  if (outcome === "undone") {
    settlePlanned(sql, call, 0, "planned", now)
    return closeCall(sql, call, "undone", detail, now)
  }
  if (outcome === "updated") settleUpdated(sql, call)
  else if (outcome === "deleted") settleDeleted(sql, call, now)
  else settleMade(sql, call, outcome.made, now)
  sql.run("DELETE FROM refused WHERE op = ? AND group_id = ? AND target_customer_id = 0", call.op, number)
  settlePlanned(sql, call, 0, "done", now)
  closeCall(sql, call, "done", detail, now)
}
