/** `approve ID`: stores the decision and applies the part at once, row by row as far as it is still true. It takes a rejection back, too. */
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type { Config } from "../config/Config.ts"
import * as Result from "../model/Result.ts"
import type { PlanResult } from "../model/Result.ts"
import * as Wording from "../report/Wording.ts"
import { OperationsStore } from "../run/OperationsStore.ts"
import * as Pause from "../run/Pause.ts"
import * as Ask from "./Ask.ts"
import * as Deciding from "./Deciding.ts"
import type { Load } from "./Environment.ts"
import * as Invocation from "./Invocation.ts"
import * as Results from "./Results.ts"
import * as World from "./World.ts"
import * as Writing from "./Writing.ts"

/** `311 rows read again: 309 still true, 2 not any more and left as they are. 309 leave; 309 calls, 24 min at 800/h` */
const summary = (rows: number, plan: PlanResult): string => {
  const still = Result.total(plan.summary)
  const gone = rows > still ? `, ${Wording.number(rows - still)} not any more and left as they are` : ""
  return `${Wording.plural(rows, "row")} read again: ${Wording.number(still)} still true${gone}. ${Wording.planned(plan.summary, null)}; ${Wording.estimate(plan.estimate)}.`
}

/** A run that ended well without a question had nothing left to do. */
const wentThrough = (exit: Exit.Exit<Writing.Written>): boolean => Exit.isSuccess(exit) && !exit.value.declined && exit.value.result.error === null

/** On a terminal the decision stands only once its consequences were shown and agreed to. */
const applyPart = (
  invocation: Invocation.Invocation,
  config: Config,
  { number, part }: Deciding.OpenPart,
  { choice }: Deciding.Chosen,
  options: Deciding.Options
) =>
  Effect.gen(function* () {
    const sync = yield* World.any(config, part.sync)
    yield* Pause.refuse(sync.name)
    const overview = yield* OperationsStore
    const by = Deciding.decider(invocation, options.reason)
    const asking = invocation.interactive && options.yes !== true
    let agreed = !asking
    const connections = yield* World.connections(invocation, config, [sync])
    return yield* Effect.acquireUseRelease(
      overview.decide(number, "approved", by, choice),
      ({ changes }) =>
        Writing.run(invocation, sync, connections, {
          kind: "approve",
          scope: { ...Writing.everything, part: number },
          depth: "usual",
          confirm: (plan) => {
            const message = summary(changes, plan)
            if (!asking) invocation.output.note(message)
            return Effect.tap(asking ? Ask.yes(invocation, `${message} Apply now?`) : Effect.succeed(true), (yes) =>
              Effect.sync(() => {
                agreed = yes
              })
            )
          }
        }),
      (share, exit) =>
        agreed || wentThrough(exit)
          ? Effect.void
          : Effect.ignore(overview.takeBack(number, part.decision, share, { ...by, reason: "not agreed to at the terminal" }))
    )
  })

/** Decides and applies, telling by the invocation's output. Answers the exit code. */
export const decide = (invocation: Invocation.Invocation, config: Config, id: string, options: Deciding.Options) =>
  World.withStateToDecide(
    invocation,
    config
  )(
    Effect.gen(function* () {
      const open = yield* Deciding.open(invocation, id, { rejected: true })
      const chosen = yield* Deciding.chosen("approve", config, open, options)
      yield* Ask.possible(invocation, Deciding.holding(open.part, chosen), chosen.command)
      const written = yield* applyPart(invocation, config, open, chosen, options)
      const code = yield* Results.print("approve", invocation, [written])
      const { part, rest } = yield* Deciding.find(id)
      if (part.decision !== "approved") invocation.output.note(`${part.id} is still ${part.decision}.  Next: groupbridge held ${part.id}`)
      else if (written.result.error !== null) invocation.output.note(`${part.id} stays approved: the next sync applies what is still true of it.`)
      if (rest !== null) invocation.output.note(Deciding.left(rest))
      return code
    })
  )

export const run = (load: Load, id: string, options: Deciding.Options): Promise<number> =>
  Invocation.run(load, options, (invocation) => Effect.flatMap(World.config(invocation), (config) => decide(invocation, config, id, options)))
