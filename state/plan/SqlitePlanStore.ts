/** Plans, baselines and measures over SQLite. */
import * as Duration from "effect/Duration"
import type { ChangeOp } from "../../src/model/Change.ts"
import * as Judgement from "../../src/plan/Judgement.ts"
import { type Free, type Measures, type PlanStore } from "../../src/plan/PlanStore.ts"
import type { Frame } from "../../src/reconcile/ReconcileStore.ts"
import { connectionId, syncId } from "../database/Intern.ts"
import * as CallCeiling from "./CallCeiling.ts"
import type { Database } from "../database/Database.ts"
import type { Statements } from "../database/Statements.ts"
import * as EmptySource from "./EmptySource.ts"
import * as Exceptions from "../reconcile/Exceptions.ts"
import * as GuessedEncoding from "./GuessedEncoding.ts"
import * as ExpiredRows from "./ExpiredRows.ts"
import * as CostEstimate from "./CostEstimate.ts"
import * as Holds from "./Holds.ts"
import * as LastFullRead from "../read/LastFullRead.ts"
import * as RollingWindow from "./RollingWindow.ts"
import * as HeldParts from "./HeldParts.ts"
import * as PlanChanges from "./PlanChanges.ts"
import * as SkippedChanges from "./SkippedChanges.ts"
import * as SourceShrink from "./SourceShrink.ts"
import * as ManualTasks from "../reconcile/ManualTasks.ts"
import * as MostChanged from "./MostChanged.ts"

const free = "part IS NULL AND skip_reason IS NULL AND approved = 0"

const number = (sql: Statements, text: string, ...values: ReadonlyArray<unknown>): number => Number(sql.get(text, ...values)?.["n"] ?? 0)

const removableNow = (sql: Statements, { sync }: Frame): number =>
  number(
    sql,
    `SELECT count(*) AS n FROM assignment WHERE ${sync.removals === "all" ? "true" : "origin IN ('applied', 'adopted')"}
      AND group_id IN (SELECT id FROM open_group UNION SELECT group_id FROM candidate_change
        WHERE op = 'assignment.remove')`
  )

const baseline = (sql: Statements, frame: Frame) => sql.get("SELECT removable FROM baseline WHERE sync = ?", syncId(sql, frame.sync.name))

const measure = (sql: Statements, frame: Frame): Measures => {
  const sync = syncId(sql, frame.sync.name)
  return {
    removedLately: RollingWindow.done(sql, frame, "assignment.remove") + ManualTasks.openedLately(sql, sync, RollingWindow.since(frame)),
    addedLately: RollingWindow.done(sql, frame, "assignment.add"),
    createdLately: RollingWindow.done(sql, frame, "group.create"),
    emptiedLately: RollingWindow.emptied(sql, frame),
    removable: Judgement.removable(Number(baseline(sql, frame)?.["removable"] ?? 0), removableNow(sql, frame)),
    shrunk: SourceShrink.streams(sql, frame)
  }
}

const countFree = (sql: Statements): Free => {
  const planned = (op: ChangeOp) =>
    number(
      sql,
      `SELECT count(*) AS n FROM candidate_change
    WHERE op = ? AND ${free}`,
      op
    )
  return { removals: planned("assignment.remove"), additions: planned("assignment.add"), creations: planned("group.create") }
}

const groupMeasures = `
  SELECT g.id, g.name, sum(c.op = 'assignment.remove') AS removals, sum(c.op = 'assignment.add') AS additions,
    coalesce((SELECT b.members FROM baseline_group b WHERE b.sync = ?1 AND b.group_id = g.id), 0) AS size,
    (SELECT count(*) FROM assignment a WHERE a.group_id = g.id) AS rows,
    ${RollingWindow.doneIn("assignment.remove")} AS removed, ${RollingWindow.doneIn("assignment.add")} AS added,
    (SELECT count(*) FROM assignment a JOIN run r ON r.id = a.run AND r.status IN ('interrupted', 'failed', 'partial')
     WHERE a.group_id = g.id AND a.origin = 'applied' AND a.run > coalesce((SELECT b.run FROM baseline b
       WHERE b.sync = ?1), 0)) AS begun,
    min(c.op <> 'assignment.remove' OR c.cause IN ('group-gone', 'merged')) AS proved
  FROM candidate_change c JOIN target_group g ON g.id = c.group_id
  WHERE c.${free.replaceAll(" AND ", " AND c.")} AND c.op LIKE 'assignment.%' AND c.group_id > ?2 GROUP BY g.id
  ORDER BY g.id LIMIT ?3`

/** Whether claims have ended whose rows wait for their time of grace. */
const endedInGrace = (sql: Statements, { sync, now }: Frame): boolean =>
  sql.get(
    `SELECT 1 FROM claim WHERE claimant IN (SELECT id FROM claimant WHERE sync = ?) AND expired_at IS NOT NULL
      AND NOT grace_is_over(expired_reads, expired_at, ?, ?, ?) LIMIT 1`,
    syncId(sql, sync.name),
    sync.grace.reads,
    Duration.toMillis(sync.grace.for),
    now
  ) !== undefined

const moveBaseline = (sql: Statements, frame: Frame): void => {
  const sync = syncId(sql, frame.sync.name)
  const { read, run, now } = frame
  if (read.length < frame.sync.from.length) return
  if (number(sql, "SELECT count(*) AS n FROM held_part WHERE sync = ? AND state = 'open' AND guard <> 'configGone'", sync) > 0) return
  // Rows of groups that could not be seen were not judged by this config; those left to the next run are judged by it.
  if (number(sql, "SELECT count(*) AS n FROM candidate_change WHERE skip_reason IN ('unseen', 'later')") > 0) return
  const reads = read.map((name) => ({
    connection: connectionId(sql, name),
    row: sql.get("SELECT id, complete FROM read WHERE connection = ? AND ended_at IS NOT NULL ORDER BY id DESC LIMIT 1", connectionId(sql, name))
  }))
  if (reads.some(({ row }) => row === undefined || row["complete"] !== 1)) return
  const encodingSeen = GuessedEncoding.isSeen(sql, frame)
  sql.run("INSERT OR REPLACE INTO baseline VALUES (?, ?, ?, ?, ?)", sync, run, now, removableNow(sql, frame), JSON.stringify(frame.sync.meaning))
  for (const table of ["baseline_read", "baseline_group"]) sql.run(`DELETE FROM ${table} WHERE sync = ?`, sync)
  // While removals still have time of grace, what they come from is not yet judged: streams that shrank too much keep their former size until then.
  const inGrace = endedInGrace(sql, frame)
  const limit = inGrace ? frame.sync.guards.sourceShrink : 100
  const kept = `SELECT stream FROM baseline_stream b WHERE b.sync = ?1 AND b.connection = ?2
      AND ((b.rows - s.rows) * 100.0 / b.rows > ?4 OR (s.rows = 0 AND b.rows > 0 AND ?5))`
  for (const { connection, row } of reads) {
    sql.run("INSERT INTO baseline_read VALUES (?, ?, ?)", sync, connection, row?.["id"])
    sql.run(
      `INSERT OR REPLACE INTO baseline_stream (sync, connection, stream, rows, encoding)
       SELECT ?1, ?2, s.name, s.rows, ${GuessedEncoding.kept("s", "?6")} FROM read_stream n
       JOIN read_stream s ON s.name = n.name AND s.read = ${LastFullRead.read("?2", "n.name")}
       WHERE n.read = ?3 AND s.name NOT IN (${kept})`,
      sync,
      connection,
      row?.["id"],
      limit,
      inGrace ? 1 : 0,
      encodingSeen ? 1 : 0
    )
  }
  sql.run(
    `INSERT INTO baseline_group SELECT ?, group_id, count(*) FROM assignment
    WHERE group_id IN (SELECT id FROM open_group) GROUP BY group_id`,
    sync
  )
}

/** A saved plan names a group by its handle, or by the target's id where it serves no desired group any more. */
const named = "coalesce(g.group_key, 'target:' || g.key) = f.group_id"

/** An addition needs its group: one that is not there, and is not made in this run, takes nobody. */
const dropGroupless = (sql: Statements): void => {
  sql.run(
    `UPDATE candidate_change SET skip_reason = 'no-group' WHERE op = 'assignment.add' AND skip_reason IS NULL
      AND part IS NULL AND group_id IN (SELECT id FROM target_group WHERE key IS NULL)
     AND group_id NOT IN (SELECT group_id FROM candidate_change
       WHERE op = 'group.create' AND skip_reason IS NULL AND part IS NULL)`
  )
}

/** A file's rows that the present plan does not have, with what the ledger says of them. */
const leftOver = `
  SELECT f.op, f.group_id, f.target_customer_id,
    CASE f.op WHEN 'assignment.add' THEN a.group_id IS NOT NULL WHEN 'assignment.remove' THEN a.group_id IS NULL
    AND g.id IS NOT NULL WHEN 'group.create' THEN g.key IS NOT NULL WHEN 'group.delete' THEN g.gone_at IS NOT NULL
    ELSE 0 END AS already,
    c.part IS NOT NULL AS held
  FROM saved_plan_row f LEFT JOIN target_group g ON ${named}
  AND g.connection = (SELECT t.connection FROM desired_group w JOIN target_group t ON t.id = w.target_group LIMIT 1)
  LEFT JOIN target_customer t ON t.connection = g.connection AND t.key = f.target_customer_id
  LEFT JOIN assignment a ON a.group_id = g.id AND a.target_customer_id = t.id
  LEFT JOIN candidate_change c ON c.op = f.op AND c.group_id = g.id AND c.target_customer_id = coalesce(t.id, 0)
  WHERE c.op IS NULL OR c.part IS NOT NULL OR c.skip_reason IS NOT NULL ORDER BY 1, 2, 3 LIMIT 10000`

export const make = (database: Database): typeof PlanStore.Service => ({
  recallDecisions: (frame) => database.atomically((sql) => Holds.recallDecisions(sql, frame)),
  firstRun: (frame) => database.use((sql) => baseline(sql, frame) === undefined),
  measure: (frame) => database.use((sql) => measure(sql, frame)),
  free: () => database.use(countFree),
  measureGroups: (frame, after, limit) =>
    database.use((sql) =>
      sql.all(groupMeasures, syncId(sql, frame.sync.name), after, limit, RollingWindow.since(frame)).map((row) => ({
        group: Number(row["id"]),
        name: String(row["name"]),
        removals: Number(row["removals"]),
        additions: Number(row["additions"]),
        size: Judgement.grownFrom(Number(row["size"]), Number(row["rows"]), Number(row["begun"])),
        rows: Number(row["rows"]),
        removedLately: Number(row["removed"]),
        addedLately: Number(row["added"]),
        proved: row["proved"] === 1
      }))
    ),
  baselineMeaning: (frame) =>
    database.use((sql) => {
      const row = sql.get("SELECT meaning FROM baseline WHERE sync = ?", syncId(sql, frame.sync.name))
      return row === undefined ? null : JSON.parse(String(row["meaning"]))
    }),
  doubts: (frame) =>
    database.atomically((sql) => {
      EmptySource.note(sql, frame)
      GuessedEncoding.note(sql, frame)
      Exceptions.note(sql, frame)
      return Holds.doubtful(sql)
    }),
  count: (frame, selection) => database.use((sql) => Holds.count(sql, frame, selection)),
  hold: (frame, trip, selection) => database.atomically((sql) => Holds.hold(sql, frame, trip, selection)),
  reopen: (frame, guards) => database.atomically((sql) => Holds.reopen(sql, frame, guards)),
  lift: (frame, trip, selection) => database.atomically((sql) => Holds.lift(sql, frame, trip, selection)),
  closeParts: (frame, believed) =>
    database.atomically((sql) => {
      if (believed) ExpiredRows.forget(sql, frame)
      Holds.closeParts(sql, frame)
    }),
  parts: (frame) => database.use((sql) => HeldParts.open(sql, syncId(sql, frame.sync.name), frame.run)),
  beginFile: database.use((sql) => void sql.run("DELETE FROM saved_plan_row")),
  restrictToFile: (rows) =>
    database.atomically((sql) => {
      for (const row of rows) sql.run("INSERT OR IGNORE INTO saved_plan_row VALUES (?, ?, ?)", row.op, row.group, row.customer)
    }),
  endFile: database.atomically((sql) => {
    sql.run(
      `UPDATE candidate_change SET skip_reason = 'not-in-plan'
        WHERE skip_reason IS NULL AND NOT EXISTS (SELECT 1 FROM saved_plan_row f
          JOIN target_group g ON g.id = candidate_change.group_id AND ${named}
       LEFT JOIN target_customer t ON t.id = candidate_change.target_customer_id
       WHERE f.op = candidate_change.op AND f.target_customer_id = coalesce(t.key, ''))`
    )
    dropGroupless(sql)
    return sql.all(leftOver).map((row) => ({
      op: String(row["op"]),
      group: String(row["group_id"]),
      customer: String(row["target_customer_id"]),
      already: row["already"] === 1,
      held: row["held"] === 1
    }))
  }),
  openTasks: (frame) => database.atomically((sql) => ManualTasks.open(sql, frame)),
  restrictToPart: (part) =>
    database.atomically((sql) => {
      sql.run(
        `UPDATE candidate_change SET skip_reason = 'only' WHERE skip_reason IS NULL
          AND (op, group_id, target_customer_id) NOT IN (SELECT op, group_id, target_customer_id FROM held_row
            WHERE part = ?1)
         AND NOT (op = 'group.create' AND part IS NULL AND group_id IN (SELECT group_id FROM held_row
           WHERE part = ?1 AND op = 'assignment.add'))`,
        part
      )
      dropGroupless(sql)
    }),
  estimate: (target, parts) => database.use((sql) => CostEstimate.of(sql, target, parts)),
  additions: (by, explicit, limit) => database.use((sql) => CallCeiling.additions(sql, by, explicit, limit)),
  changedGroups: (explicit, limit) => database.use((sql) => CallCeiling.changedGroups(sql, explicit, limit)),
  keepAdditions: (by, { groups, units }) => database.atomically((sql) => CallCeiling.keepAdditions(sql, by, units, groups)),
  keepRemovals: (packing, calls, now) => database.atomically((sql) => CallCeiling.keepRemovals(sql, packing, calls, now)),
  leftOut: database.use(CallCeiling.leftOut),
  mostChanged: (limit) => database.use((sql) => MostChanged.groups(sql, limit)),
  changes: (frame, after, limit) => database.use((sql) => PlanChanges.page(sql, frame, after, limit)),
  commit: (frame) =>
    database.atomically((sql) => {
      PlanChanges.commit(sql, frame.run)
    }),
  storeSkipped: (frame) => database.atomically((sql) => SkippedChanges.store(sql, frame)),
  moveBaseline: (frame) => database.atomically((sql) => moveBaseline(sql, frame))
})
