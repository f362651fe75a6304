#!/usr/bin/env node
/** Makes sure that Node is new enough, and hands the commands what only this file may see: connectors, the state, the way to the network. */
import { setFlagsFromString } from "node:v8"
import type { Environment } from "./cli/Environment.ts"

// Pages pass through quickly: a collector that lets the heap grow by a sixth at the most keeps memory flat in the number of customers,
// and measured no slower (npm run bench).
setFlagsFromString("--heap-growing-percent=15")

const [major = 0, minor = 0] = process.versions.node.split(".").map(Number)

const number = (text: string | undefined): number | null => (text === undefined || text === "" ? null : Number(text))

/** Loaded only once a command needs it, so that `--help` starts at once. */
const load = async (): Promise<Environment> => {
  const [registry, SqliteState, { stateFiles }, UndiciClient] = await Promise.all([
    import("../connectors/registry.ts"),
    import("../state/SqliteState.ts"),
    import("../state/StateFiles.ts"),
    import("./http/UndiciClient.ts")
  ])
  // By now the collector has room for some pages. Left to itself it doubles that once more, for 20 MiB of memory and no time saved (npm run bench).
  // To grow by nothing does nothing in the V8 of Node 20 and 22; of later ones that is not known.
  if (major < 24) setFlagsFromString("--semi-space-growth-factor=1")
  // Bounds the state file's size, so that tests can meet a full disk.
  const maxPages = number(process.env["GROUPBRIDGE_STATE_MAX_PAGES"])
  // Shortens the wait for an answer, so that tests can meet many a vendor that hangs.
  const answerMillis = number(process.env["GROUPBRIDGE_ANSWER_MILLIS"])
  return {
    connectors: registry.connectors,
    openState: (file, backups) => SqliteState.layer(file, { maxPages, backups }),
    stateFiles,
    makeClient: UndiciClient.make(answerMillis),
    loadDemo: async () => (await import("../connectors/demo.ts")).open
  }
}

if (major < 20 || (major === 20 && minor < 19)) {
  process.stderr.write(`groupbridge needs Node 20.19 or newer, and this is ${process.versions.node}. Install a newer Node and run it again.\n`)
  process.exitCode = 64
} else {
  const Program = await import("./cli/Program.ts")
  await Program.run(load)
}
