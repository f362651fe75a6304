/** Erasing a person from the state, down to the bytes of the file. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type { Footprint, Erasure } from "../../src/operate/Erasure.ts"
import * as Address from "../../src/model/Address.ts"
import type { Hit } from "../../src/explain/ExplanationStore.ts"
import type { Decider } from "../../src/model/Decision.ts"
import type { Database } from "../database/Database.ts"
import type { Row, Statements } from "../database/Statements.ts"
import { textOf } from "../database/Columns.ts"
import * as LineageFile from "../database/LineageFile.ts"
import * as DecisionLog from "../database/DecisionLog.ts"

const numbers = (rows: ReadonlyArray<{ readonly number: number }>): string => JSON.stringify(rows.map(({ number }) => number))

const record = (side: "source" | "target", row: Row): Footprint["records"][number] => ({
  side,
  connection: String(row["connection_name"]),
  id: String(row["key"]),
  email: textOf(row["email"]),
  name: textOf(row["name"]),
  gone: row["gone_at"] !== null,
  number: Number(row["id"])
})

const list = "(SELECT value FROM json_each(?))"

/** The records found, those linked to them, and gone ones of the same addresses. */
const recordsOf = (sql: Statements, hits: ReadonlyArray<Hit>): Footprint["records"] => {
  const targets = JSON.stringify(hits.flatMap(({ targets: all }) => all.map(({ number }) => number)))
  const own = numbers(hits.filter(({ side }) => side === "source"))
  const addresses = JSON.stringify(
    sql
      .all(
        `SELECT address FROM source_customer WHERE id IN ${list}
        UNION SELECT address FROM target_customer WHERE id IN ${list}`,
        own,
        targets
      )
      .map((row) => row["address"])
      .filter((address) => address !== null)
  )
  const named = "c.*, k.name AS connection_name"
  const sources = sql.all(
    `SELECT ${named} FROM source_customer c JOIN connection k ON k.id = c.connection WHERE c.id IN ${list}
       OR c.id IN (SELECT source_customer_id FROM customer_link WHERE target_customer_id IN ${list})
       OR (c.gone_at IS NOT NULL AND c.address IN ${list}) ORDER BY c.id`,
    own,
    targets,
    addresses
  )
  const others = sql.all(
    `SELECT ${named} FROM target_customer c JOIN connection k ON k.id = c.connection
      WHERE c.id IN ${list} OR (c.gone_at IS NOT NULL AND c.address IN ${list}) ORDER BY c.id`,
    targets,
    addresses
  )
  return [...sources.map((row) => record("source", row)), ...others.map((row) => record("target", row))]
}

const count = (sql: Statements, table: string, customers: string): number =>
  Number(sql.get(`SELECT count(*) AS n FROM ${table} WHERE target_customer_id IN ${list}`, customers)?.["n"])

const staffOf = (sql: Statements, addresses: ReadonlyArray<string | null>): Footprint["staff"] =>
  sql
    .all(
      `SELECT p.*, n.name AS target FROM team_person p JOIN connection n ON n.id = p.connection
        WHERE p.address IN ${list} ORDER BY p.id`,
      JSON.stringify(addresses.filter((address) => address !== null))
    )
    .map((row) => ({
      number: Number(row["id"]),
      to: String(row["target"]),
      email: String(row["email"]),
      name: textOf(row["name"]),
      placed: row["place"] !== null
    }))

const countStaff = (sql: Statements, table: string, people: string): number =>
  Number(sql.get(`SELECT count(*) AS n FROM ${table} WHERE person IN ${list}`, people)?.["n"])

/** A first name or a short number stands for much else in a text. */
const namesOf = ({ email, id, name }: Pick<Footprint["records"][number], "email" | "id" | "name">): ReadonlyArray<string> => [
  ...(email === null ? [] : [email.trim()]),
  ...(name !== null && /\S\s+\S/.test(name) ? [name.trim()] : []),
  ...(id.length >= 6 ? [id] : [])
]

const footprint = (sql: Statements, hits: ReadonlyArray<Hit>, address: string | null): Footprint => {
  const records = recordsOf(sql, hits)
  const staff = staffOf(sql, [address, ...records.map(({ email }) => Address.normalise(email))])
  const people = numbers(staff)
  const customers = numbers(records.filter(({ side }) => side === "target"))
  const others = sql.all(
    `SELECT DISTINCT address FROM source_address WHERE source_customer_id IN ${list}`,
    numbers(records.filter(({ side }) => side === "source"))
  )
  const words = new Set([...records.flatMap(namesOf), ...staff.flatMap((one) => namesOf({ ...one, id: "" })), ...others.map((row) => String(row["address"]))])
  return {
    records,
    staff,
    ours: sql
      .all(
        `SELECT g.name FROM assignment a JOIN target_group g ON g.id = a.group_id AND g.gone_at IS NULL
          JOIN target_customer t ON t.id = a.target_customer_id AND t.gone_at IS NULL
         WHERE a.origin <> 'found' AND a.target_customer_id IN ${list} ORDER BY 1`,
        customers
      )
      .map((row) => String(row["name"])),
    memberships: count(sql, "assignment", customers),
    waiting:
      count(sql, "held_row", customers) +
      count(sql, "refused", customers) +
      count(sql, "task", customers) +
      countStaff(sql, "team_held", people) +
      countStaff(sql, "team_refused", people),
    history: count(sql, "planned_change", customers) + countStaff(sql, "team_planned", people),
    texts: [...words].sort((a, b) => b.length - a.length)
  }
}

/** Columns in which vendors, people and we ourselves may have named somebody. */
const prose: ReadonlyArray<readonly [string, string]> = [
  ["call", "detail"],
  ["decision", "subject"],
  ["decision", "reason"],
  ["decision", "details"],
  ["run", "error"],
  ["held_part", "why"],
  ["held_part", "proposal"],
  ["refused", "reason"],
  ["refused", "print"],
  ["read_stream", "reason"],
  ["read_part", "reason"],
  ["row_doubt", "reason"],
  ["sync", "paused_reason"],
  ["team_call", "detail"]
]

/** Texts that stand alone: an id such as `12345` is not cut out of a longer number or word. */
const pattern = (texts: ReadonlyArray<string>): RegExp =>
  new RegExp(`(?<![\\p{L}\\p{N}])(?:${texts.map((text) => text.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&")).join("|")})(?![\\p{L}\\p{N}])`, "giu")

const scrub = (sql: Statements, texts: ReadonlyArray<string>): void => {
  if (texts.length === 0) return
  const names = pattern(texts)
  for (const [table, column] of prose) {
    for (const { text } of sql.all(`SELECT DISTINCT ${column} AS text FROM ${table} WHERE ${column} IS NOT NULL`)) {
      const scrubbed = String(text).replace(names, "forgotten")
      if (scrubbed !== text) sql.run(`UPDATE ${table} SET ${column} = ? WHERE ${column} = ?`, scrubbed, text)
    }
  }
}

const eraseStaff = (sql: Statements, staff: Footprint["staff"]): void => {
  const people = numbers(staff)
  for (const table of ["team_held", "team_refused"]) sql.run(`DELETE FROM ${table} WHERE person IN ${list}`, people)
  sql.run(`UPDATE team_planned SET member = NULL, agent = NULL WHERE person IN ${list}`, people)
  sql.run(
    `UPDATE team_person SET address = 'forgotten-' || id, email = 'forgotten-' || id, name = NULL, origin = NULL,
      place = NULL, member = NULL, role = NULL, roles = NULL, source = NULL, agent = NULL
     WHERE id IN ${list}`,
    people
  )
}

const erase = (sql: Statements, { records, staff, texts }: Footprint, by: Decider, now: number): void => {
  eraseStaff(sql, staff)
  const [sources, customers] = [numbers(records.filter(({ side }) => side === "source")), numbers(records.filter(({ side }) => side === "target"))]
  sql.run(
    `DELETE FROM lookup WHERE address IN (SELECT address FROM source_customer WHERE id IN ${list}
      UNION SELECT address FROM target_customer WHERE id IN ${list}
       UNION SELECT address FROM source_address WHERE source_customer_id IN ${list})`,
    sources,
    customers,
    sources
  )
  for (const table of ["source_address", "address_ask"])
    sql.run(
      `DELETE FROM ${table}
    WHERE source_customer_id IN ${list}`,
      sources
    )
  sql.run(`DELETE FROM row_doubt WHERE part NOT LIKE 'inclusions:%' AND id IN ${list}`, sources)
  sql.run(
    `DELETE FROM customer_link WHERE source_customer_id IN ${list}
    OR target_customer_id IN ${list}`,
    sources,
    customers
  )
  for (const table of [
    "assignment",
    "manual_removal",
    "claim",
    "undo_pin",
    "held_row",
    "refused",
    "skipped_change",
    "task",
    "unconfirmed_write",
    "vanished",
    "unconfirmed_origin",
    "lost_intent",
    "exception_binding"
  ])
    sql.run(`DELETE FROM ${table} WHERE target_customer_id IN ${list}`, customers)
  sql.run(`DELETE FROM source_membership WHERE source_customer_id IN ${list}`, sources)
  // A cursor may name the customer who changed last; and changed records alone would leave out a customer who is still at the source.
  sql.run(`DELETE FROM cursor WHERE connection IN (SELECT connection FROM source_customer WHERE id IN ${list})`, sources)
  sql.run(
    `UPDATE source_customer SET key = 'forgotten-' || id, email = NULL, address = NULL, external_id = NULL, name = NULL,
      fields = '{}', gone_cause = coalesce(gone_cause, 'deleted'), gone_at = coalesce(gone_at, ?)
     WHERE id IN ${list}`,
    now,
    sources
  )
  sql.run(
    `UPDATE target_customer SET key = 'forgotten-' || id, email = NULL, address = NULL, external_id = NULL, name = NULL,
      gone_at = coalesce(gone_at, ?) WHERE id IN ${list}`,
    now,
    customers
  )
  scrub(sql, texts)
  const names = [...records.map(({ number, side }) => `${side} forgotten-${number}`), ...staff.map(({ number }) => `staff forgotten-${number}`)]
  DecisionLog.note(sql, "forget", names.join(", "), by, now)
}

/** Free pages and the log hold what was deleted until they are written over. */
const compact = (sql: Statements): boolean => {
  sql.run("VACUUM")
  return sql.get("PRAGMA wal_checkpoint(TRUNCATE)")?.["busy"] === 0
}

export const make = (database: Database): typeof Erasure.Service => ({
  footprint: (hits, address) => database.use((sql) => footprint(sql, hits, address)),
  erase: (message, by) =>
    Effect.gen(function* () {
      const now = yield* Clock.currentTimeMillis
      yield* database.use((sql) => sql.get("PRAGMA secure_delete = ON"))
      yield* database.atomically((sql) => {
        LineageFile.check(database, sql)
        erase(sql, message, by, now)
      })
      return yield* database.use(compact)
    })
})
