/** The changes of a plan as they are told to people and kept as a run's work. */
import * as Id from "../../src/model/Id.ts"
import type { Cause, Origin } from "../../src/model/Cause.ts"
import type { Change, ChangeOp } from "../../src/model/Change.ts"
import type { Frame } from "../../src/reconcile/ReconcileStore.ts"
import type { Row, Statements } from "../database/Statements.ts"

const rows = `
  SELECT c.op, c.group_id, c.target_customer_id, c.cause, c.part, g.key AS target_group_key, g.name AS group_name,
  g.group_key, g.written, g.slug AS group_slug, coalesce(c.draft ->> '$.name', w.name) AS wanted_name,
  coalesce(c.draft ->> '$.slug', w.slug) AS wanted_slug,
    coalesce(c.draft ->> '$.description', w.description) AS wanted_description,
    coalesce(c.draft ->> '$.externalId', w.external_id) AS wanted_external, t.key AS customer_key, t.email,
    t.name AS customer_name, a.origin,
    j.id AS task, k.name AS connection, s.key AS person_key, v.kind AS via_kind, v.name AS via_name, v.key AS via_key,
    p.rule, p.line
  FROM candidate_change c JOIN target_group g ON g.id = c.group_id
  LEFT JOIN desired_group w ON w.target_group = g.id AND c.op LIKE 'group.%'
  LEFT JOIN target_customer t ON t.id = c.target_customer_id
  LEFT JOIN assignment a ON a.group_id = c.group_id AND a.target_customer_id = c.target_customer_id
  LEFT JOIN claim l ON l.claimant = c.claimant AND l.group_id = c.group_id
  AND l.target_customer_id = c.target_customer_id
  LEFT JOIN source_customer s ON s.id = l.source_customer_id
  LEFT JOIN source_group v ON v.id = coalesce(l.source_group_id, (SELECT m.source_group FROM mapping m
    WHERE m.group_key = g.group_key LIMIT 1))
  LEFT JOIN connection k ON k.id = v.connection
  LEFT JOIN mapping p ON p.source_group = v.id
  LEFT JOIN task j ON c.skip_reason = 'task' AND j.group_id = c.group_id AND j.target_customer_id = c.target_customer_id
  AND j.done_at IS NULL
  WHERE coalesce(c.skip_reason, 'task') = 'task' AND (c.op, c.group_id, c.target_customer_id) > (?, ?, ?)
  ORDER BY c.op, c.group_id, c.target_customer_id LIMIT ?`

const text = (value: string | number | null | undefined): string | null => (value === null || value === undefined ? null : String(value))

const groupValues = (row: Row): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries({
      name: row["wanted_name"],
      slug: row["wanted_slug"],
      description: row["wanted_description"],
      ...(row["op"] === "group.create" ? { externalId: row["wanted_external"] } : {})
    }).flatMap(([key, value]) => (value === null || value === undefined ? [] : [[key, String(value)]]))
  )

const toChange = (frame: Frame, row: Row): Change => {
  const op = String(row["op"]) as ChangeOp
  const onGroup = op.startsWith("group.")
  const group = {
    id: op === "group.create" ? null : text(row["target_group_key"]),
    name: String(onGroup && row["wanted_name"] !== null ? row["wanted_name"] : row["group_name"]),
    key: text(row["group_key"]) ?? `target:${String(row["target_group_key"])}`
  }
  return {
    op,
    sync: frame.sync.name,
    group,
    cause: String(row["cause"]) as Cause,
    ...(onGroup ? {} : { customer: { id: String(row["customer_key"]), email: text(row["email"]), name: text(row["customer_name"]) } }),
    ...(row["connection"] === null
      ? {}
      : {
          source: {
            connection: String(row["connection"]),
            record: row["person_key"] === null ? String(row["via_kind"]) : (frame.words.get(String(row["connection"])) ?? "customer"),
            id: String(row["person_key"] ?? row["via_key"]),
            group: `${String(row["via_kind"])} ${String(row["via_name"])}`
          }
        }),
    ...(row["rule"] === null ? {} : { rule: { index: Number(row["rule"]), line: Number(row["line"]) } }),
    ...(op === "group.create" || op === "group.update" ? { values: groupValues(row) } : {}),
    ...(op === "group.update" ? { before: { name: String(row["group_name"]) } } : {}),
    ...(onGroup ? {} : { precondition: { ledger: text(row["origin"]) as Origin | null, desired: op === "assignment.add" } }),
    ...(row["part"] === null ? {} : { held: Id.part(row["part"]) }),
    ...(row["task"] === null ? {} : { task: Id.task(row["task"]) })
  }
}

const readCursor = (after: string | null): ReadonlyArray<string | number> => {
  if (after === null) return ["", 0, 0]
  const [op = "", group, customer] = after.split("|")
  return [op, Number(group), Number(customer)]
}

/** Changes in order, after the cursor of the last one. */
export const page = (
  sql: Statements,
  frame: Frame,
  after: string | null,
  limit: number
): { readonly changes: ReadonlyArray<Change>; readonly next: string | null } => {
  const found = sql.all(rows, ...readCursor(after), limit)
  const last = found.at(-1)
  return {
    changes: found.map((row) => toChange(frame, row)),
    next: last === undefined ? null : `${String(last["op"])}|${String(last["group_id"])}|${String(last["target_customer_id"])}`
  }
}

/** What a group is or is to be, as JSON of its own words for each value. */
const groupJson = (name: string, slug: string, description: string, externalId: string, custom: string): string =>
  `json_object('name', ${name}, 'slug', ${slug}, 'description', ${description}, 'externalId', ${externalId}, 'custom',
    ${custom})`

const written = (value: string): string => `coalesce(g.written ->> '$.${value}', g.${value})`

/** What a change rests on is stored with it: its claim is gone once it is carried out, and the rules may be others when it is taken back. */
const work = `
  INSERT INTO planned_change (run, op, group_id, target_customer_id, cause, approved, claimant, source_group_id,
    source_customer_id, origin, claimed_at, expired_at, was, draft)
  SELECT ?, c.op, c.group_id, c.target_customer_id, c.cause, c.approved, c.claimant, l.source_group_id,
  l.source_customer_id, coalesce(c.origin, a.origin), l.since, l.expired_at,
    CASE WHEN c.op IN ('group.update',
      'group.delete') THEN json_set(${groupJson(written("name"), written("slug"), written("description"), "g.external_id", "json(coalesce(g.written -> '$.custom', '{}'))")}, '$.handle', g.group_key) END,
    CASE WHEN c.op IN ('group.create', 'group.update') THEN coalesce(c.draft,
      ${groupJson("w.name", "w.slug", "w.description", "w.external_id", "json(w.custom)")}) END
  FROM candidate_change c JOIN target_group g ON g.id = c.group_id
  LEFT JOIN desired_group w ON w.target_group = c.group_id AND w.blocked IS NULL AND c.op LIKE 'group.%'
  LEFT JOIN claim l ON l.claimant = c.claimant AND l.group_id = c.group_id
  AND l.target_customer_id = c.target_customer_id
  LEFT JOIN assignment a ON a.group_id = c.group_id AND a.target_customer_id = c.target_customer_id
  WHERE c.part IS NULL AND c.skip_reason IS NULL`

/** Stores what is neither held nor dropped as the run's work. */
export const commit = (sql: Statements, run: number): void => void sql.run(work, run)
