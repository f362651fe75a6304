/** Copies of the state file: made while it is in use, each one file that is whole by itself, for its owner only. */
import Sqlite from "better-sqlite3"
import * as DateTime from "effect/DateTime"
import { closeSync, existsSync, openSync, readdirSync, readSync, renameSync, rmSync, statSync } from "node:fs"
import { basename, dirname, join } from "node:path"
import * as PrivateFile from "../../src/contract/PrivateFile.ts"
import { isBelieved } from "../../src/model/StoredTime.ts"
import type { Copy } from "../../src/operate/StateFiles.ts"

/** 32 MB at a time: other work goes on in between. */
const pagesAtOnce = 8192

/** An empty file that only its owner may read: SQLite fills it and keeps its rights. */
export const claim = (file: string): void => closeSync(PrivateFile.create(file))

/** Copies a state, in use or not, over `to`. What is there stays as it is until the copy is whole. */
export const make = async (from: string, to: string): Promise<void> => {
  PrivateFile.makeFolder(dirname(to))
  const part = `${to}.part`
  const source = new Sqlite(from, { readonly: true, fileMustExist: true })
  try {
    claim(part)
    // One view of the file for the whole copy, so that a run beside it does not make it start over.
    source.exec("BEGIN")
    source.prepare("SELECT count(*) FROM sqlite_master").get()
    await source.backup(part, { progress: () => pagesAtOnce })
    const copy = new Sqlite(part)
    // All in one file, readable in a folder that is not writable.
    copy.pragma("journal_mode = DELETE")
    copy.close()
    renameSync(part, to)
  } catch (cause) {
    rmSync(part, { force: true })
    throw cause
  } finally {
    source.close()
  }
}

const pattern = /^state-(\d{4})(\d{2})(\d{2})-(\d{2})(\d{2})(\d{2})\.db$/

/** `20261122-140700` in UTC. */
export const stamp = (millis: number): string => DateTime.formatIso(DateTime.unsafeMake(millis)).slice(0, 19).replaceAll(/[-:]/g, "").replace("T", "-")

export const nameAt = (millis: number): string => `state-${stamp(millis)}.db`

/** Where a copy that is made at `now` goes: names have seconds, and a second copy within one must not take the place of the first. */
export const placeFor = (dir: string, now: number): string => {
  let at = now
  while (existsSync(join(dir, nameAt(at)))) at += 1000
  return join(dir, nameAt(at))
}

/** Those of the folder that are named by their time, newest first. */
export const list = (dir: string): ReadonlyArray<Copy> => {
  if (!existsSync(dir)) return []
  return readdirSync(dir)
    .filter((name) => pattern.test(name))
    .sort()
    .reverse()
    .map((name) => ({ file: join(dir, name), at: Date.parse(name.replace(pattern, "$1-$2-$3T$4:$5:$6Z")) }))
}

/** Copies that a clock which was ahead has named are older than one that is made now: they get names before now, in their order. */
export const correct = (dir: string, now: number): void => {
  const ahead = list(dir).filter(({ at }) => !isBelieved(at, now))
  ahead.toReversed().forEach(({ file }, index) => {
    let at = now - (ahead.length - index) * 1000
    while (existsSync(join(dir, nameAt(at)))) at -= 1000
    renameSync(file, join(dir, nameAt(at)))
  })
}

/** What stands beside a state as a copy of it: put aside by a restore, or kept from before its schema moved. */
export const beside = (file: string): ReadonlyArray<string> => {
  const folder = dirname(file)
  if (!existsSync(folder)) return []
  const starts = [".replaced-", ".lost-", ".before-schema-"].map((sign) => basename(file) + sign)
  return readdirSync(folder)
    .filter((name) => starts.some((start) => name.startsWith(start)))
    .sort()
    .map((name) => join(folder, name))
}

const pieceBytes = 1 << 20

/** Whether the bytes of a file hold one of the texts, whatever its case. Reads a piece at a time. */
export const holds = (file: string, texts: ReadonlyArray<string>): boolean => {
  const folded = texts.map((text) => text.toLowerCase())
  const overlap = folded.reduce((most, text) => Math.max(most, Buffer.byteLength(text)), 0)
  const opened = openSync(file, "r")
  try {
    const piece = Buffer.alloc(pieceBytes + overlap)
    let kept = 0
    for (;;) {
      const read = readSync(opened, piece, kept, pieceBytes, null)
      if (read === 0) return false
      const seen = piece.subarray(0, kept + read)
      const text = seen.toString("utf8").toLowerCase()
      if (folded.some((one) => text.includes(one))) return true
      kept = Math.min(overlap, seen.length)
      seen.copy(piece, 0, seen.length - kept)
    }
  } finally {
    closeSync(opened)
  }
}

const lineageOf = (file: string): string | null => {
  try {
    const db = new Sqlite(file, { readonly: true, fileMustExist: true })
    try {
      return String(db.prepare("SELECT value FROM meta WHERE key = 'lineage'").pluck().get())
    } finally {
      db.close()
    }
  } catch {
    // What cannot be read is no copy that could be put back.
    return null
  }
}

/** The newest copy of that state that can be read. */
export const newestOf = (dir: string, lineage: string): Copy | null => list(dir).find(({ file }) => lineageOf(file) === lineage) ?? null

/** Takes away the oldest copies beyond `keep` and beyond `maxBytes` together. The newest one that can be read stays, whatever its size and age. */
export const prune = (dir: string, { keep, maxBytes }: { readonly keep: number; readonly maxBytes: number }): void => {
  let [bytes, whole] = [0, false]
  for (const [index, { file }] of list(dir).entries()) {
    bytes += statSync(file).size
    if (whole && (index >= keep || bytes > maxBytes)) rmSync(file, { force: true })
    else whole ||= lineageOf(file) !== null
  }
}
