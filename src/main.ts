#!/usr/bin/env node
/** Makes sure that Node is new enough, and hands the commands what they run on. */
import * as Module from "node:module"
import { homedir } from "node:os"
import { join } from "node:path"
import { setFlagsFromString } from "node:v8"
import type { Load } from "./cli/Environment.ts"
import * as Wire from "./wire.ts"

/** Null for a user without a home, as an arbitrary user of a container is: Node fails to name one. */
const home = (): string | null => {
  try {
    return homedir()
  } catch {
    return null
  }
}

/**
 * Keeps what V8 compiled, where this Node can, so that the next start need not do it again. In a folder of the user's own: others may have
 * written to a shared temporary folder. Where there is none, or it cannot be written, nothing is kept; `NODE_COMPILE_CACHE` and `NODE_DISABLE_COMPILE_CACHE` are Node's own
 * and win.
 */
const keepCompiled = (): void => {
  const { enableCompileCache }: { readonly enableCompileCache?: (folder: string) => unknown } & object = { ...Module }
  if (enableCompileCache === undefined || process.env["NODE_COMPILE_CACHE"] !== undefined) return
  const own = home()
  const cache = process.env["XDG_CACHE_HOME"] ?? (own === null ? null : join(own, ".cache"))
  if (cache !== null) enableCompileCache(join(cache, "groupbridge"))
}

const [major = 0, minor = 0] = process.versions.node.split(".").map(Number)

/** A V8 that does not know a flag prints that to standard error, and no call says beforehand: both flags were tried on these, up to Node 26. */
const knowsFlags = major <= 26

// Pages pass through quickly: a collector that lets the heap grow by a sixth at the most keeps memory flat in the number of customers,
// and measured no slower (npm run bench).
if (knowsFlags) setFlagsFromString("--heap-growing-percent=15")

const load: Load = async () => {
  const environment = await Wire.load()
  // By now the collector has room for some pages. Left to itself it doubles that again: once on Node 20 and 22, for 20 MiB and no time saved, and
  // up to four times later, for over 100 MiB (npm run bench).
  if (knowsFlags) setFlagsFromString("--semi-space-growth-factor=1")
  return environment
}

if (major < 20 || (major === 20 && minor < 19)) {
  process.stderr.write(`groupbridge needs Node 20.19 or newer, and this is ${process.versions.node}. Install a newer Node and run it again.\n`)
  process.exitCode = 64
} else {
  keepCompiled()
  const Program = await import("./cli/Program.ts")
  await Program.run(load).catch((error: unknown) => {
    if (!(error instanceof Error && "code" in error && error.code === "ERR_MODULE_NOT_FOUND" && error.message.includes("better-sqlite3"))) throw error
    process.stderr.write(
      "groupbridge: the SQLite driver better-sqlite3 is not installed. In the folder where groupbridge is installed: npm install better-sqlite3\n"
    )
    process.exitCode = 1
  })
}
