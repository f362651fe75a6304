/** `state rebuild`: makes a lost state anew from what the target shows. */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { dirname, join } from "node:path"
import type { Config } from "../config/Config.ts"
import * as Escape from "../report/Escape.ts"
import * as RebuildText from "../report/RebuildText.ts"
import * as Terminal from "../report/Terminal.ts"
import * as Wording from "../report/Wording.ts"
import type { Connections } from "../run/Connections.ts"
import * as Failure from "../run/Failure.ts"
import * as LeaseHolder from "../run/LeaseHolder.ts"
import * as Lease from "../run/Lease.ts"
import * as Observe from "../run/Observe.ts"
import * as Rebuilding from "../operate/Rebuild.ts"
import { RebuildStore } from "../operate/RebuildStore.ts"
import * as Ask from "./Ask.ts"
import type { DecisionOptions } from "./Deciding.ts"
import * as Deciding from "./Deciding.ts"
import type { Load } from "./Environment.ts"
import * as Invocation from "./Invocation.ts"
import * as Output from "./Output.ts"
import * as PlanReport from "./PlanReport.ts"
import * as Rows from "./Rows.ts"
import * as Telling from "./Telling.ts"
import { UsageError } from "./UsageError.ts"
import * as World from "./World.ts"

export interface RebuildOptions extends DecisionOptions {
  readonly lineage?: string
}

const syncsOf = ({ syncs }: Config) => [...syncs.values()]

/** Opens the state that is being made, for one step, while nobody else may touch it. */
const step = <A, E, R>(
  invocation: Invocation.Invocation,
  config: Config,
  made: string,
  use: (connections: Connections, onLook: Observe.OnLook) => Effect.Effect<A, E, R>
) =>
  Effect.scoped(
    Lease.hold(`${invocation.who}@${invocation.host}`, () =>
      Effect.gen(function* () {
        // A large account's groups take longer to read than anybody at a terminal would wait for an allowance.
        const patient = syncsOf(config).map((sync) => Object.assign({}, sync, { maxWait: Duration.infinity }))
        const connections = yield* World.connections(invocation, config, patient)
        const telling = yield* Telling.make(invocation, connections, "rebuild", "")
        return yield* use(connections, telling.onLook)
      })
    ).pipe(Effect.provide(invocation.environment.openState(made, config.backup.dir)))
  )

/** Whose state it was. */
const chosen = ({ marked, markless }: Rebuilding.Outlook, asked: string | undefined) =>
  Effect.gen(function* () {
    const lineages = [...new Set(marked.map(({ lineage }) => lineage))]
    const [only] = lineages
    if (only === undefined) {
      return yield* Effect.fail(
        new Observe.Stopped(
          Failure.make(
            "state",
            `no group in ${markless.map((name) => Terminal.visible(name)).join(", ")} carries a mark of ours, so there is nothing to rebuild from. Nothing was changed. A first look: groupbridge plan`
          )
        )
      )
    }
    const counts = lineages.map((lineage) => {
      const groups = marked.filter((one) => one.lineage === lineage).reduce((sum, one) => sum + one.groups, 0)
      return `  groupbridge state rebuild --lineage ${Terminal.visible(lineage)}   ${Wording.plural(groups, "group")}`
    })
    if (asked !== undefined && !lineages.includes(asked))
      return yield* new UsageError({ message: `no group carries the mark of state ${Terminal.visible(asked)}; there are\n${counts.join("\n")}` })
    if (asked === undefined && lineages.length > 1)
      return yield* new UsageError({
        message: `groups carry the marks of ${lineages.length} states; which was lost here? Of the others nothing is touched.\n${counts.join("\n")}`
      })
    return asked ?? only
  })

/** What it takes, and whether to go on: the lineage, or null where somebody said no. */
const agree = (invocation: Invocation.Invocation, config: Config, outlook: Rebuilding.Outlook, options: RebuildOptions) =>
  Effect.gen(function* () {
    const lineage = yield* chosen(outlook, options.lineage)
    const { newest } = invocation.environment.stateFiles
    const copy = newest(config.backup.dir)
    const message = `${RebuildText.found(outlook, lineage)}. ${RebuildText.price(outlook, lineage)}. Nothing is written to any vendor`
    const better = copy === null ? "" : ` A copy knows more than a rebuild: groupbridge state restore ${Terminal.visible(copy.file, 300)}.`
    if (!invocation.interactive && options.yes !== true)
      return yield* new UsageError({
        message: `${message}.${better} Nothing was changed; to go on: groupbridge state rebuild --lineage ${Terminal.visible(lineage)} --yes`
      })
    return (yield* Ask.yes(invocation, `${message}.${better} Rebuild?`)) ? lineage : null
  })

const work = (invocation: Invocation.Invocation, config: Config, made: string, lineage: string, options: RebuildOptions) =>
  step(invocation, config, made, (connections, onLook) =>
    Effect.gen(function* () {
      const store = yield* RebuildStore
      const rebuilt = yield* Rebuilding.rebuild(syncsOf(config), connections, onLook)
      yield* store.finish(Deciding.decider(invocation, options.reason))
      if (rebuilt.found === 0) return { rebuilt, list: null }
      const list = join(dirname(config.file), `unconfirmed-${lineage.replace(/[^\w.-]/g, "_")}.csv`)
      yield* Effect.tryPromise({
        try: () =>
          PlanReport.writeFile(list, invocation.redactor.redact, (sink) =>
            RebuildText.writeCsv(
              Rows.of((after) => store.unconfirmed(after)),
              sink
            )
          ),
        catch: (cause) => new Output.WriteFailed(cause)
      })
      return { rebuilt, list }
    })
  )

export const run = (load: Load, options: RebuildOptions): Promise<number> =>
  Invocation.run(load, options, (invocation) =>
    Effect.gen(function* () {
      const { output } = invocation
      const { stateFiles } = invocation.environment
      const config = yield* World.config(invocation)
      const made = yield* stateFiles.beginRebuild(config.state, LeaseHolder.here(`${invocation.who}@${invocation.host}`))
      const lineage = yield* step(invocation, config, made, (connections, onLook) =>
        Effect.flatMap(Rebuilding.look(syncsOf(config), connections, onLook), (outlook) => agree(invocation, config, outlook, options))
      )
      if (lineage === null) {
        yield* output.text("Nothing was changed.\n")
        return 0
      }
      yield* stateFiles.takeOver(config.state, lineage)
      const { list, rebuilt } = yield* work(invocation, config, made, lineage, options)
      const kept = yield* stateFiles.endRebuild(config.state)
      const { found, ...counts } = rebuilt
      yield* output.text(
        options.json === true ? `${Escape.json({ lineage, ...counts, unconfirmed: found, list, kept })}\n` : RebuildText.done(lineage, rebuilt, list, kept)
      )
      return 0
    })
  )
