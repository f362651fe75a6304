/** `runs [ID]`: what was done, newest first; with `--csv` change by change. */
import * as Effect from "effect/Effect"
import type { Config } from "../config/Config.ts"
import * as DoneCsv from "../report/DoneCsv.ts"
import * as Escape from "../report/Escape.ts"
import * as Json from "../report/Json.ts"
import * as OverviewJson from "../report/OverviewJson.ts"
import * as RunsText from "../report/RunsText.ts"
import * as Sink from "../report/Sink.ts"
import * as Times from "../report/Times.ts"
import { OperationsStore } from "../run/OperationsStore.ts"
import { AuditLog } from "../operate/AuditLog.ts"
import { RunStore } from "../run/RunStore.ts"
import type { Load } from "./Environment.ts"
import * as Ids from "./Ids.ts"
import * as Invocation from "./Invocation.ts"
import * as Rows from "./Rows.ts"
import * as RunsChosen from "./RunsChosen.ts"
import { UsageError } from "./UsageError.ts"
import * as World from "./World.ts"

const shown = 50

const chosenRows = (invocation: Invocation.Invocation, config: Config) =>
  Effect.map(AuditLog, (records) =>
    Rows.worded(
      Rows.of((after) => records.selected(after)),
      invocation,
      config
    )
  )

const list = (invocation: Invocation.Invocation, config: Config, options: RunsChosen.RunsOptions) =>
  Effect.gen(function* () {
    const { output } = invocation
    const chosen = yield* RunsChosen.selection(config, options, null)
    const selected = chosen.groups !== null || chosen.person !== null
    if (selected) yield* (yield* AuditLog).select(chosen, "time")
    const limit = selected || chosen.from !== null || chosen.to !== null || options.all === true ? Number.MAX_SAFE_INTEGER : shown
    // A run that began before the period may have made a change in it: with a group or customer its changes decide, not its beginning.
    const within = selected ? { from: null, to: null, selected } : { from: chosen.from, to: chosen.to, selected }
    const runs = yield* (yield* OperationsStore).runs(limit, within)
    const view = yield* Invocation.view(invocation)
    yield* options.json === true
      ? output.print((sink) => OverviewJson.runs(runs, sink))
      : output.text(runs.length === 0 && limit !== shown ? "No run there.\n" : RunsText.list(runs, view))
  })

const existing = (id: string) =>
  Effect.gen(function* () {
    const number = yield* Ids.run(id)
    const run = yield* (yield* OperationsStore).run(number)
    if (run === null) return yield* new UsageError({ message: `there is no run r-${number}; which there are: groupbridge runs` })
    return { number, run }
  })

const one = (invocation: Invocation.Invocation, config: Config, id: string, options: RunsChosen.RunsOptions) =>
  Effect.gen(function* () {
    const { output } = invocation
    const { number, run } = yield* existing(id)
    yield* (yield* AuditLog).select(yield* RunsChosen.selection(config, options, number), "plan")
    const changes = yield* chosenRows(invocation, config)
    if (options.json === true) {
      const { refused } = yield* (yield* RunStore).outcome(number, run.sync)
      const { startedAt, endedAt, refused: refusals, ...rest } = run
      return yield* output.print(async (sink) => {
        const out = Sink.make(sink)
        const head = { ...rest, refusals, refused, started: Times.iso(startedAt), ended: Times.isoOrNull(endedAt) }
        await out.write(`${Json.opening("runs", "runs")}[{${Json.members(head)},"changes":`)
        await Json.array(out, changes, (change) => out.write(Escape.json(OverviewJson.done(change))))
        await out.write("}]}\n")
        await out.flush()
      })
    }
    const view = yield* Invocation.view(invocation, options.all === true)
    yield* output.print((sink) => RunsText.write(run, changes, view, sink))
  })

/** Change by change, in the order in which they were made. */
const csv = (invocation: Invocation.Invocation, config: Config, id: string | undefined, options: RunsChosen.RunsOptions) =>
  Effect.gen(function* () {
    if (options.json === true) return yield* new UsageError({ message: "--csv and --json are two forms of one thing; give one of them" })
    const run = id === undefined ? null : (yield* existing(id)).number
    yield* (yield* AuditLog).select(yield* RunsChosen.selection(config, options, run), "time")
    const rows = yield* chosenRows(invocation, config)
    yield* invocation.output.print((sink) => DoneCsv.write(rows, sink))
  })

export const run = (load: Load, id: string | undefined, options: RunsChosen.RunsOptions): Promise<number> =>
  Invocation.run(load, options, (invocation) =>
    Effect.gen(function* () {
      const config = yield* World.configToLook(invocation)
      const look =
        options.csv === true
          ? csv(invocation, config, id, options)
          : id === undefined
            ? list(invocation, config, options)
            : one(invocation, config, id, options)
      yield* World.withStateToLook(invocation, config)(look)
      return 0
    })
  )
