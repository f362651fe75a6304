/** The three-way comparison over SQLite: links, ledger and changes. Claims and the difference stand in files of their own. */
import type { MatchRule } from "../src/config/Config.ts"
import * as Meaning from "../src/config/Meaning.ts"
import * as Address from "../src/model/Address.ts"
import { foldName } from "../src/model/Group.ts"
import { type Frame, type ReconcileStore } from "../src/reconcile/ReconcileStore.ts"
import * as Claims from "./Claims.ts"
import { connectionId, syncId } from "./Connections.ts"
import type { Database, Row, Statements } from "./Database.ts"
import * as Difference from "./Difference.ts"
import * as SqliteAddresses from "./SqliteAddresses.ts"
import { summarise } from "./Summary.ts"

const linkGroups = (sql: Statements, { sync, now, run }: Frame): void => {
  const to = connectionId(sql, sync.to)
  // A linked group that is gone at the target: its rows left with it, and its wish stands without a group.
  sql.run("DELETE FROM assignment WHERE grp IN (SELECT id FROM target_group WHERE connection = ? AND handle IS NOT NULL AND gone_at IS NOT NULL)", to)
  sql.run(
    `UPDATE wanted SET target_group = NULL, basis = 'deleted-at-target' FROM target_group t
     WHERE t.id = wanted.target_group AND t.gone_at IS NOT NULL`
  )
  sql.run(
    "UPDATE target_group SET key = NULL, basis = 'deleted-at-target', gone_at = NULL, members_read_at = NULL, count = NULL, expected_count = NULL, written = NULL WHERE connection = ? AND handle IS NOT NULL AND gone_at IS NOT NULL",
    to
  )
  // Where a wish waited for its group and the group now exists, what was noted for the waiting place moves over.
  const waiting = `SELECT p.id AS place, w.target_group AS grp FROM wanted w JOIN target_group p ON p.connection = ? AND p.handle = w.handle AND p.id <> w.target_group WHERE w.blocked IS NULL`
  for (const { place, grp } of sql.all(waiting, to)) {
    for (const table of ["claim", "held_row", "refused"]) sql.run(`UPDATE OR REPLACE ${table} SET grp = ? WHERE grp = ?`, grp, place)
    sql.run("UPDATE target_group SET handle = NULL, gone_at = ? WHERE id = ?", now, place)
  }
  sql.run(
    `UPDATE target_group SET handle = w.handle, basis = w.basis, made_by_us = CASE w.basis WHEN 'mark' THEN 1 ELSE made_by_us END,
       written = CASE w.basis WHEN 'mark' THEN json_object('name', target_group.name) ELSE written END
     FROM wanted w WHERE w.target_group = target_group.id AND w.blocked IS NULL AND (target_group.handle IS NULL OR w.basis = 'previously')`
  )
  sql.run(
    `INSERT INTO target_group (connection, handle, basis, name, folded, slug, description, external_id, run)
     SELECT ?, handle, 'wanted', name, folded, slug, description, external_id, ? FROM wanted WHERE target_group IS NULL AND blocked IS NULL
     ON CONFLICT (connection, handle) DO UPDATE SET name = excluded.name, folded = excluded.folded, slug = excluded.slug, description = excluded.description, external_id = excluded.external_id`,
    to,
    run
  )
  sql.run(
    "UPDATE wanted SET target_group = t.id FROM target_group t WHERE wanted.target_group IS NULL AND wanted.blocked IS NULL AND t.connection = ? AND t.handle = wanted.handle",
    to
  )
  acceptProposals(sql, sync.name)
  sql.run("UPDATE mapping SET target_group = w.target_group FROM wanted w WHERE w.handle = mapping.handle")
}

/** A proposed adoption that a person approved: the wish takes the group that was proposed. */
const acceptProposals = (sql: Statements, sync: string): void => {
  const approved = `SELECT w.handle, w.target_group AS place, w.proposal AS grp, w.proposal_basis AS basis FROM wanted w
    JOIN held_row r ON r.op = 'group.create' AND r.grp = w.target_group JOIN held_part p ON p.id = r.part AND p.guard = 'adoption' AND p.state = 'approved' AND p.sync = ?
    WHERE w.proposal IS NOT NULL`
  for (const { handle, place, grp, basis } of sql.all(approved, syncId(sql, sync))) {
    sql.run("UPDATE OR REPLACE claim SET grp = ? WHERE grp = ?", grp, place)
    // Its people were approved with it.
    sql.run("UPDATE OR REPLACE held_row SET grp = ? WHERE grp = ? AND op LIKE 'assignment.%'", grp, place)
    sql.run("UPDATE target_group SET handle = NULL, gone_at = 0 WHERE id = ?", place)
    sql.run("UPDATE target_group SET handle = ?, basis = ? WHERE id = ?", handle, basis, grp)
    sql.run("UPDATE wanted SET target_group = ?, basis = ?, proposal = NULL WHERE handle = ?", grp, basis, handle)
  }
}

const refreshLedger = (sql: Statements, { sync, now, run }: Frame): void => {
  sql.run("DELETE FROM by_hand")
  const looked = (row: string) => `(${row}.grp IN (SELECT grp FROM seen_group) OR ${row}.customer IN (SELECT customer FROM seen_customer))`
  const missing = `SELECT a.grp, a.customer FROM assignment a WHERE ${looked("a")} EXCEPT SELECT grp, customer FROM seen_member`
  // Who is not at the target any more was not taken out by hand.
  const wished = `m.customer NOT IN (SELECT id FROM target_customer WHERE gone_at IS NOT NULL)
    AND EXISTS (SELECT 1 FROM claim c WHERE c.claimant IN (SELECT id FROM claimant) AND c.grp = m.grp AND c.customer = m.customer`
  // Noted whatever this sync does about it: another sync with a wish for the row may want to ask, and a wish that ended may be back in this very read.
  sql.run(
    `INSERT OR REPLACE INTO drift SELECT m.grp, m.customer, a.origin, ?, ? FROM (${missing}) m JOIN assignment a ON a.grp = m.grp AND a.customer = m.customer WHERE ${wished})`,
    now,
    sync.drift === "accept" ? "accepted" : null
  )
  sql.run(`INSERT OR REPLACE INTO by_hand SELECT m.grp, m.customer, 'taken-out' FROM (${missing}) m WHERE ${wished} AND c.lapsed_at IS NULL)`)
  // Written as it is found: for rows that are in a list SQLite would look through the whole ledger.
  sql.run(
    `DELETE FROM assignment WHERE ${looked("assignment")}
     AND NOT EXISTS (SELECT 1 FROM seen_member s WHERE s.grp = assignment.grp AND s.customer = assignment.customer)`
  )
  const unknown = `SELECT m.grp, m.customer FROM seen_member m WHERE ${looked("m")} EXCEPT SELECT grp, customer FROM assignment`
  sql.run(
    `INSERT OR REPLACE INTO by_hand SELECT u.grp, u.customer, 'put-in' FROM (${unknown}) u JOIN target_group g ON g.id = u.grp JOIN target_customer t ON t.id = u.customer
     WHERE coalesce(g.members_read_at, t.read_at) IS NOT NULL`
  )
  sql.run(`INSERT INTO assignment SELECT grp, customer, 'found', ?, ? FROM (${unknown})`, now, run)
  sql.run("DELETE FROM drift WHERE (grp, customer) IN (SELECT grp, customer FROM seen_member)")
  sql.run("UPDATE target_group SET members_read_at = ?, count = s.count, expected_count = s.count FROM seen_group s WHERE s.grp = target_group.id", now)
  sql.run("UPDATE target_customer SET read_at = ? WHERE id IN (SELECT customer FROM seen_customer)", now)
}

/**
 * One way of matching: every unmatched active customer with exactly one counterpart is linked, one with several is held. So are those who
 * meet in one counterpart: a link outlives its reason, so none is made that was never sure.
 */
const matchBy = (sql: Statements, from: number, to: number, now: number, basis: string, value: string, condition: string): void => {
  const found = `SELECT c.id, min(t.id) AS target, count(*) AS n, ${value} AS value FROM source_customer c JOIN target_customer t ON t.connection = ?2 AND t.gone_at IS NULL AND ${condition}
    WHERE c.connection = ?1 AND c.gone_at IS NULL AND c.role = 'customer' AND c.excluded IS NULL
      AND NOT EXISTS (SELECT 1 FROM customer_link l WHERE l.source_customer = c.id AND l.target_connection = ?2) GROUP BY c.id`
  sql.run(`INSERT OR IGNORE INTO held_identity SELECT id, n || ' customers at the target have the same ' || ?3 FROM (${found}) WHERE n > 1`, from, to, basis)
  const sure = `SELECT *, count(*) OVER (PARTITION BY target) AS rivals FROM (${found}) WHERE n = 1`
  const reason = "'several customers of this source match one customer at the target'"
  sql.run(`INSERT OR IGNORE INTO held_identity SELECT id, ${reason} FROM (${sure}) WHERE rivals > 1`, from, to)
  sql.run(
    `INSERT OR IGNORE INTO held_identity SELECT e.value, ${reason} FROM (${sure}) f CROSS JOIN customer_link o ON o.target_customer = f.target AND o.target_connection = ?2
     CROSS JOIN source_customer d ON d.id = o.source_customer AND d.connection = ?1 AND d.gone_at IS NULL AND d.role = 'customer' AND d.excluded IS NULL
     CROSS JOIN json_each(json_array(f.id, d.id)) e`,
    from,
    to
  )
  sql.run(
    `INSERT INTO customer_link SELECT id, ?2, target, ?3, value, ?4 FROM (${found}) WHERE n = 1 AND id NOT IN (SELECT source_customer FROM held_identity)`,
    from,
    to,
    basis,
    now
  )
}

/** Customers of the source `?1` who may be matched at all. */
const active = "c.connection = ?1 AND c.gone_at IS NULL AND c.role = 'customer' AND c.excluded IS NULL"

const columns: Readonly<Record<string, string>> = { email: "address", externalId: "external_id", id: "key" }

/** The SQL of a field of a customer; names of custom fields are bound into a JSON path, never into SQL. */
const field = (alias: string, name: string): string => {
  const column = columns[name]
  return column === undefined ? `json_extract(${alias}.fields, '$."' || replace('${name.replaceAll("'", "''")}', '"', '') || '"')` : `${alias}.${column}`
}

/** A customer whom a map file names. Where the target names customers by address, one address is one customer however it is written. */
const namedCustomer = (sql: Statements, to: number, target: string, name: string | number | null, now: number): Row | undefined => {
  const address = Address.normalise(target)
  const known = address === null ? undefined : sql.get("SELECT id FROM target_customer WHERE connection = ? AND key = ? AND gone_at IS NULL", to, address)
  if (known !== undefined) return known
  sql.run("INSERT OR IGNORE INTO target_customer (connection, key, name, seen_at) VALUES (?, ?, ?, ?)", to, target, name, now)
  return sql.get("SELECT id FROM target_customer WHERE connection = ? AND key = ? AND gone_at IS NULL", to, target)
}

/**
 * A target that shows no customers: whoever has an address that names one there, or a field with an id, becomes a customer of it, whether or
 * not it really has one.
 */
const nameUnseen = (sql: Statements, from: number, to: number, now: number, rule: MatchRule, namedBy: "id" | "email"): void => {
  const byAddress = rule._tag === "Email" && namedBy === "email"
  if (!byAddress && !(rule._tag === "Fields" && rule.target === "id")) return
  const name = byAddress ? "c.address" : field("c", rule._tag === "Fields" ? rule.source : "id")
  sql.run(
    `INSERT OR IGNORE INTO target_customer (connection, key, email, address, name, seen_at)
     SELECT ?2, ${name}, ${byAddress ? "c.email, c.address" : "NULL, NULL"}, c.name, ?3 FROM source_customer c
     WHERE ${active} AND coalesce(${name}, '') <> '' AND NOT EXISTS (SELECT 1 FROM customer_link l WHERE l.source_customer = c.id AND l.target_connection = ?2)`,
    from,
    to,
    now
  )
}

const matchByFile = (sql: Statements, from: number, to: number, now: number, rule: Extract<MatchRule, { _tag: "File" }>): void => {
  for (const row of rule.rows) {
    const value = row.by === "email" ? Address.normalise(row.value) : row.value
    const source = sql.all(
      `SELECT id, name FROM source_customer c WHERE c.connection = ?1 AND ${field("c", row.by)} = ?2 AND gone_at IS NULL
       AND NOT EXISTS (SELECT 1 FROM customer_link l WHERE l.source_customer = c.id AND l.target_connection = ?3)`,
      from,
      value,
      to
    )
    for (const { id, name } of source) {
      const target = namedCustomer(sql, to, row.target, name ?? null, now)
      if (target !== undefined) sql.run("INSERT INTO customer_link VALUES (?, ?, ?, 'file', ?, ?)", id, to, target["id"], `${rule.path}:${row.line}`, now)
    }
  }
}

const matchRule = (sql: Statements, from: number, to: number, now: number, rule: MatchRule): void => {
  switch (rule._tag) {
    case "Email":
      return matchBy(sql, from, to, now, Meaning.basis(rule), "c.address", "t.address = c.address")
    case "ExternalId":
      return matchBy(sql, from, to, now, Meaning.basis(rule), "c.external_id", "t.external_id = c.external_id")
    case "Fields":
      return matchBy(
        sql,
        from,
        to,
        now,
        Meaning.basis(rule),
        field("c", rule.source),
        `${columns[rule.target] === undefined ? "NULL" : field("t", rule.target)} = ${field("c", rule.source)}`
      )
    case "File":
      return matchByFile(sql, from, to, now, rule)
  }
}

/** Customers whom no rule has matched, by the further addresses that they told since their source was read: the last and weakest way. */
const matchByOthers = (sql: Statements, from: number, to: number, now: number): void => {
  if (sql.get("SELECT 1 FROM source_address LIMIT 1") === undefined) return
  const told = `SELECT a.address FROM source_address a JOIN address_ask q ON q.customer = a.customer AND q.asked_at >= ${SqliteAddresses.lastRead} WHERE a.customer = c.id`
  matchBy(sql, from, to, now, Meaning.otherAddress, "t.address", `t.address IN (${told})`)
}

const linkCustomers = (sql: Statements, { sync, now, target }: Frame, match: ReadonlyArray<MatchRule>): void => {
  const to = connectionId(sql, sync.to)
  const gone = "SELECT id FROM target_customer WHERE connection = ? AND gone_at IS NOT NULL"
  for (const table of ["assignment", "claim", "drift"]) sql.run(`DELETE FROM ${table} WHERE customer IN (${gone})`, to)
  sql.run(`DELETE FROM customer_link WHERE target_customer IN (${gone})`, to)
  sql.run("DELETE FROM held_identity")
  for (const source of sync.from) {
    const from = connectionId(sql, source)
    for (const rule of match) {
      if (!target.customers.list && !target.customers.search) nameUnseen(sql, from, to, now, rule, target.customers.namedBy)
      matchRule(sql, from, to, now, rule)
    }
    if (match.some((rule) => rule._tag === "Email")) matchByOthers(sql, from, to, now)
    // Whoever takes the address that another active customer's match rests on may be that person or a stranger: a person decides.
    sql.run(
      `INSERT OR IGNORE INTO held_identity SELECT e.value, 'the address of this match belongs to another customer of ' || ?3 || ' now' FROM customer_link l
       JOIN source_customer c ON c.id = l.source_customer AND ${active} AND c.address IS NOT l.value
       JOIN source_customer d ON d.connection = ?1 AND d.address = l.value AND d.id <> c.id AND d.gone_at IS NULL AND d.role = 'customer' AND d.excluded IS NULL
       JOIN json_each(json_array(c.id, d.id)) e WHERE l.target_connection = ?2 AND l.basis IN ('email', '${Meaning.otherAddress}')`,
      from,
      to,
      source
    )
    sql.run(
      `INSERT OR IGNORE INTO held_identity SELECT l.source_customer, 'several customers of ' || ?3 || ' match one customer at the target' FROM customer_link l
       JOIN source_customer c ON c.id = l.source_customer AND ${active}
       WHERE l.target_connection = ?2 AND l.target_customer IN (SELECT k.target_customer FROM customer_link k JOIN source_customer c ON c.id = k.source_customer AND ${active}
         WHERE k.target_connection = ?2 GROUP BY 1 HAVING count(*) > 1)`,
      from,
      to,
      source
    )
  }
}

const restrictToGroups = (sql: Statements, names: ReadonlyArray<string>): ReadonlyArray<string> => {
  const wanted = names.map((name) => ({
    name,
    groups: sql.all("SELECT id FROM target_group WHERE folded = ?1 OR handle = ?2 OR substr(handle, instr(handle, '/') + 1) = ?2", foldName(name), name)
  }))
  const ids = wanted.flatMap(({ groups }) => groups.map((row) => Number(row["id"])))
  sql.run("UPDATE change SET dropped = 'only' WHERE dropped IS NULL AND grp NOT IN (SELECT value FROM json_each(?))", JSON.stringify(ids))
  return wanted.filter(({ groups }) => groups.length === 0).map(({ name }) => name)
}

export const make = (database: Database): typeof ReconcileStore.Service => ({
  linkGroups: (frame) => database.atomically((sql) => linkGroups(sql, frame)),
  refreshLedger: (frame) => database.atomically((sql) => refreshLedger(sql, frame)),
  linkCustomers: (frame, match) => database.atomically((sql) => linkCustomers(sql, frame, match)),
  claim: (frame, source) => database.atomically((sql) => Claims.bringUpToDate(sql, frame, source)),
  compare: (frame) => database.atomically((sql) => Difference.compare(sql, frame)),
  restrictToGroups: (names) => database.atomically((sql) => restrictToGroups(sql, names)),
  summary: (frame) => database.use((sql) => summarise(sql, frame))
})
