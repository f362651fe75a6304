/** What rests on names of the config, in SQL. Counts only what no configured sync goes on with; of the rest it is enough that there is some. */
import type { Kept, Left, NamedConnection, Sources } from "../../src/run/NameStore.ts"
import { textOf } from "../database/Columns.ts"
import type { Statements } from "../database/Statements.ts"

const claims = "EXISTS (SELECT 1 FROM claim c WHERE c.claimant = o.id)"
const isSource = `(EXISTS (SELECT 1 FROM claimant o WHERE o.connection = k.id AND ${claims})
  OR EXISTS (SELECT 1 FROM team_person p WHERE p.source = k.id))`
const isTarget = `(EXISTS (SELECT 1 FROM target_group g WHERE g.connection = k.id AND g.group_key IS NOT NULL
  AND g.key IS NOT NULL)
  OR EXISTS (SELECT 1 FROM team_person p WHERE p.connection = k.id AND p.origin IS NOT NULL))`

const connections = (sql: Statements): ReadonlyArray<NamedConnection> =>
  sql
    .all(`SELECT k.name, k.connector, k.account, ${isTarget} AS is_target FROM connection k
    WHERE ${isSource} OR ${isTarget} ORDER BY k.id`)
    .map((row) => ({
      name: String(row["name"]),
      connector: textOf(row["connector"]),
      account: textOf(row["account"]),
      isTarget: row["is_target"] === 1
    }))

/** Memberships of one claimant in groups of another target than `?2` (null: of any). */
const elsewhere = `SELECT n.name, g.connection, sum((SELECT count(*) FROM claim c
  WHERE c.claimant = ?1 AND c.group_id = g.id)) AS n FROM target_group g
  JOIN connection n ON n.id = g.connection WHERE n.name IS NOT ?2
  AND EXISTS (SELECT 1 FROM claim c WHERE c.claimant = ?1 AND c.group_id = g.id) GROUP BY g.connection ORDER BY 1`

const memberships = (sql: Statements, configured: ReadonlyArray<Sources>): ReadonlyArray<Left> =>
  sql
    .all(
      `SELECT o.id, s.name AS sync, k.name AS source FROM claimant o JOIN sync s ON s.id = o.sync
        JOIN connection k ON k.id = o.connection WHERE ${claims} ORDER BY o.id`
    )
    .flatMap((row) => {
      const [sync, from] = [String(row["sync"]), String(row["source"])]
      const present = configured.find((one) => one.sync === sync && !one.team)
      const goesOnTo = present?.from.includes(from) === true ? present.to : null
      return sql.all(elsewhere, row["id"], goesOnTo).map((found) => ({ sync, from, to: String(found["name"]), rows: Number(found["n"]), team: false }))
    })

/** A held part waits, a decision on one holds, or the sync is paused. */
const decided = `(s.paused_until > ?2 OR EXISTS (SELECT 1 FROM held_part p
  WHERE p.sync = s.id AND p.state <> 'closed' AND p.guard <> 'configGone'
  AND (EXISTS (SELECT 1 FROM held_row r WHERE r.part = p.id)
    OR EXISTS (SELECT 1 FROM team_held r WHERE r.part = p.id))))`

const ofTeam = "EXISTS (SELECT 1 FROM run r JOIN team_planned t ON t.run = r.id WHERE r.sync = s.id)"

const decisions = (sql: Statements, configured: ReadonlyArray<Sources>, now: number): ReadonlyArray<Left> =>
  sql
    .all(
      `SELECT s.name, ${ofTeam} AS team FROM sync s WHERE s.name NOT IN (SELECT value FROM json_each(?1)) AND ${decided}
        ORDER BY s.id`,
      JSON.stringify(configured.map(({ sync }) => sync)),
      now
    )
    .map((row) => ({ sync: String(row["name"]), from: null, to: null, rows: 0, team: row["team"] === 1 }))

const invited = (sql: Statements, configured: ReadonlyArray<Sources>): ReadonlyArray<Left> =>
  sql
    .all(
      `SELECT i.name, i.n, (SELECT s.name FROM team_planned t JOIN run r ON r.id = t.run JOIN sync s ON s.id = r.sync
        WHERE t.person = i.last ORDER BY r.id DESC LIMIT 1) AS sync
       FROM (SELECT k.name, count(*) AS n, max(p.id) AS last FROM team_person p JOIN connection k ON k.id = p.connection
         WHERE p.origin = 'applied' AND k.name NOT IN (SELECT value FROM json_each(?)) GROUP BY k.id) i ORDER BY 1`,
      JSON.stringify(configured.flatMap(({ team, to }) => (team ? [to] : [])))
    )
    .map((row) => ({ sync: textOf(row["sync"]) ?? String(row["name"]), from: null, to: String(row["name"]), rows: Number(row["n"]), team: true }))

export const find = (sql: Statements, configured: ReadonlyArray<Sources>, now: number): Kept => {
  const rested = new Set(
    sql
      .all(
        `SELECT s.name FROM sync s WHERE EXISTS (SELECT 1 FROM baseline b WHERE b.sync = s.id)
          OR EXISTS (SELECT 1 FROM claimant o WHERE o.sync = s.id AND ${claims}) OR ${ofTeam}`
      )
      .map((row) => String(row["name"]))
  )
  const left = memberships(sql, configured)
  const named = new Set(left.map(({ sync }) => sync))
  return {
    left: [...left, ...decisions(sql, configured, now).filter(({ sync }) => !named.has(sync)), ...invited(sql, configured)],
    connections: connections(sql),
    newSyncs: configured.map(({ sync }) => sync).filter((sync) => !rested.has(sync))
  }
}
