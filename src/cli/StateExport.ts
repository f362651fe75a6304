/** `state export [FILE]`: everything the state knows as JSON Lines. */
import * as Effect from "effect/Effect"
import { existsSync } from "node:fs"
import { join, resolve } from "node:path"
import type { StateError } from "../contract/StateError.ts"
import * as Escape from "../report/Escape.ts"
import * as Sink from "../report/Sink.ts"
import * as Terminal from "../report/Terminal.ts"
import * as Wording from "../report/Wording.ts"
import { Records } from "../run/Records.ts"
import type { CommonOptions } from "./CommonOptions.ts"
import type { Load } from "./Environment.ts"
import * as Invocation from "./Invocation.ts"
import * as Output from "./Output.ts"
import * as PlanReport from "./PlanReport.ts"
import * as Rows from "./Rows.ts"
import { UsageError } from "./UsageError.ts"
import * as World from "./World.ts"

/** Answers how many lines there were. */
const write = async (rows: AsyncIterable<unknown>, sink: Sink.Sink): Promise<number> => {
  const out = Sink.make(sink)
  let lines = 0
  for await (const row of rows) {
    lines += 1
    await out.line(Escape.json(row))
  }
  await out.flush()
  return lines
}

const exportAll = (invocation: Invocation.Invocation, file: string | undefined) =>
  Effect.gen(function* () {
    const { options, output, redactor } = invocation
    const records = yield* Records
    const rows = Rows.of((after) => records.everything(after))
    if (file === undefined) return yield* output.print(async (sink) => void (await write(rows, sink)))
    let lines = 0
    yield* Effect.tryPromise({
      try: () =>
        PlanReport.writeFile(resolve(file), redactor.redact, async (sink) => {
          lines = await write(rows, sink)
        }),
      catch: (cause) => new Output.WriteFailed(cause)
    })
    yield* output.text(
      options.json === true
        ? `${Escape.json({ file: resolve(file), lines })}\n`
        : `${Wording.plural(lines, "line")} in ${Terminal.visible(file, 300)}. It names customers: keep it as you keep those.\n`
    )
  })

export const run = (load: Load, file: string | undefined, options: CommonOptions): Promise<number> =>
  Invocation.run(load, options, (invocation) =>
    Effect.gen(function* () {
      const { environment } = invocation
      const { backup, state } = yield* World.config(invocation)
      const missing = !existsSync(state)
      if (missing && !environment.stateFiles.isKnown(state))
        return yield* new UsageError({ message: `there is no state yet (${state}): the first plan or sync makes it` })
      if (file !== undefined && existsSync(resolve(file)))
        return yield* new UsageError({ message: `${resolve(file)} is there already, and was left as it is. Name another file.` })
      // One view of the state, however long it takes and whatever runs meanwhile.
      const view = join(invocation.folder, "export.db")
      const copied: Effect.Effect<void, StateError> = missing ? Effect.void : environment.stateFiles.copy(state, view)
      yield* copied
      yield* Effect.provide(exportAll(invocation, file), environment.openState(missing ? state : view, backup.dir))
      return 0
    })
  )
