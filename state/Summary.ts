/** Counts that a plan tells besides its changes: who has no counterpart, what was there already, what people changed by hand. */
import type * as Effect from "effect/Effect"
import type { SyncConfig } from "../src/config/Config.ts"
import type { Frame, ReconcileStore } from "../src/reconcile/ReconcileStore.ts"
import { exceptionGroups } from "./Claims.ts"
import { connectionId, syncId } from "./Connections.ts"
import type { Statements } from "./Database.ts"

type Summary = Effect.Effect.Success<ReturnType<typeof ReconcileStore.Service.summary>>

/** People in mapped groups, active or left out on purpose, who have no link to the target. Where only files match, nobody is ever looked up. */
export const unmatchedPeople = ({ match }: Pick<SyncConfig, "match">): string => `
  SELECT c.id, c.connection, c.key, c.email, c.name, c.since,
    CASE WHEN c.id IN (SELECT source_customer FROM held_identity) THEN 'ambiguous' WHEN c.excluded IS NOT NULL THEN CASE WHEN c.suspended THEN 'suspended' ELSE 'unverified' END
      WHEN c.address IS NULL THEN 'no-address' WHEN EXISTS (SELECT 1 FROM lookup k WHERE k.connection = ?1 AND k.address = c.address) THEN 'not-found' ELSE '${match.every((rule) => rule._tag === "File") ? "not-in-file" : "not-looked-up"}' END AS reason
  FROM source_customer c
  WHERE c.connection IN (SELECT value FROM json_each(?2)) AND c.gone_at IS NULL AND c.role = 'customer'
    AND (c.id IN (SELECT source_customer FROM held_identity) OR c.excluded IS NOT NULL OR NOT EXISTS (SELECT 1 FROM customer_link l WHERE l.source_customer = c.id AND l.target_connection = ?1))
    AND (EXISTS (SELECT 1 FROM source_membership m WHERE m.customer = c.id AND EXISTS (SELECT 1 FROM mapping p WHERE p.source_group = m.grp))
      OR EXISTS (SELECT 1 FROM source_membership m JOIN source_inclusion i ON i.organization = m.grp JOIN mapping p ON p.source_group = i.grp WHERE m.customer = c.id)
      OR c.id IN (SELECT h.source_customer FROM held_identity h JOIN claim l ON l.person = h.source_customer))`

export const sourceIds = (sql: Statements, frame: Pick<Frame, "sync">): string => JSON.stringify(frame.sync.from.map((name) => connectionId(sql, name)))

const exceptionWarnings = (sql: Statements, { sync, now }: Frame): ReadonlyArray<string> =>
  sync.exceptions.flatMap((row) => {
    if (row.until !== null && row.until < now) return []
    return exceptionGroups(sql, row.group).length > 0 ? [] : [`exceptions line ${row.line}: no mapped group is called "${row.group}", so it changes nothing`]
  })

export const summarise = (sql: Statements, frame: Frame): Summary => {
  const to = connectionId(sql, frame.sync.to)
  const unmatched = sql
    .all(`SELECT reason, count(*) AS n FROM (${unmatchedPeople(frame.sync)}) GROUP BY 1 ORDER BY 2 DESC`, to, sourceIds(sql, frame))
    .map((row) => ({ reason: String(row["reason"]), customers: Number(row["n"]) }))
  const byHand = sql.all(
    `SELECT coalesce(t.email, t.key) AS customer, g.name AS grp, h.what FROM by_hand h JOIN target_customer t ON t.id = h.customer JOIN target_group g ON g.id = h.grp ORDER BY 3, 2, 1 LIMIT 100`
  )
  const found = `SELECT count(*) AS n FROM assignment a WHERE a.origin = 'found' AND a.grp IN (SELECT target_group FROM wanted WHERE blocked IS NULL)`
  return {
    unmatched,
    ambiguous: unmatched.find((row) => row.reason === "ambiguous")?.customers ?? 0,
    foundRows: Number(sql.get(found)?.["n"]),
    tasks: Number(sql.get("SELECT count(*) AS n FROM task WHERE sync = ? AND done_at IS NULL", syncId(sql, frame.sync.name))?.["n"]),
    byHand: byHand.map((row) => ({ customer: String(row["customer"]), group: String(row["grp"]), what: row["what"] === "put-in" ? "put-in" : "taken-out" })),
    warnings: exceptionWarnings(sql, frame)
  }
}
