/** `runs [ID]`: what was done, newest first. */
import * as Effect from "effect/Effect"
import * as Escape from "../report/Escape.ts"
import * as Facts from "../report/Facts.ts"
import * as Json from "../report/Json.ts"
import * as OverviewJson from "../report/OverviewJson.ts"
import * as PlanText from "../report/PlanText.ts"
import * as RunsText from "../report/RunsText.ts"
import * as Sink from "../report/Sink.ts"
import * as Times from "../report/Times.ts"
import { Overview } from "../run/Overview.ts"
import { RunStore } from "../run/RunStore.ts"
import type { CommonOptions } from "./CommonOptions.ts"
import type { Load } from "./Environment.ts"
import * as Ids from "./Ids.ts"
import * as Invocation from "./Invocation.ts"
import * as Rows from "./Rows.ts"
import { UsageError } from "./UsageError.ts"
import * as World from "./World.ts"

export interface RunsOptions extends CommonOptions {
  readonly all?: boolean
}

const shown = 50

const list = (invocation: Invocation.Invocation) =>
  Effect.gen(function* () {
    const runs = yield* (yield* Overview).runs(shown)
    const view = yield* Invocation.view(invocation)
    const { output, options } = invocation
    yield* options.json === true ? output.print((sink) => OverviewJson.runs(runs, sink)) : output.text(RunsText.list(runs, view))
  })

const one = (invocation: Invocation.Invocation, id: string, all: boolean) =>
  Effect.gen(function* () {
    const overview = yield* Overview
    const number = yield* Ids.run(id)
    const run = yield* overview.run(number)
    if (run === null) return yield* new UsageError({ message: `there is no run r-${number}; which there are: groupbridge runs` })
    const { refused } = yield* (yield* RunStore).outcome(number, run.sync)
    const view = yield* Invocation.view(invocation, all)
    const { output, options } = invocation
    const changes = Rows.of((after) => overview.runChanges(number, after))
    if (options.json === true) {
      const { startedAt, endedAt, refused: refusals, ...rest } = run
      return yield* output.print(async (sink) => {
        const out = Sink.make(sink)
        const head = { ...rest, refusals, refused, started: Times.iso(startedAt), ended: Times.isoOrNull(endedAt) }
        await out.write(`{"runs":[{${Json.members(head)},"changes":`)
        await Json.array(out, changes, (change) => out.write(Escape.json(change)))
        await out.write("}]}\n")
        await out.flush()
      })
    }
    yield* output.print((sink) => RunsText.write(run, changes, view, sink))
    yield* output.text(
      Facts.refused(refused)
        .map((fact) => `${PlanText.text(fact, view)}\n`)
        .join("")
    )
  })

export const run = (load: Load, id: string | undefined, options: RunsOptions): Promise<number> =>
  Invocation.run(load, options, (invocation) =>
    Effect.gen(function* () {
      const config = yield* World.config(invocation)
      yield* World.withStateToLook(invocation, config)(id === undefined ? list(invocation) : one(invocation, id, options.all === true))
      return 0
    })
  )
