/** The journal of calls over SQLite. Intents and outcomes are on the disk (`synchronous=FULL`) before anything follows from them. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { type Journal, type OpenCall } from "../../src/apply/Journal.ts"
import type { StateError } from "../../src/contract/StateError.ts"
import type { ChangeOp } from "../../src/model/Change.ts"
import { connectionId } from "../database/Intern.ts"
import * as CustomerCalls from "./CustomerCalls.ts"
import type { Database } from "../database/Database.ts"
import type { Statements } from "../database/Statements.ts"
import * as FencingToken from "../database/FencingToken.ts"
import { callColumns, openCall, openedCall, phases, progress, workOf, workRows } from "./JournalRows.ts"
import * as IdempotencyKeys from "./IdempotencyKeys.ts"
import * as RefusalBackoff from "../reconcile/RefusalBackoff.ts"
import * as Settlement from "./Settlement.ts"

const intend = (
  database: Database,
  sql: Statements,
  writer: { readonly run: number; readonly lease: number; readonly to: string },
  op: ChangeOp,
  group: number,
  pack: number,
  now: number
): OpenCall | null => {
  FencingToken.checkLease(database, sql, writer.lease)
  const rows = sql.all(
    `SELECT target_customer_id FROM planned_change WHERE run = ? AND op = ? AND group_id = ? AND state = 'planned'
      ORDER BY target_customer_id LIMIT ?`,
    writer.run,
    op,
    group,
    pack
  )
  const [first] = rows
  if (first === undefined) return null
  const connection = connectionId(sql, writer.to)
  const customers = op.startsWith("group.") ? [] : rows.map((row) => Number(row["target_customer_id"]))
  const { firstAt, key } = IdempotencyKeys.next(sql, { run: writer.run, connection, op, group, customers }, now)
  const call = sql.insert(
    `INSERT INTO call (run, lease, connection, op, group_id, intent_at, idempotency_key, first_at)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    writer.run,
    writer.lease,
    connection,
    op,
    group,
    now,
    key,
    firstAt
  )
  if (!op.startsWith("group.")) {
    for (const row of rows) {
      sql.run(
        `INSERT INTO call_row (call, group_id, target_customer_id, absent)
          SELECT ?1, ?3, ?2, EXISTS (SELECT 1 FROM seen_group WHERE group_id = ?3)
          AND NOT EXISTS (SELECT 1 FROM seen_member WHERE group_id = ?3 AND target_customer_id = ?2)`,
        call,
        row["target_customer_id"],
        group
      )
    }
  }
  return openedCall(sql, call)
}

const openCalls = (sql: Statements, to: string): ReadonlyArray<OpenCall> =>
  sql.all(`${callColumns} WHERE c.connection = ? AND c.outcome IS NULL ORDER BY c.id`, connectionId(sql, to)).map((row) => openCall(sql, row))

export const make = (database: Database): typeof Journal.Service => {
  const stored = (work: (sql: Statements, now: number) => void): Effect.Effect<void, StateError> =>
    Effect.flatMap(Clock.currentTimeMillis, (now) => database.together((sql) => work(sql, now)))
  const settled = (call: OpenCall, work: (sql: Statements, now: number) => void): Effect.Effect<void, StateError> =>
    stored((sql, now) => {
      FencingToken.checkOpen(database, sql, "call", call)
      work(sql, now)
    })
  return {
    openCalls: (to) => database.use((sql) => openCalls(sql, to)),
    work: (run, phase, limit) =>
      database.use((sql) => sql.all(`${workRows(phases[phase])} ORDER BY count(*) DESC, p.group_id LIMIT ?2`, run, limit).map(workOf)),
    smallest: (run) =>
      database.use((sql) => {
        const [row] = sql.all(`${workRows(`${phases.adds}, ${phases.removes}`)} ORDER BY sum(p.op LIKE 'assignment.%') = 0, count(*), p.group_id LIMIT 1`, run)
        return row === undefined ? null : workOf(row)
      }),
    intend: (writer, op, group, pack) =>
      Effect.flatMap(Clock.currentTimeMillis, (now) => database.together((sql) => intend(database, sql, writer, op, group, pack, now))),
    customers: (run, op, first, limit) => database.use((sql) => CustomerCalls.customers(sql, run, op, first, limit)),
    groupsFor: (run, customer) =>
      database.use((sql) =>
        sql
          .all(
            `${workRows(
              phases.changes,
              `AND p.group_id IN (SELECT group_id FROM planned_change
              WHERE run = ?1 AND op = 'assignment.add' AND target_customer_id = ?2 AND state = 'planned')`
            )}
              ORDER BY p.group_id`,
            run,
            customer
          )
          .map(workOf)
      ),
    intendFor: (writer, op, customer, pack) =>
      Effect.flatMap(Clock.currentTimeMillis, (now) =>
        database.together((sql) => {
          FencingToken.checkLease(database, sql, writer.lease)
          const call = CustomerCalls.intend(sql, writer, op, customer, pack, now)
          return call === null ? null : openedCall(sql, call)
        })
      ),
    noteLost: (call) => stored((sql) => void sql.run("UPDATE call SET lost = 1 WHERE id = ?", call.call)),
    sawGroups: (run, customer, groups) => stored((sql, now) => CustomerCalls.sawGroups(sql, run, customer, groups, now)),
    dropUnused: (run) => stored((sql, now) => CustomerCalls.dropUnused(sql, run, now)),
    settleRows: (call, outcome, detail) => settled(call, (sql, now) => Settlement.rows(sql, call, outcome, detail, now)),
    settleGroup: (call, outcome, detail) => settled(call, (sql, now) => Settlement.group(sql, call, outcome, detail, now)),
    refuse: (call, reason) =>
      settled(call, (sql, now) => {
        const refuse = (one: OpenCall, customer: number) => {
          RefusalBackoff.store(sql, one, customer, reason, now)
          Settlement.settlePlanned(sql, one, customer, "refused", now)
        }
        if (call.op.startsWith("group.")) refuse(call, 0)
        else for (const row of call.rows) refuse(Settlement.alone(call, row), row.number)
        if (call.op === "group.create") {
          sql.run(
            `UPDATE planned_change SET state = 'void', settled_at = ?
              WHERE group_id = ? AND state = 'planned' AND run = (SELECT run FROM call WHERE id = ?)`,
            now,
            call.group.number,
            call.call
          )
        }
        Settlement.closeCall(sql, call, "refused", reason, now)
      }),
    groupGone: (call) =>
      settled(call, (sql, now) => {
        sql.run("UPDATE target_group SET gone_at = ? WHERE id = ?", now, call.group.number)
        sql.run(
          `UPDATE planned_change SET state = 'void', settled_at = ?
            WHERE group_id = ? AND state = 'planned' AND run = (SELECT run FROM call WHERE id = ?)`,
          now,
          call.group.number,
          call.call
        )
        Settlement.closeCall(sql, call, "void", "the group is gone at the target", now)
      }),
    spareGroup: (run, group) =>
      stored(
        (sql, now) =>
          void sql.run(
            `UPDATE planned_change SET state = 'void', settled_at = ?
            WHERE run = ? AND op = 'group.delete' AND group_id = ?`,
            now,
            run,
            group
          )
      ),
    customerGone: (call) =>
      stored((sql, now) => {
        for (const row of call.rows) sql.run("UPDATE target_customer SET gone_at = ? WHERE id = ?", now, row.number)
      }),
    draft: (call) =>
      database.use((sql) => {
        const { custom, description, externalId, name, slug } = Settlement.draftOf(sql, call)
        const writer = Settlement.writerOf(sql, call)
        return {
          draft: { name, slug: slug ?? undefined, description: description ?? undefined, externalId: externalId ?? undefined, customFields: custom ?? {} },
          mark: { state: database.lineage, sync: "", key: call.group.handle ?? "", ...(writer === null ? {} : { writer }) }
        }
      }),
    // The Date header is never ahead of the server's clock, so the largest offset heard is the truest, unless the clock was set back. Storing one
    // costs as much as storing an intent.
    noteClock: (to, offset) =>
      database.use(
        (sql) =>
          void sql.run(
            `UPDATE connection SET clock_offset = ?1 WHERE name = ?2
              AND (clock_offset IS NULL OR ?1 NOT BETWEEN clock_offset - 1500 AND clock_offset)`,
            offset,
            to
          )
      ),
    canaryDone: (to) => database.use((sql) => sql.get("SELECT 1 FROM connection WHERE name = ? AND canary_at IS NOT NULL", to) !== undefined),
    noteCanary: (to) => stored((sql, now) => void sql.run("UPDATE connection SET canary_at = ? WHERE name = ?", now, to)),
    written: (run) =>
      database.use((sql) => {
        const row = sql.get(`${callColumns} WHERE c.run = ? AND c.outcome = 'done' AND c.op LIKE 'assignment.%' ORDER BY c.id DESC LIMIT 1`, run)
        if (row === undefined) return null
        const call = openCall(sql, row)
        const confirmed = (one: OpenCall["rows"][number]) =>
          sql.get(
            "SELECT 1 FROM call_row WHERE call = ? AND group_id = ? AND target_customer_id = ? AND outcome IN ('applied', 'found')",
            call.call,
            one.group.number,
            one.number
          ) !== undefined
        return { ...call, rows: call.rows.filter(confirmed) }
      }),
    lastAdded: (to) =>
      database.use((sql) => {
        const row = sql.get(
          `${callColumns} WHERE n.name = ? AND c.outcome = 'done' AND c.op = 'assignment.add'
            AND EXISTS (SELECT 1 FROM call_row r JOIN assignment a ON a.group_id = r.group_id
              AND a.target_customer_id = r.target_customer_id
             AND a.origin = 'applied' WHERE r.call = c.id AND r.outcome = 'applied') ORDER BY c.id DESC LIMIT 1`,
          to
        )
        if (row === undefined) return null
        const call = openCall(sql, row)
        const kept = (one: OpenCall["rows"][number]) =>
          sql.get("SELECT 1 FROM assignment WHERE group_id = ? AND target_customer_id = ? AND origin = 'applied'", one.group.number, one.number) !== undefined
        return { ...call, rows: call.rows.filter(kept) }
      }),
    progress: (run) => database.use((sql) => progress(sql, "planned_change", run))
  }
}
