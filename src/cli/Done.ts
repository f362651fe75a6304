/** `done [ID...]`: removals that the target has no call for. Lists what waits for a person, and notes what a person did. Calls nobody. */
import * as Effect from "effect/Effect"
import type { TaskRow } from "../model/Overview.ts"
import * as OverviewJson from "../report/OverviewJson.ts"
import * as TasksText from "../report/TasksText.ts"
import * as Times from "../report/Times.ts"
import * as Wording from "../report/Wording.ts"
import { OperationsStore } from "../run/OperationsStore.ts"
import type { DecisionOptions } from "./Deciding.ts"
import * as Deciding from "./Deciding.ts"
import type { Load } from "./Environment.ts"
import * as Ids from "./Ids.ts"
import * as Invocation from "./Invocation.ts"
import * as Rows from "./Rows.ts"
import { UsageError } from "./UsageError.ts"
import * as World from "./World.ts"

export interface DoneOptions extends DecisionOptions {
  readonly csv?: boolean
}

const list = (invocation: Invocation.Invocation, options: DoneOptions) =>
  Effect.gen(function* () {
    const { output } = invocation
    const overview = yield* OperationsStore
    const rows = Rows.of(overview.tasks)
    const view = yield* Invocation.view(invocation)
    if (options.json === true) return yield* output.print((sink) => OverviewJson.tasks(rows, sink))
    yield* output.print((sink) => (options.csv === true ? TasksText.writeCsv(rows, sink) : TasksText.write(rows, view, sink)))
  })

/** The tasks of these ids. All of them must be known and open, so that nothing is noted where one id is mistyped. */
const open = (invocation: Invocation.Invocation, ids: ReadonlyArray<string>) =>
  Effect.forEach([...new Set(ids)], (id) =>
    Effect.gen(function* () {
      const number = yield* Ids.task(id)
      const task = yield* (yield* OperationsStore).task(number)
      if (task === null) {
        return yield* new UsageError({ message: `there is no task T-${number}; a claim that came back takes its task away. What waits now: groupbridge done` })
      }
      if (task.doneAt === null) return { number, task }
      const view = yield* Invocation.view(invocation)
      return yield* new UsageError({ message: `${task.id} was noted as done already, ${Times.at(view, task.doneAt)}. What waits now: groupbridge done` })
    })
  )

const finish = (invocation: Invocation.Invocation, ids: ReadonlyArray<string>, options: DoneOptions) =>
  Effect.gen(function* () {
    const { output } = invocation
    const tasks = yield* open(invocation, ids)
    const overview = yield* OperationsStore
    yield* overview.finish(
      tasks.map(({ number }) => number),
      Deciding.decider(invocation, options.reason)
    )
    const now = yield* Effect.forEach(tasks, ({ number, task }) => Effect.map(overview.task(number), (after): TaskRow => after ?? task))
    if (options.json === true) return yield* output.print((sink) => OverviewJson.tasks(now, sink))
    yield* output.text(`${Wording.plural(now.length, "removal")} noted as done: what was taken out is asked for again only if the source wants it back.\n`)
  })

export const run = (load: Load, ids: ReadonlyArray<string>, options: DoneOptions): Promise<number> =>
  Invocation.run(load, options, (invocation) =>
    Effect.gen(function* () {
      if (ids.length > 0 && options.csv === true) return yield* new UsageError({ message: "--csv lists what waits, and takes no id" })
      const config = yield* World.config(invocation)
      yield* ids.length === 0
        ? World.withStateToLook(invocation, config)(list(invocation, options))
        : World.withStateToDecide(invocation, config)(finish(invocation, ids, options))
      return 0
    })
  )
