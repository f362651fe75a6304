/** How many active customers a source group has, in SQL: what `where: members` compares and `explain` shows. */

/** Of the source group `g`: its direct members and those of the organizations that carry it, each once. */
export const ofGroup = `(SELECT count(DISTINCT m.source_customer_id) FROM source_membership m
  CROSS JOIN active_customer c ON c.id = m.source_customer_id
  WHERE m.group_id IN (SELECT g.id UNION ALL SELECT i.organization FROM source_inclusion i WHERE i.group_id = g.id))`
