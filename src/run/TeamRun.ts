/** One run of one sync of staff, dry or real: look, plan, apply. Returns what happened and prints nothing. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type { TeamConfig } from "../config/Config.ts"
import type { PlanResult } from "../model/Result.ts"
import * as Applier from "../team/Applier.ts"
import * as Evidence from "../team/Evidence.ts"
import * as Reader from "../team/Reader.ts"
import { TeamJournal } from "../team/TeamJournal.ts"
import { TeamStore } from "../team/TeamStore.ts"
import * as RunLifecycle from "./RunLifecycle.ts"
import * as RunSpan from "./RunSpan.ts"
import * as ConfigGone from "./ConfigGone.ts"
import type { Connections } from "./Connections.ts"
import * as Observe from "./Observe.ts"
import * as OtherWriter from "./OtherWriter.ts"
import * as Planning from "./Planning.ts"
import type { RunOptions, WritingOptions } from "./SyncRun.ts"
import * as TeamPlanning from "./TeamPlanning.ts"

/** Who we are is asked as the team has it: the credential need not be good for customers. */
const openTeam = (sync: TeamConfig, connections: Connections) =>
  Effect.map(connections.openAs(sync.to, "team"), (connected) => ({ ...connected, identify: connected.team.api.identify }))

const see = (sync: TeamConfig, connections: Connections, { onLook }: RunOptions) =>
  Effect.gen(function* () {
    const target = yield* openTeam(sync, connections)
    const { distrust, identity: targetIdentity } = yield* Observe.identify(target)
    const sources = yield* Observe.eachSource(sync.from, "agents", connections, ({ agents, config: { name } }, identified) =>
      Effect.gen(function* () {
        const known = yield* (yield* TeamStore).known(sync.to)
        const expected = [...known.values()].flatMap((one) => (one.source?.connection === name && one.place !== null ? [one.source.id] : []))
        return yield* Reader.agents(name, agents, { expected, distrust: identified.distrust, onRows: (rows) => onLook(name, "agents", rows, null) })
      })
    )
    const before = yield* connections.calls
    const read = yield* Reader.team(target.team.api, (what, rows) => onLook(sync.to, what, rows, null))
    const team = distrust === null ? read : { ...read, doubt: distrust }
    const at = yield* Clock.currentTimeMillis
    return { sync, sources, target, targetIdentity, team, at, readCalls: before.read } satisfies TeamPlanning.Seen
  }).pipe(Effect.withSpan("read"))

/** A plan without anything in it. */
const nothing = (sync: TeamConfig): PlanResult => {
  const plan = Planning.nothing(sync)
  return { ...plan, summary: { ...plan.summary, ...TeamPlanning.empty } }
}

/** Looks and plans, and leaves no decision behind. Never fails: what went wrong stands in the result. */
export const dryRun = (sync: TeamConfig, connections: Connections, options: RunOptions) =>
  Effect.gen(function* () {
    const gate = yield* OtherWriter.gate(sync, connections, null)
    if (gate.blocked) return yield* ConfigGone.heldWhole(nothing(sync), gate, options.spool)
    const seen = yield* see(sync, connections, options)
    const { result } = yield* TeamPlanning.make(seen, 0, options.scope, options.spool, false)
    return ConfigGone.within(result, gate)
  }).pipe(
    Effect.catchAll((error) => Effect.succeed<PlanResult>({ ...nothing(sync), status: "failed", error: RunLifecycle.asFailure(error) })),
    RunSpan.named(sync.name, "plan")
  )

/** Looks, plans and applies. Never fails: what went wrong stands in the result, and everything done is stored. */
export const run = (sync: TeamConfig, connections: Connections, options: WritingOptions) =>
  RunLifecycle.execute(
    sync,
    connections,
    { ...options, undoes: null, approves: options.scope.part, within: options.scope.within },
    {
      nothing: TeamPlanning.empty,
      idle: nothing(sync),
      open: openTeam(sync, connections),
      settle: ({ team: { api } }) => Evidence.settleOpenCalls(api, sync.to),
      plan: (number) =>
        Effect.gen(function* () {
          const gate = yield* OtherWriter.gate(sync, connections, number)
          if (gate.blocked) return RunLifecycle.idle(yield* ConfigGone.heldWhole(nothing(sync), gate, options.spool))
          const seen = yield* see(sync, connections, options)
          const planned = yield* TeamPlanning.make(seen, number, options.scope, options.spool, true)
          return { planned: { ...planned, result: ConfigGone.within(planned.result, gate) }, begin: Effect.void, end: Effect.void }
        }),
      apply: ({ team: { api, declaration } }, means) => Applier.apply({ ...means, api, declaration }),
      progress: (number) => Effect.flatMap(TeamJournal, (journal) => journal.progress(number))
    }
  )

/** The stores that a run of a sync of staff needs. */
export type Stores = Effect.Effect.Context<ReturnType<typeof run>>
