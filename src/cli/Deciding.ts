/** What approving and rejecting have in common: a part that exists and is open, and who decides. */
import * as Effect from "effect/Effect"
import type { StateError } from "../contract/StateError.ts"
import type { Config } from "../config/Config.ts"
import type { ExplanationStore } from "../explain/ExplanationStore.ts"
import type { HeldPart } from "../model/Change.ts"
import type { Choice, Decider } from "../model/Decision.ts"
import type { AuditLog } from "../operate/AuditLog.ts"
import * as ShellWord from "../report/ShellWord.ts"
import * as HeldWording from "../report/HeldWording.ts"
import * as Terminal from "../report/Terminal.ts"
import * as Times from "../report/Times.ts"
import * as Wording from "../report/Wording.ts"
import { OperationsStore } from "../run/OperationsStore.ts"
import type { CommonOptions } from "./CommonOptions.ts"
import * as GroupArg from "./GroupArg.ts"
import * as Ids from "./Ids.ts"
import * as Invocation from "./Invocation.ts"
import * as Person from "./Person.ts"
import { UsageError } from "./UsageError.ts"

/** Options of every command that stores a decision. */
export interface DecisionOptions extends CommonOptions {
  readonly reason?: string
}

/** Options of the commands that decide on a part. */
export interface Options extends DecisionOptions {
  readonly only?: ReadonlyArray<string>
  readonly customer?: string
}

export interface OpenPart {
  readonly number: number
  readonly part: HeldPart
}

export const decider = ({ who, host }: Invocation.Invocation, reason: string | undefined): Decider => ({ who, host, reason: reason ?? null })

/** The part of that id, whatever became of it. */
export const find = (id: string) =>
  Effect.gen(function* () {
    const number = yield* Ids.part(id)
    const found = yield* (yield* OperationsStore).part(number)
    if (found !== null) return { number, ...found }
    return yield* new UsageError({
      message: `there is no held part H-${number}; a dry run only announces one, and the next groupbridge sync holds it. What waits now: groupbridge held`
    })
  })

/** The part of that id if it still waits for a decision; with `rejected` also one that was rejected and still keeps something back. */
export const open = (
  invocation: Invocation.Invocation,
  id: string,
  { rejected }: { readonly rejected: boolean }
): Effect.Effect<OpenPart, UsageError | StateError, OperationsStore> =>
  Effect.gen(function* () {
    const { number, part, closed, decided, rest } = yield* find(id)
    if (closed) return yield* new UsageError({ message: `${part.id} is closed: its source took the change back. What waits now: groupbridge held` })
    const command = HeldWording.decidingCommand(part)
    if (command !== null) return yield* new UsageError({ message: `${part.id} waits as a whole, so it is neither approved nor rejected: ${command}` })
    if (part.decision === "open" || (rejected && part.decision === "rejected" && part.changes > 0)) return { number, part }
    const view = yield* Invocation.view(invocation)
    const by = decided === null ? "" : ` by ${decided.who}@${decided.host} ${Times.at(view, decided.at)}`
    const then =
      part.decision === "approved"
        ? `the next sync applies what is still left of it: groupbridge sync ${part.sync}`
        : part.changes > 0
          ? `it is left alone until its source changes. To take that back: groupbridge approve ${part.id}`
          : "its source has changed since, so nothing of it is left"
    const others = rest === null ? "" : ` ${left(rest)}`
    return yield* new UsageError({ message: `${part.id} was ${part.decision} already${by}; ${then}.${others}` })
  })

/** What the options choose of the part, and how many changes a decision on it is about. */
export interface Chosen {
  readonly choice: Choice | null
  readonly changes: number
  /** The command that decides so, as it can be typed again. */
  readonly command: string
}

/** "H-14 of customers holds 40 changes; 12 of them are chosen." */
export const holding = ({ changes: all, id, sync }: HeldPart, { changes, choice }: Chosen): string =>
  `${id} of ${Terminal.visible(sync)} holds ${Wording.plural(all, "change")}${choice === null ? "" : `; ${Wording.number(changes)} of them ${changes === 1 ? "is" : "are"} chosen`}.`

/** What becomes of the changes that a decision was not about. */
export const left = (rest: HeldPart): string =>
  `${Wording.plural(rest.changes, "other change")} of it ${rest.changes === 1 ? "waits" : "wait"} as before, now as ${rest.id}.  Next: groupbridge held ${rest.id}`

/** What of an open part is decided on: all of it, or what `--only` and `--customer` name. */
export const chosen = (
  verb: "approve" | "reject",
  config: Config,
  { number, part }: OpenPart,
  { customer, only }: Options
): Effect.Effect<Chosen, UsageError | StateError, OperationsStore | AuditLog | ExplanationStore> =>
  Effect.gen(function* () {
    const command = `groupbridge ${verb} ${part.id}`
    if (only === undefined && customer === undefined) return { choice: null, changes: part.changes, command }
    if (part.staff === true) return yield* new UsageError({ message: `${part.id} is about staff, and is decided as a whole: ${command}` })
    const groups = only === undefined ? null : yield* Effect.forEach(only, GroupArg.named)
    const hits = customer === undefined ? null : yield* Person.one(`${command} --customer`, customer, config)
    const [first] = hits ?? []
    const who = first === undefined ? [] : [first.email ?? Person.recordName(first)]
    const choice: Choice = {
      groups: groups?.flat() ?? null,
      customers: hits?.flatMap(({ targets }) => targets.map((target) => target.number)) ?? null,
      named: [...(only ?? []), ...who]
    }
    const changes = yield* (yield* OperationsStore).chosen(number, verb === "approve" ? "approved" : "rejected", choice)
    if (changes > 0) {
      const options = [...(only ?? []).map((name) => `--only ${ShellWord.typed(name)}`), ...who.map((name) => `--customer ${ShellWord.typed(name)}`)]
      return { choice, changes, command: [command, ...options].join(" ") }
    }
    const names = choice.named.map((name) => JSON.stringify(Terminal.visible(name))).join(" and ")
    return yield* new UsageError({ message: `${part.id} holds no change of ${names}. What it holds: groupbridge held ${part.id} --all` })
  })
