/** `state backup [FILE]` and `state check`: a copy of the state, and whether state and copies are as they must be. */
import * as Effect from "effect/Effect"
import { existsSync } from "node:fs"
import { relative, resolve } from "node:path"
import type { Config } from "../config/Config.ts"
import * as Escape from "../report/Escape.ts"
import * as StateText from "../report/StateText.ts"
import * as Terminal from "../report/Terminal.ts"
import * as Times from "../report/Times.ts"
import type { CommonOptions } from "./CommonOptions.ts"
import type { Load } from "./Environment.ts"
import * as Invocation from "./Invocation.ts"
import { UsageError } from "./UsageError.ts"
import * as World from "./World.ts"

const shortly = (file: string): string => {
  const path = relative(process.cwd(), file)
  return path === "" || path.startsWith("..") ? file : path
}

const copy = ({ environment: { stateFiles } }: Invocation.Invocation, { backup, state }: Config, file: string | undefined) =>
  file === undefined ? stateFiles.backup(state, backup) : Effect.as(stateFiles.copy(state, resolve(file)), resolve(file))

export const backup = (load: Load, file: string | undefined, options: CommonOptions): Promise<number> =>
  Invocation.run(load, options, (invocation) =>
    Effect.gen(function* () {
      const config = yield* World.config(invocation)
      if (!existsSync(config.state))
        return yield* new UsageError({ message: `there is no state file ${config.state} to copy. What is wrong: groupbridge state check` })
      const made = yield* copy(invocation, config, file)
      const shown = Terminal.visible(shortly(made), 300)
      yield* invocation.output.text(
        options.json === true ? `${Escape.json({ file: made })}\n` : `Copied to ${shown}.  To put it back: groupbridge state restore ${shown}\n`
      )
      return 0
    })
  )

export const check = (load: Load, options: CommonOptions): Promise<number> =>
  Invocation.run(load, options, (invocation) =>
    Effect.gen(function* () {
      const config = yield* World.config(invocation)
      const report = yield* invocation.environment.stateFiles.check(config.state, config.backup.dir)
      const view = yield* Invocation.view(invocation)
      const { facts, newest, problems } = report
      const document = {
        file: config.state,
        ok: problems.length === 0,
        state: facts === null ? null : { lineage: facts.lineage, runs: facts.runs, schema: facts.schema, lastRun: Times.isoOrNull(facts.lastRunAt) },
        newestCopy: newest === null ? null : { file: newest.file, at: Times.iso(newest.at) },
        problems
      }
      yield* invocation.output.text(options.json === true ? `${Escape.json(document)}\n` : StateText.check(report, shortly(config.state), view))
      return problems.length === 0 ? 0 : 1
    })
  )
