/** The clockwork that runs on the machine's own time, by node-cron. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Runtime from "effect/Runtime"
import { createTask, type TaskContext } from "node-cron"
import { Clockwork } from "./Clockwork.ts"

export const layer: Layer.Layer<Clockwork> = Layer.succeed(Clockwork, {
  start: (turn, due) =>
    Effect.gen(function* () {
      const fork = Runtime.runFork(yield* Effect.runtime<never>())
      const tell = (text: string | Error) => void fork(Effect.logWarning(`node-cron: ${text instanceof Error ? text.message : text}`))
      const task = yield* Effect.acquireRelease(
        Effect.sync(() => {
          const ring = ({ date }: TaskContext) => void fork(due(date.getTime()))
          const task = createTask(turn.schedule, ring, {
            name: turn.sync,
            noOverlap: true,
            logger: { info: tell, warn: tell, error: tell, debug: () => {} },
            ...(turn.timezone === null ? {} : { timezone: turn.timezone })
          })
          // A time noticed more than a second late is only reported as missed, and would be skipped (node-cron 4.6, read 2026-11).
          task.on("execution:missed", ring)
          return task
        }),
        (task) => Effect.promise(async () => task.destroy())
      )
      yield* Effect.promise(async () => task.start())
      return Effect.sync(() => task.getNextRun()?.getTime() ?? null)
    })
})
