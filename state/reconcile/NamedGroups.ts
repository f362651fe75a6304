/** Which target groups a person means by a text: a name, a group key, an id or, last, the name of a group at a source. */
import { foldName } from "../../src/model/Group.ts"
import * as Nearest from "../../src/model/Nearest.ts"
import { groupKey } from "../database/Intern.ts"
import type { Statements } from "../database/Statements.ts"

const most = 20000

/** By present or last written name, key or id, the surest kind of agreement only; also groups that are gone. */
export const called = (sql: Statements, text: string): ReadonlyArray<number> => {
  const ranks: ReadonlyArray<readonly [string, string]> = [
    ["folded = ?1 OR lower(written ->> '$.name') = ?1", foldName(text)],
    ["group_key = ?1 OR substr(group_key, instr(group_key, '/') + 1) = ?1", groupKey(sql, text)],
    ["key = ?1", text]
  ]
  for (const [condition, value] of ranks) {
    const found = sql.all(`SELECT id FROM target_group WHERE ${condition} ORDER BY id`, value)
    if (found.length > 0) return found.map((row) => Number(row["id"]))
  }
  return []
}

/** As `called`, or what the present mapping makes of a source group of that name; null: there is neither. */
export const known = (sql: Statements, text: string): ReadonlyArray<number> | null => {
  const groups = called(sql, text)
  if (groups.length > 0) return groups
  const folded = foldName(text)
  const atSource = sql
    .all("SELECT g.name, m.target_group FROM source_group g LEFT JOIN mapping m ON m.source_group = g.id WHERE g.gone_at IS NULL")
    .filter((row) => foldName(String(row["name"])) === folded)
  return atSource.length === 0 ? null : atSource.flatMap((row) => (row["target_group"] === null ? [] : [Number(row["target_group"])]))
}

/** The name at the target or a source that is most like the text; undefined: none is near. */
export const nearest = (sql: Statements, text: string): string | undefined =>
  Nearest.nearest(
    text,
    sql
      .all(`SELECT name FROM target_group UNION SELECT name FROM source_group WHERE gone_at IS NULL ORDER BY 1 LIMIT ${most}`)
      .map((row) => String(row["name"]))
  )
