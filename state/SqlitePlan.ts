/** Plans, baselines and measures over SQLite. */
import * as Duration from "effect/Duration"
import type { ChangeOp } from "../src/model/Change.ts"
import { type Free, type Measures, type PlanStore } from "../src/plan/PlanStore.ts"
import type { Frame } from "../src/reconcile/ReconcileStore.ts"
import { connectionId, syncId } from "./Connections.ts"
import * as Cutting from "./Cutting.ts"
import type { Database, Statements } from "./Database.ts"
import * as Ended from "./Ended.ts"
import * as Estimate from "./Estimate.ts"
import * as Holds from "./Holds.ts"
import * as LastList from "./LastList.ts"
import * as Lately from "./Lately.ts"
import * as OverviewParts from "./OverviewParts.ts"
import * as PlanChanges from "./PlanChanges.ts"
import * as Shrunk from "./Shrunk.ts"
import * as Tasks from "./Tasks.ts"

const free = "part IS NULL AND dropped IS NULL AND approved = 0"

const number = (sql: Statements, text: string, ...values: ReadonlyArray<unknown>): number => Number(sql.get(text, ...values)?.["n"] ?? 0)

const removableNow = (sql: Statements, { sync }: Frame): number =>
  number(
    sql,
    `SELECT count(*) AS n FROM assignment WHERE ${sync.removals === "all" ? "true" : "origin IN ('applied', 'adopted')"} AND grp IN (SELECT target_group FROM wanted WHERE blocked IS NULL UNION SELECT grp FROM change WHERE op = 'assignment.remove')`
  )

/** A baseline that a long hold has kept back says too little of a sync that has grown since, and too much of one that has shrunk. */
const removable = (baseline: number, now: number): number => (baseline < 20 ? Math.max(baseline, now) : now < 20 ? baseline : Math.min(baseline, now))

const baseline = (sql: Statements, frame: Frame) => sql.get("SELECT removable FROM baseline WHERE sync = ?", syncId(sql, frame.sync.name))

const measure = (sql: Statements, frame: Frame): Measures => {
  const sync = syncId(sql, frame.sync.name)
  return {
    removedLately: Lately.done(sql, frame, "assignment.remove") + Tasks.openedLately(sql, sync, Lately.since(frame)),
    addedLately: Lately.done(sql, frame, "assignment.add"),
    createdLately: Lately.done(sql, frame, "group.create"),
    emptiedLately: Lately.emptied(sql, frame),
    removable: removable(Number(baseline(sql, frame)?.["removable"] ?? 0), removableNow(sql, frame)),
    shrunk: Shrunk.streams(sql, frame)
  }
}

const countFree = (sql: Statements): Free => {
  const planned = (op: ChangeOp) => number(sql, `SELECT count(*) AS n FROM change WHERE op = ? AND ${free}`, op)
  return { removals: planned("assignment.remove"), additions: planned("assignment.add"), creations: planned("group.create") }
}

const groupMeasures = `
  SELECT g.id, g.name, sum(c.op = 'assignment.remove') AS removals, sum(c.op = 'assignment.add') AS additions,
    coalesce((SELECT b.members FROM baseline_group b WHERE b.sync = ?1 AND b.grp = g.id), 0) AS size,
    (SELECT count(*) FROM assignment a WHERE a.grp = g.id) AS rows, ${Lately.doneIn("assignment.remove")} AS removed, ${Lately.doneIn("assignment.add")} AS added,
    (SELECT count(*) FROM assignment a JOIN run r ON r.id = a.run AND r.status IN ('interrupted', 'failed', 'partial')
     WHERE a.grp = g.id AND a.origin = 'applied' AND a.run > coalesce((SELECT b.run FROM baseline b WHERE b.sync = ?1), 0)) AS begun,
    min(c.op <> 'assignment.remove' OR c.cause IN ('group-gone', 'merged')) AS proved
  FROM change c JOIN target_group g ON g.id = c.grp WHERE c.${free.replaceAll(" AND ", " AND c.")} AND c.op LIKE 'assignment.%' AND c.grp > ?2 GROUP BY g.id ORDER BY g.id LIMIT ?3`

/** Whether wishes have ended whose rows wait for their time of grace. */
const endedInGrace = (sql: Statements, { sync, now }: Frame): boolean =>
  sql.get(
    "SELECT 1 FROM claim WHERE claimant IN (SELECT id FROM claimant WHERE sync = ?) AND lapsed_at IS NOT NULL AND (lapsed_reads < ? OR lapsed_at > ?) LIMIT 1",
    syncId(sql, sync.name),
    sync.grace.reads,
    now - Duration.toMillis(sync.grace.for)
  ) !== undefined

const moveBaseline = (sql: Statements, frame: Frame): void => {
  const sync = syncId(sql, frame.sync.name)
  const { read, run, now } = frame
  if (read.length < frame.sync.from.length) return
  if (number(sql, "SELECT count(*) AS n FROM held_part WHERE sync = ? AND state = 'open'", sync) > 0) return
  // Rows of groups that could not be seen were not judged by this config; those left to the next run are judged by it.
  if (number(sql, "SELECT count(*) AS n FROM change WHERE dropped IN ('unseen', 'later')") > 0) return
  const reads = read.map((name) => ({
    connection: connectionId(sql, name),
    row: sql.get("SELECT id, complete FROM read WHERE connection = ? AND ended_at IS NOT NULL ORDER BY id DESC LIMIT 1", connectionId(sql, name))
  }))
  if (reads.some(({ row }) => row === undefined || row["complete"] !== 1)) return
  sql.run("INSERT OR REPLACE INTO baseline VALUES (?, ?, ?, ?, ?)", sync, run, now, removableNow(sql, frame), JSON.stringify(frame.sync.meaning))
  for (const table of ["baseline_read", "baseline_group"]) sql.run(`DELETE FROM ${table} WHERE sync = ?`, sync)
  // While removals still have time of grace, what they come from is not yet judged: streams that shrank too much keep their former size until then.
  const limit = endedInGrace(sql, frame) ? frame.sync.guards.sourceShrink : 100
  const kept = "SELECT stream FROM baseline_stream b WHERE b.sync = ?1 AND b.connection = ?2 AND (b.rows - s.rows) * 100.0 / b.rows > ?4"
  for (const { connection, row } of reads) {
    sql.run("INSERT INTO baseline_read VALUES (?, ?, ?)", sync, connection, row?.["id"])
    sql.run(
      `INSERT OR REPLACE INTO baseline_stream SELECT ?1, ?2, s.name, s.rows FROM read_stream n JOIN read_stream s ON s.name = n.name AND s.read = ${LastList.read("?2", "n.name")}
       WHERE n.read = ?3 AND s.name NOT IN (${kept})`,
      sync,
      connection,
      row?.["id"],
      limit
    )
  }
  sql.run(
    "INSERT INTO baseline_group SELECT ?, grp, count(*) FROM assignment WHERE grp IN (SELECT target_group FROM wanted WHERE blocked IS NULL) GROUP BY grp",
    sync
  )
}

/** A saved plan names a group by its handle, or by the target's id where it serves no wish any more. */
const named = "coalesce(g.handle, 'target:' || g.key) = f.grp"

/** An addition needs its group: one that is not there, and is not made in this run, takes nobody. */
const dropGroupless = (sql: Statements): void => {
  sql.run(
    `UPDATE change SET dropped = 'no-group' WHERE op = 'assignment.add' AND dropped IS NULL AND part IS NULL AND grp IN (SELECT id FROM target_group WHERE key IS NULL)
     AND grp NOT IN (SELECT grp FROM change WHERE op = 'group.create' AND dropped IS NULL AND part IS NULL)`
  )
}

/** A file's rows that the present plan does not have, with what the ledger says of them. */
const leftOver = `
  SELECT f.op, f.grp, f.customer,
    CASE f.op WHEN 'assignment.add' THEN a.grp IS NOT NULL WHEN 'assignment.remove' THEN a.grp IS NULL AND g.id IS NOT NULL WHEN 'group.create' THEN g.key IS NOT NULL WHEN 'group.delete' THEN g.gone_at IS NOT NULL ELSE 0 END AS already,
    c.part IS NOT NULL AS held
  FROM allowed f LEFT JOIN target_group g ON ${named} AND g.connection = (SELECT t.connection FROM wanted w JOIN target_group t ON t.id = w.target_group LIMIT 1)
  LEFT JOIN target_customer t ON t.connection = g.connection AND t.key = f.customer
  LEFT JOIN assignment a ON a.grp = g.id AND a.customer = t.id
  LEFT JOIN change c ON c.op = f.op AND c.grp = g.id AND c.customer = coalesce(t.id, 0)
  WHERE c.op IS NULL OR c.part IS NOT NULL OR c.dropped IS NOT NULL ORDER BY 1, 2, 3 LIMIT 10000`

export const make = (database: Database): typeof PlanStore.Service => ({
  recallDecisions: (frame) => database.atomically((sql) => Holds.recallDecisions(sql, frame)),
  firstRun: (frame) => database.use((sql) => baseline(sql, frame) === undefined),
  measure: (frame) => database.use((sql) => measure(sql, frame)),
  free: () => database.use(countFree),
  measureGroups: (frame, after, limit) =>
    database.use((sql) =>
      sql.all(groupMeasures, syncId(sql, frame.sync.name), after, limit, Lately.since(frame)).map((row) => ({
        group: Number(row["id"]),
        name: String(row["name"]),
        removals: Number(row["removals"]),
        additions: Number(row["additions"]),
        // What a run that broke off had added is the beginning of what is added now, not a size that it grows from.
        size: Number(row["size"]) >= 20 ? Number(row["size"]) : Math.max(Number(row["size"]), Number(row["rows"]) - Number(row["begun"])),
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
  count: (frame, selection) => database.use((sql) => Holds.count(sql, frame, selection)),
  hold: (frame, trip, selection) => database.atomically((sql) => Holds.hold(sql, frame, trip, selection)),
  reopen: (frame, guards) => database.atomically((sql) => Holds.reopen(sql, frame, guards)),
  lift: (frame, trip, selection) => database.atomically((sql) => Holds.lift(sql, frame, trip, selection)),
  closeParts: (frame, believed) =>
    database.atomically((sql) => {
      if (believed) Ended.forget(sql, frame)
      Holds.closeParts(sql, frame)
    }),
  parts: (frame) => database.use((sql) => OverviewParts.open(sql, syncId(sql, frame.sync.name), frame.run)),
  beginFile: database.use((sql) => void sql.run("DELETE FROM allowed")),
  restrictToFile: (rows) =>
    database.atomically((sql) => {
      for (const row of rows) sql.run("INSERT OR IGNORE INTO allowed VALUES (?, ?, ?)", row.op, row.group, row.customer)
    }),
  endFile: database.atomically((sql) => {
    sql.run(
      `UPDATE change SET dropped = 'not-in-plan' WHERE dropped IS NULL AND NOT EXISTS (SELECT 1 FROM allowed f JOIN target_group g ON g.id = change.grp AND ${named}
       LEFT JOIN target_customer t ON t.id = change.customer WHERE f.op = change.op AND f.customer = coalesce(t.key, ''))`
    )
    dropGroupless(sql)
    return sql.all(leftOver).map((row) => ({
      op: String(row["op"]),
      group: String(row["grp"]),
      customer: String(row["customer"]),
      already: row["already"] === 1,
      held: row["held"] === 1
    }))
  }),
  openTasks: (frame) => database.atomically((sql) => Tasks.open(sql, frame)),
  restrictToPart: (part) =>
    database.atomically((sql) => {
      sql.run(
        `UPDATE change SET dropped = 'only' WHERE dropped IS NULL AND (op, grp, customer) NOT IN (SELECT op, grp, customer FROM held_row WHERE part = ?1)
         AND NOT (op = 'group.create' AND part IS NULL AND grp IN (SELECT grp FROM held_row WHERE part = ?1 AND op = 'assignment.add'))`,
        part
      )
      dropGroupless(sql)
    }),
  estimate: (target, parts) => database.use((sql) => Estimate.of(sql, target, parts)),
  additions: (by, explicit, limit) => database.use((sql) => Cutting.additions(sql, by, explicit, limit)),
  changedGroups: (explicit, limit) => database.use((sql) => Cutting.changedGroups(sql, explicit, limit)),
  keepAdditions: (by, { groups, units }) => database.atomically((sql) => Cutting.keepAdditions(sql, by, units, groups)),
  keepRemovals: (packing, calls, now) => database.atomically((sql) => Cutting.keepRemovals(sql, packing, calls, now)),
  leftOut: database.use(Cutting.leftOut),
  changes: (frame, after, limit) => database.use((sql) => PlanChanges.page(sql, frame, after, limit)),
  commit: (frame) =>
    database.atomically((sql) => {
      PlanChanges.commit(sql, frame.run)
    }),
  moveBaseline: (frame) => database.atomically((sql) => moveBaseline(sql, frame))
})
