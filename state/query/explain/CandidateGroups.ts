/** Which groups a person or a name is about, over the state and the mapping that was made last. */
import type { SyncConfig } from "../../../src/config/Config.ts"
import * as BlockReason from "../../../src/model/BlockReason.ts"
import { foldName } from "../../../src/model/Group.ts"
import type { GroupRef, Person } from "../../../src/explain/ExplanationStore.ts"
import { groupKey } from "../../database/Intern.ts"
import type { Row, Statements } from "../../database/Statements.ts"
import { claimants, handleText } from "./ExplainSql.ts"
import { numberOf, textOf } from "../../database/Columns.ts"

/** The sync wanted the group, or did or held something in it. */
const touched = (sql: Statements, sync: number, group: number): boolean =>
  sql.get(
    `SELECT 1 WHERE EXISTS (SELECT 1 FROM claim c WHERE c.claimant IN ${claimants} AND c.group_id = ?2)
       OR EXISTS (SELECT 1 FROM run r JOIN planned_change p ON p.run = r.id
         AND p.op IN ('assignment.add', 'assignment.remove', 'group.create') AND p.group_id = ?2 WHERE r.sync = ?1)
       OR EXISTS (SELECT 1 FROM held_part h JOIN held_row r ON r.part = h.id AND r.group_id = ?2 WHERE h.sync = ?1)`,
    sync,
    group
  ) !== undefined

const wantedOf = (sql: Statements, number: number | null, handle: string | null): Row | undefined =>
  sql.get("SELECT * FROM desired_group WHERE target_group = ?1 OR group_key = ?2 ORDER BY target_group IS NULL LIMIT 1", number, handle)

const blockedBy = (wanted: Row | undefined): BlockReason.BlockReason | null => {
  const stored = textOf(wanted?.["blocked"])
  return stored === null ? null : BlockReason.decode(stored)
}

const ofTarget = (sql: Statements, sync: SyncConfig, number: number): GroupRef | null => {
  const row = sql.get("SELECT * FROM target_group WHERE id = ?", number)
  if (row === undefined) return null
  const wanted = wantedOf(sql, number, textOf(row["group_key"]))
  const deleted = row["gone_at"] !== null || row["basis"] === "deleted-at-target"
  return {
    number,
    source: null,
    id: row["gone_at"] === null ? textOf(row["key"]) : null,
    name: String(row["name"]),
    handle: textOf(wanted?.["group_key"]) ?? textOf(row["group_key"]),
    gone: deleted && !(row["gone_at"] === null && row["key"] !== null) ? { since: row["gone_at"] === null ? null : Number(row["gone_at"]) } : null,
    membersReadAt: row["members_read_at"] === null ? null : Number(row["members_read_at"]),
    blocked: blockedBy(wanted),
    own: wanted !== undefined || touched(sql, numberOf(sql, "sync", sync.name), number)
  }
}

/** The target's group behind a handle, whether it is there or still to be made; else the desired group alone. */
const ofHandle = (sql: Statements, sync: SyncConfig, handle: string): GroupRef | null => {
  const wanted = wantedOf(sql, null, handle)
  const known = sql.get("SELECT id FROM target_group WHERE connection = ? AND group_key = ?", numberOf(sql, "connection", sync.to), handle)?.["id"]
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
    blocked: blockedBy(wanted),
    own: true
  }
}

const ofSource = (sql: Statements, sync: SyncConfig, row: Row): GroupRef => {
  const mapped = textOf(sql.get("SELECT group_key FROM mapping WHERE source_group = ?", row["id"])?.["group_key"])
  const found = ofHandle(sql, sync, mapped ?? String(row["group_key"]))
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
             SELECT group_id FROM assignment WHERE target_customer_id = ?2
             UNION SELECT group_id FROM manual_removal WHERE target_customer_id = ?2
             UNION SELECT group_id FROM undo_pin WHERE target_customer_id = ?2
             UNION SELECT group_id FROM refused WHERE target_customer_id = ?2
             UNION SELECT group_id FROM claim WHERE target_customer_id = ?2 AND claimant IN ${claimants}
             UNION SELECT r.group_id FROM held_row r JOIN held_part h ON h.id = r.part AND h.sync = ?1
             WHERE r.target_customer_id = ?2
             UNION SELECT p.group_id FROM planned_change p JOIN run r ON r.id = p.run AND r.sync = ?1
             WHERE p.target_customer_id = ?2)`,
          id,
          customer.number,
          numberOf(sql, "connection", sync.to)
        )
  const persons = JSON.stringify(people.map(({ number }) => number))
  const due = sql.all(
    `SELECT DISTINCT group_key FROM mapping WHERE source_group IN (SELECT group_id FROM group_member
      WHERE source_customer_id IN (SELECT value FROM json_each(?1)))`,
    persons
  )
  return distinct([...known.map((row) => ofTarget(sql, sync, Number(row["id"]))), ...due.map((row) => ofHandle(sql, sync, String(row["group_key"])))])
}

export const named = (sql: Statements, sync: SyncConfig, text: string): ReadonlyArray<GroupRef> => {
  const to = numberOf(sql, "connection", sync.to)
  const targets = (condition: string, value: string) =>
    sql
      .all(
        `SELECT id FROM target_group WHERE connection = ?1
      AND ${condition}`,
        to,
        value
      )
      .map((row) => ofTarget(sql, sync, Number(row["id"])))
  const wishes = (condition: string, value: string) =>
    sql
      .all(
        `SELECT group_key FROM desired_group
      WHERE ${condition}`,
        value
      )
      .map((row) => ofHandle(sql, sync, String(row["group_key"])))
  const key = groupKey(sql, text)
  const afterSlash = "(group_key = ?V OR substr(group_key, instr(group_key, '/') + 1) = ?V)"
  const ranks: ReadonlyArray<() => ReadonlyArray<GroupRef | null>> = [
    () => [
      ...targets("(folded = ?2 OR lower(written ->> '$.name') = ?2) AND (key IS NOT NULL OR group_key IS NOT NULL)", foldName(text)),
      ...wishes("folded = ?1", foldName(text))
    ],
    () => [...targets(afterSlash.replaceAll("?V", "?2"), key), ...wishes(afterSlash.replaceAll("?V", "?1"), key)],
    () => targets("key = ?2", text),
    () =>
      sql
        .all(
          `SELECT g.id, g.name, ${handleText} AS group_key FROM source_group g JOIN connection k ON k.id = g.connection
           WHERE k.name IN (SELECT value FROM json_each(?1))
           AND (g.key = ?2 OR ${handleText} = ?2 OR ${handleText} = k.prefix || '/' || ?2
             OR lower(g.name) = lower(?2))`,
          JSON.stringify(sync.from),
          key
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
