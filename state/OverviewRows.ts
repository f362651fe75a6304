/** Rows of held parts as changes, a page at a time. */
import type { Cause, Origin } from "../src/model/Cause.ts"
import type { Change, ChangeOp } from "../src/model/Change.ts"
import type { Page } from "../src/run/Overview.ts"
import type { Row, Statements } from "./Database.ts"

const batch = 1000

/** The wish that a row rests on: of several that agree, the one of the sync's first source. */
const wish = `LEFT JOIN claim l ON l.grp = r.grp AND l.customer = r.customer AND l.claimant =
    (SELECT min(c.claimant) FROM claim c WHERE c.claimant IN (SELECT id FROM claimant WHERE sync = ?1) AND c.grp = r.grp AND c.customer = r.customer)`

/** Why a held row would be written: the wish behind it, or its lapse. */
const cause = `CASE r.op WHEN 'group.create' THEN 'new' WHEN 'group.update' THEN 'renamed' WHEN 'group.delete' THEN 'empty'
  WHEN 'assignment.add' THEN CASE WHEN EXISTS (SELECT 1 FROM drift d WHERE d.grp = r.grp AND d.customer = r.customer) THEN 'restored' ELSE coalesce(l.cause, 'joined') END
  ELSE coalesce(l.lapse_cause, 'not-wanted') END`

const rows = `
  SELECT r.op, r.grp, r.customer, ${cause} AS cause, g.key AS group_key, g.name AS group_name, g.handle, t.key AS customer_key, t.email, t.name AS customer_name, a.origin,
    k.name AS connection, s.key AS person_key, v.kind AS via_kind, v.name AS via_name, v.key AS via_key
  FROM held_row r JOIN target_group g ON g.id = r.grp
  LEFT JOIN target_customer t ON t.id = r.customer
  LEFT JOIN assignment a ON a.grp = r.grp AND a.customer = r.customer
  ${wish}
  LEFT JOIN source_customer s ON s.id = l.person
  LEFT JOIN source_group v ON v.id = l.via
  LEFT JOIN connection k ON k.id = v.connection
  WHERE r.part = ?2 AND (r.op, r.grp, r.customer) > (?3, ?4, ?5) ORDER BY r.op, r.grp, r.customer LIMIT ${batch}`

const text = (value: string | number | null | undefined): string | null => (value === null || value === undefined ? null : String(value))

const change = (sync: string, row: Row, held: string): Change => {
  const op = String(row["op"]) as ChangeOp
  const onGroup = op.startsWith("group.")
  const person = row["person_key"]
  return {
    op,
    sync,
    group: { id: text(row["group_key"]), name: String(row["group_name"]), key: text(row["handle"]) ?? `target:${String(row["group_key"])}` },
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
  const [op = "", grp = 0, customer = 0] = after?.split("|") ?? []
  const found = sql.all(rows, part.sync, part.id, op, Number(grp), Number(customer))
  const last = found.at(-1)
  return {
    rows: found.map((row) => change(part.name, row, `H-${part.id}`)),
    next: last === undefined || found.length < batch ? null : `${String(last["op"])}|${String(last["grp"])}|${String(last["customer"])}`
  }
}
