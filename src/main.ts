#!/usr/bin/env node
/** Makes sure that Node is new enough, and starts the program with what V8 compiled for an earlier start. */
import { readFileSync } from "node:fs"
import { createRequire } from "node:module"
import { fileURLToPath } from "node:url"
import { Script } from "node:vm"
import * as Collector from "./Collector.ts"
import * as CompiledCode from "./CompiledCode.ts"

/** Of the text of the program; the build puts it in. */
declare const programDigest: string

const start = (): void => {
  Collector.atStart()
  const filename = fileURLToPath(new URL("program.cjs", import.meta.url))
  const kept = CompiledCode.of(programDigest, process.argv[2], process.env)
  const cachedData = kept?.read()
  // ASCII alone, by the build.
  const script = new Script(readFileSync(filename, "latin1"), { filename, ...(cachedData === undefined ? {} : { cachedData }) })
  if (kept !== null && (cachedData === undefined || script.cachedDataRejected === true))
    process.once("exit", (code) => {
      // A command that there is none of does not name a file.
      if (code === 64) return
      Collector.asAtStart()
      kept.write(script.createCachedData())
    })
  script.runInThisContext()(createRequire(filename), filename)
}

const [major = 0, minor = 0] = process.versions.node.split(".").map(Number)

if (major < 20 || (major === 20 && minor < 19)) {
  process.stderr.write(`groupbridge needs Node 20.19 or newer, and this is ${process.versions.node}. Install a newer Node and run it again.\n`)
  process.exitCode = 64
} else start()
