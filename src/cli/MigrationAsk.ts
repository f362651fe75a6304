/** The one question of a migration: its size, or the hash of its plan. */
import * as Effect from "effect/Effect"
import * as MigrationText from "../report/MigrationText.ts"
import * as ShellWord from "../report/ShellWord.ts"
import * as SignOffText from "../report/SignOffText.ts"
import * as Terminal from "../report/Terminal.ts"
import * as Wording from "../report/Wording.ts"
import type { Answer } from "../run/Migration.ts"
import type { Outlook } from "../run/MigrationOutlook.ts"
import * as Ask from "./Ask.ts"
import * as Invocation from "./Invocation.ts"
import { UsageError } from "./UsageError.ts"

/** So many digits of a hash tell plans apart. */
const digits = 12

/** `--approve HASH`: at least the first twelve digits of it. */
export const hash = (text: string | undefined): Effect.Effect<string | null, UsageError> => {
  if (text === undefined) return Effect.succeed(null)
  const typed = text.trim().toLowerCase()
  return new RegExp(`^[0-9a-f]{${digits},64}$`).test(typed)
    ? Effect.succeed(typed)
    : Effect.fail(
        new UsageError({ message: `--approve ${JSON.stringify(text)}: write the hash of the plan, or its first ${digits} digits, as the command shows it` })
      )
}

/** The number that starts it: of groups, or where none is made, of memberships. */
const question = ({ groups, memberships, calls }: Outlook): { readonly number: number; readonly what: string } => {
  if (groups > 0) return { number: groups, what: "groups to create" }
  return memberships > 0 ? { number: memberships, what: "memberships to add" } : { number: calls, what: "calls to make" }
}

/** The answer, and whether `--approve` was about another plan. */
export interface Answered {
  readonly answer: Answer
  readonly stale: boolean
}

const no: Answered = { answer: "no", stale: false }

/** Asks, unless it was approved before, or the command line answers. `say` shows what came of it. */
export const ask = (
  invocation: Invocation.Invocation,
  outlook: Outlook,
  given: string | null,
  say: (text: string) => Effect.Effect<void>
): Effect.Effect<Answered> =>
  Effect.gen(function* () {
    const { migration, plan } = outlook
    const { number, what } = question(outlook)
    const view = yield* Invocation.view(invocation)
    const command = `groupbridge migrate ${ShellWord.typed(plan.sync)}`
    const approve = (answer: Answer, text: string) => Effect.as(say(MigrationText.approved(text, view)), { answer, stale: false })
    const isGiven = (other: string | null | undefined) => given !== null && typeof other === "string" && other.startsWith(given)
    if (given !== null && !isGiven(plan.hash) && !(outlook.goesOn && isGiven(migration.promised?.hash))) {
      invocation.output.note(
        `Nothing was written: --approve ${given} is not the hash of this plan, which is ${plan.hash?.slice(0, digits) ?? "not known"}: what it would do has changed since. Look at it, then: ${command} --approve ${plan.hash?.slice(0, digits) ?? "HASH"}`
      )
      return { answer: "no", stale: true }
    }
    if (outlook.goesOn) return yield* approve("before", `${SignOffText.approved(migration, view) ?? "before"}; this goes on where it was cut off`)
    const who = Terminal.visible(invocation.who)
    if (given !== null) return yield* approve("hash", `by ${who}, by its hash`)
    if (invocation.options.yes === true) return yield* approve("yes", `by ${who}, with --yes`)
    if (!invocation.interactive) {
      const byHash = plan.hash === null ? "" : `, or with --approve ${plan.hash.slice(0, digits)}`
      invocation.output.note(
        `Nothing was written. To start: ${command} at a terminal, and type ${Wording.number(number)}, the number of ${what}${byHash}; or with --yes.`
      )
      return no
    }
    const typed = yield* Ask.line(invocation, `Type the number of ${what} to start: `)
    if (typed.trim().replaceAll(",", "") === String(number)) return yield* approve("typed", `by ${who}, who typed ${Wording.number(number)}`)
    invocation.output.note(`That is not ${Wording.number(number)}. Nothing was written.`)
    return no
  })
