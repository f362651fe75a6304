/** What the documents of several commands are made of, as Schemas. They are open: readers leave alone what they do not know. */
import * as Schema from "effect/Schema"

// Each by itself: taken out of the module together, all of it would be bundled.
const list = Schema.Array
const bool = Schema.Boolean
const one = Schema.Literal
const orNull = Schema.NullOr
const num = Schema.Number
const optional = Schema.optional
const text = Schema.String
const struct = Schema.Struct

/** ISO 8601 in UTC. */
export const time = text.pipe(Schema.pattern(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/)).annotations({ description: "ISO 8601 in UTC" })

export const counts = struct({
  groups: struct({ create: num, update: num, delete: num }),
  assignments: struct({ add: num, remove: num }),
  members: optional(struct({ invite: num, role: num, remove: num }).annotations({ description: "of a sync of staff" }))
}).annotations({ description: "changes by kind; what is held is in none of them" })

export const held = struct({
  id: text,
  sync: text,
  guard: text,
  changes: num.annotations({ description: "rows of all kinds" }),
  leave: num.annotations({ description: "distinct people who would leave a group" }),
  join: num.annotations({ description: "distinct people who would join one; who would do both counts in both" }),
  memberships: struct({ add: num, remove: num }),
  groupCounts: struct({ create: num, update: num, delete: num }),
  limit: num,
  value: num,
  unit: text,
  since: time,
  isNew: bool,
  why: list(text),
  proposal: orNull(text),
  groups: list(struct({ name: text, changes: num, members: num, leave: num, join: num })),
  decision: one("open", "approved", "rejected"),
  staff: optional(Schema.Literal(true))
}).annotations({ description: "a part of a plan that waits for a person" })

export const change = struct({
  op: one("group.create", "group.update", "group.delete", "assignment.add", "assignment.remove", "member.invite", "member.role", "member.remove"),
  sync: text,
  group: struct({ id: orNull(text), name: text, key: text }),
  customer: optional(struct({ id: text, email: orNull(text), name: orNull(text) })),
  cause: text,
  source: optional(struct({ connection: text, record: text, id: text, group: text })),
  rule: optional(struct({ index: num, line: num })),
  values: optional(Schema.Record({ key: text, value: text })),
  before: optional(Schema.Record({ key: text, value: orNull(text) })),
  precondition: optional(struct({ ledger: orNull(one("applied", "found", "adopted")), desired: bool })),
  held: optional(text.annotations({ description: "the held part that keeps it back" })),
  task: optional(text.annotations({ description: "the task for a person that it is" }))
})

export const side = { connection: text, connector: text, account: text }

export const failure = struct({ kind: one("config", "credential", "unavailable", "state", "locked", "stale", "vendor"), message: text })

export const withheld = list(struct({ reason: text, changes: num }))

export const guards = list(struct({ name: text, limit: num, value: num, tripped: bool }))

const unmatched = struct({
  total: num,
  change: num,
  reasons: list(struct({ reason: text, customers: num })),
  people: list(struct({ connection: text, record: text, id: text, email: orNull(text), name: orNull(text), reason: text, candidates: list(text) }))
}).annotations({ description: "customers without a counterpart; people are the first of each reason" })

const read = struct({
  connection: text,
  account: text,
  complete: bool,
  at: time,
  streams: list(struct({ name: text, records: num, complete: bool, reason: orNull(text), kind: one("full", "changes"), why: orNull(text) })),
  calls: num
})

/** A plan without its changes. */
export const plan = {
  sync: text,
  status: one("changes", "none", "held", "failed"),
  from: list(struct({ ...side, recordUrls: optional(Schema.Record({ key: text, value: text })) })),
  to: struct(side),
  reads: list(read),
  summary: struct({ ...counts.fields, held: num, unmatched: num, ambiguous: num, tasks: num }),
  guards,
  held: list(held),
  estimate: struct({
    calls: num.annotations({ description: "write calls" }),
    reads: num,
    fewest: num.annotations({ description: "the fewest write calls that the target's API allows" }),
    seconds: num,
    endsAt: orNull(time),
    perHour: orNull(num),
    endpoints: list(struct({ endpoint: text, kind: one("write", "read"), calls: num }))
  }),
  unmatched,
  withheld,
  warnings: list(text),
  blocked: list(struct({ name: text, handle: text, reason: struct({ code: text }) })),
  pinned: list(struct({ run: text, changes: num })),
  byHand: list(struct({ customer: text, group: text, what: one("put-in", "taken-out") })),
  foundRows: num,
  rules: list(struct({ index: num, line: num, meaning: text })),
  mostChanged: list(struct({ name: text, members: num, leave: num, join: num })),
  matching: orNull(struct({ customers: num, matched: num })),
  hash: orNull(text).annotations({ description: "SHA-256 of accounts, meaning and changes, in hex" }),
  firstRun: bool,
  error: orNull(failure)
}
