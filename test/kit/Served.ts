/** `serve` in one process over a bridge's sandboxes, under a clock that jumps to what is due next: runs themselves take no time. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as LogLevel from "effect/LogLevel"
import { join } from "node:path"
// The clock does not wait for a module that is loaded late.
import "../../src/described/ManifestFile.ts"
import type { Environment } from "../../src/cli/Environment.ts"
import type { Invocation } from "../../src/cli/Invocation.ts"
import * as Serve from "../../src/cli/Serve.ts"
import * as Spool from "../../src/cli/Spool.ts"
import * as Stopping from "../../src/cli/Stopping.ts"
import * as Log from "../../src/observe/Log.ts"
import { OperationsStore } from "../../src/run/OperationsStore.ts"
import type { Memory } from "../../src/operate/Memory.ts"
import { Clockwork } from "../../src/serve/Clockwork.ts"
import * as StateLayer from "../../state/StateLayer.ts"
import { stateFiles } from "../../state/file/StateFiles.ts"
import type { Bridge } from "./Bridge.ts"
import type { Json } from "./Installed.ts"
import { jumping } from "./Time.ts"

export const start = Date.parse("2026-03-02T10:00:00Z")

/** Ticks with these minutes of each hour of the fiber's clock. */
const clockwork = (minutes: ReadonlyArray<number>): typeof Clockwork.Service => ({
  start: (tick) => {
    const untilNext = Effect.flatMap(Clock.currentTimeMillis, (now) =>
      Effect.sleep(Math.min(...minutes.map((minute) => (minute * 60_000 - (now % 3_600_000) + 3_600_000) % 3_600_000 || 3_600_000)))
    )
    return Effect.asVoid(Effect.forkScoped(Effect.forever(Effect.zipRight(tick, untilNext))))
  }
})

const eachMinute = Array.from({ length: 60 }, (_, minute) => minute)

const stateOf = ({ dir }: Bridge): string => join(dir, ".groupbridge", "state.db")

export const environment = ({ vendors: { client, connectors } }: Bridge): Environment => ({
  connectors: new Map(connectors),
  openState: StateLayer.layer,
  stateFiles,
  loadConnectors: () => Effect.void,
  schemaDocument: Effect.succeed(""),
  pageScript: () => "",
  makeClient: Effect.succeed(client),
  loadDemo: () => Promise.reject(new Error("nobody asked for the demo"))
})

export interface Served {
  /** Of each run, as `--json` tells it. */
  readonly results: ReadonlyArray<Json>
  /** Lines of the log, without their time. */
  readonly log: ReadonlyArray<string>
}

/** Serves from `from` on, until the clock has gone on by so much; then stops it as a signal does. `meanwhile` goes on beside it. `ticks`: the minutes of each hour at which it looks for turns. */
export const serve = (
  bridge: Bridge,
  minutes: number,
  meanwhile: Effect.Effect<void> = Effect.void,
  ticks = eachMinute,
  from = start
): Effect.Effect<Served> => {
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
      progress: { show: () => {}, say: () => {}, step: () => {}, clear: () => {} }
    },
    stopping: Stopping.make(() => {}),
    interactive: false,
    zone: "UTC",
    spool: Spool.make("petra@ops1"),
    who: "petra",
    host: "ops1"
  }
  return Serve.serving(invocation).pipe(
    Effect.provideService(Clockwork, clockwork(ticks)),
    Effect.provide(Log.layer(redactor, { level: LogLevel.Info, format: "text", write: (line) => void log.push(line.replace(/^\S+ /, "")) })),
    Effect.scoped,
    Effect.orDie,
    Effect.raceFirst(Effect.zipRight(Effect.fork(meanwhile), Effect.sleep(`${minutes} minutes`))),
    (work) => jumping(work, from),
    Effect.as({ results, log })
  )
}

/** Uses the state as another command would. */
export const withState = <A, E>(bridge: Bridge, use: Effect.Effect<A, E, Memory>): Effect.Effect<A> =>
  Effect.orDie(Effect.provide(use, StateLayer.layer(stateOf(bridge))))

/** The record of runs, the first one first. */
export const runs = (bridge: Bridge) =>
  Effect.map(
    withState(
      bridge,
      Effect.flatMap(OperationsStore, (overview) => overview.runs(100))
    ),
    (rows) => rows.toReversed()
  )
