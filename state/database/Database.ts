/** The state file: opening it safely, and running statements on it so that every failure is a `StateError`. */
import Sqlite from "better-sqlite3"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { existsSync, statfsSync, statSync } from "node:fs"
import { dirname, join } from "node:path"
import * as PrivateFile from "../../src/contract/PrivateFile.ts"
import { StateError } from "../../src/contract/StateError.ts"
import { wentBack } from "../../src/model/StoredTime.ts"
import * as AsideCopy from "./AsideCopy.ts"
import * as Functions from "./Functions.ts"
import * as GroupCommit from "./GroupCommit.ts"
import * as Migrator from "./Migrator.ts"
import * as Schema from "./Schema.ts"
import * as TemporaryTables from "./TemporaryTables.ts"
import * as StoredTimes from "./StoredTimes.ts"
import * as LineageFile from "./LineageFile.ts"
import * as Views from "./Views.ts"
import type { Row, Statements } from "./Statements.ts"

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

/** The driver is compiled when it is installed: a package manager that runs no install scripts, and an upgrade of Node, leave none that fits. */
const driverMissing = (words: string): string =>
  `the SQLite driver better-sqlite3 ${words.includes("NODE_MODULE_VERSION") ? "was built for another version of Node" : "is not built"} and cannot be loaded by Node ${process.versions.node} (${process.execPath}). The state file was not touched. Build it with this Node, in the folder where groupbridge is installed: npm rebuild better-sqlite3`

/** SQLite reports a full disk as one that fails where a file of its own cannot grow. */
const isFull = (file: string): boolean => {
  const { bavail, bsize } = statfsSync(dirname(file))
  return bavail * bsize < 65_536
}

/** What a failure of SQLite or of the file system means for the person who reads it. */
export const explain = (file: string, cause: unknown): StateError => {
  if (cause instanceof StateError) return cause
  const code = typeof cause === "object" && cause !== null && "code" in cause ? String(cause.code) : ""
  const words = cause instanceof Error ? cause.message : String(cause)
  const make = (reason: StateError["reason"], message: string): StateError => new StateError({ reason, file, message })
  if (code === "ERR_DLOPEN_FAILED" || words.startsWith("Could not locate the bindings file")) return make("Failed", driverMissing(words))
  if (code === "SQLITE_FULL" || code === "ENOSPC" || (code.startsWith("SQLITE_IOERR") && isFull(file))) {
    return make("Full", `the disk of the state file ${file} is full. Nothing of this step was stored. Make room and run it again; it goes on where it stopped.`)
  }
  if (code === "SQLITE_NOTADB") return make("NotAState", `${file} is not a Groupbridge state file. Put the right path under state: in the config file.`)
  if (code.startsWith("SQLITE_CORRUPT"))
    return make("Corrupt", `the state file ${file} is damaged (${words}). Put the newest copy in its place: groupbridge state restore FILE`)
  if (code.startsWith("SQLITE_BUSY")) return make("Locked", `the state file ${file} is in use by another process. Try again when that one is done.`)
  if (code === "EROFS") return make("Unwritable", `the state file ${file} cannot be written: its disk is mounted read-only. Nothing was changed.`)
  if (code.startsWith("SQLITE_READONLY") || code === "EACCES" || code === "EPERM" || code.startsWith("SQLITE_CANTOPEN")) {
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
  PrivateFile.makeFolder(dirname(file))
  if (existsSync(file) && statSync(file).isDirectory()) {
    throw new StateError({
      reason: "NotAState",
      file,
      message: `the state path ${file} is a folder. Name a file in it under state: in the config file, such as ${join(file, "state.db")}.`
    })
  }
  const mirrored = existsSync(file) ? null : LineageFile.read(file)
  if (mirrored !== null) throw LineageFile.missing(file, mirrored, backups)
  const linked = [file, ...beside(file)].find(PrivateFile.isLink)
  if (linked !== undefined) {
    const message = `the state's file ${linked} is a symbolic link, and those are not followed. Put the path of the file itself under state: in the config file.`
    throw new StateError({ reason: "Unwritable", file, message })
  }
  // SQLite gives its other files the rights of the first, so that none is readable by others for a moment.
  PrivateFile.secure(file)
  for (const other of beside(file).filter(existsSync)) PrivateFile.secure(other)
}

/** What SQLite writes beside a file of its own. */
const beside = (file: string): ReadonlyArray<string> => [`${file}-wal`, `${file}-shm`, `${file}-journal`]

/** `work` makes the file if there is none. `decide` fails at once where nothing can be stored. `look` stores nothing that matters: a copy will do, and only the pages that it reads are checked. */
export type Purpose = "work" | "look" | "decide"

interface Connected {
  readonly db: Sqlite.Database
  readonly fresh: boolean
  /** The latest time stored, if it is ahead of the clock. */
  readonly ahead: number | null
  /** The file is not the one that was asked for, or was opened as nothing can be stored in it: why. */
  readonly aside: StateError | null
}

/**
 * `alone`: without any other file beside it, and with what is temporary in memory. `whole`: every page is checked beforehand, which reads the whole
 * file; so it is where the file has to be brought forward.
 */
const connect = (file: string, now: number, { alone = false, whole = true } = {}): Omit<Connected, "aside"> => {
  const db = new Sqlite(file)
  try {
    if (alone) db.pragma("locking_mode = EXCLUSIVE")
    db.pragma("busy_timeout = 5000")
    db.pragma("journal_mode = WAL")
    db.pragma("synchronous = FULL")
    db.pragma("foreign_keys = ON")
    db.pragma("cache_size = -4096")
    db.pragma(`temp_store = ${alone ? "MEMORY" : "FILE"}`)
    const intact = whole || !Migrator.isCurrent(db, Schema.steps) ? String(db.pragma("quick_check(1)", { simple: true })) : "ok"
    if (intact !== "ok") throw Object.assign(new Error(intact), { code: "SQLITE_CORRUPT" })
    const fresh = Migrator.forward(db, file, Schema.steps, now)
    const ahead = StoredTimes.correct(db, now)
    Functions.register(db)
    db.exec(TemporaryTables.temporary + Views.views)
    return { db, fresh, ahead }
  } catch (cause) {
    db.close()
    throw cause
  }
}

/** Stores what is there already: a disk that takes nothing says so before anything else is done. */
const probe = (db: Sqlite.Database): void => void db.exec("UPDATE meta SET value = value WHERE key = 'counter'")

/** The first of these ways that leads to what the file holds; where none does, why the file itself could not be opened. */
const connectAside = (file: string, now: number, why: StateError): Connected => {
  // The temporary folder may be on the same full disk. There the file itself can still be read as long as no other process has it open.
  const ways = [() => AsideCopy.open(file, (copy) => connect(copy, now)), () => connect(file, now, { alone: true })]
  for (const way of ways) {
    try {
      return { ...way(), aside: why }
    } catch {
      // The next way, or the first failure.
    }
  }
  throw why
}

const connectFor = (purpose: Purpose, file: string, now: number, backups: string | null): Connected => {
  try {
    prepare(file, backups)
    const connected = connect(file, now, { whole: purpose !== "look" })
    if (purpose === "decide") closing(connected.db, probe)
    return { ...connected, aside: null }
  } catch (cause) {
    const why = explain(file, cause)
    // What we refuse ourselves, such as a symbolic link, is not to be looked at either.
    if (purpose !== "look" || cause instanceof StateError || (why.reason !== "Full" && why.reason !== "Unwritable")) throw why
    return connectAside(file, now, why)
  }
}

/** Closes the database if `work` fails. */
const closing = (db: Sqlite.Database, work: (db: Sqlite.Database) => void): void => {
  try {
    work(db)
  } catch (cause) {
    db.close()
    throw cause
  }
}

/**
 * Opens the state file, making it and its folder if they are not there, and closes it with the scope.
 * Fails with what is wrong and leaves the file as it was: also where it is gone and runs wrote to it before.
 */
export const open = (file: string, backups: string | null = null, purpose: Purpose = "work"): Effect.Effect<Database, StateError, Scope.Scope> =>
  Effect.gen(function* () {
    const now = yield* Clock.currentTimeMillis
    const { ahead, aside, db, fresh } = yield* Effect.acquireRelease(
      Effect.try({ try: () => connectFor(purpose, file, now, backups), catch: (cause) => explain(file, cause) }),
      ({ db }) => Effect.sync(() => db.close())
    )
    if (aside !== null) {
      const why = aside.reason === "Full" ? `the disk of the state file ${file} is full` : `the state file ${file} cannot be written`
      yield* Effect.logWarning(`${why}. This shows what it holds; decisions and syncs fail until it can be written.`)
    }
    if (ahead !== null) yield* Effect.logWarning(wentBack(ahead))
    const sql = statements(db)
    const attempt = <A>(work: () => A): Effect.Effect<A, StateError> => Effect.try({ try: work, catch: (cause) => explain(file, cause) })
    const atomically = <A>(work: (sql: Statements) => A): Effect.Effect<A, StateError> => attempt(() => db.transaction(() => work(sql)).immediate())
    const together = GroupCommit.make(db, (cause) => explain(file, cause))
    const finish = (text: "COMMIT" | "ROLLBACK") => attempt(() => (db.inTransaction ? db.exec(text) : undefined))
    return {
      file,
      fresh,
      backups,
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
