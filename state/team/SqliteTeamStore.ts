/** What syncs of staff remember, over SQLite. */
import type { Origin } from "../../src/model/Cause.ts"
import type { TeamOp } from "../../src/model/Change.ts"
import type { Known, Place } from "../../src/team/Staff.ts"
import type { Frame, TeamStore } from "../../src/team/TeamStore.ts"
import { connectionId, syncId } from "../database/Intern.ts"
import type { Database } from "../database/Database.ts"
import type { Row, Statements } from "../database/Statements.ts"
import { textOf } from "../database/Columns.ts"
import * as HeldParts from "../plan/HeldParts.ts"
import * as TeamHolds from "./TeamHolds.ts"
import { decided, personId, sourceId } from "./TeamPeople.ts"

const toKnown = (row: Row): Known => ({
  address: String(row["address"]),
  email: String(row["email"]),
  name: textOf(row["name"]),
  origin: textOf(row["origin"]) as Origin as Known["origin"],
  place: textOf(row["place"]) as Place | null,
  member: textOf(row["member"]),
  noted: row["role"] === null ? null : { role: String(row["role"]), roles: String(row["roles"]) },
  source: row["source_name"] === null ? null : { connection: String(row["source_name"]), id: String(row["agent"]) }
})

const people = "SELECT p.*, k.name AS source_name FROM team_person p LEFT JOIN connection k ON k.id = p.source"

const note = (sql: Statements, { at, to }: Frame, one: Known): void => {
  sql.run(
    `INSERT INTO team_person (connection, address, email, name, origin, place, member, role, roles, source, agent,
      changed_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)
     ON CONFLICT (connection, address) DO UPDATE SET email = ?3, name = ?4, origin = ?5, place = ?6, member = ?7,
     role = ?8, roles = ?9, source = ?10, agent = ?11, changed_at = ?12`,
    connectionId(sql, to),
    one.address,
    one.email,
    one.name,
    one.origin,
    one.place,
    one.member,
    one.noted?.role ?? null,
    one.noted?.roles ?? null,
    sourceId(sql, one.source),
    one.source?.id ?? null,
    at
  )
}

const commit = (sql: Statements, frame: Frame, work: Parameters<typeof TeamStore.Service.commit>[1]): void => {
  for (const [seq, { lifted, part, proposal }] of work.entries()) {
    const { cause, member, op, origin, raise, role, roles, source, was } = proposal
    sql.run(
      `INSERT INTO team_planned (run, person, op, seq, role, was, raise, cause, member, roles, origin, source, agent,
        approved, part) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      frame.run,
      personId(sql, frame, proposal),
      op,
      seq,
      role,
      was,
      raise ? 1 : 0,
      cause,
      member,
      roles,
      origin,
      sourceId(sql, source),
      source?.id ?? null,
      lifted || part !== null ? 1 : 0,
      part
    )
  }
}

const lately = (sql: Statements, sync: string, since: number) => {
  const row = sql.get(
    `SELECT sum(a.op = 'member.invite') AS invites, sum(a.raise) AS raises, sum(a.op = 'member.remove') AS removals
      FROM team_planned a JOIN run r ON r.id = a.run
     WHERE a.state = 'done' AND a.approved = 0 AND a.settled_at > ? AND r.sync = ?`,
    since,
    syncId(sql, sync)
  )
  return { invites: Number(row?.["invites"] ?? 0), raises: Number(row?.["raises"] ?? 0), removals: Number(row?.["removals"] ?? 0) }
}

export const make = (database: Database): typeof TeamStore.Service => ({
  known: (to) =>
    database.use(
      (sql) =>
        new Map(
          sql
            .all(`${people} WHERE p.connection = (SELECT id FROM connection WHERE name = ?)`, to)
            .map(toKnown)
            .map((one) => [one.address, one] as const)
        )
    ),
  note: (frame, notes) => database.use((sql) => notes.forEach((one) => note(sql, frame, one))),
  decided: (sync) => database.use((sql) => decided(sql, sync)),
  lately: (sync, since) => database.use((sql) => lately(sql, sync, since)),
  refusals: (to) =>
    database.use((sql) =>
      sql
        .all(
          `SELECT r.*, p.address FROM team_refused r JOIN team_person p ON p.id = r.person
            WHERE p.connection = (SELECT id FROM connection WHERE name = ?)`,
          to
        )
        .map((row) => ({
          op: String(row["op"]) as TeamOp,
          address: String(row["address"]),
          role: String(row["role"]),
          roles: String(row["roles"]),
          nextAt: Number(row["next_at"])
        }))
    ),
  hold: (frame, held, proposals, believed) => database.use((sql) => TeamHolds.hold(sql, frame, held, proposals, believed)),
  lift: (frame, lifts) => database.use((sql) => TeamHolds.lift(sql, frame, lifts)),
  parts: ({ run, sync }) => database.use((sql) => HeldParts.open(sql, syncId(sql, sync), run)),
  commit: (frame, work) => database.use((sql) => commit(sql, frame, work)),
  person: (address) =>
    database.use((sql) =>
      sql
        .all(
          `SELECT q.*, n.name AS target FROM (${people}) q JOIN connection n ON n.id = q.connection
          WHERE q.address = ? ORDER BY q.changed_at DESC`,
          address
        )
        .map((row) => ({ to: String(row["target"]), known: toKnown(row) }))
    )
})
