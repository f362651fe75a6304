/** The journal of calls over SQLite. Intents and outcomes are on the disk (`synchronous=FULL`) before anything follows from them. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { type Journal, type OpenCall } from "../src/apply/Journal.ts"
import type { StateError } from "../src/contract/StateError.ts"
import type { ChangeOp } from "../src/model/Change.ts"
import { connectionId } from "./Connections.ts"
import * as CustomerWork from "./CustomerWork.ts"
import type { Database, Statements } from "./Database.ts"
import * as Fence from "./Fence.ts"
import { callColumns, openCall, openedCall, phases, workOf, workRows } from "./JournalRows.ts"
import * as Refusals from "./Refusals.ts"
import * as Settling from "./Settling.ts"

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
        "INSERT INTO call_row (call, grp, customer, absent) SELECT ?1, ?3, ?2, EXISTS (SELECT 1 FROM seen_group WHERE grp = ?3) AND NOT EXISTS (SELECT 1 FROM seen_member WHERE grp = ?3 AND customer = ?2)",
        call,
        row["customer"],
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
      Fence.checkOpen(database, sql, "call", call)
      work(sql, now)
    })
  return {
    openCalls: (to) => database.use((sql) => openCalls(sql, to)),
    work: (run, phase, limit) => database.use((sql) => sql.all(`${workRows(phases[phase])} ORDER BY count(*) DESC, p.grp LIMIT ?2`, run, limit).map(workOf)),
    smallest: (run) =>
      database.use((sql) => {
        const [row] = sql.all(`${workRows(`${phases.adds}, ${phases.removes}`)} ORDER BY sum(p.op LIKE 'assignment.%') = 0, count(*), p.grp LIMIT 1`, run)
        return row === undefined ? null : workOf(row)
      }),
    intend: (writer, op, group, pack) =>
      Effect.flatMap(Clock.currentTimeMillis, (now) => database.together((sql) => intend(database, sql, writer, op, group, pack, now))),
    customers: (run, op, first, limit) => database.use((sql) => CustomerWork.customers(sql, run, op, first, limit)),
    groupsFor: (run, customer) =>
      database.use((sql) =>
        sql
          .all(
            `${workRows(phases.changes, "AND p.grp IN (SELECT grp FROM planned WHERE run = ?1 AND op = 'assignment.add' AND customer = ?2 AND state = 'planned')")} ORDER BY p.grp`,
            run,
            customer
          )
          .map(workOf)
      ),
    intendFor: (writer, op, customer, pack) =>
      Effect.flatMap(Clock.currentTimeMillis, (now) =>
        database.together((sql) => {
          Fence.checkLease(database, sql, writer.lease)
          const call = CustomerWork.intend(sql, writer, op, customer, pack, now)
          return call === null ? null : openedCall(sql, call)
        })
      ),
    sawGroups: (run, customer, groups) => stored((sql, now) => CustomerWork.sawGroups(sql, run, customer, groups, now)),
    dropUnused: (run) => stored((sql, now) => CustomerWork.dropUnused(sql, run, now)),
    settleRows: (call, outcome, detail) => settled(call, (sql, now) => Settling.rows(sql, call, outcome, detail, now)),
    settleGroup: (call, outcome, detail) => settled(call, (sql, now) => Settling.group(sql, call, outcome, detail, now)),
    refuse: (call, reason) =>
      settled(call, (sql, now) => {
        const refuse = (one: OpenCall, customer: number) => {
          Refusals.store(sql, one, customer, reason, now)
          Settling.settlePlanned(sql, one, customer, "refused", now)
        }
        if (call.op.startsWith("group.")) refuse(call, 0)
        else for (const row of call.rows) refuse(Settling.alone(call, row), row.number)
        if (call.op === "group.create") {
          sql.run(
            "UPDATE planned SET state = 'void', settled_at = ? WHERE grp = ? AND state = 'planned' AND run = (SELECT run FROM call WHERE id = ?)",
            now,
            call.group.number,
            call.call
          )
        }
        Settling.closeCall(sql, call, "refused", reason, now)
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
        Settling.closeCall(sql, call, "void", "the group is gone at the target", now)
      }),
    spareGroup: (run, group) =>
      stored(
        (sql, now) => void sql.run("UPDATE planned SET state = 'void', settled_at = ? WHERE run = ? AND op = 'group.delete' AND grp = ?", now, run, group)
      ),
    customerGone: (call) =>
      stored((sql, now) => {
        for (const row of call.rows) sql.run("UPDATE target_customer SET gone_at = ? WHERE id = ?", now, row.number)
      }),
    draft: (call) =>
      database.use((sql) => {
        const { custom, description, externalId, name, slug } = Settling.draftOf(sql, call)
        return {
          draft: { name, slug: slug ?? undefined, description: description ?? undefined, externalId: externalId ?? undefined, customFields: custom ?? {} },
          mark: { state: database.lineage, sync: "", key: call.group.handle ?? "" }
        }
      }),
    // The Date header is never ahead of the server's clock, so the largest offset heard is the truest, unless the clock was set back. Storing one
    // costs as much as storing an intent.
    noteClock: (to, offset) =>
      database.use(
        (sql) =>
          void sql.run(
            "UPDATE connection SET clock_offset = ?1 WHERE name = ?2 AND (clock_offset IS NULL OR ?1 NOT BETWEEN clock_offset - 1500 AND clock_offset)",
            offset,
            to
          )
      ),
    canaryDone: (to) => database.use((sql) => sql.get("SELECT 1 FROM connection WHERE name = ? AND canary_at IS NOT NULL", to) !== undefined),
    noteCanary: (to) => stored((sql, now) => void sql.run("UPDATE connection SET canary_at = ? WHERE name = ?", now, to)),
    written: (run) =>
      database.use((sql) => {
        const row = sql.get(`${callColumns} WHERE c.run = ? AND c.outcome = 'done' AND c.op LIKE 'assignment.%' ORDER BY c.id DESC LIMIT 1`, run)
        return row === undefined ? null : openCall(sql, row)
      }),
    progress: (run) =>
      database.use((sql) => {
        const row = sql.get("SELECT count(*) AS total, sum(state <> 'planned') AS settled FROM planned WHERE run = ?", run)
        return { total: Number(row?.["total"] ?? 0), settled: Number(row?.["settled"] ?? 0) }
      })
  }
}
