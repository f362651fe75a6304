/** How many active customers a source group has, in SQL: what `where: members` compares and `explain` shows. */
import type { Statements } from "../database/Statements.ts"

/** Of the source group `g`: its direct members and those of the organizations that carry it, each once. */
export const ofGroup = `(SELECT count(DISTINCT m.source_customer_id) FROM source_membership m
  CROSS JOIN active_customer c ON c.id = m.source_customer_id
  WHERE m.group_id IN (SELECT g.id UNION ALL SELECT i.organization FROM source_inclusion i WHERE i.group_id = g.id))`

/**
 * Counts those of all groups into `group_size`. One pass over the memberships, whose customers are always there, takes a third of the time that
 * a look-up for each takes; groups that organizations carry, in which a customer may be in several ways, are counted one by one.
 */
export const countAll = (sql: Statements): void => {
  sql.run("DELETE FROM group_size")
  sql.run(
    `INSERT INTO group_size SELECT group_id, count(*) FROM source_membership
     WHERE source_customer_id NOT IN (SELECT id FROM inactive_customer) GROUP BY group_id`
  )
  sql.run(`INSERT OR REPLACE INTO group_size SELECT g.id, ${ofGroup} FROM source_group g WHERE g.id IN (SELECT group_id FROM source_inclusion)`)
}
