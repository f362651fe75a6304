/** `serve`: runs syncs by their schedules until a signal ends it. */
import * as Effect from "effect/Effect"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Runtime from "effect/Runtime"
import type { Config } from "../config/Config.ts"
import type { SyncResult } from "../model/Result.ts"
import * as NewsText from "../report/NewsText.ts"
import * as SyncJson from "../report/SyncJson.ts"
import * as Times from "../report/Times.ts"
import * as Wording from "../report/Wording.ts"
import type { Connections } from "../run/Connections.ts"
import * as Failure from "../run/Failure.ts"
import type { Stopped } from "../run/Observe.ts"
import { RunStore, scheduler } from "../run/RunStore.ts"
import type * as DueTurns from "../serve/DueTurns.ts"
import * as NodeCron from "../serve/NodeCron.ts"
import * as Schedule from "../serve/Schedule.ts"
import * as ServiceManager from "../serve/ServiceManager.ts"
import type { CommonOptions } from "./CommonOptions.ts"
import type { Load } from "./Environment.ts"
import * as Invocation from "./Invocation.ts"
import * as LeftSyncs from "./LeftSyncs.ts"
import * as Noticing from "./Noticing.ts"
import * as Notify from "./Notify.ts"
import * as Pausing from "./Pausing.ts"
import * as Retain from "./Retain.ts"
import * as ServedConfig from "./ServedConfig.ts"
import * as ServedMetrics from "./ServedMetrics.ts"
import * as ServedNews from "./ServedNews.ts"
import { UsageError } from "./UsageError.ts"
import * as World from "./World.ts"
import * as Writing from "./Writing.ts"

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
  const line = `${status}, ${Wording.done(summary)}; ${Wording.plural(calls.read, "read call")}, ${Wording.plural(calls.write, "write call")}, ${took}${later}`
  return Effect.annotateLogs(error === null ? Effect.logInfo(line) : Effect.logWarning(`${line}; ${error.message}`), {
    sync,
    ...(run === null ? {} : { run })
  })
}

/** The config in use, and what is wrong with its file now. */
interface Loaded {
  readonly config: Config
  readonly fault: { readonly since: string; readonly message: string } | null
}

/** What newly needs a person, on standard output; with `--json` the whole result, one document a line. */
const print = (invocation: Invocation.Invocation, { config, fault }: Loaded, result: SyncResult) =>
  Effect.gen(function* () {
    const { keep, notices, reported } = yield* Noticing.after(config, [result], fault)
    if (invocation.options.json === true) yield* invocation.output.print((sink) => SyncJson.write("sync", [result], sink))
    else yield* invocation.output.text(NewsText.text(reported, yield* Invocation.view(invocation)))
    const keeps = (yield* (yield* RunStore).objection) === null
    if (keeps) yield* keep
    yield* Notify.send(invocation, config, notices, keeps)
  })

/** Runs the sync, and adds its result to `results`. */
const runNow = (invocation: Invocation.Invocation, loaded: Loaded, sync: World.AnySync, connections: Connections, results: Array<SyncResult>) =>
  Effect.gen(function* () {
    const now = yield* Clock.currentTimeMillis
    const paused = yield* (yield* RunStore).pausedUntil(sync.name, now)
    const view = yield* Invocation.view(invocation)
    if (paused !== null) {
      yield* Effect.annotateLogs(Effect.logInfo(Pausing.skipped(sync.name, paused, view)), { sync: sync.name })
      return null
    }
    const confirm = () => Effect.succeed(true)
    const { result } = yield* Writing.run(invocation, sync, connections, { kind: "sync", scope: Writing.everything, depth: "usual", confirm })
    yield* log(result, { ...view, now: result.endedAt })
    yield* print(invocation, loaded, result)
    yield* ServedMetrics.ran(result)
    results.push(result)
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
  return Effect.forEach(names, (sync) => Effect.annotateLogs(Effect.logError(`not run: ${words.replaceAll("\n", "; ")}`), { sync }), { discard: true })
}

/**
 * Syncs that are due together, one after another as `sync` runs them: they share their connections, so that a source is read once. The files are
 * taken as they are now: the config with its exceptions and maps is loaded anew, the state opened and closed, so that both may be replaced before
 * others are due. While a config does not load the last one that did is used, and each run says so.
 */
const together = (
  invocation: Invocation.Invocation,
  served: ServedConfig.ServedConfig,
  names: ReadonlyArray<string>,
  each: Schedule.Each
): Effect.Effect<void> =>
  Effect.gen(function* () {
    yield* served.reload(true)
    const config = yield* served.current
    const broken = yield* served.broken
    if (broken !== null) yield* Effect.logWarning(`${names.join(", ")}: runs with the config as it was at ${broken.since}; the file does not load`)
    yield* Effect.forEach(names, (name) => Effect.catchAll(World.any(config, name), (error) => notRun([name], error)))
    const syncs = World.all(config).filter(({ name }) => names.includes(name))
    if (syncs.length === 0) return
    const runAll = Effect.gen(function* () {
      const connections = yield* World.connections(invocation, config, syncs)
      const [results, unrun]: [Array<SyncResult>, Array<string>] = [[], []]
      const runOne = (sync: World.AnySync) =>
        Effect.catchAll(runNow(invocation, { config, fault: broken }, sync, connections, results), (error) => {
          unrun.push(sync.name)
          return Effect.as(notRun([sync.name], error), null)
        })
      yield* Effect.forEach(syncs, (sync) => each(sync.name, runOne(sync)), { discard: true })
      yield* ServedMetrics.called(
        connections,
        syncs.flatMap(({ from, to }) => from.concat(to))
      )
      const held = results.flatMap((result) => result.held)
      for (const result of yield* LeftSyncs.results(connections, held)) yield* print(invocation, { config, fault: broken }, result)
      if (unrun.length === 0) yield* Notify.beat(invocation, config, results)
      yield* Retain.sweep(invocation, config)
    })
    yield* World.withState(invocation, config)(runAll)
  }).pipe(
    Effect.scoped,
    Effect.catchAll((error) => notRun(names, error))
  )

/** When each sync's last turn ran. Without a state that opens none is known, and each run will say why. */
const lastTurns = (invocation: Invocation.Invocation, config: Config): Effect.Effect<ReadonlyMap<string, number | null>> =>
  World.withStateToLook(
    invocation,
    config
  )(Effect.flatMap(RunStore, (store) => Effect.forEach(World.all(config), ({ name }) => Effect.map(store.lastTurn(name), (at) => [name, at] as const)))).pipe(
    Effect.scoped,
    Effect.map((rows) => new Map(rows)),
    Effect.catchAll(({ message }) => Effect.as(Effect.logWarning(`whether a turn was missed is not known: ${message}`), new Map()))
  )

export interface ServeOptions extends CommonOptions {
  readonly open?: boolean
}

/** Where a page is shown that the config names no address for. */
const anyPort = { host: "127.0.0.1", port: 0 }

/** Goes on until it is interrupted. */
export const serving = (started: Invocation.Invocation, options: Pick<ServeOptions, "open"> = {}) =>
  Effect.gen(function* () {
    // A service has a line for each run; how far one is stands on its page alone.
    const { output } = started
    const news = ServedNews.make(started.redactor.redact)
    const lock = yield* Effect.makeSemaphore(1)
    const invocation = { ...started, output: { ...output, progress: news.line }, who: scheduler }
    const config = yield* World.config(invocation)
    if (ServedConfig.turnsOf(config, new Map()).length === 0) return yield* refuseIdle(config)
    const served = yield* ServedConfig.make(invocation, config, yield* lastTurns(invocation, config))
    const fork = Runtime.runFork(yield* Effect.runtime<never>())
    invocation.stopping.onHangup(() => void fork(Effect.zipRight(Effect.logInfo("SIGHUP: the config is loaded again"), served.reload(true))))
    const { serve } = config
    const address = serve.listen ?? (options.open === true ? anyPort : null)
    if (address !== null) {
      // Loaded only where a page is served.
      const pages = yield* Effect.promise(() => import("./ServedPages.ts"))
      yield* pages.serve(invocation, served, { address, news, lock, open: options.open === true })
    }
    const onMissed = (missed: ReadonlyArray<DueTurns.Due>, runs: boolean) =>
      Effect.gen(function* () {
        const view = yield* Invocation.view(invocation)
        for (const { at, turn } of missed) {
          const zone = turn.timezone ?? view.zone
          const message = `the turn of ${Times.atWithZone({ ...view, zone }, at)} was missed; ${runs ? "it is made up for now" : "it is left out (serve.missed: skip)"}`
          yield* Effect.annotateLogs(Effect.logWarning(message), { sync: turn.sync })
        }
      })
    yield* ServiceManager.attend(process.env)
    return yield* Schedule.serve({
      turns: served.turns,
      settings: Effect.map(served.current, ({ serve }) => ({ missed: serve.missed, jitterMillis: Duration.toMillis(serve.jitter) })),
      run: (syncs, each) => Effect.ensuring(lock.withPermits(1)(together(invocation, served, syncs, each)), Effect.sync(news.changed)),
      onMissed,
      onClockBack: (millis) => Effect.logWarning(`the clock was set back by ${Times.duration(millis)}: turns count from the new time on, so some run again`)
    })
  })

export const run = (load: Load, options: ServeOptions): Promise<number> =>
  Invocation.run(load, options, (invocation) => Effect.provide(serving(invocation, options), NodeCron.layer))
