/** The source groups behind a target group, and since when the person is or is not in them. */
import * as Id from "../../../src/model/Id.ts"
import * as Duration from "effect/Duration"
import type { SyncConfig } from "../../../src/config/Config.ts"
import type { Cause } from "../../../src/model/Cause.ts"
import type { Gone, RowHistory, SourceLink } from "../../../src/model/Explanation.ts"
import type { GroupCarrier, GroupKind } from "../../../src/model/Group.ts"
import type { BehindGroup, GroupRef, Person } from "../../../src/explain/ExplanationStore.ts"
import type { Row, Statements } from "../../database/Statements.ts"
import { claimants, handleText } from "./ExplainSql.ts"
import { numberOf, textOf } from "../../database/Columns.ts"
import * as GroupSize from "../../reconcile/GroupSize.ts"
import * as MembershipFacts from "./MembershipFacts.ts"

/** Groups shown where the person is in none of them. */
const few = 3

/** The group that the last change of the row rested on, among the source groups `g` of connections `k`. */
const restsOn = (row: Row, last: RowHistory | undefined): boolean => {
  const via = last?.rests?.via
  return (
    via !== undefined &&
    via !== null &&
    row["connection_name"] === last?.rests?.connection &&
    row["kind"] === via.kind &&
    row["carrier"] === via.carrier &&
    row["key"] === via.id
  )
}

const groupRows = (sql: Statements, sync: number, customer: number, ref: GroupRef, last: RowHistory | undefined): ReadonlyArray<Row> =>
  sql.all(
    `SELECT g.*, k.name AS connection_name, k.prefix FROM source_group g JOIN connection k ON k.id = g.connection
     WHERE g.id = ?5 OR g.id IN (SELECT source_group FROM mapping WHERE group_key = ?4) OR ${handleText} = ?4
       OR g.id IN (SELECT source_group_id FROM claim WHERE claimant IN ${claimants} AND group_id = ?2
         AND target_customer_id = ?3 AND source_group_id IS NOT NULL)
       OR (k.name = ?6 AND g.kind = ?7 AND g.carrier = ?8 AND g.key = ?9) ORDER BY g.id`,
    sync,
    ref.number,
    customer,
    ref.handle,
    ref.source,
    last?.rests?.connection ?? null,
    last?.rests?.via?.kind ?? null,
    last?.rests?.via?.carrier ?? null,
    last?.rests?.via?.id ?? null
  )

type Member = Omit<SourceLink["members"][number], "customer">

const membership = (sql: Statements, group: number, person: number): Member | null => {
  const direct = sql.get(
    `SELECT r.ended_at, r.started_at FROM source_membership m JOIN read r ON r.id = m.since
      WHERE m.group_id = ?1 AND m.source_customer_id = ?2 LIMIT 1`,
    group,
    person
  )
  if (direct !== undefined) return { since: Number(direct["ended_at"] ?? direct["started_at"]), through: null }
  const through = sql.get(
    `SELECT o.name, r.ended_at, r.started_at FROM source_inclusion i
      JOIN source_membership m ON m.group_id = i.organization AND m.source_customer_id = ?2
     JOIN source_group o ON o.id = i.organization JOIN read r ON r.id = max(i.since, m.since)
     WHERE i.group_id = ?1 LIMIT 1`,
    group,
    person
  )
  return through === undefined ? null : { since: Number(through["ended_at"] ?? through["started_at"]), through: String(through["name"]) }
}

const readBefore = (sql: Statements, connection: number, at: number): number | null => {
  const ended = sql.get("SELECT max(ended_at) AS at FROM read WHERE connection = ? AND ended_at <= ?", connection, at)?.["at"]
  return typeof ended === "number" ? ended : null
}

/** The complete read of the last good run before `run`, if the row was claimed by then: what ended in `run` was still there. */
const thereBefore = (sql: Statements, sync: number, connection: number, run: number, claimedAt: number): number | null => {
  const before = sql.get(
    `SELECT started_at, ended_at FROM run WHERE sync = ? AND id < ? AND ended_at IS NOT NULL
      AND status NOT IN ('failed', 'interrupted') ORDER BY id DESC LIMIT 1`,
    sync,
    run
  )
  if (before === undefined || Number(before["ended_at"]) < claimedAt) return null
  const read = sql.get(
    "SELECT max(ended_at) AS at FROM read WHERE connection = ? AND complete = 1 AND started_at >= ? AND ended_at <= ?",
    connection,
    before["started_at"],
    before["ended_at"]
  )
  return typeof read?.["at"] === "number" ? read["at"] : null
}

const settled = (rows: ReadonlyArray<RowHistory>): RowHistory | undefined => rows.findLast((row) => row.state === "done" || row.state === "already")

/** Of a claim that stood from `since` and expired at `at` (epoch ms). */
const endedAt = (sql: Statements, sync: number, connection: number, at: number, since: number, cause: Cause): NonNullable<SourceLink["ended"]> => {
  const run = sql.get("SELECT max(id) AS id FROM run WHERE sync = ? AND started_at <= ?", sync, at)?.["id"]
  return { at: readBefore(sql, connection, at) ?? at, thereAt: thereBefore(sql, sync, connection, Number(run ?? 0), since), cause }
}

/** When a claim on the row ended: from the claim itself while it is kept, else from the run that took the row. */
const ending = (sql: Statements, sync: SyncConfig, customer: number, ref: GroupRef, source: Row, rows: ReadonlyArray<RowHistory>): SourceLink["ended"] => {
  const [id, connection] = [numberOf(sql, "sync", sync.name), Number(source["connection"])]
  const lapsed = sql.get(
    `SELECT c.* FROM claim c WHERE c.claimant IN ${claimants} AND c.group_id = ?2 AND c.target_customer_id = ?3
      AND c.source_group_id = ?4 AND c.expired_at IS NOT NULL`,
    id,
    ref.number,
    customer,
    source["id"]
  )
  if (lapsed !== undefined) {
    return endedAt(sql, id, connection, Number(lapsed["expired_at"]), Number(lapsed["since"]), String(lapsed["expiry_cause"]) as Cause)
  }
  const last = settled(rows)
  // A mirrored group and an exception end nothing at the source.
  if (last === undefined || last.op !== "assignment.remove" || last.cause === "not-wanted" || last.cause === "exception") return null
  if (last.expiredAt !== null) return endedAt(sql, id, connection, last.expiredAt, last.claimedAt ?? last.expiredAt, last.cause)
  // A change of a version that did not keep when its claim expired.
  const added = rows.find((row) => row.op === "assignment.add" && row.state === "done")
  const atOnce = last.approval === null && sync.grace.reads <= 1 && Duration.toMillis(sync.grace.for) === 0
  return {
    at: readBefore(sql, connection, last.at) ?? last.at,
    thereAt: added === undefined || !atOnce ? null : thereBefore(sql, id, connection, Id.numberOf(last.run), added.at),
    cause: last.cause
  }
}

const behindGroup = (sql: Statements, row: Row, members: SourceLink["members"], ended: SourceLink["ended"]): BehindGroup => ({
  connection: String(row["connection_name"]),
  prefix: String(row["prefix"]),
  size: Number(sql.get(`SELECT ${GroupSize.ofGroup} AS n FROM source_group g WHERE g.id = ?`, row["id"])?.["n"]),
  gone: row["gone_at"] === null ? null : { cause: String(row["gone_cause"]) as Gone["cause"], at: Number(row["gone_at"]) },
  members,
  ended,
  group: {
    kind: String(row["kind"]) as GroupKind,
    carrier: String(row["carrier"]) as GroupCarrier,
    id: String(row["key"]),
    name: String(row["name"]),
    externalId: textOf(row["external_id"]),
    fields: JSON.parse(String(row["fields"]))
  }
})

export const behind = (
  sql: Statements,
  sync: SyncConfig,
  { people, customer }: Person,
  ref: GroupRef
): { readonly groups: ReadonlyArray<BehindGroup>; readonly more: number } => {
  const person = customer?.number ?? -1
  const history = ref.number === null ? [] : MembershipFacts.history(sql, ref.number, person)
  const last = settled(history)
  const rows = groupRows(sql, numberOf(sql, "sync", sync.name), person, ref, last)
  const all = rows.map((row) => ({
    row,
    members: people.flatMap(({ id, number }) => {
      const found = membership(sql, Number(row["id"]), number)
      return found === null ? [] : [{ customer: id, ...found }]
    })
  }))
  const vias = new Set(
    sql
      .all(
        `SELECT source_group_id FROM claim WHERE claimant IN ${claimants} AND group_id = ?2 AND target_customer_id = ?3`,
        numberOf(sql, "sync", sync.name),
        ref.number,
        person
      )
      .map((row) => row["source_group_id"])
  )
  const near = all.filter(({ row, members }) => members.length > 0 || vias.has(row["id"]) || restsOn(row, last) || row["id"] === ref.source)
  const shown = near.length > 0 ? near.slice(0, few) : all.slice(0, few)
  return {
    groups: shown.map(({ row, members }) => {
      // A removal made before changes told what they rested on is known to be of this group only if there is no other.
      const explanation = vias.has(row["id"]) || restsOn(row, last) || (all.length === 1 && (last?.rests ?? null) === null)
      return behindGroup(sql, row, members, members.length === 0 && explanation ? ending(sql, sync, person, ref, row, history) : null)
    }),
    more: all.length - shown.length
  }
}
