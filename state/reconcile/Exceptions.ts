/**
 * The lines of exceptions.csv over the target's groups and customers. A line is bound to the group and the customers that it first named, and
 * stays bound to them while it stands in the file: a rename at the source, at the target or in the config changes nothing of what it means.
 */
import type { ExceptionRow } from "../../src/config/Config.ts"
import * as Address from "../../src/model/Address.ts"
import { foldName } from "../../src/model/Group.ts"
import type { Frame } from "../../src/reconcile/ReconcileStore.ts"
import { numberOf } from "../database/Columns.ts"
import { connectionId, groupKey, syncId } from "../database/Intern.ts"
import type { Statements } from "../database/Statements.ts"
import * as Doubts from "./Doubts.ts"

const numbers = (rows: ReadonlyArray<Readonly<Record<string, unknown>>>): ReadonlyArray<number> => rows.map((row) => Number(row["id"]))

/**
 * The customers that a line names. One that may be another person's, by an address that differs in the case of other letters than A to Z or because its
 * source customer is ambiguous, is kept out at most.
 */
const customersOf = (sql: Statements, to: number, { email, what }: ExceptionRow, address: string): ReadonlyArray<number> =>
  numbers(
    sql
      .all(
        `SELECT id, email FROM target_customer WHERE connection = ?1 AND gone_at IS NULL AND address = ?2
         UNION SELECT l.target_customer_id, c.email FROM customer_link l JOIN source_customer c ON c.id = l.source_customer_id
         WHERE l.target_connection = ?1 AND c.address = ?2
         AND (?3 = 'never' OR c.id NOT IN (SELECT source_customer_id FROM ambiguous_customer))`,
        to,
        address,
        what
      )
      .filter((row) => what === "never" || Address.isSame(String(row["email"]), email))
  )

/** Groups of the present mapping that a line's group names: by name or group key. */
const mappedGroups = (sql: Statements, name: string): ReadonlyArray<number> =>
  numbers(
    sql.all(
      `SELECT target_group AS id FROM desired_group WHERE blocked IS NULL AND target_group IS NOT NULL
        AND (folded = ? OR group_key = ?)`,
      foldName(name),
      name
    )
  )

/** Groups that nothing maps to any more and that exceptions still keep customers in, by the names that these may use. */
const keptGroups = (sql: Statements, sync: number, name: string): ReadonlyArray<number> =>
  numbers(
    sql
      .all(
        `SELECT DISTINCT t.id, t.folded, t.group_key, coalesce(t.written ->> '$.name', t.name) AS name FROM claim c
          JOIN target_group t ON t.id = c.group_id
         WHERE c.claimant IN (SELECT id FROM claimant WHERE sync = ?1) AND c.source_group_id IS NULL
         AND t.id NOT IN (SELECT target_group FROM desired_group WHERE target_group IS NOT NULL)`,
        sync
      )
      .filter((row) => row["group_key"] === groupKey(sql, name) || [row["folded"], foldName(String(row["name"]))].includes(foldName(name)))
  )

const isMapped = "b.group_id IN (SELECT target_group FROM desired_group WHERE target_group IS NOT NULL)"
const ofLine = "b.sync = ?1 AND b.address = ?2 AND b.name = ?3"

/** Groups and customers that the line was bound to, as far as they are still there. */
const bound = (sql: Statements, ...line: readonly [sync: number, address: string, name: string]) => ({
  groups: numbers(
    sql.all(
      `SELECT DISTINCT b.group_id AS id FROM exception_binding b JOIN target_group g ON g.id = b.group_id
        WHERE ${ofLine} AND (${isMapped} OR (g.key IS NOT NULL AND g.gone_at IS NULL))`,
      ...line
    )
  ),
  customers: numbers(
    sql.all(
      `SELECT DISTINCT t.id FROM exception_binding b JOIN target_customer t ON t.id = b.target_customer_id
        AND t.gone_at IS NULL WHERE ${ofLine}`,
      ...line
    )
  )
})

const isInForce = ({ until }: ExceptionRow, now: number): boolean => until === null || until >= now
const inForce = ({ sync, now }: Frame): ReadonlyArray<ExceptionRow> => sync.exceptions.filter((row) => isInForce(row, now))

const bindLine = (sql: Statements, frame: Frame, row: ExceptionRow): void => {
  const [sync, to] = [syncId(sql, frame.sync.name), connectionId(sql, frame.sync.to)]
  const [address, name] = [Address.normalise(row.email) ?? row.email, foldName(row.group)]
  const before = bound(sql, sync, address, name)
  const groups = before.groups.length > 0 ? before.groups : [...new Set([...mappedGroups(sql, row.group), ...keptGroups(sql, sync, row.group)])]
  const customers = [...new Set([...before.customers, ...customersOf(sql, to, row, address)])]
  for (const group of groups) {
    // The row of no customer binds the group also while the target does not know the address.
    for (const customer of [0, ...customers]) {
      sql.run(
        `INSERT INTO exception_binding VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
          ON CONFLICT (sync, address, name, group_id, target_customer_id) DO UPDATE SET what = excluded.what,
           run = CASE WHEN group_id IN (SELECT target_group FROM desired_group
             WHERE target_group IS NOT NULL) THEN excluded.run ELSE run END`,
        sync,
        address,
        name,
        group,
        customer,
        row.what,
        frame.run
      )
      sql.run("INSERT INTO exception_row VALUES (?, ?, ?, ?)", row.line, row.what, group, customer)
    }
  }
  if (groups.length === 0) for (const customer of [0, ...customers]) sql.run("INSERT INTO exception_row VALUES (?, ?, 0, ?)", row.line, row.what, customer)
}

/**
 * Works out the rows that the lines in force are about, and binds lines that were not bound yet. A line that was taken out of the file, or
 * whose day is over, is bound no more. A file that has lost all its lines decides nothing: its bindings stay, and `note` holds what they are about.
 */
export const bind = (sql: Statements, frame: Frame): void => {
  sql.run("DELETE FROM exception_row")
  for (const row of inForce(frame)) bindLine(sql, frame, row)
  if (frame.sync.exceptions.length === 0) return
  const lines = inForce(frame).map((row) => [Address.normalise(row.email) ?? row.email, foldName(row.group)])
  sql.run(
    `DELETE FROM exception_binding WHERE sync = ?1 AND (address, name) NOT IN (SELECT value ->> 0, value ->> 1
      FROM json_each(?2))`,
    syncId(sql, frame.sync.name),
    JSON.stringify(lines)
  )
}

/** Rows that a line in force keeps out, as (group_id, target_customer_id). */
export const never = `SELECT group_id, target_customer_id FROM exception_row
  WHERE what = 'never' AND group_id <> 0 AND target_customer_id <> 0`

/** Rows that a line in force keeps in, as (group_id, target_customer_id). */
export const always = `SELECT group_id, target_customer_id FROM exception_row
  WHERE what = 'always' AND group_id <> 0 AND target_customer_id <> 0`

const lostRows = `FROM candidate_change c JOIN exception_binding b ON b.sync = ?1 AND b.group_id = c.group_id
  AND b.target_customer_id = c.target_customer_id
  AND c.op = CASE b.what WHEN 'always' THEN 'assignment.remove' ELSE 'assignment.add' END`

const linesBound = (sql: Statements, sync: number): number =>
  Number(sql.get("SELECT count(DISTINCT address || char(10) || name) AS n FROM exception_binding WHERE sync = ?", sync)?.["n"])

/** Whether a file that had lines has none. */
const lost = (sql: Statements, { sync }: Frame): number => (sync.exceptions.length > 0 ? 0 : linesBound(sql, syncId(sql, sync.name)))

/**
 * Puts in doubt, under `exceptions`: what a file that lost all its lines spoke against, and additions of a `never` customer to groups that came up
 * after the line's own group was mapped last, for one of them may be that group by another name.
 */
export const note = (sql: Statements, frame: Frame): void => {
  const sync = syncId(sql, frame.sync.name)
  const lines = lost(sql, frame)
  if (lines > 0) {
    // A person who approved any of it has seen that the lines are gone: only what still waits keeps them.
    if (sql.get(`SELECT 1 ${lostRows} WHERE c.approved = 1`, sync) !== undefined)
      sql.run(
        `DELETE FROM exception_binding WHERE sync = ?1 AND (group_id, target_customer_id) NOT IN
          (SELECT c.group_id, c.target_customer_id ${lostRows} WHERE c.approved = 0)`,
        sync
      )
    Doubts.note(
      sql,
      "exceptions",
      `SELECT c.op, c.group_id,
      c.target_customer_id ${lostRows}`,
      { code: "exceptions-lost", lines },
      sync
    )
  }
  const unmapped = `SELECT DISTINCT x.line, b.target_customer_id, b.run, b.group_id FROM exception_row x
    JOIN exception_binding b ON b.sync = ?1 AND b.group_id = x.group_id AND b.target_customer_id = x.target_customer_id
    WHERE x.what = 'never' AND x.target_customer_id <> 0 AND NOT ${isMapped}`
  for (const row of sql.all(`SELECT DISTINCT line, name FROM (${unmapped}) u JOIN target_group g ON g.id = u.group_id`, sync)) {
    Doubts.note(
      sql,
      "exceptions",
      `SELECT c.op, c.group_id, c.target_customer_id FROM (${unmapped}) u
        JOIN candidate_change c ON c.op = 'assignment.add' AND c.target_customer_id = u.target_customer_id
       JOIN target_group g ON g.id = c.group_id AND (g.key IS NULL OR g.run > u.run) WHERE u.line = ?2`,
      { code: "exception-unmatched", line: Number(row["line"]), group: String(row["name"]) },
      sync,
      row["line"]
    )
  }
}

const reachesNobody = ({ email, line }: ExceptionRow, to: string): string =>
  `exceptions line ${line}: no customer at ${to} is known by ${email}, so it reaches nobody`

/** Lines in force of which it is known, without a run, that they reach no customer: the target was asked for the address, or a run has bound the line. */
export const unreached = (sql: Statements, { exceptions, name, to }: Frame["sync"], now: number): ReadonlyArray<string> => {
  const [sync, target] = [numberOf(sql, "sync", name), numberOf(sql, "connection", to)]
  return exceptions
    .filter((row) => isInForce(row, now))
    .flatMap((row) => {
      const [address, group] = [Address.normalise(row.email) ?? row.email, foldName(row.group)]
      const isAsked = sql.get(
        `SELECT 1 FROM lookup WHERE connection = ?1 AND address = ?2 UNION ALL
          SELECT 1 FROM exception_binding WHERE sync = ?3 AND address = ?2 AND name = ?4`,
        target,
        address,
        sync,
        group
      )
      const customers = [...customersOf(sql, target, row, address), ...bound(sql, sync, address, group).customers]
      return isAsked === undefined || customers.length > 0 ? [] : [reachesNobody(row, to)]
    })
}

const lineWarnings = (sql: Statements, { sync }: Frame, row: ExceptionRow): ReadonlyArray<string> => {
  const mapped = sql.all(
    `SELECT DISTINCT w.name, w.group_key FROM exception_row x JOIN desired_group w ON w.target_group = x.group_id
      WHERE x.line = ? ORDER BY w.group_key`,
    row.line
  )
  const reached = sql.get("SELECT 1 FROM exception_row WHERE line = ? AND target_customer_id <> 0", row.line) !== undefined
  const renamed = mapped.filter(({ group_key: key, name }) => foldName(String(name)) !== foldName(row.group) && key !== groupKey(sql, row.group))
  const found = mapped.length === 0 ? [`no mapped group is called "${row.group}", so it changes nothing`] : []
  const former = renamed.map(({ name }) => `"${row.group}" is called "${String(name)}" now; the line goes on for it, and should be given that name`)
  return [...[...found, ...former].map((text) => `exceptions line ${row.line}: ${text}`), ...(reached ? [] : [reachesNobody(row, sync.to)])]
}

/** What a person should know of the lines: those that reach no group or no customer, those that go by a former name, and a file that lost its lines. */
export const warnings = (sql: Statements, frame: Frame): ReadonlyArray<string> => {
  const lines = lost(sql, frame)
  const words = `the exceptions file has no lines any more, and ${lines} ${lines === 1 ? "was" : "were"} in force: what they decided is held, not ended`
  return [...(lines === 0 ? [] : [words]), ...inForce(frame).flatMap((row) => lineWarnings(sql, frame, row))]
}
