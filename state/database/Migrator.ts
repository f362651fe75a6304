/** Brings a state file's schema forward: never back, all steps or none, and only after a copy. */
import Sqlite from "better-sqlite3"
import { randomUUID } from "node:crypto"
import { renameSync, rmSync } from "node:fs"
import { StateError } from "../../src/contract/StateError.ts"
import * as Backups from "./Backups.ts"

const schemaOf = (db: Sqlite.Database): number => Number(db.pragma("user_version", { simple: true }))

/** Fails where the file is a newer Groupbridge's or no Groupbridge's. */
export const refuse = (db: Sqlite.Database, file: string, known: number): void => {
  const version = schemaOf(db)
  if (version > known) {
    throw new StateError({
      reason: "Newer",
      file,
      message: `the state file ${file} was written by a newer Groupbridge (schema ${version}, this one knows ${known}). Install that version again.`
    })
  }
  const tables = Number(db.prepare("SELECT count(*) FROM sqlite_master").pluck().get())
  if (version === 0 && tables > 0) {
    throw new StateError({
      reason: "NotAState",
      file,
      message: `${file} is a database of another program. Put the right path under state: in the config file.`
    })
  }
}

/** Whether the file has taken all steps. */
export const isCurrent = (db: Sqlite.Database, steps: ReadonlyArray<string>): boolean => schemaOf(db) === steps.length

/** The file as it is before the steps, beside it. */
const keepBefore = (db: Sqlite.Database, file: string, version: number, goal: number): void => {
  const kept = `${file}.before-schema-${goal}`
  const part = `${kept}.part`
  Backups.claim(part)
  try {
    db.prepare("VACUUM INTO ?").run(part)
    const copy = new Sqlite(part, { readonly: true })
    const same = schemaOf(copy) === version
    copy.close()
    // Otherwise another process has taken the steps since, and has kept the copy.
    if (same) renameSync(part, kept)
  } finally {
    rmSync(part, { force: true })
  }
}

/** Answers whether the file was new. Existing ones are copied beside themselves as `FILE.before-schema-N` first. */
export const forward = (db: Sqlite.Database, file: string, steps: ReadonlyArray<string>, now: number): boolean => {
  refuse(db, file, steps.length)
  const before = schemaOf(db)
  if (before === steps.length) return false
  if (before > 0) keepBefore(db, file, before, steps.length)
  return db
    .transaction(() => {
      const version = schemaOf(db)
      for (const step of steps.slice(version)) db.exec(step)
      if (version === 0) {
        db.prepare("INSERT INTO meta VALUES ('lineage', ?), ('created_at', ?), ('counter', '0')").run(randomUUID().slice(0, 8), String(now))
      }
      db.pragma(`user_version = ${steps.length}`)
      return version === 0
    })
    .immediate()
}
