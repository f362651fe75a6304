/** People of teams, and the decisions about them, as other parts of the state look them up. */
import type { GuardName } from "../../src/model/Guard.ts"
import type { HeldPart, TeamOp } from "../../src/model/Change.ts"
import type { AgentKey, Decided, Proposal } from "../../src/team/Staff.ts"
import type { Frame } from "../../src/team/TeamStore.ts"
import { connectionId, syncId } from "../database/Intern.ts"
import type { Row, Statements } from "../database/Statements.ts"

export const sourceId = (sql: Statements, source: AgentKey | null): number | null => (source === null ? null : connectionId(sql, source.connection))

/** The number of the person whom a proposal is about, who may not be known yet. */
export const personId = (sql: Statements, { at, to }: Frame, { address, email, name, source }: Proposal): number => {
  const connection = connectionId(sql, to)
  const known = sql.get("SELECT id FROM team_person WHERE connection = ? AND address = ?", connection, address)
  if (known !== undefined) return Number(known["id"])
  return sql.insert(
    `INSERT INTO team_person (connection, address, email, name, source, agent, changed_at)
      VALUES (?, ?, ?, ?, ?, ?, ?)`,
    connection,
    address,
    email,
    name,
    sourceId(sql, source),
    source?.id ?? null,
    at
  )
}

const toDecided = (row: Row): Decided => ({
  part: Number(row["part"]),
  guard: String(row["guard"]) as GuardName,
  decision: String(row["state"]) as HeldPart["decision"],
  op: String(row["op"]) as TeamOp,
  address: String(row["address"]),
  role: String(row["role"]),
  roles: String(row["roles"])
})

export const decided = (sql: Statements, sync: string): ReadonlyArray<Decided> =>
  sql
    .all(
      `SELECT h.*, d.guard, d.state, p.address FROM team_held h
        JOIN held_part d ON d.id = h.part AND d.sync = ? AND d.state IN ('open', 'approved', 'rejected')
       JOIN team_person p ON p.id = h.person ORDER BY h.part`,
      syncId(sql, sync)
    )
    .map(toDecided)
