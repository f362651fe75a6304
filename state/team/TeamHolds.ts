/** Held parts of syncs of staff in SQL. */
import { type Held, isAbout, type Judged } from "../../src/team/Guards.ts"
import type { Decided, Proposal } from "../../src/team/Staff.ts"
import type { Frame, HeldProposal } from "../../src/team/TeamStore.ts"
import * as DecisionLog from "../database/DecisionLog.ts"
import { syncId } from "../database/Intern.ts"
import type { Statements } from "../database/Statements.ts"
import * as OpenPart from "../plan/OpenPart.ts"
import { decided, personId, sourceId } from "./TeamPeople.ts"

const store = (sql: Statements, frame: Frame, part: number, proposal: Proposal): void => {
  const { cause, op, origin, role, roles, source, was } = proposal
  sql.run(
    "INSERT OR REPLACE INTO team_held VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    part,
    op,
    personId(sql, frame, proposal),
    role,
    was,
    cause,
    roles,
    origin,
    sourceId(sql, source),
    source?.id ?? null
  )
}

/** A row of an open part stays as long as its part's guard holds it; one that was decided on as long as the change is still due. */
const stands = (row: Decided, held: ReadonlyArray<Held>, proposals: ReadonlyArray<Proposal>): boolean =>
  row.decision === "open"
    ? held.some((one) => one.guard === row.guard && one.proposals.some((proposal) => isAbout(row, proposal)))
    : proposals.some((proposal) => isAbout(row, proposal))

export const hold = (
  sql: Statements,
  frame: Frame,
  held: ReadonlyArray<Held>,
  proposals: ReadonlyArray<Proposal>,
  believed: (row: Decided) => boolean
): ReadonlyArray<HeldProposal> => {
  const person = "(SELECT id FROM team_person WHERE connection = (SELECT id FROM connection WHERE name = ?) AND address = ?)"
  for (const row of decided(sql, frame.sync)) {
    if (!stands(row, held, proposals) && believed(row))
      sql.run(
        `DELETE FROM team_held WHERE part = ? AND op = ?
        AND person = ${person}`,
        row.part,
        row.op,
        frame.to,
        row.address
      )
  }
  const sync = syncId(sql, frame.sync)
  const rows = held.flatMap((one) => {
    const part = OpenPart.store(sql, { sync, staff: true, run: frame.run, now: frame.at, keepsLargest: false }, one)
    for (const proposal of one.proposals) store(sql, frame, part, proposal)
    return one.proposals.map((proposal) => ({ part, proposal }))
  })
  sql.run(
    `UPDATE held_part SET state = 'closed', closed_at = ? WHERE sync = ? AND staff = 1 AND state = 'open'
      AND NOT EXISTS (SELECT 1 FROM team_held h WHERE h.part = held_part.id)`,
    frame.at,
    sync
  )
  return rows
}

export const lift = (sql: Statements, { at, run, sync }: Frame, lifts: Judged["lifts"]): void => {
  for (const one of lifts) DecisionLog.noteLift(sql, sync, run, one, at)
}
