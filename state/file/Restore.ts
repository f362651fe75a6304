/** Puts a copy in the state's place. At no time are both gone: cut off anywhere, the same command ends it. */
import Sqlite from "better-sqlite3"
import { existsSync, renameSync, rmSync } from "node:fs"
import { StateError } from "../../src/contract/StateError.ts"
import * as LeaseHolder from "../../src/run/LeaseHolder.ts"
import type { Decider } from "../../src/model/Decision.ts"
import * as Backups from "../database/Backups.ts"
import * as LastWriter from "../database/LastWriter.ts"
import * as LineageFile from "../database/LineageFile.ts"

export interface Restoring {
  readonly file: string
  readonly from: string
  /** As runs name themselves when they take the lease. */
  readonly holder: string
  readonly by: Decider
  readonly now: number
}

/** Long enough for the change, and gone by itself if it is cut off. */
const leaseMillis = 60_000

/** Keeps runs away from the present file. One that is damaged has no lease that could be asked. */
const lock = ({ file, holder, now }: Restoring, db: Sqlite.Database): void => {
  const lease = db.prepare<[], { number: number; holder: string; expires_at: number }>("SELECT number, holder, expires_at FROM lease WHERE name = 'run'").get()
  if (lease !== undefined && lease.expires_at > now && !LeaseHolder.isGone(lease.holder, holder)) {
    throw new StateError({
      reason: "Locked",
      file,
      message: `a run is under way (${lease.holder}), so nothing was changed. Stop it, or wait for its end,
        and try again.`
    })
  }
  db.prepare("INSERT OR REPLACE INTO lease VALUES ('run', ?, ?, ?)").run((lease?.number ?? 0) + 1, holder, now + leaseMillis)
}

const isBusy = (cause: unknown): boolean => cause instanceof Error && "code" in cause && String(cause.code).startsWith("SQLITE_BUSY")

/** Takes the lease, and brings what is still beside the file into it. */
const settle = (restoring: Restoring): void => {
  let db: Sqlite.Database | null = null
  try {
    db = new Sqlite(restoring.file, { fileMustExist: true })
    db.pragma("busy_timeout = 5000")
    const open = db
    open.transaction(() => lock(restoring, open)).immediate()
  } catch (cause) {
    // Anything else may be the reason to restore: the file does not even open.
    if (cause instanceof StateError || isBusy(cause)) throw cause
  } finally {
    db?.close()
  }
}

const parts = ["", "-wal", "-shm"]

/** Moves the file with what belongs to it, so that a new one meets nothing of the old one. */
export const putAside = (file: string, aside: string): void => {
  for (const part of parts) if (existsSync(file + part)) renameSync(file + part, aside + part)
}

/** A name that nothing has yet. */
export const free = (name: string): string => (existsSync(name) ? free(`${name}-`) : name)

const prepare = (copy: string, { by, from, now }: Restoring): LineageFile.Mirrored => {
  const db = new Sqlite(copy)
  try {
    return db
      .transaction(() => {
        // A copy that was made during a run holds its lease; what the target holds now is looked at anew.
        db.prepare("UPDATE lease SET expires_at = 0").run()
        db.prepare("UPDATE connection SET groups_listed_at = NULL, customers_listed_at = NULL").run()
        LastWriter.restore(db)
        db.prepare("INSERT INTO decision (at, who, host, what, subject, reason) VALUES (?, ?, ?, 'restore', ?, ?)").run(now, by.who, by.host, from, by.reason)
        return LineageFile.ofState({ get: (text, key) => db.prepare<[unknown], { value: string }>(text).get(key) })
      })
      .immediate()
  } finally {
    db.close()
  }
}

/** Makes both ends ready for the change, or leaves all as it was. */
const ready = (made: string, restoring: Restoring): LineageFile.Mirrored => {
  try {
    const mirrored = prepare(made, restoring)
    if (existsSync(restoring.file)) settle(restoring)
    return mirrored
  } catch (cause) {
    rmSync(made, { force: true })
    throw cause
  }
}

/** Answers under which name the present file is kept; null: there was none. */
export const restore = async (restoring: Restoring): Promise<string | null> => {
  const { file, from, now } = restoring
  const made = `${file}.restoring`
  await Backups.make(from, made)
  const there = existsSync(file)
  const mirrored = ready(made, restoring)
  const aside = free(`${file}.replaced-${Backups.stamp(now)}`)
  putAside(file, aside)
  renameSync(made, file)
  LineageFile.write(file, mirrored)
  return there ? aside : null
}
