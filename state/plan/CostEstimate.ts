/** What a plan's changes cost, counted in the database. */
import type { TargetDeclaration } from "../../src/contract/Target.ts"
import type { ChangeOp } from "../../src/model/Change.ts"
import type { Estimated } from "../../src/plan/PlanStore.ts"
import type { Statements } from "../database/Statements.ts"

const number = (sql: Statements, text: string, ...values: ReadonlyArray<unknown>): number => Number(sql.get(text, ...values)?.["n"] ?? 0)

/** Free changes and those of the given held parts, in the packs that the target takes. */
export const of = (sql: Statements, { assignments: { add, remove } }: TargetDeclaration, parts: ReadonlyArray<number>): Estimated => {
  const work = "(part IS NULL OR part IN (SELECT value FROM json_each(?2))) AND skip_reason IS NULL"
  const given = JSON.stringify(parts)
  const count = (op: ChangeOp) =>
    number(
      sql,
      `SELECT count(*) AS n FROM candidate_change
    WHERE op = ?1 AND ${work}`,
      op,
      given
    )
  // Who is in a group that is deleted goes with it.
  const packs = (op: ChangeOp, { by, pack }: { readonly by: "group" | "customer"; readonly pack: number }) =>
    number(
      sql,
      `SELECT sum((n + CAST(?3 AS INTEGER) - 1) / CAST(?3 AS INTEGER)) AS n
        FROM (SELECT count(*) AS n FROM candidate_change WHERE op = ?1 AND ${work}
         AND group_id NOT IN (SELECT group_id FROM candidate_change WHERE op = 'group.delete' AND ${work})
         GROUP BY ${by === "group" ? "group_id" : "target_customer_id"})`,
      op,
      given,
      pack
    )
  return {
    creates: count("group.create"),
    updates: count("group.update"),
    deletes: count("group.delete"),
    addCalls: packs("assignment.add", add),
    removeCalls: remove === "none" ? 0 : packs("assignment.remove", remove),
    adds: count("assignment.add"),
    removes: count("assignment.remove")
  }
}
