/** The files of a migration, beside the config: people without a counterpart, the plan as a page, and the sign-off. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { basename, dirname, join } from "node:path"
import type { Config, SyncConfig } from "../config/Config.ts"
import type { SignOff } from "../model/Migration.ts"
import type { PlanResult } from "../model/Result.ts"
import * as PlanFile from "../plan/PlanFile.ts"
import * as PlanPage from "../report/page/PlanPage.ts"
import * as SignOffPage from "../report/page/SignOffPage.ts"
import * as SignOffJson from "../report/SignOffJson.ts"
import type { Sink } from "../report/Sink.ts"
import * as UnmatchedText from "../report/UnmatchedText.ts"
import type { Outlook } from "../run/MigrationOutlook.ts"
import { OperationsStore } from "../run/OperationsStore.ts"
import * as Invocation from "./Invocation.ts"
import * as PlanReport from "./PlanReport.ts"
import * as Rows from "./Rows.ts"
import * as World from "./World.ts"

export interface Migrating {
  readonly invocation: Invocation.Invocation
  readonly config: Config
  readonly sync: SyncConfig
  readonly spool: string
}

/** A folder that takes no file does not stop the migration. Answers the file's name; null where it could not be written. */
const keep = ({ invocation, config }: Migrating, name: string, body: (sink: Sink) => Promise<void>): Effect.Effect<string | null> => {
  const file = join(dirname(config.file), name)
  return Effect.tryPromise(() => PlanReport.writeFile(file, invocation.redactor.redact, body)).pipe(
    Effect.as(basename(file)),
    Effect.catchAll(({ error }) => {
      invocation.output.note(`${file} could not be written, and is left out: ${error instanceof Error ? error.message : String(error)}`)
      return Effect.succeed(null)
    })
  )
}

/** `people.csv`; null where each customer was found. */
const people = (migrating: Migrating, plan: PlanResult): Effect.Effect<string | null, never, OperationsStore> =>
  Effect.gen(function* () {
    if (plan.unmatched.total === 0) return null
    const overview = yield* OperationsStore
    const sides = World.sides(migrating.invocation.environment, migrating.config, migrating.sync)
    return yield* keep(migrating, "people.csv", (sink) =>
      UnmatchedText.writeCsv(
        Rows.of((after) => overview.unmatched(sides, after)),
        sink
      )
    )
  })

/** What the plan rests on and says. The page of an approved plan stays as it was approved. */
export const ofPlan = (migrating: Migrating, { goesOn, migration, plan }: Outlook) =>
  Effect.gen(function* () {
    const { invocation, spool } = migrating
    const view = yield* Invocation.view(invocation)
    const options = { script: invocation.environment.pageScript("page"), redact: invocation.redactor.redact }
    const input = { plan, changes: PlanFile.readChanges(spool) }
    const report = goesOn ? null : yield* keep(migrating, `plan-${migration.id}.html`, (sink) => PlanPage.write([input], view, options, sink))
    return { people: yield* people(migrating, plan), report }
  })

/** The sign-off, for people and for programs. Answers the names of the files; none where one could not be written. */
export const ofSignOff = (migrating: Migrating, data: SignOff) =>
  Effect.gen(function* () {
    const view = yield* Invocation.view(migrating.invocation)
    const now = yield* Clock.currentTimeMillis
    const { id } = data.migration
    const page = yield* keep(migrating, `signoff-${id}.html`, (sink) => SignOffPage.write(data, view, sink))
    const document = yield* keep(migrating, `signoff-${id}.json`, (sink) => SignOffJson.write(data, now, sink))
    return page === null || document === null ? [] : [page, document]
  })
