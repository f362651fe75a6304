/** Copies, checks and the putting back of state files. None of it needs the state to open as runs open it. */
import Sqlite from "better-sqlite3"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { existsSync } from "node:fs"
import { StateError } from "../../src/contract/StateError.ts"
import type { StateFacts, StateFiles } from "../../src/operate/StateFiles.ts"
import * as Backups from "../database/Backups.ts"
import { explain } from "../database/Database.ts"
import * as Migrator from "../database/Migrator.ts"
import * as Schema from "../database/Schema.ts"
import * as LineageFile from "../database/LineageFile.ts"
import * as RebuildFile from "./RebuildFile.ts"
import * as Restore from "./Restore.ts"

const known = Schema.steps.length

/** Reads the file without changing it. Throws where it is none of ours. */
const look = <A>(file: string, use: (db: Sqlite.Database) => A): A => {
  if (!existsSync(file)) throw new StateError({ reason: "Missing", file, message: `there is no file ${file}` })
  const db = new Sqlite(file, { readonly: true, fileMustExist: true })
  try {
    return use(db)
  } finally {
    db.close()
  }
}

const factsOf = (file: string, db: Sqlite.Database): StateFacts => {
  Migrator.refuse(db, file, known)
  const schema = Number(db.pragma("user_version", { simple: true }))
  if (schema === 0) throw new StateError({ reason: "NotAState", file, message: `${file} is empty: it is no Groupbridge state file` })
  const { counter, lineage } = LineageFile.ofState({ get: (text, key) => db.prepare<[unknown], { value: string }>(text).get(key) })
  const last = db.prepare("SELECT max(started_at) FROM run").pluck().get()
  return { file, lineage, runs: counter, schema, lastRunAt: typeof last === "number" ? last : null }
}

const damage = (db: Sqlite.Database): ReadonlyArray<string> => {
  const found = db.pragma("integrity_check(5)") as ReadonlyArray<{ readonly integrity_check: string }>
  return found.map((row) => row.integrity_check).filter((row) => row !== "ok")
}

const whole = (file: string): StateFacts =>
  look(file, (db) => {
    const [first] = damage(db)
    if (first !== undefined) throw Object.assign(new Error(first), { code: "SQLITE_CORRUPT" })
    return factsOf(file, db)
  })

/** What `use` answers, or what it threw in words. */
const attempt = <A>(file: string, use: () => A): A | StateError => {
  try {
    return use()
  } catch (cause) {
    return explain(file, cause)
  }
}

const checkCopy = (file: string, lineage: string): ReadonlyArray<string> => {
  const copy = attempt(file, () => whole(file))
  if (copy instanceof StateError) return [`the newest copy cannot be put back: ${copy.message}. Make another one: groupbridge state backup`]
  return copy.lineage === lineage ? [] : [`the newest copy ${file} is of another state (${copy.lineage}). Make one of this state: groupbridge state backup`]
}

const check: (file: string, dir: string) => Effect.Effect.Success<ReturnType<StateFiles["check"]>> = (file, dir) => {
  const newest = Backups.list(dir)[0] ?? null
  const report = (facts: StateFacts | null, problems: ReadonlyArray<string>) => ({ facts, knownSchema: known, newest, problems })
  const mirrored = attempt(file, () => LineageFile.read(file))
  if (mirrored instanceof StateError) return report(null, [mirrored.message])
  if (!existsSync(file)) return report(null, mirrored === null ? [] : [LineageFile.missing(file, mirrored, dir).message])
  const facts = attempt(file, () => whole(file))
  if (facts instanceof StateError) return report(null, [facts.message])
  const objection = LineageFile.objection(file, { lineage: facts.lineage, counter: facts.runs }, mirrored, dir)
  return report(facts, [...(objection === null ? [] : [objection.message]), ...(newest === null ? [] : checkCopy(newest.file, facts.lineage))])
}

/** A state that has never written, and knows no group of ours, is nobody's: a copy may take its place. */
const everWrote = (file: string): boolean =>
  look(file, (db) => {
    // An older file has no teams yet.
    const teams = db.prepare("SELECT 1 FROM sqlite_master WHERE name = 'team_call'").get() === undefined ? "" : "UNION ALL SELECT 1 FROM team_call "
    return db.prepare(`SELECT 1 FROM call ${teams}UNION ALL SELECT 1 FROM target_group WHERE made_by_us = 1 LIMIT 1`).get() !== undefined
  })

/** Only what can be read, and has been written by, is worth more than what a rebuild finds. */
const refuseRebuild = (file: string): StateError | null => {
  if (!existsSync(file)) return null
  const facts = attempt(file, () => look(file, (db) => factsOf(file, db)))
  if (facts instanceof StateError && facts.reason !== "Corrupt" && facts.reason !== "NotAState") return facts
  if (facts instanceof StateError || !everWrote(file)) return null
  return new StateError({
    reason: "Unwritable",
    file,
    message: `the state file ${file} is there (state ${facts.lineage}, ${facts.runs} ${facts.runs === 1 ? "run" : "runs"}), and knows more than a rebuild could find. It was left as it is. Look at it: groupbridge state check. If it is really to be given up, move it away by hand first.`
  })
}

const compare: (file: string, copy: string) => Effect.Effect.Success<ReturnType<StateFiles["compare"]>> = (file, copy) => {
  const facts = whole(copy)
  const found = existsSync(file) ? attempt(file, () => look(file, (db) => factsOf(file, db))) : null
  const here = found instanceof StateError ? null : found
  const mirror = attempt(file, () => LineageFile.read(file))
  const mirrored = mirror instanceof StateError ? null : mirror
  const ours = here !== null && everWrote(file) ? here.lineage : here === null ? (mirrored?.lineage ?? null) : null
  const runs = [here, mirrored === null ? null : { lineage: mirrored.lineage, runs: mirrored.counter }]
    .filter((one) => one?.lineage === facts.lineage)
    .map((one) => one?.runs ?? 0)
  return {
    copy: facts,
    here,
    foreign: ours === null || ours === facts.lineage ? null : ours,
    runsAfter: runs.length === 0 ? null : Math.max(0, Math.max(...runs) - facts.runs)
  }
}

/** What is wrong with a copy that somebody named, which is not what the config names. */
const ofCopy = (file: string, cause: unknown): StateError => {
  const error = explain(file, cause)
  const { reason } = error
  const message =
    reason === "NotAState" ? `${file} is no copy of a Groupbridge state` : reason === "Corrupt" ? `the copy ${file} is damaged; take another one` : null
  return message === null ? error : new StateError({ reason, file, message: `${message}. Nothing was changed.` })
}

const failedCopy = (from: string, to: string, cause: unknown): StateError => {
  const code = typeof cause === "object" && cause !== null && "code" in cause ? String(cause.code) : ""
  if (cause instanceof StateError || code === "SQLITE_NOTADB" || code.startsWith("SQLITE_CORRUPT")) return explain(from, cause)
  return new StateError({
    reason: "Failed",
    file: to,
    message: `the copy ${to} of the state file could not be made: ${cause instanceof Error ? cause.message : String(cause)}`
  })
}

const copy = (from: string, to: string): Effect.Effect<void, StateError> =>
  Effect.tryPromise({ try: () => Backups.make(from, to), catch: (cause) => failedCopy(from, to, cause) })

export const stateFiles: StateFiles = {
  isKnown: (file) => existsSync(LineageFile.path(file)),
  copy: (file, to) =>
    Effect.suspend(() =>
      existsSync(to)
        ? Effect.fail(new StateError({ reason: "Unwritable", file: to, message: `${to} is there already, and was left as it is. Name another file.` }))
        : copy(file, to)
    ),
  backup: (file, { dir, ...limits }) =>
    Effect.gen(function* () {
      const now = yield* Clock.currentTimeMillis
      const to = Backups.placeFor(dir, now)
      yield* Effect.try({ try: () => Backups.correct(dir, now), catch: (cause) => failedCopy(file, to, cause) })
      yield* copy(file, to)
      yield* Effect.try({ try: () => Backups.prune(dir, limits), catch: (cause) => failedCopy(file, to, cause) })
      return to
    }),
  newest: (dir) => Backups.list(dir)[0] ?? null,
  naming: (file, dir, texts) =>
    Effect.try({
      try: () => [...Backups.beside(file), ...Backups.list(dir).map((one) => one.file)].filter((path) => Backups.holds(path, texts)),
      catch: (cause) => explain(file, cause)
    }),
  check: (file, dir) => Effect.try({ try: () => check(file, dir), catch: (cause) => explain(file, cause) }),
  compare: (file, from) => Effect.try({ try: () => compare(file, from), catch: (cause) => ofCopy(from, cause) }),
  restore: (file, from, holder, by) =>
    Effect.flatMap(Clock.currentTimeMillis, (now) =>
      Effect.uninterruptible(Effect.tryPromise({ try: () => Restore.restore({ file, from, holder, by, now }), catch: (cause) => explain(file, cause) }))
    ),
  beginRebuild: (file, holder) =>
    Effect.flatMap(Clock.currentTimeMillis, (now) =>
      Effect.try({
        try: () => {
          const refused = refuseRebuild(file)
          if (refused !== null) throw refused
          RebuildFile.clear(file, holder, now)
          return RebuildFile.path(file)
        },
        catch: (cause) => explain(file, cause)
      })
    ),
  takeOver: (file, lineage) => Effect.try({ try: () => RebuildFile.takeOver(file, lineage), catch: (cause) => explain(file, cause) }),
  endRebuild: (file) =>
    Effect.flatMap(Clock.currentTimeMillis, (now) =>
      Effect.try({ try: () => RebuildFile.place(file, now, () => refuseRebuild(file)), catch: (cause) => explain(file, cause) })
    )
}
