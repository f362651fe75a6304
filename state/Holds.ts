/** Held parts and decisions in SQL. A row waits in one part only; parts and rows of other syncs are never touched. */
import type { GuardName } from "../src/model/Cause.ts"
import type { Selection, Trip } from "../src/plan/PlanStore.ts"
import type { Frame } from "../src/reconcile/ReconcileStore.ts"
import * as Approvals from "./Approvals.ts"
import * as ConfigChange from "./ConfigChange.ts"
import { syncId } from "./Connections.ts"
import type { Statements } from "./Database.ts"
import * as HeldWords from "./HeldWords.ts"

const free = "part IS NULL AND dropped IS NULL AND approved = 0"

const conditions = (sql: Statements, frame: Frame): Readonly<Record<NonNullable<Selection["where"]>, string>> => ({
  "rule-changed": ConfigChange.condition(sql, frame),
  drift:
    frame.sync.drift === "ask" ? "(cause = 'restored' OR grp IN (SELECT id FROM target_group WHERE basis = 'deleted-at-target' AND key IS NULL))" : "false",
  proposal: "grp IN (SELECT target_group FROM wanted WHERE proposal IS NOT NULL)",
  creations: "grp IN (SELECT grp FROM change WHERE op = 'group.create' AND dropped IS NULL AND part IS NULL AND approved = 0)"
})

/** The condition that selects the changes a guard is about, with its values. */
const selected = (sql: Statements, frame: Frame, selection: Selection): { readonly text: string; readonly values: ReadonlyArray<string> } => ({
  text: `${free} AND op IN (SELECT value FROM json_each(?)) AND grp IN (SELECT ${selection.groups === undefined ? "grp FROM change" : "value FROM json_each(?)"}) AND ${
    selection.where === undefined ? "true" : conditions(sql, frame)[selection.where]
  }`,
  values: [JSON.stringify(selection.ops), ...(selection.groups === undefined ? [] : [JSON.stringify(selection.groups)])]
})

export const count = (sql: Statements, frame: Frame, selection: Selection): number => {
  const { text, values } = selected(sql, frame, selection)
  return Number(sql.get(`SELECT count(*) AS n FROM change WHERE ${text}`, ...values)?.["n"])
}

const inParts = (state: string) => `(SELECT op, grp, customer FROM held_row WHERE part IN (SELECT id FROM held_part WHERE sync = ?1 AND state = '${state}'))`

export const recallDecisions = (sql: Statements, frame: Frame): void => {
  const sync = syncId(sql, frame.sync.name)
  sql.run(`UPDATE change SET approved = 1 WHERE (op, grp, customer) IN ${inParts("approved")}`, sync)
  Approvals.note(sql, frame.run, sync)
  sql.run(`UPDATE change SET dropped = 'rejected' WHERE dropped IS NULL AND approved = 0 AND (op, grp, customer) IN ${inParts("rejected")}`, sync)
  sql.run(
    `UPDATE change SET part = (SELECT max(r.part) FROM held_row r JOIN held_part p ON p.id = r.part AND p.sync = ?1 AND p.state = 'open' WHERE r.op = change.op AND r.grp = change.grp AND r.customer = change.customer)
     WHERE dropped IS NULL AND approved = 0 AND (op, grp, customer) IN ${inParts("open")}`,
    sync
  )
}

export const hold = (sql: Statements, frame: Frame, trip: Trip, selection: Selection): number => {
  const sync = syncId(sql, frame.sync.name)
  if (count(sql, frame, selection) === 0) return 0
  const open = sql.get("SELECT id FROM held_part WHERE sync = ? AND guard = ? AND state = 'open'", sync, trip.guard)
  const part =
    open === undefined
      ? sql.insert(
          "INSERT INTO held_part (sync, guard, state, opened_at, run, lim, value, unit, why) VALUES (?, ?, 'open', ?, ?, ?, ?, ?, ?)",
          sync,
          trip.guard,
          frame.now,
          frame.run,
          Math.ceil(trip.limit),
          Math.ceil(trip.value),
          trip.unit,
          JSON.stringify(trip.why)
        )
      : Number(open["id"])
  if (open !== undefined)
    sql.run(
      "UPDATE held_part SET lim = ?, value = max(value, ?), unit = ?, why = ? WHERE id = ?",
      Math.ceil(trip.limit),
      Math.ceil(trip.value),
      trip.unit,
      JSON.stringify(trip.why),
      part
    )
  const { text, values } = selected(sql, frame, selection)
  const held = sql.run(`UPDATE change SET part = ? WHERE ${text}`, part, ...values)
  sql.run("INSERT OR IGNORE INTO held_row SELECT part, op, grp, customer FROM change WHERE part = ?", part)
  return held
}

export const reopen = (sql: Statements, { sync }: Frame, guards: ReadonlyArray<GuardName>): void => {
  const parts = "SELECT id FROM held_part WHERE sync = ? AND state = 'open' AND guard IN (SELECT value FROM json_each(?))"
  const values = [syncId(sql, sync.name), JSON.stringify(guards)]
  sql.run(`DELETE FROM held_row WHERE part IN (${parts}) AND (op, grp, customer) IN (SELECT op, grp, customer FROM change WHERE part IS NOT NULL)`, ...values)
  sql.run(`UPDATE change SET part = NULL WHERE part IN (${parts})`, ...values)
}

/** What a guard would have held had it not been lifted is decided, as an approval would have done. A dry run decides nothing. */
export const lift = (sql: Statements, frame: Frame, { guard, limit, value }: Trip, selection: Selection): void => {
  const { text, values } = selected(sql, frame, selection)
  if (sql.run(`UPDATE change SET approved = 1 WHERE ${text}`, ...values) === 0) return
  sql.run(
    "INSERT INTO decision (at, who, host, what, subject, details) SELECT ?, who, host, 'lifted', ?, ? FROM run WHERE id = ?",
    frame.now,
    frame.sync.name,
    JSON.stringify({ run: frame.run, lift: `${guard}=${limit}`, value }),
    frame.run
  )
}

/** A new tag whose people are mostly those that a held removal takes another tag from: a likely rename, which waits whole. */
const holdRenames = (sql: Statements): void => {
  const overlap = sql.all(
    `SELECT n.grp, max(o.part) AS part, count(DISTINCT n.customer) AS moved, (SELECT count(*) FROM change a WHERE a.op = 'assignment.add' AND a.grp = n.grp) AS adds
     FROM change c JOIN change n ON n.op = 'assignment.add' AND n.grp = c.grp
     JOIN claim k ON k.claimant = n.claimant AND k.grp = n.grp AND k.customer = n.customer JOIN source_group v ON v.id = k.via AND v.kind = 'tag' JOIN change o ON o.op = 'assignment.remove' AND o.customer = n.customer AND o.cause = 'untagged' AND o.part IS NOT NULL
     WHERE c.op = 'group.create' AND c.${free.replaceAll(" AND ", " AND c.")} GROUP BY n.grp`
  )
  for (const { grp, part, moved, adds } of overlap) {
    if (Number(moved) * 2 >= Number(adds)) sql.run(`UPDATE change SET part = ? WHERE op = 'group.create' AND grp = ? AND ${free}`, part, grp)
  }
}

export const closeParts = (sql: Statements, frame: Frame): void => {
  const sync = syncId(sql, frame.sync.name)
  holdRenames(sql)
  sql.run(
    "UPDATE change SET part = (SELECT c.part FROM change c WHERE c.op = 'group.create' AND c.grp = change.grp) WHERE op = 'assignment.add' AND part IS NULL AND dropped IS NULL AND grp IN (SELECT grp FROM change WHERE op = 'group.create' AND part IS NOT NULL)"
  )
  sql.run(
    "UPDATE change SET dropped = 'rejected' WHERE op = 'assignment.add' AND dropped IS NULL AND grp IN (SELECT grp FROM change WHERE op = 'group.create' AND dropped = 'rejected')"
  )
  if (frame.sync.emptyGroups === "skip") {
    const freeAdds = "(SELECT grp FROM change WHERE op = 'assignment.add' AND part IS NULL AND dropped IS NULL)"
    sql.run(
      `UPDATE change SET part = (SELECT min(c.part) FROM change c WHERE c.op = 'assignment.add' AND c.grp = change.grp AND c.part IS NOT NULL) WHERE op = 'group.create' AND part IS NULL AND dropped IS NULL AND approved = 0 AND grp NOT IN ${freeAdds}`
    )
    sql.run(`UPDATE change SET dropped = 'nobody-in-it' WHERE op = 'group.create' AND part IS NULL AND dropped IS NULL AND grp NOT IN ${freeAdds}`)
  }
  sql.run("INSERT OR IGNORE INTO held_row SELECT part, op, grp, customer FROM change WHERE part IS NOT NULL AND dropped IS NULL")
  sql.run(
    "UPDATE held_part SET state = 'closed', closed_at = ? WHERE sync = ? AND state = 'open' AND NOT EXISTS (SELECT 1 FROM held_row r WHERE r.part = held_part.id)",
    frame.now,
    sync
  )
  HeldWords.store(sql, frame)
}
