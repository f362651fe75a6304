/** A small file beside the state that says which state this place has and how many runs it knows, so that its loss is noticed. */
import * as Schema from "effect/Schema"
import { closeSync, existsSync, fsyncSync, openSync, readFileSync, renameSync, rmSync, writeSync } from "node:fs"
import { StateError } from "../../src/contract/StateError.ts"
import * as Backups from "./Backups.ts"
import type { Statements } from "./Statements.ts"

const Mirrored = Schema.Struct({ lineage: Schema.NonEmptyString, counter: Schema.NonNegativeInt })
export type Mirrored = typeof Mirrored.Type

const decode = Schema.decodeUnknownSync(Schema.parseJson(Mirrored))

export const path = (file: string): string => `${file}.lineage`

/** Null: no run ever began here. */
export const read = (file: string): Mirrored | null => {
  const mirror = path(file)
  if (!existsSync(mirror)) return null
  try {
    return decode(readFileSync(mirror, "utf8"))
  } catch {
    throw new StateError({
      reason: "Failed",
      file: mirror,
      message: `${mirror} cannot be read. It says which state belongs here. If ${file} is that state, remove it: groupbridge state check`
    })
  }
}

/** For its owner only, whole or not at all. */
export const write = (file: string, mirrored: Mirrored): void => {
  const part = `${path(file)}.part`
  rmSync(part, { force: true })
  const opened = openSync(part, "wx", 0o600)
  try {
    writeSync(opened, `${JSON.stringify(mirrored)}\n`)
    fsyncSync(opened)
  } finally {
    closeSync(opened)
  }
  renameSync(part, path(file))
}

export const ofState = (sql: Pick<Statements, "get">): Mirrored => {
  const value = (key: string) => sql.get("SELECT value FROM meta WHERE key = ?", key)?.["value"]
  return { lineage: String(value("lineage")), counter: Number(value("counter")) }
}

const runs = (count: number): string => `${count} ${count === 1 ? "run" : "runs"}`

const remedy = (file: string, lineage: string, backups: string | null, otherwise: string): string => {
  const newest = backups === null ? null : Backups.newestOf(backups, lineage)
  const restore = newest === null ? `groupbridge state restore FILE, with a copy of it${backups === null ? "" : `; none was found in ${backups}`}` : null
  const rebuild = existsSync(file)
    ? ""
    : "\ngroupbridge state rebuild    from what the target shows, where no copy is left; it tells its price first, and who left in between is listed for you, not removed"
  return `\n${restore ?? `groupbridge state restore ${newest?.file ?? ""}    the newest copy found`}${rebuild}\nor remove ${path(file)} to ${otherwise}`
}

/** No file where runs wrote one before. */
export const missing = (file: string, { counter, lineage }: Mirrored, backups: string | null): StateError =>
  new StateError({
    reason: "Missing",
    file,
    message: `no state file here (${file}), but this place had state ${lineage} with ${runs(counter)}. Nothing was read or written.${remedy(file, lineage, backups, "begin anew: then all that stands in the target counts as found there, and none of it is removed.")}`
  })

/** Another state than this place had, or an older one of it; null: all is well. */
export const objection = (file: string, here: Mirrored, mirrored: Mirrored | null, backups: string | null): StateError | null => {
  if (mirrored === null || (here.lineage === mirrored.lineage && here.counter >= mirrored.counter)) return null
  const had = `this place had state ${mirrored.lineage} with ${runs(mirrored.counter)}`
  const what =
    here.lineage === mirrored.lineage
      ? `the state file ${file} is an older one: it knows ${runs(here.counter)}, and ${had}`
      : `the state file ${file} is another one: it is state ${here.lineage}, and ${had}`
  return new StateError({
    reason: "Missing",
    file,
    message: `${what}. Nothing was written.${remedy(file, mirrored.lineage, backups, "go on with the file as it is")}`
  })
}

/** Throws where the open state is not the one that ran here last. To be called in the transaction that takes a right to write. */
export const check = ({ backups, file }: { readonly backups: string | null; readonly file: string }, sql: Statements): void => {
  const found = objection(file, ofState(sql), read(file), backups)
  if (found !== null) throw found
}

/** Brings the mirror up to the state; after the commit, so that it is never ahead of it. */
export const follow = ({ file }: { readonly file: string }, sql: Statements): void => write(file, ofState(sql))
