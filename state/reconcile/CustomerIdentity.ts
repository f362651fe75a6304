/**
 * Which customer of a target a customer of a source is: decided here for every command, so that runs and looks agree.
 *
 * Terms: an *active* customer can be in groups at all (view `active_customer`). A *link* joins a source customer to a target customer; the
 * stored ones stand in `customer_link`. `linked` is what the decision comes to: stored links that still stand, and those that it makes.
 * `ambiguous_customer` holds the active customers of whom it is not known who they are, with the reason.
 *
 * Premise: a link outlives its reason. It stays until its target customer is gone, whatever becomes of the address that made it; so none is
 * made that is in doubt. Only customers of different connections may share a target customer.
 *
 *   stored link   matches            of the match                               decision
 *   yes           (not asked)        alone on its target                        linked
 *   yes           (not asked)        another active one took its address        linked, both `address-taken`
 *   yes or no     one                another active one of the connection too   both `shared-target`; no new link
 *   no            one                alone on it                                linked by the first rule that matches
 *   no            several            -                                          `several-targets`; no link
 *   no            one, by an address of another spelling                        `other-spelling`; no link
 *   no            none               -                                          neither: not matched
 *
 * Invariants: no customer of one connection shares a target customer without being ambiguous. An ambiguous customer gains no new link.
 * The decision reads nothing but the state, so that it is the same for a run, a dry run and a look at what either has read. Its work grows
 * with the number of active customers, never with its square.
 */
import type { MatchRule, SyncConfig } from "../../src/config/Config.ts"
import * as Meaning from "../../src/config/Meaning.ts"
import type { TargetDeclaration } from "../../src/contract/Target.ts"
import * as Address from "../../src/model/Address.ts"
import type { Ambiguity } from "../../src/model/Ambiguity.ts"
import { numberOf } from "../database/Columns.ts"
import { connectionId } from "../database/Intern.ts"
import type { Statements } from "../database/Statements.ts"
import * as MapTargets from "./MapTargets.ts"
import * as SqliteAddressStore from "../read/SqliteAddressStore.ts"

/** Whose identity is decided: customers of the sync's sources, at a target that shows its customers as declared. */
export interface Sides {
  readonly sync: Pick<SyncConfig, "from" | "to" | "match">
  readonly customers: TargetDeclaration["customers"]
}

/** `kept`: when the decision is stored (epoch ms); null for a look, which writes to temporary tables alone. */
interface Matching {
  readonly from: number
  readonly to: number
  readonly kept: number | null
}

const hold = (why: Ambiguity, who: string): string => `INSERT OR IGNORE INTO ambiguous_customer SELECT source_customer_id, '${why}' FROM (${who})`

/** Stored links of active customers to target customers who are not gone. */
const takeStored = (sql: Statements, { from, to }: Matching): void => {
  sql.run(
    `INSERT INTO linked (source_customer_id, connection, address, target_customer_id, basis, value, since)
     SELECT c.id, c.connection, c.address, l.target_customer_id, l.basis, l.value, l.since FROM active_customer c
     CROSS JOIN customer_link l ON l.source_customer_id = c.id AND l.target_connection = ?2
     WHERE c.connection = ?1 AND l.target_customer_id NOT IN (SELECT id FROM target_customer
       WHERE connection = ?2 AND gone_at IS NOT NULL)`,
    from,
    to
  )
}

/** As a list: a correlated query takes three times as long. */
const notLinked = "c.id NOT IN (SELECT source_customer_id FROM linked)"

/** Judges the candidates of one rule, one row a person. */
const takeCandidates = (sql: Statements, { from }: Matching, basis: string): void => {
  sql.run(hold("several-targets", "SELECT source_customer_id FROM candidate WHERE targets > 1"))
  const rivals = `SELECT source_customer_id, count(*) OVER (PARTITION BY target_customer_id) AS rivals FROM candidate
    WHERE targets = 1`
  sql.run(hold("shared-target", `SELECT source_customer_id FROM (${rivals}) WHERE rivals > 1`))
  const meeting = `SELECT e.value AS source_customer_id FROM candidate f
    CROSS JOIN linked l ON l.target_customer_id = f.target_customer_id AND l.connection = ?1
    CROSS JOIN json_each(json_array(f.source_customer_id, l.source_customer_id)) e WHERE f.targets = 1`
  sql.run(hold("shared-target", meeting), from)
  sql.run(
    `INSERT INTO linked (source_customer_id, connection, address, target_customer_id, basis, value)
     SELECT c.id, c.connection, c.address, f.target_customer_id, ?, f.value FROM candidate f
     CROSS JOIN source_customer c ON c.id = f.source_customer_id
     WHERE f.targets = 1 AND f.source_customer_id NOT IN (SELECT source_customer_id FROM ambiguous_customer)`,
    basis
  )
  sql.run("DELETE FROM candidate")
}

/** Whether the text has other letters than those of ASCII; quick, so that most rows need no more. */
const beyondAscii = (text: string): string => `length(CAST(${text} AS BLOB)) > length(${text})`

/** Candidates found by an address that the target spells in another way than `spelling` of the person `c`. */
const holdOtherSpellings = (sql: Statements, spelling: string): void =>
  void sql.run(
    hold(
      "other-spelling",
      `SELECT f.source_customer_id FROM candidate f CROSS JOIN source_customer c ON c.id = f.source_customer_id
       CROSS JOIN target_customer t ON t.id = f.target_customer_id
       WHERE f.targets = 1 AND (${beyondAscii("c.email")} OR ${beyondAscii("t.email")}) AND exact_address(t.email) <> ${spelling}`
    )
  )

/** One way of matching: `condition` over a source customer `c` and a target customer `t`; `value` is what the match rests on, and `spelling` the address as the target must spell it where it is one. */
const matchBy = (sql: Statements, matching: Matching, basis: string, value: string, condition: string, spelling: string | null = null): void => {
  sql.run(
    `INSERT INTO candidate (source_customer_id, target_customer_id, targets, value)
     SELECT c.id, min(t.id), count(*), ${value} FROM active_customer c
     CROSS JOIN target_customer t ON t.connection = ?2 AND t.gone_at IS NULL AND ${condition}
     WHERE c.connection = ?1 AND ${notLinked} GROUP BY c.id`,
    matching.from,
    matching.to
  )
  if (spelling !== null) holdOtherSpellings(sql, spelling)
  takeCandidates(sql, matching, basis)
}

const columns: Readonly<Record<string, string>> = { email: "address", externalId: "external_id", id: "key" }

/** The SQL of a field of a customer; names of custom fields are bound into a JSON path, never into SQL. */
const field = (alias: string, name: string): string => {
  const column = columns[name]
  return column === undefined ? `json_extract(${alias}.fields, '$."' || replace('${name.replaceAll("'", "''")}', '"', '') || '"')` : `${alias}.${column}`
}

/**
 * A target that shows no customers: an address or an id names one there, whether or not it really has one. A run notes it as a customer of
 * the target; a look takes a negative number for one that is not noted yet.
 */
const matchUnseen = (sql: Statements, matching: Matching, rule: MatchRule, { namedBy }: TargetDeclaration["customers"]): void => {
  const byAddress = rule._tag === "Email" && namedBy === "email"
  if (!byAddress && !(rule._tag === "Fields" && rule.target === "id")) return
  const name = byAddress
    ? `CASE WHEN ${beyondAscii("c.email")} THEN exact_address(c.email) ELSE c.address END`
    : field("c", rule._tag === "Fields" ? rule.source : "id")
  const named = `FROM active_customer c WHERE c.connection = ?1 AND coalesce(${name}, '') <> '' AND ${notLinked}`
  const { from, kept, to } = matching
  if (kept !== null) {
    sql.run(
      `INSERT OR IGNORE INTO target_customer (connection, key, email, address, name, seen_at)
       SELECT ?2, ${name}, ${byAddress ? "c.email, c.address" : "NULL, NULL"}, c.name, ?3 ${named}`,
      from,
      to,
      kept
    )
    return
  }
  sql.run(
    `INSERT INTO candidate (source_customer_id, target_customer_id, targets, value)
     SELECT id, -min(id) OVER (PARTITION BY name), 1, name FROM (SELECT c.id, ${name} AS name ${named})
     WHERE name NOT IN (SELECT key FROM target_customer WHERE connection = ?2)`,
    from,
    to
  )
  takeCandidates(sql, matching, Meaning.basis(rule))
}

/** Customers whom a map file names by one of their fields. Those that are not active are linked too, but identify nobody. */
const matchByFile = (sql: Statements, matching: Matching, rule: Extract<MatchRule, { _tag: "File" }>, customers: TargetDeclaration["customers"]): void => {
  const { from, kept, to } = matching
  sql.run("DELETE FROM map_row")
  for (const { by, line, target, value } of rule.rows)
    sql.run("INSERT OR IGNORE INTO map_row VALUES (?, ?, ?, ?)", by, by === "email" ? Address.normalise(value) : value, target, line)
  const values = new Map(rule.rows.map(({ line, value }) => [line, value]))
  const supposed = new Map<string, number>()
  const suppose = (target: string, person: number): number => {
    const known = supposed.get(target) ?? -person
    supposed.set(target, known)
    return known
  }
  for (const by of new Set(rule.rows.map((row) => row.by))) {
    const named = sql.all(
      `SELECT c.id, c.name, c.email, c.address, m.target, m.line, c.role = 'customer' AND c.excluded IS NULL AS active
       FROM source_customer c CROSS JOIN map_row m ON m.field = ?3 AND m.value = ${field("c", by)}
       WHERE c.connection = ?1 AND c.gone_at IS NULL
       AND ${notLinked} AND NOT EXISTS (SELECT 1 FROM customer_link k
         JOIN target_customer t ON t.id = k.target_customer_id AND t.gone_at IS NULL
         WHERE k.source_customer_id = c.id AND k.target_connection = ?2)`,
      from,
      to,
      by
    )
    for (const row of named) {
      const written = values.get(Number(row["line"]))
      if (by === "email" && !Address.isSame(String(row["email"]), written ?? null)) {
        sql.run(hold("other-spelling", "SELECT ? AS source_customer_id"), row["id"])
        continue
      }
      const target = String(row["target"])
      const customer = MapTargets.named(sql, matching, customers, target, row["name"] === null ? null : String(row["name"]))
      const [id, value] = [Number(row["id"]), `${rule.path}:${String(row["line"])}`]
      if (customer === null) {
        sql.run("INSERT OR IGNORE INTO unknown_target VALUES (?, ?, ?)", id, Address.normalise(target) ?? target, value)
        continue
      }
      if (row["active"] === 1) {
        sql.run(
          `INSERT INTO linked (source_customer_id, connection, address, target_customer_id, basis, value)
            VALUES (?, ?, ?, ?, 'file', ?)`,
          id,
          from,
          row["address"],
          customer ?? suppose(target, id),
          value
        )
      } else if (kept !== null && customer !== undefined) sql.run("INSERT INTO customer_link VALUES (?, ?, ?, 'file', ?, ?)", id, to, customer, value, kept)
    }
  }
}

const matchRule = (sql: Statements, matching: Matching, rule: MatchRule, customers: TargetDeclaration["customers"]): void => {
  const basis = Meaning.basis(rule)
  switch (rule._tag) {
    case "Email":
      return matchBy(sql, matching, basis, "c.address", "t.address = c.address", "exact_address(c.email)")
    case "ExternalId":
      return matchBy(sql, matching, basis, "c.external_id", "t.external_id = c.external_id")
    case "Fields":
      if (columns[rule.target] === undefined) return
      return matchBy(
        sql,
        matching,
        basis,
        field("c", rule.source),
        `${field("t", rule.target)}
        = ${field("c", rule.source)}`
      )
    case "File":
      return matchByFile(sql, matching, rule, customers)
  }
}

/** Customers whom no rule has matched, by the further addresses that they have had since their source was read: the last and weakest way. */
const matchByOthers = (sql: Statements, matching: Matching): void => {
  if (sql.get("SELECT 1 FROM source_address LIMIT 1") === undefined) return
  const addresses = `SELECT a.address FROM source_address a JOIN address_ask q ON q.source_customer_id
    = a.source_customer_id
    AND q.asked_at >= ${SqliteAddressStore.lastRead} WHERE a.source_customer_id = c.id`
  matchBy(sql, matching, Meaning.otherAddress, "t.address", `t.address IN (${addresses})`, "t.address")
}

/** Links that stand and are in doubt all the same. */
const judgeLinked = (sql: Statements, { from }: Matching): void => {
  // A customer who takes the address that another active customer's match rests on may be that person or a stranger: a person decides.
  const taken = `SELECT e.value AS source_customer_id FROM linked l
    CROSS JOIN active_customer d ON d.connection = ?1 AND d.address = l.value AND d.id <> l.source_customer_id
    CROSS JOIN json_each(json_array(l.source_customer_id, d.id)) e
    WHERE l.connection = ?1 AND l.address IS NOT l.value AND l.basis IN ('email', '${Meaning.otherAddress}')`
  sql.run(hold("address-taken", taken), from)
  const shared = "SELECT target_customer_id FROM linked WHERE connection = ?1 GROUP BY target_customer_id HAVING count(*) > 1"
  sql.run(hold("shared-target", `SELECT source_customer_id FROM linked WHERE connection = ?1 AND target_customer_id IN (${shared})`), from)
}

const decideWith = (sql: Statements, { customers, sync: { from, match } }: Sides, number: (name: string) => number, kept: number | null, to: number): void => {
  for (const table of ["linked", "ambiguous_customer", "candidate", "unknown_target"]) sql.run(`DELETE FROM ${table}`)
  for (const source of from) {
    const matching = { from: number(source), to, kept }
    takeStored(sql, matching)
    for (const rule of match) {
      if (!customers.list && !customers.search) matchUnseen(sql, matching, rule, customers)
      matchRule(sql, matching, rule, customers)
    }
    if (match.some((rule) => rule._tag === "Email")) matchByOthers(sql, matching)
    judgeLinked(sql, matching)
  }
}

/** Decides for a run: drops links to target customers who are gone and stores the new ones. */
export const decide = (sql: Statements, sides: Sides, now: number): void => {
  const to = connectionId(sql, sides.sync.to)
  sql.run(
    `DELETE FROM customer_link WHERE target_customer_id IN (SELECT id FROM target_customer
    WHERE connection = ? AND gone_at IS NOT NULL)`,
    to
  )
  decideWith(sql, sides, (name) => connectionId(sql, name), now, to)
  sql.run(
    `INSERT INTO customer_link SELECT source_customer_id, ?, target_customer_id, basis, value, ? FROM linked
    WHERE since IS NULL`,
    to,
    now
  )
}

/** Decides as a run would that saw nothing new, and stores nothing. */
export const suppose = (sql: Statements, sides: Sides): void =>
  decideWith(sql, sides, (name) => numberOf(sql, "connection", name), null, numberOf(sql, "connection", sides.sync.to))
