/** Plans as files: one JSON object a line, a header first, then one change a line. */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { createHash } from "node:crypto"
import { closeSync, createReadStream, writeSync } from "node:fs"
import { dirname } from "node:path"
import { createInterface } from "node:readline"
import * as Meaning from "../config/Meaning.ts"
import * as PrivateFile from "../contract/PrivateFile.ts"
import type { Change } from "../model/Change.ts"
import type { PlanResult } from "../model/Result.ts"
import type { Frame } from "../reconcile/ReconcileStore.ts"
import * as LongNames from "./LongNames.ts"
import { PlanStore } from "./PlanStore.ts"

const Header = Schema.Struct({
  groupbridge: Schema.Literal("plan/1"),
  id: Schema.String,
  sync: Schema.String,
  created: Schema.Number,
  accounts: Schema.Record({ key: Schema.String, value: Schema.String }),
  meaning: Schema.Array(Schema.String),
  reads: Schema.Array(Schema.Struct({ connection: Schema.String, complete: Schema.Boolean, at: Schema.Number })),
  summary: Schema.Unknown,
  estimate: Schema.Unknown,
  guards: Schema.Unknown
})
export type Header = typeof Header.Type

const Row = Schema.Struct({
  op: Schema.String,
  group: Schema.Struct({ key: Schema.String, short: Schema.optional(Schema.String) }),
  customer: Schema.optional(Schema.Struct({ id: Schema.String }))
})

/** The header under the names that the config gives now; `names` leads from former ones to the present ones. */
export const renamed = (header: Header, names: { readonly connections: ReadonlyMap<string, string>; readonly syncs: ReadonlyMap<string, string> }): Header => ({
  ...header,
  sync: names.syncs.get(header.sync) ?? header.sync,
  accounts: Object.fromEntries(Object.entries(header.accounts).map(([name, account]) => [names.connections.get(name) ?? name, account])),
  meaning: [...names.connections].reduce((lines, [old, name]) => Meaning.renamed(lines, old, name), header.meaning)
})

/** A file that is no plan of ours, or that cannot be read. The message says what, where and what to do. */
export class PlanFileError extends Schema.TaggedError<PlanFileError>()("PlanFileError", { file: Schema.String, message: Schema.String }) {}

const batch = 1000

type Write = (changes: ReadonlyArray<Change>) => Effect.Effect<void, PlanFileError>

/** A file that only its owner may read, written piece by piece. Answers the SHA-256 of what was written, in hex. */
const writing = <E, R>(file: string, use: (write: Write) => Effect.Effect<void, E, R>): Effect.Effect<string, E | PlanFileError, R> =>
  Effect.acquireUseRelease(
    attempt(file, () => {
      PrivateFile.makeFolder(dirname(file))
      return { handle: PrivateFile.create(file), digest: createHash("sha256") }
    }),
    ({ digest, handle }) => {
      const write: Write = (changes) =>
        attempt(file, () => {
          const lines = changes.map((change) => `${JSON.stringify(change)}\n`).join("")
          digest.update(lines)
          writeSync(handle, lines)
        })
      return Effect.map(use(write), () => digest.digest("hex"))
    },
    ({ handle }) => Effect.sync(() => closeSync(handle))
  )

/** Writes these changes as `writeChanges` does. */
export const writeAll = (changes: ReadonlyArray<Change>, file: string): Effect.Effect<string, PlanFileError> =>
  writing(file, (write) => (changes.length === 0 ? Effect.void : write(changes)))

/** Writes all changes of the present plan to a file that only its owner may read, without holding them in memory. Answers the SHA-256 of its lines. */
export const writeChanges = (
  frame: Frame,
  file: string
): Effect.Effect<string, PlanFileError | Effect.Effect.Error<ReturnType<typeof PlanStore.Service.changes>>, PlanStore> =>
  writing(file, (write) =>
    Effect.gen(function* () {
      const store = yield* PlanStore
      let after: string | null = null
      do {
        const page: { readonly changes: ReadonlyArray<Change>; readonly next: string | null } = yield* store.changes(frame, after, batch)
        if (page.changes.length > 0) yield* write(page.changes)
        after = page.next
      } while (after !== null)
    })
  )

/** The hash of a plan: of the accounts at its two ends, what its config means, and the digest of its changes. Two plans of one hash do the same. */
export const hash = ({ from, to }: Pick<PlanResult, "from" | "to">, meaning: ReadonlyArray<string>, changes: string): string =>
  createHash("sha256")
    .update(JSON.stringify([[...from, to].map(({ account, connection }) => [connection, account]), meaning, changes]))
    .digest("hex")

/** Reads changes back, line by line, from the first each time that it is iterated. */
export const readChanges = (file: string): AsyncIterable<Change> => ({ [Symbol.asyncIterator]: () => linesOf(file) })

async function* linesOf(file: string): AsyncGenerator<Change> {
  for await (const line of createInterface({ input: createReadStream(file, "utf8"), crlfDelay: Infinity })) {
    if (line !== "") yield JSON.parse(line) as Change
  }
}

/** Saves a plan for `apply`: the header, then the changes of a spooled plan that are not held. */
export const save = (file: string, header: Header, spool: string): Effect.Effect<void, PlanFileError> =>
  Effect.tryPromise({
    try: () =>
      PrivateFile.replace(file, async (write) => {
        write(`${JSON.stringify(header)}\n`)
        const shorten = LongNames.shortener()
        for await (const change of readChanges(spool)) if (change.held === undefined && change.task === undefined) write(`${JSON.stringify(shorten(change))}\n`)
      }),
    catch: (cause) => new PlanFileError({ file, message: `${file} cannot be written: ${words(cause)}` })
  })

export interface SavedRow {
  readonly op: string
  readonly group: string
  readonly customer: string
}

const fault = (file: string, line: number, what: string) =>
  new PlanFileError({ file, message: `${file}:${line}  ${what}. Make a plan with groupbridge plan --save FILE, and apply it as it is.` })

const parse = <A, I>(schema: Schema.Schema<A, I>, file: string, line: number, text: string): A => {
  try {
    return Schema.decodeUnknownSync(schema)(JSON.parse(text))
  } catch {
    throw fault(file, line, "this line is not part of a Groupbridge plan")
  }
}

/** Opens a saved plan: its header, and a way to visit its rows in batches. */
export const open = <E, R>(
  file: string,
  visit: (rows: ReadonlyArray<SavedRow>) => Effect.Effect<void, E, R>
): Effect.Effect<{ readonly rows: number }, PlanFileError | E, R> =>
  Effect.gen(function* () {
    const reader = yield* attempt(file, () => createInterface({ input: createReadStream(file, "utf8"), crlfDelay: Infinity })[Symbol.asyncIterator]())
    const restore = LongNames.restorer()
    let [line, rows] = [0, 0]
    let pending: Array<SavedRow> = []
    for (;;) {
      const next = yield* Effect.tryPromise({
        try: () => reader.next(),
        catch: (cause) => new PlanFileError({ file, message: `${file} cannot be read: ${words(cause)}` })
      })
      const text: string | undefined = next.done === true ? undefined : next.value
      line += 1
      if (text !== undefined && line > 1 && text !== "") {
        const row = yield* attemptParse(() => parse(Row, file, line, text))
        const group = restore(row.group)
        if (group === null) return yield* fault(file, line, "the row that names this row's group in full is missing")
        pending.push({ op: row.op, group, customer: row.customer?.id ?? "" })
        rows += 1
      }
      if (pending.length >= batch || (text === undefined && pending.length > 0)) {
        yield* visit(pending)
        pending = []
      }
      if (text === undefined) return { rows }
    }
  })

/** Reads the header alone. */
export const header = (file: string): Effect.Effect<Header, PlanFileError> =>
  Effect.tryPromise({
    try: async () => {
      for await (const line of createInterface({ input: createReadStream(file, "utf8"), crlfDelay: Infinity })) return parse(Header, file, 1, line)
      throw fault(file, 1, "the file is empty")
    },
    catch: (cause) => (cause instanceof PlanFileError ? cause : new PlanFileError({ file, message: `${file} cannot be read: ${words(cause)}` }))
  })

const words = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause))

const attempt = <A>(file: string, work: () => A): Effect.Effect<A, PlanFileError> =>
  Effect.try({ try: work, catch: (cause) => new PlanFileError({ file, message: `${file} cannot be written: ${words(cause)}` }) })

const attemptParse = <A>(work: () => A): Effect.Effect<A, PlanFileError> =>
  Effect.try({ try: work, catch: (cause) => (cause instanceof PlanFileError ? cause : new PlanFileError({ file: "", message: words(cause) })) })
