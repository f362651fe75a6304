/** Held parts and decisions in SQL. A row waits in one part only; parts and rows of other syncs are never touched. */
import type { GuardName } from "../src/model/Cause.ts"
import type { HeldPart } from "../src/model/Change.ts"
import type { Selection, Trip } from "../src/plan/PlanStore.ts"
import type { Frame } from "../src/reconcile/ReconcileStore.ts"
import * as Approvals from "./Approvals.ts"
import * as ConfigChange from "./ConfigChange.ts"
import { connectionId, syncId } from "./Connections.ts"
import type { Row, Statements } from "./Database.ts"

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
  // A change that its source took back is no question any more, and a decision on it says nothing about a later one.
  if (frame.read.length === frame.sync.from.length) {
    sql.run(
      "DELETE FROM held_row WHERE part IN (SELECT id FROM held_part WHERE sync = ?1 AND state <> 'closed') AND (op, grp, customer) NOT IN (SELECT op, grp, customer FROM change)",
      sync
    )
  }
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
}

export const causeWords: Readonly<Record<string, string>> = {
  left: "left their organization",
  untagged: "tag removed",
  "customer-gone": "deleted at the source",
  "group-gone": "their group is deleted at the source",
  merged: "merged at the source",
  excluded: "now staff, or left out by the config",
  "rule-changed": "the config changed",
  exception: "exceptions.csv",
  "not-wanted": "no rule asks for it",
  joined: "joined",
  tagged: "tagged",
  matched: "newly matched",
  "first-run": "first run",
  restored: "taken out by hand at the target",
  new: "new groups"
}

const whyLines = (sql: Statements, part: number): ReadonlyArray<string> =>
  sql
    .all("SELECT c.op, c.cause, count(*) AS n FROM change c WHERE c.part = ? AND c.op <> 'group.create' GROUP BY 1, 2 ORDER BY 3 DESC", part)
    .map(
      (row) =>
        `${String(row["n"])} ${row["op"] === "assignment.add" ? "would join" : "would leave"}: ${causeWords[String(row["cause"])] ?? String(row["cause"])}`
    )

/** The same people losing one tag and gaining another is a rename, if half of them or more agree. */
const renameProposal = (sql: Statements, frame: Frame, part: number): { readonly why: string; readonly proposal: string } | null => {
  for (const source of frame.sync.from) {
    const connection = connectionId(sql, source)
    const since = sql.get("SELECT read FROM baseline_read WHERE sync = ? AND connection = ?", syncId(sql, frame.sync.name), connection)?.["read"]
    if (since === undefined) continue
    const gained = sql.get(
      `SELECT old.name AS old, new.name AS new, count(DISTINCT cl.person) AS n, (SELECT count(*) FROM change WHERE part = ?1 AND op = 'assignment.remove') AS total, p.rule, p.line
       FROM change ch JOIN claim cl ON cl.claimant = ch.claimant AND cl.grp = ch.grp AND cl.customer = ch.customer
       JOIN source_group old ON old.id = cl.via AND old.kind = 'tag' AND old.connection = ?2
       JOIN source_membership m ON m.customer = cl.person AND m.since > ?3 JOIN source_group new ON new.id = m.grp AND new.kind = 'tag' AND new.id <> old.id
       LEFT JOIN mapping p ON p.source_group = new.id
       WHERE ch.part = ?1 AND ch.op = 'assignment.remove' AND ch.cause = 'untagged' GROUP BY old.id, new.id ORDER BY n DESC LIMIT 1`,
      part,
      connection,
      since
    )
    if (gained === undefined || Number(gained["n"]) * 2 < Number(gained["total"])) continue
    const rule = gained["rule"] === null ? "a rule that takes it" : `rule ${String(gained["rule"])} (line ${String(gained["line"])})`
    return {
      why: `${String(gained["n"])} of them lost tag ${String(gained["old"])} and now carry ${String(gained["new"])}`,
      proposal: `put  previously: [${String(gained["old"])}]  into ${rule}, and nobody leaves`
    }
  }
  return null
}

const adoptionLines = (sql: Statements, part: number): ReadonlyArray<string> =>
  sql
    .all(
      `SELECT w.name, w.proposal_basis AS basis, t.key FROM change c JOIN wanted w ON w.target_group = c.grp JOIN target_group t ON t.id = w.proposal WHERE c.part = ? AND c.op = 'group.create' ORDER BY 1 LIMIT 5`,
      part
    )
    .map(
      (row) =>
        `"${String(row["name"])}" is there already with the same ${String(row["basis"])} (${String(row["key"])}); approving takes it over, adopt.groups: [${String(row["basis"])}] always does`
    )

const partOf = (sql: Statements, frame: Frame, row: Row): HeldPart => {
  const id = Number(row["id"])
  const guard = String(row["guard"]) as GuardName
  const rename = renameProposal(sql, frame, id)
  const groups = sql.all(
    "SELECT g.name, count(*) AS n FROM held_row r JOIN target_group g ON g.id = r.grp WHERE r.part = ? GROUP BY g.id ORDER BY 2 DESC, 1 LIMIT 10",
    id
  )
  return {
    id: `H-${id}`,
    sync: frame.sync.name,
    guard,
    changes: Number(sql.get("SELECT count(*) AS n FROM held_row WHERE part = ?", id)?.["n"]),
    limit: Number(row["lim"]),
    value: Number(row["value"]),
    unit: String(row["unit"]),
    since: Number(row["opened_at"]),
    isNew: row["run"] === frame.run,
    why: [
      ...(JSON.parse(String(row["why"])) as ReadonlyArray<string>),
      ...whyLines(sql, id),
      ...(guard === "adoption" ? adoptionLines(sql, id) : []),
      ...(rename === null ? [] : [rename.why])
    ],
    proposal: rename?.proposal ?? null,
    groups: groups.map((group) => ({ name: String(group["name"]), changes: Number(group["n"]) })),
    decision: "open"
  }
}

export const parts = (sql: Statements, frame: Frame): ReadonlyArray<HeldPart> =>
  sql.all("SELECT * FROM held_part WHERE sync = ? AND state = 'open' ORDER BY id", syncId(sql, frame.sync.name)).map((row) => partOf(sql, frame, row))
