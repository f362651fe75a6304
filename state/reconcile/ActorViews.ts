/**
 * Which account has shown a source's records. Two people with one role may see different rows, so that what a new account does not show says
 * nothing of what an earlier one saw: a claim that ends so, before the present account has once shown it, waits for a person.
 */
import type { Frame } from "../../src/reconcile/ReconcileStore.ts"
import { syncId } from "../database/Intern.ts"
import type { Statements } from "../database/Statements.ts"
import * as ClaimExpiry from "./ClaimExpiry.ts"
import * as Doubts from "./Doubts.ts"

/** Who reads the connection of the row `m` of `claimant` now. */
const present = "(SELECT n.actor FROM connection n WHERE n.id = m.connection)"

const otherView = (part: string): string =>
  `EXISTS (SELECT 1 FROM claimant_view v JOIN claimant m ON m.id = v.claimant
    WHERE v.claimant = claim.claimant AND v.actor IS NOT ${present}${part})`

/**
 * Of a claim that ends: who alone has seen it, where what it lacks was shown by an earlier account and nothing that was read speaks
 * against it; else null. An expression over the row `claim`.
 */
export const earlierActor = `CASE WHEN ${ClaimExpiry.missing(otherView(""), otherView(" AND v.part = p.part"))} THEN
  (SELECT coalesce(v.actor, 'an account without a name') FROM claimant_view v JOIN claimant m ON m.id = v.claimant
    WHERE v.claimant = claim.claimant AND v.actor IS NOT ${present} LIMIT 1) END`

/** The present account has seen whatever claim still stands, in the parts that it has read whole. To be called once a source's claims are up to date. */
export const settle = (sql: Statements, claimant: number): void => {
  sql.run(
    `INSERT INTO claimant_view SELECT m.id, p.part, ${present} FROM claimant m
      JOIN read_part p ON p.connection = m.connection AND p.complete = 1 WHERE m.id = ?
     ON CONFLICT (claimant, part) DO UPDATE SET actor = excluded.actor WHERE claimant_view.actor IS NOT excluded.actor`,
    claimant
  )
}

/** Puts the removals that only an earlier account's view speaks against in doubt, under `actor`. */
export const doubt = (sql: Statements, { sync }: Frame): void => {
  const ended = `FROM claim k INDEXED BY claim_expired JOIN claimant m ON m.id = k.claimant
      WHERE m.sync = ? AND k.expired_at IS NOT NULL AND k.earlier_actor IS NOT NULL`
  const id = syncId(sql, sync.name)
  for (const row of sql.all(
    `SELECT DISTINCT m.id, n.name, n.actor,
      k.earlier_actor AS earlier ${ended.replace("WHERE", `JOIN connection n ON n.id = m.connection WHERE`)}`,
    id
  )) {
    const now = row["actor"] === null ? null : String(row["actor"])
    Doubts.note(
      sql,
      "actor",
      `SELECT c.op, c.group_id, c.target_customer_id FROM candidate_change c
        JOIN (SELECT k.group_id, k.target_customer_id ${ended} AND m.id = ? AND k.earlier_actor = ?) k
       ON k.group_id = c.group_id AND k.target_customer_id = c.target_customer_id WHERE c.op = 'assignment.remove'`,
      { code: "actor", connection: String(row["name"]), now, earlier: String(row["earlier"]) },
      id,
      row["id"],
      row["earlier"]
    )
  }
}

/** Accounts other than this one that have shown standing claims on the connection, with how many rest on their view. */
export const earlier = (sql: Statements, connection: string, actor: string | null): { readonly actor: string; readonly memberships: number } | null => {
  const others = `FROM claimant_view v JOIN claimant m ON m.id = v.claimant JOIN connection n ON n.id = m.connection
    WHERE n.name = ?1 AND v.actor IS NOT ?2`
  const name = sql.get(`SELECT max(v.actor) AS actor, count(*) AS n ${others}`, connection, actor)
  if (Number(name?.["n"] ?? 0) === 0) return null
  const rows = sql.get(
    `SELECT count(*) AS n FROM claim WHERE expired_at IS NULL AND source_group_id IS NOT NULL
      AND claimant IN (SELECT v.claimant ${others})`,
    connection,
    actor
  )
  return { actor: String(name?.["actor"] ?? "an account without a name"), memberships: Number(rows?.["n"] ?? 0) }
}
