/** Files and folders that are their owner's alone, and where nothing that others have put there is followed. */
import { accessSync, chmodSync, closeSync, constants, lstatSync, mkdirSync, openSync, renameSync, rmSync, statSync, writeSync } from "node:fs"
import { dirname } from "node:path"

const codeOf = (cause: unknown): string => (cause instanceof Error && "code" in cause ? String(cause.code) : "")

const kindOf = (path: string): "nothing" | "link" | "folder" | "other" => {
  const found = lstatSync(path, { throwIfNoEntry: false })
  if (found === undefined) return "nothing"
  if (found.isSymbolicLink()) return "link"
  return found.isDirectory() ? "folder" : "other"
}

/** Whether a symbolic link stands at the path itself; links among the folders above it are the owner's way of ordering them. */
export const isLink = (path: string): boolean => {
  try {
    return kindOf(path) === "link"
  } catch {
    // Below a file there is nothing; what opens the path says so.
    return false
  }
}

/**
 * Makes a folder and those above it, for its owner only; what is there stays as it is. Throws with the code of the file system where it cannot be
 * made: Node's own recursive making never returns below some places, such as /proc.
 */
export const makeFolder = (path: string): void => {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() === true) return
  const above = dirname(path)
  if (above !== path) makeFolder(above)
  try {
    mkdirSync(path, { mode: 0o700 })
  } catch (cause) {
    // Another process may have made it meanwhile.
    if (codeOf(cause) !== "EEXIST" || statSync(path, { throwIfNoEntry: false })?.isDirectory() !== true) throw cause
  }
}

/** Why no file can be made in this folder, or the folder itself not, as a code of the file system; null: nothing shows why. Makes nothing. */
export const obstacle = (path: string): string | null => {
  try {
    const found = statSync(path, { throwIfNoEntry: false })
    if (found === undefined) return dirname(path) === path ? "ENOENT" : obstacle(dirname(path))
    if (!found.isDirectory()) return "ENOTDIR"
    accessSync(path, constants.W_OK | constants.X_OK)
    return null
  } catch (cause) {
    return codeOf(cause) === "ENOTDIR" ? obstacle(dirname(path)) : codeOf(cause)
  }
}

/** An empty file that only its owner may read, from its first byte on. What was at the path is taken away, a link and not what it leads to. */
export const create = (path: string): number => {
  rmSync(path, { force: true })
  return openSync(path, "wx", 0o600)
}

/** Makes the file for its owner only if there is none, and takes others' rights from one that is there. Throws at a symbolic link. */
export const secure = (path: string): void => {
  if (isLink(path)) throw new SymbolicLink(path)
  try {
    closeSync(openSync(path, "wx", 0o600))
  } catch (cause) {
    if (codeOf(cause) !== "EEXIST") throw cause
    chmodSync(path, 0o600)
  }
}

/** The message says what and where. */
export class SymbolicLink extends Error {
  constructor(path: string) {
    super(`${path} is a symbolic link, and those are not followed; name the file itself`)
  }
}

/** Writes a file beside its place and moves it there when it is whole. Throws at a symbolic link; what was there stays as it is if writing fails. */
export const replace = async (path: string, body: (write: (text: string) => void) => Promise<void>): Promise<void> => {
  if (isLink(path)) throw new SymbolicLink(path)
  const part = `${path}.part`
  const handle = create(part)
  try {
    try {
      await body((text) => void writeSync(handle, text))
    } finally {
      closeSync(handle)
    }
    renameSync(part, path)
  } catch (cause) {
    rmSync(part, { force: true })
    throw cause
  }
}
