/** The file of a state that is made anew: built beside the lost one's place, and put there when it is whole. */
import Sqlite from "better-sqlite3"
import { existsSync, renameSync, rmSync } from "node:fs"
import { StateError } from "../../src/contract/StateError.ts"
import * as LeaseHolder from "../../src/run/LeaseHolder.ts"
import * as Backups from "../database/Backups.ts"
import * as LineageFile from "../database/LineageFile.ts"
import * as Restore from "./Restore.ts"

export const path = (file: string): string => `${file}.rebuilding`

/** Another rebuild that lives. One that cannot be read was cut off. */
const holder = (made: string, self: string, now: number): string | null => {
  try {
    const db = new Sqlite(made, { readonly: true, fileMustExist: true })
    try {
      const lease = db.prepare<[number], { holder: string }>("SELECT holder FROM lease WHERE name = 'run' AND expires_at > ?").get(now)
      return lease === undefined || LeaseHolder.isGone(lease.holder, self) ? null : lease.holder
    } finally {
      db.close()
    }
  } catch {
    return null
  }
}

/** Nothing of an attempt that was cut off stays; one under way is left alone. */
export const clear = (file: string, self: string, now: number): void => {
  const other = existsSync(path(file)) ? holder(path(file), self, now) : null
  if (other !== null)
    throw new StateError({ reason: "Locked", file, message: `another rebuild is under way (${other}). Nothing was changed; wait for its end, or stop it.` })
  for (const part of ["", "-wal", "-shm"]) rmSync(path(file) + part, { force: true })
}

/** Makes the new state go on in the lost one's line, so that its marks are ours and its place's memory agrees with it. */
export const takeOver = (file: string, lineage: string): void => {
  const mirrored = LineageFile.read(file)
  const counter = mirrored?.lineage === lineage ? mirrored.counter : 0
  const db = new Sqlite(path(file), { fileMustExist: true })
  try {
    db.transaction(() => {
      db.prepare("UPDATE meta SET value = ? WHERE key = 'lineage'").run(lineage)
      db.prepare("UPDATE meta SET value = ? WHERE key = 'counter'").run(String(counter + 1))
    })()
  } finally {
    db.close()
  }
}

/** Puts the new state in its place. A file that is there by then, of no worth or damaged, is kept under the answered name; null: there was none. */
export const place = (file: string, now: number, refuse: () => StateError | null): string | null => {
  const objection = refuse()
  if (objection !== null) throw objection
  const made = path(file)
  const db = new Sqlite(made, { fileMustExist: true })
  const mirrored = LineageFile.ofState({ get: (text, key) => db.prepare<[unknown], { value: string }>(text).get(key) })
  db.pragma("wal_checkpoint(TRUNCATE)")
  db.close()
  const there = existsSync(file)
  const aside = Restore.free(`${file}.lost-${Backups.stamp(now)}`)
  Restore.putAside(file, aside)
  renameSync(made, file)
  LineageFile.write(file, mirrored)
  return there ? aside : null
}
