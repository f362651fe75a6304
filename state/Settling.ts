/** What came of a call: the ledger, the groups and the run's work are moved by its outcome, in the transaction that stores it. */
import type { CallRow, OpenCall, RowOutcome } from "../src/apply/Journal.ts"
import { foldName, type TargetGroup } from "../src/model/Group.ts"
import * as CustomerWork from "./CustomerWork.ts"
import type { Statements } from "./Database.ts"

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
        "SELECT p.draft FROM planned p JOIN call c ON c.run = p.run WHERE c.id = ? AND p.op = ? AND p.grp = ? AND p.customer = 0",
        call.call,
        call.op,
        call.group.number
      )?.["draft"]
    )
  ) as Draft

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
    "UPDATE planned SET state = ?, call = ?, settled_at = ? WHERE run = (SELECT run FROM call WHERE id = ?) AND op = ? AND grp = ? AND customer = ?",
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
    sql.run("DELETE FROM assignment WHERE grp = ? AND customer = ?", group, customer)
    sql.run("DELETE FROM claim WHERE claimant IN (SELECT id FROM claimant) AND grp = ? AND customer = ? AND lapsed_at IS NOT NULL", group, customer)
  } else {
    // Who is put back by an undo gets back the origin that the row had.
    sql.run(
      `INSERT OR IGNORE INTO assignment SELECT ?1, ?2, CASE ?3 WHEN 'applied' THEN coalesce(
         (SELECT origin FROM planned p WHERE p.run = c.run AND p.op = c.op AND p.grp = ?1 AND p.customer = ?2), ?3) ELSE ?3 END, ?4, c.run FROM call c WHERE c.id = ?5`,
      group,
      customer,
      outcome,
      now,
      call.call
    )
    sql.run("DELETE FROM drift WHERE grp = ? AND customer = ?", group, customer)
  }
  if (outcome === "applied")
    sql.run("UPDATE target_group SET expected_count = expected_count + ?1, count = count + ?1 WHERE id = ?2", call.op === "assignment.add" ? 1 : -1, group)
  sql.run("DELETE FROM refused WHERE op = ? AND grp = ? AND customer = ?", call.op, group, customer)
}

/** The call as if it were about one of its rows alone. */
export const alone = (call: OpenCall, row: CallRow): OpenCall => ({ ...call, group: row.group, rows: [row] })

const settleRow = (sql: Statements, call: OpenCall, customer: number, result: RowOutcome, now: number): void => {
  sql.run("UPDATE call_row SET outcome = ? WHERE call = ? AND grp = ? AND customer = ?", result, call.call, call.group.number, customer)
  if (result === "applied" || result === "found") {
    moveLedger(sql, call, customer, result, now)
    CustomerWork.noteSure(sql, call, customer, now)
  }
  if (result === "unknown") {
    moveLedger(sql, call, customer, "applied", now)
    CustomerWork.noteUnsure(sql, call, customer)
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
    "UPDATE target_group SET key = NULL, handle = NULL, gone_at = ? WHERE connection = (SELECT connection FROM target_group WHERE id = ?) AND key = ? AND id <> ?",
    now,
    number,
    made.id,
    number
  )
  sql.run(
    `UPDATE target_group SET key = ?, basis = 'made', made_by_us = 1, slug = coalesce(?, slug), written = json_object('name', name, 'slug', slug, 'description', description),
       count = ?, expected_count = 0, counted_at = ?, members_read_at = ?, created_at = coalesce(?, ?), gone_at = NULL, run = (SELECT run FROM call WHERE id = ?) WHERE id = ?`,
    made.id,
    made.slug ?? null,
    made.count ?? 0,
    now,
    now,
    made.createdAt ?? null,
    now,
    call.call,
    number
  )
  if ((made.count ?? 0) === 0) sql.run("INSERT OR REPLACE INTO seen_group VALUES (?, 0)", number)
}

const settleUpdated = (sql: Statements, call: OpenCall): void => {
  const { name, slug, description } = draftOf(sql, call)
  sql.run(
    "UPDATE target_group SET name = ?1, folded = ?2, written = json_object('name', ?1, 'slug', ?3, 'description', ?4) WHERE id = ?5",
    name,
    foldName(name),
    slug,
    description,
    call.group.number
  )
}

/** Its members went with it. One that an undo took away keeps its wish, which waits until the undone run is released. */
const settleDeleted = (sql: Statements, call: OpenCall, now: number): void => {
  const { number } = call.group
  const pinned = sql.get("SELECT 1 FROM pin WHERE grp = ? AND customer = 0", number) !== undefined
  if (pinned)
    sql.run(
      `UPDATE target_group SET key = NULL, basis = 'undone', made_by_us = 0, written = NULL, mark_state = NULL, mark_key = NULL, count = NULL, expected_count = NULL,
         members_read_at = NULL WHERE id = ?`,
      number
    )
  else sql.run("UPDATE target_group SET gone_at = ?, handle = NULL WHERE id = ?", now, number)
  sql.run("DELETE FROM assignment WHERE grp = ?", number)
  sql.run(
    `UPDATE planned SET state = 'done', call = ?1, settled_at = ?2
     WHERE run = (SELECT run FROM call WHERE id = ?1) AND op = 'assignment.remove' AND grp = ?3 AND state IN ('planned', 'void')`,
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
  sql.run("DELETE FROM refused WHERE op = ? AND grp = ? AND customer = 0", call.op, number)
  settlePlanned(sql, call, 0, "done", now)
  closeCall(sql, call, "done", detail, now)
}
