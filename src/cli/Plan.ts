/** `plan`: what syncs would do, shown in one of several forms, and kept for `apply` if asked. */
import { StepObserver } from "../observe/Step.ts"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { randomUUID } from "node:crypto"
import { join } from "node:path"
import type { SyncConfig } from "../config/Config.ts"
import { wentBack } from "../model/StoredTime.ts"
import type { PlanResult } from "../model/Result.ts"
import * as PlanFile from "../plan/PlanFile.ts"
import * as Terminal from "../report/Terminal.ts"
import type { Connections } from "../run/Connections.ts"
import { OperationsStore } from "../run/OperationsStore.ts"
import { RunStore } from "../run/RunStore.ts"
import * as SyncRun from "../run/SyncRun.ts"
import * as TeamRun from "../run/TeamRun.ts"
import type { Load } from "./Environment.ts"
import * as ExitCode from "./ExitCode.ts"
import * as Invocation from "./Invocation.ts"
import type { Planned, PlanOptions } from "./PlanOptions.ts"
import * as LeftSyncs from "./LeftSyncs.ts"
import * as PlanReport from "./PlanReport.ts"
import * as Telling from "./Telling.ts"
import { UsageError } from "./UsageError.ts"
import * as World from "./World.ts"
import * as Writing from "./Writing.ts"

const planOne = (invocation: Invocation.Invocation, state: string, sync: World.AnySync, connections: Connections, options: PlanOptions) =>
  Effect.gen(function* () {
    const spool = join(invocation.spool.beside(state), `${sync.name}.jsonl`)
    const { onLook, onStep } = yield* Telling.make(invocation, connections, sync.name, sync.to)
    const scope = { ...Writing.everything, only: options.only ?? [] }
    const looking = { scope, depth: options.refresh ?? "usual", spool, onLook }
    const dryRun: Effect.Effect<PlanResult, never, SyncRun.Stores | TeamRun.Stores> = World.isTeam(sync)
      ? TeamRun.dryRun(sync, connections, looking)
      : SyncRun.dryRun(sync, connections, looking)
    const plan = yield* Effect.provideService(dryRun, StepObserver, onStep)
    const store = yield* RunStore
    const objection = yield* store.objection
    const ahead = yield* store.clockWentBack
    const warned = { ...plan, warnings: [...(objection === null ? [] : [objection]), ...(ahead === null ? [] : [wentBack(ahead)]), ...plan.warnings] }
    return { plan: warned, spool: plan.error === null ? spool : null } satisfies Planned
  })

/** Keeps the plan of one sync with the accounts that it was made for. */
const save = (invocation: Invocation.Invocation, sync: SyncConfig, { plan, spool }: Planned, file: string) =>
  Effect.gen(function* () {
    if (spool === null) {
      invocation.output.note(`${file} was not written: there is no plan to keep.`)
      return
    }
    const overview = yield* OperationsStore
    const accounts = yield* Effect.forEach([...sync.from, sync.to], (name) =>
      Effect.map(overview.connection(name), ({ account }) => (account === null ? [] : [[name, account] as const]))
    )
    const id = `p-${randomUUID().slice(0, 8)}`
    const header = SyncRun.headerOf(plan, sync, Object.fromEntries(accounts.flat()), id, yield* Clock.currentTimeMillis)
    yield* PlanFile.save(file, header, spool)
    const line = `Plan ${id} is kept in ${Terminal.visible(file, 300)}.  Next: groupbridge apply ${Terminal.visible(file, 300)}`
    if (invocation.options.json === true) invocation.output.note(line)
    else yield* invocation.output.text(`${line}\n`)
  })

export const command =
  (names: ReadonlyArray<string>, options: PlanOptions): Invocation.Command =>
  (invocation) =>
    Effect.gen(function* () {
      const forms = yield* PlanReport.forms(options)
      const config = yield* World.config(invocation)
      const syncs = yield* World.syncs(config, names)
      const [first] = syncs
      if (options.save !== undefined && syncs.length !== 1) {
        return yield* new UsageError({
          message: `--save keeps the plan of one sync; name it: groupbridge plan ${first?.name ?? "SYNC"} --save ${options.save}`
        })
      }
      const kept =
        options.save === undefined || first === undefined
          ? null
          : yield* World.sync(
              config,
              first.name,
              `Its plan is not kept, because invitations are not for later: groupbridge sync ${first.name} shows it and asks.`
            )
      return yield* World.withState(
        invocation,
        config
      )(
        Effect.gen(function* () {
          const connections = yield* World.connections(invocation, config, syncs)
          const own = yield* Effect.forEach(syncs, (sync) => planOne(invocation, config.state, sync, connections, options))
          const left = yield* LeftSyncs.plans(
            connections,
            own.flatMap(({ plan }) => plan.held)
          )
          const planned = [...own, ...left.map((plan): Planned => ({ plan, spool: null }))]
          yield* PlanReport.print(invocation, planned, forms)
          const [only] = own
          if (options.save !== undefined && kept !== null && only !== undefined) yield* save(invocation, kept, only, options.save)
          return ExitCode.worst(planned.map(({ plan }) => ExitCode.ofPlan(plan, options.exitCode === true)))
        })
      )
    })

export const run = (load: Load, names: ReadonlyArray<string>, options: PlanOptions): Promise<number> => Invocation.run(load, options, command(names, options))
