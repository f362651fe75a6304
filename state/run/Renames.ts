/** Other names for connections and syncs, in SQL. What rests on them is stored under their numbers, so that only what repeats a name is rewritten. */
import * as Meaning from "../../src/config/Meaning.ts"
import type { Decider } from "../../src/model/Decision.ts"
import type { Renamed } from "../../src/run/NameStore.ts"
import { textOf } from "../database/Columns.ts"
import * as DecisionLog from "../database/DecisionLog.ts"
import type { Row, Statements } from "../database/Statements.ts"

type Kind = "connection" | "sync"

const named = (sql: Statements, kind: Kind, name: string): Row | undefined => sql.get(`SELECT * FROM ${kind} WHERE name = ?`, name)

const unknown = (sql: Statements, kind: Kind): Renamed => ({
  _tag: "Unknown",
  names: sql.all(`SELECT name FROM ${kind} ORDER BY id`).map((row) => String(row["name"]))
})

/** Something of ours rests on the connection `?1`. */
const usedConnection = `SELECT 1 WHERE EXISTS (SELECT 1 FROM claimant o
  WHERE o.connection = ?1 AND EXISTS (SELECT 1 FROM claim c WHERE c.claimant = o.id))
  OR EXISTS (SELECT 1 FROM target_group WHERE connection = ?1 AND (group_key IS NOT NULL OR made_by_us = 1))
  OR EXISTS (SELECT 1 FROM team_person WHERE connection = ?1 OR source = ?1)
  OR EXISTS (SELECT 1 FROM call WHERE connection = ?1) OR EXISTS (SELECT 1 FROM team_call WHERE connection = ?1)
  OR EXISTS (SELECT 1 FROM assignment a JOIN target_group g ON g.id = a.group_id WHERE g.connection = ?1)
  OR EXISTS (SELECT 1 FROM planned_change p JOIN source_customer c ON c.id = p.source_customer_id
    WHERE c.connection = ?1)`

/** Whatever reading a connection, on which nothing rests, has left behind; the children first. */
const readOf: ReadonlyArray<string> = [
  "DELETE FROM source_membership WHERE group_id IN (SELECT id FROM source_group WHERE connection = ?1)",
  "DELETE FROM source_inclusion WHERE group_id IN (SELECT id FROM source_group WHERE connection = ?1)",
  "DELETE FROM source_address WHERE source_customer_id IN (SELECT id FROM source_customer WHERE connection = ?1)",
  "DELETE FROM address_ask WHERE source_customer_id IN (SELECT id FROM source_customer WHERE connection = ?1)",
  `DELETE FROM customer_link WHERE target_connection = ?1 OR source_customer_id IN (SELECT id FROM source_customer
    WHERE connection = ?1)`,
  "DELETE FROM claimant_view WHERE claimant IN (SELECT id FROM claimant WHERE connection = ?1)",
  "DELETE FROM read_stream WHERE read IN (SELECT id FROM read WHERE connection = ?1)",
  ...[
    "source_group",
    "source_customer",
    "target_group",
    "target_customer",
    "lookup",
    "read",
    "read_part",
    "cursor",
    "pacer_use",
    "pacer_limit",
    "claimant"
  ].map((table) => `DELETE FROM ${table} WHERE connection = ?1`),
  "DELETE FROM baseline_read WHERE connection = ?1",
  "DELETE FROM baseline_stream WHERE connection = ?1",
  "DELETE FROM connection WHERE id = ?1"
]

const moveName = (sql: Statements, kind: Kind, id: unknown, old: string, name: string, by: Decider, now: number): Renamed => {
  sql.run("DELETE FROM former_name WHERE kind = ? AND name IN (?, ?)", kind, old, name)
  sql.run(`UPDATE ${kind} SET name = ? WHERE id = ?`, name, id)
  sql.run("INSERT INTO former_name VALUES (?, ?, ?, ?)", kind, old, id, now)
  // What waited for this name is decided; what else waits of the same sync is held anew by the next run.
  sql.run(
    `UPDATE held_part SET state = 'closed', closed_at = ?1 WHERE guard = 'configGone' AND state = 'open'
     AND EXISTS (SELECT 1 FROM json_each(held_part.why) r WHERE r.value ->> '$.code' = 'renamed'
       AND r.value ->> '$.kind' = ?2 AND r.value ->> '$.old' = ?3)`,
    now,
    kind,
    old
  )
  DecisionLog.note(sql, "rename", `${kind} ${old} -> ${name}`, by, now)
  return { _tag: "Renamed" }
}

export const connection = (sql: Statements, old: string, name: string, by: Decider, now: number): Renamed => {
  const [before, taken] = [named(sql, "connection", old), named(sql, "connection", name)]
  if (before === undefined) return unknown(sql, "connection")
  if (taken !== undefined) {
    const [was, is] = [textOf(before["account"]), textOf(taken["account"])]
    if (was !== null && is !== null && was !== is) return { _tag: "OtherAccount", old: was, now: is }
    if (sql.get(usedConnection, taken["id"]) !== undefined) return { _tag: "InUse" }
    for (const statement of readOf) sql.run(statement, taken["id"])
  }
  for (const row of sql.all("SELECT sync, meaning FROM baseline")) {
    const lines = JSON.parse(String(row["meaning"])) as ReadonlyArray<string>
    sql.run("UPDATE baseline SET meaning = ? WHERE sync = ?", JSON.stringify(Meaning.renamed(lines, old, name)), row["sync"])
  }
  return moveName(sql, "connection", before["id"], old, name, by, now)
}

const usedSync = `SELECT 1 WHERE EXISTS (SELECT 1 FROM baseline WHERE sync = ?1)
  OR EXISTS (SELECT 1 FROM claimant o WHERE o.sync = ?1 AND EXISTS (SELECT 1 FROM claim c WHERE c.claimant = o.id))
  OR EXISTS (SELECT 1 FROM run r WHERE r.sync = ?1 AND (EXISTS (SELECT 1 FROM planned_change p WHERE p.run = r.id)
    OR EXISTS (SELECT 1 FROM team_planned p WHERE p.run = r.id)))`

export const sync = (sql: Statements, old: string, name: string, by: Decider, now: number): Renamed => {
  const [before, taken] = [named(sql, "sync", old), named(sql, "sync", name)]
  if (before === undefined) return unknown(sql, "sync")
  if (taken !== undefined) {
    if (sql.get(usedSync, taken["id"]) !== undefined) return { _tag: "InUse" }
    // Its runs did nothing: they become runs of the sync that it is.
    sql.run("UPDATE run SET sync = ? WHERE sync = ?", before["id"], taken["id"])
    sql.run("UPDATE held_part SET sync = ? WHERE sync = ?", before["id"], taken["id"])
    sql.run(
      `UPDATE sync SET (paused_until, paused_by, paused_reason) = (SELECT paused_until, paused_by, paused_reason
        FROM sync WHERE id = ?2) WHERE id = ?1 AND paused_until IS NULL`,
      before["id"],
      taken["id"]
    )
    sql.run("DELETE FROM claimant_view WHERE claimant IN (SELECT id FROM claimant WHERE sync = ?)", taken["id"])
    sql.run("DELETE FROM claimant WHERE sync = ?", taken["id"])
    sql.run("DELETE FROM sync WHERE id = ?", taken["id"])
  }
  // Which limits were raised, and when, is looked up by the sync's name.
  sql.run("UPDATE decision SET subject = ? WHERE what = 'lifted' AND subject = ?", name, old)
  return moveName(sql, "sync", before["id"], old, name, by, now)
}
