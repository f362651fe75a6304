/** The three-way comparison over SQLite: links, ledger and changes. Claims and the difference stand in files of their own. */
import type * as Effect from "effect/Effect"
import type { MatchRule } from "../../src/config/Config.ts"
import { type Frame, type ReconcileStore } from "../../src/reconcile/ReconcileStore.ts"
import * as Claims from "./Claims.ts"
import * as CustomerIdentity from "./CustomerIdentity.ts"
import { connectionId, syncId } from "../database/Intern.ts"
import type { Database } from "../database/Database.ts"
import type { Statements } from "../database/Statements.ts"
import * as Exceptions from "./Exceptions.ts"
import * as Diff from "./Diff.ts"
import * as NamedGroups from "./NamedGroups.ts"
import * as OthersRows from "./OthersRows.ts"
import * as Vanished from "./Vanished.ts"
import { matching, summarise } from "./UnmatchedSummary.ts"

type Service = typeof ReconcileStore.Service

const linkGroups = (sql: Statements, { sync, now, run }: Frame): void => {
  const to = connectionId(sql, sync.to)
  // A linked group that is gone at the target: its rows left with it, and its desired group stands without one.
  Vanished.keep(
    sql,
    `SELECT group_id, target_customer_id FROM assignment WHERE group_id IN (SELECT id FROM target_group
      WHERE connection = ? AND group_key IS NOT NULL AND gone_at IS NOT NULL)`,
    now,
    to
  )
  sql.run(
    `DELETE FROM assignment WHERE group_id IN (SELECT id FROM target_group
    WHERE connection = ? AND group_key IS NOT NULL AND gone_at IS NOT NULL)`,
    to
  )
  sql.run(
    `UPDATE desired_group SET target_group = NULL, basis = 'deleted-at-target' FROM target_group t
     WHERE t.id = desired_group.target_group AND t.gone_at IS NOT NULL`
  )
  sql.run(
    `UPDATE target_group SET key = NULL, basis = 'deleted-at-target', gone_at = NULL, members_read_at = NULL,
      count = NULL, expected_count = NULL, written = NULL WHERE connection = ? AND group_key IS NOT NULL
      AND gone_at IS NOT NULL`,
    to
  )
  // Where a desired group was pending and exists now, what was noted for the pending group moves over.
  const waiting = `SELECT p.id AS place, w.target_group AS group_id FROM desired_group w
    JOIN target_group p ON p.connection = ? AND p.group_key = w.group_key AND p.id <> w.target_group
    WHERE w.blocked IS NULL`
  for (const { place, group_id: group } of sql.all(waiting, to)) {
    for (const table of ["claim", "held_row", "refused", "skipped_change", "vanished", "exception_binding"])
      sql.run(`UPDATE OR REPLACE ${table} SET group_id = ? WHERE group_id = ?`, group, place)
    sql.run("UPDATE target_group SET group_key = NULL, gone_at = ? WHERE id = ?", now, place)
  }
  sql.run(
    `UPDATE target_group SET group_key = w.group_key, basis = w.basis, made_by_us = CASE w.basis WHEN 'mark' THEN 1
      ELSE made_by_us END,
       written = CASE w.basis WHEN 'mark' THEN json_object('name', target_group.name) ELSE written END,
       reread_since = CASE w.basis WHEN 'mark' THEN 0 ELSE reread_since END
     FROM desired_group w WHERE w.target_group = target_group.id AND w.blocked IS NULL
     AND (target_group.group_key IS NULL OR w.basis = 'previously')`
  )
  sql.run(
    `INSERT INTO target_group (connection, group_key, basis, name, folded, slug, description, external_id, run)
     SELECT ?, group_key, 'wanted', name, folded, slug, description, external_id, ? FROM desired_group
     WHERE target_group IS NULL AND blocked IS NULL
     ON CONFLICT (connection, group_key) DO UPDATE SET name = excluded.name, folded = excluded.folded,
     slug = excluded.slug, description = excluded.description, external_id = excluded.external_id`,
    to,
    run
  )
  sql.run(
    `UPDATE desired_group SET target_group = t.id FROM target_group t
      WHERE desired_group.target_group IS NULL AND desired_group.blocked IS NULL AND t.connection = ?
      AND t.group_key = desired_group.group_key`,
    to
  )
  acceptProposals(sql, sync.name)
  sql.run("UPDATE mapping SET target_group = w.target_group FROM desired_group w WHERE w.group_key = mapping.group_key")
}

/** A proposed adoption that a person approved: the desired group takes the one that was proposed. */
const acceptProposals = (sql: Statements, sync: string): void => {
  const approved = `SELECT w.group_key, w.target_group AS place, w.proposal AS group_id, w.proposal_basis AS basis
    FROM desired_group w
    JOIN held_row r ON r.op = 'group.create' AND r.group_id = w.target_group
    JOIN held_part p ON p.id = r.part AND p.guard = 'adoption' AND p.state = 'approved' AND p.sync = ?
    WHERE w.proposal IS NOT NULL`
  for (const { group_key: key, place, group_id: group, basis } of sql.all(approved, syncId(sql, sync))) {
    for (const table of ["claim", "exception_binding"]) sql.run(`UPDATE OR REPLACE ${table} SET group_id = ? WHERE group_id = ?`, group, place)
    // Its people were approved with it.
    sql.run("UPDATE OR REPLACE held_row SET group_id = ? WHERE group_id = ? AND op LIKE 'assignment.%'", group, place)
    sql.run("UPDATE target_group SET group_key = NULL, gone_at = 0 WHERE id = ?", place)
    sql.run("UPDATE target_group SET group_key = ?, basis = ? WHERE id = ?", key, basis, group)
    sql.run("UPDATE desired_group SET target_group = ?, basis = ?, proposal = NULL WHERE group_key = ?", group, basis, key)
  }
}

const refreshLedger = (sql: Statements, { sync, now, run }: Frame): void => {
  sql.run("DELETE FROM by_hand")
  const looked = (row: string) =>
    `(${row}.group_id IN (SELECT group_id FROM seen_group) OR ${row}.target_customer_id IN (SELECT target_customer_id
      FROM seen_customer))`
  const missing = `SELECT a.group_id, a.target_customer_id FROM assignment a WHERE ${looked("a")}
    EXCEPT SELECT group_id, target_customer_id FROM seen_member`
  // Who is not at the target any more was not taken out by hand.
  const claimed = `m.target_customer_id NOT IN (SELECT id FROM target_customer WHERE gone_at IS NOT NULL)
    AND EXISTS (SELECT 1 FROM claim c WHERE c.claimant IN (SELECT id FROM claimant) AND c.group_id = m.group_id
      AND c.target_customer_id = m.target_customer_id`
  // Noted whatever this sync does about it: another sync with a claim on the row may want to ask, and a claim that ended may be back in this very read.
  sql.run(
    `INSERT OR REPLACE INTO manual_removal SELECT m.group_id, m.target_customer_id, a.origin, ?, ? FROM (${missing}) m
      JOIN assignment a ON a.group_id = m.group_id AND a.target_customer_id = m.target_customer_id WHERE ${claimed})`,
    now,
    sync.drift === "accept" ? "accepted" : null
  )
  sql.run(`INSERT OR REPLACE INTO by_hand SELECT m.group_id, m.target_customer_id, 'taken-out' FROM (${missing}) m
    WHERE ${claimed} AND c.expired_at IS NULL)`)
  Vanished.keep(
    sql,
    `SELECT * FROM (${missing}) m WHERE m.target_customer_id NOT IN (SELECT id FROM target_customer
    WHERE gone_at IS NOT NULL)`,
    now
  )
  // Written as it is found: for rows that are in a list SQLite would look through the whole ledger.
  sql.run(
    `DELETE FROM assignment WHERE ${looked("assignment")}
     AND NOT EXISTS (SELECT 1 FROM seen_member s WHERE s.group_id = assignment.group_id
       AND s.target_customer_id = assignment.target_customer_id)`
  )
  Vanished.restore(sql, now)
  OthersRows.take(sql, now)
  const unknown = `SELECT m.group_id, m.target_customer_id FROM seen_member m WHERE ${looked("m")}
    EXCEPT SELECT group_id, target_customer_id FROM assignment`
  sql.run(
    `INSERT OR REPLACE INTO by_hand SELECT u.group_id, u.target_customer_id, 'put-in' FROM (${unknown}) u
      JOIN target_group g ON g.id = u.group_id JOIN target_customer t ON t.id = u.target_customer_id
     WHERE coalesce(g.members_read_at, t.read_at) IS NOT NULL`
  )
  sql.run(`INSERT INTO assignment SELECT group_id, target_customer_id, 'found', ?, ? FROM (${unknown})`, now, run)
  sql.run(`DELETE FROM manual_removal WHERE (group_id, target_customer_id) IN (SELECT group_id, target_customer_id
    FROM seen_member)`)
  Vanished.forgetSeen(sql)
  sql.run(
    `UPDATE target_group SET members_read_at = ?, count = s.count, expected_count = s.count, reread_since = NULL
    FROM seen_group s WHERE s.group_id = target_group.id`,
    now
  )
  sql.run("UPDATE target_customer SET read_at = ? WHERE id IN (SELECT target_customer_id FROM seen_customer)", now)
}

const linkCustomers = (sql: Statements, { sync, now, target }: Frame, match: ReadonlyArray<MatchRule>): void => {
  const gone = "SELECT id FROM target_customer WHERE connection = ? AND gone_at IS NOT NULL"
  for (const table of ["assignment", "claim", "manual_removal", "vanished"])
    sql.run(`DELETE FROM ${table} WHERE target_customer_id IN (${gone})`, connectionId(sql, sync.to))
  CustomerIdentity.decide(sql, { sync: { ...sync, match }, customers: target.customers }, now)
}

const restrictToGroups = (sql: Statements, names: ReadonlyArray<string>): Effect.Effect.Success<ReturnType<Service["restrictToGroups"]>> => {
  const wanted = names.map((name) => ({ name, groups: NamedGroups.known(sql, name) }))
  sql.run(
    `UPDATE candidate_change SET skip_reason = 'only' WHERE skip_reason IS NULL
      AND group_id NOT IN (SELECT value FROM json_each(?))`,
    JSON.stringify(wanted.flatMap(({ groups }) => groups ?? []))
  )
  return wanted.filter(({ groups }) => groups === null).map(({ name }) => ({ name, nearest: NamedGroups.nearest(sql, name) ?? null }))
}

export const make = (database: Database): typeof ReconcileStore.Service => ({
  linkGroups: (frame) => database.atomically((sql) => linkGroups(sql, frame)),
  refreshLedger: (frame) => database.atomically((sql) => refreshLedger(sql, frame)),
  linkCustomers: (frame, match) =>
    database.atomically((sql) => {
      linkCustomers(sql, frame, match)
      Exceptions.bind(sql, frame)
    }),
  claim: (frame, source) => database.atomically((sql) => Claims.bringUpToDate(sql, frame, source)),
  compare: (frame) => database.atomically((sql) => Diff.compare(sql, frame)),
  restrictToGroups: (names) => database.atomically((sql) => restrictToGroups(sql, names)),
  summary: (frame) => database.use((sql) => summarise(sql, frame)),
  matching: (frame) => database.use((sql) => matching(sql, frame))
})
