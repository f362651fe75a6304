/** The `--json` documents as Schemas, and the JSON Schemas that are generated from them. Every document begins with its tag. */
import * as JSONSchema from "effect/JSONSchema"
import * as Schema from "effect/Schema"
import { phases } from "../../model/Migration.ts"
import * as Json from "../Json.ts"
import type * as SyncJson from "../SyncJson.ts"
import * as Parts from "./Parts.ts"

// Each by itself: taken out of the module together, all of it would be bundled.
const list = Schema.Array
const one = Schema.Literal
const orNull = Schema.NullOr
const num = Schema.Number
const optional = Schema.optional
const text = Schema.String
const bool = Schema.Boolean
const struct = Schema.Struct

/** Commands whose documents have a Schema. */
export type Command = "plan" | "sync" | "runs" | "status" | "signoff"

/** `commands`: those whose tag such a document may have. */
const document = <F extends Schema.Struct.Fields>(commands: ReadonlyArray<string>, fields: F) =>
  struct({ groupbridge: one(...commands.map(Json.tag)), ...fields })

/** Commands that tell what they did by the document of `sync`, each under its own tag. */
const writing: ReadonlyArray<SyncJson.Command> = ["sync", "apply", "approve", "migrate", "undo"]

const phase = one(...phases)

const run = {
  run: text,
  sync: text,
  status: one("running", "done", "none", "partial", "held", "failed", "interrupted", "undone"),
  command: text,
  by: text,
  migration: optional(orNull(text)),
  started: Parts.time,
  ended: orNull(Parts.time),
  summary: Parts.counts,
  calls: struct({ read: num, write: num }),
  held: list(text),
  reason: orNull(text),
  error: orNull(Parts.failure)
}

const sync = struct({
  sync: text,
  run: orNull(text),
  status: one("done", "none", "partial", "held", "failed"),
  summary: Parts.counts.annotations({ description: "what was really done" }),
  held: list(Parts.held),
  calls: struct({ read: num, write: num }),
  withheld: Parts.withheld,
  tasks: num,
  startedAt: Parts.time,
  endedAt: Parts.time,
  plan: orNull(struct(Parts.plan)),
  error: orNull(Parts.failure),
  resumesAt: orNull(Parts.time),
  refused: list(struct({ change: Parts.change, reason: text }))
})

const status = struct({
  sync: text,
  state: one("ok", "never", "running", "failed", "paused", "left"),
  lastGood: orNull(Parts.time),
  next: orNull(Parts.time),
  today: struct({ added: num, removed: num, calls: num, share: orNull(num) }),
  held: list(Parts.held),
  refused: num,
  tasks: num,
  unmatched: num,
  ambiguous: num,
  waiting: num,
  pinned: list(text),
  paused: orNull(struct({ by: text, until: orNull(Parts.time), reason: orNull(text) })),
  failing: orNull(struct({ since: Parts.time, runs: num, error: Parts.failure })),
  migration: orNull(
    struct({ id: optional(text), phase: optional(phase), run: text, done: num, left: num, approved: optional(bool), hash: optional(orNull(text)) })
  ),
  guards: Parts.guards
})

const signOff = {
  migration: text,
  sync: text,
  from: list(struct(Parts.side)),
  to: struct(Parts.side),
  started: struct({ by: text, at: Parts.time }),
  signedOffAt: Parts.time,
  promised: orNull(struct({ hash: text, groups: num, memberships: num, calls: num, seconds: num })).annotations({
    description: "what the plan set out to do; calls are write calls"
  }),
  approved: orNull(struct({ by: text, at: Parts.time, how: one("typed", "yes", "hash") })),
  runs: list(text),
  done: struct({ groups: num, memberships: num, calls: num, seconds: num }).annotations({ description: "what the runs really did" }),
  verified: orNull(
    struct({
      at: Parts.time,
      sizes: orNull(list(text)).annotations({ description: "groups of another size than the confirmed calls make; null: the target shows no sizes" }),
      depth: one("sample", "full"),
      by: one("group", "customer", "none"),
      of: num,
      read: num,
      unread: list(text),
      differing: num,
      differences: list(struct({ group: text, customer: text, what: one("missing", "extra") })),
      calls: num
    })
  ),
  refused: list(struct({ op: text, group: text, customer: orNull(text), reason: text })),
  notFound: struct({ total: num, reasons: list(struct({ reason: text, customers: num })) }),
  held: list(Parts.held),
  decisions: list(struct({ subject: text, what: text, by: text, at: Parts.time, reason: orNull(text) })),
  undo: orNull(struct({ calls: num, seconds: num, commands: list(text) }))
}

/** By command. The list of runs tells how many rows were refused; one run tells them one by one, with its changes. */
export const documents = {
  plan: document(["plan"], { syncs: list(struct({ ...Parts.plan, changes: list(Parts.change) })) }),
  sync: document(writing, { syncs: list(sync) }),
  runs: document(["runs"], {
    runs: list(
      struct({
        ...run,
        refused: Schema.Union(num, list(struct({ change: Parts.change, reason: text }))),
        refusals: optional(num),
        left: num,
        changes: optional(list(Schema.Struct({ ...Parts.change.fields, at: Parts.time, run: text, outcome: one("done", "already", "refused") })))
      })
    )
  }),
  status: document(["status"], { syncs: list(status) }),
  signoff: document(["signoff"], signOff)
}

/** The JSON Schemas by command; they leave further properties open, for fields are only ever added. */
export const schemas = (): Readonly<Record<Command, object>> => {
  const of = (command: Command): object => {
    const schema: Schema.Schema.Any = documents[command]
    const definitions: Record<string, JSONSchema.JsonSchema7> = {}
    const root = JSONSchema.fromAST(schema.ast, {
      definitions,
      topLevelReferenceStrategy: "skip",
      additionalPropertiesStrategy: "allow",
      target: "jsonSchema2019-09"
    })
    return {
      $schema: "https://json-schema.org/draft/2019-09/schema",
      title: command === "signoff" ? "sign-off of groupbridge migrate" : `groupbridge ${command} --json`,
      ...root,
      ...(Object.keys(definitions).length === 0 ? {} : { $defs: definitions })
    }
  }
  return { plan: of("plan"), sync: of("sync"), runs: of("runs"), status: of("status"), signoff: of("signoff") }
}
