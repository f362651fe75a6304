/** Runs one sync for a command that writes, and asks the person at the terminal before anything is sent. */
import { StepObserver } from "../observe/Step.ts"
import * as Effect from "effect/Effect"
import { join } from "node:path"
import type { Scheduled } from "../config/Config.ts"
import * as Result from "../model/Result.ts"
import type { PlanResult, SyncResult } from "../model/Result.ts"
import * as PlanFile from "../plan/PlanFile.ts"
import * as PlanText from "../report/PlanText.ts"
import * as Wording from "../report/Wording.ts"
import type { Connections } from "../run/Connections.ts"
import type { Depth } from "../run/Observe.ts"
import type { Scope } from "../run/Planning.ts"
import { type RunKind, RunStore } from "../run/RunStore.ts"
import * as SyncRun from "../run/SyncRun.ts"
import * as TeamRun from "../run/TeamRun.ts"
import * as Ask from "./Ask.ts"
import * as Invocation from "./Invocation.ts"
import * as Telling from "./Telling.ts"
import * as World from "./World.ts"

/** A run and whether it was called off at the question. */
export interface Written {
  readonly result: SyncResult
  readonly declined: boolean
}

export interface WritingOptions {
  readonly kind: RunKind
  readonly scope: Scope
  readonly depth: Depth
  /** Asked with the plan and the file that holds its changes, and only where there is something to do. */
  readonly confirm: (plan: PlanResult, spool: string) => Effect.Effect<boolean>
}

/** Nothing lifted, nothing left out. */
export const everything: Scope = { only: [], lifted: new Map(), file: null, part: null, within: null }

/** What a run tells and asks while it is under way. */
type Watched = Pick<SyncRun.WritingOptions, "who" | "host" | "confirm" | "onLook" | "onApply">

/** Runs `start` with telling and asking of this invocation. `confirm` is asked only where there is something to do. */
export const attempt = <Stores>(
  invocation: Invocation.Invocation,
  sync: Pick<Scheduled, "name" | "to">,
  connections: Connections,
  confirm: (plan: PlanResult) => Effect.Effect<boolean>,
  start: (watched: Watched) => Effect.Effect<SyncResult, never, Stores>
): Effect.Effect<Written, never, Stores> =>
  Effect.gen(function* () {
    const telling = yield* Telling.make(invocation, connections, sync.name, sync.to)
    let declined = false
    const result = yield* Effect.provideService(
      start({
        who: invocation.who,
        host: invocation.host,
        onLook: telling.onLook,
        onApply: telling.onApply,
        confirm: (plan) =>
          Effect.gen(function* () {
            const go = Result.total(plan.summary) === 0 || (yield* confirm(plan))
            declined = !go
            if (go) yield* invocation.stopping.gate
            return go
          })
      }),
      StepObserver,
      telling.onStep
    )
    return { result, declined }
  })

export const run = (
  invocation: Invocation.Invocation,
  sync: World.AnySync,
  connections: Connections,
  { kind, scope, depth, confirm }: WritingOptions
): Effect.Effect<Written, never, SyncRun.Stores | TeamRun.Stores> =>
  Effect.flatMap(RunStore, ({ file }) => {
    const spool = spoolOf(invocation, sync, file)
    return attempt<SyncRun.Stores | TeamRun.Stores>(
      invocation,
      sync,
      connections,
      (plan) => confirm(plan, spool),
      (watched) => {
        const options = { ...watched, scope, depth, spool, kind }
        return World.isTeam(sync) ? TeamRun.run(sync, connections, options) : SyncRun.run(sync, connections, options)
      }
    )
  })

/** Where a plan's changes are kept while it is asked about. */
export const spoolOf = ({ spool }: Invocation.Invocation, { name }: Pick<Scheduled, "name">, state: string): string =>
  join(spool.beside(state), `${name}.jsonl`)

/** Shows the plan on standard error. */
export const show = (invocation: Invocation.Invocation, plan: PlanResult, spool: string): Effect.Effect<void> =>
  Effect.gen(function* () {
    const view = yield* Invocation.view(invocation)
    const pieces: Array<string> = []
    yield* Effect.promise(() => PlanText.write({ plan, changes: PlanFile.readChanges(spool) }, view, (chunk) => void pieces.push(chunk)))
    // Its last line says that nothing was written and what to type next; here a question takes its place.
    const lines = pieces.join("").trimEnd().split("\n").slice(0, -1)
    invocation.output.ask(`${lines.join("\n")}\n`)
  })

/** Shows the plan and asks whether to apply it, where there is a person to ask. */
export const showAndAsk = (invocation: Invocation.Invocation, plan: PlanResult, spool: string): Effect.Effect<boolean> =>
  Effect.gen(function* () {
    if (!invocation.interactive || invocation.options.yes === true) return true
    yield* show(invocation, plan, spool)
    return yield* Ask.yes(invocation, `Apply now? ${Wording.estimate(plan.estimate)}.`)
  })
