/** The journal of calls over SQLite. Intents and outcomes are each one transaction on a connection with `synchronous=FULL`. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { type Journal, type OpenCall, type RowOutcome, type WorkGroup } from "../src/apply/Journal.ts"
import type { StateError } from "../src/contract/StateError.ts"
import type { ChangeOp } from "../src/model/Change.ts"
import type { TargetGroup } from "../src/model/Group.ts"
import { connectionId } from "./Connections.ts"
import type { Database, Row, Statements } from "./Database.ts"
import * as Fence from "./Fence.ts"
import * as Refusals from "./Refusals.ts"

const openCall = (sql: Statements, row: Row): OpenCall => ({
  call: Number(row["id"]),
  connection: String(row["connection"]),
  op: String(row["op"]) as ChangeOp,
  group: {
    number: Number(row["grp"]),
    id: row["key"] === null ? null : String(row["key"]),
    name: String(row["name"]),
    handle: row["handle"] === null ? null : String(row["handle"])
  },
  rows: sql
    .all(
      "SELECT r.customer, r.absent, t.key, t.email FROM call_row r JOIN target_customer t ON t.id = r.customer WHERE r.call = ? ORDER BY r.customer",
      row["id"]
    )
    .map((item) => ({
      number: Number(item["customer"]),
      id: String(item["key"]),
      email: item["email"] === null ? null : String(item["email"]),
      absent: item["absent"] === 1
    })),
  intentAt: Number(row["intent_at"]),
  clockOffset: row["clock_offset"] === null ? null : Number(row["clock_offset"])
})

const callColumns =
  "SELECT c.id, c.op, c.grp, c.intent_at, g.key, g.name, g.handle, n.clock_offset, n.name AS connection FROM call c JOIN target_group g ON g.id = c.grp JOIN connection n ON n.id = c.connection"

const workOf = (row: Row): WorkGroup => ({
  group: Number(row["grp"]),
  name: String(row["name"]),
  create: row["creates"] === 1,
  update: row["updates"] === 1,
  delete: row["deletes"] === 1,
  adds: Number(row["adds"]),
  removes: Number(row["removes"])
})

const workRows = (ops: string) => `
  SELECT p.grp, g.name, sum(p.op = 'group.create') AS creates, sum(p.op = 'group.update') AS updates, sum(p.op = 'group.delete') AS deletes,
    sum(p.op = 'assignment.add') AS adds, sum(p.op = 'assignment.remove') AS removes
  FROM planned p JOIN target_group g ON g.id = p.grp WHERE p.run = ? AND p.state = 'planned' AND p.op IN (${ops}) GROUP BY p.grp`

const phases = { adds: "'group.create', 'group.update', 'assignment.add'", removes: "'assignment.remove', 'group.delete'" } as const

const intend = (
  database: Database,
  sql: Statements,
  writer: { readonly run: number; readonly lease: number; readonly to: string },
  op: ChangeOp,
  group: number,
  pack: number,
  now: number
): OpenCall | null => {
  Fence.checkLease(database, sql, writer.lease)
  const rows = sql.all(
    "SELECT customer FROM planned WHERE run = ? AND op = ? AND grp = ? AND state = 'planned' ORDER BY customer LIMIT ?",
    writer.run,
    op,
    group,
    pack
  )
  const [first] = rows
  if (first === undefined) return null
  const call = sql.insert(
    "INSERT INTO call (run, lease, connection, op, grp, intent_at) VALUES (?, ?, ?, ?, ?, ?)",
    writer.run,
    writer.lease,
    connectionId(sql, writer.to),
    op,
    group,
    now
  )
  if (!op.startsWith("group.")) {
    for (const row of rows) {
      sql.run(
        "INSERT INTO call_row (call, customer, absent) SELECT ?1, ?2, EXISTS (SELECT 1 FROM seen_group WHERE grp = ?3) AND NOT EXISTS (SELECT 1 FROM seen_member WHERE grp = ?3 AND customer = ?2)",
        call,
        row["customer"],
        group
      )
    }
  }
  const made = sql.get(`${callColumns} WHERE c.id = ?`, call)
  return made === undefined ? null : openCall(sql, made)
}

const closeCall = (sql: Statements, call: OpenCall, outcome: string, detail: string | null, now: number): void => {
  sql.run("UPDATE call SET answered_at = ?, outcome = ?, detail = ? WHERE id = ?", now, outcome, detail, call.call)
  sql.run("UPDATE call_row SET outcome = 'undone' WHERE call = ? AND outcome IS NULL", call.call)
  // What a create that did not go through met may be there already: the next look at the groups is a fresh one.
  if (call.op === "group.create" && outcome !== "done")
    sql.run("UPDATE connection SET groups_listed_at = NULL WHERE id = (SELECT connection FROM call WHERE id = ?)", call.call)
}

const settlePlanned = (sql: Statements, call: OpenCall, customer: number, state: "planned" | "done" | "already" | "refused", now: number): void => {
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
    sql.run("INSERT OR IGNORE INTO assignment SELECT ?, ?, ?, ?, run FROM call WHERE id = ?", group, customer, outcome, now, call.call)
    sql.run("DELETE FROM drift WHERE grp = ? AND customer = ?", group, customer)
  }
  if (outcome === "applied")
    sql.run("UPDATE target_group SET expected_count = expected_count + ?1, count = count + ?1 WHERE id = ?2", call.op === "assignment.add" ? 1 : -1, group)
  sql.run("DELETE FROM refused WHERE op = ? AND grp = ? AND customer = ?", call.op, group, customer)
}

const settleRows = (sql: Statements, call: OpenCall, outcome: ReadonlyMap<number, RowOutcome>, detail: string | null, now: number): void => {
  for (const row of call.rows) {
    const result = outcome.get(row.number) ?? "undone"
    sql.run("UPDATE call_row SET outcome = ? WHERE call = ? AND customer = ?", result, call.call, row.number)
    if (result !== "undone") moveLedger(sql, call, row.number, result, now)
    settlePlanned(sql, call, row.number, result === "applied" ? "done" : result === "found" ? "already" : "planned", now)
  }
  closeCall(sql, call, call.rows.every((row) => outcome.get(row.number) === "undone") ? "undone" : "done", detail, now)
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

const settleGroup = (
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
  if (outcome === "updated") {
    const wanted = sql.get("SELECT name, folded, slug, description FROM wanted WHERE target_group = ?", number)
    sql.run(
      "UPDATE target_group SET name = ?, folded = ?, written = json_object('name', ?, 'slug', ?, 'description', ?) WHERE id = ?",
      wanted?.["name"],
      wanted?.["folded"],
      wanted?.["name"],
      wanted?.["slug"] ?? null,
      wanted?.["description"] ?? null,
      number
    )
  } else if (outcome === "deleted") {
    sql.run("UPDATE target_group SET gone_at = ?, handle = NULL WHERE id = ?", now, number)
    sql.run("DELETE FROM assignment WHERE grp = ?", number)
  } else settleMade(sql, call, outcome.made, now)
  sql.run("DELETE FROM refused WHERE op = ? AND grp = ? AND customer = 0", call.op, number)
  settlePlanned(sql, call, 0, "done", now)
  closeCall(sql, call, "done", detail, now)
}

const openCalls = (sql: Statements, to: string): ReadonlyArray<OpenCall> =>
  sql.all(`${callColumns} WHERE c.connection = ? AND c.outcome IS NULL ORDER BY c.id`, connectionId(sql, to)).map((row) => openCall(sql, row))

export const make = (database: Database): typeof Journal.Service => {
  const stored = (work: (sql: Statements, now: number) => void): Effect.Effect<void, StateError> =>
    Effect.flatMap(Clock.currentTimeMillis, (now) => database.atomically((sql) => work(sql, now)))
  const settled = (call: OpenCall, work: (sql: Statements, now: number) => void): Effect.Effect<void, StateError> =>
    stored((sql, now) => {
      Fence.checkOpen(database, sql, call)
      work(sql, now)
    })
  return {
    openCalls: (to) => database.use((sql) => openCalls(sql, to)),
    work: (run, phase, limit) => database.use((sql) => sql.all(`${workRows(phases[phase])} ORDER BY count(*) DESC, p.grp LIMIT ?`, run, limit).map(workOf)),
    smallest: (run) =>
      database.use((sql) => {
        const [row] = sql.all(`${workRows(`${phases.adds}, ${phases.removes}`)} ORDER BY sum(p.op LIKE 'assignment.%') = 0, count(*), p.grp LIMIT 1`, run)
        return row === undefined ? null : workOf(row)
      }),
    intend: (writer, op, group, pack) =>
      Effect.flatMap(Clock.currentTimeMillis, (now) => database.atomically((sql) => intend(database, sql, writer, op, group, pack, now))),
    settleRows: (call, outcome, detail) => settled(call, (sql, now) => settleRows(sql, call, outcome, detail, now)),
    settleGroup: (call, outcome, detail) => settled(call, (sql, now) => settleGroup(sql, call, outcome, detail, now)),
    refuse: (call, reason) =>
      settled(call, (sql, now) => {
        for (const customer of call.op.startsWith("group.") ? [0] : call.rows.map((row) => row.number)) {
          Refusals.store(sql, call, customer, reason, now)
          settlePlanned(sql, call, customer, "refused", now)
        }
        if (call.op === "group.create") {
          sql.run(
            "UPDATE planned SET state = 'void', settled_at = ? WHERE grp = ? AND state = 'planned' AND run = (SELECT run FROM call WHERE id = ?)",
            now,
            call.group.number,
            call.call
          )
        }
        closeCall(sql, call, "refused", reason, now)
      }),
    groupGone: (call) =>
      settled(call, (sql, now) => {
        sql.run("UPDATE target_group SET gone_at = ? WHERE id = ?", now, call.group.number)
        sql.run(
          "UPDATE planned SET state = 'void', settled_at = ? WHERE grp = ? AND state = 'planned' AND run = (SELECT run FROM call WHERE id = ?)",
          now,
          call.group.number,
          call.call
        )
        closeCall(sql, call, "void", "the group is gone at the target", now)
      }),
    customerGone: (call) =>
      stored((sql, now) => {
        for (const row of call.rows) sql.run("UPDATE target_customer SET gone_at = ? WHERE id = ?", now, row.number)
      }),
    draft: (group) =>
      database.use((sql) => {
        const row = sql.get(
          "SELECT g.handle, w.name, w.slug, w.description, w.external_id, w.custom FROM target_group g LEFT JOIN wanted w ON w.target_group = g.id WHERE g.id = ?",
          group
        )
        const text = (key: string) => (row?.[key] === null || row?.[key] === undefined ? undefined : String(row[key]))
        const handle = text("handle") ?? ""
        return {
          draft: {
            name: text("name") ?? "",
            slug: text("slug"),
            description: text("description"),
            externalId: text("external_id"),
            customFields: JSON.parse(text("custom") ?? "{}")
          },
          mark: { state: database.lineage, sync: "", key: handle }
        }
      }),
    noteClock: (to, offset) => database.use((sql) => void sql.run("UPDATE connection SET clock_offset = ? WHERE name = ?", offset, to)),
    canaryDone: (to) => database.use((sql) => sql.get("SELECT 1 FROM connection WHERE name = ? AND canary_at IS NOT NULL", to) !== undefined),
    noteCanary: (to) => stored((sql, now) => void sql.run("UPDATE connection SET canary_at = ? WHERE name = ?", now, to)),
    written: (run, group) =>
      database.use((sql) => {
        const row = sql.get(
          `${callColumns} WHERE c.run = ? AND c.grp = ? AND c.outcome = 'done' AND c.op LIKE 'assignment.%' ORDER BY c.id DESC LIMIT 1`,
          run,
          group
        )
        return row === undefined ? null : openCall(sql, row)
      }),
    progress: (run) =>
      database.use((sql) => {
        const row = sql.get("SELECT count(*) AS total, sum(state <> 'planned') AS settled FROM planned WHERE run = ?", run)
        return { total: Number(row?.["total"] ?? 0), settled: Number(row?.["settled"] ?? 0) }
      })
  }
}
