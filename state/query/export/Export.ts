/** Everything that the state knows, as objects of documented kinds, a page at a time and always in the same order. */
import type { Statements } from "../../database/Statements.ts"
import { flag, iso, type Kind, part, run } from "./ExportKind.ts"
import * as ExportTeam from "./ExportTeam.ts"

const batch = 1000

const parsed = (column: string): string => `CASE WHEN json_valid(${column}) THEN json(${column}) ELSE ${column} END`

/** A target group and customer of a row `a`, by the target's own ids. */
const ends = `JOIN target_group g ON g.id = a.group_id JOIN connection n ON n.id = g.connection
  LEFT JOIN target_customer t ON t.id = a.target_customer_id`
const row = { target: "n.name", group: "g.key", groupName: "g.name", customer: "t.key", email: "t.email" }
const behind = `LEFT JOIN source_customer s ON s.id = a.source_customer_id LEFT JOIN source_group v ON v.id = a.source_group_id
    LEFT JOIN connection k ON k.id = coalesce(v.connection, s.connection)`
const rests = { source: "k.name", sourceCustomer: "s.key", sourceGroup: "CASE WHEN v.id IS NULL THEN NULL ELSE v.kind || ':' || v.key END" }

const kinds: ReadonlyArray<Kind> = [
  {
    kind: "state",
    members: {
      groupbridge: "'state/1'",
      lineage: "(SELECT value FROM meta WHERE key = 'lineage')",
      runs: "(SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'counter')",
      createdAt: iso("(SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'created_at')")
    },
    from: "(SELECT 1 AS id) a",
    key: ["a.id"]
  },
  {
    kind: "connection",
    members: {
      name: "a.name",
      connector: "a.connector",
      account: "a.account",
      label: "a.label",
      actor: "a.actor",
      role: "a.role",
      identifiedAt: iso("a.identified_at")
    },
    from: "connection a",
    key: ["a.id"]
  },
  {
    kind: "sync",
    members: { name: "a.name", pausedUntil: iso("a.paused_until"), pausedBy: "a.paused_by", pausedReason: "a.paused_reason" },
    from: "sync a",
    key: ["a.id"]
  },
  {
    kind: "sourceGroup",
    members: {
      connection: "k.name",
      groupKind: "a.kind",
      carrier: "a.carrier",
      id: "a.key",
      name: "a.name",
      externalId: "a.external_id",
      fields: "json(a.fields)",
      gone: "a.gone_cause",
      goneAt: iso("a.gone_at")
    },
    from: "source_group a JOIN connection k ON k.id = a.connection",
    key: ["a.id"]
  },
  {
    kind: "sourceCustomer",
    members: {
      connection: "k.name",
      id: "a.key",
      email: "a.email",
      name: "a.name",
      externalId: "a.external_id",
      role: "a.role",
      excluded: "a.excluded",
      fields: "json(a.fields)",
      gone: "a.gone_cause",
      goneAt: iso("a.gone_at")
    },
    from: "source_customer a JOIN connection k ON k.id = a.connection",
    key: ["a.id"]
  },
  {
    kind: "sourceMembership",
    members: {
      connection: "k.name",
      group: "g.kind || ':' || g.key",
      customer: "s.key",
      since: iso("(SELECT coalesce(ended_at, started_at) FROM read WHERE id = a.since)")
    },
    from: `source_membership a JOIN source_group g ON g.id = a.group_id JOIN connection k ON k.id = g.connection
      JOIN source_customer s ON s.id = a.source_customer_id`,
    key: ["a.group_id", "a.source_customer_id"]
  },
  {
    kind: "sourceInclusion",
    members: { connection: "k.name", group: "g.kind || ':' || g.key", organization: "o.key" },
    from: `source_inclusion a JOIN source_group g ON g.id = a.group_id JOIN connection k ON k.id = g.connection
      JOIN source_group o ON o.id = a.organization`,
    key: ["a.group_id", "a.organization"]
  },
  {
    kind: "targetGroup",
    members: {
      target: "n.name",
      id: "a.key",
      name: "a.name",
      slug: "a.slug",
      externalId: "a.external_id",
      handle: "a.group_key",
      basis: "a.basis",
      madeByUs: flag("a.made_by_us"),
      count: "a.count",
      membersReadAt: iso("a.members_read_at"),
      goneAt: iso("a.gone_at")
    },
    from: "target_group a JOIN connection n ON n.id = a.connection",
    key: ["a.id"]
  },
  {
    kind: "targetCustomer",
    members: {
      target: "n.name",
      id: "a.key",
      email: "a.email",
      name: "a.name",
      externalId: "a.external_id",
      seenAt: iso("a.seen_at"),
      goneAt: iso("a.gone_at")
    },
    from: "target_customer a JOIN connection n ON n.id = a.connection",
    key: ["a.id"]
  },
  {
    kind: "link",
    members: { source: "k.name", sourceCustomer: "s.key", target: "n.name", customer: "t.key", basis: "a.basis", value: "a.value", since: iso("a.since") },
    from: `customer_link a JOIN source_customer s ON s.id = a.source_customer_id
      JOIN connection k ON k.id = s.connection JOIN target_customer t ON t.id = a.target_customer_id
      JOIN connection n ON n.id = a.target_connection`,
    key: ["a.source_customer_id", "a.target_connection"]
  },
  {
    kind: "otherAddress",
    members: { source: "k.name", sourceCustomer: "s.key", address: "a.address" },
    from: `source_address a JOIN source_customer s ON s.id = a.source_customer_id
      JOIN connection k ON k.id = s.connection`,
    key: ["a.source_customer_id", "a.address"]
  },
  {
    kind: "membership",
    members: { ...row, origin: "a.origin", since: iso("a.since"), run: run("a.run") },
    from: `assignment a ${ends}`,
    key: ["a.group_id", "a.target_customer_id"]
  },
  {
    kind: "wish",
    members: { sync: "y.name", ...row, ...rests, since: iso("a.since"), cause: "a.cause", endedAt: iso("a.expired_at"), endedBy: "a.expiry_cause" },
    from: `claim a JOIN claimant o ON o.id = a.claimant JOIN sync y ON y.id = o.sync ${ends} ${behind}`,
    key: ["a.claimant", "a.group_id", "a.target_customer_id"]
  },
  {
    kind: "takenOut",
    members: { ...row, origin: "a.origin", seenAt: iso("a.seen_at"), decision: "a.decision" },
    from: `manual_removal a ${ends}`,
    key: ["a.group_id", "a.target_customer_id"]
  },
  { kind: "pinned", members: { ...row, run: run("a.run") }, from: `undo_pin a ${ends}`, key: ["a.group_id", "a.target_customer_id"] },
  {
    kind: "refused",
    members: { op: "a.op", ...row, reason: "a.reason", attempts: "a.attempts", nextAt: iso("a.next_at") },
    from: `refused a ${ends}`,
    key: ["a.op", "a.group_id", "a.target_customer_id"]
  },
  {
    kind: "task",
    members: { id: "a.id", sync: "y.name", ...row, cause: "a.cause", openedAt: iso("a.opened_at"), doneAt: iso("a.done_at") },
    from: `task a JOIN sync y ON y.id = a.sync ${ends}`,
    key: ["a.id"]
  },
  {
    kind: "heldPart",
    members: {
      id: part("a.id"),
      sync: "y.name",
      guard: "a.guard",
      state: "a.state",
      openedAt: iso("a.opened_at"),
      run: run("a.run"),
      limit: "a.lim",
      value: "a.value",
      unit: "a.unit",
      why: "json(a.why)",
      closedAt: iso("a.closed_at")
    },
    from: "held_part a JOIN sync y ON y.id = a.sync",
    key: ["a.id"]
  },
  {
    kind: "heldRow",
    members: { part: part("a.part"), op: "a.op", ...row },
    from: `held_row a ${ends}`,
    key: ["a.part", "a.op", "a.group_id", "a.target_customer_id"]
  },
  {
    kind: "decision",
    members: { at: iso("a.at"), who: "a.who", host: "a.host", what: "a.what", subject: "a.subject", reason: "a.reason", details: "a.details" },
    from: "decision a",
    key: ["a.id"]
  },
  {
    kind: "run",
    members: {
      id: run("a.id"),
      sync: "y.name",
      command: "a.kind",
      startedAt: iso("a.started_at"),
      endedAt: iso("a.ended_at"),
      status: "a.status",
      who: "a.who",
      host: "a.host",
      summary: parsed("a.summary"),
      error: parsed("a.error"),
      undoes: run("a.undoes")
    },
    from: "run a JOIN sync y ON y.id = a.sync",
    key: ["a.id"]
  },
  {
    kind: "change",
    members: {
      run: run("a.run"),
      op: "a.op",
      ...row,
      cause: "a.cause",
      ...rests,
      origin: "a.origin",
      part: `CASE WHEN p.part > 0 THEN ${part("p.part")} END`,
      state: "a.state",
      settledAt: iso("a.settled_at"),
      call: "a.call",
      before: parsed("a.was")
    },
    from: `planned_change a ${ends} ${behind} LEFT JOIN approved_change p ON p.run = a.run AND p.op = a.op
      AND p.group_id = a.group_id AND p.target_customer_id = a.target_customer_id`,
    key: ["a.run", "a.op", "a.group_id", "a.target_customer_id"]
  },
  {
    kind: "call",
    members: {
      id: "a.id",
      run: run("a.run"),
      target: "n.name",
      op: "a.op",
      group: "g.key",
      sentAt: iso("a.intent_at"),
      answeredAt: iso("a.answered_at"),
      outcome: "a.outcome",
      status: "a.status",
      detail: "a.detail",
      customers: "(SELECT count(*) FROM call_row WHERE call = a.id)"
    },
    from: "call a JOIN target_group g ON g.id = a.group_id JOIN connection n ON n.id = a.connection",
    key: ["a.id"]
  },
  ...ExportTeam.kinds
]

const query = ({ from, key, kind, members }: Kind, begun: boolean): string => {
  const object = Object.entries(members).flatMap(([name, value]) => [`'${name}'`, value])
  const after = begun ? `WHERE (${key.join(", ")}) > (${key.map(() => "?").join(", ")})` : ""
  return `SELECT json_object('kind', '${kind}', ${object.join(", ")}) AS line,
    ${key.map((one, index) => `${one} AS k${index}`).join(", ")} FROM ${from} ${after}
    ORDER BY ${key.join(", ")} LIMIT ${batch}`
}

interface Cursor {
  readonly kind: number
  readonly key: ReadonlyArray<string | number> | null
}

/** A page of one kind; `after` null: from the start. */
export const page = (sql: Statements, after: string | null): { readonly rows: ReadonlyArray<unknown>; readonly next: string | null } => {
  const cursor: Cursor = after === null ? { kind: 0, key: null } : (JSON.parse(after) as Cursor)
  const kind = kinds[cursor.kind]
  if (kind === undefined) return { rows: [], next: null }
  const found = sql.all(query(kind, cursor.key !== null), ...(cursor.key ?? []))
  const last = found.at(-1)
  const next: Cursor | null =
    last !== undefined && found.length === batch
      ? { kind: cursor.kind, key: kind.key.map((_, index) => last[`k${index}`] ?? 0) }
      : cursor.kind + 1 < kinds.length
        ? { kind: cursor.kind + 1, key: null }
        : null
  return { rows: found.map(({ line }) => JSON.parse(String(line)) as unknown), next: next === null ? null : JSON.stringify(next) }
}
