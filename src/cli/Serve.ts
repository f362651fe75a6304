/** `serve`: runs syncs by their schedules until a signal ends it. */
import * as Effect from "effect/Effect"
import * as Clock from "effect/Clock"
import type { Config } from "../config/Config.ts"
import type { SyncResult } from "../model/Result.ts"
import * as SyncJson from "../report/SyncJson.ts"
import * as SyncText from "../report/SyncText.ts"
import * as Times from "../report/Times.ts"
import * as Wording from "../report/Wording.ts"
import type { Connections } from "../run/Connections.ts"
import * as Failure from "../run/Failure.ts"
import type { Stopped } from "../run/Looking.ts"
import { Overview } from "../run/Overview.ts"
import { RunStore } from "../run/RunStore.ts"
import type { Turn } from "../serve/Clockwork.ts"
import * as NodeCron from "../serve/NodeCron.ts"
import * as Schedule from "../serve/Schedule.ts"
import type { CommonOptions } from "./CommonOptions.ts"
import type { Load } from "./Environment.ts"
import * as Ids from "./Ids.ts"
import * as Invocation from "./Invocation.ts"
import * as Pausing from "./Pausing.ts"
import * as ProgressLine from "./ProgressLine.ts"
import { UsageError } from "./UsageError.ts"
import * as World from "./World.ts"
import * as Writing from "./Writing.ts"

const turnsOf = (config: Config): ReadonlyArray<Turn> =>
  World.all(config).flatMap(({ name, schedule, timezone }) => (schedule === null ? [] : [{ sync: name, schedule, timezone }]))

const refuseIdle = (config: Config): UsageError => {
  const [first] = World.all(config)
  return new UsageError({
    message: `no sync has a schedule, so there is nothing to serve. Add one in ${config.file}, such as this under syncs.${first?.name ?? "NAME"}:\n  schedule: "7 * * * *"`
  })
}

/** One line a run on standard error, whatever came of it. */
const log = ({ sync, run, status, summary, calls, startedAt, endedAt, error, resumesAt }: SyncResult, view: Parameters<typeof Times.at>[0]) => {
  const took = Times.duration(endedAt - startedAt)
  const later = resumesAt === null ? "" : `; the allowance is used up, goes on at ${Times.atWithZone(view, resumesAt)}`
  const line = `${sync} ${run ?? ""}: ${status}, ${Wording.done(summary)}; ${Wording.plural(calls.read, "read call")}, ${Wording.plural(calls.write, "write call")}, ${took}${later}`
  return error === null ? Effect.logInfo(line) : Effect.logWarning(`${line}; ${error.message}`)
}

/** What newly needs a person, on standard output; with `--json` the whole result, one document a line. */
const print = (invocation: Invocation.Invocation, result: SyncResult) =>
  Effect.gen(function* () {
    if (invocation.options.json === true) return yield* invocation.output.print((sink) => SyncJson.write([result], sink))
    const told = yield* (yield* Overview).toldBefore(result.sync, result.run === null ? null : Ids.numberOf(result.run))
    yield* invocation.output.text(SyncText.quiet([result], yield* Invocation.view(invocation), new Map([[result.sync, told]])))
  })

const runNow = (invocation: Invocation.Invocation, sync: World.AnySync, connections: Connections) =>
  Effect.gen(function* () {
    const now = yield* Clock.currentTimeMillis
    const paused = yield* (yield* RunStore).pausedUntil(sync.name, now)
    const view = yield* Invocation.view(invocation)
    if (paused !== null) {
      yield* Effect.logInfo(Pausing.skipped(sync.name, paused, view))
      return null
    }
    const confirm = () => Effect.succeed(true)
    const { result } = yield* Writing.run(invocation, sync, connections, { kind: "sync", scope: Writing.everything, depth: "usual", confirm })
    yield* log(result, { ...view, now: result.endedAt })
    yield* print(invocation, result)
    return result.resumesAt
  })

/** Tells why syncs were not run: each has its line, as it has one when it runs. */
const notRun = (names: ReadonlyArray<string>, error: Exclude<Invocation.CommandError, Stopped>): Effect.Effect<void> => {
  const words =
    error._tag === "WriteFailed"
      ? "the result could not be written to standard output"
      : error._tag === "ConfigInvalid" || error._tag === "UsageError"
        ? error.message
        : Failure.of(error).message
  return Effect.forEach(names, (name) => Effect.logError(`${name}: not run: ${words.replaceAll("\n", "; ")}`), { discard: true })
}

/**
 * Syncs that are due together, one after another as `sync` runs them: they share their connections, so that a source is read once. The files are
 * taken as they are now: the config with its exceptions and maps is loaded anew, the state opened and closed, so that both may be replaced before
 * others are due. A config that does not load any more skips the runs, and is told.
 */
const together = (invocation: Invocation.Invocation, names: ReadonlyArray<string>, each: Schedule.Each): Effect.Effect<void> =>
  Effect.gen(function* () {
    const config = yield* World.config(invocation)
    yield* Effect.forEach(names, (name) => Effect.catchAll(World.any(config, name), (error) => notRun([name], error)))
    const syncs = World.all(config).filter(({ name }) => names.includes(name))
    if (syncs.length === 0) return
    const runAll = Effect.gen(function* () {
      const connections = yield* World.connections(invocation, config, syncs)
      const runOne = (sync: World.AnySync) => Effect.catchAll(runNow(invocation, sync, connections), (error) => Effect.as(notRun([sync.name], error), null))
      yield* Effect.forEach(syncs, (sync) => each(sync.name, runOne(sync)), { discard: true })
    })
    yield* World.withState(invocation, config)(runAll)
  }).pipe(
    Effect.scoped,
    Effect.catchAll((error) => notRun(names, error))
  )

/** Goes on until it is interrupted. */
export const serving = (started: Invocation.Invocation) =>
  Effect.gen(function* () {
    // A service has a line for each run, and nobody who watches one grow.
    const output = { ...started.output, progress: ProgressLine.make(process.stderr, false, started.redactor.redact) }
    const invocation = { ...started, output, who: "schedule" }
    const config = yield* World.config(invocation)
    const turns = turnsOf(config)
    if (turns.length === 0) return yield* refuseIdle(config)
    for (const { name, schedule } of World.all(config)) {
      if (schedule === null) yield* Effect.logInfo(`${name}: has no schedule, so it runs only by hand: groupbridge sync ${name}`)
    }
    const onReady = (next: ReadonlyArray<{ readonly turn: Turn; readonly at: number | null }>) =>
      Effect.gen(function* () {
        const view = yield* Invocation.view(invocation)
        for (const { turn, at } of next) {
          const zone = turn.timezone ?? view.zone
          yield* Effect.logInfo(`${turn.sync}: runs at ${turn.schedule} (${zone}), next ${at === null ? "never" : Times.atWithZone({ ...view, zone }, at)}`)
        }
      })
    return yield* Schedule.serve({ turns, run: (syncs, each) => together(invocation, syncs, each), onReady })
  })

export const run = (load: Load, options: CommonOptions): Promise<number> =>
  Invocation.run(load, options, (invocation) => Effect.provide(serving(invocation), NodeCron.layer))
