/** Rows of held parts as changes, a page at a time. */
import * as Id from "../../src/model/Id.ts"
import type { Cause, Origin } from "../../src/model/Cause.ts"
import type { Change, ChangeOp } from "../../src/model/Change.ts"
import type { Page } from "../../src/model/Decision.ts"
import type { Row, Statements } from "../database/Statements.ts"

const batch = 1000

/** The claim that a row rests on: of several that agree, the one of the sync's first source. */
const desired = `LEFT JOIN claim l ON l.group_id = r.group_id AND l.target_customer_id = r.target_customer_id
  AND l.claimant =
    (SELECT min(c.claimant) FROM claim c WHERE c.claimant IN (SELECT id FROM claimant WHERE sync = ?1)
      AND c.group_id = r.group_id AND c.target_customer_id = r.target_customer_id)`

/** Why a held row would be written: the claim behind it, or its expiry. */
const cause = `CASE r.op WHEN 'group.create' THEN 'new' WHEN 'group.update' THEN 'renamed'
  WHEN 'group.delete' THEN 'empty'
  WHEN 'assignment.add' THEN CASE WHEN EXISTS (SELECT 1 FROM manual_removal d
    WHERE d.group_id = r.group_id AND d.target_customer_id = r.target_customer_id) THEN 'restored'
    ELSE coalesce(l.cause, 'joined') END
  ELSE coalesce(l.expiry_cause, 'not-wanted') END`

const rows = `
  SELECT r.op, r.group_id, r.target_customer_id, ${cause} AS cause, g.key AS target_group_key, g.name AS group_name,
  g.group_key, t.key AS customer_key, t.email, t.name AS customer_name, a.origin,
    k.name AS connection, s.key AS person_key, v.kind AS via_kind, v.name AS via_name, v.key AS via_key
  FROM held_row r JOIN target_group g ON g.id = r.group_id
  LEFT JOIN target_customer t ON t.id = r.target_customer_id
  LEFT JOIN assignment a ON a.group_id = r.group_id AND a.target_customer_id = r.target_customer_id
  ${desired}
  LEFT JOIN source_customer s ON s.id = l.source_customer_id
  LEFT JOIN source_group v ON v.id = l.source_group_id
  LEFT JOIN connection k ON k.id = v.connection
  WHERE r.part = ?2 AND (r.op, r.group_id, r.target_customer_id) > (?3, ?4, ?5)
  ORDER BY r.op, r.group_id, r.target_customer_id LIMIT ${batch}`

const text = (value: string | number | null | undefined): string | null => (value === null || value === undefined ? null : String(value))

const change = (sync: string, row: Row, held: string): Change => {
  const op = String(row["op"]) as ChangeOp
  const onGroup = op.startsWith("group.")
  const person = row["person_key"]
  return {
    op,
    sync,
    group: { id: text(row["target_group_key"]), name: String(row["group_name"]), key: text(row["group_key"]) ?? `target:${String(row["target_group_key"])}` },
    cause: String(row["cause"]) as Cause,
    ...(onGroup ? {} : { customer: { id: String(row["customer_key"]), email: text(row["email"]), name: text(row["customer_name"]) } }),
    ...(row["connection"] === null
      ? {}
      : {
          source: {
            connection: String(row["connection"]),
            record: person === null ? String(row["via_kind"]) : "customer",
            id: String(person ?? row["via_key"]),
            group: `${String(row["via_kind"])} ${String(row["via_name"])}`
          }
        }),
    ...(onGroup ? {} : { precondition: { ledger: text(row["origin"]) as Origin | null, desired: op === "assignment.add" } }),
    held
  }
}

interface Owner {
  readonly sync: number
  readonly name: string
  readonly id: number
}

export const ofPart = (sql: Statements, part: Owner, after: string | null): Page<Change> => {
  const [op = "", group = 0, customer = 0] = after?.split("|") ?? []
  const found = sql.all(rows, part.sync, part.id, op, Number(group), Number(customer))
  const last = found.at(-1)
  return {
    rows: found.map((row) => change(part.name, row, Id.part(part.id))),
    next: last === undefined || found.length < batch ? null : `${String(last["op"])}|${String(last["group_id"])}|${String(last["target_customer_id"])}`
  }
}
