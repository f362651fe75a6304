/** Which groups a person or a name is about, over the state and the mapping that was made last. */
import type { SyncConfig } from "../src/config/Config.ts"
import { foldName } from "../src/model/Group.ts"
import type { GroupRef, Person } from "../src/run/Explanation.ts"
import type { Row, Statements } from "./Database.ts"
import { claimants, handleText, numberOf, textOf } from "./Explained.ts"

/** The sync wished for the group, or did or held something in it. */
const touched = (sql: Statements, sync: number, group: number): boolean =>
  sql.get(
    `SELECT 1 WHERE EXISTS (SELECT 1 FROM claim c WHERE c.claimant IN ${claimants} AND c.grp = ?2)
       OR EXISTS (SELECT 1 FROM run r JOIN planned p ON p.run = r.id AND p.op IN ('assignment.add', 'assignment.remove', 'group.create') AND p.grp = ?2 WHERE r.sync = ?1)
       OR EXISTS (SELECT 1 FROM held_part h JOIN held_row r ON r.part = h.id AND r.grp = ?2 WHERE h.sync = ?1)`,
    sync,
    group
  ) !== undefined

const wantedOf = (sql: Statements, number: number | null, handle: string | null): Row | undefined =>
  sql.get("SELECT * FROM wanted WHERE target_group = ?1 OR handle = ?2 ORDER BY target_group IS NULL LIMIT 1", number, handle)

const ofTarget = (sql: Statements, sync: SyncConfig, number: number): GroupRef | null => {
  const row = sql.get("SELECT * FROM target_group WHERE id = ?", number)
  if (row === undefined) return null
  const wanted = wantedOf(sql, number, textOf(row["handle"]))
  const deleted = row["gone_at"] !== null || row["basis"] === "deleted-at-target"
  return {
    number,
    source: null,
    id: row["gone_at"] === null ? textOf(row["key"]) : null,
    name: String(row["name"]),
    handle: textOf(wanted?.["handle"]) ?? textOf(row["handle"]),
    gone: deleted && !(row["gone_at"] === null && row["key"] !== null) ? { since: row["gone_at"] === null ? null : Number(row["gone_at"]) } : null,
    membersReadAt: row["members_read_at"] === null ? null : Number(row["members_read_at"]),
    blocked: textOf(wanted?.["blocked"]),
    own: wanted !== undefined || touched(sql, numberOf(sql, "sync", sync.name), number)
  }
}

/** The target's group behind a handle, whether it is there or still to be made; else the wish alone. */
const ofHandle = (sql: Statements, sync: SyncConfig, handle: string): GroupRef | null => {
  const wanted = wantedOf(sql, null, handle)
  const known = sql.get("SELECT id FROM target_group WHERE connection = ? AND handle = ?", numberOf(sql, "connection", sync.to), handle)?.["id"]
  const number = wanted?.["target_group"] ?? known
  if (number !== null && number !== undefined) return ofTarget(sql, sync, Number(number))
  if (wanted === undefined) return null
  return {
    number: null,
    source: null,
    id: null,
    name: String(wanted["name"]),
    handle,
    gone: null,
    membersReadAt: null,
    blocked: textOf(wanted["blocked"]),
    own: true
  }
}

const ofSource = (sql: Statements, sync: SyncConfig, row: Row): GroupRef => {
  const mapped = textOf(sql.get("SELECT handle FROM mapping WHERE source_group = ?", row["id"])?.["handle"])
  const found = ofHandle(sql, sync, mapped ?? String(row["handle"]))
  if (found !== null) return found
  return {
    number: null,
    source: Number(row["id"]),
    id: null,
    name: String(row["name"]),
    handle: null,
    gone: null,
    membersReadAt: null,
    blocked: null,
    own: true
  }
}

/** Each group once, by name; those that are there before those that are gone. */
const distinct = (refs: ReadonlyArray<GroupRef | null>): ReadonlyArray<GroupRef> => {
  const seen = new Map<string, GroupRef>()
  for (const ref of refs) if (ref !== null) seen.set(ref.number !== null ? `#${ref.number}` : (ref.handle ?? `source ${ref.source}`), ref)
  return [...seen.values()].sort((a, b) => Number(a.gone !== null) - Number(b.gone !== null) || (a.name < b.name ? -1 : 1))
}

export const ofPerson = (sql: Statements, sync: SyncConfig, { people, customer }: Person): ReadonlyArray<GroupRef> => {
  const id = numberOf(sql, "sync", sync.name)
  const known =
    customer === null
      ? []
      : sql.all(
          `SELECT g.id FROM target_group g WHERE g.connection = ?3 AND g.id IN (
             SELECT grp FROM assignment WHERE customer = ?2 UNION SELECT grp FROM drift WHERE customer = ?2 UNION SELECT grp FROM pin WHERE customer = ?2
             UNION SELECT grp FROM refused WHERE customer = ?2 UNION SELECT grp FROM claim WHERE customer = ?2 AND claimant IN ${claimants}
             UNION SELECT r.grp FROM held_row r JOIN held_part h ON h.id = r.part AND h.sync = ?1 WHERE r.customer = ?2
             UNION SELECT p.grp FROM planned p JOIN run r ON r.id = p.run AND r.sync = ?1 WHERE p.customer = ?2)`,
          id,
          customer.number,
          numberOf(sql, "connection", sync.to)
        )
  const persons = JSON.stringify(people.map(({ number }) => number))
  const due = sql.all(
    `SELECT DISTINCT handle FROM mapping WHERE source_group IN (SELECT grp FROM source_membership WHERE customer IN (SELECT value FROM json_each(?1))
       UNION SELECT i.grp FROM source_inclusion i JOIN source_membership m ON m.grp = i.organization WHERE m.customer IN (SELECT value FROM json_each(?1)))`,
    persons
  )
  return distinct([...known.map((row) => ofTarget(sql, sync, Number(row["id"]))), ...due.map((row) => ofHandle(sql, sync, String(row["handle"])))])
}

export const named = (sql: Statements, sync: SyncConfig, text: string): ReadonlyArray<GroupRef> => {
  const to = numberOf(sql, "connection", sync.to)
  const targets = (condition: string, value: string) =>
    sql.all(`SELECT id FROM target_group WHERE connection = ?1 AND ${condition}`, to, value).map((row) => ofTarget(sql, sync, Number(row["id"])))
  const wishes = (condition: string, value: string) =>
    sql.all(`SELECT handle FROM wanted WHERE ${condition}`, value).map((row) => ofHandle(sql, sync, String(row["handle"])))
  const afterSlash = "(handle = ?V OR substr(handle, instr(handle, '/') + 1) = ?V)"
  const ranks: ReadonlyArray<() => ReadonlyArray<GroupRef | null>> = [
    () => [
      ...targets("(folded = ?2 OR lower(written ->> '$.name') = ?2) AND (key IS NOT NULL OR handle IS NOT NULL)", foldName(text)),
      ...wishes("folded = ?1", foldName(text))
    ],
    () => [...targets(afterSlash.replaceAll("?V", "?2"), text), ...wishes(afterSlash.replaceAll("?V", "?1"), text)],
    () => targets("key = ?2", text),
    () =>
      sql
        .all(
          `SELECT g.id, g.name, ${handleText} AS handle FROM source_group g JOIN connection k ON k.id = g.connection
           WHERE k.name IN (SELECT value FROM json_each(?1)) AND (g.key = ?2 OR ${handleText} = ?2 OR ${handleText} = k.name || '/' || ?2 OR lower(g.name) = lower(?2))`,
          JSON.stringify(sync.from),
          text
        )
        .map((row) => ofSource(sql, sync, row))
  ]
  for (const rank of ranks) {
    const found = distinct(rank())
    const there = found.filter(({ gone }) => gone === null)
    if (found.length > 0) return there.length > 0 ? there : found
  }
  return []
}
