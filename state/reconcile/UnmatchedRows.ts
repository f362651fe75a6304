/** The customers that were listed in `unmatched_customer` last, one by one. */
import type { UnmatchedRow } from "../../src/model/Overview.ts"
import type { UnmatchedReason } from "../../src/model/Result.ts"
import type { Row, Statements } from "../database/Statements.ts"

/** Customers of the target `?1` who may be the source customer `c`: by an address, or linked. */
const candidates = `SELECT id FROM target_customer WHERE connection = ?1 AND address = c.address
  UNION SELECT o.id FROM source_address a CROSS JOIN target_customer o ON o.connection = ?1 AND o.address = a.address
  WHERE a.source_customer_id = c.id
  UNION SELECT target_customer_id FROM linked WHERE source_customer_id = c.id`

const select = (where: string): string =>
  `SELECT c.id, c.key, c.email, c.name, u.reason, k.name AS connection_name,
    coalesce((SELECT started_at FROM read WHERE id = c.since), 0) AS since_at,
     CASE WHEN u.reason = 'ambiguous' THEN (SELECT group_concat(key, ' ')
       FROM (SELECT t.key FROM target_customer t WHERE t.gone_at IS NULL AND t.id IN (${candidates})
         ORDER BY t.id LIMIT 5)) END AS candidates
   FROM unmatched_customer u CROSS JOIN source_customer c ON c.id = u.source_customer_id
   JOIN connection k ON k.id = c.connection
   WHERE ${where} ORDER BY u.source_customer_id LIMIT ?3`

type Unmatched = Omit<UnmatchedRow, "sync">

const toUnmatched = (row: Row): Unmatched => ({
  connection: String(row["connection_name"]),
  id: String(row["key"]),
  email: row["email"] === null ? null : String(row["email"]),
  name: row["name"] === null ? null : String(row["name"]),
  reason: String(row["reason"]) as UnmatchedReason,
  since: Number(row["since_at"]),
  candidates: row["candidates"] === null ? [] : String(row["candidates"]).split(" ")
})

/** In the order of their numbers, after the given one, with the number of the last. `target`: the number of the target's connection. */
export const after = (
  sql: Statements,
  target: number,
  number: number,
  limit: number
): { readonly rows: ReadonlyArray<Unmatched>; readonly last: number | null } => {
  const found = sql.all(select("u.source_customer_id > ?2"), target, number, limit)
  const last = found.at(-1)
  return { rows: found.map(toUnmatched), last: last === undefined ? null : Number(last["id"]) }
}

/** The first of one reason. */
export const ofReason = (sql: Statements, target: number, reason: string, limit: number): ReadonlyArray<Unmatched> =>
  sql.all(select("u.reason = ?2"), target, reason, limit).map(toUnmatched)
