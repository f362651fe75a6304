/** The `--json` documents as Schemas, and the JSON Schemas that are generated from them. Every document begins with its tag. */
import * as JSONSchema from "effect/JSONSchema"
import * as Schema from "effect/Schema"
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
const struct = Schema.Struct

/** Commands whose documents have a Schema. */
export type Command = "plan" | "sync" | "runs" | "status"

/** `commands`: those whose tag such a document may have. */
const document = <F extends Schema.Struct.Fields>(commands: ReadonlyArray<string>, fields: F) =>
  struct({ groupbridge: one(...commands.map(Json.tag)), ...fields })

/** Commands that tell what they did by the document of `sync`, each under its own tag. */
const writing: ReadonlyArray<SyncJson.Command> = ["sync", "apply", "approve", "migrate", "undo"]

const run = {
  run: text,
  sync: text,
  status: one("running", "done", "none", "partial", "held", "failed", "interrupted", "undone"),
  command: text,
  by: text,
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
  migration: orNull(struct({ run: text, done: num, left: num })),
  guards: Parts.guards
})

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
  status: document(["status"], { syncs: list(status) })
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
      title: `groupbridge ${command} --json`,
      ...root,
      ...(Object.keys(definitions).length === 0 ? {} : { $defs: definitions })
    }
  }
  return { plan: of("plan"), sync: of("sync"), runs: of("runs"), status: of("status") }
}
