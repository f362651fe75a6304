/** The state file: opening it safely, and running statements on it so that every failure is a `StateError`. */
import Sqlite from "better-sqlite3"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { chmodSync, existsSync, mkdirSync, statSync } from "node:fs"
import { dirname, join } from "node:path"
import { StateError } from "../src/contract/StateError.ts"
import * as GroupCommit from "./GroupCommit.ts"
import * as Migrating from "./Migrating.ts"
import * as Migrations from "./Migrations.ts"
import * as Mirror from "./Mirror.ts"

export type Row = Record<string, string | number | null>

export interface Database {
  readonly file: string
  /** Whether this opening made the file. */
  readonly fresh: boolean
  readonly lineage: string
  /** The folder of copies, for messages that name one. */
  readonly backups: string | null
  /** Runs `work` at once. Everything inside sees and leaves one state of the file if it is wrapped in `atomically`. */
  readonly use: <A>(work: (sql: Statements) => A) => Effect.Effect<A, StateError>
  /** As `use`, in one transaction: all of it is stored, or nothing. */
  readonly atomically: <A>(work: (sql: Statements) => A) => Effect.Effect<A, StateError>
  /** As `atomically`, but with whatever else asks for it at the same time: the disk is waited for once. Not to be interrupted. */
  readonly together: <A>(work: (sql: Statements) => A) => Effect.Effect<A, StateError>
  /** One transaction around several steps; `keep` decides from the result whether it is stored or taken back. */
  readonly around: <A, E, R>(steps: Effect.Effect<A, E, R>, keep: (result: A) => boolean) => Effect.Effect<A, E | StateError, R>
}

/** Statements by their text, prepared once. Values are bound in order, to `?` or to `?1`, `?2`, ...; a statement uses one of the two. */
export interface Statements {
  readonly all: (text: string, ...values: ReadonlyArray<unknown>) => ReadonlyArray<Row>
  readonly get: (text: string, ...values: ReadonlyArray<unknown>) => Row | undefined
  /** Answers the number of rows changed. */
  readonly run: (text: string, ...values: ReadonlyArray<unknown>) => number
  readonly insert: (text: string, ...values: ReadonlyArray<unknown>) => number
}

/** The driver knows numbered parameters by name only. */
const byNumber = (values: ReadonlyArray<unknown>): ReadonlyArray<unknown> => [Object.fromEntries(values.map((value, index) => [index + 1, value]))]

interface Prepared {
  readonly statement: Sqlite.Statement
  readonly bound: (values: ReadonlyArray<unknown>) => ReadonlyArray<unknown>
}

const statements = (db: Sqlite.Database): Statements => {
  const cache = new Map<string, Prepared>()
  const prepared = (text: string): Prepared => {
    const known = cache.get(text)
    if (known !== undefined) return known
    const made = { statement: db.prepare(text), bound: /\?\d/.test(text) ? byNumber : (values: ReadonlyArray<unknown>) => values }
    cache.set(text, made)
    return made
  }
  const run = (text: string, values: ReadonlyArray<unknown>): Sqlite.RunResult => {
    const { bound, statement } = prepared(text)
    return statement.run(...bound(values))
  }
  return {
    all: (text, ...values) => {
      const { bound, statement } = prepared(text)
      return statement.all(...bound(values)) as ReadonlyArray<Row>
    },
    get: (text, ...values) => {
      const { bound, statement } = prepared(text)
      return statement.get(...bound(values)) as Row | undefined
    },
    run: (text, ...values) => run(text, values).changes,
    insert: (text, ...values) => Number(run(text, values).lastInsertRowid)
  }
}

/** What a failure of SQLite or of the file system means for the person who reads it. */
export const explain = (file: string, cause: unknown): StateError => {
  if (cause instanceof StateError) return cause
  const code = typeof cause === "object" && cause !== null && "code" in cause ? String(cause.code) : ""
  const words = cause instanceof Error ? cause.message : String(cause)
  const make = (reason: StateError["reason"], message: string): StateError => new StateError({ reason, file, message })
  if (code === "SQLITE_FULL" || code === "ENOSPC") {
    return make("Full", `the disk of the state file ${file} is full. Nothing of this step was stored. Make room and run it again; it goes on where it stopped.`)
  }
  if (code === "SQLITE_NOTADB") return make("NotAState", `${file} is not a Groupbridge state file. Put the right path under state: in the config file.`)
  if (code.startsWith("SQLITE_CORRUPT"))
    return make("Corrupt", `the state file ${file} is damaged (${words}). Put the newest copy in its place: groupbridge state restore FILE`)
  if (code.startsWith("SQLITE_BUSY")) return make("Locked", `the state file ${file} is in use by another process. Try again when that one is done.`)
  if (code.startsWith("SQLITE_READONLY") || code === "EACCES" || code === "EROFS" || code === "EPERM" || code.startsWith("SQLITE_CANTOPEN")) {
    return make("Unwritable", `the state file ${file} cannot be opened for writing. Check its owner and rights, and those of its folder.`)
  }
  if (code === "ENOTDIR" || code === "EEXIST") {
    return make(
      "Unwritable",
      `the state file ${file} cannot be made: a part of its path is a file, not a folder. Put another path under state: in the config file.`
    )
  }
  return make("Failed", `the state file ${file} failed: ${words}`)
}

const prepare = (file: string, backups: string | null): void => {
  const folder = dirname(file)
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  if (existsSync(file) && statSync(file).isDirectory()) {
    throw new StateError({
      reason: "NotAState",
      file,
      message: `the state path ${file} is a folder. Name a file in it under state: in the config file, such as ${join(file, "state.db")}.`
    })
  }
  const mirrored = existsSync(file) ? null : Mirror.read(file)
  if (mirrored !== null) throw Mirror.missing(file, mirrored, backups)
}

export interface Options {
  /** Bounds the file's size (SQLite's `max_page_count`), for tests of a full disk. */
  readonly maxPages: number | null
  readonly backups: string | null
}

const connect = (file: string, now: number, { backups, maxPages }: Options): { readonly db: Sqlite.Database; readonly fresh: boolean } => {
  prepare(file, backups)
  const db = new Sqlite(file)
  try {
    db.pragma("busy_timeout = 5000")
    db.pragma("journal_mode = WAL")
    db.pragma("synchronous = FULL")
    db.pragma("foreign_keys = ON")
    db.pragma("cache_size = -4096")
    db.pragma("temp_store = FILE")
    if (maxPages !== null) db.pragma(`max_page_count = ${maxPages}`)
    const intact = String(db.pragma("quick_check(1)", { simple: true }))
    if (intact !== "ok") throw Object.assign(new Error(intact), { code: "SQLITE_CORRUPT" })
    const fresh = Migrating.forward(db, file, Migrations.steps, now)
    db.exec(Migrations.temporary)
    chmodSync(file, 0o600)
    return { db, fresh }
  } catch (cause) {
    db.close()
    throw cause
  }
}

/**
 * Opens the state file, making it and its folder if they are not there, and closes it with the scope.
 * Fails with what is wrong and leaves the file as it was: also where it is gone and runs wrote to it before.
 */
export const open = (file: string, options: Options = { maxPages: null, backups: null }): Effect.Effect<Database, StateError, Scope.Scope> =>
  Effect.gen(function* () {
    const now = yield* Clock.currentTimeMillis
    const { db, fresh } = yield* Effect.acquireRelease(
      Effect.try({ try: () => connect(file, now, options), catch: (cause) => explain(file, cause) }),
      ({ db }) => Effect.sync(() => db.close())
    )
    const sql = statements(db)
    const attempt = <A>(work: () => A): Effect.Effect<A, StateError> => Effect.try({ try: work, catch: (cause) => explain(file, cause) })
    const atomically = <A>(work: (sql: Statements) => A): Effect.Effect<A, StateError> => attempt(() => db.transaction(() => work(sql)).immediate())
    const together = GroupCommit.make(db, (cause) => explain(file, cause))
    const finish = (text: "COMMIT" | "ROLLBACK") => attempt(() => (db.inTransaction ? db.exec(text) : undefined))
    return {
      file,
      fresh,
      backups: options.backups,
      lineage: String(sql.get("SELECT value FROM meta WHERE key = 'lineage'")?.["value"]),
      use: (work) => attempt(() => work(sql)),
      atomically,
      together: (work) => together(() => work(sql)),
      around: (steps, keep) =>
        Effect.acquireUseRelease(
          attempt(() => db.exec("BEGIN IMMEDIATE")),
          () => Effect.tap(steps, (result) => finish(keep(result) ? "COMMIT" : "ROLLBACK")),
          () => Effect.ignore(finish("ROLLBACK"))
        )
    }
  })
