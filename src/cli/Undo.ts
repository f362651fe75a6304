/** `undo RUN` and `release RUN`: takes back what a run changed, and lets syncs do it again. */
import * as Effect from "effect/Effect"
import type { Config } from "../config/Config.ts"
import type { RunRow } from "../model/Overview.ts"
import * as Result from "../model/Result.ts"
import type { PlanResult } from "../model/Result.ts"
import { UndoStore } from "../plan/UndoStore.ts"
import * as Escape from "../report/Escape.ts"
import * as Wording from "../report/Wording.ts"
import { OperationsStore } from "../run/OperationsStore.ts"
import * as Undo from "../run/Undo.ts"
import * as Ask from "./Ask.ts"
import type { DecisionOptions } from "./Deciding.ts"
import * as Deciding from "./Deciding.ts"
import type { Load } from "./Environment.ts"
import * as Ids from "./Ids.ts"
import * as Invocation from "./Invocation.ts"
import * as Results from "./Results.ts"
import { UsageError } from "./UsageError.ts"
import * as World from "./World.ts"
import * as Writing from "./Writing.ts"

/** The run of that id. */
const find = (id: string) =>
  Effect.gen(function* () {
    const number = yield* Ids.run(id)
    const found = yield* (yield* OperationsStore).run(number)
    if (found === null) return yield* new UsageError({ message: `there is no run r-${number}. What ran: groupbridge runs` })
    return { number, row: found }
  })

const refuse = ({ command, run, status, summary }: RunRow): Effect.Effect<void, UsageError> => {
  if (status === "running") return new UsageError({ message: `${run} is still under way. Stop it first, or wait: groupbridge status` })
  const undone = /^undo (?<run>r-\d+)$/.exec(command)?.groups?.["run"]
  if (undone !== undefined)
    return new UsageError({ message: `${run} took ${undone} back itself. To let syncs do ${undone} again: groupbridge release ${undone}` })
  return Result.total(summary) === 0 ? new UsageError({ message: `${run} changed nothing, so there is nothing to take back.` }) : Effect.void
}

const takeBack = (invocation: Invocation.Invocation, config: Config, id: string, options: DecisionOptions) =>
  Effect.gen(function* () {
    const { number, row } = yield* find(id)
    yield* refuse(row)
    const sync = yield* World.sync(
      config,
      row.sync,
      `Take back by hand at ${config.teams.get(row.sync)?.to} what it did: groupbridge runs ${row.run}. The next sync then holds it as a question, and does not do it again`
    )
    const connections = yield* World.connections(invocation, config, [sync])
    const spool = Writing.spoolOf(invocation, sync, config.state)
    const written = yield* Writing.attempt(
      invocation,
      sync,
      connections,
      (plan) => agree(invocation, plan, spool),
      (watched) => Undo.run(sync, connections, { ...watched, run: number, reason: options.reason ?? null, spool })
    )
    const { plan } = written.result
    if (written.declined && plan !== null) yield* Ask.possible(invocation, `This is what taking ${row.run} back does.`, `groupbridge undo ${row.run}`)
    return written
  })

/** Shows what is taken back, always, and asks. What a limit would hold in a sync is agreed to by typing its number. */
const agree = (invocation: Invocation.Invocation, plan: PlanResult, spool: string) =>
  Effect.gen(function* () {
    yield* Writing.show(invocation, plan, spool)
    if (invocation.options.yes === true) return true
    if (!invocation.interactive) return false
    const over = plan.guards.filter(({ tripped }) => tripped)
    if (over.length === 0) return yield* Ask.yes(invocation, `Take it back now? ${Wording.estimate(plan.estimate)}.`)
    const limits = over.map(({ limit, name }) => `${name} ${Wording.number(limit)}`).join(", ")
    const typed = yield* Ask.line(invocation, `That is over the limits of a sync (${limits}). Type the number of memberships to remove to start: `)
    const { remove } = plan.summary.assignments
    const agreed = typed.trim().replaceAll(",", "") === String(remove)
    if (!agreed) invocation.output.note(`That is not ${Wording.number(remove)}.`)
    return agreed
  })

export const undo = (load: Load, id: string, options: DecisionOptions): Promise<number> =>
  Invocation.run(load, options, (invocation) =>
    Effect.gen(function* () {
      const config = yield* World.config(invocation)
      const work = Effect.flatMap(takeBack(invocation, config, id, options), (written) => Results.print("undo", invocation, [written]))
      return yield* World.withStateToDecide(invocation, config)(work)
    })
  )

const free = (invocation: Invocation.Invocation, id: string, options: DecisionOptions) =>
  Effect.gen(function* () {
    const { number, row } = yield* find(id)
    const store = yield* UndoStore
    const kept = yield* store.kept(number)
    if (kept === 0) return yield* new UsageError({ message: `nothing of ${row.run} is kept undone. Which runs are: groupbridge status` })
    const message = `${Wording.plural(kept, "change")} of ${row.run} ${kept === 1 ? "is" : "are"} kept undone.`
    yield* Ask.possible(invocation, message, `groupbridge release ${row.run}`)
    if (!(yield* Ask.yes(invocation, `${message} Let the next sync make ${kept === 1 ? "it" : "them"} again?`))) {
      yield* invocation.output.text("Nothing was changed.\n")
      return 0
    }
    const rows = yield* store.release(number)
    yield* (yield* OperationsStore).note("release", row.run, Deciding.decider(invocation, options.reason))
    const { output } = invocation
    yield* output.text(
      options.json === true
        ? `${Escape.json({ run: row.run, sync: row.sync, released: rows })}\n`
        : `${Wording.plural(rows, "change")} of ${row.run} may be made again: the next sync plans what its source still asks for, past the same limits.  Next: groupbridge plan ${row.sync}\n`
    )
    return 0
  })

export const release = (load: Load, id: string, options: DecisionOptions): Promise<number> =>
  Invocation.run(load, options, (invocation) =>
    Effect.flatMap(World.config(invocation), (config) => World.withStateToDecide(invocation, config)(free(invocation, id, options)))
  )
