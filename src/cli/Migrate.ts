/** `migrate SYNC`: a whole sync at once, phase by phase, started by typing how many groups it makes. */
import { StepObserver } from "../observe/Step.ts"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { basename, dirname, join } from "node:path"
import type { Within } from "../apply/Turns.ts"
import type { Config, SyncConfig } from "../config/Config.ts"
import * as PlanFile from "../plan/PlanFile.ts"
import * as MigrationText from "../report/MigrationText.ts"
import * as PlanPage from "../report/page/PlanPage.ts"
import type { Sink } from "../report/Sink.ts"
import * as SyncText from "../report/SyncText.ts"
import * as SyncJson from "../report/SyncJson.ts"
import * as UnmatchedText from "../report/UnmatchedText.ts"
import * as Wording from "../report/Wording.ts"
import type { Connections } from "../run/Connections.ts"
import * as Migration from "../run/Migration.ts"
import { OperationsStore } from "../run/OperationsStore.ts"
import * as Ask from "./Ask.ts"
import type { CommonOptions } from "./CommonOptions.ts"
import type { Load } from "./Environment.ts"
import * as ExitCode from "./ExitCode.ts"
import * as Invocation from "./Invocation.ts"
import * as Limits from "./Limits.ts"
import * as PlanReport from "./PlanReport.ts"
import * as Rows from "./Rows.ts"
import * as Telling from "./Telling.ts"
import * as World from "./World.ts"

/** Progress on its way to the question: when reading began, when the target was first looked at. */
interface Times {
  readonly startedAt: number
  matchingAt: number | null
}

interface Migrating {
  readonly invocation: Invocation.Invocation
  readonly config: Config
  readonly sync: SyncConfig
  readonly spool: string
  readonly times: Times
  readonly within: Within | null
}

/** Tells a part of the story: to standard output, or to the terminal where the result is a document. */
const say = ({ output, options }: Invocation.Invocation, text: string): Effect.Effect<void> =>
  options.json === true ? Effect.sync(() => output.ask(text)) : Effect.ignore(output.text(text))

/** A file beside the config. A folder that takes none does not stop the migration. Answers its name. */
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

const files = (
  migrating: Migrating,
  { plan }: Migration.Outlook
): Effect.Effect<{ readonly people: string | null; readonly report: string | null }, never, OperationsStore> =>
  Effect.gen(function* () {
    const { config, invocation, sync, spool } = migrating
    const overview = yield* OperationsStore
    const view = yield* Invocation.view(invocation)
    const sides = World.sides(invocation.environment, config, sync)
    const rows = Rows.of((after) => overview.unmatched(sides, after))
    const people = plan.unmatched.total === 0 ? null : yield* keep(migrating, "people.csv", (sink) => UnmatchedText.writeCsv(rows, sink))
    const report = yield* keep(migrating, `plan-${sync.name.replace(/[^\w.-]/g, "_")}.html`, (sink) =>
      PlanPage.write(
        [{ plan, changes: PlanFile.readChanges(spool) }],
        view,
        { script: invocation.environment.pageScript("page"), redact: invocation.redactor.redact },
        sink
      )
    )
    return { people, report }
  })

/** The number that starts it: of groups, or where none is made, of memberships. */
const question = ({ groups, memberships, calls }: Migration.Outlook): { readonly number: number; readonly what: string } => {
  if (groups > 0) return { number: groups, what: "groups to create" }
  return memberships > 0 ? { number: memberships, what: "memberships to add" } : { number: calls, what: "calls to make" }
}

const asked = ({ invocation, sync }: Migrating, outlook: Migration.Outlook) =>
  Effect.gen(function* () {
    const { number, what } = question(outlook)
    const view = yield* Invocation.view(invocation)
    const approve = (text: string) => Effect.as(say(invocation, MigrationText.approved(text, view)), true)
    if (outlook.goesOn) return yield* approve("given before; this goes on where it was cut off")
    if (invocation.options.yes === true) return yield* approve(`by ${invocation.who}, with --yes`)
    if (!invocation.interactive) {
      invocation.output.note(
        `Nothing was written. To start: groupbridge migrate ${sync.name} at a terminal, and type ${Wording.number(number)}, the number of ${what}; or with --yes.`
      )
      return false
    }
    const typed = yield* Ask.line(invocation, `Type the number of ${what} to start: `)
    if (typed.trim().replaceAll(",", "") === String(number)) return yield* approve(`by ${invocation.who}, who typed ${Wording.number(number)}`)
    invocation.output.note(`That is not ${Wording.number(number)}. Nothing was written.`)
    return false
  })

const confirm = (migrating: Migrating) => (outlook: Migration.Outlook) =>
  Effect.gen(function* () {
    const { invocation, times, within } = migrating
    if (outlook.calls === 0) return true
    const kept = yield* files(migrating, outlook)
    const now = yield* Clock.currentTimeMillis
    const matchingAt = times.matchingAt ?? now
    const part = within === null ? null : yield* Limits.words(within, invocation)
    const start = { ...kept, part, who: invocation.who, startedAt: times.startedAt, readMillis: matchingAt - times.startedAt, matchMillis: now - matchingAt }
    yield* say(invocation, MigrationText.outlook(outlook, start, yield* Invocation.view(invocation)))
    const agreed = yield* asked(migrating, outlook)
    if (agreed) yield* invocation.stopping.gate
    return agreed
  })

const conclude = ({ invocation, sync }: Migrating, { outlook, agreed, result, verified }: Migration.Migrated) =>
  Effect.gen(function* () {
    const { output, options, interactive } = invocation
    const view = yield* Invocation.view(invocation)
    const code = ExitCode.ofSync(result)
    const doubtful = verified !== null && ("error" in verified || verified.differ.length > 0)
    if (verified !== null) yield* say(invocation, MigrationText.filled(result, view) + MigrationText.verified(verified, sync.name, view))
    if (options.json === true) yield* output.print((sink) => SyncJson.write("migrate", [result], sink))
    else if (result.error !== null || result.status === "none") {
      if (outlook === null || agreed) yield* output.text(SyncText.text([result], view))
    } else if (agreed && code !== 0) yield* output.text(SyncText.text([result], view))
    else if (agreed) yield* output.text(`Done. From now on: groupbridge sync ${sync.name}, or a schedule and groupbridge serve.\n`)
    // Nobody was there to ask: it waits for a person, as what is held does.
    if (outlook !== null && !agreed && !interactive && result.error === null) return 3
    return ExitCode.worst([code, doubtful ? 4 : 0])
  })

const migrate = (invocation: Invocation.Invocation, config: Config, sync: SyncConfig, connections: Connections, within: Within | null) =>
  Effect.gen(function* () {
    const times: Times = { startedAt: yield* Clock.currentTimeMillis, matchingAt: null }
    const spool = join(invocation.spool.beside(config.state), "migrate.jsonl")
    const migrating: Migrating = { invocation, config, sync, spool, times, within }
    const telling = yield* Telling.make(invocation, connections, sync.name, sync.to)
    const migration = Migration.run(sync, connections, {
      who: invocation.who,
      host: invocation.host,
      spool,
      within,
      onApply: telling.onApply,
      confirm: confirm(migrating),
      onLook: (connection, what, rows, total) =>
        Effect.gen(function* () {
          if (connection === sync.to && times.matchingAt === null) times.matchingAt = yield* Clock.currentTimeMillis
          yield* telling.onLook(connection, what, rows, total)
        })
    })
    const migrated = yield* Effect.provideService(migration, StepObserver, telling.onStep)
    return yield* conclude(migrating, migrated)
  })

export interface MigrateOptions extends CommonOptions, Limits.LimitOptions {}

export const run = (load: Load, name: string, options: MigrateOptions): Promise<number> =>
  Invocation.run(load, options, (invocation) =>
    Effect.gen(function* () {
      const within = yield* Limits.within(options)
      const config = yield* World.config(invocation)
      const sync = yield* World.sync(config, name, `There is nothing to migrate: groupbridge sync ${name}`)
      return yield* World.withState(
        invocation,
        config
      )(
        // Hours at a vendor's limit are what a migration is about: it waits for its allowance as long as that takes.
        Effect.flatMap(World.connections(invocation, config, [{ ...sync, maxWait: Duration.infinity }], within?.until), (connections) =>
          migrate(invocation, config, sync, connections, within)
        )
      )
    })
  )
