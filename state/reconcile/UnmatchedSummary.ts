/** Counts that a plan tells besides its changes: who has no counterpart, what was there already, what people changed by hand. */
import type * as Effect from "effect/Effect"
import { basename } from "node:path"
import type { SyncConfig } from "../../src/config/Config.ts"
import type { Frame, ReconcileStore } from "../../src/reconcile/ReconcileStore.ts"
import * as OthersRows from "./OthersRows.ts"
import * as Exceptions from "./Exceptions.ts"
import * as UnmatchedRows from "./UnmatchedRows.ts"
import { numberOf } from "../database/Columns.ts"
import { syncId } from "../database/Intern.ts"
import * as UnconfirmedOrigins from "./UnconfirmedOrigins.ts"
import type { Statements } from "../database/Statements.ts"

type Summary = Effect.Effect.Success<ReturnType<typeof ReconcileStore.Service.summary>>

const mapped = `EXISTS (SELECT 1 FROM group_member m JOIN mapping p ON p.source_group = m.group_id
  WHERE m.source_customer_id = c.id)`

/**
 * Lists in `unmatched_customer` whom of the sync's sources nobody can place: customers of mapped groups who are not linked, ambiguous or left
 * out by an option, and ambiguous ones whose claims stand though they are in no mapped group any more. Rests on the mapping and on the identities that
 * were decided last. Where only files match, no address is ever looked up.
 */
export const find = (sql: Statements, sync: Pick<SyncConfig, "from" | "to" | "match">): void => {
  const sources = JSON.stringify(sync.from.map((name) => numberOf(sql, "connection", name)))
  const among = "connection IN (SELECT value FROM json_each(?2))"
  sql.run("DELETE FROM unmatched_customer")
  sql.run(
    `INSERT INTO unmatched_customer
     SELECT c.id, CASE WHEN c.id IN (SELECT source_customer_id FROM ambiguous_customer) THEN 'ambiguous'
       WHEN c.excluded IS NOT NULL THEN CASE WHEN c.suspended THEN 'suspended' ELSE 'unverified' END
       WHEN n.asked IS NOT NULL THEN CASE WHEN EXISTS (SELECT 1 FROM lookup k WHERE k.connection = ?1
         AND k.address = n.asked) THEN 'not-found' ELSE 'not-looked-up' END
       WHEN c.address IS NULL THEN 'no-address'
       WHEN EXISTS (SELECT 1 FROM lookup k WHERE k.connection = ?1 AND k.address = c.address) THEN 'not-found'
       ELSE ?3 END
     FROM (SELECT id FROM active_customer WHERE ${among} AND id NOT IN (SELECT source_customer_id FROM linked)
       UNION SELECT source_customer_id FROM ambiguous_customer
       UNION SELECT id FROM source_customer WHERE ${among} AND excluded IS NOT NULL AND gone_at IS NULL
       AND role = 'customer') u
     CROSS JOIN source_customer c ON c.id = u.id
     LEFT JOIN unknown_target n ON n.source_customer_id = c.id WHERE ${mapped}`,
    numberOf(sql, "connection", sync.to),
    sources,
    sync.match.every((rule) => rule._tag === "File") ? "not-in-file" : "not-looked-up"
  )
  if (
    sql.get(`SELECT 1 FROM ambiguous_customer WHERE source_customer_id NOT IN (SELECT source_customer_id
    FROM unmatched_customer) LIMIT 1`) === undefined
  )
    return
  sql.run(
    `INSERT OR IGNORE INTO unmatched_customer SELECT source_customer_id, 'ambiguous' FROM ambiguous_customer
      WHERE source_customer_id IN (SELECT source_customer_id FROM claim WHERE source_customer_id IS NOT NULL)`
  )
}

/** How many of those listed last there are for each reason, most first. */
export const byReason = (sql: Statements): Summary["unmatched"] =>
  sql
    .all("SELECT reason, count(*) AS n FROM unmatched_customer GROUP BY 1 ORDER BY 2 DESC, 1")
    .map((row) => ({ reason: String(row["reason"]), customers: Number(row["n"]) }))

export const ambiguous = (unmatched: Summary["unmatched"]): number => unmatched.find(({ reason }) => reason === "ambiguous")?.customers ?? 0

/** Most lines of a map file that are named one by one. */
const shown = 10

/** Lines for a person on map files: customers not filled in yet, and targets that do not exist. */
const mapWarnings = (sql: Statements, { match, to }: SyncConfig): ReadonlyArray<string> => {
  const blank = match.flatMap((rule) =>
    rule._tag === "File" && rule.blank > 0
      ? [
          `${basename(rule.path)}: ${rule.blank} ${rule.blank === 1 ? "customer has" : "customers have"} no target yet, and ${rule.blank === 1 ? "is" : "are"} skipped`
        ]
      : []
  )
  const unknown = sql.all("SELECT asked, place FROM unknown_target ORDER BY source_customer_id")
  return [
    ...blank,
    ...unknown.slice(0, shown).map(({ asked, place }) => `${basename(String(place))}: ${to} shows no single customer ${JSON.stringify(asked)}`),
    ...(unknown.length > shown ? [`and ${unknown.length - shown} more lines of map files name no customer of ${to}`] : [])
  ]
}

export const summarise = (sql: Statements, frame: Frame): Summary => {
  find(sql, frame.sync)
  const unmatched = byReason(sql)
  const byHand = sql.all(
    `SELECT coalesce(t.email, t.key) AS target_customer_id, g.name AS group_name, h.what FROM by_hand h
      JOIN target_customer t ON t.id = h.target_customer_id JOIN target_group g ON g.id = h.group_id
      ORDER BY 3, 2, 1 LIMIT 100`
  )
  const found = `SELECT count(*) AS n FROM assignment a WHERE a.origin = 'found'
    AND a.group_id IN (SELECT id FROM open_group)`
  return {
    unmatched,
    ambiguous: ambiguous(unmatched),
    foundRows: Number(sql.get(found)?.["n"]),
    tasks: Number(
      sql.get(
        `SELECT count(*) AS n FROM task WHERE sync = ?
      AND done_at IS NULL`,
        syncId(sql, frame.sync.name)
      )?.["n"]
    ),
    byHand: byHand.map((row) => ({
      customer: String(row["target_customer_id"]),
      group: String(row["group_name"]),
      what: row["what"] === "put-in" ? "put-in" : "taken-out"
    })),
    unconfirmed: UnconfirmedOrigins.count(sql, frame.sync.name),
    warnings: [...mapWarnings(sql, frame.sync), ...Exceptions.warnings(sql, frame), ...OthersRows.warnings(sql, frame.sync.to)]
  }
}

/** People of each reason that a plan names. */
const examples = 50

/** Rests on the list that `summarise` made. */
export const matching = (sql: Statements, { sync, words }: Frame): Effect.Effect.Success<ReturnType<typeof ReconcileStore.Service.matching>> => {
  const counted = `SELECT count(*) AS n FROM linked l WHERE l.source_customer_id NOT IN (SELECT source_customer_id
    FROM unmatched_customer) AND ${mapped.replaceAll("c.id", "l.source_customer_id")}`
  const matched = Number(sql.get(counted)?.["n"])
  const reasons = byReason(sql)
  const people = reasons.flatMap(({ reason }) => UnmatchedRows.ofReason(sql, numberOf(sql, "connection", sync.to), reason, examples))
  return {
    counts: { customers: reasons.reduce((sum, { customers }) => sum + customers, matched), matched },
    people: people.map(({ connection, id, email, name, reason, candidates }) => ({
      connection,
      record: words.get(connection) ?? "customer",
      id,
      email,
      name,
      reason,
      candidates
    }))
  }
}
