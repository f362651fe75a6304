/** The config of a service: loaded again when its file changes or a signal asks for it. One that does not load leaves the last one in use. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { statSync } from "node:fs"
import { dirname, join } from "node:path"
import type { Config } from "../config/Config.ts"
import type { Turn } from "../serve/DueTurns.ts"
import * as Times from "../report/Times.ts"
import * as Invocation from "./Invocation.ts"
import * as Schedules from "./Schedules.ts"
import * as World from "./World.ts"

export interface ServedConfig {
  /** The last config that loaded. */
  readonly current: Effect.Effect<Config>
  /** Null: the file loads. `since`: when the config in use was loaded, in words. `message`: what is wrong with the file, in one line. */
  readonly broken: Effect.Effect<{ readonly since: string; readonly message: string } | null>
  /** Loads the config if its file has changed; with `always` in any case, for it names other files. Says what that changes of the turns, or what is wrong. */
  readonly reload: (always: boolean) => Effect.Effect<void>
  /** The turns of the config as its file is now. */
  readonly turns: Effect.Effect<ReadonlyArray<Turn>>
}

/** Those that have a schedule, in the file's order. */
export const turnsOf = (config: Config, ranAt: ReadonlyMap<string, number | null>): ReadonlyArray<Turn> =>
  World.all(config).flatMap((sync) => {
    const timetable = Schedules.timetable(sync)
    const { name, schedule, timezone } = sync
    return timetable === null || schedule === null ? [] : [{ sync: name, schedule, timezone, timetable, ranAt: ranAt.get(name) ?? null }]
  })

/** What tells that the file, or the variables beside it, were written. */
const fingerprint = (config: Config): string =>
  [config.file, join(dirname(config.file), ".env")]
    .map((file) => {
      const found = statSync(file, { throwIfNoEntry: false })
      return found === undefined ? "none" : `${found.mtimeMs} ${found.size} ${found.ino}`
    })
    .join(", ")

const meaning = ({ schedule, timezone }: Turn): string => JSON.stringify([schedule, timezone])

/** Says when each of the turns comes next. */
const announce = (invocation: Invocation.Invocation, turns: ReadonlyArray<Turn>, why: string) =>
  Effect.gen(function* () {
    const view = yield* Invocation.view(invocation)
    for (const { schedule, sync, timetable, timezone } of turns) {
      const zone = timezone ?? view.zone
      const next = timetable.next(view.now)
      const line = `${why}runs at ${schedule} (${zone}), next ${next === null ? "never" : Times.atWithZone({ ...view, zone }, next)}`
      yield* Effect.annotateLogs(Effect.logInfo(line), { sync })
    }
  })

const idle = (config: Config) =>
  Effect.forEach(
    World.all(config).filter(({ schedule }) => schedule === null),
    ({ name: sync }) => Effect.annotateLogs(Effect.logInfo(`has no schedule, so it runs only by hand: groupbridge sync ${sync}`), { sync }),
    { discard: true }
  )

/** Says how the turns differ. */
const compare = (invocation: Invocation.Invocation, before: ReadonlyArray<Turn>, after: ReadonlyArray<Turn>) =>
  Effect.gen(function* () {
    const old = new Map(before.map((turn) => [turn.sync, meaning(turn)]))
    const names = new Set(after.map(({ sync }) => sync))
    yield* announce(
      invocation,
      after.filter(({ sync }) => !old.has(sync)),
      "is new in the config, "
    )
    yield* announce(
      invocation,
      after.filter((turn) => old.has(turn.sync) && old.get(turn.sync) !== meaning(turn)),
      "has another schedule in the config, "
    )
    for (const { sync } of before.filter((turn) => !names.has(turn.sync)))
      yield* Effect.annotateLogs(Effect.logWarning("has no schedule in the config any more, so it does not run"), { sync })
    if (after.length === 0) yield* Effect.logWarning("no sync has a schedule in the config any more, so nothing runs")
  })

/** Says the turns of `first`, a config that was just loaded. `ranAt`: when the last turn of each sync ran before. */
export const make = (invocation: Invocation.Invocation, first: Config, ranAt: ReadonlyMap<string, number | null>): Effect.Effect<ServedConfig> =>
  Effect.gen(function* () {
    let [config, turns, print, loadedAt] = [first, turnsOf(first, ranAt), fingerprint(first), yield* Clock.currentTimeMillis]
    /** What is wrong with the file; null: nothing. */
    let fault: string | null = null
    const since = Effect.map(Invocation.view(invocation), (view) => Times.atWithZone(view, loadedAt))
    yield* idle(first)
    yield* announce(invocation, turns, "")
    const lock = yield* Effect.makeSemaphore(1)
    const load = Effect.gen(function* () {
      print = fingerprint(config)
      const loaded = yield* Effect.either(World.config(invocation))
      if (loaded._tag === "Left") {
        const { message } = loaded.left
        if (message !== fault)
          yield* Effect.logError(`the config as it was at ${yield* since} stays in use, as the file does not load: ${message.replaceAll("\n", "; ")}`)
        fault = message
        return
      }
      if (fault !== null) yield* Effect.logInfo("the config loads again")
      fault = null
      const after = turnsOf(loaded.right, ranAt)
      yield* compare(invocation, turns, after)
      config = loaded.right
      turns = after
      loadedAt = yield* Clock.currentTimeMillis
    })
    const reload: ServedConfig["reload"] = (always) => lock.withPermits(1)(Effect.suspend(() => (always || fingerprint(config) !== print ? load : Effect.void)))
    return {
      current: Effect.sync(() => config),
      broken: Effect.suspend(() => {
        const message = fault?.replaceAll("\n", "; ") ?? null
        return message === null ? Effect.succeed(null) : Effect.map(since, (words) => ({ since: words, message }))
      }),
      reload,
      turns: Effect.zipRight(
        reload(false),
        Effect.sync(() => turns)
      )
    }
  })
