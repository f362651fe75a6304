/** `serve` in one process over a bridge's sandboxes, under a clock that jumps to what is due next: runs themselves take no time. */
import * as Clock from "effect/Clock"
import * as Cron from "effect/Cron"
import * as Effect from "effect/Effect"
import * as LogLevel from "effect/LogLevel"
import { join } from "node:path"
import type { Environment } from "../../src/cli/Environment.ts"
import type { Invocation } from "../../src/cli/Invocation.ts"
import * as Serve from "../../src/cli/Serve.ts"
import * as Stopping from "../../src/cli/Stopping.ts"
import * as Log from "../../src/observe/Log.ts"
import { Overview } from "../../src/run/Overview.ts"
import type { Memory } from "../../src/run/SyncRun.ts"
import { Clockwork } from "../../src/serve/Clockwork.ts"
import * as SqliteState from "../../state/SqliteState.ts"
import { stateFiles } from "../../state/StateFiles.ts"
import type { Bridge } from "./Bridge.ts"
import type { Json } from "./Installed.ts"
import { jumping } from "./Time.ts"

export const start = Date.parse("2026-03-02T10:00:00Z")

/** Tells turns by the clock of the fiber. */
const clockwork: typeof Clockwork.Service = {
  start: ({ schedule, timezone }, due) => {
    const cron = Cron.unsafeParse(schedule, timezone ?? "UTC")
    const next = Effect.map(Clock.currentTimeMillis, (now) => Cron.next(cron, new Date(now)).getTime())
    const turn = Effect.gen(function* () {
      const at = yield* next
      yield* Effect.sleep(at - (yield* Clock.currentTimeMillis))
      yield* due(at)
    })
    return Effect.as(Effect.forkScoped(Effect.forever(turn)), next)
  }
}

const stateOf = ({ dir }: Bridge): string => join(dir, ".groupbridge", "state.db")

export const environment = ({ vendors: { client, connectors } }: Bridge): Environment => ({
  connectors,
  openState: (file, backups) => SqliteState.layer(file, { maxPages: null, backups }),
  stateFiles,
  makeClient: Effect.succeed(client),
  loadDemo: () => Promise.reject(new Error("nobody asked for the demo"))
})

export interface Served {
  /** Of each run, as `--json` tells it. */
  readonly results: ReadonlyArray<Json>
  /** Lines of the log, without their time. */
  readonly log: ReadonlyArray<string>
}

/** Serves from `start` on, until the clock has gone on by so much; then stops it as a signal does. `meanwhile` goes on beside it. */
export const serve = (bridge: Bridge, minutes: number, meanwhile: Effect.Effect<void> = Effect.void): Effect.Effect<Served> => {
  const [results, log]: [Array<Json>, Array<string>] = [[], []]
  const write: Invocation["output"]["print"] = (print) =>
    Effect.promise(async () => {
      const pieces: Array<string> = []
      await print((chunk) => void pieces.push(chunk))
      results.push(...JSON.parse(pieces.join("")).syncs)
    })
  const { redactor } = bridge.vendors
  const invocation: Invocation = {
    environment: environment(bridge),
    options: { config: join(bridge.dir, "groupbridge.yaml"), json: true, logLevel: "info", color: false },
    redactor,
    output: {
      print: write,
      text: () => Effect.dieMessage("with --json nothing else is printed"),
      note: (line) => void log.push(line),
      ask: () => {},
      progress: { show: () => {}, say: () => {}, clear: () => {} }
    },
    stopping: Stopping.make(() => {}),
    interactive: false,
    zone: "UTC",
    folder: bridge.dir,
    who: "petra",
    host: "ops1"
  }
  return Serve.serving(invocation).pipe(
    Effect.provideService(Clockwork, clockwork),
    Effect.provide(Log.layer(redactor, { level: LogLevel.Info, write: (line) => void log.push(line.replace(/^\S+ /, "")) })),
    Effect.scoped,
    Effect.orDie,
    Effect.raceFirst(Effect.zipRight(Effect.fork(meanwhile), Effect.sleep(`${minutes} minutes`))),
    (work) => jumping(work, start),
    Effect.as({ results, log })
  )
}

/** Uses the state as another command would. */
export const withState = <A, E>(bridge: Bridge, use: Effect.Effect<A, E, Memory>): Effect.Effect<A> =>
  Effect.orDie(Effect.provide(use, SqliteState.layer(stateOf(bridge))))

/** The record of runs, the first one first. */
export const runs = (bridge: Bridge) =>
  Effect.map(
    withState(
      bridge,
      Effect.flatMap(Overview, (overview) => overview.runs(100))
    ),
    (rows) => rows.toReversed()
  )
