/** `migrate SYNC`: a whole sync at once, phase by phase, started by typing how many groups it makes, or by its plan's hash. */
import { StepObserver } from "../observe/Step.ts"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { join } from "node:path"
import type { Within } from "../apply/Turns.ts"
import type { Config, SyncConfig } from "../config/Config.ts"
import { numberOf, type Phase, type Verified } from "../model/Migration.ts"
import * as MigrationText from "../report/MigrationText.ts"
import * as ShellWord from "../report/ShellWord.ts"
import * as SignOffText from "../report/SignOffText.ts"
import * as SyncJson from "../report/SyncJson.ts"
import * as SyncText from "../report/SyncText.ts"
import type { Connections } from "../run/Connections.ts"
import * as Migration from "../run/Migration.ts"
import type { Outlook } from "../run/MigrationOutlook.ts"
import * as MigrationSignOff from "../run/MigrationSignOff.ts"
import { MigrationStore } from "../run/MigrationStore.ts"
import type { CommonOptions } from "./CommonOptions.ts"
import type { Load } from "./Environment.ts"
import * as ExitCode from "./ExitCode.ts"
import * as Invocation from "./Invocation.ts"
import * as Limits from "./Limits.ts"
import * as MigrationAsk from "./MigrationAsk.ts"
import * as MigrationFiles from "./MigrationFiles.ts"
import * as Telling from "./Telling.ts"
import * as World from "./World.ts"

interface Asked {
  readonly within: Within | null
  readonly until: Phase
  readonly verify: Verified["depth"]
  /** The hash that approves the plan. */
  readonly hash: string | null
}

interface Migrating extends MigrationFiles.Migrating, Asked {
  /** When reading began, and when the target was first looked at. */
  readonly times: { readonly startedAt: number; matchingAt: number | null }
  /** Set where `--approve` was about another plan. */
  stale: boolean
}

/** Tells a part of the story: to standard output, or to the terminal where the result is a document. */
const say = ({ output, options }: Invocation.Invocation, text: string): Effect.Effect<void> =>
  options.json === true ? Effect.sync(() => output.ask(text)) : Effect.ignore(output.text(text))

const confirm = (migrating: Migrating) => (outlook: Outlook) =>
  Effect.gen(function* () {
    const { hash, invocation, sync, times, until, within } = migrating
    if (outlook.calls === 0) {
      if (outlook.migration.approval !== null) yield* say(invocation, MigrationText.afterFill(outlook, yield* Invocation.view(invocation)))
      return "before" as const
    }
    const kept = yield* MigrationFiles.ofPlan(migrating, outlook)
    const now = yield* Clock.currentTimeMillis
    const matchingAt = times.matchingAt ?? now
    const part = within === null ? null : yield* Limits.words(within, invocation)
    const start = { ...kept, part, readMillis: matchingAt - times.startedAt, matchMillis: now - matchingAt }
    yield* say(invocation, MigrationText.board(outlook, start, yield* Invocation.view(invocation)))
    if (numberOf(until) < numberOf("fill")) {
      invocation.output.note(
        `Nothing was written. To go on: groupbridge migrate ${ShellWord.typed(sync.name)}${outlook.plan.hash === null ? "" : ` --approve ${outlook.plan.hash.slice(0, 12)}`}`
      )
      return "no" as const
    }
    const { answer, stale } = yield* MigrationAsk.ask(invocation, outlook, hash, (text) => say(invocation, text))
    migrating.stale = stale
    if (answer !== "no") yield* invocation.stopping.gate
    return answer
  })

/** Writes the sign-off, and with it the migration ends. */
const signOff = (migrating: Migrating, connections: Connections, { migration, outlook }: Migration.Migrated) =>
  Effect.gen(function* () {
    if (migration === null || outlook === null) return
    const { invocation, sync } = migrating
    const files = yield* MigrationFiles.ofSignOff(migrating, yield* MigrationSignOff.make(sync, connections, migration, outlook.plan))
    if (files.length === 0) return
    yield* (yield* MigrationStore).end(migration.id)
    yield* say(invocation, MigrationText.signedOff(files, yield* Invocation.view(invocation)))
  })

const conclude = (migrating: Migrating, connections: Connections, migrated: Migration.Migrated) =>
  Effect.gen(function* () {
    const { invocation, stale, sync, until } = migrating
    const { agreed, migration, outlook, result, verified } = migrated
    const { output, options, interactive } = invocation
    const view = yield* Invocation.view(invocation)
    const code = ExitCode.ofSync(result)
    const doubtful = verified !== null && ("error" in verified || SignOffText.isDoubtful(verified))
    if (verified !== null) yield* say(invocation, MigrationText.verified(verified, sync.name, view))
    if (verified !== null && !("error" in verified) && until === "sign-off") yield* signOff(migrating, connections, migrated)
    if (options.json === true) yield* output.print((sink) => SyncJson.write("migrate", [result], sink))
    else if (result.error !== null || (result.status === "none" && migration === null)) {
      if (outlook === null || agreed) yield* output.text(SyncText.text([result], view))
    } else if (agreed && code !== 0) yield* output.text(SyncText.text([result], view))
    else if (verified !== null && until === "sign-off")
      yield* output.text(`Done. From now on: groupbridge sync ${sync.name}, or a schedule and groupbridge serve.\n`)
    else if (agreed) yield* output.text(`Stopped after ${until}. To go on: groupbridge migrate ${ShellWord.typed(sync.name)}\n`)
    if (stale) return 5
    // It ended at the phase that was asked for, or no terminal was there to ask at: then it waits for a person, as a held part does.
    if (outlook !== null && !agreed && result.error === null) return numberOf(until) < numberOf("fill") ? 0 : interactive ? code : 3
    return ExitCode.worst([code, doubtful ? 4 : 0])
  })

const migrate = (invocation: Invocation.Invocation, config: Config, sync: SyncConfig, connections: Connections, asked: Asked) =>
  Effect.gen(function* () {
    const times: Migrating["times"] = { startedAt: yield* Clock.currentTimeMillis, matchingAt: null }
    const spool = join(invocation.spool.beside(config.state), "migrate.jsonl")
    const migrating: Migrating = { invocation, config, sync, spool, times, stale: false, ...asked }
    const telling = yield* Telling.make(invocation, connections, sync.name, sync.to)
    const by = { who: invocation.who, host: invocation.host }
    if (asked.until === "read") {
      const { migration, reads } = yield* Migration.read(sync, connections, { ...by, onLook: telling.onLook })
      yield* say(invocation, MigrationText.onlyRead(migration.id, sync.name, reads, yield* Invocation.view(invocation)))
      return reads.every(({ complete }) => complete) ? 0 : 4
    }
    let outlook: Outlook | null = null
    const migration = Migration.run(sync, connections, {
      ...by,
      spool,
      within: asked.within,
      until: asked.until,
      verify: asked.verify,
      onApply: telling.onApply,
      confirm: (seen) => {
        outlook = seen
        return confirm(migrating)(seen)
      },
      onVerify: (result, full) =>
        Effect.gen(function* () {
          const view = yield* Invocation.view(invocation)
          if (result.calls.write > 0) yield* say(invocation, MigrationText.filled(result, view))
          if (asked.verify === "full") yield* say(invocation, MigrationText.readingBack(full, outlook?.perHour ?? null, view))
        }),
      onLook: (connection, what, rows, total) =>
        Effect.gen(function* () {
          if (connection === sync.to && times.matchingAt === null) times.matchingAt = yield* Clock.currentTimeMillis
          yield* telling.onLook(connection, what, rows, total)
        })
    })
    const migrated = yield* Effect.provideService(migration, StepObserver, telling.onStep)
    return yield* conclude(migrating, connections, migrated)
  })

export interface MigrateOptions extends CommonOptions, Limits.LimitOptions {
  readonly until?: Phase
  readonly approve?: string
  readonly verify: Verified["depth"]
}

export const run = (load: Load, name: string, options: MigrateOptions): Promise<number> =>
  Invocation.run(load, options, (invocation) =>
    Effect.gen(function* () {
      const within = yield* Limits.within(options)
      const asked = { within, until: options.until ?? "sign-off", verify: options.verify, hash: yield* MigrationAsk.hash(options.approve) } as const
      const config = yield* World.config(invocation)
      const sync = yield* World.sync(config, name, `There is nothing to migrate: groupbridge sync ${name}`)
      return yield* World.withState(
        invocation,
        config
      )(
        // Hours at a vendor's limit are what a migration is about: it waits for its allowance as long as that takes.
        Effect.flatMap(World.connections(invocation, config, [{ ...sync, maxWait: Duration.infinity }], within?.until), (connections) =>
          migrate(invocation, config, sync, connections, asked)
        )
      )
    })
  )
