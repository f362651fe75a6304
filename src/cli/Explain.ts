/** `explain CUSTOMER [GROUP] [--at DATE]`: why somebody has, or has not, a group, now or then. Looks at the state alone. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type { Config } from "../config/Config.ts"
import * as Address from "../model/Address.ts"
import * as ShellWord from "../report/ShellWord.ts"
import * as ExplainText from "../report/ExplainText.ts"
import * as Terminal from "../report/Terminal.ts"
import * as TeamText from "../report/TeamText.ts"
import * as Explain from "../explain/Explain.ts"
import { TeamStore } from "../team/TeamStore.ts"
import type { CommonOptions } from "./CommonOptions.ts"
import type { Load } from "./Environment.ts"
import * as Invocation from "./Invocation.ts"
import * as Moment from "./Moment.ts"
import * as Person from "./Person.ts"
import { UsageError } from "./UsageError.ts"
import * as World from "./World.ts"

const about =
  ({ environment }: Invocation.Invocation, { connections }: Config): Explain.Question["about"] =>
  (name) => {
    const connector = connections.get(name)?.connector ?? name
    const known = environment.connectors.get(connector)
    return {
      connector,
      record: known?.source?.declaration.customerWord ?? "customer",
      groups: known?.target?.declaration.groups ?? null,
      customers: known?.target?.declaration.customers ?? null
    }
  }

const askBack = (question: Explain.Question, answer: Exclude<Explain.Answer, { readonly _tag: "Rows" }>) => {
  switch (answer._tag) {
    case "Nobody":
      return Person.nobody(question.customer)
    case "SeveralCustomers":
      return Effect.succeed(Person.several("groupbridge explain", question.customer, answer.persons))
    case "NoGroup":
      return Effect.succeed(
        new UsageError({
          message: `no group is known as ${JSON.stringify(Terminal.visible(question.group ?? ""))}; all groups of this customer:   groupbridge explain ${ShellWord.typed(question.customer)}`
        })
      )
    case "SeveralGroups": {
      const lines = answer.groups.map(
        (group) => `  groupbridge explain ${ShellWord.typed(question.customer)} ${ShellWord.typed(Explain.nameOf(group))}   ${Terminal.visible(group.name)}`
      )
      return Effect.succeed(
        new UsageError({
          message: `${JSON.stringify(Terminal.visible(question.group ?? ""))} may be ${answer.groups.length} groups; which?\n${Person.choices(lines)}`
        })
      )
    }
  }
}

/** Nobody's customer, but somebody of a team: which sync has them, and as what. */
const tellStaff = (
  { options, output }: Invocation.Invocation,
  staff: Effect.Effect.Success<ReturnType<typeof TeamStore.Service.person>>,
  teams: Config["teams"]
) => {
  const rows = staff.map(({ known, to }) => ({ known, to, sync: [...teams.values()].find((team) => team.to === to)?.name ?? null }))
  return output.text(options.json === true ? TeamText.json(rows) : rows.map(TeamText.person).join(""))
}

const tell = (invocation: Invocation.Invocation, question: Explain.Question, { teams }: Config) =>
  Effect.gen(function* () {
    const answer = yield* Explain.explain(question)
    const address = Address.normalise(question.customer)
    // Who works there may stand in the source's list of users, too.
    const isNoCustomer = answer._tag === "Nobody" || (answer._tag === "Rows" && answer.rows.length === 0)
    const staff = isNoCustomer && address !== null ? yield* (yield* TeamStore).person(address) : []
    if (staff.length > 0) return yield* tellStaff(invocation, staff, teams)
    if (answer._tag !== "Rows") return yield* yield* askBack(question, answer)
    const { output, options } = invocation
    const view = yield* Invocation.view(invocation)
    if (options.json === true) return yield* output.text(ExplainText.json(answer.rows))
    const text =
      question.group === null ? ExplainText.list(answer.rows, question.customer, view) : answer.rows.map((row) => ExplainText.full(row, view)).join("")
    return yield* output.text(text)
  })

export interface ExplainOptions extends CommonOptions {
  readonly at?: string
}

/** A day is asked about as it ended. */
const moment = (text: string) =>
  Effect.gen(function* () {
    const { from, to } = yield* Moment.parse("--at", text, Moment.here)
    const now = yield* Clock.currentTimeMillis
    if (from > now) return yield* new UsageError({ message: `--at ${text} is still to come; what would be done next is told by: groupbridge plan` })
    return Math.min(to, now)
  })

export const run = (load: Load, customer: string, group: string | undefined, options: ExplainOptions): Promise<number> =>
  Invocation.run(load, options, (invocation) =>
    Effect.gen(function* () {
      const config = yield* World.configToLook(invocation)
      const at = options.at === undefined ? null : yield* moment(options.at)
      const question = { customer, group: group ?? null, at, syncs: [...config.syncs.values()], about: about(invocation, config) }
      yield* World.withStateToLook(invocation, config)(tell(invocation, question, config))
      return 0
    })
  )
