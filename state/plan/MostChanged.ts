/** Which groups a plan changes most, for the pictures of its report. */
import type { ChangedGroup } from "../../src/model/Result.ts"
import type { Statements } from "../database/Statements.ts"

// The members of those that are shown alone are counted.
const most = `
  SELECT g.name, m.leaving, m.joining, (SELECT count(*) FROM assignment a WHERE a.group_id = m.group_id) AS members
  FROM (SELECT c.group_id, sum(c.op = 'assignment.remove') AS leaving, sum(c.op = 'assignment.add') AS joining,
    count(*) AS n
    FROM candidate_change c WHERE c.part IS NULL AND c.skip_reason IS NULL AND c.op LIKE 'assignment.%'
    GROUP BY c.group_id ORDER BY n DESC, c.group_id LIMIT ?) m
  JOIN target_group g ON g.id = m.group_id ORDER BY m.n DESC, m.group_id`

export const groups = (sql: Statements, limit: number): ReadonlyArray<ChangedGroup> =>
  sql.all(most, limit).map((row) => ({
    name: String(row["name"]),
    members: Number(row["members"]),
    leave: Number(row["leaving"]),
    join: Number(row["joining"])
  }))
