/** The benchmarks by name, in the order in which they are run. */
import * as Calls from "./Calls.ts"
import * as ColdStart from "./ColdStart.ts"
import * as Commands from "./Commands.ts"
import * as Diff from "./Diff.ts"
import type { Benchmark } from "./Figure.ts"
import * as Incremental from "./Incremental.ts"
import * as Ingest from "./Ingest.ts"
import * as Memory from "./Memory.ts"
import * as Overhead from "./Overhead.ts"
import * as Pacing from "./Pacing.ts"
import * as Page from "./Page.ts"

export const benchmarks: Readonly<Record<string, Benchmark>> = {
  start: ColdStart.run,
  commands: Commands.run,
  calls: Calls.run,
  incremental: Incremental.run,
  diff: Diff.run,
  ingest: Ingest.run,
  overhead: Overhead.run,
  pacing: Pacing.run,
  page: Page.run,
  memory: Memory.run
}
