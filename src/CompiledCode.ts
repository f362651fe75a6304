/**
 * What V8 compiled for an earlier start of the same command, so that this one need not do it again. In a folder of the user's own: what is
 * read there is run. Where there is none, or it cannot be written, nothing is kept and nothing is said.
 */
import { closeSync, fstatSync, mkdirSync, openSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs"
import { homedir } from "node:os"
import { join } from "node:path"

export interface CompiledCode {
  /** Undefined where there is none, or it is not as it was written. */
  readonly read: () => Buffer | undefined
  readonly write: (code: Buffer) => void
}

type Variables = Readonly<Record<string, string | undefined>>

/** Throws for a user without a home, as an arbitrary user of a container is. */
const folder = (env: Variables): string => join(env["NODE_COMPILE_CACHE"] ?? env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "groupbridge")

const orUndefined = <A>(work: () => A): A | undefined => {
  try {
    return work()
  } catch {
    return undefined
  }
}

/** V8 does not look whether what it is given is whole, and ends the process where it is not. */
const checksum = (code: Buffer): number => {
  let sum = code.length
  for (const word of new Uint32Array(code.buffer, code.byteOffset, code.length >>> 2)) sum = Math.imul(sum ^ word, 0x01_00_01_93)
  return sum >>> 0
}

/** Bytes before the code: its checksum. Code begins at a multiple of eight, as V8 asks. */
const head = 8

/** What anybody else could have written is not run. */
const isOwn = ({ mode, uid }: { readonly mode: number; readonly uid: number }): boolean => uid === (process.getuid?.() ?? uid) && (mode & 0o022) === 0

const readFrom = (file: string): Buffer | undefined => {
  const descriptor = openSync(file, "r")
  try {
    if (!isOwn(fstatSync(descriptor))) return undefined
    const bytes = readFileSync(descriptor)
    const code = bytes.subarray(head)
    return checksum(code) === bytes.readUInt32LE(0) ? code : undefined
  } finally {
    closeSync(descriptor)
  }
}

/** What no start has written for so long is of a program or a Node that is gone, or is written anew. */
const longest = 30 * 86_400_000

const removeOld = (dir: string): void => {
  const old = readdirSync(dir).filter((name) => Date.now() - statSync(join(dir, name)).mtimeMs > longest)
  for (const name of old) rmSync(join(dir, name), { recursive: true, force: true })
}

const writeTo = (dir: string, file: string, code: Buffer): void => {
  mkdirSync(dir, { recursive: true, mode: 0o700 })
  const bytes = Buffer.alloc(head + code.length)
  bytes.writeUInt32LE(checksum(code), 0)
  code.copy(bytes, head)
  const unfinished = `${file}.${process.pid}`
  writeFileSync(unfinished, bytes, { mode: 0o600 })
  renameSync(unfinished, file)
  removeOld(dir)
}

/** `digest`: of the program's text. Each command has its own: they use different parts of the program. Null where none may be kept. */
export const of = (digest: string, command: string | undefined, env: Variables): CompiledCode | null => {
  const dir = env["NODE_DISABLE_COMPILE_CACHE"] === undefined ? orUndefined(() => folder(env)) : undefined
  if (dir === undefined) return null
  const named = command !== undefined && /^[a-z]{1,20}$/.test(command) ? command : "none"
  const file = join(dir, `${digest}-${process.version}-${process.arch}-${named}`)
  return { read: () => orUndefined(() => readFrom(file)), write: (code) => orUndefined(() => writeTo(dir, file, code)) }
}
